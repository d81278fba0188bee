package reference

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// longAgo as a deadline ends what waits on a connection.
var longAgo = time.Unix(1, 0)

// linger bounds how long the client waits, once it has closed its own
// direction, for the server to close the other. Closing both at once with
// something unread would turn the alert before it into a reset.
const linger = 100 * time.Millisecond

// answerLimit bounds how long an answer that arrived just before the server ended
// the connection may take on its way through sipgo, which has a goroutine of its
// own for it.
const answerLimit = time.Second

// impatience is how long the mutant silence waits for a handshake, in ticks.
const (
	impatience = 100 * time.Millisecond
	ticks      = 5
)

// ended says whether err means that the server ended the connection: by an
// alert, by closing it, or by a reset.
func ended(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" { // how crypto/tls reports an alert
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// part closes a connection whose handshake failed (RFC 5922 7.3): this
// direction at once, the rest when the server has closed the other, when
// linger has passed or ctx is done.
func (t *attempt) part(ctx context.Context, tcp *net.TCPConn) {
	defer tcp.Close()
	if t.without(checkClose) {
		<-ctx.Done()
		return
	}
	_ = tcp.SetDeadline(time.Now().Add(linger))
	_ = tcp.CloseWrite()
	stop := context.AfterFunc(ctx, func() { _ = tcp.SetReadDeadline(longAgo) })
	defer stop()
	_, _ = io.Copy(io.Discard, tcp)
}

// flow is the verified connection as sipgo has it (the word is RFC 5626's). It
// tells when sipgo's reader has come to its end, and leaves the closing to the
// attempt.
type flow struct {
	*tls.Conn
	once sync.Once
	gone chan struct{} // closed when the reader is done
	tell func()        // called then

	heard atomic.Bool // the server sent application data
	whole atomic.Bool // what it sent last ends a message without a body
	err   atomic.Pointer[error]
}

func newFlow(c *tls.Conn, tell func()) *flow {
	return &flow{Conn: c, gone: make(chan struct{}), tell: tell}
}

// Read notes that something came, and keeps the error that ended it. crypto/tls
// may give the last data and the end at once, which makes sipgo drop the data:
// the end comes again with the next call.
func (f *flow) Read(b []byte) (int, error) {
	n, err := f.Conn.Read(b)
	if n > 0 {
		f.heard.Store(true)
		f.whole.Store(bytes.HasSuffix(b[:n], []byte("\r\n\r\n")))
	}
	if err != nil {
		f.err.CompareAndSwap(nil, &err)
	}
	if n > 0 {
		return n, nil
	}
	return n, err
}

// Close is called by sipgo's reader as the last thing it does.
func (f *flow) Close() error {
	f.once.Do(func() { f.tell(); close(f.gone) })
	return nil
}

// over: the reader is done, so the server ended the connection; for the client
// closes it later only.
func (f *flow) over() bool {
	select {
	case <-f.gone:
		return true
	default:
		return false
	}
}

// reason is why the reader ended, for the trace.
func (f *flow) reason() string {
	if err := f.err.Load(); err != nil {
		return (*err).Error()
	}
	return "what it sent is no SIP"
}

// part closes in good order: close_notify, then this direction of TCP, and
// the rest when the server has done the same or linger has passed.
func (f *flow) part(tcp *net.TCPConn) {
	_ = f.CloseWrite()
	_ = tcp.CloseWrite()
	_ = tcp.SetReadDeadline(time.Now().Add(linger))
	<-f.gone
	_ = tcp.Close()
}

// single is a listener that hands out one connection. It is how a connection
// that exists is given to sipgo.
type single struct {
	conn net.Conn
	done bool
}

// Accept gives the connection once.
func (s *single) Accept() (net.Conn, error) {
	if s.done {
		return nil, net.ErrClosed
	}
	s.done = true
	return s.conn, nil
}

// Close has nothing to close: the connection outlives the listener.
func (s *single) Close() error { return nil }

// Addr is the client's own.
func (s *single) Addr() net.Addr { return s.conn.LocalAddr() }

// impatientConn is the connection of the mutant silence.
type impatientConn struct {
	*net.TCPConn
	tick    time.Duration
	done    chan struct{} // closed: no more patience is needed
	clock   sync.WaitGroup
	request []byte
}

// impatient starts the mutant's clock: a handshake that is not over when it has
// run out is followed by a REGISTER in the clear.
func (t *attempt) impatient(tcp *net.TCPConn) *impatientConn {
	c := &impatientConn{TCPConn: tcp, tick: t.opts.Patience / ticks, done: make(chan struct{}), request: t.clearRegister("TCP", tcp.LocalAddr())}
	c.clock.Go(c.wait)
	return c
}

// wait counts ticks instead of time: on a machine too busy to run the client,
// the server is slow for the same reason.
func (c *impatientConn) wait() {
	ticker := time.NewTicker(c.tick)
	defer ticker.Stop()
	for range ticks {
		select {
		case <-c.done:
			return
		case <-ticker.C:
		}
	}
	_, _ = c.Write(c.request)
}

// stop ends the clock.
func (c *impatientConn) stop() {
	close(c.done)
	c.clock.Wait()
}
