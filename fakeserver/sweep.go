package fakeserver

import (
	"errors"
	"os"
	"sync"
	"time"
)

// sweepLimit bounds the taking of one connection or datagram that is said to wait.
const sweepLimit = 50 * time.Millisecond

// sweep asks the goroutine that serves a listener to take all that waits there
// now: what a client sent before it ended is in the kernel's queue, and must be
// in the observation. The zero value has no listener.
type sweep struct {
	deadline func(time.Time) error // of the listener; it wakes the goroutine
	waiting  func() bool           // something is in the queue of the listener

	mu    sync.Mutex
	asked []chan struct{}
}

// ask gives a channel that is closed once all that waited has been taken.
func (s *sweep) ask() <-chan struct{} {
	done := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, done)
	_ = s.deadline(time.Unix(1, 0)) // a closed listener has no goroutine to wake
	return done
}

// run takes what waits, one by one, until there is nothing left, and then removes
// the deadline of the listener.
func (s *sweep) run(take func() error) {
	for {
		s.mu.Lock()
		asked := s.asked
		s.asked = nil
		if len(asked) == 0 {
			_ = s.deadline(time.Time{})
			s.mu.Unlock()
			return
		}
		waiting := s.waiting()
		if waiting { // else the deadline that has passed does no harm
			_ = s.deadline(time.Now().Add(sweepLimit))
		}
		s.mu.Unlock()

		var err error
		for err == nil && waiting {
			err = take()
			waiting = s.waiting()
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && s.again(asked) {
			continue
		}
		for _, done := range asked {
			close(done)
		}
	}
}

// again puts requests back that were interrupted by another one, so that all are
// answered when the queue is empty.
func (s *sweep) again(asked []chan struct{}) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) == 0 {
		return false
	}
	s.asked = append(s.asked, asked...)
	return true
}
