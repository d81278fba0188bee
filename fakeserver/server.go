// Package fakeserver is the server that a SIP client under test connects to. It
// speaks TLS with the certificates it is given, answers SIP, has plaintext
// listeners besides, and records everything as plain data (an [Observation]).
// [Reserve] opens its ports, [Reservation.Serve] serves them. It must never know
// of a case, and it judges nothing.
package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of a server in time and number.
const (
	defaultIdle   = 60 * time.Second
	sweepsLimit   = 5 * time.Second // for taking what waits at the listeners
	drainLimit    = time.Second     // for reading all connections to their end
	maxConcurrent = 4096            // connections at once; more are closed at once
)

// Server is one fake server. Its methods may be called from several
// goroutines.
type Server struct {
	recorder
	cfg     Config
	main    *listeners
	second  *listeners // nil: there are none
	service *service   // nil: there is none
	sweeps  []*sweep   // one a listener
	running sync.WaitGroup

	lease atomic.Pointer[lease] // what it serves now

	closed chan struct{}
	once   sync.Once
	err    error // of closing

	newEngine func(*conn) engine
	ticketKey [32]byte // of [TicketsTaken]

	state      sync.Mutex // guards what follows
	behaviours []Behaviour
	step       int // place of the one in force
	conns      map[*conn]struct{}
}

// stepSecond is the step of connections to the second address, which has one
// behaviour: no other follows it.
const stepSecond = -1

// listen serves listeners; nil: there are none.
func (s *Server) listen(l *listeners) {
	if l == nil {
		return
	}
	for i, t := range l.tcp {
		sw := &sweep{deadline: t.SetDeadline, waiting: func() bool { return waits(t) }}
		s.takeFrom(sw, s.connections(l.list[i], t))
	}
	for i, u := range l.udp {
		sw := &sweep{deadline: u.SetReadDeadline, waiting: func() bool { return waits(u) }}
		s.takeFrom(sw, s.datagrams(l.list[len(l.tcp)+i], u))
	}
}

// takeFrom starts a goroutine that takes what arrives at a listener, one by one,
// until the listener is closed.
func (s *Server) takeFrom(sw *sweep, take func() error) {
	s.sweeps = append(s.sweeps, sw)
	s.running.Go(func() {
		for {
			err := take()
			switch {
			case err == nil:
			case s.closing() || errors.Is(err, net.ErrClosed):
				return
			case errors.Is(err, os.ErrDeadlineExceeded):
				sw.run(take)
			default:
				// Out of descriptors, most likely: other connections must end first.
				select {
				case <-s.closed:
					return
				case <-time.After(5 * time.Millisecond):
				}
			}
		}
	})
}

// connections gives a function that takes one connection.
func (s *Server) connections(listener Listener, l *net.TCPListener) func() error {
	return func() error {
		raw, err := l.AcceptTCP()
		if err == nil {
			s.take(listener, raw, addrPort(raw.RemoteAddr()))
		}
		return err
	}
}

// datagrams gives a function that takes and records one datagram.
func (s *Server) datagrams(listener Listener, conn *net.UDPConn) func() error {
	return func() error {
		buf := readBuffers.Get().(*[4096]byte)
		defer readBuffers.Put(buf)
		n, from, err := conn.ReadFromUDPAddrPort(buf[:maxDatagram])
		if err != nil {
			return err
		}
		data := append([]byte(nil), buf[:n]...)
		kind := classify(data)
		s.datagram(Datagram{
			Listener: listener, Remote: netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), Data: data, Kind: kind,
			Leak: kind == ClearSIP && s.lease.Load().leaks.mentions(data),
		})
		return nil
	}
}

// Address is where the server speaks TLS.
func (s *Server) Address() netip.AddrPort { return s.main.address }

// SetBehaviour changes what the server does with new connections. Each behaviour
// of then takes effect once the script of the one before it has ended a
// connection (an [Ending]); [Connection.Step] counts them. An invalid script
// gives a [*ScriptError] and changes nothing.
func (s *Server) SetBehaviour(b Behaviour, then ...Behaviour) error {
	list := append([]Behaviour{b}, then...)
	if err := prepare(list...); err != nil {
		return fmt.Errorf("set the behaviour: %w", err)
	}
	s.state.Lock()
	defer s.state.Unlock()
	s.behaviours, s.step = list, 0
	return nil
}

