package fakeserver

import (
	"bytes"
	"crypto/tls"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
)

var bothVersions = []uint16{tls.VersionTLS12, tls.VersionTLS13}

// No client takes a server that does not prove its key, or presents nothing
// that is a certificate; its Certificate has been sent all the same.
func TestFaultyProof(t *testing.T) {
	t.Parallel()
	p := testPKI()
	faults := map[string]func(*Behaviour){
		"no certificate": func(b *Behaviour) { b.Certificate = CertificateNone },
		"garbage":        func(b *Behaviour) { b.Certificate = CertificateGarbage },
	}
	for _, f := range []SignatureFault{
		SignatureOtherKey, SignatureDamaged, SignatureOtherMessage, SignatureZero, SignatureOrder, SignatureEmpty,
	} {
		faults["signature "+string(f)] = func(b *Behaviour) { b.Signature = f }
	}
	for kind, id := range map[string]identity{"ECDSA": p.ecdsa, "RSA": p.rsa} {
		for what, spoil := range faults {
			if kind == "RSA" && strings.HasSuffix(what, string(SignatureOrder)) {
				continue
			}
			for _, version := range bothVersions {
				t.Run(fmt.Sprintf("%s %s %s", kind, what, VersionName(version)), func(t *testing.T) {
					t.Parallel()
					b := serving(id)
					spoil(&b)
					s := start(t, b)
					config := p.trusting()
					config.MinVersion, config.MaxVersion = version, version
					c := tls.Client(dial(t, s.Address().String()), config)
					if c.Handshake() == nil {
						t.Fatal("the client took it")
					}
					_ = c.NetConn().Close()
					k := one(t, s.Observe(t.Context()))
					if !k.Handshake.CertificateSent || len(k.ClientAlerts) != 1 || k.Handshake.Completed {
						t.Errorf("%+v, alerts %v\n%v", k.Handshake, k.ClientAlerts, k.Events)
					}
				})
			}
		}
	}
}

// The server's random ends with the tail in TLS 1.2, and a client that offers
// TLS 1.3 takes the sign of a downgrade for what it is.
func TestRandomTail(t *testing.T) {
	t.Parallel()
	p := testPKI()
	for _, tail := range []string{"DOWNGRD\x01", "DOWNGRD\x00"} {
		b := serving(p.ecdsa)
		b.MaxVersion, b.RandomTail = tls.VersionTLS12, []byte(tail)
		s := start(t, b)
		wire := &keeper{Conn: dial(t, s.Address().String())}
		c := tls.Client(wire, p.trusting())
		err := c.Handshake()
		if err == nil || !strings.Contains(err.Error(), "downgrade") {
			t.Errorf("%q: the client said %v", tail, err)
		}
		// Record header, message header, version, random.
		if got := wire.read.Bytes(); len(got) < 43 || string(got[35:43]) != tail {
			t.Errorf("%q is not at the end of the random: % x", tail, got[:min(len(got), 48)])
		}
	}
}

// keeper keeps what was read.
type keeper struct {
	net.Conn
	read bytes.Buffer
}

func (k *keeper) Read(b []byte) (int, error) {
	n, err := k.Conn.Read(b)
	k.read.Write(b[:n])
	return n, err
}

// What both sides support is served; where the client does not offer it, there is
// nothing in common.
func TestSuitesAndGroups(t *testing.T) {
	t.Parallel()
	p := testPKI()
	for _, tc := range []struct {
		name    string
		server  identity
		suite   uint16
		group   tls.CurveID
		client  func(*tls.Config)
		missing string
	}{
		{name: "a suite", server: p.ecdsa, suite: tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256},
		{name: "static RSA", server: p.rsa, suite: tls.TLS_RSA_WITH_AES_128_CBC_SHA, client: func(c *tls.Config) {
			c.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
		}},
		{name: "static RSA, not offered", server: p.rsa, suite: tls.TLS_RSA_WITH_AES_128_CBC_SHA, missing: "cipher suite"},
		{name: "RC4, not offered", server: p.ecdsa, suite: tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA, missing: "cipher suite"},
		{name: "a group", server: p.ecdsa, group: tls.CurveP384},
		{name: "a group, not offered", server: p.ecdsa, group: tls.CurveP384, missing: "key exchange group", client: func(c *tls.Config) {
			c.CurvePreferences = []tls.CurveID{tls.X25519}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b, config := serving(tc.server), p.trusting()
			if tc.suite != 0 {
				b.CipherSuites, b.MaxVersion = []uint16{tc.suite}, tls.VersionTLS12
			}
			if tc.group != 0 {
				b.Groups = []tls.CurveID{tc.group}
			}
			if tc.client != nil {
				tc.client(config)
			}
			s := start(t, b)
			c := tls.Client(dial(t, s.Address().String()), config)
			err := c.Handshake()
			_ = c.NetConn().Close()
			k := one(t, s.Observe(t.Context()))
			if tc.missing != "" {
				if err == nil || !strings.Contains(k.NothingInCommon, tc.missing) {
					t.Errorf("error %v, nothing in common %q", err, k.NothingInCommon)
				}
				return
			}
			if err != nil || tc.suite != 0 && k.Handshake.Cipher != tc.suite || tc.group != 0 && k.Handshake.Group != uint16(tc.group) {
				t.Errorf("error %v, %+v", err, k.Handshake)
			}
		})
	}
}

// The CertificateRequest names what it is told to, and the client's
// certificate is verified as before.
func TestAcceptableCAs(t *testing.T) {
	t.Parallel()
	p := testPKI()
	names := []pkix.Name{{CommonName: "one"}, {CommonName: "another"}}
	for _, tc := range []struct {
		cas    []pkix.Name
		named  int
		client identity
		valid  bool
	}{
		{nil, 1, p.client, true},
		{names[:0], 0, p.client, true},
		{names, 2, p.client, true},
		{names, 2, p.stranger, false},
	} {
		for _, version := range bothVersions {
			b := serving(p.ecdsa)
			b.ClientAuth, b.ClientRoots, b.AcceptableCAs = AuthRequired, p.pool(), tc.cas
			s := start(t, b)
			config := p.trusting()
			config.MaxVersion = version
			named := -1
			config.GetClientCertificate = func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
				named = len(r.AcceptableCAs)
				return &tls.Certificate{Certificate: [][]byte{tc.client.cert.Raw}, PrivateKey: tc.client.key}, nil
			}
			c := tls.Client(dial(t, s.Address().String()), config)
			_, err := exchange(c)
			_ = c.NetConn().Close()
			k := one(t, s.Observe(t.Context()))
			if named != tc.named || k.Handshake.CertificateVerifyValid != tc.valid || (err == nil) != tc.valid {
				t.Errorf("%s, %v: %d named, %+v, %v", VersionName(version), tc.cas, named, k.Handshake, err)
			}
		}
	}
}

// A reset comes after the ClientHello and counts as the server's doing.
func TestAnswerReset(t *testing.T) {
	t.Parallel()
	b := serving(testPKI().ecdsa)
	b.Script = Script{AwaitHello, EndReset}
	s := start(t, b)
	err := tls.Client(dial(t, s.Address().String()), testPKI().trusting()).Handshake()
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client said %v", err)
	}
	k := one(t, s.Observe(t.Context()))
	if k.ClientHello == nil || !k.ServerEnded || !k.ServerReset || k.Handshake.Started {
		t.Errorf("%+v", k)
	}
}
