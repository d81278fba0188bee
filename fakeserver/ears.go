package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"sync/atomic"
	"syscall"
)

// The ports of an own address (RFC 3261 18.2.1).
const (
	portSIP = 5060
	portTLS = 5061
)

// addressTries is how many addresses, or ports, are tried before giving up.
const addressTries = 64

// ListenError says that an ear could not be opened. It wraps the reason of
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

// ears are the open ports of one server: the TLS ear and the traps.
type ears struct {
	address netip.AddrPort
	tcp     []*net.TCPListener
	udp     []*net.UDPConn
	list    []Ear // first those of tcp, then those of udp
}

// close closes every ear. Nil: there are none.
func (e *ears) close() error {
	if e == nil {
		return nil
	}
	var errs []error
	for _, l := range e.tcp {
		errs = append(errs, l.Close())
	}
	for _, c := range e.udp {
		errs = append(errs, c.Close())
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

// openEars opens the ears that cfg asks for.
func openEars(ctx context.Context, cfg *Config) (*ears, error) {
	mode := cfg.Traps
	if mode == "" {
		mode = TrapsNear
		if runtime.GOOS == "linux" {
			mode = TrapsOwn
		}
	}
	open := func() (*ears, error) { return openOwn(ctx, nextAddress()) }
	switch {
	case mode == TrapsNear:
		open = func() (*ears, error) { return openNear(ctx) }
	case mode != TrapsOwn:
		return nil, fmt.Errorf("open ears: unknown trap mode %q: use %q or %q", mode, TrapsOwn, TrapsNear)
	case cfg.Address.IsValid():
		return openOwn(ctx, cfg.Address)
	}
	var err error
	for range addressTries {
		var e *ears
		if e, err = open(); err == nil {
			return e, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return nil, err
}

// openOwn opens the ears of an address of the server's own.
func openOwn(ctx context.Context, a netip.Addr) (*ears, error) {
	e := &ears{address: netip.AddrPortFrom(a, portTLS)}
	err := e.openTCP(ctx, e.address, true)
	if err == nil {
		err = e.openTCP(ctx, netip.AddrPortFrom(a, portSIP), false)
	}
	if err == nil {
		err = e.openUDP(netip.AddrPortFrom(a, portSIP))
	}
	if err == nil {
		err = e.openUDP(netip.AddrPortFrom(a, portTLS))
	}
	if err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

// openNear opens the ears on a free port of 127.0.0.1.
func openNear(ctx context.Context) (*ears, error) {
	e := &ears{}
	if err := e.openTCP(ctx, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0), true); err != nil {
		return nil, err
	}
	e.address = e.list[0].Address
	if err := e.openUDP(e.address); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

func (e *ears) openTCP(ctx context.Context, a netip.AddrPort, isTLS bool) error {
	config := net.ListenConfig{KeepAlive: -1}
	config.SetMultipathTCP(false)
	l, err := config.Listen(ctx, "tcp4", a.String())
	if err != nil {
		return &ListenError{Network: "tcp", Address: a, Err: err}
	}
	tcp := l.(*net.TCPListener)
	e.tcp = append(e.tcp, tcp)
	e.list = append(e.list, Ear{Network: "tcp", Address: addrPort(tcp.Addr()), TLS: isTLS})
	return nil
}

func (e *ears) openUDP(a netip.AddrPort) error {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(a))
	if err != nil {
		return &ListenError{Network: "udp", Address: a, Err: err}
	}
	e.udp = append(e.udp, conn)
	e.list = append(e.list, Ear{Network: "udp", Address: a})
	return nil
}

// addrPort gives the address of one end of a TCP connection.
func addrPort(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	p := tcp.AddrPort()
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
}

// wordOf writes an address as it is looked for in clear text: an address that
// the server has for itself by the IP address, a shared one with its port.
func wordOf(a netip.AddrPort) string {
	if a.Port() == portTLS {
		return a.Addr().String()
	}
	return a.String()
}
