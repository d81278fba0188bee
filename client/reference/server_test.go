package reference

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/textproto"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"siptrust/client"
)

// seen is what a test's server saw of one connection.
type seen struct {
	handshake error  // nil: it completed
	identity  int    // certificates of the client
	request   string // the first request's start line
	headers   textproto.MIMEHeader
	options   string // the start line that answered the server's OPTIONS
	clear     []byte // what arrived outside TLS
	leftOpen  bool   // the client did not close within closeWindow
	lateErr   error  // how reading ended
}

// testServer is a small SIP-TLS server: it takes one connection after another,
// answers a REGISTER with 200 and asks OPTIONS if told to.
type testServer struct {
	t       testing.TB
	tcp     *net.TCPListener
	udp     *net.UDPConn // an ear in the clear at the same port
	config  *tls.Config  // nil: accept and never answer
	options bool         // send an OPTIONS after the 200
	// keepOpen leaves a failed connection open from this side and waits for
	// the client to close it.
	keepOpen bool
	// hurry ends the attempt when the handshake failed, for a client that
	// would not end it by itself.
	hurry bool
	// certain is called when nothing more can come.
	certain func()

	conns chan chan seen // in the order of acceptance, whichever ends first
	wg    sync.WaitGroup
	mu    sync.Mutex
	udpIn [][]byte
}

// serve starts s on a free port of loopback; it ends with the test.
func (s *testServer) serve(t testing.TB) netip.AddrPort {
	t.Helper()
	s.t = t
	s.conns = make(chan chan seen, 16)
	for {
		var err error
		if s.tcp, err = net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			t.Fatal(err)
		}
		// The same number may be taken for UDP; then another is tried.
		s.udp, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: s.tcp.Addr().(*net.TCPAddr).Port})
		if err == nil {
			break
		}
		s.tcp.Close()
	}
	s.wg.Go(s.accept)
	s.wg.Go(s.hear)
	t.Cleanup(func() {
		s.tcp.Close()
		s.udp.Close()
		s.wg.Wait()
	})
	return netip.MustParseAddrPort(s.tcp.Addr().String())
}

func (s *testServer) accept() {
	for {
		conn, err := s.tcp.AcceptTCP()
		if err != nil {
			return
		}
		ended := make(chan seen, 1)
		s.conns <- ended
		s.wg.Go(func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			ended <- s.conversation(conn)
		})
	}
}

// hear keeps what arrives in the clear over UDP.
func (s *testServer) hear() {
	buf := make([]byte, 2048)
	for {
		n, _, err := s.udp.ReadFromUDP(buf)
		if err != nil {
			return
		}
		if bytes.Equal(buf[:n], sentinel) {
			s.mu.Lock()
			s.udpIn = append(s.udpIn, nil)
			s.mu.Unlock()
			continue
		}
		s.mu.Lock()
		s.udpIn = append(s.udpIn, bytes.Clone(buf[:n]))
		s.mu.Unlock()
	}
}

// sentinel ends what a test's own ear has to hear: loopback keeps the order.
var sentinel = []byte("the test's own")

