package fakeserver

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// secured completes a handshake with a server, as a client that keeps sessions
// in cache.
func secured(t *testing.T, s *Server, version uint16, cache tls.ClientSessionCache) *tls.Conn {
	t.Helper()
	config := testPKI().trusting()
	config.MaxVersion, config.ClientSessionCache = version, cache
	c := tls.Client(dial(t, s.Address().String()), config)
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	return c
}

// eachVersion runs a test for TLS 1.2 and 1.3.
func eachVersion(t *testing.T, test func(t *testing.T, version uint16)) {
	t.Parallel()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(VersionName(version), func(t *testing.T) { t.Parallel(); test(t, version) })
	}
}

// A server takes back the tickets it gave, forgets them, or gives none; the
// record says so before the handshake is over.
func TestTickets(t *testing.T) {
	eachVersion(t, func(t *testing.T, version uint16) {
		for _, tc := range []struct {
			first, second    Tickets
			offered, resumed bool
		}{
			{TicketsOff, TicketsTaken, false, false},
			{TicketsTaken, TicketsTaken, true, true},
			{TicketsTaken, TicketsForgotten, true, false},
			{TicketsForgotten, TicketsTaken, true, false},
			{TicketsTaken, TicketsOff, true, false},
		} {
			b := serving(testPKI().ecdsa)
			b.Tickets = tc.first
			s := start(t, b)
			cache := tls.NewLRUClientSessionCache(1)
			c := secured(t, s, version, cache)
			if _, err := exchange(c); err != nil { // a ticket of TLS 1.3 is read with it
				t.Fatal(err)
			}
			_ = c.Close()
			b.Tickets = tc.second
			behave(t, s, b)
			c = secured(t, s, version, cache)
			if got := c.ConnectionState().DidResume; got != tc.resumed {
				t.Errorf("%+v: the client resumed: %t", tc, got)
			}
			_ = c.Close()
			k := s.Observe(t.Context()).Connections[1]
			offered := k.ClientHello.PSK || k.ClientHello.TicketLen > 0
			if offered != tc.offered || k.Handshake.Resumed != tc.resumed || k.Handshake.CertificateSent == tc.resumed {
				t.Errorf("%+v: offered %t, resumed %t, certificate %t", tc, offered, k.Handshake.Resumed, k.Handshake.CertificateSent)
			}
		}
	})
}

// A connection is ended as it is said, once it is answered, and the next one
// meets the next behaviour; the last stays in force.
func TestEndings(t *testing.T) {
	eachVersion(t, func(t *testing.T, version uint16) {
		for _, end := range []Ending{EndClose, EndCut, EndReset} {
			first, then := serving(testPKI().ecdsa), serving(testPKI().ecdsa)
			first.Script = Script{AwaitRegister, Respond{}, end}
			if end == EndReset {
				first.Script = Script{AwaitRegister, Respond{}, Pause{250 * time.Millisecond}, end} // or the answer may be lost
			}
			s := start(t, first)
			behave(t, s, first, then)
			c := secured(t, s, version, nil)
			if _, err := exchange(c); err != nil {
				t.Fatal(err)
			}
			_, err := c.Read(make([]byte, 1))
			var wanted error = io.EOF // crypto/tls does not tell the two apart
			if end == EndReset {
				wanted = syscall.ECONNRESET
			}
			if !errors.Is(err, wanted) {
				t.Errorf("%s: the connection ended with %v", end, err)
			}
			_ = c.Close()
			for range 2 {
				c = secured(t, s, version, nil)
				if _, err := exchange(c); err != nil {
					t.Fatal(err)
				}
				_ = c.Close()
			}
			o := s.Observe(t.Context())
			var steps []int
			for i := range o.Connections {
				steps = append(steps, o.Connections[i].Step)
			}
			notified := slices.ContainsFunc(o.Connections[0].ServerAlerts, func(a Alert) bool { return a.Description == alertCloseNotify })
			if notified != (end == EndClose) {
				t.Errorf("%s: close_notify: %t", end, notified)
			}
			if k := o.Connections[0]; !slices.Equal(steps, []int{0, 1, 1}) || !k.ServerEnded || !k.Answered200 || !k.RegisterDone || k.ServerReset != (end == EndReset) {
				t.Errorf("%s: steps %v\n%s", end, steps, describe(o))
			}
		}
	})
}

