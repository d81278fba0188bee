package suites_test

import (
	"siptrust/suites/catalogue"
)

func init() {
	leaf := change{plan: []string{"server EditTBS"}}
	leafOctets := change{plan: []string{"server EditDER"}}
	issuing := change{plan: []string{"issuing EditTBS"}}
	for id, c := range map[string]change{
		"encoding.unknown-critical-leaf":           {plan: []string{"server Extra"}},
		"encoding.unknown-critical-intermediate":   {plan: []string{"issuing Extra"}},
		"encoding.unknown-critical-root":           {plan: []string{"root Extra"}},
		"encoding.unknown-extension-leaf":          {plan: []string{"server Extra"}},
		"encoding.unknown-extension-intermediate":  {plan: []string{"issuing Extra"}},
		"encoding.duplicate-san":                   leaf,
		"encoding.duplicate-key-usage":             leaf,
		"encoding.duplicate-basic-constraints":     issuing,
		"encoding.malformed-san":                   leaf,
		"encoding.malformed-basic-constraints":     issuing,
		"encoding.malformed-key-usage":             leaf,
		"encoding.v1-leaf":                         leaf,
		"encoding.v1-intermediate":                 issuing,
		"encoding.version-4":                       leaf,
		"encoding.v1-with-extensions":              leaf,
		"encoding.v2-with-extensions":              leaf,
		"encoding.v1-intermediate-with-extensions": issuing,
		"encoding.serial-20-octets":                leaf,
		"encoding.serial-one":                      leaf,
		"encoding.serial-21-octets":                leaf,
		"encoding.serial-zero":                     leaf,
		"encoding.serial-negative":                 leaf,
		"encoding.garbage-leaf":                    leafOctets,
		"encoding.garbage-intermediate":            {plan: []string{"issuing EditDER"}},
		"encoding.cut-short":                       leafOctets,
		"encoding.trailing-octet":                  leafOctets,
		"encoding.long-length":                     leafOctets,
		"encoding.indefinite-length":               leafOctets,
		"encoding.ber-boolean":                     issuing,
		"encoding.policies-critical":               leaf,
		"encoding.crl-points-critical":             leaf,
		"encoding.hundred-extensions":              {plan: []string{"server Extra"}},
		"encoding.explicit-default":                leaf,
		"encoding.aki-missing":                     leaf,
		"encoding.ski-missing-leaf":                leaf,
		"encoding.ski-missing-intermediate":        issuing,
		"encoding.aki-critical":                    leaf,
		"encoding.ski-critical":                    issuing,
		"encoding.aia-critical":                    leaf,
		"encoding.aia-malformed":                   leaf,
		"encoding.empty-issuer":                    leaf,
		"encoding.ca-empty-subject":                issuing,
		"encoding.dn-bmpstring":                    leaf,
		"encoding.dn-teletex":                      leaf,
		"encoding.dn-teletex-intermediate":         issuing,
		"encoding.dn-universal-string":             leaf,
		"encoding.dn-utf8":                         leaf,
		"encoding.dn-domain-component":             leaf,
		"encoding.dn-email-address":                leaf,
		"encoding.dn-unknown-attribute":            leaf,
		"encoding.dn-long":                         leaf,
		"encoding.dn-multi-valued-rdn":             leaf,
		"encoding.duplicate-san-other-first":       leaf,
		"encoding.duplicate-unknown":               {plan: []string{"server Extra"}},
		"encoding.malformed-extended-key-usage":    leaf,
		"encoding.malformed-name-constraints":      {plan: []string{"issuing Extra"}},
		"encoding.san-trailing-octets":             leaf,
		"encoding.unique-ids":                      leaf,
		"encoding.aki-malformed":                   leaf,
		"encoding.dn-not-utf8":                     leaf,
		"encoding.dn-not-printable":                leaf,
	} {
		changes[id] = c
	}
	explains("critical-extensions", "encoding.unknown-critical-leaf", "encoding.unknown-critical-intermediate")
	explains("basic-constraints", "encoding.v1-intermediate")
	for _, policy := range []catalogue.Policy{catalogue.RFC5922, catalogue.RFC9525} {
		explainUnder(policy, "basic-constraints", "encoding.v1-intermediate-with-extensions")
	}
	// Where extensions do not count there is no name but the common name.
	for _, mutant := range []string{"name", "common-name"} {
		explains(mutant, "encoding.v1-with-extensions", "encoding.v2-with-extensions")
		explainUnder(catalogue.RFC9525, mutant, "encoding.v1-leaf")
		explainUnder(catalogue.BCP195, mutant, "encoding.v1-leaf")
	}
	explains("chain-links", "encoding.empty-issuer")

	for why, ids := range map[string][]string{
		"x509.ParseCertificate takes no extension that appears twice": {
			"encoding.duplicate-san", "encoding.duplicate-key-usage", "encoding.duplicate-basic-constraints",
			"encoding.duplicate-san-other-first", "encoding.duplicate-unknown",
		},
		"x509.ParseCertificate takes no extension that it knows and cannot read": {
			"encoding.malformed-san", "encoding.malformed-basic-constraints", "encoding.malformed-key-usage",
			"encoding.malformed-extended-key-usage", "encoding.malformed-name-constraints",
		},
		"crypto/tls takes no Certificate message with an entry that x509.ParseCertificate cannot read": {
			"encoding.garbage-leaf", "encoding.garbage-intermediate", "encoding.cut-short", "encoding.trailing-octet",
			"encoding.indefinite-length",
		},
	} {
		for _, id := range ids {
			enforced[id] = why
		}
	}

	disagree("openssl s_client", "OpenSSL looks for repetitions only among the extensions that it knows (RFC 5280 4.2)",
		"encoding.duplicate-unknown")
	disagree("openssl s_client", "OpenSSL reads BER (RFC 5280 4.1 demands DER)", "encoding.indefinite-length")
	disagree("openssl s_client", "OpenSSL obeys extensions whatever the version, but with -x509_strict (RFC 5280 4.1.2.9)",
		"encoding.v1-with-extensions", "encoding.v2-with-extensions")
	disagree("gnutls-cli", "GnuTLS does not look at the key usage of a server's certificate that it cannot read (RFC 5280 4.2)",
		"encoding.malformed-key-usage")
}
