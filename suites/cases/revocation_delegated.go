package cases

import (
	"crypto/x509"

	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// responderChange edits the certificate of the responder.
func responderChange(words string, edit func(*pkiforge.Cert)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { edit(s.Plan.Cert(pkiforge.Responder)); return nil }}
}

// delegatedCases: the response is signed by a responder of the CA's.
func delegatedCases() []Case {
	const twin = "revocation.delegated.sound"
	asked := []seen.Precondition{seen.OffersStatusRequest}
	rests := []Clause{responders, stapleTLS12}
	return []Case{
		{
			ID:    twin,
			Title: "The OCSP response that the server hands out is signed by a responder that the issuing CA has authorised",
			Why:   "So it is done in the field: the key of the CA stays off the network.",
			Style: pkiforge.CustomCA,
			Change: several("the server hands out an OCSP response, signed by a responder with id-kp-OCSPSigning from the issuing CA",
				pkiforge.WithStaple(), pkiforge.Delegate(pkiforge.Issuing, "by issuing", nil)),
			Expect:  Accept,
			Level:   Must,
			Clauses: rests,
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.revoked",
			Title:   "An authorised responder says that the server certificate is revoked",
			Why:     "A client that knows only the issuer's own key misses what most responders say.",
			Twin:    twin,
			Change:  revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{responders, stapleTLS12, noRegister},
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.no-purpose",
			Title:   "The OCSP response is signed by a certificate of the issuing CA that is not for signing OCSP responses",
			Why:     "Otherwise every server of the CA is a responder for all the others.",
			Twin:    twin,
			Change:  responderChange("the responder's certificate is for TLS clients", func(c *pkiforge.Cert) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: rests,
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.any-purpose",
			Title:   "The OCSP response is signed by a certificate of the issuing CA that is for any purpose",
			Why:     "RFC 6960 wants the purpose named; some verifiers let any purpose stand for it.",
			Twin:    twin,
			Change:  responderChange("the responder's certificate is for any purpose", func(c *pkiforge.Cert) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} }),
			Expect:  Observe,
			Level:   Should,
			Clauses: rests,
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.expired",
			Title:   "The OCSP response is signed by a responder whose certificate has expired",
			Why:     "Responders get certificates of a few weeks so that a stolen key is soon worth nothing.",
			Twin:    twin,
			Change:  responderChange("the responder's certificate expired a day ago", func(c *pkiforge.Cert) { c.NotBefore, c.NotAfter = outdatedFrom, outdatedTo }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseAccepted, responders, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.other-ca",
			Title:   "The OCSP response is signed by a responder of another root that the endpoint trusts",
			Why:     "One CA does not speak for the certificates of another.",
			Twin:    twin,
			Change:  responderChange("the responder's certificate is from another trusted root", func(c *pkiforge.Cert) { c.Issuer = pkiforge.BystanderCustom }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: rests,
			Hello:   asked,
		},
		{
			ID:      "revocation.delegated.by-root",
			Title:   "The OCSP response is signed by a responder of the root, not of the issuing CA",
			Why:     "RFC 6960 has the issuing CA itself authorise it; an endpoint may be told of other responders, and some take every one of the path.",
			Twin:    twin,
			Change:  responderChange("the responder's certificate is from the root", func(c *pkiforge.Cert) { c.Issuer = pkiforge.Root }),
			Expect:  Observe,
			Level:   Should,
			Clauses: rests,
			Hello:   asked,
		},
	}
}

// mustStapleCases: the certificate demands that its server hands out a response.
func mustStapleCases() []Case {
	const twin = "revocation.must-staple.sound"
	asked := []seen.Precondition{seen.OffersStatusRequest}
	return []Case{
		{
			ID:      twin,
			Title:   "The server certificate demands a stapled OCSP response, and the server hands one out",
			Why:     "The extension is not critical: a client that does not know it goes on, one that does is satisfied.",
			Style:   pkiforge.CustomCA,
			Change:  several("the server certificate has the TLS feature status_request, and the server hands out an OCSP response", pkiforge.MustStaple(), pkiforge.WithStaple()),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{featureDemanded, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:       "revocation.must-staple.absent",
			Title:    "The server certificate demands a stapled OCSP response, and the server hands none out",
			Why:      "Who stole the key leaves the response out; nobody must know the extension, but who does has to refuse.",
			Twin:     twin,
			Change:   Change{Name: "the server hands out no OCSP response", Apply: func(s *Scenario) error { s.Plan.Revocation.Staple = nil; return nil }},
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  []Clause{featureMissing, featureDemanded, distrustRevoked},
			Hello:    asked,
		},
		{
			ID:       "revocation.must-staple.try-later",
			Title:    "The server certificate demands a stapled OCSP response, and the server hands out an error",
			Why:      "An error needs no signature: anyone can put it in the place of the response.",
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
			Title: "The server certificate demands a stapled OCSP response, and the server hands out an outdated one",
			Why:   "A response from before the revocation would satisfy the demand for ever.",
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
