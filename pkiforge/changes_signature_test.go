package pkiforge_test

import (
	"testing"

	"siptrust/pkiforge"
)

// What is wrong with a signature, or a key, with either kind of key.
func TestSignatureChanges(t *testing.T) {
	t.Parallel()
	leaf, issuer := []string{"server EditDER"}, []string{"issuing EditDER"}
	ecdsaLeaf := []string{"issuing KeyAlgorithm", "server EditDER"}
	exponent := []string{"issuing KeyAlgorithm", "issuing EditTBS", "server EditDER"}
	badKey := []string{"issuing KeyAlgorithm", "issuing EditTBS"}
	for _, algorithm := range algorithms {
		f := forgeOf(t, algorithm)
		for _, e := range []effect{
			{change: pkiforge.SignedByOther(pkiforge.Server), fields: leaf, refused: unknownAuthority},
			{change: pkiforge.SignedByOther(pkiforge.Issuing), fields: issuer, refused: unknownAuthority},
			{change: pkiforge.Tampered(pkiforge.Server), fields: leaf, refused: unknownAuthority},
			{change: pkiforge.SignatureEmpty(pkiforge.Server), fields: leaf, refused: unknownAuthority},
			{change: pkiforge.ECDSAZero(pkiforge.Server), fields: ecdsaLeaf, refused: "ECDSA verification failure"},
			{change: pkiforge.ECDSAOrder(pkiforge.Server), fields: ecdsaLeaf, refused: "ECDSA verification failure"},
			{change: pkiforge.ForgedPadding(pkiforge.Server), fields: exponent, refused: "crypto/rsa: verification error"},
			// openssl takes the exponent for one like others.
			{change: pkiforge.ExponentOne(pkiforge.Server), fields: exponent, refused: "public exponent", openssl: true},
			{
				change: pkiforge.AlgorithmMismatch(pkiforge.Server), fields: []string{"server EditTBS"},
				refused: "inner and outer signature algorithm",
			},
			{
				change: pkiforge.AlgorithmUnknown(pkiforge.Server), fields: []string{"server EditTBS"},
				refused: "algorithm unimplemented",
			},
			{change: pkiforge.WithoutNull(pkiforge.Server), fields: []string{"issuing KeyAlgorithm", "server EditTBS"}},
			{change: pkiforge.SignedPSS(pkiforge.Server), fields: []string{"issuing KeyAlgorithm", "server EditTBS"}},
		} {
			t.Run(string(algorithm)+"/"+e.change.Name, func(t *testing.T) {
				t.Parallel()
				e.check(t, f)
			})
		}
		for _, change := range []pkiforge.Change{pkiforge.ExplicitCurve(pkiforge.Issuing), pkiforge.PointOffCurve(pkiforge.Issuing)} {
			plan := faulty(t, pkiforge.CustomCA, change)
			if n := len(pkiforge.Diff(sound(t, pkiforge.CustomCA), plan)); n != len(badKey) {
				t.Errorf("%s makes %d differences", change.Name, n)
			}
			m := forge(t, f, plan)
			if _, err := m.Certs[pkiforge.Issuing].X509(); err == nil {
				t.Errorf("%s: crypto/x509 reads the certificate", change.Name)
			}
			if out, err := verifyOpenSSL(t, m, testNames().Host); err == nil {
				t.Errorf("%s: openssl accepts it:\n%s", change.Name, out)
			}
		}
	}
}
