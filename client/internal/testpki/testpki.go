// Package testpki forges the certificates that the tests of the reference client
// and of package verify meet, and serves what goes with them over HTTP and DNS.
// It is for tests only.
package testpki

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/netip"
	"sync"
	"testing"

	"siptrust/pkiforge"
)

// Host is the name of the servers, Other another server's.
const (
	Host  = "sip.example.test"
	Other = "sip.other.test"
)

// loopback is where the tests' servers are.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// Names are what the certificates are made for.
var Names = pkiforge.Names{Run: "unit", Host: Host, Domain: "example.test", Other: Other, Address: loopback}

// forge is shared: its keys are made once for all tests.
var forge = sync.OnceValue(func() *pkiforge.Forge { return pkiforge.New(pkiforge.Options{}) })

// Close ends what the tests of a package share, after the last of them.
func Close() {
	forge().Close()
	publisher().Close()
}

// Forged signs the plan of a style after the changes.
func Forged(t testing.TB, style pkiforge.Style, changes ...pkiforge.Change) *pkiforge.Material {
	t.Helper()
	plan, err := pkiforge.NewPlan(style, Names)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if err := c.Apply(&plan); err != nil {
			t.Fatal(err)
		}
	}
	m, err := forge().Forge(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Parse reads certificates.
func Parse(t testing.TB, certs ...*pkiforge.Certificate) []*x509.Certificate {
	t.Helper()
	var list []*x509.Certificate
	for _, c := range certs {
		cert, err := x509.ParseCertificate(c.DER)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, cert)
	}
	return list
}

// PEM is a certificate as text.
func PEM(c *pkiforge.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.DER})
}

// WrongName makes the server's certificate one for another host.
var WrongName = EditServer("wrong-name", func(c *pkiforge.Cert) {
	c.Subject.CommonName = Other
	c.DNS, c.IPs = []string{Other}, nil
	if len(c.URIs) > 0 {
		c.URIs = []string{"sip:" + Other}
	}
})

// EditServer is a change of the server's certificate.
func EditServer(name string, edit func(*pkiforge.Cert)) pkiforge.Change {
	return EditCert(name, pkiforge.Server, edit)
}

// EditCert is a change of one certificate.
func EditCert(name, cert string, edit func(*pkiforge.Cert)) pkiforge.Change {
	return pkiforge.Change{Name: name, Apply: func(p *pkiforge.Plan) error {
		for i := range p.Certs {
			if p.Certs[i].Name == cert {
				edit(&p.Certs[i])
				return nil
			}
		}
		return fmt.Errorf("the plan has no certificate %q", cert)
	}}
}
