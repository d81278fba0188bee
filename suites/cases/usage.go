package cases

import (
	"crypto/x509"
	"encoding/asn1"

	"siptrust/pkiforge"
)

// Clauses that the cases of usage rest on.
var (
	keyUsageBits     = clause("RFC 5280", "4.2.1.3")
	keyPurposes      = clause("RFC 5280", "4.2.1.12")
	mayCertSign      = clause("RFC 5280", "6.1.4(n)")
	sipPurpose       = clause("RFC 5924", "5")
	serverKeyTLS12   = clause("RFC 5246", "7.4.2")
	serverKeyTLS13   = clause("RFC 8446", "4.4.2.2")
	applePurposes    = clause("Apple HT210176", "")
	directRoutingEKU = clause("Microsoft Teams Direct Routing", "Public trusted certificate for the SBC")
)

// purposesCase is one of a server certificate with other purposes.
func purposesCase(words string, known []x509.ExtKeyUsage, others ...asn1.ObjectIdentifier) Change {
	return ofPKI(words, pkiforge.Purposes(pkiforge.Server, known, others...))
}

// platforms: Apple and Microsoft demand that serverAuth is named; the RFCs
// leave it to local policy.
func platforms() map[Policy]Expectation { return map[Policy]Expectation{Apple: Refuse, Teams: Refuse} }

