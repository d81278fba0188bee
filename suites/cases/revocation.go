package cases

import (
	"crypto"
	"slices"
	"time"

	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// Clauses on revocation.
var (
	mustNotBeRevoked = clause("RFC 5280", "6.1.3(a)(3)")
	distrustRevoked  = clause("RFC 9325", "7.5")
	stapleTLS12      = clause("RFC 6066", "8")
	stapleTLS13      = clause("RFC 8446", "4.4.2.1")
	responseStates   = clause("RFC 6960", "2.2")
	responseErrors   = clause("RFC 6960", "2.3")
	responseAccepted = clause("RFC 6960", "3.2")
	responseTimes    = clause("RFC 6960", "4.2.2.1")
	responders       = clause("RFC 6960", "4.2.2.2")
	responseDigests  = clause("RFC 6960", "4.3")
	featureMissing   = clause("RFC 7633", "4.2.3.1")
	featureRequired  = clause("RFC 7633", "4.3.3")
)

// hardFail: RFC 9325 7.5 says that clients end the handshake if the stapled response
// that the certificate requires is missing, and distrust revoked certificates.
func hardFail() map[Policy]Expectation { return map[Policy]Expectation{BCP195: Refuse} }

// several combines changes of the PKI into one.
func several(words string, changes ...pkiforge.Change) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		for _, c := range changes {
			if err := c.Apply(&s.Plan); err != nil {
				return err
			}
		}
		return nil
	}}
}

// revokedChange revokes certificates of the plan.
func revokedChange(words string, reason pkiforge.Reason, certs ...string) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		s.Plan.Revocation.Revoked, s.Plan.Revocation.Reason = slices.Clone(certs), reason
		return nil
	}}
}

// stapleChange edits the OCSP response of the handshake.
func stapleChange(words string, edit func(*pkiforge.OCSP)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { edit(s.Plan.Revocation.Staple); return nil }}
}

// The times of a response or a list that is outdated, and of one that is not valid
// yet.
const (
	outdatedFrom, outdatedTo = -8 * 24 * time.Hour, -24 * time.Hour
	earlyFrom, earlyTo       = 24 * time.Hour, 8 * 24 * time.Hour
)

// revocationCases are the cases of the group revocation: the status of the
// certificates, stapled to the handshake or fetched.
func revocationCases() []Case {
	return slices.Concat(stapleCases(), delegatedCases(), mustStapleCases(), ocspCases(), crlCases(), sourcesCases())
}

