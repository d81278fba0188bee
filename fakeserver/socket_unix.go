//go:build unix

package fakeserver

import (
	"errors"
	"io"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
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

// waits says whether something is in the queue of a listener. A closed one has no
// queue.
func waits(listener syscall.Conn) bool {
	raw, err := listener.SyscallConn()
	if err != nil {
		return false
	}
	waiting := false
	err = raw.Control(func(fd uintptr) {
		list := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		for {
			n, err := unix.Poll(list, 0)
			if !errors.Is(err, unix.EINTR) {
				waiting = n > 0 && list[0].Revents&unix.POLLIN != 0
				return
			}
		}
	})
	return err == nil && waiting
}
