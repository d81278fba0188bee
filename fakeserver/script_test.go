package fakeserver

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestScriptCheck(t *testing.T) {
	t.Parallel()
	alert := SendAlert{Level: levelFatal, Description: alertHandshakeFailure}
	for _, tc := range []struct {
		script Script
		wrong  Act // of the error; nil: it can be done
	}{
		{nil, nil},
		{sound, nil},
		{silence, nil},
		{handshakeFailure, nil},
		{Script{AwaitRegister}, nil},
		{Script{Segment{1}, AwaitHello, SendText{"x"}, alert, ServeTLS{}, AwaitHandshake, SendOptions{}, AwaitRegister, Respond{Half: true}, EndCut}, nil},
		{Script{AwaitHandshake, EndClose, AwaitRegister, Respond{}}, nil}, // a REGISTER can come all the same
		{Script{AwaitHello, ServeTLS{HoldBack: true}}, nil},

		{Script{AwaitRegister, Respond{}, AwaitHello}, AwaitHello},
		{Script{AwaitHello, AwaitHello}, AwaitHello},
		{Script{Await("")}, Await("")},
		{Script{Await("lunch")}, Await("lunch")},
		{Script{AwaitHello, nil}, nil},
		{Script{AwaitHello, Segment{1}}, Segment{1}},
		{Script{EndClose}, EndClose},
		{Script{Respond{}}, Respond{}},
		{Script{AwaitHello, Respond{}}, Respond{}},
		{Script{AwaitHello, SendOptions{}}, SendOptions{}},
		{Script{AwaitHandshake, ServeTLS{}}, ServeTLS{}},
		{Script{AwaitHandshake, alert}, alert},
		{Script{AwaitRegister, SendText{"x"}}, SendText{"x"}},
		{Script{AwaitRegister, Pause{1}, EndClose, Pause{2}}, Pause{2}},
		{Script{AwaitHello, ServeTLS{}, EndClose}, EndClose},
		{Script{AwaitHello, ServeTLS{HoldBack: true}, AwaitRegister}, AwaitRegister},
		{Script{AwaitRegister, Respond{}, Respond{Status: 404}}, Respond{Status: 404}},
		{Script{AwaitRegister, Respond{}, Respond{}}, Respond{}},
	} {
		err := tc.script.Check()
		var wrong *ScriptError
		if tc.wrong == nil && (len(tc.script) == 0 || tc.script[len(tc.script)-1] != nil) {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if !errors.As(err, &wrong) || wrong.Act != tc.wrong || cmp.Diff(tc.script, wrong.Script) != "" || !strings.Contains(err.Error(), tc.script.String()) {
			t.Errorf("%s: %v", tc.script, err)
		}
	}
}

// A script says only where a server differs from a sound one.
func TestScriptCourse(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		script, course Script
		completes      bool
	}{
		{nil, sound, true},
		{silence, Script{AwaitHello, AwaitHandshake, AwaitRegister, Respond{}}, false},
		{handshakeFailure, append(handshakeFailure[:3:3], AwaitHandshake, AwaitRegister, Respond{}), false},
		{Script{AwaitHello, ServeTLS{HoldBack: true}}, Script{AwaitHello, ServeTLS{HoldBack: true}, AwaitHandshake, AwaitRegister, Respond{}}, false},
		{Script{Segment{1}}, append(Script{Segment{1}}, sound...), true},
		{Script{AwaitRegister, EndCut}, Script{AwaitHello, ServeTLS{}, AwaitHandshake, AwaitRegister, EndCut}, true},
	} {
		if diff := cmp.Diff(tc.course, tc.script.Course()); diff != "" || tc.script.Completes() != tc.completes {
			t.Errorf("%s: completes: %t (-want +got):\n%s", tc.script, tc.script.Completes(), diff)
		}
		if err := tc.script.Course().Check(); tc.completes && err != nil {
			t.Error(err)
		}
	}
	if !Does[Respond](nil, AwaitRegister) || Does[Respond](Script{AwaitRegister}, AwaitRegister) || Does[Respond](nil, AwaitHello) {
		t.Error("a server answers a REGISTER unless the script awaits it")
	}
	acts, awaited := Script{Segment{1}, AwaitHello, ServeTLS{}, AwaitRegister}.After("")
	if _, other := sound.After("lunch"); !awaited || other || cmp.Diff(Script{Segment{1}}, acts) != "" {
		t.Errorf("before all moments: %s, %t", acts, awaited)
	}
}