// usageCases are the cases of the group usage: what the certificates of the
// path say that their keys are for.
func usageCases() []Case {
	const custom = "paper.custom-ca.sound"
	type known = []x509.ExtKeyUsage
	return []Case{
		{
			ID:      "usage.server-auth-only",
			Title:   "The server certificate is for TLS servers and does not name SIP",
			Why:     "No public CA issues id-kp-sipDomain: a client that demands it, as RFC 5924 has it, is served by nobody.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is serverAuth alone", known{x509.ExtKeyUsageServerAuth}),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.server-and-client-auth",
			Title:   "The server certificate is for TLS servers and clients",
			Why:     "SIP servers are clients of their peers, so certificates of older trunks name both purposes.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is clientAuth and serverAuth", known{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.unknown-beside-server-auth",
			Title:   "The server certificate names a purpose that nobody knows, and serverAuth",
			Why:     "Enterprises add purposes of their own; one that is not recognised is not to matter beside the one that is.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is a private purpose and serverAuth", known{x509.ExtKeyUsageServerAuth}, pkiforge.PrivatePurpose),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.critical",
			Title:   "The extended key usage of the server certificate is critical",
			Why:     "The issuer may mark it either way; a client that knows the extension must not stumble over that.",
			Twin:    custom,
			Change:  ofPKI("the extended key usage, which names serverAuth, is critical", pkiforge.Criticality(pkiforge.Server, pkiforge.OIDExtKeyUsage, true)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:       "usage.sip-domain-only",
			Title:    "The server certificate is for a SIP domain and not for TLS servers",
			Why:      "RFC 5924 restricts a certificate to SIP in this way; verifiers that are not told of SIP refuse it.",
			Twin:     custom,
			Change:   purposesCase("the extended key usage is id-kp-sipDomain alone", nil, pkiforge.SIPDomainEKU),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Accept, Apple: Refuse, Teams: Refuse},
			Level:    Must,
			Clauses:  []Clause{sipPurpose, keyPurposes, applePurposes, directRoutingEKU},
		},
		{
			ID:       "usage.any-only",
			Title:    "The server certificate is for any purpose and names none in particular",
			Why:      "Whether that includes TLS servers is left to the application; OpenSSL says no, Go says yes.",
			Twin:     custom,
			Change:   purposesCase("the extended key usage is anyExtendedKeyUsage alone", known{x509.ExtKeyUsageAny}),
			Expect:   Observe,
			ByPolicy: platforms(),
			Level:    Must,
			Clauses:  []Clause{keyPurposes, sipPurpose, applePurposes, directRoutingEKU},
		},
		{
			ID:       "usage.absent",
			Title:    "The server certificate has no extended key usage",
			Why:      "Enterprise CAs of old leave it out, which restricts nothing; platforms have come to demand it.",
			Twin:     custom,
			Change:   purposesCase("there is no extended key usage", nil),
			Expect:   Observe,
			ByPolicy: platforms(),
			Level:    Must,
			Clauses:  []Clause{keyPurposes, sipPurpose, applePurposes, directRoutingEKU},
		},
		{
			ID:      "usage.client-auth-only",
			Title:   "The server presents a certificate that is for TLS clients",
			Why:     "Every phone has one from the same CA: with it a phone could answer for the registrar.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is clientAuth alone", known{x509.ExtKeyUsageClientAuth}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, noRegister},
		},
		{
			ID:      "usage.code-signing-only",
			Title:   "The server presents a certificate that is for signing programs",
			Why:     "A purpose that is not enforced makes every certificate of a CA a server's.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is codeSigning alone", known{x509.ExtKeyUsageCodeSigning}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, noRegister},
		},
		{
			ID:      "usage.email-only",
			Title:   "The server presents a certificate that is for mail",
			Why:     "Every employee may have one from the enterprise's CA.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is emailProtection alone", known{x509.ExtKeyUsageEmailProtection}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, noRegister},
		},
		{
			ID:      "usage.ocsp-signing-only",
			Title:   "The server presents a certificate that is for signing revocation answers",
			Why:     "The key of a responder lies on a machine that faces the network; it is not to be a server's key as well.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is OCSPSigning alone", known{x509.ExtKeyUsageOCSPSigning}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, noRegister},
		},
		{
			ID:      "usage.unknown-only",
			Title:   "The server certificate names one purpose, and nobody knows it",
			Why:     "A purpose that is not recognised is not the one that is needed.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is a private purpose alone", nil, pkiforge.PrivatePurpose),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, noRegister},
		},
		{
			ID:    "usage.code-signing-critical",
			Title: "The server presents a certificate for signing programs, marked critical",
			Why:   "A critical extension may not be passed over even by a client that knows no purposes.",
			Twin:  custom,
			Change: Change{Name: "the extended key usage is codeSigning alone, and critical", Apply: func(s *Scenario) error {
				if err := pkiforge.Purposes(pkiforge.Server, known{x509.ExtKeyUsageCodeSigning}).Apply(&s.Plan); err != nil {
					return err
				}
				return pkiforge.Criticality(pkiforge.Server, pkiforge.OIDExtKeyUsage, true).Apply(&s.Plan)
			}},
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, clause("RFC 5280", "4.2"), noRegister},
		},
		{
			ID:       "usage.empty",
			Title:    "The extended key usage of the server certificate is an empty list",
			Why:      "A client that takes an empty list for a missing one lets a restriction vanish.",
			Twin:     custom,
			Change:   ofPKI("the extended key usage names no purpose at all", pkiforge.EmptyPurposes(pkiforge.Server)),
			Expect:   Observe,
			ByPolicy: platforms(),
			Level:    Should,
			Clauses:  []Clause{keyPurposes, applePurposes, directRoutingEKU},
		},
		{
			ID:      "usage.ca-email-only",
			Title:   "The issuing CA is for mail, the server certificate for TLS servers",
			Why:     "Platforms let a CA issue only for purposes it names itself; RFC 5280 does not say so, and embedded stacks do not ask.",
			Twin:    custom,
			Change:  ofPKI("the extended key usage of the issuing CA is emailProtection alone", pkiforge.Purposes(pkiforge.Issuing, known{x509.ExtKeyUsageEmailProtection})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.ca-server-auth",
			Title:   "The issuing CA is for TLS servers",
			Why:     "Public CAs restrict their issuing CAs in this way, and enterprises follow.",
			Twin:    custom,
			Change:  ofPKI("the extended key usage of the issuing CA is serverAuth and clientAuth", pkiforge.Purposes(pkiforge.Issuing, known{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth})),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.ca-any",
			Title:   "The issuing CA is for any purpose",
			Why:     "OpenSSL does not take any purpose for that of a TLS server, others do.",
			Twin:    custom,
			Change:  ofPKI("the extended key usage of the issuing CA is anyExtendedKeyUsage", pkiforge.Purposes(pkiforge.Issuing, known{x509.ExtKeyUsageAny})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.ca-no-cert-sign",
			Title:   "The issuing CA may not sign certificates, by its key usage",
			Why:     "A key that is to sign revocation lists only must not make servers.",
			Twin:    custom,
			Change:  ofPKI("the key usage of the issuing CA lacks keyCertSign", pkiforge.Usage(pkiforge.Issuing, x509.KeyUsageCRLSign)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{mayCertSign, keyUsageBits, noRegister},
		},
		{
			ID:      "usage.ca-key-usage-absent",
			Title:   "The issuing CA has no key usage",
			Why:     "CAs that were made by hand often lack it; path validation looks at it only where it is present.",
			Twin:    custom,
			Change:  ofPKI("the issuing CA has no key usage", pkiforge.Usage(pkiforge.Issuing, 0)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{mayCertSign},
		},
		{
			ID:      "usage.ca-key-usage-not-critical",
			Title:   "The key usage of the issuing CA is not critical",
			Why:     "RFC 5280 only recommends the mark; Microsoft's CA of old left it out.",
			Twin:    custom,
			Change:  ofPKI("the key usage of the issuing CA is not critical", pkiforge.Criticality(pkiforge.Issuing, pkiforge.OIDKeyUsage, false)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyUsageBits},
		},
		{
			ID:      "usage.key-usage-absent",
			Title:   "The server certificate has no key usage",
			Why:     "Without it nothing is restricted; certificates made by hand lack it.",
			Twin:    custom,
			Change:  ofPKI("the server certificate has no key usage", pkiforge.Usage(pkiforge.Server, 0)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyUsageBits},
		},
		{
			ID:      "usage.signs-and-enciphers",
			Title:   "The server's key may sign and encipher keys",
			Why:     "Most templates of enterprise CAs set both bits, whatever the key.",
			Twin:    custom,
			Change:  ofPKI("the key usage is digitalSignature and keyEncipherment", pkiforge.Usage(pkiforge.Server, x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyUsageBits},
		},
		{
			ID:      "usage.enciphers-only",
			Title:   "The server's key may encipher keys and not sign, and signs the handshake",
			Why:     "TLS demands the signature bit of the server; some clients hold it to that, many do not.",
			Twin:    custom,
			Change:  ofPKI("the key usage is keyEncipherment alone", pkiforge.Usage(pkiforge.Server, x509.KeyUsageKeyEncipherment)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{serverKeyTLS12, serverKeyTLS13},
		},
		{
			ID:      "usage.agrees-only",
			Title:   "The server's key may agree on keys and not sign, and signs the handshake",
			Why:     "A key for static Diffie-Hellman is no key for signing; TLS demands the signature bit of the server.",
			Twin:    custom,
			Change:  ofPKI("the key usage is keyAgreement alone", pkiforge.Usage(pkiforge.Server, x509.KeyUsageKeyAgreement)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{serverKeyTLS12, serverKeyTLS13},
		},
		{
			ID:      "usage.no-common-purpose",
			Title:   "The server's key may only sign revocation lists, and its purpose is TLS server",
			Why:     "Key usage and extended key usage both bind: where they have nothing in common the certificate is for nothing.",
			Twin:    custom,
			Change:  ofPKI("the key usage is cRLSign alone, beside the purpose serverAuth", pkiforge.Usage(pkiforge.Server, x509.KeyUsageCRLSign)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, serverKeyTLS13, noRegister},
		},
		{
			ID:      "usage.cert-sign-without-ca",
			Title:   "The server's key may sign certificates, though it is no CA's",
			Why:     "RFC 5280 forbids issuers the combination and does not have verifiers look; some do.",
			Twin:    custom,
			Change:  ofPKI("the key usage of the server certificate has keyCertSign besides", pkiforge.Usage(pkiforge.Server, x509.KeyUsageDigitalSignature|x509.KeyUsageCertSign)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyUsageBits, clause("RFC 5280", "4.2.1.9")},
		},
	}
}