// A REGISTER is answered as it is said, the next one with a 200.
func TestReplies(t *testing.T) {
	t.Parallel()
	b := serving(testPKI().ecdsa)
	b.Script = Script{AwaitRegister, Respond{Status: 302, Reason: "Moved", Header: "Contact: <sip:{clear};x={host}>\nX: {other}"}}
	s := start(t, b)
	c := secured(t, s, 0, nil)
	if _, err := io.WriteString(c, register(c)); err != nil {
		t.Fatal(err)
	}
	m, err := readHead(bufio.NewReader(c))
	clear := "<sip:" + s.Address().Addr().String() + ":5060;x=" + testHost + ">"
	if err != nil || m.line != "SIP/2.0 302 Moved" || m.fields.Get("Contact") != clear || m.fields.Get("X") != testOther+":5061" {
		t.Errorf("%v %+v", err, m)
	}
	if _, err := io.WriteString(c, strings.ReplaceAll(strings.ReplaceAll(register(c), "1826", "1827"), "776asdhds", "776asdhdt")); err != nil {
		t.Fatal(err)
	}
	if m, err := readHead(bufio.NewReader(c)); err != nil || m.line != "SIP/2.0 200 OK" {
		t.Errorf("the second time: %v %+v", err, m)
	}

	b.Script = Script{AwaitRegister, Respond{Half: true}, EndCut}
	behave(t, s, b)
	c = secured(t, s, 0, nil)
	_, _ = io.WriteString(c, register(c))
	got, err := io.ReadAll(c)
	_ = c.Close()
	if err != nil || !strings.HasPrefix(string(got), "SIP/2.0 200 OK\r\n") || strings.Contains(string(got), "\r\n\r\n") {
		t.Errorf("half an answer: %q, %v", got, err)
	}

	b.Script = Script{AwaitRegister, EndClose}
	behave(t, s, b)
	c = secured(t, s, 0, nil)
	_, _ = io.WriteString(c, register(c))
	if got, err := io.ReadAll(c); err != nil || len(got) > 0 {
		t.Errorf("no answer: %q, %v", got, err)
	}
	_ = c.Close()
	for _, k := range s.Observe(t.Context()).Connections[1:] {
		if k.Answered200 || !k.RegisterDone {
			t.Errorf("answered %t, done %t", k.Answered200, k.RegisterDone)
		}
	}
}

// A server that is no TLS server says so in the clear, or nothing, and ends.
func TestClearAnswers(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"", BadRequestSIP, BadRequestHTTP} {
		b := serving(testPKI().ecdsa)
		b.Script = Script{AwaitHello, EndClose}
		if want != "" {
			b.Script = Script{AwaitHello, SendText{want}, EndClose}
		}
		s := start(t, b)
		raw := dial(t, s.Address().String())
		_ = tls.Client(raw, testPKI().trusting()).Handshake() // fails, and leaves what came in the error
		_ = raw.CloseWrite()
		k := one(t, s.Observe(t.Context()))
		if !k.ServerEnded || k.ClientHello == nil || k.Handshake.Started || k.NothingInCommon != "" {
			t.Errorf("%s: %+v", b.Script, k)
		}
		if said := slices.Contains(ladder(k, FromServer), "clear text"); said != (want != "") {
			t.Errorf("%s: %v", b.Script, k.Events)
		}
		raw = dial(t, s.Address().String())
		hello := &recording{Conn: raw}
		_ = tls.Client(hello, testPKI().trusting()).Handshake()
		if got := string(hello.read); got != want {
			t.Errorf("%s: %q", b.Script, got)
		}
	}
}

// recording keeps what is read.
type recording struct {
	net.Conn
	read []byte
}

func (r *recording) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.read = append(r.read, b[:n]...)
	return n, err
}

// A handshake whose end is held back completes on neither side, though the
// Certificate is sent.
func TestUnfinished(t *testing.T) {
	eachVersion(t, func(t *testing.T, version uint16) {
		b := serving(testPKI().ecdsa)
		b.Script = Script{AwaitHello, ServeTLS{HoldBack: true}}
		s := start(t, b)
		raw := dial(t, s.Address().String())
		config := testPKI().trusting()
		config.MaxVersion = version
		verified := make(chan struct{})
		config.VerifyConnection = func(tls.ConnectionState) error { close(verified); return nil }
		done := make(chan error, 1)
		go func() { done <- tls.Client(raw, config).Handshake() }()
		if version == tls.VersionTLS13 {
			<-verified
		} else {
			await(t, s, "the Certificate", func(o *Observation) bool {
				return len(o.Connections) == 1 && o.Connections[0].Handshake.CertificateSent
			})
		}
		select {
		case err := <-done:
			t.Fatalf("the client is done: %v", err)
		default:
		}
		_ = raw.CloseWrite()
		k := one(t, s.Observe(t.Context()))
		if err := <-done; err == nil || k.Handshake.Completed || !k.Handshake.CertificateSent {
			t.Errorf("%v: %+v", err, k.Handshake)
		}
	})
}

