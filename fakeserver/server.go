// Package fakeserver is the server that a SIP client under test meets: it
// speaks TLS with the certificates it is given, answers SIP, listens for clear
// text beside it, and records all that it sees as plain data (an
// [Observation]). It must never know of a case, and it judges nothing.
package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// Bounds of a server in time and number.
const (
	defaultIdle   = 60 * time.Second
	sweepsLimit   = 5 * time.Second // of taking what waits at the ears
	drainLimit    = time.Second     // of reading all connections to their end
	maxConcurrent = 4096            // connections at once; more are closed at once
)

// Server is one fake server. Its methods may be called from several
// goroutines.
type Server struct {
	recorder
	cfg     Config
	setup   Setup
	main    *listeners
	second  *listeners // nil: there are none
	service *service   // nil: there is none
	sweeps  []*sweep   // one a listener
	leaks   *leakFinder
	running sync.WaitGroup

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

// stepSecond is the step of connections that meet the one behaviour of the
// second address: none comes after it.
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

// takeFrom has a goroutine take what comes at a listener, one by one, until the
// listener is closed.
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
				// Out of descriptors, most likely: others must end first.
				select {
				case <-s.closed:
					return
				case <-time.After(5 * time.Millisecond):
				}
			}
		}
	})
}

// connections gives what takes one connection.
func (s *Server) connections(ear Ear, l *net.TCPListener) func() error {
	return func() error {
		raw, err := l.AcceptTCP()
		if err == nil {
			s.take(ear, raw, addrPort(raw.RemoteAddr()))
		}
		return err
	}
}

// datagrams gives what takes and records one datagram.
func (s *Server) datagrams(ear Ear, conn *net.UDPConn) func() error {
	buf := make([]byte, maxDatagram)
	return func() error {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return err
		}
		data := append([]byte(nil), buf[:n]...)
		kind := classify(data)
		s.datagram(Datagram{
			Ear: ear, Remote: netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), Data: data, Kind: kind,
			Leak: kind == ClearSIP && s.leaks.mentions(data),
		})
		return nil
	}
}

// Address is where the server speaks TLS.
func (s *Server) Address() netip.AddrPort { return s.main.address }

// SetBehaviour changes what the server does with the connections that come
// after. Each of then takes over once a connection of the one before was ended
// by an [Ending] of its script; [Connection.Step] counts them. A script that
// cannot be done gives a [*ScriptError], and changes nothing.
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

// prepare refuses scripts that cannot be done, and makes what takes time before
// a client waits for it.
func prepare(list ...Behaviour) error {
	for i := range list {
		if err := list[i].Script.Check(); err != nil {
			return err
		}
		list[i].Signature.prepare(list[i].Key)
	}
	return nil
}

// Await waits until holds is true of what was observed. It asks at once and
// after every event, with the observation locked: holds must be quick, must
// not keep its argument and must not call the server. False: ctx ended first.
func (s *Server) Await(ctx context.Context, holds func(*Observation) bool) bool {
	return s.await(ctx, holds)
}

// Freeze records that from now on the harness may end the client. The first
// call counts.
func (s *Server) Freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.obs.Frozen == 0 {
		s.obs.Frozen = max(s.since(), 1)
	}
	s.notify()
}

// Observe reads all that has come so far and gives a copy of the observation
// that shares nothing with the server. It half-closes the connections and
// reads each to its end, for at most a second and while ctx lasts; one that
// [Behaviour.KeepOpen] leaves to the client is read as far as it goes.
func (s *Server) Observe(ctx context.Context) Observation {
	s.drain(ctx)
	return s.snapshot()
}

// Next forgets what was recorded, so that the next attempt in a row starts
// clean: times are offsets from now. Connections that are still open are
// ended, and what they had yet to say is not recorded.
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

// live gives the connections that are not over yet.
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
func (s *Server) take(ear Ear, raw *net.TCPConn, remote netip.AddrPort) {
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
	if ear.Elsewhere {
		behaviour, step = s.setup.Second, stepSecond
	}
	e := s.begin(Connection{Ear: ear, Remote: remote, Step: max(step, 0)})
	if e == nil {
		_ = raw.Close()
		return
	}
	c := newConn(s, raw, e, behaviour, step)
	s.conns[c] = struct{}{}
	s.running.Add(1)
	go c.serve(ear.TLS)
}
