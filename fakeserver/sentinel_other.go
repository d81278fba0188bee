//go:build !unix

package fakeserver

import (
	"net"
	"net/netip"
	"time"
)

// knock connects to a TCP ear and closes at once. expect is told the local
// address before the connection is made; lost is called when none could be
// made. The local port is one that a listener just had.
func knock(ear netip.AddrPort, expect func(local netip.AddrPort), lost func()) {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: ear.Addr().AsSlice()})
	if err != nil {
		lost()
		return
	}
	local := l.Addr().(*net.TCPAddr)
	_ = l.Close()
	expect(addrPort(local))
	d := net.Dialer{LocalAddr: local, Timeout: 500 * time.Millisecond}
	c, err := d.Dial("tcp4", ear.String())
	if err != nil {
		lost()
		return
	}
	_ = c.Close()
}
