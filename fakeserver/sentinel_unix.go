//go:build unix

package fakeserver

import (
	"net/netip"
	"syscall"
)

// knock connects to a TCP ear and closes at once. expect is told the local
// address before the connection is made; lost is called when none could be
// made. A bare socket spares the runtime's poller, and a reset leaves no
// TIME_WAIT behind.
func knock(ear netip.AddrPort, expect func(local netip.AddrPort), lost func()) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		lost()
		return
	}
	syscall.CloseOnExec(fd)
	defer func() { _ = syscall.Close(fd) }()
	// A full backlog must not hold the connect for the minutes of its retries.
	_ = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &syscall.Timeval{Usec: 500_000})
	_ = syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: ear.Addr().As4()}); err != nil {
		lost()
		return
	}
	name, err := syscall.Getsockname(fd)
	local, ok := name.(*syscall.SockaddrInet4)
	if err != nil || !ok {
		lost()
		return
	}
	expect(netip.AddrPortFrom(netip.AddrFrom4(local.Addr), uint16(local.Port)))
	// An error leaves the sentinel on its way, or lost: the caller's bound ends
	// the wait.
	_ = syscall.Connect(fd, &syscall.SockaddrInet4{Addr: ear.Addr().As4(), Port: int(ear.Port())})
}
