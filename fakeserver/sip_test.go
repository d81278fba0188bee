package fakeserver

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// connect gives a client behind a completed handshake.
func connect(t testing.TB, s *Server) *tls.Conn {
	t.Helper()
	c := tls.Client(dial(t, s.Address().String()), testPKI().trusting())
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	return c
}

// request writes a request with one header field more and no body.
func request(c *tls.Conn, method, cseq string) string {
	r := strings.Replace(register(c), "REGISTER sips:", method+" sips:", 1)
	r = strings.Replace(r, "z9hG4bK776asdhds", "z9hG4bK"+method+cseq, 1)
	return strings.Replace(r, "1826 REGISTER", cseq+" "+method, 1)
}

func TestRegisterIsAnswered(t *testing.T) {
	t.Parallel()
	s := start(t, serving(testPKI().ecdsa))
	c := connect(t, s)
	m, err := exchange(c)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.fields.Get("Contact"); got != "<sips:alice@"+c.LocalAddr().String()+">" {
		t.Errorf("Contact %q", got)
	}
	if m.fields.Get("Expires") != "300" || m.fields.Get("Cseq") != "1826 REGISTER" || !strings.Contains(m.fields.Get("To"), "tag=") {
		t.Errorf("%v", m.fields)
	}
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	s := start(t, serving(testPKI().ecdsa))
	c := connect(t, s)
	r := bufio.NewReader(c)
	for i, tc := range []struct{ method, want string }{
		{"OPTIONS", "SIP/2.0 200 "},
		{"INVITE", "SIP/2.0 405 "},
		{"MESSAGE", "SIP/2.0 405 "},
		{"FROB", "SIP/2.0 501 "},
	} {
		if _, err := io.WriteString(c, request(c, tc.method, fmt.Sprint(i+1))); err != nil {
			t.Fatal(err)
		}
		m, err := readHead(r)
		if err != nil || !strings.HasPrefix(m.line, tc.want) || m.fields.Get("Allow") == "" {
			t.Errorf("%s: %q, Allow %q, %v", tc.method, m.line, m.fields.Get("Allow"), err)
		}
	}
	_ = c.Close()
	if k := one(t, s.Observe(t.Context())); k.Answered200 || len(k.SIP) != 4 {
		t.Errorf("a 200 to REGISTER: %v; %+v", k.Answered200, k.SIP)
	}
}

// TestServerSendsOptions: over the client's own connection, the answer's
// status is recorded; an answer to something else is not taken for it.
func TestServerSendsOptions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		answer string // status line; empty: none
		cseq   string // empty: the right one
		want   int
	}{
		{"answered", "SIP/2.0 200 OK", "", 200},
		{"refused", "SIP/2.0 486 Busy Here", "", 486},
		{"silent", "", "", 0},
		{"provisional", "SIP/2.0 100 Trying", "", 0},
		{"other", "SIP/2.0 200 OK", "1 OPTIONS", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := serving(testPKI().ecdsa)
			b.Script = Script{AwaitRegister, Respond{}, SendOptions{}}
			s := start(t, b)
			c := connect(t, s)
			if _, err := io.WriteString(c, register(c)); err != nil {
				t.Fatal(err)
			}
			r := bufio.NewReader(c)
			if m, err := readHead(r); err != nil || !strings.HasPrefix(m.line, "SIP/2.0 200 ") {
				t.Fatal(m.line, err)
			}
			m, err := readHead(r)
			if err != nil || !strings.HasPrefix(m.line, "OPTIONS sips:alice@"+c.LocalAddr().String()) {
				t.Fatal(m.line, err)
			}
			if tc.answer != "" {
				cseq := m.fields.Get("Cseq")
				if tc.cseq != "" {
					cseq = tc.cseq
				}
				if _, err := fmt.Fprintf(c, "%s\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=1\r\nCall-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
					tc.answer, m.fields.Get("Via"), m.fields.Get("From"), m.fields.Get("To"), m.fields.Get("Call-Id"), cseq); err != nil {
					t.Fatal(err)
				}
			}
			_ = c.Close()
			k := one(t, s.Observe(t.Context()))
			if !k.OptionsSent || k.OptionsStatus != tc.want {
				t.Errorf("sent %v, status %d, want %d", k.OptionsSent, k.OptionsStatus, tc.want)
			}
		})
	}
}

// TestAnswerAfterHalfClose: a client that says its REGISTER and ends its
// direction at once is answered all the same.
func TestAnswerAfterHalfClose(t *testing.T) {
	t.Parallel()
	s := start(t, serving(testPKI().ecdsa))
	c := connect(t, s)
	if _, err := io.WriteString(c, register(c)); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	m, err := readHead(bufio.NewReader(c))
	if err != nil || !strings.HasPrefix(m.line, "SIP/2.0 200 ") {
		t.Errorf("%q, %v", m.line, err)
	}
}