// stapleCases: the server staples an OCSP response that its issuer signed.
func stapleCases() []Case {
	const twin = "revocation.staple.sound"
	asked := []seen.Precondition{seen.OffersStatusRequest}
	stapled := []Clause{stapleTLS12, stapleTLS13}
	return []Case{
		{
			ID:      twin,
			Title:   "The stapled OCSP response says that the server certificate is good",
			Why:     "Stapling saves the client a request of its own; a client that asks for a stapled response and cannot process it is locked out.",
			Style:   pkiforge.CustomCA,
			Change:  several("the server staples an OCSP response, signed by the issuing CA", pkiforge.WithStaple()),
			Expect:  Accept,
			Level:   Must,
			Clauses: stapled,
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.revoked",
			Title:   "The stapled OCSP response says that the server certificate is revoked",
			Why:     "A client that asks for the status and ignores the answer trusts a server whose key may be stolen. Some TLS libraries, such as Go's crypto/tls, ask but leave the check to the application.",
			Twin:    twin,
			Change:  revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{stapleTLS12, stapleTLS13, mustNotBeRevoked, noRegister},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.on-hold",
			Title:   "The stapled OCSP response says that the server certificate is on hold",
			Why:     "On hold means revoked for the time being: a client that treats it as good accepts a certificate that its CA has suspended.",
			Twin:    twin,
			Change:  revokedChange("the server certificate is revoked for the reason certificateHold", pkiforge.CertificateHold, pkiforge.Server),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{responseStates, stapleTLS12, noRegister},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.unknown",
			Title:   "The stapled OCSP response says that the status of the server certificate is unknown",
			Why:     "The client may look for the status elsewhere; some clients continue, others refuse.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response says unknown", func(o *pkiforge.OCSP) { o.Unknown = true }),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{responseStates, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:    "revocation.staple.expired",
			Title: "The stapled OCSP response is outdated: its nextUpdate passed a day ago",
			Why:   "An attacker who stole the key would send an old response, from before the certificate was revoked.",
			Twin:  twin,
			Change: stapleChange("nextUpdate of the OCSP response passed a day ago", func(o *pkiforge.OCSP) {
				o.ThisUpdate, o.NextUpdate = outdatedFrom, outdatedTo
			}),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseTimes, responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:    "revocation.staple.future",
			Title: "The stapled OCSP response is not valid yet: its thisUpdate is tomorrow",
			Why:   "Such a response says nothing about today; a client that accepts it does not check the time of responses.",
			Twin:  twin,
			Change: stapleChange("thisUpdate of the OCSP response is a day in the future", func(o *pkiforge.OCSP) {
				o.ThisUpdate, o.NextUpdate = earlyFrom, earlyTo
			}),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseTimes, responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.no-next-update",
			Title:   "The stapled OCSP response has no nextUpdate",
			Why:     "RFC 6960 says that newer information is then available at any time. Some profiles of RFC 6960 reject such a response, and some verifiers set their own time limit.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response has no nextUpdate", func(o *pkiforge.OCSP) { o.NextUpdate = 0 }),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{responseTimes},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.other-serial",
			Title:   "The stapled OCSP response is about another certificate of the same CA",
			Why:     "A client that does not compare serial numbers accepts a revoked certificate because another one is good (CVE-2016-7444, CVE-2020-8286).",
			Twin:    twin,
			Change:  stapleChange("the OCSP response names another serial number", func(o *pkiforge.OCSP) { o.OtherSerial = true }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.other-issuer",
			Title:   "The stapled OCSP response is about another CA's certificate with the same serial number",
			Why:     "Serial numbers are unique only within one CA: a client that compares nothing but them accepts a response about another CA's certificate.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response names the root as the issuer", func(o *pkiforge.OCSP) { o.Issuer = pkiforge.Root }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.other-key",
			Title:   "The stapled OCSP response is signed with an unrelated key",
			Why:     "A client that does not verify this signature accepts a response that anyone could have made.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response is signed with an unrelated key", func(o *pkiforge.OCSP) { o.Key = pkiforge.BystanderCustom }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:    "revocation.staple.by-server",
			Title: "The stapled OCSP response is signed by the server itself",
			Why:   "The CA issued the server's certificate but did not authorise it to sign OCSP responses; otherwise an attacker with a stolen key could sign that the certificate is not revoked.",
			Twin:  twin,
			Change: stapleChange("the OCSP response is signed by the server, with its own key and certificate", func(o *pkiforge.OCSP) {
				o.Signer, o.Attach = pkiforge.Server, true
			}),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responders, responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.garbage",
			Title:   "In place of the stapled OCSP response the server sends plain text",
			Why:     "A client that treats a response that it cannot parse as good accepts a revoked certificate.",
			Twin:    twin,
			Change:  stapleChange("the server sends plain text in place of the OCSP response", func(o *pkiforge.OCSP) { o.Garbage = true }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: stapled,
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.bare",
			Title:   "The stapled OCSP response has the status successful but contains no certificate status",
			Why:     "The status successful says only that the responder answered, not that the certificate is good: a client that looks at nothing else accepts a revoked certificate.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response has no responseBytes", func(o *pkiforge.OCSP) { o.Bare = true }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.try-later",
			Title:   "The stapled OCSP response is the error tryLater",
			Why:     "The error gives no status and is not signed. Clients may treat it as if no response had come, or refuse (CVE-2024-8096).",
			Twin:    twin,
			Change:  stapleChange("the OCSP response is the error tryLater", func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater }),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{responseErrors, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.sha1",
			Title:   "The stapled OCSP response is signed with SHA-1",
			Why:     "RFC 6960 still says that clients should accept SHA-1, but many TLS libraries no longer do.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response is signed with SHA-1", func(o *pkiforge.OCSP) { o.Digest = crypto.SHA1 }),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{responseDigests},
			Hello:   asked,
		},
	}
}