// Warnings come before the ServerHello; octets one by one make a handshake all
// the same; an OPTIONS comes before anything was asked, and its answer is seen.
func TestActsBeforeAndAfterHandshake(t *testing.T) {
	eachVersion(t, func(t *testing.T, version uint16) {
		b := serving(testPKI().ecdsa)
		b.Script = Script{
			Segment{1},
			AwaitHello,
			SendAlert{Level: levelWarning, Description: alertUserCanceled, Times: 2},
			SendAlert{Level: levelWarning, Description: 112},
			ServeTLS{},
			AwaitHandshake,
			SendOptions{From: "carol.test"},
		}
		s := start(t, b)
		c := secured(t, s, version, nil)
		m, err := readHead(bufio.NewReader(c))
		if err != nil || !strings.HasPrefix(m.line, "OPTIONS sips:") || !strings.Contains(m.fields.Get("From"), "@carol.test>") {
			t.Fatalf("%v %+v", err, m)
		}
		if _, err := io.WriteString(c, "SIP/2.0 200 OK\r\nCSeq: "+m.fields.Get("CSeq")+"\r\nContent-Length: 0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
		k := one(t, s.Observe(t.Context()))
		var warned []uint8
		for _, a := range k.ServerAlerts[:min(len(k.ServerAlerts), 3)] {
			warned = append(warned, a.Description)
		}
		if !slices.Equal(warned, []uint8{alertUserCanceled, alertUserCanceled, 112}) || k.OptionsStatus != 200 {
			t.Errorf("alerts %v, status %d\n%v", k.ServerAlerts, k.OptionsStatus, k.Events)
		}
	})
}

// A server that closes after the handshake sends close_notify, and still records
// what arrives.
func TestClosesAfterHandshake(t *testing.T) {
	eachVersion(t, func(t *testing.T, version uint16) {
		b := serving(testPKI().ecdsa)
		b.Script = Script{AwaitHandshake, EndClose}
		s := start(t, b)
		c := secured(t, s, version, nil)
		if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("read %d, %v", n, err)
		}
		_, _ = io.WriteString(c, register(c))
		_ = c.CloseWrite()
		k := one(t, s.Observe(t.Context()))
		if !k.Handshake.Completed || !k.ServerEnded || k.Answered200 || len(k.SIP) != 1 {
			t.Errorf("%+v", k)
		}
	})
}

// The server's OPTIONS can say that it is from anywhere.
func TestOptionsFrom(t *testing.T) {
	t.Parallel()
	b := serving(testPKI().ecdsa)
	b.Script = Script{AwaitRegister, Respond{}, SendOptions{From: "carol.test"}}
	c := secured(t, start(t, b), 0, nil)
	if _, err := io.WriteString(c, register(c)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	if _, err := readHead(r); err != nil {
		t.Fatal(err)
	}
	m, err := readHead(r)
	if err != nil || !strings.HasPrefix(m.line, "OPTIONS ") || !strings.Contains(m.fields.Get("From"), "<sips:carol@carol.test>;tag=") || len(m.fields["From"]) != 1 {
		t.Errorf("%v %+v", err, m)
	}
}

// Clear text on a TCP listener has a kind, whoever's it is.
func TestClearKind(t *testing.T) {
	t.Parallel()
	s := start(t, serving(testPKI().ecdsa))
	for text, kind := range map[string]ClearKind{
		"REGISTER sip:someone.example SIP/2.0\r\n\r\n": ClearSIP, "\r\n\r\n": ClearCRLF, "hello": ClearOther,
	} {
		c := dial(t, s.clearAddress())
		_, _ = io.WriteString(c, text)
		_ = c.CloseWrite()
		await(t, s, string(kind), func(o *Observation) bool {
			k := &o.Connections[len(o.Connections)-1]
			return k.ClearKind == kind && !k.Leak && k.ClientClosed != ""
		})
	}
}