// TestNotSIPInsideTLS: what sipgo cannot parse is recorded, and what comes
// behind it too.
func TestNotSIPInsideTLS(t *testing.T) {
	t.Parallel()
	s := start(t, serving(testPKI().ecdsa))
	c := connect(t, s)
	for _, part := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n", "\x00\x01garbage\r\n\r\n", register(c), "OPTIONS sip:a"} {
		if _, err := io.WriteString(c, part); err != nil {
			t.Fatal(err)
		}
	}
	_ = c.Close()
	k := one(t, s.Observe(t.Context()))
	want := []SIPMessage{
		{StartLine: "GET / HTTP/1.1"},
		{StartLine: "\x00\x01garbage"},
		{
			StartLine: "REGISTER sips:" + testHost + " SIP/2.0", Request: true, Method: "REGISTER", CSeq: "1826 REGISTER", To: "<sips:alice@" + testHost + ">",
			CallID: "843817637684230@998sdasdh09",
		},
		{StartLine: "OPTIONS sip:a", Request: true, Method: "OPTIONS"},
	}
	if diff := cmp.Diff(want, k.SIP, cmpopts.IgnoreFields(SIPMessage{}, "At")); diff != "" || !k.AppData {
		t.Errorf("app data %v (-want +got):\n%s", k.AppData, diff)
	}
}

// found collects what a reader finds.
type found struct {
	messages []SIPMessage
	ends     int
}

func (f *found) reader() *sipReader {
	return &sipReader{
		onStart: func(m SIPMessage) { f.messages = append(f.messages, m) },
		onCSeq:  func(v string) { f.messages[len(f.messages)-1].CSeq = v },
		onEnd:   func() { f.ends++ },
	}
}

func TestSIPReader(t *testing.T) {
	t.Parallel()
	long := "OPTIONS sip:" + strings.Repeat("a", 1000) + " SIP/2.0"
	for _, tc := range []struct {
		name, stream string
		want         []SIPMessage
		ends         int
	}{
		{"two with bodies", "OPTIONS sip:a SIP/2.0\r\nCSeq: 1 OPTIONS\r\nContent-Length: 5\r\n\r\nhelloSIP/2.0 200 OK\r\nl: 2\r\nCSeq: 7 BYE\r\n\r\n\r\n", []SIPMessage{
			{StartLine: "OPTIONS sip:a SIP/2.0", Request: true, Method: "OPTIONS", CSeq: "1 OPTIONS"},
			{StartLine: "SIP/2.0 200 OK", Status: 200, CSeq: "7 BYE"},
		}, 2},
		{"bare LF, no length, keep-alives", "\r\n\r\n\nACK sip:a SIP/2.0\n\n", []SIPMessage{
			{StartLine: "ACK sip:a SIP/2.0", Request: true, Method: "ACK"},
		}, 1},
		{"body that looks like a message", "INFO sip:a SIP/2.0\r\nContent-Length : 23\r\n\r\nBYE sip:b SIP/2.0\r\n\r\nXYACK sip:c SIP/2.0\r\n\r\n", []SIPMessage{
			{StartLine: "INFO sip:a SIP/2.0", Request: true, Method: "INFO"},
			{StartLine: "ACK sip:c SIP/2.0", Request: true, Method: "ACK"},
		}, 2},
		{"2 GiB", "MESSAGE sip:a SIP/2.0\r\nContent-Length: 2147483648\r\n\r\nBYE sip:b SIP/2.0\r\n\r\n", []SIPMessage{
			{StartLine: "MESSAGE sip:a SIP/2.0", Request: true, Method: "MESSAGE"},
		}, 0},
		{"length that is none", "MESSAGE sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\nBYE sip:b SIP/2.0\r\n\r\n", []SIPMessage{
			{StartLine: "MESSAGE sip:a SIP/2.0", Request: true, Method: "MESSAGE"},
		}, 0},
		{"long start line", long + "\r\nCSeq: 1 OPTIONS\r\n\r\n", []SIPMessage{
			{StartLine: long[:maxStartLine], Request: true, Method: "OPTIONS", CSeq: "1 OPTIONS"},
		}, 1},
		{"header without end", "OPTIONS sip:a SIP/2.0\r\n" + strings.Repeat("X: y\r\n", 1<<15), []SIPMessage{
			{StartLine: "OPTIONS sip:a SIP/2.0", Request: true, Method: "OPTIONS"},
		}, 0},
		{"cut", "REGISTER sip:a", []SIPMessage{{StartLine: "REGISTER sip:a", Request: true, Method: "REGISTER"}}, 0},
		{"not SIP", "EHLO there\r\n\r\nSIP/2.0 2000 OK\r\n\r\n", []SIPMessage{{StartLine: "EHLO there"}, {StartLine: "SIP/2.0 2000 OK"}}, 2},
	} {
		for _, size := range []int{1, 7, 1 << 20} {
			var f found
			r := f.reader()
			for rest := []byte(tc.stream); len(rest) > 0; {
				n := min(size, len(rest))
				r.feed(rest[:n])
				rest = rest[n:]
			}
			r.flush()
			if diff := cmp.Diff(tc.want, f.messages); diff != "" || f.ends != tc.ends {
				t.Errorf("%s, in pieces of %d: %d ends, want %d (-want +got):\n%s", tc.name, size, f.ends, tc.ends, diff)
			}
			if cap(r.line) > 4*maxHeaderLine {
				t.Errorf("%s: a line of %d octets is kept", tc.name, cap(r.line))
			}
		}
	}
}
