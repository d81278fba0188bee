package reference

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/pkiforge"
)

// material is a forged PKI as the tests use it.
type material struct {
	*pkiforge.Material
	host string
}

const (
	testHost  = "sip.example.test"
	testOther = "sip.other.test"
)

// loopback is where the tests' servers are.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

var testNames = pkiforge.Names{Run: "unit", Host: testHost, Domain: "example.test", Other: testOther, Address: loopback}

// forged signs the plan of a style after the changes.
func forged(t testing.TB, style pkiforge.Style, changes ...pkiforge.Change) material {
	t.Helper()
	plan, err := pkiforge.NewPlan(style, testNames)
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
	return material{m, testHost}
}

// forge is shared: its keys are made once for all tests.
var forge = sync.OnceValue(func() *pkiforge.Forge { return pkiforge.New(pkiforge.Options{}) })

// config is a server's with the chain of m.
func (m material) config() *tls.Config {
	return &tls.Config{
		Certificates:           []tls.Certificate{{Certificate: chain(m.Chain), PrivateKey: m.Chain[0].Key, OCSPStaple: m.Status.Staple}},
		SessionTicketsDisabled: true,
	}
}

func chain(certs []*pkiforge.Certificate) [][]byte {
	var der [][]byte
	for _, c := range certs {
		der = append(der, c.DER)
	}
	return der
}

// attemptAt is an attempt of an endpoint with the roots of m at addr.
func (m material) attemptAt(addr netip.AddrPort) client.Attempt {
	return client.Attempt{
		ID: "word", URI: "sips:alice@" + m.host + ":" + fmt.Sprint(addr.Port()), Domain: "example.test", Host: m.host,
		Server: addr, Timeout: 10 * time.Second,
		SystemRoots: m.SystemRoots, CustomRoots: m.CustomRoots, Identity: m.Identity,
	}
}

// freeAddr is an address that nothing listens on.
var freeAddr = netip.MustParseAddrPort("127.0.0.1:9")

func pemOf(c *pkiforge.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.DER})
}

// wrongName makes the server's certificate one for another host.
var wrongName = editServer("wrong-name", func(c *pkiforge.Cert) {
	c.Subject.CommonName = testOther
	c.DNS, c.IPs = []string{testOther}, nil
	if len(c.URIs) > 0 {
		c.URIs = []string{"sip:" + testOther}
	}
})

// editServer is a change of the server's certificate.
func editServer(name string, edit func(*pkiforge.Cert)) pkiforge.Change {
	return editCert(name, pkiforge.Server, edit)
}

// editCert is a change of one certificate.
func editCert(name, cert string, edit func(*pkiforge.Cert)) pkiforge.Change {
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
