package fakeserver

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestListeners(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "linux" {
		s := start(t, Behaviour{})
		a := s.Address().Addr()
		want := []Listener{
			{Network: "tcp", Address: netip.AddrPortFrom(a, 5061), TLS: true},
			{Network: "tcp", Address: netip.AddrPortFrom(a, 5060)},
			{Network: "udp", Address: netip.AddrPortFrom(a, 5060)},
			{Network: "udp", Address: netip.AddrPortFrom(a, 5061)},
		}
		if o := s.Observe(t.Context()); cmp.Diff(want, o.Listeners, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })) != "" ||
			!a.IsLoopback() || o.Address != want[0].Address {
			t.Errorf("own: %v at %v", o.Listeners, o.Address)
		}
	}
	near := start(t, Behaviour{}, func(c *Config) { c.Traps = TrapsNear })
	at := near.Address()
	if o := near.Observe(t.Context()); len(o.Listeners) != 2 || o.Listeners[0] != (Listener{Network: "tcp", Address: at, TLS: true}) ||
		o.Listeners[1] != (Listener{Network: "udp", Address: at}) || at.Port() == 0 {
		t.Errorf("near: %v at %v", o.Listeners, at)
	}
}

// Where a server listens is decided in one place.
func TestDefaults(t *testing.T) {
	t.Parallel()
	want := TrapsNear
	if runtime.GOOS == "linux" {
		want = TrapsOwn
	}
	if TrapMode("").OrDefault() != want || TrapsNear.OrDefault() != TrapsNear || TrapsOwn.OrDefault() != TrapsOwn {
		t.Errorf("the mode of this system is %q, want %q", TrapMode("").OrDefault(), want)
	}
	for address, port := range map[string]uint16{"127.1.1.1:5061": 5060, "127.0.0.1:4321": 4321} {
		if got := PlaintextPort(netip.MustParseAddrPort(address)); got != port {
			t.Errorf("%s takes plaintext at %d, want %d", address, got, port)
		}
	}
}

func TestAddressTaken(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("own addresses are for Linux")
	}
	first := start(t, Behaviour{})
	_, err := Start(t.Context(), Config{Address: first.Address().Addr()}, Setup{})
	var listen *ListenError
	if !errors.As(err, &listen) || !errors.Is(err, syscall.EADDRINUSE) || listen.Address != first.Address() {
		t.Fatalf("%v", err)
	}
	if !strings.Contains(err.Error(), "near traps") || !strings.Contains(err.Error(), first.Address().String()) {
		t.Errorf("the error does not help: %v", err)
	}
	// The next one is taken when nothing is asked for; nothing is left of the
	// attempt that failed.
	lastAddress.Add(^uint32(0))
	second := start(t, Behaviour{})
	if second.Address() == first.Address() {
		t.Error("two servers at one address")
	}
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	if _, err := Start(t.Context(), Config{Traps: "far"}, Setup{}); err == nil || !strings.Contains(err.Error(), `"far"`) {
		t.Errorf("unknown trap mode: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Config{}, Setup{}); !errors.Is(err, context.Canceled) {
		t.Errorf("context over: %v", err)
	}
}

