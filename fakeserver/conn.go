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
	done      chan struct{} // closed when it is over

	mu      sync.Mutex
	session session // nil until the handshake is complete
	ended   bool    // the server's direction is closed
	// left, if set, is closed when the connection is read as far as it goes and
	// then left to the client.
	left chan struct{}
}

// readBuffers are for reading, 4096 octets each.
var readBuffers = sync.Pool{New: func() any { return new([4096]byte) }}

func newConn(s *Server, raw *net.TCPConn, e *entry, b Behaviour, step int) *conn {
	c := &conn{server: s, raw: raw, entry: e, behaviour: b, step: step, done: make(chan struct{})}
	c.tap = newTap(raw, e, s.leaks)
	c.engine = s.newEngine(c)
	c.tap.idle = s.cfg.IdleLimit
	c.tap.quiet = c.quiet
	// Until a handshake is complete a connection has no right to stay for long.
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
	// Clear text, or noise: a TLS server has nothing to say to it.
	if buf[0] != recordHandshake || !c.answerHello(buf[:n]) {
		c.readRest()
		return
	}
	c.handshake()
}

// over takes the connection out of the server's list.
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
// FIN. The client's is read on: closing with unread data would reset the
// connection, and the reset could destroy an alert on its way.
func (c *conn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.ended = true
	c.tap.hurry.Store(true)
	// Frees a write that waits for a client which does not read.
	_ = c.raw.SetWriteDeadline(time.Now().Add(hurryLimit))
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

// keptOpen says that the behaviour leaves this connection to the client.
func (c *conn) keptOpen() bool {
	if !c.behaviour.KeepOpen {
		return false
	}
	k := c.entry.lock()
	defer c.entry.unlock()
	return !k.AppData && (c.tap.refused || k.ClientClosed != "")
}

// quiet is called, when an end was asked for, once all that has arrived is
// read.
func (c *conn) quiet() {
	if !c.keptOpen() {
		c.end()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left != nil {
		close(c.left)
		c.left = nil
	}
}

// askEnd has the connection ended as soon as all that has arrived is read. left
// is closed when it is not ended then, but left to the client.
func (c *conn) askEnd() (left <-chan struct{}) {
	c.mu.Lock()
	if c.left == nil {
		c.left = make(chan struct{})
	}
	left = c.left
	c.mu.Unlock()
	c.tap.hurry.Store(true)
	// Frees a write that waits for a client which does not read.
	_ = c.raw.SetWriteDeadline(time.Now().Add(hurryLimit))
	c.tap.askEnd()
	return left
}

// abort ends the connection at once, in both directions.
func (c *conn) abort() {
	c.tap.hurry.Store(true)
	_ = c.raw.Close()
}
