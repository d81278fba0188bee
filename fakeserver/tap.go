package fakeserver

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"siptrust/internal/plain"
)

// tap is the connection under crypto/tls. It passes the octets on as they are
// and records what both sides said, as far as it can be read. Its state is
// guarded by the recorder's lock.
type tap struct {
	net.Conn
	raw   *net.TCPConn // the same
	entry *entry
	leaks *leakFinder
	idle  time.Duration // how long a read or write may take
	until time.Time     // hard end of reading; zero: none

	reading sync.Mutex  // of the read deadline
	asked   atomic.Bool // the server wants to end the connection
	quiet   func()      // does that, once nothing is left to read

	first []byte // read before crypto/tls began, given to it first
	octet int    // read in total

	in, out direction
	keys    secrets
	version uint16 // negotiated; 0: not yet
	cipher  uint16

	// served: application data is read behind the handshake, no need to name
	// it; failed: the server failed the handshake. early octets of application
	// data came before either was known.
	served, failed bool
	early          int
	// clearRung is the place of the clear text in the ladder, counted from 1.
	clearRung int
	earlyAt   time.Duration
	// refused: the client sent a fatal alert.
	refused bool
	// clientCert: the client's Certificate message arrived.
	clientCert bool
	// sentHello: the server answered with a ServerHello.
	sentHello bool
	// moot, if set, says at once why no server could answer a ClientHello.
	moot func(*ClientHello) string
	// hurry shortens the time that a write may take.
	hurry atomic.Bool
	// octetwise: every octet is written by itself. holdBack: the last record of
	// the server's flight is not written, nor anything after it (held).
	octetwise, holdBack, held bool
}

// hurryLimit is how long a write may take once the server ends a connection.
const hurryLimit = 200 * time.Millisecond

// maxOctets is what a connection may send before it is ended.
const maxOctets = 64 << 20

var errTooMuch = errors.New("the client sent more than 64 MiB")

func newTap(raw *net.TCPConn, e *entry, leaks *leakFinder) *tap {
	t := &tap{Conn: raw, raw: raw, entry: e, leaks: leaks}
	t.in.from, t.out.from = FromClient, FromServer
	return t
}

// Read reads from the client and records.
func (t *tap) Read(b []byte) (int, error) {
	if len(t.first) > 0 {
		n := copy(b, t.first)
		t.first = t.first[n:]
		return n, nil
	}
	return t.readWire(b)
}

// readWire reads from the socket.
func (t *tap) readWire(b []byte) (int, error) {
	if t.octet > maxOctets {
		return 0, errTooMuch
	}
	n, err := t.readOrEnd(b)
	t.octet += n
	if n == 0 && err == nil {
		return 0, nil
	}
	k := t.entry.lock()
	defer t.entry.unlock()
	at := t.entry.r.since()
	if n > 0 {
		t.feed(k, &t.in, at, b[:n])
	}
	if err != nil {
		t.ended(k, at, err)
	}
	return n, err
}

// readOrEnd reads from the socket. When the server is asked to end the
// connection, it first reads what is there already, then lets it be ended,
// and reads on: what the client did before must not seem to follow from it.
func (t *tap) readOrEnd(b []byte) (int, error) {
	for {
		asked, err := t.deadline()
		if err != nil {
			return 0, err
		}
		if asked {
			if n, some, err := readNow(t.raw, b); some {
				return n, err
			}
			t.asked.Store(false)
			t.quiet()
		}
		n, err := t.Conn.Read(b)
		if errors.Is(err, os.ErrDeadlineExceeded) && t.asked.Load() {
			continue
		}
		return n, err
	}
}

// deadline sets the deadline of the next read, and says whether the server is
// asked to end the connection.
func (t *tap) deadline() (asked bool, err error) {
	t.reading.Lock()
	defer t.reading.Unlock()
	end := time.Now().Add(t.idle)
	if !t.until.IsZero() && t.until.Before(end) {
		end = t.until
	}
	return t.asked.Load(), t.SetReadDeadline(end)
}