// lease is what a server serves, and by what it knows the account's SIP.
type lease struct {
	setup Setup
	leaks *leakFinder
}

func newLease(setup Setup, address netip.AddrPort) *lease {
	return &lease{setup, newLeakFinder(append(slices.Clone(setup.Account), setup.Other), nameInText(address))}
}

// Change has the server serve something else at the same places, as another
// server would: connections that are still open are ended, and what was recorded
// is forgotten, as [Server.Next] does. An invalid script gives a [*ScriptError]
// and changes nothing.
func (s *Server) Change(setup Setup) error {
	behaviours, err := setup.prepared()
	if err != nil {
		return fmt.Errorf("change what is served: %w", err)
	}
	s.state.Lock()
	s.behaviours, s.step = behaviours, 0
	s.lease.Store(newLease(setup, s.main.address))
	s.state.Unlock()
	s.Next()
	return nil
}

// prepare refuses invalid scripts, and does what takes time before a client waits
// for it.
func prepare(list ...Behaviour) error {
	for i := range list {
		if err := list[i].Script.Check(); err != nil {
			return err
		}
		list[i].Signature.prepare(list[i].Key)
	}
	return nil
}

// Await waits until holds is true of the observation. It calls holds at once and
// after every event, with the observation locked: holds must be quick, must not
// keep its argument and must not call the server. False: ctx ended first.
func (s *Server) Await(ctx context.Context, holds func(*Observation) bool) bool {
	return s.await(ctx, holds)
}

// Freeze records that siptrust may end the client from now on. The first call
// counts.
func (s *Server) Freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.obs.Frozen == 0 {
		s.obs.Frozen = max(s.since(), 1)
	}
	s.notify()
}

// Observe reads all that has arrived so far and gives a copy of the observation
// that shares nothing with the server. It half-closes the connections and
// reads each to its end, for at most a second and while ctx lasts; one that
// [Behaviour.KeepOpen] leaves to the client is read as far as it goes.
func (s *Server) Observe(ctx context.Context) Observation {
	s.drain(ctx)
	return s.snapshot()
}

// Next forgets what was recorded, so that the next attempt in a row starts
// clean: times are offsets from now. Connections that are still open are ended,
// and what still arrives on them is not recorded.
func (s *Server) Next() {
	s.next()
	for _, c := range s.live() {
		c.abort()
	}
}

// Close ends everything: when it returns, no port is open and no goroutine of
// the server runs. It may be called again.
func (s *Server) Close() error {
	s.once.Do(func() {
		close(s.closed)
		s.err = errors.Join(s.main.close(), s.second.close(), s.service.close())
		for _, c := range s.live() {
			c.abort()
		}
		s.running.Wait()
	})
	return s.err
}

// closing says whether Close was called.
func (s *Server) closing() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// live gives the connections that have not ended.
func (s *Server) live() []*conn {
	s.state.Lock()
	defer s.state.Unlock()
	list := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		list = append(list, c)
	}
	return list
}

// take records a new connection and serves it.
func (s *Server) take(listener Listener, raw *net.TCPConn, remote netip.AddrPort) {
	s.state.Lock()
	defer s.state.Unlock()
	if s.closing() {
		_ = raw.Close()
		return
	}
	if len(s.conns) >= maxConcurrent {
		_ = raw.Close()
		s.drop()
		return
	}
	behaviour, step := s.behaviours[s.step], s.step
	if listener.Second {
		behaviour, step = s.lease.Load().setup.Second, stepSecond
	}
	e := s.begin(Connection{Listener: listener, Remote: remote, Step: max(step, 0)})
	if e == nil {
		_ = raw.Close()
		return
	}
	c := newConn(s, raw, e, behaviour, step)
	s.conns[c] = struct{}{}
	s.running.Add(1)
	go c.serve(listener.TLS)
}
