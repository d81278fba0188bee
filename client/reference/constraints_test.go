package reference

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"

	"siptrust/pkiforge"
)

// constraintSituations: what the certificates of a path say that they are for.
func constraintSituations() []situation {
	one := func(name, want string, style pkiforge.Style, change pkiforge.Change) situation {
		return situation{name: name, style: style, changes: []pkiforge.Change{change}, want: want}
	}
	mail := []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
	client := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	excluded := pkiforge.NameConstraints{Excluded: []pkiforge.Subtree{pkiforge.DNSTree(testHost)}}
	subjects := func(commonName string) pkiforge.Change {
		tree, err := pkiforge.NameTree(pkix.Name{CommonName: commonName})
		if err != nil {
			panic(err)
		}
		return pkiforge.ConstrainNames(pkiforge.Issuing, pkiforge.NameConstraints{Permitted: []pkiforge.Subtree{tree}})
	}
	return []situation{
		one("permitted-subject", "accepted", pkiforge.CustomCA, subjects(testHost)),
		one("other-subject", "failed", pkiforge.CustomCA, subjects(testOther)),
		one("no-cert-sign", "failed", pkiforge.CustomCA, pkiforge.Usage(pkiforge.Issuing, x509.KeyUsageCRLSign)),
		one("too-deep", "failed", pkiforge.NestedCA, pkiforge.PathLength(pkiforge.Upper, 0)),
		one("deep-enough", "accepted", pkiforge.NestedCA, pkiforge.PathLength(pkiforge.Upper, -1)),
		one("excluded-name", "failed", pkiforge.PublicCA, pkiforge.ConstrainNames(pkiforge.Issuing, excluded)),
		one("excluded-below", "accepted", pkiforge.ConstrainedCA, pkiforge.AlsoDNS("a."+testHost)),
		one("enciphers-only", "failed", pkiforge.CustomCA, pkiforge.Usage(pkiforge.Server, x509.KeyUsageKeyEncipherment)),
		one("client-purpose", "failed", pkiforge.CustomCA, pkiforge.Purposes(pkiforge.Server, client)),
		one("empty-purposes", "failed", pkiforge.CustomCA, pkiforge.EmptyPurposes(pkiforge.Server)),
		one("mail-ca", "failed", pkiforge.CustomCA, pkiforge.Purposes(pkiforge.Issuing, mail)),
		one("any-policy-barred", "failed", pkiforge.PublicCA, pkiforge.Change{Name: "any-policy-barred", Apply: func(p *pkiforge.Plan) error {
			return errors.Join(
				pkiforge.RequirePolicy(pkiforge.Issuing, 0).Apply(p), pkiforge.InhibitAnyPolicy(pkiforge.Issuing).Apply(p),
				pkiforge.Policy(pkiforge.Server, pkiforge.AnyPolicy).Apply(p))
		}}),
		one("policy-missing", "failed", pkiforge.CustomCA, pkiforge.RequirePolicy(pkiforge.Issuing, 0)),
	}
}