// askEnd interrupts the read under way, so that quiet is called as soon as all
// that has arrived is read.
func (t *tap) askEnd() {
	t.reading.Lock()
	defer t.reading.Unlock()
	t.asked.Store(true)
	_ = t.SetReadDeadline(time.Unix(1, 0)) // fails when the connection is over
}

// Write records and writes to the client. What was recorded of a write that
// fails is followed by an event that says so.
func (t *tap) Write(b []byte) (int, error) {
	if whole := len(b); t.holdBack {
		if t.held {
			return whole, nil
		}
		if kept, ok := heldBack(b); ok {
			t.held = true
			n, err := t.write(kept)
			return n + whole - len(kept), err
		}
	}
	return t.write(b)
}

// say writes clear text and records it.
func (t *tap) say(text string) {
	k := t.entry.lock()
	t.entry.event(k, t.entry.r.since(), FromServer, "clear text", plain.DotsOfLine(text, maxClearLine), false)
	t.entry.unlock()
	_ = t.SetWriteDeadline(time.Now().Add(t.idle))
	_, _ = t.Conn.Write([]byte(text)) // a client that is gone is recorded by reading
}

func (t *tap) write(b []byte) (int, error) {
	k := t.entry.lock()
	sent := k.Handshake.CertificateSent
	t.feed(k, &t.out, t.entry.r.since(), b)
	t.entry.unlock()
	limit := t.idle
	if t.hurry.Load() {
		limit = min(limit, hurryLimit)
	}
	if err := t.SetWriteDeadline(time.Now().Add(limit)); err != nil {
		return 0, err
	}
	write := t.Conn.Write
	if t.octetwise {
		write = func(b []byte) (int, error) { return octetwise(t.Conn, b) }
	}
	n, err := write(b)
	if err != nil {
		k := t.entry.lock()
		defer t.entry.unlock()
		at := t.entry.r.since()
		k.Handshake.CertificateSent = sent
		t.entry.event(k, at, FromServer, "not sent", "the connection is closed", false)
		// The system tells of a reset once: this write took the news.
		if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) && !k.ServerEnded {
			t.closed(k, at, "rst")
		}
	}
	return n, err
}

// keyLog takes the key log of crypto/tls.
type keyLog struct{ *tap }

// Write takes one line.
func (l keyLog) Write(line []byte) (int, error) {
	l.entry.r.mu.Lock()
	defer l.entry.r.mu.Unlock()
	l.keys.add(string(bytes.TrimSpace(line)))
	return len(line), nil
}

// ended records how the client's direction ended. The lock must be held.
func (t *tap) ended(k *Connection, at time.Duration, err error) {
	how, detail := "", ""
	switch {
	case errors.Is(err, io.EOF):
		how = "fin"
	case errors.Is(err, syscall.ECONNRESET):
		how = "rst"
	case errors.Is(err, os.ErrDeadlineExceeded):
		t.entry.event(k, at, FromServer, "gave up", "nothing moved within the limit", false)
		return
	default:
		return // the server itself closed
	}
	if len(t.in.partial) > 0 && !t.in.clear {
		detail = "in the middle of a record"
	}
	t.closed(k, at, how)
	t.entry.event(k, at, FromClient, map[string]string{"fin": "FIN", "rst": "RST"}[how], detail, false)
}

// closed records that the client ended its direction; the first way counts.
func (t *tap) closed(k *Connection, at time.Duration, how string) {
	if k.ClientClosed == "" {
		k.ClientClosed, k.ClientClosedAt = how, at
	}
}

// tlsError takes an error of crypto/tls: it names the alerts that went
// encrypted in TLS 1.2, in either direction.
func (t *tap) tlsError(err error) {
	k := t.entry.lock()
	defer t.entry.unlock()
	var op *net.OpError
	switch {
	case errors.Is(err, io.EOF):
		t.resolve(k, &t.in, levelWarning, alertCloseNotify)
	case errors.As(err, &op) && op.Op == "remote error":
		if description, ok := alertByText[op.Err.Error()]; ok {
			t.resolve(k, &t.in, levelFatal, description)
		}
	case errors.As(err, &op) && op.Op == "local error":
		if description, ok := alertByText[op.Err.Error()]; ok {
			t.resolve(k, &t.out, levelFatal, description)
		}
	}
}
