package reference

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"fmt"
	"testing"
	"time"

	"siptrust/client/internal/testpki"
	"siptrust/pkiforge"
)

// What crypto/tls enforces and no mutant can leave out:
//   - the server proves that it holds the certificate's key, by the signature
//     in ServerKeyExchange (RFC 5246 7.4.3) or CertificateVerify (RFC 8446
//     4.4.3): TestKeyNotHeld
//   - Finished (RFC 5246 7.4.9, RFC 8446 4.4.4): TestWrongFinished
//   - certificates that can be parsed, and at least one: TestUnreadable,
//     TestUnreadableFields

// everyone is the reference and all mutants.
func everyone() []string {
	names := []string{""}
	for _, m := range Mutants() {
		names = append(names, m.Name)
	}
	return names
}

// otherKey has the public key of the certificate and signs with another.
type otherKey struct {
	crypto.Signer // signs
	public        crypto.PublicKey
}

func (k otherKey) Public() crypto.PublicKey { return k.public }

// TestKeyNotHeld: nobody accepts a server that does not hold the key of its
// certificate.
func TestKeyNotHeld(t *testing.T) {
	t.Parallel()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	modulus, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for algorithm, key := range map[pkiforge.KeyAlgorithm]crypto.Signer{pkiforge.ECDSA: curve, pkiforge.RSA: modulus} {
		m := forged(t, pkiforge.CustomCA, testpki.EditServer("key", func(c *pkiforge.Cert) { c.KeyAlgorithm = algorithm }))
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			s := &testServer{config: m.config()}
			s.config.MinVersion, s.config.MaxVersion = version, version
			s.config.Certificates[0].PrivateKey = otherKey{key, m.Chain[0].Key.Public()}
			notAccepted(t, s, m, fmt.Sprintf("%s, %s", algorithm, tls.VersionName(version)))
		}
	}
}

// notAccepted demands that everyone connects to s and nobody registers.
func notAccepted(t *testing.T, s *testServer, m material, what string) {
	t.Helper()
	a := m.attemptAt(s.serve(t))
	for _, name := range everyone() {
		s.hurry = name == string(checkClose)
		if _, got := attemptOnce(t, New(Options{Mutant: name}), s, a); got.handshake == nil || got.request != "" {
			t.Errorf("%s: %q completed the handshake: %q", what, name, got.request)
		}
	}
}

// TestUnreadable: nobody accepts a Certificate message that holds none or
// none that is one.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	m := forged(t, pkiforge.CustomCA)
	sound := m.config().Certificates[0]
	for what, certs := range map[string][][]byte{
		"garbage":              {[]byte("no certificate")},
		"garbage as issuer":    {sound.Certificate[0], []byte("no certificate")},
		"a certificate cut":    {sound.Certificate[0][:100]},
		"octets after the end": {append(bytes.Clone(sound.Certificate[0]), 0)},
	} {
		s := &testServer{config: m.config()}
		s.config.Certificates[0].Certificate = certs
		notAccepted(t, s, m, what)
	}
}

// TestUnreadableFields: nobody accepts a certificate that is signed and whole
// but has a field that crypto/x509 does not read.
func TestUnreadableFields(t *testing.T) {
	t.Parallel()
	fraction := pkiforge.TimeForm{Generalized: true, Text: "20510101000000.5Z"}
	noDate := pkiforge.TimeForm{Text: "490231000000Z"}
	for _, change := range []pkiforge.Change{
		pkiforge.TwiceExtension(pkiforge.Server, pkiforge.OIDSubjectAltName),
		pkiforge.TwiceExtension(pkiforge.Issuing, pkiforge.OIDBasicConstraints),
		pkiforge.ExtensionValue(pkiforge.Server, pkiforge.OIDKeyUsage, []byte{4, 9}),
		pkiforge.TimeForms(pkiforge.Server, pkiforge.TimeForm{}, fraction),
		pkiforge.TimeForms(pkiforge.Server, pkiforge.TimeForm{}, noDate),
		pkiforge.IndefiniteLength(pkiforge.Server),
	} {
		m := forged(t, pkiforge.CustomCA, change)
		notAccepted(t, &testServer{config: m.config()}, m, change.Name)
	}
}

// TestWrongFinished: nobody accepts a server whose Finished holds other
// verify_data. A box between client and server, which has the keys, opens the
// server's Finished, changes one bit and seals it again.
func TestWrongFinished(t *testing.T) {
	t.Parallel()
	m := forged(t, pkiforge.CustomCA)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, damage := range []bool{false, true} {
			s := &testServer{config: m.config()}
			b := &box{damage: damage}
			s.config.MinVersion, s.config.MaxVersion = version, version
			s.config.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
			s.config.KeyLogWriter = &b.keys
			a := m.attemptAt(b.between(t, s.serve(t)))
			for _, name := range everyone() {
				b.reset()
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				s.certain, s.hurry = cancel, name == string(checkClose)
				one := a
				if name == string(checkClose) && version == tls.VersionTLS13 {
					// The server has finished and waits for a client that
					// keeps the connection open.
					one.Timeout = 200 * time.Millisecond
				}
				if _, err := New(Options{Mutant: name}).Attempt(ctx, one); err != nil {
					t.Fatal(err)
				}
				got := s.connection()
				cancel()
				if err := b.wait(); err != nil {
					t.Errorf("%s, %q: the box: %v", tls.VersionName(version), name, err)
				}
				if accepted := got.request != ""; accepted == damage {
					t.Errorf("%s, %q, damaged %t: request %q", tls.VersionName(version), name, damage, got.request)
				}
			}
		}
	}
}
