package reference_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"time"

	"siptrust/client"
	"siptrust/client/reference"
	"siptrust/pkiforge"
)

// The built-in client and a mutant of it before the same server, whose
// certificate has expired: one refuses it, the other does not notice.
func Example() {
	plan, err := pkiforge.NewPlan(pkiforge.CustomCA, pkiforge.Names{
		Run: pkiforge.NewRun(), Host: "sip.example.test", Domain: "sip.example.test", Other: "other.example.test",
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := pkiforge.Expired(pkiforge.Server).Apply(&plan); err != nil {
		log.Fatal(err)
	}
	forge := pkiforge.New(pkiforge.Options{})
	defer forge.Close()
	material, err := forge.Forge(context.Background(), plan)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{
		Certificate: pkiforge.ChainDER(material.Chain), PrivateKey: material.Chain[0].Key,
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer listener.Close()

	for _, mutant := range []string{"", "expiry"} {
		received := make(chan string)
		go func() { received <- firstWord(listener) }()
		driver := reference.New(reference.Options{Mutant: mutant})
		at := listener.Addr().(*net.TCPAddr).AddrPort()
		if _, err := driver.Attempt(context.Background(), client.Attempt{
			URI: fmt.Sprintf("sips:alice@sip.example.test:%d", at.Port()), Domain: "sip.example.test", Host: "sip.example.test",
			Server: at, CustomRoots: material.CustomRoots, Timeout: 10 * time.Second,
		}); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: the server received %q\n", driver.Name(), <-received)
	}
	// Output:
	// reference: the server received ""
	// mutant:expiry: the server received "REGISTER"
}

// firstWord takes one connection, and gives the first word that comes in it.
func firstWord(listener net.Listener) string {
	conn, err := listener.Accept()
	if err != nil {
		return ""
	}
	defer conn.Close()
	var word string
	_, _ = fmt.Fscan(conn, &word) // nothing comes from a client that refuses
	return word
}
