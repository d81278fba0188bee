package fakeserver_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// A server at an address of its own, a client that does not trust it, and what
// the server saw of it.
func Example() {
	ctx := context.Background()
	reserved, err := fakeserver.Reserve(ctx, fakeserver.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer reserved.Close()

	chain := forge(ctx)
	server, err := reserved.Serve(fakeserver.Setup{
		Account:    []string{"sip.example.test"},
		Behaviours: []fakeserver.Behaviour{{Chain: pkiforge.ChainDER(chain), Key: chain[0].Key}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()

	_, err = tls.Dial("tcp", server.Address().String(), &tls.Config{ServerName: "sip.example.test"})
	fmt.Println("the client says:", err)

	o := server.Observe(ctx)
	c := o.Connections[0]
	fmt.Println("it asked for", c.ClientHello.ServerName)
	fmt.Println("the server sent its certificate:", c.Handshake.CertificateSent)
	fmt.Println("the client's alert:", c.ClientAlerts[0])
	fmt.Println("SIP inside TLS:", len(c.SIP))
	// Output:
	// the client says: tls: failed to verify certificate: x509: certificate signed by unknown authority
	// it asked for sip.example.test
	// the server sent its certificate: true
	// the client's alert: fatal bad_certificate (42)
	// SIP inside TLS: 0
}

// forge makes a sound chain, whose root nobody has installed.
func forge(ctx context.Context) []*pkiforge.Certificate {
	plan, err := pkiforge.NewPlan(pkiforge.CustomCA, pkiforge.Names{
		Run: pkiforge.NewRun(), Host: "sip.example.test", Domain: "sip.example.test", Other: "other.example.test",
	})
	if err != nil {
		log.Fatal(err)
	}
	forge := pkiforge.New(pkiforge.Options{})
	defer forge.Close()
	material, err := forge.Forge(ctx, plan)
	if err != nil {
		log.Fatal(err)
	}
	return material.Chain
}
