package reference

import (
	"crypto/tls"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/client/internal/testpki"
	"siptrust/pkiforge"
)

// material is a forged PKI as the tests use it.
type material struct {
	*pkiforge.Material
	host string
}

const (
	testHost  = testpki.Host
	testOther = testpki.Other
)

// forged signs the plan of a style after the changes.
func forged(t testing.TB, style pkiforge.Style, changes ...pkiforge.Change) material {
	t.Helper()
	return material{testpki.Forged(t, style, changes...), testHost}
}

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
