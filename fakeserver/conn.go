package fakeserver

import (
	"net"
	"sync"
	"time"
)

// conn is one TCP connection, from its acceptance to its end.
type conn struct {
	server    *Server
	raw       *net.TCPConn
	tap       *tap
	engine    engine
	entry     *entry
	behaviour Behaviour
	step      int           // place of behaviour among those of the server
	done      chan struct{} // closed when the connection has ended

	mu      sync.Mutex
	session session // nil until the handshake is complete
	ended   bool    // the server's direction is closed
	// leftOpen, if set, is closed when all that has arrived is read and the
	// connection stays open, see [Behaviour.KeepOpen].
	leftOpen chan struct{}
}

// readBuffers are for reading, 4096 octets each.
var readBuffers = sync.Pool{New: func() any { return new([4096]byte) }}

func newConn(s *Server, raw *net.TCPConn, e *entry, b Behaviour, step int) *conn {
	c := &conn{server: s, raw: raw, entry: e, behaviour: b, step: step, done: make(chan struct{})}
	c.tap = newTap(raw, e, s.lease.Load().leaks)
	c.engine = s.newEngine(c)
	c.tap.idle = s.cfg.IdleLimit
	c.tap.allRead = c.allRead
	// A connection without a complete handshake is not kept for long.
	c.tap.until = time.Now().Add(2 * s.cfg.IdleLimit)
	return c
}

// serve reads the connection to its end.
func (c *conn) serve(isTLS bool) {
	defer c.over()
	if !isTLS {
		c.tap.in.clear = true
		c.readRest()
		return
	}
	c.begin()
	if !c.behaviour.Script.Completes() {
		c.tap.nothingInCommon = c.engine.nothingInCommon
	}
	buf := readBuffers.Get().(*[4096]byte)
	defer readBuffers.Put(buf)
	n, err := c.tap.readWire(buf[:])
	if err != nil {
		return
	}
	// A TLS server does not answer clear text or noise.
	if buf[0] != recordHandshake || !c.answerHello(buf[:n]) {
		c.readRest()
		return
	}
	c.handshake()
}

// over removes the connection from the server's list.
func (c *conn) over() {
	_ = c.raw.Close()
	c.server.state.Lock()
	delete(c.server.conns, c)
	c.server.state.Unlock()
	close(c.done)
	c.server.running.Done()
}

// readRest reads what the client still sends, until it ends its direction or
// a limit is reached. The tap records it.
func (c *conn) readRest() {
	buf := readBuffers.Get().(*[4096]byte)
	defer readBuffers.Put(buf)
	for {
		if _, err := c.tap.readWire(buf[:]); err != nil {
			return
		}
	}
}

// reset ends the connection by a reset, in both directions.
func (c *conn) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.ended = true
	k := c.entry.lock()
	at := c.entry.r.since()
	k.ServerEnded, k.ServerEndedAt, k.ServerReset = true, at, true
	c.entry.event(k, Event{At: at, From: FromServer, Kind: KindRST})
	c.entry.unlock()
	_ = c.raw.SetLinger(0)
	_ = c.raw.Close()
}

// end closes the server's direction: close_notify where there is TLS, then
// FIN. The server still reads the client's: closing with unread data would reset
// the connection, and the reset could destroy an alert.
func (c *conn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.ended = true
	c.tap.ending.Store(true)
	// A write may be waiting for a client that does not read: this ends it.
	_ = c.raw.SetWriteDeadline(time.Now().Add(endingLimit))
	k := c.entry.lock()
	at := c.entry.r.since()
	if k.ClientClosed == "" {
		k.ServerEnded, k.ServerEndedAt = true, at
	}
	c.entry.unlock()
	if c.session != nil {
		_ = c.session.CloseWrite() // fails when the connection has failed before
		k = c.entry.lock()
		c.tap.resolve(k, &c.tap.out, levelWarning, alertCloseNotify)
		c.entry.unlock()
	}
	k = c.entry.lock()
	c.entry.event(k, Event{At: c.entry.r.since(), From: FromServer, Kind: KindFIN})
	c.entry.unlock()
	_ = c.raw.CloseWrite() // fails when the client reset the connection
}

// keptOpen says that the behaviour leaves it to the client to end the connection.
func (c *conn) keptOpen() bool {
	if !c.behaviour.KeepOpen {
		return false
	}
	k := c.entry.lock()
	defer c.entry.unlock()
	return !k.AppData && (c.tap.refused || k.ClientClosed != "")
}

// allRead is called when an end was asked for and all that has arrived is read.
func (c *conn) allRead() {
	if !c.keptOpen() {
		c.end()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leftOpen != nil {
		close(c.leftOpen)
		c.leftOpen = nil
	}
}

// askEnd ends the connection as soon as all that has arrived is read. leftOpen is
// closed when the connection is not ended then, because the client is to end it.
func (c *conn) askEnd() (leftOpen <-chan struct{}) {
	c.mu.Lock()
	if c.leftOpen == nil {
		c.leftOpen = make(chan struct{})
	}
	leftOpen = c.leftOpen
	c.mu.Unlock()
	c.tap.ending.Store(true)
	// A write may be waiting for a client that does not read: this ends it.
	_ = c.raw.SetWriteDeadline(time.Now().Add(endingLimit))
	c.tap.askEnd()
	return leftOpen
}

// abort ends the connection at once, in both directions.
func (c *conn) abort() {
	c.tap.ending.Store(true)
	_ = c.raw.Close()
}
