package pkiforge_test

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"testing"

	"siptrust/pkiforge"
)

// The identity issued by an intermediate verifies with what the client sends,
// and not without it; its key is of the kind asked for.
func TestIssuedIdentity(t *testing.T) {
	t.Parallel()
	n := pkiforge.Names{Run: "r1", Host: "sip.r1.test"}
	plan, err := pkiforge.NewPlan(pkiforge.CustomCA, n)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := with(plan, pkiforge.IssuedIdentity(n)); !errors.Is(err, pkiforge.ErrNotApplicable) {
		t.Errorf("without an identity: %v", err)
	}
	pkiforge.WithIdentity(&plan, n)
	plan, err = with(plan, pkiforge.IssuedIdentity(n), pkiforge.KeyKind(pkiforge.Client, pkiforge.RSA))
	if err != nil {
		t.Fatal(err)
	}
	forge := pkiforge.New(pkiforge.Options{})
	t.Cleanup(forge.Close)
	m, err := forge.Forge(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Identity) != 2 || len(m.ClientRoots) != 1 {
		t.Fatalf("%d certificates, %d roots", len(m.Identity), len(m.ClientRoots))
	}
	leaf, err := x509.ParseCertificate(m.Identity[0].DER)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := leaf.PublicKey.(*rsa.PublicKey); !ok {
		t.Errorf("the key is a %T", leaf.PublicKey)
	}
	options := x509.VerifyOptions{
		Roots: pkiforge.CertPool(m.ClientRoots), Intermediates: pkiforge.CertPool(m.Identity[1:]),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if _, err := leaf.Verify(options); err != nil {
		t.Error(err)
	}
	options.Intermediates = nil
	if _, err := leaf.Verify(options); err == nil {
		t.Error("it verifies without the issuing CA")
	}
}

// An RSA server may be sent an enciphered key, an ECDSA one not.
func TestServerKey(t *testing.T) {
	t.Parallel()
	for algorithm, want := range map[pkiforge.KeyAlgorithm]x509.KeyUsage{
		pkiforge.ECDSA: x509.KeyUsageDigitalSignature,
		pkiforge.RSA:   x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	} {
		plan, err := pkiforge.NewPlan(pkiforge.CustomCA, pkiforge.Names{Run: "r1", Host: "sip.r1.test"})
		if err != nil {
			t.Fatal(err)
		}
		if plan, err = with(plan, pkiforge.ServerKey(algorithm)); err != nil {
			t.Fatal(err)
		}
		if c := plan.Cert(pkiforge.Server); c.KeyAlgorithm != algorithm || c.KeyUsage != want {
			t.Errorf("%s: %s, key usage %b", algorithm, c.KeyAlgorithm, c.KeyUsage)
		}
	}
}
