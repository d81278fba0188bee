package fakeserver

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

const (
	testHost  = "pbx.siptrust.test"
	testOther = "other.test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// identity is a certificate with its key.
type identity struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// pki is what the tests of this package need of a PKI.
type pki struct {
	root, ecdsa, rsa, client, stranger identity
}

// testPKI is made once: its certificates are never changed.
var testPKI = sync.OnceValue(func() *pki {
	root := issue(nil, "root", newECDSA())
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return &pki{
		root:     root,
		ecdsa:    issue(&root, testHost, newECDSA()),
		rsa:      issue(&root, testHost, rsaKey),
		client:   issue(&root, "alice", newECDSA()),
		stranger: issue(nil, "stranger", newECDSA()),
	}
})

func newECDSA() crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func issue(issuer *identity, name string, key crypto.Signer) identity {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if issuer == nil {
		issuer = &identity{cert: template, key: key}
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage |= x509.KeyUsageCertSign
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer.cert, key.Public(), issuer.key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return identity{cert, key}
}

// Scripts of servers that fail every handshake.
var (
	silence          = Script{AwaitHello}
	handshakeFailure = Script{AwaitHello, SendAlert{Level: levelFatal, Description: alertHandshakeFailure}, EndClose}
)

// serving is the behaviour of a sound server with certificate id.
func serving(id identity) Behaviour {
	return Behaviour{Chain: [][]byte{id.cert.Raw}, Key: id.key}
}

func (p *pki) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(p.root.cert)
	return pool
}

// trusting is the configuration of a client that accepts the server.
func (p *pki) trusting() *tls.Config {
	return &tls.Config{RootCAs: p.pool(), ServerName: testHost}
}

// start starts a server that is closed at the end of the test.
func start(t testing.TB, b Behaviour, change ...func(*Config)) *Server {
	t.Helper()
	var cfg Config
	for _, f := range change {
		f(&cfg)
	}
	s, err := Start(t.Context(), cfg, Setup{Account: []string{testHost}, Other: testOther, Behaviours: []Behaviour{b}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// behave changes what a server does.
func behave(t testing.TB, s *Server, b Behaviour, then ...Behaviour) {
	t.Helper()
	if err := s.SetBehaviour(b, then...); err != nil {
		t.Fatal(err)
	}
}

// dial opens a TCP connection to an address of the server's.
func dial(t testing.TB, address string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c.(*net.TCPConn)
}

// await fails the test when holds does not come to hold.
func await(t testing.TB, s *Server, what string, holds func(*Observation) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if !s.Await(ctx, holds) {
		t.Fatalf("waited in vain for: %s\n%s", what, describe(s.snapshot()))
	}
}

// one gives the only connection of an observation.
func one(t testing.TB, o Observation) *Connection {
	t.Helper()
	if len(o.Connections) != 1 {
		t.Fatalf("%d connections, want 1\n%s", len(o.Connections), describe(o))
	}
	return &o.Connections[0]
}

// describe writes an observation for a failed test.
func describe(o Observation) string {
	var b strings.Builder
	for _, k := range o.Connections {
		fmt.Fprintf(&b, "connection to %v (TLS %v): completed %v, error %q, closed %q, app data %v, leak %v\n",
			k.Listener.Address, k.Listener.TLS, k.Handshake.Completed, k.Handshake.Err, k.ClientClosed, k.AppData, k.Leak)
		for _, e := range k.Events {
			fmt.Fprintf(&b, "  %8v %s %s (%s) protected %v\n", e.At.Round(time.Microsecond), e.From, e.What, e.Detail, e.Protected)
		}
	}
	for _, d := range o.Datagrams {
		fmt.Fprintf(&b, "datagram to %v: %s, leak %v, %q\n", d.Listener.Address, d.Kind, d.Leak, d.Data)
	}
	return b.String()
}

// ladder gives the names of the events of one side.
func ladder(k *Connection, from Side) []string {
	var names []string
	for _, e := range k.Events {
		if e.From == from {
			names = append(names, e.What)
		}
	}
	return names
}

// register is a REGISTER as a client sends it over conn.
func register(conn net.Conn) string {
	return "REGISTER sips:" + testHost + " SIP/2.0\r\n" +
		"Via: SIP/2.0/TLS " + conn.LocalAddr().String() + ";branch=z9hG4bK776asdhds\r\n" +
		"Max-Forwards: 70\r\n" +
		"From: <sips:alice@" + testHost + ">;tag=49583\r\n" +
		"To: <sips:alice@" + testHost + ">\r\n" +
		"Call-ID: 843817637684230@998sdasdh09\r\n" +
		"CSeq: 1826 REGISTER\r\n" +
		"Contact: <sips:alice@" + conn.LocalAddr().String() + ">\r\n" +
		"Expires: 300\r\n" +
		"Content-Length: 0\r\n\r\n"
}

// sipHead is the head of a SIP message as a test's client reads it.
type sipHead struct {
	line   string
	fields http.Header
}

// readHead reads a SIP message without a body.
func readHead(r *bufio.Reader) (sipHead, error) {
	m := sipHead{fields: http.Header{}}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return m, err
		}
		line = strings.TrimRight(line, "\r\n")
		switch name, value, ok := strings.Cut(line, ":"); {
		case line == "" && m.line != "":
			return m, nil
		case m.line == "":
			m.line = line
		case ok:
			m.fields.Add(name, strings.TrimSpace(value))
		}
	}
}

// exchange sends a REGISTER and wants a 200.
func exchange(c net.Conn) (sipHead, error) {
	if _, err := io.WriteString(c, register(c)); err != nil {
		return sipHead{}, err
	}
	m, err := readHead(bufio.NewReader(c))
	if err == nil && !strings.HasPrefix(m.line, "SIP/2.0 200 ") {
		err = fmt.Errorf("the answer to REGISTER is %q", m.line)
	}
	return m, err
}
