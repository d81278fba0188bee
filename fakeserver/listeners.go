package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
)

// The default ports of SIP (RFC 3261 19.1.2), which a server has at an address of
// its own.
const (
	PortSIP = 5060 // without TLS
	PortTLS = 5061
)

// PlaintextPort is the port at which a server that speaks TLS at that address
// receives SIP without TLS. With near traps it is the same port, by UDP.
func PlaintextPort(at netip.AddrPort) uint16 {
	if at.Port() == PortTLS {
		return PortSIP
	}
	return at.Port()
}

// addressTries is how many addresses, or ports, are tried at most.
const addressTries = 64

// ListenError says that a port could not be opened. It wraps the reason of
// the operating system.
type ListenError struct {
	Network string // "tcp" or "udp"
	Address netip.AddrPort
	Err     error
}

// Error says which port it is and what to do.
func (e *ListenError) Error() string {
	hint := "allow this process to open ports on loopback addresses"
	switch {
	case errors.Is(e.Err, syscall.EADDRINUSE):
		hint = "end the program that holds the port, or use near traps, which take any free port"
	case errors.Is(e.Err, syscall.EADDRNOTAVAIL):
		hint = "this system has no such loopback address: use near traps"
	case errors.Is(e.Err, syscall.EMFILE), errors.Is(e.Err, syscall.ENFILE):
		hint = "allow more open files (ulimit -n), or run fewer attempts at once"
	}
	return fmt.Sprintf("open %s port %s: %v: %s", e.Network, e.Address, e.Err, hint)
}

// Unwrap gives the reason.
func (e *ListenError) Unwrap() error { return e.Err }

// listeners are the open ports at one address: that for TLS and the plaintext
// listeners.
type listeners struct {
	address netip.AddrPort // of the one for TLS
	tcp     []*net.TCPListener
	udp     []*net.UDPConn
	list    []Listener // first those of tcp, then those of udp
}

// close closes every port. Nil: there are none.
func (l *listeners) close() error {
	if l == nil {
		return nil
	}
	var errs []error
	for _, t := range l.tcp {
		errs = append(errs, t.Close())
	}
	for _, u := range l.udp {
		errs = append(errs, u.Close())
	}
	return errors.Join(errs...)
}

// lastAddress counts the loopback addresses that were handed out.
var lastAddress atomic.Uint32

func init() { lastAddress.Store(rand.Uint32()) }

// nextAddress gives the next address of 127.0.0.0/8, without 127.0.0.0/16,
// which is used otherwise, and without the first and last of each network.
func nextAddress() netip.Addr {
	n := lastAddress.Add(1) % (254 * 254 * 254)
	return netip.AddrFrom4([4]byte{127, byte(n/254/254) + 1, byte(n/254%254) + 1, byte(n%254) + 1})
}

// openListeners opens the ports of mode. own is the address that is asked for;
// the zero value: any.
func openListeners(ctx context.Context, mode TrapMode, own netip.Addr) (*listeners, error) {
	switch mode = mode.OrDefault(); {
	case mode == TrapsNear:
		return openNear(ctx)
	case mode != TrapsOwn:
		return nil, fmt.Errorf("unknown trap mode %q: use %q or %q", mode, TrapsOwn, TrapsNear)
	case own.IsValid():
		return openOwn(ctx, own)
	}
	var err error
	for range addressTries {
		var l *listeners
		if l, err = openOwn(ctx, nextAddress()); err == nil {
			return l, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return nil, err
}

// openOwn opens the ports of an address of the server's own.
func openOwn(ctx context.Context, a netip.Addr) (*listeners, error) {
	l := &listeners{address: netip.AddrPortFrom(a, PortTLS)}
	for _, port := range []uint16{PortTLS, PortSIP} {
		t, err := listenTCP(ctx, netip.AddrPortFrom(a, port))
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		l.addTCP(t, port == PortTLS)
	}
	for _, port := range []uint16{PortSIP, PortTLS} {
		u, err := listenUDP(netip.AddrPortFrom(a, port))
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		l.addUDP(u)
	}
	return l, nil
}

// openNear opens a free port of 127.0.0.1, by TCP for TLS and by UDP.
func openNear(ctx context.Context) (*listeners, error) {
	t, u, err := listenBoth(ctx, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0))
	if err != nil {
		return nil, err
	}
	l := &listeners{address: addrPort(t.Addr())}
	l.addTCP(t, true)
	l.addUDP(u)
	return l, nil
}

func (l *listeners) addTCP(t *net.TCPListener, isTLS bool) {
	l.tcp = append(l.tcp, t)
	l.list = append(l.list, Listener{Network: "tcp", Address: addrPort(t.Addr()), TLS: isTLS})
}

func (l *listeners) addUDP(u *net.UDPConn) {
	l.udp = append(l.udp, u)
	l.list = append(l.list, Listener{Network: "udp", Address: addrPort(u.LocalAddr())})
}

// listenTCP opens a TCP port; port 0: a free one.
func listenTCP(ctx context.Context, a netip.AddrPort) (*net.TCPListener, error) {
	config := net.ListenConfig{KeepAlive: -1}
	config.SetMultipathTCP(false)
	l, err := config.Listen(ctx, "tcp", a.String())
	if err != nil {
		return nil, &ListenError{Network: "tcp", Address: a, Err: err}
	}
	return l.(*net.TCPListener), nil
}

// listenUDP opens a UDP port; port 0: a free one.
func listenUDP(a netip.AddrPort) (*net.UDPConn, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(a))
	if err != nil {
		return nil, &ListenError{Network: "udp", Address: a, Err: err}
	}
	return conn, nil
}

// listenBoth opens the same port by TCP and UDP; port 0: one that is free for
// both.
func listenBoth(ctx context.Context, a netip.AddrPort) (*net.TCPListener, *net.UDPConn, error) {
	var err error
	for range addressTries {
		var t *net.TCPListener
		if t, err = listenTCP(ctx, a); err != nil {
			break
		}
		var u *net.UDPConn
		if u, err = listenUDP(addrPort(t.Addr())); err == nil {
			return t, u, nil
		}
		err = errors.Join(err, t.Close())
		if a.Port() != 0 || !errors.Is(err, syscall.EADDRINUSE) {
			break // the caller wants this port, or none can be had
		}
	}
	return nil, nil, err
}

// addrPort gives the address of one end of a TCP connection or a UDP port.
func addrPort(a net.Addr) netip.AddrPort {
	var p netip.AddrPort
	switch a := a.(type) {
	case *net.TCPAddr:
		p = a.AddrPort()
	case *net.UDPAddr:
		p = a.AddrPort()
	}
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
}

// nameInText writes an address as it is looked for in plaintext: an address that
// belongs to the server alone as IP address, a shared one with its port.
func nameInText(a netip.AddrPort) string {
	if a.Port() == PortTLS {
		return a.Addr().String()
	}
	return a.String()
}