// Every act can be compared and is printed in a few words.
func TestActsAreData(t *testing.T) {
	t.Parallel()
	words := map[Act]string{
		AwaitRegister: "await REGISTER",
		Segment{1}:    "write 1 octet at a time",
		Segment{7}:    "write 7 octets at a time",
		SendAlert{Level: levelFatal, Description: 40}:             "send fatal handshake_failure (40)",
		SendAlert{Level: levelWarning, Description: 90, Times: 3}: "send warning user_canceled (90), 3 times",
		SendText{BadRequestSIP}:                                   `send "SIP/2.0 400 Bad Request"`,
		ServeTLS{}:                                                "serve TLS",
		ServeTLS{HoldBack: true}:                                  "serve TLS and hold the end of the first flight back",
		Respond{}:                                                 "respond 200 OK",
		Respond{Status: 404}:                                      "respond 404 404",
		Respond{Status: 302, Reason: "Moved", Header: "A: b\nC: d", Half: true}: "respond with half of 302 Moved, A: b, C: d",
		SendOptions{}:                  "send OPTIONS",
		SendOptions{From: "x.test"}:    "send OPTIONS from x.test",
		Pause{1500 * time.Millisecond}: "pause 1.5s",
		EndClose:                       "close",
		EndCut:                         "cut",
		EndReset:                       "reset",
	}
	for act, want := range words {
		if act.String() != want {
			t.Errorf("%#v is called %q, want %q", act, act, want)
		}
	}
	if got, want := handshakeFailure.String(), "await ClientHello; send fatal handshake_failure (40); close"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A script that cannot be done changes nothing.
func TestScriptRefused(t *testing.T) {
	t.Parallel()
	wrong := Behaviour{Script: Script{Respond{}}}
	var refused *ScriptError
	r := reserve(t, Config{})
	if _, err := r.Serve(Setup{Behaviours: []Behaviour{{}, wrong}}); !errors.As(err, &refused) {
		t.Errorf("served: %v", err)
	}
	if _, err := r.Serve(Setup{Second: wrong}); !errors.As(err, &refused) {
		t.Errorf("served: %v", err)
	}
	s := serve(t, r, Setup{Behaviours: []Behaviour{serving(testPKI().ecdsa)}})
	if err := s.SetBehaviour(Behaviour{}, wrong); !errors.As(err, &refused) {
		t.Errorf("set: %v", err)
	}
	if !handshakes(t, s.Address()) {
		t.Error("the behaviour has changed")
	}
	if _, err := Start(t.Context(), Config{}, Setup{Second: wrong}); !errors.As(err, &refused) {
		t.Errorf("started: %v", err)
	}
}

// halves sends what is written first in two pieces, the second one late.
type halves struct {
	net.Conn
	sent bool
}

func (h *halves) Write(b []byte) (int, error) {
	if h.sent {
		return h.Conn.Write(b)
	}
	h.sent = true
	n, err := h.Conn.Write(b[:len(b)/2])
	if err != nil {
		return n, err
	}
	time.Sleep(20 * time.Millisecond)
	m, err := h.Conn.Write(b[n:])
	return n + m, err
}

// A ClientHello in pieces is awaited whole, then answered, and the handshake is
// served with all of it.
func TestHelloInPieces(t *testing.T) {
	eachVersion(t, func(t *testing.T, version uint16) {
		b := serving(testPKI().ecdsa)
		b.Script = Script{AwaitHello, SendAlert{Level: levelWarning, Description: 112}, ServeTLS{}}
		s := start(t, b)
		config := testPKI().trusting()
		config.MaxVersion = version
		c := tls.Client(&halves{Conn: dial(t, s.Address().String())}, config)
		if _, err := exchange(c); err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
		k := one(t, s.Observe(t.Context()))
		if kinds := kindsOf(k, FromServer); len(kinds) < 2 || kinds[0] != KindAlert || kinds[1] != KindServerHello {
			t.Errorf("%v", kinds)
		}
	})
}

// A REGISTER that the script awaits and does not answer stays unanswered; the
// server can ask something itself all the same. The next one is answered.
func TestUnansweredRegister(t *testing.T) {
	t.Parallel()
	b := serving(testPKI().ecdsa)
	b.Script = Script{AwaitRegister, SendOptions{}}
	s := start(t, b)
	c := connect(t, s)
	if _, err := io.WriteString(c, register(c)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	if m, err := readHead(r); err != nil || !strings.HasPrefix(m.line, "OPTIONS ") {
		t.Fatalf("%q, %v", m.line, err)
	}
	if _, err := io.WriteString(c, strings.NewReplacer("1826", "1827", "776asdhds", "776asdhdt").Replace(register(c))); err != nil {
		t.Fatal(err)
	}
	if m, err := readHead(r); err != nil || m.line != "SIP/2.0 200 OK" || m.fields.Get("Cseq") != "1827 REGISTER" {
		t.Errorf("%q, %v", m.line, err)
	}
}

// counter keeps what is written, and counts the writes.
type counter struct {
	catcher
	writes int
}

func (c *counter) Write(b []byte) (int, error) {
	c.writes++
	return c.catcher.Write(b)
}

// What a server writes goes out in pieces of any size.
func TestSegments(t *testing.T) {
	t.Parallel()
	for size, writes := range map[int]int{1: 13, 7: 2, 13: 1, 1 << 20: 1} {
		var c counter
		if n, err := segmented(&c, []byte("eleven octets"), size); n != 13 || err != nil || c.String() != "eleven octets" || c.writes != writes {
			t.Errorf("in pieces of %d: %d, %v, %q in %d writes", size, n, err, c.String(), c.writes)
		}
	}
}
