//go:build !unix

package fakeserver

import (
	"errors"
	"net"
	"os"
	"syscall"
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

// waits says that something may be in the queue of a listener: to take it, within
// a bound, shows whether it is.
func waits(syscall.Conn) bool { return true }
