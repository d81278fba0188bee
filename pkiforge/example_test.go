package pkiforge_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log"

	"siptrust/pkiforge"
)

// A sound plan, one change, and what it is forged into: a chain of which the
// server certificate has expired, and nothing else is wrong.
func Example() {
	names := pkiforge.Names{
		Run: pkiforge.NewRun(), Host: "sip.example.test", Domain: "sip.example.test", Other: "other.example.test",
	}
	sound, err := pkiforge.NewPlan(pkiforge.CustomCA, names)
	if err != nil {
		log.Fatal(err)
	}
	plan := sound.Clone()
	if err := pkiforge.Expired(pkiforge.Server).Apply(&plan); err != nil {
		log.Fatal(err)
	}
	for _, difference := range pkiforge.Diff(sound, plan) {
		fmt.Println(difference)
	}

	forge := pkiforge.New(pkiforge.Options{})
	defer forge.Close()
	material, err := forge.Forge(context.Background(), plan)
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range material.Chain {
		fmt.Println("the server sends", c.Name)
	}
	leaf, err := material.Chain[0].X509()
	if err != nil {
		log.Fatal(err)
	}
	_, err = leaf.Verify(x509.VerifyOptions{
		DNSName: names.Host, Roots: pkiforge.CertPool(material.CustomRoots), Intermediates: pkiforge.CertPool(material.Chain[1:]),
	})
	var invalid x509.CertificateInvalidError
	fmt.Println("expired:", errors.As(err, &invalid) && invalid.Reason == x509.Expired)
	// Output:
	// server NotBefore: -1h0m0s → -2184h0m0s
	// server NotAfter: 2159h0m0s → -24h0m0s
	// the server sends server
	// the server sends issuing
	// expired: true
}
