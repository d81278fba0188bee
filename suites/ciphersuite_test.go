package suites_test

import (
	"slices"
	"strings"

	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

func init() {
	all := cases.All()
	for i := range all.Cases {
		cs := &all.Cases[i]
		switch {
		case cs.Group() != "suite" || cs.Sound():
		case strings.HasPrefix(cs.ID, "suite.group-"):
			changes[cs.ID] = change{server: []string{"Groups"}}
		default:
			changes[cs.ID] = change{server: []string{"CipherSuites"}}
		}
	}

	rc4 := []string{"suite.rsa-rc4", "suite.ecdhe-rsa-rc4", "suite.ecdhe-ecdsa-rc4"}
	explains("old-suites", append(rc4, "suite.offered")...)
	// The server ends the handshake when it finds nothing in common.
	explains("plaintext-fallback", rc4...)

	offered := []string{ // by crypto/tls
		"suite.ecdhe-ecdsa-aes128-cbc-sha", "suite.ecdhe-ecdsa-aes256-cbc-sha",
		"suite.ecdhe-rsa-aes128-cbc-sha", "suite.ecdhe-rsa-aes256-cbc-sha",
	}
	others := []string{
		"suite.ecdhe-ecdsa-aes128-cbc-sha256", "suite.ecdhe-rsa-aes128-cbc-sha256", "suite.rsa-aes128-cbc-sha", "suite.rsa-aes256-cbc-sha", "suite.rsa-aes128-cbc-sha256",
		"suite.rsa-aes128-gcm", "suite.rsa-aes256-gcm", "suite.rsa-3des", "suite.ecdhe-rsa-3des",
	}
	// Where interop observes, a leak is a failure all the same.
	explains("plaintext-fallback", others...)
	weak := slices.Concat(offered, others)
	explainUnder(catalogue.BCP195, "old-suites", weak...)
	explainUnder(catalogue.BCP195, "plaintext-fallback", weak...)

	const young = "OpenSSL before 3.5 and GnuTLS before 3.8.9 do not know X25519MLKEM768 (RFC 8446 4.2.7: groups are the client's to offer)"
	disagree("openssl s_client", young, "suite.group-x25519mlkem768")
	disagree("gnutls-cli", young, "suite.group-x25519mlkem768")
}
