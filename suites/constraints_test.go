package suites_test

import (
	"siptrust/suites/catalogue"
)

func init() {
	issuing := func(fields ...string) change { return change{plan: prefixed("issuing ", fields)} }
	upper := func(fields ...string) change { return change{plan: prefixed("upper ", fields)} }
	server := func(fields ...string) change { return change{plan: prefixed("server ", fields)} }
	for id, c := range map[string]change{
		"ca-false":              issuing("IsCA", "PathLen"),
		"ca-missing":            issuing("BasicConstraints"),
		"leaf-issues":           {plan: []string{"impostor", "server Issuer", "send"}},
		"not-critical":          issuing("EditTBS"),
		"path-length-exceeded":  upper("PathLen"),
		"path-length-increased": issuing("PathLen"),
		"path-length-unlimited": upper("PathLen"),
		"path-length-negative":  issuing("EditTBS"),
		"path-length-of-leaf":   server("EditTBS"),
		"leaf-is-ca":            server("IsCA"),
		"leaf-without":          server("BasicConstraints"),

		"policy-missing":       issuing("Extra"),
		"policy-present":       issuing("Extra"),
		"policy-later":         issuing("Extra"),
		"policy-other":         {plan: []string{"issuing Extra", "server Policies"}},
		"any-policy":           {plan: []string{"issuing Extra", "server Policies"}},
		"any-policy-barred":    {plan: []string{"issuing Extra", "server Policies"}},
		"any-policy-inhibited": issuing("Extra"),
		"policy-mapped":        issuing("Extra"),

		"names.permitted":                  issuing("EditTBS"),
		"names.not-permitted":              issuing("EditTBS"),
		"names.not-permitted-not-critical": issuing("EditTBS"),
		"names.look-alike-permitted":       issuing("EditTBS"),
		"names.excluded":                   issuing("EditTBS"),
		"names.excluded-upper-case":        issuing("EditTBS"),
		"names.excluded-elsewhere":         issuing("EditTBS"),
		"names.look-alike-excluded":        issuing("EditTBS"),
		"names.above-not-permitted":        upper("EditTBS"),
		"names.narrowed":                   issuing("EditTBS"),
		"names.widened":                    {plan: []string{"issuing EditTBS", "server DNS"}},
		"names.second-name-not-permitted":  server("DNS"),
		"names.excluded-beats-permitted":   server("DNS"),
		"names.permitted-below":            server("DNS"),
		"names.sip-uri-beside":             server("URIs"),
		"names.wildcard-over-excluded":     server("DNS"),
		"names.excluded-ipv4":              server("IPs"),
		"names.excluded-ipv6":              server("IPs"),
		"names.other-address":              server("IPs"),
		"names.no-address-there":           issuing("EditTBS"),
		"names.no-mailbox-there":           issuing("EditTBS"),
		"names.no-uri-there":               issuing("EditTBS"),
		"names.sip-uri":                    issuing("EditTBS"),
		"names.directory":                  issuing("EditTBS"),
		"names.directory-not-permitted":    issuing("EditTBS"),
		"names.directory-excluded":         issuing("EditTBS"),
		"names.unknown-form":               issuing("EditTBS"),
		"names.of-leaf":                    server("EditTBS"),
		"names.leading-dot":                issuing("EditTBS"),
		"names.wildcard-permitted":         issuing("EditTBS"),
		"names.mask-with-holes":            issuing("EditTBS"),
		"names.empty":                      issuing("EditTBS"),
		"names.self-issued":                issuing("EditTBS"),
		"names.below-self-issued":          issuing("EditTBS"),
	} {
		changes["constraints."+id] = c
	}

	explains("basic-constraints", "constraints.ca-false", "constraints.ca-missing", "constraints.leaf-issues")
	// Without a root to lead to, the issuing CA is the end of the path: what the
	// upper CA says is lost.
	explains("trust-anchor", "constraints.path-length-exceeded", "constraints.names.above-not-permitted",
		"constraints.names.widened", "constraints.names.second-name-not-permitted", "constraints.names.excluded-beats-permitted",
		"constraints.names.excluded-ipv4", "constraints.names.excluded-ipv6")
	explains("path-length", "constraints.path-length-exceeded")
	explains("name-constraints",
		"constraints.names.not-permitted", "constraints.names.not-permitted-not-critical", "constraints.names.look-alike-permitted",
		"constraints.names.excluded", "constraints.names.excluded-upper-case", "constraints.names.above-not-permitted",
		"constraints.names.narrowed", "constraints.names.widened", "constraints.names.second-name-not-permitted",
		"constraints.names.excluded-beats-permitted", "constraints.names.excluded-ipv4", "constraints.names.excluded-ipv6",
		"constraints.names.below-self-issued",
		"constraints.names.wildcard-permitted", "constraints.names.directory-not-permitted", "constraints.names.directory-excluded")
	for _, policy := range []catalogue.Policy{catalogue.RFC5922, catalogue.RFC9525} {
		explainUnder(policy, "certificate-policies",
			"constraints.policy-missing", "constraints.policy-other", "constraints.any-policy-barred")
	}

	disagree("crypto/tls", "crypto/x509 holds a URI without a host against any constraint, also of DNS names (RFC 5280 4.2.1.10)",
		"constraints.names.sip-uri-beside")
	disagree("gnutls-cli", "GnuTLS 3.7 passes over permitted directory names, though it refuses excluded ones (RFC 5280 4.2.1.10)",
		"constraints.names.directory-not-permitted")
}

func prefixed(prefix string, words []string) []string {
	var list []string
	for _, w := range words {
		list = append(list, prefix+w)
	}
	return list
}
