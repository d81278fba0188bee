package exec

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// Ports for clients come from a range below the one from which systems choose
// ports for connections, so that no connection takes one before the client does.
const (
	firstPort = 20000
	lastPort  = 29999
)

var ports struct {
	sync.Mutex
	next  int            // 0: not chosen yet
	taken map[int]func() // each releases the port's claim
}

// freePorts finds n consecutive ports that nothing has bound, for UDP and TCP,
// on any address. They stay taken in this process, and on Linux in any other
// run, until release is called.
func freePorts(n int) (found []uint16, release func(), err error) {
	if n == 0 {
		return nil, func() {}, nil
	}
	ports.Lock()
	defer ports.Unlock()
	if ports.next == 0 {
		ports.next = firstPort + rand.IntN(lastPort-firstPort)
		ports.taken = map[int]func(){}
	}
	for range lastPort - firstPort {
		if ports.next+n-1 > lastPort {
			ports.next = firstPort
		}
		if busy := takePorts(ports.next, n); busy != 0 {
			ports.next = busy + 1
			continue
		}
		first := ports.next
		for p := first; p < first+n; p++ {
			found = append(found, uint16(p))
		}
		ports.next += n
		return found, func() {
			ports.Lock()
			defer ports.Unlock()
			leavePorts(first, n)
		}, nil
	}
	return nil, nil, errors.New("find free local ports for the client: none from 20000 to 29999 is left; end what uses them")
}

// takePorts takes n ports from first on, or none. It returns the highest that was
// not free; 0: they were free and are taken now.
func takePorts(first, n int) (busy int) {
	for p := first + n - 1; p >= first; p-- {
		if ports.taken[p] != nil {
			return p
		}
		// The claim comes first: another run binds a port to see whether it is
		// free only while it has the claim.
		leave, ok := claimPort(p)
		if ok && canBind(p) {
			ports.taken[p] = leave
			continue
		}
		if ok {
			leave()
		}
		leavePorts(p+1, first+n-1-p)
		return p
	}
	return 0
}

func leavePorts(first, n int) {
	for p := first; p < first+n; p++ {
		ports.taken[p]()
		delete(ports.taken, p)
	}
}

// canBind says whether a program could bind the port. Many do not set
// SO_REUSEADDR: they cannot for a minute after the last connection from it.
func canBind(port int) bool {
	address := ":" + strconv.Itoa(port)
	plain := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var unset error
		err := c.Control(func(fd uintptr) { unset = setReuse(fd, 0) })
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
