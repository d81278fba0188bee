package pkiforge_test

import (
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"net/url"
	"testing"
	"time"

	"siptrust/pkiforge"
)

// BenchmarkForgeLeaf forges a whole custom-CA plan whose CAs are forged
// already: one new leaf with its key.
func BenchmarkForgeLeaf(b *testing.B) {
	f := pkiforge.New(pkiforge.Options{})
	defer f.Close()
	p := sound(b, pkiforge.CustomCA)
	if _, err := f.Forge(b.Context(), p); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Forge(b.Context(), p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCreateCertificate is the standard library's way to the same leaf.
func BenchmarkCreateCertificate(b *testing.B) {
	f := pkiforge.New(pkiforge.Options{})
	defer f.Close()
	m, err := f.Forge(b.Context(), sound(b, pkiforge.CustomCA))
	if err != nil {
		b.Fatal(err)
	}
	issuer := m.Certs[pkiforge.Issuing]
	parent, err := issuer.X509()
	if err != nil {
		b.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotBefore:             time.Now(),
		NotAfter:              time.Now().Add(time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              []string{"sip.example.test"},
		URIs:                  []*url.URL{{Scheme: "sip", Opaque: "sip.example.test"}},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x509.CreateCertificate(rand.Reader, template, parent, m.Chain[0].Key.Public(), issuer.Key); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkForgeMatrix forges all of the paper's matrix in a forge of its own,
// keys and CAs included, eight plans at a time.
func BenchmarkForgeMatrix(b *testing.B) {
	for _, algorithm := range algorithms {
		b.Run(string(algorithm), func(b *testing.B) {
			plans := matrix(b)
			for b.Loop() {
				f := pkiforge.New(pkiforge.Options{KeyAlgorithm: algorithm})
				forgeAll(b, f, plans)
				f.Close()
			}
			b.ReportMetric(float64(b.N*len(plans))/b.Elapsed().Seconds(), "chains/s")
		})
	}
}
