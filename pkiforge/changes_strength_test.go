package pkiforge_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"testing"

	"siptrust/pkiforge"
)

// Other digests and keys are what they are said to be.
func TestStrengthChanges(t *testing.T) {
	t.Parallel()
	edited, leafKey, issuerKey := []string{"server EditTBS"}, []string{"server KeyAlgorithm"}, []string{"issuing KeyAlgorithm"}
	f := newForge(t, pkiforge.Options{})
	for _, e := range []effect{
		{
			change: pkiforge.SignedWith(pkiforge.Server, crypto.MD5), fields: []string{"issuing KeyAlgorithm", "server EditTBS"},
			refused: "insecure algorithm MD5-RSA", openssl: true,
		},
		{
			change: pkiforge.SignedWith(pkiforge.Server, crypto.SHA1), fields: []string{"issuing KeyAlgorithm", "server EditTBS"},
			refused: "insecure algorithm SHA1-RSA", openssl: true,
		},
		{change: pkiforge.SignedWith(pkiforge.Server, crypto.SHA384), fields: edited},
		{change: pkiforge.SignedWith(pkiforge.Server, crypto.SHA512), fields: edited},
		{change: pkiforge.SignedWith(pkiforge.Root, crypto.SHA1), fields: []string{"root KeyAlgorithm", "root EditTBS"}},
		{change: pkiforge.KeyKind(pkiforge.Server, pkiforge.RSA1024), fields: leafKey},
		{change: pkiforge.KeyKind(pkiforge.Server, pkiforge.RSA3072), fields: leafKey},
		{change: pkiforge.KeyKind(pkiforge.Server, pkiforge.P384), fields: leafKey},
		{change: pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA512), fields: issuerKey, refused: "512-bit keys are insecure", openssl: true},
		{change: pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA8192), fields: issuerKey},
		{change: pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA16384), fields: issuerKey},
		{change: pkiforge.KeyKind(pkiforge.Issuing, pkiforge.DSA), fields: issuerKey, refused: "algorithm unimplemented", openssl: true},
		{change: pkiforge.KeyKind(pkiforge.Issuing, pkiforge.P192), fields: issuerKey, refused: "unknown authority", openssl: true},
		{change: pkiforge.KeyKind(pkiforge.Issuing, pkiforge.P224), fields: issuerKey},
		{change: pkiforge.KeyKind(pkiforge.Issuing, pkiforge.P521), fields: issuerKey},
		{change: pkiforge.KeyKind(pkiforge.Issuing, pkiforge.Ed25519), fields: issuerKey},
	} {
		t.Run(e.change.Name, func(t *testing.T) {
			t.Parallel()
			e.check(t, f)
		})
	}
	m := forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.KeyKind(pkiforge.Issuing, pkiforge.Ed25519)))
	if c, err := m.Chain[0].X509(); err != nil || c.SignatureAlgorithm != x509.PureEd25519 {
		t.Errorf("an Ed25519 CA signs with %v (%v)", c.SignatureAlgorithm, err)
	}
	for kind, bits := range map[pkiforge.KeyAlgorithm]int{pkiforge.RSA512: 512, pkiforge.RSA8192: 8192, pkiforge.RSA16384: 16384} {
		m = forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.KeyKind(pkiforge.Issuing, kind)))
		if k, ok := m.Certs[pkiforge.Issuing].Key.Public().(*rsa.PublicKey); !ok || k.N.BitLen() != bits {
			t.Errorf("the key of %s is %v", kind, m.Certs[pkiforge.Issuing].Key.Public())
		}
	}
}
