package fakeserver

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"net/url"
	"runtime"
	"testing"
	"time"
)

// everywhere asks for every place.
var everywhere = Places{Second: true, Service: true}

// reserve reserves what is freed at the end of the test.
func reserve(t *testing.T, cfg Config) *Reservation {
	t.Helper()
	r, err := Reserve(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// serve serves a reservation to the end of the test.
func serve(t *testing.T, r *Reservation, setup Setup) *Server {
	t.Helper()
	s, err := r.Serve(setup)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Every place that is asked for is known before anything is served, and no
// other is opened.
func TestReservedPlaces(t *testing.T) {
	t.Parallel()
	for _, mode := range []TrapMode{"", TrapsNear} {
		r := reserve(t, Config{Traps: mode, Places: everywhere})
		own, second := r.Address(), r.Second()
		if !own.Addr().IsLoopback() || own.Port() == 0 || !second.Addr().IsLoopback() || second.Port() == 0 || own == second {
			t.Errorf("%q: it is at %v and %v", mode, own, second)
		}
		u, err := url.Parse(r.Service())
		if err != nil {
			t.Fatal(err)
		}
		if at := netip.MustParseAddrPort(u.Host); at.Addr() != own.Addr() || at.Port() == 0 || u.Scheme != "http" || u.Path != "" {
			t.Errorf("%q: the service is at %q, the server at %v", mode, r.Service(), own)
		}
		s := serve(t, r, Setup{})
		if s.Address() != own {
			t.Errorf("%q: reserved %v, served %v", mode, own, s.Address())
		}
		both := s.Observe(t.Context()).Listeners

		least := reserve(t, Config{Traps: mode})
		if least.Second().IsValid() || least.Service() != "" {
			t.Errorf("%q: not asked for: %v, %q", mode, least.Second(), least.Service())
		}
		if one := serve(t, least, Setup{}).Observe(t.Context()).Listeners; 2*len(one) != len(both) {
			t.Errorf("%q: %v with a second address, %v without", mode, both, one)
		}
	}
}

// What clients send before anything is served is served afterwards, at every
// place.
func TestServedAfterwards(t *testing.T) {
	t.Parallel()
	for _, mode := range []TrapMode{"", TrapsNear} {
		r := reserve(t, Config{Traps: mode, Places: everywhere})
		hello := helloRecord(t)
		var conns []*net.TCPConn
		for _, at := range []netip.AddrPort{r.Address(), r.Second()} {
			c := dial(t, at.String())
			if _, err := c.Write(hello); err != nil {
				t.Fatal(err)
			}
			conns = append(conns, c)
			udp, err := net.Dial("udp", at.String())
			if err != nil {
				t.Fatal(err)
			}
			_, err = io.WriteString(udp, "REGISTER sip:"+testHost+" SIP/2.0\r\n\r\n")
			if err = errors.Join(err, udp.Close()); err != nil {
				t.Fatal(err)
			}
		}
		u, _ := url.Parse(r.Service())
		asking := dial(t, u.Host)
		if _, err := io.WriteString(asking, "GET /a.crl HTTP/1.0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		b := published(ServiceSound)
		b.Script = handshakeFailure
		s := serve(t, r, Setup{Account: []string{testHost}, Behaviours: []Behaviour{b}, Second: Behaviour{Script: Script{AwaitHello, EndClose}}})
		alert := make([]byte, recordHeader+2)
		if _, err := io.ReadFull(conns[0], alert); err != nil || alert[0] != recordAlert || alert[6] != alertHandshakeFailure {
			t.Errorf("%q: the first client was answered % x, %v", mode, alert, err)
		}
		if n, err := conns[1].Read(alert); err != io.EOF {
			t.Errorf("%q: the second client read %d octets, %v", mode, n, err)
		}
		if line, err := bufio.NewReader(asking).ReadString('\n'); err != nil || line != "HTTP/1.0 200 OK\r\n" {
			t.Errorf("%q: the service answered %q, %v", mode, line, err)
		}
		for _, c := range conns {
			_ = c.CloseWrite()
		}
		o := s.Observe(t.Context())
		if len(o.Connections) != 2 || len(o.Datagrams) != 2 || !o.Datagrams[0].Leak || !o.Datagrams[1].Leak || len(o.Requests) != 1 {
			t.Errorf("%q: %+v\n%s", mode, o.Requests, describe(o))
		}
		for _, k := range o.Connections {
			if k.ClientHello == nil || k.Opened < 0 || k.Listener.Second != (k.Listener.Address == r.Second()) {
				t.Errorf("%q: %+v", mode, k)
			}
		}
	}
}

// Nothing is left of a reservation that is closed, nor of one that failed half
// way. It counts descriptors: no other test runs beside it.
func TestReservationLeavesNothing(t *testing.T) {
	reserve(t, Config{}) // opens the runtime's poller
	before := descriptors(t)
	r, err := Reserve(t.Context(), Config{Places: everywhere})
	if err != nil {
		t.Fatal(err)
	}
	waiting := dial(t, r.Address().String())
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	if n, err := waiting.Read(make([]byte, 1)); err == nil {
		t.Errorf("a client that waited read %d octets", n)
	}
	_ = waiting.Close()
	for _, at := range []netip.AddrPort{r.Address(), r.Second()} {
		if c, err := net.DialTimeout("tcp", at.String(), time.Second); err == nil {
			_ = c.Close()
			t.Errorf("%v is still open", at)
		}
	}
	if _, err := r.Serve(Setup{}); !errors.Is(err, ErrReleased) {
		t.Errorf("served after it was closed: %v", err)
	}
	if runtime.GOOS == "linux" { // an address of which one port is taken, the last that is opened
		taken := net.UDPAddrFromAddrPort(netip.AddrPortFrom(nextAddress(), PortTLS))
		udp, err := net.ListenUDP("udp", taken)
		if err != nil {
			t.Fatal(err)
		}
		var listen *ListenError
		_, err = Reserve(t.Context(), Config{Address: taken.AddrPort().Addr(), Places: everywhere})
		if !errors.As(err, &listen) || listen.Network != "udp" || listen.Address != taken.AddrPort() {
			t.Errorf("the port is taken: %v", err)
		}
		_ = udp.Close()
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// A reservation is served once, and then belongs to the server.
func TestServedOnce(t *testing.T) {
	t.Parallel()
	r := reserve(t, Config{})
	s := serve(t, r, Setup{Behaviours: []Behaviour{serving(testPKI().ecdsa)}})
	if _, err := r.Serve(Setup{}); !errors.Is(err, ErrReleased) {
		t.Errorf("served twice: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if !handshakes(t, s.Address()) {
		t.Error("closing the reservation ended the server")
	}
}

// A server is served with all its behaviours.
func TestServedBehaviours(t *testing.T) {
	t.Parallel()
	first, then := serving(testPKI().ecdsa), serving(testPKI().ecdsa)
	first.Script = Script{AwaitRegister, Respond{}, EndClose}
	s := serve(t, reserve(t, Config{}), Setup{Behaviours: []Behaviour{first, then}})
	for range 2 {
		if _, err := exchange(connect(t, s)); err != nil {
			t.Fatal(err)
		}
		ended := func(o *Observation) bool { return o.Connections[0].ServerEnded }
		if !s.Await(t.Context(), ended) {
			t.Fatal("the first connection was not ended")
		}
	}
	if o := s.Observe(t.Context()); o.Connections[0].Step != 0 || o.Connections[1].Step != 1 {
		t.Error(describe(o))
	}
}

// The second address has a behaviour and listeners of its own; what comes there
// is in the one observation, in the order of time.
func TestSecondAddress(t *testing.T) {
	t.Parallel()
	p := testPKI()
	for _, mode := range []TrapMode{TrapsNear, ""} {
		r := reserve(t, Config{Traps: mode, Places: Places{Second: true}})
		s := serve(t, r, Setup{Behaviours: []Behaviour{serving(p.ecdsa)}, Second: Behaviour{Script: handshakeFailure}})
		refused := handshakes(t, r.Second())
		accepted := handshakes(t, s.Address())
		if refused || !accepted {
			t.Errorf("at the second address the handshake is completed: %t, at the first: %t", refused, accepted)
		}
		udp, err := net.Dial("udp", r.Second().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := udp.Write([]byte("\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		_ = udp.Close()
		o := s.Observe(t.Context())
		if len(o.Connections) != 2 || !o.Connections[0].Listener.Second || o.Connections[1].Listener.Second ||
			!o.Connections[1].Handshake.Completed || o.Connections[0].Opened > o.Connections[1].Opened {
			t.Errorf("connections: %s", describe(o))
		}
		if len(o.Datagrams) != 1 || !o.Datagrams[0].Listener.Second {
			t.Errorf("datagrams: %v", o.Datagrams)
		}
	}
}

// A context that is over reserves nothing.
func TestReserveTooLate(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Reserve(ctx, Config{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// handshakes makes one handshake and says whether it was completed.
func handshakes(t *testing.T, at netip.AddrPort) bool {
	t.Helper()
	c := tls.Client(dial(t, at.String()), testPKI().trusting())
	defer c.Close()
	return c.Handshake() == nil
}
