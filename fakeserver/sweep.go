package fakeserver

import (
	"errors"
	"os"
	"sync"
	"time"
)

// sweepLimit bounds the taking of one thing that is said to wait.
const sweepLimit = 50 * time.Millisecond

// sweep asks the goroutine that serves an ear to take all that waits there
// now: what a client sent before it ended lies in the kernel's queue, and is
// seen before the observation is given away. The zero value has no ear.
type sweep struct {
	deadline func(time.Time) error // of the ear: it wakes the goroutine
	waiting  func() bool           // something lies in the ear's queue

	mu    sync.Mutex
	asked []chan struct{}
}

// ask gives a channel that is closed once all that waited has been taken.
func (s *sweep) ask() <-chan struct{} {
	done := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, done)
	_ = s.deadline(time.Unix(1, 0)) // a closed ear has nobody to wake
	return done
}

// run is the goroutine's answer: it takes what waits, one by one, until there
// is nothing left, and gives the ear its patience back.
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
		_ = s.deadline(time.Now().Add(sweepLimit))
		s.mu.Unlock()

		var err error
		for err == nil && s.waiting() {
			err = take()
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && s.again(asked) {
			continue
		}
		for _, done := range asked {
			close(done)
		}
	}
}

// again puts a request back that another one broke into, so that both are
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
