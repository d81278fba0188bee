package suites_test

import (
	"siptrust/suites/catalogue"
)

func init() {
	purposes := change{plan: []string{"server ExtKeyUsage", "server UnknownEKU"}}
	usage := change{plan: []string{"server KeyUsage"}}
	edited := change{plan: []string{"server EditTBS"}}
	for id, c := range map[string]change{
		"server-auth-only":           {plan: []string{"server UnknownEKU"}},
		"server-and-client-auth":     purposes,
		"unknown-beside-server-auth": {plan: []string{"server UnknownEKU"}},
		"critical":                   edited,
		"sip-domain-only":            {plan: []string{"server ExtKeyUsage"}},
		"any-only":                   purposes,
		"absent":                     purposes,
		"client-auth-only":           purposes,
		"code-signing-only":          purposes,
		"email-only":                 purposes,
		"ocsp-signing-only":          purposes,
		"unknown-only":               purposes,
		"code-signing-critical":      {plan: append([]string{"server EditTBS"}, purposes.plan...)},
		"empty":                      edited,
		"ca-email-only":              {plan: []string{"issuing ExtKeyUsage"}},
		"ca-server-auth":             {plan: []string{"issuing ExtKeyUsage"}},
		"ca-any":                     {plan: []string{"issuing ExtKeyUsage"}},
		"ca-no-cert-sign":            {plan: []string{"issuing KeyUsage"}},
		"ca-key-usage-absent":        {plan: []string{"issuing KeyUsage"}},
		"ca-key-usage-not-critical":  {plan: []string{"issuing EditTBS"}},
		"key-usage-absent":           usage,
		"signs-and-enciphers":        usage,
		"enciphers-only":             usage,
		"agrees-only":                usage,
		"no-common-purpose":          usage,
		"cert-sign-without-ca":       usage,
	} {
		changes["usage."+id] = c
	}

	explains("extended-key-usage", "usage.client-auth-only", "usage.code-signing-only", "usage.email-only",
		"usage.ocsp-signing-only", "usage.unknown-only", "usage.code-signing-critical")
	explains("ca-key-usage", "usage.ca-no-cert-sign")
	explains("key-usage", "usage.no-common-purpose")
	for _, platform := range []catalogue.Policy{catalogue.Apple, catalogue.Teams} {
		explainUnder(platform, "extended-key-usage", "usage.sip-domain-only", "usage.any-only", "usage.absent", "usage.empty")
	}
	disagree("crypto/tls", "crypto/x509 does not look at the key usage of a server certificate (RFC 5280 4.2.1.12)", "usage.no-common-purpose")
}
