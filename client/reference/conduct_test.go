package reference

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/client/internal/testpki"
	"siptrust/client/verify"
	"siptrust/pkiforge"
)

// stageServer is a server of several connections in a row, one for each of
// configs and the last one's for all that come after.
type stageServer struct {
	stages

	l     net.Listener
	wg    sync.WaitGroup
	mu    sync.Mutex
	saw   []string // a line a connection: who, resumed, what came
	told  chan struct{}
	count int
}

// stages are how it behaves.
type stages struct {
	configs []*tls.Config
	reply   string // what stands behind "SIP/2.0 " in the first answer; empty: 200
	ends    bool   // the first connection is ended once it was answered
}

func (s *stageServer) serve(t *testing.T) netip.AddrPort {
	t.Helper()
	var err error
	if s.l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.told = make(chan struct{}, 64)
	s.wg.Go(func() {
		for {
			c, err := s.l.Accept()
			if err != nil {
				return
			}
			n := s.add("")
			s.wg.Go(func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(20 * time.Second))
				s.conversation(c, n)
			})
		}
	})
	t.Cleanup(func() { s.l.Close(); s.wg.Wait() })
	return netip.MustParseAddrPort(s.l.Addr().String())
}

// add notes a new connection, say what came over one.
func (s *stageServer) add(line string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saw = append(s.saw, line)
	return len(s.saw) - 1
}

func (s *stageServer) say(n int, words string) {
	s.mu.Lock()
	s.saw[n] = strings.TrimSpace(s.saw[n] + " " + words)
	s.mu.Unlock()
	s.told <- struct{}{}
}

func (s *stageServer) conversation(c net.Conn, n int) {
	r := bufio.NewReader(c)
	if b, err := r.Peek(1); err != nil || b[0] != 22 { // no handshake record
		s.say(n, "clear")
		return
	}
	config := s.configs[min(n, len(s.configs)-1)]
	secured := tls.Server(&peeked{c, r}, config)
	if err := secured.Handshake(); err != nil {
		s.say(n, "refused")
		return
	}
	state := secured.ConnectionState()
	who := map[string]string{testHost: "one", testOther: "two"}[state.ServerName]
	if state.DidResume {
		who += " resumed"
	}
	in := textproto.NewReader(bufio.NewReader(secured))
	for first := true; ; first = false {
		line, h, err := readMessage(in)
		if err != nil {
			if first {
				s.say(n, who+" refused late")
			}
			return
		}
		words, reply := strings.Split(line, ":")[0], s.answer()
		if scheme, _, ok := strings.Cut(h.Get("Authorization"), " "); ok {
			words += " " + scheme
		}
		if first {
			words = who + " " + words
		}
		fmt.Fprintf(secured, "SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=x\r\nCall-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
			strings.ReplaceAll(reply, "{self}", s.l.Addr().String()), h.Get("Via"), h.Get("From"), h.Get("To"), h.Get("Call-Id"), h.Get("Cseq"))
		if s.ends && n == 0 {
			_ = secured.CloseWrite()
			_ = c.(*net.TCPConn).CloseWrite()
		}
		s.say(n, words)
	}
}

// answer is the next one.
func (s *stageServer) answer() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	if s.count == 1 && s.reply != "" {
		return s.reply
	}
	return "200 OK"
}

// words gives what the server saw, connection by connection.
func (s *stageServer) words() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.saw, ", ")
}

type peeked struct {
	net.Conn
	r io.Reader
}

func (p *peeked) Read(b []byte) (int, error) { return p.r.Read(b) }

