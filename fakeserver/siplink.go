package fakeserver

import (
	"bytes"
	"net"
	"sync"
)

// sipLink is the connection as sipgo sees it: what is read and written is
// recorded, and closing only separates sipgo from it.
type sipLink struct {
	net.Conn // for the addresses and deadlines
	session  *sipSession
	first    []byte        // was read before
	over     chan struct{} // closed when sipgo reads no more
	err      error         // why the reading ended; nil: sipgo closed. Valid after over
	released chan struct{}

	mu      sync.Mutex
	reading bool
	closed  bool
	ended   bool // over is closed
	once    sync.Once
}

func newSIPLink(s *sipSession, first []byte) *sipLink {
	return &sipLink{
		Conn: s.tls, session: s, first: append([]byte(nil), first...),
		over: make(chan struct{}), released: make(chan struct{}),
	}
}

// Read reads application data. An error is held back until the session is
// done: sipgo forgets a connection that has ended, and would have nowhere to
// send its answers.
func (l *sipLink) Read(b []byte) (int, error) {
	if n := copy(b, l.first); n > 0 {
		l.first = l.first[n:]
		return n, nil
	}
	l.mu.Lock()
	if l.closed || l.ended {
		l.mu.Unlock()
		return 0, net.ErrClosed
	}
	l.reading = true
	l.mu.Unlock()

	n, err := l.session.read(b)

	l.mu.Lock()
	l.reading = false
	if err != nil || l.closed {
		l.finish(err)
	}
	closed := l.closed
	l.mu.Unlock()
	switch {
	case n > 0 && !closed:
		return n, nil // an error comes again
	case err != nil:
		<-l.released
		return 0, err
	case closed:
		return 0, net.ErrClosed
	}
	return n, nil
}

// finish returns the reading to the session. mu must be held.
func (l *sipLink) finish(err error) {
	if !l.ended {
		l.ended, l.err = true, err
		close(l.over)
	}
}

// Close separates sipgo from the connection, which stays open.
func (l *sipLink) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if !l.reading {
		l.finish(nil)
	}
	return nil
}

// release lets a held back Read go.
func (l *sipLink) release() { l.once.Do(func() { close(l.released) }) }

// Write records one message of the server and sends it. sipgo writes message by
// message.
func (l *sipLink) Write(b []byte) (int, error) {
	l.mu.Lock()
	closed := l.closed
	l.mu.Unlock()
	if closed {
		return 0, net.ErrClosed
	}
	e := l.session.conn.entry
	var out SIPMessage
	reader := sipReader{
		onStart: func(m SIPMessage) { out = m },
		onCSeq:  func(value string) { out.CSeq = value },
		onEnd:   func() {},
	}
	reader.feed(b)
	event := sipEvent(out)
	if len(bytes.TrimSpace(b)) == 0 {
		event = Event{Kind: KindCRLF}
	}
	k := e.lock()
	event.At, event.From, event.Detail, event.Protected = e.r.since(), FromServer, out.StartLine, true
	e.event(k, event)
	e.unlock()

	n, err := l.Conn.Write(b)
	if err == nil && out.Status >= 200 {
		if out.Status == 200 && bytes.HasSuffix([]byte(out.CSeq), []byte("REGISTER")) {
			k = e.lock()
			if !k.Answered200 {
				k.Answered200, k.Answered200At = true, e.r.since()
			}
			e.unlock()
		}
		l.session.expectAnswer(-1)
	}
	return n, err
}

// oneConnection is a listener that has one connection to give.
type oneConnection struct {
	link  *sipLink
	given bool
}

// Accept gives the connection, then [net.ErrClosed].
func (o *oneConnection) Accept() (net.Conn, error) {
	if o.given {
		return nil, net.ErrClosed
	}
	o.given = true
	return o.link, nil
}

// Close does nothing: there is no port.
func (o *oneConnection) Close() error { return nil }

// Addr is the server's address.
func (o *oneConnection) Addr() net.Addr { return o.link.LocalAddr() }
