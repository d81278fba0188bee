package fakeserver

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"testing"
)

// attempt is one client: handshake, REGISTER, 200, close.
func attempt(b testing.TB, address string, config *tls.Config) {
	c, err := tls.Dial("tcp", address, config)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := exchange(c); err != nil {
		b.Fatal(err)
	}
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkServerAttempt is a whole attempt with a server of its own.
func BenchmarkServerAttempt(b *testing.B) {
	p := testPKI()
	behaviour, config := serving(p.ecdsa), p.trusting()
	for b.Loop() {
		s, err := Start(b.Context(), Config{}, Setup{Behaviours: []Behaviour{behaviour}})
		if err != nil {
			b.Fatal(err)
		}
		attempt(b, s.Address().String(), config)
		if o := s.Observe(b.Context()); len(o.Connections) != 1 || !o.Connections[0].Answered200 {
			b.Fatal(describe(o))
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareAttempt is what BenchmarkServerAttempt is measured by: the
// same client on a bare crypto/tls listener, with a fixed answer.
func BenchmarkBareAttempt(b *testing.B) {
	p := testPKI()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates:           []tls.Certificate{{Certificate: [][]byte{p.ecdsa.cert.Raw}, PrivateKey: p.ecdsa.key}},
		SessionTicketsDisabled: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go bareServe(c)
		}
	}()
	config := p.trusting()
	for b.Loop() {
		attempt(b, l.Addr().String(), config)
	}
	_ = l.Close()
	<-done
}

func bareServe(c net.Conn) {
	defer func() { _ = c.Close() }()
	if _, err := readHead(bufio.NewReader(c)); err != nil {
		return
	}
	_, _ = io.WriteString(c, "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n")
	_, _ = io.Copy(io.Discard, c)
}

// BenchmarkServerIdle is a server that nobody comes to.
func BenchmarkServerIdle(b *testing.B) {
	for b.Loop() {
		s, err := Start(b.Context(), Config{}, Setup{})
		if err != nil {
			b.Fatal(err)
		}
		s.Observe(b.Context())
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
