package exec

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"siptrust/client"
	"siptrust/client/profile"
	"siptrust/client/sipgoua"
	"siptrust/pkiforge"
)

// TestMain runs the client that is built into siptrust when the profile sipgo calls
// this program.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sipgoua.Command {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		os.Exit(sipgoua.Main(ctx, os.Args[2:], os.Stdout))
	}
	goleak.VerifyTestMain(m)
}

// certificate signs a certificate with issuer's key; nil: with its own, a CA.
func certificate(t *testing.T, name string, issuer *pkiforge.Certificate) *pkiforge.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
	c := &pkiforge.Certificate{Name: name, Key: key, Issuer: issuer}
	parent, signer := template, any(key)
	if issuer == nil {
		c.Issuer = c
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	} else {
		template.KeyUsage = x509.KeyUsageDigitalSignature
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
		template.DNSNames = []string{name}
		template.URIs = []*url.URL{{Scheme: "sip", Opaque: name}}
		signer = issuer.Key
		if parent, err = x509.ParseCertificate(issuer.DER); err != nil {
			t.Fatal(err)
		}
	}
	if c.DER, err = x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer); err != nil {
		t.Fatal(err)
	}
	return c
}

// seen is what a tinyServer saw of one connection.
type seen struct {
	sni     string
	version uint16
	peer    int    // client certificates
	first   string // the first line inside TLS; empty: none
	err     error  // of the handshake, or of reading the first line
}

// tinyServer completes TLS handshakes and reports a connection when its first
// line is there or it has ended. It answers a REGISTER with 200.
func tinyServer(t *testing.T, leaf *pkiforge.Certificate, auth tls.ClientAuthType) (netip.AddrPort, <-chan seen) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	reports := make(chan seen, 16)
	done := make(chan struct{})
	config := &tls.Config{
		Certificates:           []tls.Certificate{{Certificate: [][]byte{leaf.DER}, PrivateKey: leaf.Key}},
		ClientAuth:             auth,
		SessionTicketsDisabled: true,
	}
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s := tls.Server(c, config)
			_ = s.SetDeadline(time.Now().Add(10 * time.Second))
			reports <- serveOne(s)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().(*net.TCPAddr).AddrPort(), reports
}

func serveOne(s *tls.Conn) seen {
	if err := s.Handshake(); err != nil {
		return seen{err: err}
	}
	state := s.ConnectionState()
	got := seen{sni: state.ServerName, version: state.Version, peer: len(state.PeerCertificates)}
	r := bufio.NewReader(s)
	got.first, got.err = r.ReadString('\n')
	if !strings.HasPrefix(got.first, "REGISTER ") {
		return got
	}
	answer := []string{"SIP/2.0 200 OK"}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			got.err = err
			return got
		}
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		name, _, _ := strings.Cut(line, ":")
		switch name {
		case "Via", "From", "To", "Call-ID", "CSeq", "Contact":
			answer = append(answer, line)
		}
	}
	answer = append(answer, "Content-Length: 0", "", "")
	_, got.err = s.Write([]byte(strings.Join(answer, "\r\n")))
	return got
}

// attempt is a sound one: host leads to server, root is installed.
func attempt(t *testing.T, host string, server netip.AddrPort, root *pkiforge.Certificate) client.Attempt {
	t.Helper()
	a := client.Attempt{
		ID: "word", URI: fmt.Sprintf("sips:alice@%s:%d", host, server.Port()), Domain: host, Host: host, Server: server,
		Timeout: 30 * time.Second, Dir: t.TempDir(), // a dozen clients start at once, a JVM among them
	}
	if root != nil {
		a.CustomRoots = []*pkiforge.Certificate{root}
		a.SystemRoots = []*pkiforge.Certificate{root}
	}
	return a
}

// sound is the least that a profile says.
const sound = "name: x\ncommand: [prog]\nnames: [none]\n"

// yamlProfile parses a profile of a test's own.
func yamlProfile(t *testing.T, text string) *profile.Profile {
	t.Helper()
	p, err := profile.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
