package fakeserver

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"
)

// sentinels are what siptrust itself sends to the ears: when it has arrived,
// all that came before it has been read. They are never recorded.
type sentinels struct {
	mu      sync.Mutex
	remotes map[netip.AddrPort]func()
	nonces  map[[nonceSize]byte]func()
}

// connection says whether a connection from remote is a sentinel.
func (s *sentinels) connection(remote netip.AddrPort) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	arrived, ok := s.remotes[remote]
	if ok {
		delete(s.remotes, remote)
		arrived()
	}
	return ok
}

// datagram says whether a packet is a sentinel. It stays known: one that was
// sent twice may arrive twice.
func (s *sentinels) datagram(data []byte) bool {
	if len(data) != nonceSize {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	arrived, ok := s.nonces[[nonceSize]byte(data)]
	if ok {
		arrived()
	}
	return ok
}

// expect announces a connection from remote.
func (s *sentinels) expect(remote netip.AddrPort, arrived func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.remotes == nil {
		s.remotes = map[netip.AddrPort]func(){}
	}
	s.remotes[remote] = arrived
}

// announce announces a packet.
func (s *sentinels) announce(nonce [nonceSize]byte, arrived func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonces == nil {
		s.nonces = map[[nonceSize]byte]func(){}
	}
	s.nonces[nonce] = arrived
}

// resend is how long a UDP sentinel may take before another is sent: an ear
// that is flooded drops packets.
const resend = 5 * time.Millisecond

// drain reads all that came before it was called: a sentinel to every ear,
// then every connection to its end.
func (s *Server) drain(ctx context.Context) {
	if s.closing() {
		return
	}
	sentinelCtx, cancel := context.WithTimeout(ctx, sentinelLimit)
	defer cancel()
	arrivals := make([]chan struct{}, len(s.ears.list))
	for i := range arrivals {
		arrivals[i] = make(chan struct{})
	}
	nonces := make([][nonceSize]byte, len(s.ears.udp))
	for i, c := range s.ears.udp {
		arrived := arrivals[len(s.ears.tcp)+i]
		nonces[i] = newNonce()
		s.sentinels.announce(nonces[i], sync.OnceFunc(func() { close(arrived) }))
		s.sendNonce(c, i, nonces[i])
	}
	for i, ear := range s.ears.list[:len(s.ears.tcp)] {
		arrived := sync.OnceFunc(func() { close(arrivals[i]) })
		defer knock(ear.Address, func(local netip.AddrPort) { s.sentinels.expect(local, arrived) }, arrived)()
	}
	for i, arrived := range arrivals {
		s.awaitSentinel(sentinelCtx, arrived, func() {
			if u := i - len(s.ears.tcp); u >= 0 {
				s.sendNonce(s.ears.udp[u], u, nonces[u])
			}
		})
	}
	s.drainConnections(ctx)
}

// sendNonce sends a UDP sentinel to an ear, from that ear.
func (s *Server) sendNonce(c *net.UDPConn, i int, nonce [nonceSize]byte) {
	to := s.ears.list[len(s.ears.tcp)+i].Address
	_, _ = c.WriteToUDPAddrPort(nonce[:], to) // sent again when it does not arrive
}

// awaitSentinel waits for one sentinel and sends it again now and then.
func (s *Server) awaitSentinel(ctx context.Context, arrived <-chan struct{}, again func()) {
	select {
	case <-arrived:
		return
	default:
	}
	tick := time.NewTicker(resend)
	defer tick.Stop()
	for {
		select {
		case <-arrived:
			return
		case <-ctx.Done():
			return
		case <-s.closed:
			return
		case <-tick.C:
			again()
		}
	}
}

// drainConnections ends every connection from the server's side and waits
// until the client's has ended too.
func (s *Server) drainConnections(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	conns := s.live()
	left := make([]<-chan struct{}, len(conns))
	for i, c := range conns {
		left[i] = c.askEnd()
	}
	for i, c := range conns {
		select {
		case <-c.done:
		case <-left[i]:
		case <-ctx.Done():
			return
		case <-s.closed:
			return
		}
	}
}
