//go:build !unix

package fakeserver

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// readNow reads what has arrived at conn, waiting hardly at all; some is false
// when there is nothing, neither data nor an end.
func readNow(conn *net.TCPConn, b []byte) (n int, some bool, err error) {
	if err := conn.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		return 0, true, err
	}
	n, err = conn.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) && n == 0 {
		return 0, false, nil
	}
	return n, true, err
}

// knock connects to a TCP ear. expect is told the local address before the
// connection is made; lost is called when none could be made. The caller
// calls hangUp once the ear has seen it. The local port is one that a listener
// just had.
func knock(ear netip.AddrPort, expect func(local netip.AddrPort), lost func()) (hangUp func()) {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: ear.Addr().AsSlice()})
	if err != nil {
		lost()
		return func() {}
	}
	local := l.Addr().(*net.TCPAddr)
	_ = l.Close()
	expect(addrPort(local))
	d := net.Dialer{LocalAddr: local, Timeout: 500 * time.Millisecond}
	c, err := d.Dial("tcp4", ear.String())
	if err != nil {
		lost()
		return func() {}
	}
	return func() { _ = c.Close() }
}
