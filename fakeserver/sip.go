package fakeserver

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"siptrust/internal/plain"
)

// sipgo takes its logger from a variable of its package, and not all of its parts
// can be given another. What it would log is in the observation. The size of its
// read buffers is a variable too: 32 KiB is too much for connections that mostly
// carry one message.
func init() {
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
	sip.TransportBufferReadSize = 4096
}

// sipParser is shared: parsing keeps no state in it.
var sipParser = sip.NewParser()

// Bounds of the SIP part.
const (
	answerLimit  = 250 * time.Millisecond // for an answer to a client that has ended its direction
	optionsLimit = 32 * time.Second       // 64 × T1 (RFC 3261 17.1.2.2)
)

// errNoDialling keeps sipgo from opening connections of its own.
var errNoDialling = errors.New("the server answers on the client's connection only")

// sipSession speaks SIP after one completed handshake: sipgo answers, and the
// server's own readers record both directions.
type sipSession struct {
	conn *conn
	tls  session
	in   sipReader

	ua      *sipgo.UserAgent
	link    *sipLink
	ctx     context.Context // ends with the session
	cancel  context.CancelFunc
	options string // CSeq of the server's own OPTIONS; empty: not sent

	registers atomic.Int32 // REGISTERs so far

	mu       sync.Mutex
	closed   bool
	handlers sync.WaitGroup
	due      int           // requests that are not answered yet
	answered chan struct{} // gets a value when due shrinks
}

// serveSIP reads what comes after the handshake to its end. sipgo is started only
// when there is something to answer.
func (c *conn) serveSIP(tls session) {
	s := &sipSession{conn: c, tls: tls, answered: make(chan struct{}, 1)}
	s.in = s.reader()
	s.ctx, s.cancel = context.WithCancel(context.Background())
	defer s.close()
	s.afterHandshake()

	buf := readBuffers.Get().(*[4096]byte)
	defer readBuffers.Put(buf)
	n, err := s.read(buf[:])
	if err == nil {
		if link := s.begin(buf[:n]); link != nil {
			<-link.over
			err = link.err
		}
	}
	for err == nil {
		_, err = s.read(buf[:])
	}
	if errors.Is(err, io.EOF) {
		s.awaitAnswers()
	}
	s.close()
	if !c.keptOpen() {
		c.end()
	}
}

// read reads application data and records it.
func (s *sipSession) read(b []byte) (int, error) {
	n, err := s.tls.Read(b)
	if n > 0 {
		e := s.conn.entry
		k := e.lock()
		if !k.AppData {
			k.AppData, k.AppDataAt = true, e.r.since()
		}
		s.in.feed(b[:n])
		e.unlock()
	}
	if err != nil {
		s.conn.tap.named(s.conn.engine.alertOf(err))
		s.conn.entry.lock()
		s.in.flush()
		s.conn.entry.unlock()
	}
	return n, err
}

// reader makes the reader of the client's messages. It is fed with the
// recorder locked.
func (s *sipSession) reader() sipReader {
	e := s.conn.entry
	k := func() *Connection { return e.at() }
	kept := false
	return sipReader{
		onStart: func(m SIPMessage) {
			m.At = e.r.since()
			event := sipEvent(m)
			event.At, event.From, event.Detail, event.Protected = m.At, FromClient, plain.Dots(m.StartLine, maxWord), true
			e.event(k(), event)
			if kept = len(k().SIP) < maxMessages; kept {
				k().SIP = append(k().SIP, m)
			} else {
				e.drop()
			}
		},
		onCSeq: func(value string) {
			if list := k().SIP; kept && len(list) > 0 {
				list[len(list)-1].CSeq = value
			}
		},
		onField: func(name, value string) {
			list := k().SIP
			if !kept || len(list) == 0 {
				return
			}
			m := &list[len(list)-1]
			switch name {
			case "to":
				m.To = value
			case "call-id":
				m.CallID = value
			case "authorization":
				scheme, _, _ := strings.Cut(value, " ")
				m.Authorization = strings.ToLower(scheme)
			}
		},
		onEnd: func() {
			list := k().SIP
			if !kept || len(list) == 0 {
				return
			}
			switch m := list[len(list)-1]; {
			case m.Request && m.Method != "ACK":
				s.expectAnswer(1)
			case m.Status >= 200 && s.options != "" && m.CSeq == s.options:
				k().OptionsStatus = m.Status
			}
		},
	}
}

// begin hands the connection to sipgo, with what was read of it already.
func (s *sipSession) begin(first []byte) *sipLink {
	transport := &sip.TransportTLS{TransportTCP: &sip.TransportTCP{DialerCreate: noDialling}}
	ua, err := sipgo.NewUA(
		sipgo.WithUserAgent("siptrust"),
		sipgo.WithUserAgentHostname(s.conn.server.main.address.Addr().String()),
		sipgo.WithUserAgentParser(sipParser),
		sipgo.WithUserAgentDNSResolver(&net.Resolver{PreferGo: true, Dial: noResolving}),
		sipgo.WithUserAgentTransportLayerOptions(
			sip.WithTransportLayerTransports(sip.TransportsConfig{TLS: transport})),
	)
	if err != nil {
		return nil // what arrives is recorded all the same
	}
	server, err := sipgo.NewServer(ua)
	if err != nil {
		_ = ua.Close()
		return nil
	}
	server.OnRegister(s.handler(s.register))
	server.OnOptions(s.handler(s.answerOptions))
	server.OnNoRoute(s.handler(s.decline))
	s.ua = ua
	s.link = newSIPLink(s, first)
	// Returns as soon as the one connection is taken.
	_ = server.ServeTLS(&oneConnection{link: s.link})
	return s.link
}

func noDialling(net.Addr) net.Dialer {
	return net.Dialer{Control: func(string, string, syscall.RawConn) error { return errNoDialling }}
}

func noResolving(context.Context, string, string) (net.Conn, error) { return nil, errNoDialling }

// handler counts the handlers that run, so that none outlives the session.
func (s *sipSession) handler(h sipgo.RequestHandler) sipgo.RequestHandler {
	return func(req *sip.Request, tx sip.ServerTransaction) {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return
		}
		s.handlers.Add(1)
		s.mu.Unlock()
		defer s.handlers.Done()
		h(req, tx)
	}
}

// expectAnswer counts requests up and answers down.
func (s *sipSession) expectAnswer(n int) {
	s.mu.Lock()
	s.due += n
	s.mu.Unlock()
	if n < 0 {
		select {
		case s.answered <- struct{}{}:
		default:
		}
	}
}

// awaitAnswers gives sipgo the time to answer a client that has ended its
// direction but still reads.
func (s *sipSession) awaitAnswers() {
	if s.link == nil {
		return
	}
	limit := time.NewTimer(answerLimit)
	defer limit.Stop()
	for {
		s.mu.Lock()
		due := s.due
		s.mu.Unlock()
		if due <= 0 {
			return
		}
		select {
		case <-s.answered:
		case <-limit.C:
			return
		case <-s.conn.server.closed:
			return
		}
	}
}

// close ends sipgo; it may be called again.
func (s *sipSession) close() {
	s.mu.Lock()
	was := s.closed
	s.closed = true
	s.mu.Unlock()
	if was {
		return
	}
	s.cancel()
	if s.ua == nil {
		return
	}
	_ = s.ua.Close() // closes the link, which has no errors
	s.link.release()
	s.handlers.Wait()
}
