package suites_test

import (
	"siptrust/suites/catalogue"
)

func init() {
	leafKey, issuerKey := change{plan: []string{"server KeyAlgorithm"}}, change{plan: []string{"issuing KeyAlgorithm"}}
	for id, c := range map[string]change{
		// ECDSA has no signature algorithm with MD5, and hardly one with SHA-1.
		"strength.md5":              {plan: []string{"issuing KeyAlgorithm", "server EditTBS"}},
		"strength.sha1":             {plan: []string{"issuing KeyAlgorithm", "server EditTBS"}},
		"strength.sha1-issuer":      {plan: []string{"root KeyAlgorithm", "issuing EditTBS"}},
		"strength.sha1-root":        {plan: []string{"root KeyAlgorithm", "root EditTBS"}},
		"strength.rsa-1024":         leafKey,
		"strength.rsa-1024-issuer":  issuerKey,
		"strength.rsa-512-issuer":   issuerKey,
		"strength.exponent-one":     {plan: []string{"issuing KeyAlgorithm", "issuing EditTBS", "server EditDER"}},
		"strength.rsa-2048":         leafKey,
		"strength.rsa-3072":         leafKey,
		"strength.rsa-4096":         issuerKey,
		"strength.rsa-8192-issuer":  issuerKey,
		"strength.rsa-16384-issuer": issuerKey,
		"strength.dsa-issuer":       issuerKey,
		"strength.p192-issuer":      issuerKey,
		"strength.p384":             leafKey,
		"strength.p384-issuer":      issuerKey,
		"strength.p521-issuer":      issuerKey,
		"strength.p224-issuer":      issuerKey,
		"strength.p521":             leafKey,
		"strength.ed25519":          leafKey,
		"strength.rsa-1024-root":    {plan: []string{"root KeyAlgorithm"}},
		"strength.md5-root":         {plan: []string{"root KeyAlgorithm", "root EditTBS"}},
	} {
		changes[id] = c
	}

	explains("weak-digests", "strength.md5", "strength.sha1", "strength.sha1-issuer")
	for _, policy := range []catalogue.Policy{catalogue.Apple, catalogue.BCP195} {
		explainUnder(policy, "weak-digests", "strength.sha1", "strength.sha1-issuer")
		explainUnder(policy, "short-keys", "strength.rsa-1024", "strength.rsa-1024-issuer")
	}
	enforced["strength.p192-issuer"] = "x509.ParseCertificate knows no curve of less than 224 bits"
	enforced["strength.rsa-512-issuer"] = "crypto/rsa verifies nothing with a key of less than 1024 bits"
}
