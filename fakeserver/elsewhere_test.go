package fakeserver

import (
	"crypto/tls"
	"net"
	"net/netip"
	"testing"
)

// The second address has a behaviour and ears of its own; what comes there is
// in the one observation, in the order of time.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	p := testPKI()
	for _, mode := range []TrapMode{TrapsNear, ""} {
		s := start(t, serving(p.ecdsa), func(c *Config) { c.Traps = mode })
		own := len(s.Observe(t.Context()).Ears)
		at, err := s.ListenElsewhere(t.Context(), Behaviour{Answer: AnswerAlert})
		if err != nil {
			t.Fatal(err)
		}
		if at == s.Address() || !at.Addr().IsLoopback() {
			t.Fatalf("it listens at %v and elsewhere at %v", s.Address(), at)
		}
		if _, err := s.ListenElsewhere(t.Context(), Behaviour{}); err == nil {
			t.Error("a third address was opened")
		}
		refused := handshakes(t, at)
		accepted := handshakes(t, s.Address())
		if refused || !accepted {
			t.Errorf("elsewhere the handshake is completed: %t, here: %t", refused, accepted)
		}
		udp, err := net.Dial("udp", at.String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := udp.Write([]byte("\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		udp.Close()
		o := s.Observe(t.Context())
		if len(o.Ears) != 2*own {
			t.Errorf("ears: %v", o.Ears)
		}
		if len(o.Connections) != 2 || !o.Connections[0].Ear.Elsewhere || o.Connections[1].Ear.Elsewhere ||
			!o.Connections[1].Handshake.Completed || o.Connections[0].Opened > o.Connections[1].Opened {
			t.Errorf("connections: %s", describe(o))
		}
		if len(o.Datagrams) != 1 || !o.Datagrams[0].Ear.Elsewhere {
			t.Errorf("datagrams: %v", o.Datagrams)
		}
	}
}

// A closed server listens nowhere.
func TestElsewhereClosed(t *testing.T) {
	t.Parallel()
	s := start(t, Behaviour{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if at, err := s.ListenElsewhere(t.Context(), Behaviour{}); err == nil {
		t.Errorf("it listens at %v", at)
	}
}

// handshakes makes one handshake and says whether it was completed.
func handshakes(t *testing.T, at netip.AddrPort) bool {
	t.Helper()
	c := tls.Client(dial(t, at.String()), testPKI().trusting())
	defer c.Close()
	return c.Handshake() == nil
}
