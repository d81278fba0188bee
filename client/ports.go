package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// Ports for clients come from a range below those that systems hand out by
// themselves, so that no connection takes one between choice and use.
const (
	firstPort = 20000
	lastPort  = 29999
)

var ports struct {
	sync.Mutex
	next  int // 0: not chosen yet
	taken map[int]bool
}

// freePorts finds n consecutive ports that nothing has bound, for UDP and TCP,
// on any address. They stay taken in this process until release is called.
func freePorts(n int) (found []uint16, release func(), err error) {
	if n == 0 {
		return nil, func() {}, nil
	}
	ports.Lock()
	defer ports.Unlock()
	if ports.next == 0 {
		ports.next = firstPort + rand.IntN(lastPort-firstPort)
		ports.taken = map[int]bool{}
	}
	for range lastPort - firstPort {
		if ports.next+n-1 > lastPort {
			ports.next = firstPort
		}
		if busy := lastBusy(ports.next, n); busy != 0 {
			ports.next = busy + 1
			continue
		}
		for p := ports.next; p < ports.next+n; p++ {
			found = append(found, uint16(p))
			ports.taken[p] = true
		}
		ports.next += n
		return found, func() {
			ports.Lock()
			defer ports.Unlock()
			for _, p := range found {
				delete(ports.taken, int(p))
			}
		}, nil
	}
	return nil, nil, errors.New("find free local ports for the client: none from 20000 to 29999 is left; end what uses them")
}

// lastBusy gives the highest port from first on, n of them, that is not free;
// 0: all are.
func lastBusy(first, n int) int {
	for p := first + n - 1; p >= first; p-- {
		if ports.taken[p] || !canBind(p) {
			return p
		}
	}
	return 0
}

// canBind says whether a program could. Many do not set SO_REUSEADDR: to them a
// port is taken for a minute after the last connection from it.
func canBind(port int) bool {
	address := ":" + strconv.Itoa(port)
	plain := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var unset error
		err := c.Control(func(fd uintptr) {
			unset = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 0)
		})
		return errors.Join(err, unset)
	}}
	l, err := plain.Listen(context.Background(), "tcp", address)
	if err != nil {
		return false
	}
	defer l.Close()
	c, err := net.ListenPacket("udp", address)
	if err != nil {
		return false
	}
	return c.Close() == nil
}
