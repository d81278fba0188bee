package fakeserver

import (
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

// tap is the connection under a TLS engine. It passes the octets on as they are
// and records what both sides said, as far as it can be read. Its state is
// guarded by the recorder's lock.
type tap struct {
	net.Conn
	raw   *net.TCPConn // the same
	entry *entry
	leaks *leakFinder
	idle  time.Duration // how long a read or write may take
	until time.Time     // when reading ends in any case; zero: never

	reading sync.Mutex  // of the read deadline
	asked   atomic.Bool // the server wants to end the connection
	allRead func()      // ends it, once nothing is left to read

	first []byte // read before the engine began, given to it first
	total int    // read in total

	in, out direction
	keys    secrets
	version uint16 // negotiated; 0: not yet
	cipher  uint16

	// served: application data is read after the handshake, which records it;
	// failed: the server failed the handshake. early octets of application data
	// arrived before either was known.
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
	// nothingInCommon, if set, says at once why the server could not answer a
	// ClientHello.
	nothingInCommon func(*ClientHello) string
	// ending: the server ends the connection, so a write may take endingLimit.
	ending atomic.Bool
	// segment is how many octets are written at a time; 0: as they come. holdBack:
	// the last record of the server's flight is not written, nor anything after it
	// (held).
	segment        int
	holdBack, held bool
}

// endingLimit is how long a write may take once the server ends a connection.
const endingLimit = 200 * time.Millisecond

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
	if t.total > maxOctets {
		return 0, errTooMuch
	}
	n, err := t.readOrEnd(b)
	t.total += n
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
// connection, it first reads what is there already, then ends it and reads on:
// what the client did before must not look like a reaction to the end.
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
			t.allRead()
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

// askEnd interrupts the read that is running, so that allRead is called as soon as
// all that has arrived is read.
func (t *tap) askEnd() {
	t.reading.Lock()
	defer t.reading.Unlock()
	t.asked.Store(true)
	_ = t.SetReadDeadline(time.Unix(1, 0)) // fails when the connection is over
}

// Write records and writes to the client. When writing fails, an event after what
// was recorded says so.
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

// sendText writes octets outside TLS and records them.
func (t *tap) sendText(text string) {
	k := t.entry.lock()
	t.entry.event(k, Event{At: t.entry.r.since(), From: FromServer, Kind: KindClear, Detail: plain.DotsOfLine(text, maxClearLine)})
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
	if t.ending.Load() {
		limit = min(limit, endingLimit)
	}
	if err := t.SetWriteDeadline(time.Now().Add(limit)); err != nil {
		return 0, err
	}
	write := t.Conn.Write
	if t.segment > 0 {
		write = func(b []byte) (int, error) { return segmented(t.Conn, b, t.segment) }
	}
	n, err := write(b)
	if err != nil {
		k := t.entry.lock()
		defer t.entry.unlock()
		at := t.entry.r.since()
		k.Handshake.CertificateSent = sent
		t.entry.event(k, Event{At: at, From: FromServer, Kind: KindNotSent, Detail: "the connection is closed"})
		// The system reports a reset once, and this write got the report.
		if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) && !k.ServerEnded {
			t.closed(k, at, ClosedRST)
		}
	}
	return n, err
}

// ended records how the client's direction ended. The lock must be held.
func (t *tap) ended(k *Connection, at time.Duration, err error) {
	event := Event{At: at, From: FromClient}
	how := ClosedFIN
	switch {
	case errors.Is(err, io.EOF):
		event.Kind = KindFIN
	case errors.Is(err, syscall.ECONNRESET):
		event.Kind, how = KindRST, ClosedRST
	case errors.Is(err, os.ErrDeadlineExceeded):
		t.entry.event(k, Event{At: at, From: FromServer, Kind: KindGaveUp, Detail: "nothing moved within the limit"})
		return
	default:
		return // the server itself closed
	}
	if len(t.in.partial) > 0 && !t.in.clear {
		event.Detail = "in the middle of a record"
	}
	t.closed(k, at, how)
	t.entry.event(k, event)
}

// closed records that the client ended its direction; the first way counts.
func (t *tap) closed(k *Connection, at time.Duration, how Closing) {
	if k.ClientClosed == "" {
		k.ClientClosed, k.ClientClosedAt = how, at
	}
}

// named takes what alertOf gives: it records the alert that was encrypted in TLS
// 1.2 or older and waits for its name.
func (t *tap) named(a namedAlert, ok bool) {
	if !ok {
		return
	}
	k := t.entry.lock()
	defer t.entry.unlock()
	d := &t.in
	if a.from == FromServer {
		d = &t.out
	}
	t.resolve(k, d, a.level, a.description)
}
