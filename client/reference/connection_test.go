package reference

import (
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"siptrust/pkiforge"
)

// TestOneConnection: an attempt makes one connection, whatever the server does
// with it, and no attempt uses another's, not even at the same address for
// another domain (RFC 5922 7.3).
func TestOneConnection(t *testing.T) {
	t.Parallel()
	m := forged(t, pkiforge.CustomCA)
	for name, then := range map[string]func(*tls.Conn){
		"closes":         func(c *tls.Conn) { c.Close() },
		"speaks no SIP":  func(c *tls.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n"); io.Copy(io.Discard, c) },
		"breaks off":     func(c *tls.Conn) { c.NetConn().(*net.TCPConn).SetLinger(0); c.NetConn().Close() },
		"half a message": func(c *tls.Conn) { io.WriteString(c, "OPTIONS sips:a@b SIP/2.0\r\nVia: "); c.CloseWrite() },
	} {
		t.Run(name, func(t *testing.T) {
			l, err := tls.Listen("tcp", "127.0.0.1:0", m.config())
			if err != nil {
				t.Fatal(err)
			}
			var accepted []net.Conn
			var wg sync.WaitGroup
			wg.Go(func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					accepted = append(accepted, c)
					wg.Go(func() {
						if err := c.(*tls.Conn).Handshake(); err == nil {
							then(c.(*tls.Conn))
						}
						c.Close()
					})
				}
			})
			d := New(Options{})
			a := m.attemptAt(netip.MustParseAddrPort(l.Addr().String()))
			a.Timeout = 2 * time.Second
			for range 2 {
				out, err := d.Attempt(t.Context(), a)
				if err != nil || !out.Ended {
					t.Errorf("%+v, %v", out, err)
				}
			}
			l.Close()
			wg.Wait()
			if len(accepted) != 2 {
				t.Errorf("%d connections for two attempts", len(accepted))
			}
		})
	}

	s := &testServer{config: m.config()}
	a := m.attemptAt(s.serve(t))
	d := New(Options{})
	if _, got := attemptOnce(t, d, s, a); got.request == "" {
		t.Error("not accepted for its own domain")
	}
	a.Host, a.URI = testOther, "sips:alice@"+testOther
	if _, got := attemptOnce(t, d, s, a); got.request != "" || got.handshake == nil {
		t.Errorf("a second domain at the same address: request %q", got.request)
	}
}

// TestNoTLS: a server that answers in the clear is refused in the clear's
// silence.
func TestNoTLS(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heard := make(chan []byte, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			heard <- nil
			return
		}
		defer c.Close()
		io.WriteString(c, "SIP/2.0 400 Bad Request\r\n\r\n")
		b, _ := io.ReadAll(c)
		heard <- b
	}()
	out, err := New(Options{}).Attempt(t.Context(), forged(t, pkiforge.CustomCA).attemptAt(netip.MustParseAddrPort(l.Addr().String())))
	if err != nil || !out.Ended {
		t.Errorf("%+v, %v", out, err)
	}
	if b := <-heard; strings.Contains(string(b), "SIP/2.0") {
		t.Errorf("SIP in the clear: %q", b)
	}
}

// TestAtOnce: attempts of one driver run beside one another.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	sound, faulty := forged(t, pkiforge.CustomCA), forged(t, pkiforge.SelfSigned, pkiforge.RootMissing())
	d := New(Options{})
	var wg sync.WaitGroup
	for i := range 40 {
		m := sound
		if i%2 == 1 {
			m = faulty
		}
		wg.Go(func() {
			s := &testServer{config: m.config()}
			_, got := attemptOnce(t, d, s, m.attemptAt(s.serve(t)))
			if (got.request != "") != (i%2 == 0) {
				t.Errorf("attempt %d: request %q", i, got.request)
			}
		})
	}
	wg.Wait()
}
