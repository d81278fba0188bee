package cases

import (
	"crypto/x509"

	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// responderChange edits the responder's certificate.
func responderChange(words string, edit func(*pkiforge.Cert)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { edit(s.Plan.Cert(pkiforge.Responder)); return nil }}
}

// delegatedCases: the response is signed by a responder that a CA has authorised.
func delegatedCases() []Case {
	const twin = "revocation.delegated.sound"
	asked := []seen.Precondition{seen.OffersStatusRequest}
	authorised := []Clause{responders, stapleTLS12}
	return []Case{
		{
			ID:    twin,
			Title: "The stapled OCSP response is signed by a responder that the issuing CA has authorised",
			Why:   "Most CAs use such a responder, so that their own key is not on the network; a client that accepts only the CA's own signature is locked out.",
			Style: pkiforge.CustomCA,
			Change: several("the server staples an OCSP response, signed by a responder that has a certificate of the issuing CA with id-kp-OCSPSigning",
				pkiforge.WithStaple(), pkiforge.Delegate(pkiforge.Issuing, "by issuing", nil)),
			Expect:  Accept,
			Level:   Must,
			Clauses: authorised,
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.revoked",
			Title:   "An authorised responder says, in a stapled OCSP response, that the server certificate is revoked",
			Why:     "Most responses come from authorised responders: a client that ignores them accepts revoked certificates.",
			Twin:    twin,
			Change:  revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{responders, stapleTLS12, noRegister},
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.no-purpose",
			Title:   "The stapled OCSP response is signed with a certificate of the issuing CA that has no purpose id-kp-OCSPSigning",
			Why:     "Without this check every server with a certificate of the CA could sign responses about all the others.",
			Twin:    twin,
			Change:  responderChange("the only purpose of the responder's certificate is clientAuth", func(c *pkiforge.Cert) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: authorised,
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.any-purpose",
			Title:   "The stapled OCSP response is signed with a certificate of the issuing CA whose only purpose is anyExtendedKeyUsage",
			Why:     "RFC 6960 requires id-kp-OCSPSigning by name; some verifiers accept anyExtendedKeyUsage in its place.",
			Twin:    twin,
			Change:  responderChange("the only purpose of the responder's certificate is anyExtendedKeyUsage", func(c *pkiforge.Cert) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} }),
			Expect:  Observe,
			Level:   Should,
			Clauses: authorised,
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.expired",
			Title:   "The stapled OCSP response is signed by a responder whose certificate has expired",
			Why:     "CAs issue certificates of a few weeks to responders, so that a stolen key soon becomes useless; a client that ignores the expiry undoes that.",
			Twin:    twin,
			Change:  responderChange("the responder's certificate expired a day ago", func(c *pkiforge.Cert) { c.NotBefore, c.NotAfter = outdatedFrom, outdatedTo }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseAccepted, responders, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.other-ca",
			Title:   "The stapled OCSP response is signed by a responder of another root that the endpoint trusts",
			Why:     "A CA may speak only for its own certificates: otherwise any trusted CA could declare a revoked certificate good.",
			Twin:    twin,
			Change:  responderChange("the responder's certificate comes from another trusted root", func(c *pkiforge.Cert) { c.Issuer = pkiforge.BystanderCustom }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: authorised,
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.by-root",
			Title:   "The stapled OCSP response is signed by a responder of the root, not of the issuing CA",
			Why:     "RFC 6960 requires that the issuing CA itself authorises the responder, or that the endpoint is configured to trust it; some clients accept a responder of any CA in the path.",
			Twin:    twin,
			Change:  responderChange("the responder's certificate comes from the root", func(c *pkiforge.Cert) { c.Issuer = pkiforge.Root }),
			Expect:  Observe,
			Level:   Should,
			Clauses: authorised,
			Hello:   asked,
		},
	}
}

// mustStapleCases: the certificate requires that the server staples a response.
func mustStapleCases() []Case {
	const twin = "revocation.must-staple.sound"
	asked := []seen.Precondition{seen.OffersStatusRequest}
	return []Case{
		{
			ID:      twin,
			Title:   "The server certificate requires a stapled OCSP response (must-staple), and the server sends one",
			Why:     "The extension is not critical: a client that does not know it can ignore it, and a client that knows it finds what it requires.",
			Style:   pkiforge.CustomCA,
			Change:  several("the server certificate has the TLS feature status_request, and the server staples an OCSP response", pkiforge.MustStaple(), pkiforge.WithStaple()),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{featureRequired, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:       "revocation.must-staple.absent",
			Title:    "The server certificate requires a stapled OCSP response (must-staple), and the server sends none",
			Why:      "An attacker who stole the key sends no response, because it would say revoked. Clients need not support the extension, but a client that does has to refuse.",
			Twin:     twin,
			Change:   Change{Name: "the server staples no OCSP response", Apply: func(s *Scenario) error { s.Plan.Revocation.Staple = nil; return nil }},
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  []Clause{featureMissing, featureRequired, distrustRevoked},
			Hello:    asked,
		},
		{
			ID:       "revocation.must-staple.try-later",
			Title:    "The server certificate requires a stapled OCSP response (must-staple), and the server sends an error",
			Why:      "An error is not signed: an attacker can send it in place of the response.",
			Twin:     twin,
			Change:   stapleChange("the OCSP response is the error tryLater", func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater }),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  []Clause{featureMissing, responseErrors, distrustRevoked},
			Hello:    asked,
		},
		{
			ID:    "revocation.must-staple.expired",
			Title: "The server certificate requires a stapled OCSP response (must-staple), and the server sends an outdated one",
			Why:   "If an outdated response were enough, an attacker could replay one from before the revocation.",
			Twin:  twin,
			Change: stapleChange("nextUpdate of the OCSP response passed a day ago", func(o *pkiforge.OCSP) {
				o.ThisUpdate, o.NextUpdate = outdatedFrom, outdatedTo
			}),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{featureMissing, responseTimes, stapleTLS12},
			Hello:   asked,
		},
	}
}
