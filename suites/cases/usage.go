package cases

import (
	"crypto/x509"
	"encoding/asn1"

	"siptrust/pkiforge"
)

// Clauses of the group usage.
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

// purposesCase changes the extended key usage of the server certificate.
func purposesCase(words string, known []x509.ExtKeyUsage, others ...asn1.ObjectIdentifier) Change {
	return ofPKI(words, pkiforge.Purposes(pkiforge.Server, known, others...))
}

// platforms: Apple and Microsoft require serverAuth; the RFCs leave it to local
// policy.
func platforms() map[Policy]Expectation { return map[Policy]Expectation{Apple: Refuse, Teams: Refuse} }

// usageCases are the cases of the group usage: what the keys of the path may be
// used for.
func usageCases() []Case {
	const custom = "paper.custom-ca.sound"
	type known = []x509.ExtKeyUsage
	return []Case{
		{
			ID:      "usage.server-auth-only",
			Title:   "The server certificate is for TLS servers (serverAuth) and does not mention SIP",
			Why:     "No public CA issues certificates for id-kp-sipDomain. A client that requires it, as RFC 5924 describes, cannot use their servers.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is only serverAuth", known{x509.ExtKeyUsageServerAuth}),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.server-and-client-auth",
			Title:   "The server certificate is for TLS servers and TLS clients",
			Why:     "SIP servers are also clients of other servers, so certificates of older trunks name both purposes. A client that refuses them cannot use these servers.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is clientAuth and serverAuth", known{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.unknown-beside-server-auth",
			Title:   "The server certificate names an unknown purpose and serverAuth",
			Why:     "Enterprises add purposes of their own. A client that refuses an unknown purpose although serverAuth is there cannot use their servers.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is an unknown purpose and serverAuth", known{x509.ExtKeyUsageServerAuth}, pkiforge.PrivatePurpose),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.critical",
			Title:   "The extended key usage of the server certificate is critical",
			Why:     "A CA may mark the extension critical or not. A client that knows the extension must not refuse because of the mark.",
			Twin:    custom,
			Change:  ofPKI("the extended key usage is critical", pkiforge.Criticality(pkiforge.Server, pkiforge.OIDExtKeyUsage, true)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:       "usage.sip-domain-only",
			Title:    "The server certificate is for a SIP domain (id-kp-sipDomain) and not for TLS servers",
			Why:      "RFC 5924 restricts a certificate to SIP in this way. Verifiers that do not know this purpose refuse it.",
			Twin:     custom,
			Change:   purposesCase("the extended key usage is only id-kp-sipDomain", nil, pkiforge.SIPDomainEKU),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Accept, Apple: Refuse, Teams: Refuse},
			Level:    Must,
			Clauses:  []Clause{sipPurpose, keyPurposes, applePurposes, directRoutingEKU},
		},
		{
			ID:       "usage.any-only",
			Title:    "The server certificate names only anyExtendedKeyUsage",
			Why:      "The application decides whether this includes TLS servers. OpenSSL refuses it, Go accepts it.",
			Twin:     custom,
			Change:   purposesCase("the extended key usage is only anyExtendedKeyUsage", known{x509.ExtKeyUsageAny}),
			Expect:   Observe,
			ByPolicy: platforms(),
			Level:    Must,
			Clauses:  []Clause{keyPurposes, sipPurpose, applePurposes, directRoutingEKU},
		},
		{
			ID:       "usage.absent",
			Title:    "The server certificate has no extended key usage",
			Why:      "Old enterprise CAs leave it out, which means no restriction. Apple and Microsoft now require it.",
			Twin:     custom,
			Change:   purposesCase("there is no extended key usage", nil),
			Expect:   Observe,
			ByPolicy: platforms(),
			Level:    Must,
			Clauses:  []Clause{keyPurposes, sipPurpose, applePurposes, directRoutingEKU},
		},
		{
			ID:      "usage.client-auth-only",
			Title:   "The server presents a certificate that is only for TLS clients",
			Why:     "Every phone may have such a certificate from the same CA. With it, a phone could impersonate the registrar.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is only clientAuth", known{x509.ExtKeyUsageClientAuth}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, noRegister},
		},
		{
			ID:      "usage.code-signing-only",
			Title:   "The server presents a certificate that is only for code signing",
			Why:     "A client that does not check the purpose accepts every certificate of a CA as a server certificate.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is only codeSigning", known{x509.ExtKeyUsageCodeSigning}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, noRegister},
		},
		{
			ID:      "usage.email-only",
			Title:   "The server presents a certificate that is only for e-mail",
			Why:     "Every employee may have such a certificate from the enterprise's CA. With it, an employee could impersonate the server.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is only emailProtection", known{x509.ExtKeyUsageEmailProtection}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, noRegister},
		},
		{
			ID:      "usage.ocsp-signing-only",
			Title:   "The server presents a certificate that is only for signing OCSP responses",
			Why:     "The key of an OCSP responder is on a machine that the network can reach. An attacker who steals it must not be able to impersonate other servers.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is only OCSPSigning", known{x509.ExtKeyUsageOCSPSigning}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, noRegister},
		},
		{
			ID:      "usage.unknown-only",
			Title:   "The server certificate names only an unknown purpose",
			Why:     "An unknown purpose does not allow TLS servers. A client that accepts it accepts certificates that were issued for something else.",
			Twin:    custom,
			Change:  purposesCase("the extended key usage is only an unknown purpose", nil, pkiforge.PrivatePurpose),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, noRegister},
		},
		{
			ID:    "usage.code-signing-critical",
			Title: "The server presents a certificate that is only for code signing, and the extension is critical",
			Why:   "Even a client that does not know this extension must refuse it when it is critical. A client that accepts it ignores both the purpose and the mark.",
			Twin:  custom,
			Change: Change{Name: "the extended key usage is only codeSigning, and it is critical", Apply: func(s *Scenario) error {
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
			Why:      "RFC 5280 does not allow an empty list. A client that treats it as a missing extension removes a restriction.",
			Twin:     custom,
			Change:   ofPKI("the extended key usage is an empty list", pkiforge.EmptyPurposes(pkiforge.Server)),
			Expect:   Observe,
			ByPolicy: platforms(),
			Level:    Should,
			Clauses:  []Clause{keyPurposes, applePurposes, directRoutingEKU},
		},
		{
			ID:      "usage.ca-email-only",
			Title:   "The issuing CA is only for e-mail, and the server certificate is for TLS servers",
			Why:     "Many platforms let a CA issue only for purposes that its own certificate names. RFC 5280 does not require this, and embedded stacks do not check it.",
			Twin:    custom,
			Change:  ofPKI("the extended key usage of the issuing CA is only emailProtection", pkiforge.Purposes(pkiforge.Issuing, known{x509.ExtKeyUsageEmailProtection})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.ca-server-auth",
			Title:   "The issuing CA is only for TLS servers and TLS clients",
			Why:     "Public CAs restrict their issuing CAs in this way, and enterprises do the same. A client that refuses this cannot use their servers.",
			Twin:    custom,
			Change:  ofPKI("the extended key usage of the issuing CA is serverAuth and clientAuth", pkiforge.Purposes(pkiforge.Issuing, known{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth})),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.ca-any",
			Title:   "The issuing CA names only anyExtendedKeyUsage",
			Why:     "OpenSSL does not accept this purpose for TLS servers, other verifiers do.",
			Twin:    custom,
			Change:  ofPKI("the extended key usage of the issuing CA is anyExtendedKeyUsage", pkiforge.Purposes(pkiforge.Issuing, known{x509.ExtKeyUsageAny})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyPurposes},
		},
		{
			ID:      "usage.ca-no-cert-sign",
			Title:   "The key usage of the issuing CA does not allow it to sign certificates",
			Why:     "This key may sign only revocation lists. A client that does not check this lets an attacker with the key issue server certificates.",
			Twin:    custom,
			Change:  ofPKI("the key usage of the issuing CA does not contain keyCertSign", pkiforge.Usage(pkiforge.Issuing, x509.KeyUsageCRLSign)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{mayCertSign, keyUsageBits, noRegister},
		},
		{
			ID:      "usage.ca-key-usage-absent",
			Title:   "The issuing CA has no key usage",
			Why:     "CAs that were made by hand often lack it, and path validation checks it only if it is there. A client that requires it cannot use their servers.",
			Twin:    custom,
			Change:  ofPKI("the issuing CA has no key usage", pkiforge.Usage(pkiforge.Issuing, 0)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{mayCertSign},
		},
		{
			ID:      "usage.ca-key-usage-not-critical",
			Title:   "The key usage of the issuing CA is not critical",
			Why:     "RFC 5280 only recommends the critical mark, and Microsoft's old CAs left it out. A client that requires it cannot use their servers.",
			Twin:    custom,
			Change:  ofPKI("the key usage of the issuing CA is not critical", pkiforge.Criticality(pkiforge.Issuing, pkiforge.OIDKeyUsage, false)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyUsageBits},
		},
		{
			ID:      "usage.key-usage-absent",
			Title:   "The server certificate has no key usage",
			Why:     "A missing key usage means no restriction, and certificates made by hand often lack it. A client that requires it cannot use these servers.",
			Twin:    custom,
			Change:  ofPKI("the server certificate has no key usage", pkiforge.Usage(pkiforge.Server, 0)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyUsageBits},
		},
		{
			ID:      "usage.signs-and-enciphers",
			Title:   "The server's key may sign data and encrypt keys (keyEncipherment)",
			Why:     "Most templates of enterprise CAs set both bits for every key. A client that refuses this cannot use most enterprise servers.",
			Twin:    custom,
			Change:  ofPKI("the key usage is digitalSignature and keyEncipherment", pkiforge.Usage(pkiforge.Server, x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyUsageBits},
		},
		{
			ID:      "usage.enciphers-only",
			Title:   "The server's key may only encrypt keys (keyEncipherment), but it signs the handshake",
			Why:     "TLS requires the digitalSignature bit in the server certificate. Some clients check it, many do not.",
			Twin:    custom,
			Change:  ofPKI("the key usage is only keyEncipherment", pkiforge.Usage(pkiforge.Server, x509.KeyUsageKeyEncipherment)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{serverKeyTLS12, serverKeyTLS13},
		},
		{
			ID:      "usage.agrees-only",
			Title:   "The server's key may only be used for key agreement, but it signs the handshake",
			Why:     "TLS requires the digitalSignature bit in the server certificate. A key for static Diffie-Hellman does not have it, and many clients do not check.",
			Twin:    custom,
			Change:  ofPKI("the key usage is only keyAgreement", pkiforge.Usage(pkiforge.Server, x509.KeyUsageKeyAgreement)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{serverKeyTLS12, serverKeyTLS13},
		},
		{
			ID:      "usage.no-common-purpose",
			Title:   "The server's key may only sign revocation lists, but its extended key usage is serverAuth",
			Why:     "Key usage and extended key usage both apply, and here no use satisfies both. A client that checks only one accepts a certificate that is valid for nothing.",
			Twin:    custom,
			Change:  ofPKI("the key usage is only cRLSign, and the extended key usage contains serverAuth", pkiforge.Usage(pkiforge.Server, x509.KeyUsageCRLSign)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyPurposes, serverKeyTLS13, noRegister},
		},
		{
			ID:      "usage.cert-sign-without-ca",
			Title:   "The server's key may sign certificates, but the certificate is not a CA certificate",
			Why:     "RFC 5280 forbids CAs to issue this combination, but does not require clients to check it. Some do.",
			Twin:    custom,
			Change:  ofPKI("the key usage of the server certificate also contains keyCertSign", pkiforge.Usage(pkiforge.Server, x509.KeyUsageDigitalSignature|x509.KeyUsageCertSign)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyUsageBits, clause("RFC 5280", "4.2.1.9")},
		},
	}
}