func TestAwait(t *testing.T) {
	t.Parallel()
	s := start(t, Behaviour{})
	if !s.Await(t.Context(), func(*Observation) bool { return true }) {
		t.Error("what holds already was not seen")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s.Await(ctx, func(*Observation) bool { return false }) {
		t.Error("what never holds came to hold")
	}
	came := make(chan bool)
	asked := make(chan struct{}, 8)
	go func() {
		came <- s.Await(t.Context(), func(o *Observation) bool {
			asked <- struct{}{}
			return len(o.Connections) == 1
		})
	}()
	<-asked // it waits now
	dial(t, s.Address().String())
	if !<-came {
		t.Error("the connection was not seen")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiters) > 0 {
		t.Error("waiters are left")
	}
}

func TestFreeze(t *testing.T) {
	t.Parallel()
	s := start(t, Behaviour{})
	if o := s.Observe(t.Context()); o.Frozen != 0 {
		t.Errorf("frozen at %v before Freeze", o.Frozen)
	}
	c := dial(t, s.Address().String())
	await(t, s, "a connection", func(o *Observation) bool { return len(o.Connections) == 1 })
	s.Freeze()
	first := s.snapshot().Frozen
	_ = c.Close()
	o := s.Observe(t.Context())
	s.Freeze()
	k := one(t, o)
	if first <= 0 || o.Frozen != first || s.snapshot().Frozen != first {
		t.Errorf("frozen at %v, then %v, then %v", first, o.Frozen, s.snapshot().Frozen)
	}
	if k.Opened > o.Frozen || k.ClientClosedAt < o.Frozen {
		t.Errorf("opened %v, frozen %v, closed %v", k.Opened, o.Frozen, k.ClientClosedAt)
	}
}

func TestNext(t *testing.T) {
	t.Parallel()
	p := testPKI()
	var now time.Time
	s := start(t, serving(p.ecdsa), func(c *Config) { c.Now = func() time.Time { return time.Now() } })
	left := dial(t, s.Address().String()) // from the attempt before
	await(t, s, "a connection", func(o *Observation) bool { return len(o.Connections) == 1 })
	s.Freeze()
	now = time.Now()
	s.Next()
	if _, err := left.Read(make([]byte, 1)); err == nil {
		t.Error("the connection of the attempt before is still served")
	}
	if o := s.snapshot(); len(o.Connections) > 0 || o.Frozen != 0 || o.Started.Before(now) || len(o.Listeners) == 0 {
		t.Errorf("not clean: %+v", o)
	}
	behave(t, s, Behaviour{Script: handshakeFailure})
	if tls.Client(dial(t, s.Address().String()), p.trusting()).Handshake() == nil {
		t.Error("the behaviour has not changed")
	}
	if k := one(t, s.snapshot()); len(k.ServerAlerts) != 1 || k.Opened > time.Minute {
		t.Errorf("%+v", k)
	}
}

func TestObservationSharesNothing(t *testing.T) {
	t.Parallel()
	p := testPKI()
	s := start(t, serving(p.ecdsa))
	c := tls.Client(dial(t, s.Address().String()), p.trusting())
	if _, err := exchange(c); err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	first := s.Observe(t.Context())
	k := one(t, first)
	k.ClientHello.CipherSuites[0] ^= 0xffff
	k.Events[0].What = "changed"
	k.SIP[0].Method = "changed"
	first.Listeners[0].Network = "changed"
	if k := one(t, s.snapshot()); k.ClientHello.CipherSuites[0] == first.Connections[0].ClientHello.CipherSuites[0] ||
		k.Events[0].What == "changed" || k.SIP[0].Method == "changed" || s.snapshot().Listeners[0].Network == "changed" {
		t.Error("the copy shares its slices with the server")
	}
}

// TestDrain: what was sent before Observe is in the observation, without
// waiting; the sentinels are not.
func TestDrain(t *testing.T) {
	t.Parallel()
	s := start(t, Behaviour{})
	o := s.Observe(t.Context())
	if len(o.Connections) > 0 || len(o.Datagrams) > 0 || o.Dropped > 0 {
		t.Fatalf("sentinels are recorded\n%s", describe(o))
	}
	for round := range 20 {
		for _, listener := range o.Listeners {
			c, err := net.Dial(listener.Network, listener.Address.String())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Write([]byte("OPTIONS sip:" + testHost + " SIP/2.0\r\n\r\n")); err != nil {
				t.Fatal(err)
			}
			_ = c.Close()
		}
		got := s.Observe(t.Context())
		if len(got.Connections) != 2 || len(got.Datagrams) != 2 {
			t.Fatalf("round %d: %s", round, describe(got))
		}
		for _, k := range got.Connections {
			if !k.Leak || k.ClientClosed == "" {
				t.Errorf("round %d: leak %v, closed %q", round, k.Leak, k.ClientClosed)
			}
		}
		s.Next()
	}
}

func TestCloseFreesThePorts(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Config{}, Setup{})
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, s.Address().String())
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("a connection outlived the server")
	}
	if runtime.GOOS == "linux" {
		again, err := Start(t.Context(), Config{Address: s.Address().Addr()}, Setup{})
		if err != nil {
			t.Fatal(err)
		}
		_ = again.Close()
	}
	s.Observe(t.Context()) // must not block or panic
}
