//go:build unix

package fakeserver

import (
	"io"
	"net"
	"net/netip"
	"syscall"
)

// readNow reads what has arrived at conn without waiting; some is false when
// there is nothing, neither data nor an end.
func readNow(conn *net.TCPConn, b []byte) (n int, some bool, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, true, err
	}
	failed := raw.Read(func(fd uintptr) bool {
		for {
			if n, err = syscall.Read(int(fd), b); err != syscall.EINTR {
				return true
			}
		}
	})
	switch {
	case failed != nil:
		return 0, true, failed
	case err == syscall.EAGAIN:
		return 0, false, nil
	case err != nil:
		return 0, true, &net.OpError{Op: "read", Net: "tcp", Addr: conn.RemoteAddr(), Err: err}
	case n == 0:
		return 0, true, io.EOF
	}
	return n, true, nil
}

// knock connects to a TCP ear. expect is told the local address before the
// connection is made; lost is called when none could be made. The caller
// calls hangUp once the ear has seen it: one that was reset before its
// acceptance has no address any more. A bare socket spares the runtime's
// poller, and ending by a reset leaves no TIME_WAIT behind.
func knock(ear netip.AddrPort, expect func(local netip.AddrPort), lost func()) (hangUp func()) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		lost()
		return func() {}
	}
	syscall.CloseOnExec(fd)
	hangUp = func() { _ = syscall.Close(fd) }
	// A full backlog must not hold the connect for the minutes of its retries.
	_ = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &syscall.Timeval{Usec: 500_000})
	_ = syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: ear.Addr().As4()}); err != nil {
		lost()
		return hangUp
	}
	name, err := syscall.Getsockname(fd)
	local, ok := name.(*syscall.SockaddrInet4)
	if err != nil || !ok {
		lost()
		return hangUp
	}
	expect(netip.AddrPortFrom(netip.AddrFrom4(local.Addr), uint16(local.Port)))
	// An error leaves the sentinel on its way, or lost: the caller's bound ends
	// the wait.
	_ = syscall.Connect(fd, &syscall.SockaddrInet4{Addr: ear.Addr().As4(), Port: int(ear.Port())})
	return hangUp
}
