package fakeserver

import "context"

// drain reads all that arrived before it was called: first what waits at every
// listener, then every connection to its end.
func (s *Server) drain(ctx context.Context) {
	if s.closing() {
		return
	}
	s.sweepListeners(ctx)
	s.drainConnections(ctx)
}

// sweepListeners waits until every listener has taken what is in its queue.
func (s *Server) sweepListeners(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sweepsLimit)
	defer cancel()
	swept := make([]<-chan struct{}, len(s.sweeps))
	for i, sw := range s.sweeps {
		swept[i] = sw.ask()
	}
	for _, done := range swept {
		select {
		case <-done:
		case <-ctx.Done():
			return
		case <-s.closed:
			return
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
