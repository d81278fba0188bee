package suites_test

import (
	"strings"

	"siptrust/suites/cases"
)

func init() {
	all := cases.All()
	for i := range all.Cases {
		cs := &all.Cases[i]
		if cs.Group() != "proof" || cs.Sound() {
			continue
		}
		if strings.HasPrefix(cs.ID, "proof.no-certificate") || strings.HasPrefix(cs.ID, "proof.garbage") {
			changes[cs.ID] = change{server: []string{"Certificate"}}
			enforced[cs.ID] = "crypto/tls wants at least one certificate, and all of them to parse (RFC 8446 4.4.2.4)"
			continue
		}
		changes[cs.ID] = change{server: []string{"Signature"}}
		enforced[cs.ID] = "crypto/tls verifies the signature in ServerKeyExchange (RFC 5246 7.4.3) or CertificateVerify (RFC 8446 4.4.3)"
	}
}
