package verify_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"siptrust/client/verify"
	"siptrust/pkiforge"
)

// A server of an enterprise is verified for the domain that it serves, and for
// one that it does not.
func ExampleVerifier_Verify() {
	ctx := context.Background()
	forge := pkiforge.New(pkiforge.Options{})
	defer forge.Close()
	plan, err := pkiforge.NewPlan(pkiforge.CustomCA, pkiforge.Names{Run: "example", Host: "sip.example.test", Domain: "sip.example.test"})
	if err != nil {
		fmt.Println(err)
		return
	}
	material, err := forge.Forge(ctx, plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	parse := func(list []*pkiforge.Certificate) (certs []*x509.Certificate) {
		for _, c := range list {
			if cert, err := x509.ParseCertificate(c.DER); err == nil {
				certs = append(certs, cert)
			}
		}
		return certs
	}

	v, err := verify.New(verify.Options{Policy: "rfc5922"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"sip.example.test", "sip.other.test"} {
		result, err := v.Verify(ctx, verify.Server{
			Chain: parse(material.Chain), Roots: parse(material.CustomRoots), Names: []string{name},
		})
		var refusal *verify.Refusal
		if errors.As(err, &refusal) {
			fmt.Printf("%s: refused by %q, %s: %s\n", name, refusal.Check, refusal.Clause(), refusal.Reason)
			continue
		}
		fmt.Printf("%s: accepted as %s\n", name, result.Identity)
	}
	// Output:
	// sip.example.test: accepted as URI:sip:sip.example.test
	// sip.other.test: refused by "name", RFC 5922 7.3: "CN=sip.example.test" is for DNS:sip.example.test, URI:sip:sip.example.test, not for sip.other.test
}

func ExampleChecks() {
	for _, d := range verify.Checks()[:3] {
		fmt.Printf("%s: %s (%s)\n", d.Check, d.Checks, d.Clause)
	}
	// Output:
	// naptr-service: of the services that NAPTR records name, only those with TLS count (RFC 3263 4.1)
	// chain-links: the issuer of every certificate was sent or is installed (RFC 5280 6.1.3(a)(4))
	// trust-anchor: the path ends at an installed root (RFC 5280 6.1.1(d))
}