// TestConduct: what the client does over several connections and with answers
// that lead it astray, and what the mutants do instead. In all else they do the
// same.
func TestConduct(t *testing.T) {
	t.Parallel()
	sound, wrong := forged(t, pkiforge.CustomCA), forged(t, pkiforge.CustomCA, testpki.WrongName)
	tickets := func(m material) *tls.Config {
		c := m.config()
		c.SessionTicketsDisabled = false
		c.SetSessionTicketKeys([][32]byte{{1}})
		return c
	}
	second := func(a *client.Attempt) {
		a.SecondURI, a.SecondHost = "sips:alice@"+testOther+fmt.Sprintf(":%d", a.Server.Port()), testOther
	}
	for name, tc := range map[string]struct {
		server stages
		edit   func(*client.Attempt)
		times  int
		want   string
		others map[check]string
	}{
		"two domains": {
			stages{configs: []*tls.Config{sound.config()}},
			second, 1, "one REGISTER sips, refused",
			map[check]string{
				checkReuse: "one REGISTER sips REGISTER sips", verify.CheckName: "one REGISTER sips, two REGISTER sips",
				checkRefusedSession: "one REGISTER sips, two refused late",
			},
		},
		"a ticket of the first domain": {
			stages{configs: []*tls.Config{tickets(sound)}},
			second, 1, "one REGISTER sips, refused",
			map[check]string{
				checkReuse: "one REGISTER sips REGISTER sips", checkSessionName: "one REGISTER sips, two resumed REGISTER sips",
				verify.CheckName: "one REGISTER sips, two REGISTER sips", checkRefusedSession: "one REGISTER sips, two refused late",
			},
		},
		"a ticket of a refused server": {
			stages{configs: []*tls.Config{tickets(wrong)}},
			nil, 2, "refused, refused",
			map[check]string{
				verify.CheckName: "one REGISTER sips, one REGISTER sips", checkRefusedSession: "one refused late, one resumed REGISTER sips",
				checkSecondTry: "refused, one REGISTER sips",
			},
		},
		"comes back": {
			stages{configs: []*tls.Config{tickets(sound)}, ends: true},
			nil, 1, "one REGISTER sips, one resumed REGISTER sips", nil,
		},
		"comes back to another": {
			stages{configs: []*tls.Config{sound.config(), wrong.config()}, ends: true},
			nil, 1, "one REGISTER sips, refused",
			map[check]string{
				checkKnownServer: "one REGISTER sips, one REGISTER sips", verify.CheckName: "one REGISTER sips, one REGISTER sips",
				checkRefusedSession: "one REGISTER sips, one refused late",
			},
		},
		"sent on": {
			stages{configs: []*tls.Config{sound.config()}, reply: "302 Moved\r\nContact: <sips:alice@" + testOther + ">"},
			func(a *client.Attempt) { a.SecondHost = testOther },
			1, "one REGISTER sips, refused",
			map[check]string{
				checkReuse: "one REGISTER sips REGISTER sips", verify.CheckName: "one REGISTER sips, two REGISTER sips",
				checkRefusedSession: "one REGISTER sips, two refused late",
			},
		},
		"sent on in the clear": {
			stages{configs: []*tls.Config{sound.config()}, reply: "302 Moved\r\nContact: <sip:alice@{self};transport=tcp>"},
			nil, 1, "one REGISTER sips",
			map[check]string{checkClearHop: "one REGISTER sips, clear"},
		},
		"routed in the clear": {
			stages{configs: []*tls.Config{sound.config()}, reply: "200 OK\r\nService-Route: <sip:{self};transport=tcp;lr>"},
			nil, 1, "one REGISTER sips",
			map[check]string{checkClearHop: "one REGISTER sips, clear"},
		},
		"sips not supported": {
			stages{configs: []*tls.Config{sound.config()}, reply: "416 Unsupported URI Scheme"},
			nil, 1, "one REGISTER sips",
			map[check]string{checkScheme: "one REGISTER sips REGISTER sip"},
		},
		"Basic": {
			stages{configs: []*tls.Config{sound.config()}, reply: "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\""},
			nil, 1, "one REGISTER sips",
			map[check]string{checkBasic: "one REGISTER sips REGISTER sips Basic"},
		},
		"transport=tcp": {
			stages{configs: []*tls.Config{sound.config()}},
			func(a *client.Attempt) { a.URI += ";transport=tcp" },
			1, "one REGISTER sips",
			map[check]string{checkTransport: "clear"},
		},
	} {
		for _, mutant := range append([]check{checkNone, verify.CheckName, checkSecondTry}, conductChecks...) {
			t.Run(name+"/"+string(mutant), func(t *testing.T) {
				t.Parallel()
				s := &stageServer{stages: tc.server}
				a := sound.attemptAt(s.serve(t))
				if tc.edit != nil {
					tc.edit(&a)
				}
				want, ok := tc.others[mutant]
				if !ok {
					want = tc.want
				}
				var mattered mattering
				o := Options{Mutant: string(mutant)}
				if mutant == checkNone {
					o.Exercised = mattered.add
				}
				d, parts := New(o), strings.Split(want, ", ")
				for n := range tc.times {
					s.attempt(t, d, a, strings.Join(parts[:len(parts)*(n+1)/tc.times], ", "))
				}
				if got := s.words(); got != want {
					t.Errorf("%s, want %s", got, want)
				}
				for other := range tc.others {
					if mutant == checkNone && !mattered.has(string(other)) {
						t.Errorf("the reference did not tell that %s matters, only %v", other, mattered.names)
					}
				}
			})
		}
	}
}

// conductChecks are those that only several connections, or an answer, show.
var conductChecks = []check{
	checkReuse, checkKnownServer, checkSessionName, checkRefusedSession, checkClearHop, checkScheme, checkBasic, checkTransport,
}

// attempt makes one attempt and ends it when the server saw what is wanted and
// had a while for more, or after a time by which it should have.
func (s *stageServer) attempt(t *testing.T, d *Driver, a client.Attempt, want string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := d.Attempt(ctx, a); err != nil {
			t.Error(err)
		}
	}()
	limit := time.After(10 * time.Second)
	for s.words() != want {
		select {
		case <-s.told:
		case <-limit:
			cancel()
			<-done
			return
		}
	}
	select {
	case <-s.told: // more than is wanted
	case <-done:
	case <-time.After(30 * time.Millisecond):
	}
	cancel()
	<-done
}