// datagrams gives what came over UDP up to now.
func (s *testServer) datagrams() [][]byte {
	s.t.Helper()
	conn, err := net.Dial("udp", s.udp.LocalAddr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(sentinel); err != nil {
		s.t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		s.mu.Lock()
		if n := len(s.udpIn); n > 0 && s.udpIn[n-1] == nil {
			heard := s.udpIn[:n-1]
			s.mu.Unlock()
			return heard
		}
		s.mu.Unlock()
		time.Sleep(time.Millisecond) // between looks, within the bound above
	}
	s.t.Fatal("the test's own datagram did not arrive")
	return nil
}

func (s *testServer) certainly() {
	if s.certain != nil {
		s.certain()
	}
}

func (s *testServer) conversation(conn *net.TCPConn) (got seen) {
	if s.config == nil {
		// Silence: everything is read, nothing is answered.
		for buf := make([]byte, 4096); got.lateErr == nil; {
			var n int
			n, got.lateErr = conn.Read(buf)
			got.clear = append(got.clear, buf[:n]...)
			if bytes.Contains(got.clear, []byte("REGISTER")) {
				s.certainly()
			}
		}
		return got
	}
	secured := tls.Server(conn, s.config)
	if got.handshake = secured.Handshake(); got.handshake != nil {
		if s.keepOpen {
			_ = conn.SetReadDeadline(time.Now().Add(closeWindow))
			_, err := io.Copy(io.Discard, conn)
			got.leftOpen = errors.Is(err, os.ErrDeadlineExceeded)
			s.certainly()
			return got
		}
		if s.hurry {
			s.certainly()
		}
		_ = conn.CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
		return got
	}
	got.identity = len(secured.ConnectionState().PeerCertificates)
	r := textproto.NewReader(bufio.NewReader(secured))
	got.request, got.headers, got.lateErr = readMessage(r)
	if got.lateErr != nil {
		s.certainly()
		return got
	}
	fmt.Fprintf(secured, "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=x\r\nCall-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
		got.headers.Get("Via"), got.headers.Get("From"), got.headers.Get("To"), got.headers.Get("Call-Id"), got.headers.Get("Cseq"))
	if s.options {
		fmt.Fprintf(secured, "OPTIONS sips:alice@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TLS %s;branch=z9hG4bKtest1\r\nMax-Forwards: 70\r\n"+
			"From: <sips:server@example.test>;tag=y\r\nTo: <sips:alice@example.test>\r\nCall-ID: test-options\r\nCSeq: 7 OPTIONS\r\nContent-Length: 0\r\n\r\n",
			s.tcp.Addr())
		// A client that will not answer is given this long and no longer.
		_ = conn.SetReadDeadline(time.Now().Add(optionsWindow))
		got.options, _, got.lateErr = readMessage(r)
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	}
	s.certainly()
	if got.lateErr == nil {
		_, got.lateErr = io.Copy(io.Discard, secured)
	}
	return got
}

// What a client never does cannot be awaited; it gets this long to do it. Only
// the mutants that leave it out use it up.
const (
	optionsWindow = 700 * time.Millisecond
	closeWindow   = 700 * time.Millisecond
)

func readMessage(r *textproto.Reader) (string, textproto.MIMEHeader, error) {
	line, err := r.ReadLine()
	if err != nil {
		return "", nil, err
	}
	headers, err := r.ReadMIMEHeader()
	return line, headers, err
}

// connection awaits what the server saw of the next connection.
func (s *testServer) connection() seen {
	s.t.Helper()
	limit := time.After(20 * time.Second)
	select {
	case ended := <-s.conns:
		select {
		case got := <-ended:
			return got
		case <-limit:
		}
	case <-limit:
	}
	s.t.Fatal("no connection came to its end")
	return seen{}
}

// connections counts those that a client made in an attempt.
func connections(out client.Outcome) int {
	n := 0
	for _, line := range out.Trace.Lines() {
		if strings.HasPrefix(line, "1 TCP: connected") {
			n++
		}
	}
	return n
}

// attemptOnce runs one attempt of d at s, ends it when s says that nothing more
// can come, and gives what both saw.
func attemptOnce(t testing.TB, d *Driver, s *testServer, a client.Attempt) (client.Outcome, seen) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.certain = cancel
	out, err := d.Attempt(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	if connections(out) == 0 {
		return out, seen{handshake: errors.New("no connection came")}
	}
	got := s.connection()
	for range connections(out) - 1 {
		got = s.connection() // the last one counts
	}
	if testing.Verbose() {
		t.Logf("trace:\n%s\nserver: %+v", strings.Join(out.Trace.Lines(), "\n"), got)
	}
	return out, got
}
