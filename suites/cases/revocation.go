package cases

import (
	"crypto"
	"slices"
	"time"

	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// Clauses that the cases of revocation rest on.
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
	featureDemanded  = clause("RFC 7633", "4.3.3")
)

// hardFail: RFC 9325 7.5 has clients end the handshake for want of a staple
// that the certificate demands, and distrust what is revoked.
func hardFail() map[Policy]Expectation { return map[Policy]Expectation{BCP195: Refuse} }

// several makes one change of PKI of several.
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

// outdated and early put a response or a list out of its time.
const (
	outdatedFrom, outdatedTo = -8 * 24 * time.Hour, -24 * time.Hour
	earlyFrom, earlyTo       = 24 * time.Hour, 8 * 24 * time.Hour
)

// revocationCases are the cases of the group revocation: the status of the
// certificates, handed out in the handshake or fetched.
func revocationCases() []Case {
	return slices.Concat(stapleCases(), delegatedCases(), mustStapleCases(), ocspCases(), crlCases(), sourcesCases())
}

// stapleCases: the server hands out an OCSP response that its issuer signed.
func stapleCases() []Case {
	const twin = "revocation.staple.sound"
	asked := []seen.Precondition{seen.OffersStatusRequest}
	stapled := []Clause{stapleTLS12, stapleTLS13}
	return []Case{
		{
			ID:      twin,
			Title:   "The server hands out an OCSP response that says that its certificate is good",
			Why:     "Stapling spares the client a request; a client that asks for it and cannot take it locks itself out.",
			Style:   pkiforge.CustomCA,
			Change:  several("the server hands out an OCSP response, signed by the issuing CA", pkiforge.WithStaple()),
			Expect:  Accept,
			Level:   Must,
			Clauses: stapled,
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.revoked",
			Title:   "The OCSP response that the server hands out says that its certificate is revoked",
			Why:     "The client asked and was told; crypto/tls always asks, and leaves it to the program to read the answer.",
			Twin:    twin,
			Change:  revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{stapleTLS12, stapleTLS13, mustNotBeRevoked, noRegister},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.on-hold",
			Title:   "The OCSP response that the server hands out says that its certificate is on hold",
			Why:     "On hold is revoked for the time being, not good with a remark.",
			Twin:    twin,
			Change:  revokedChange("the server certificate is revoked for the reason certificateHold", pkiforge.CertificateHold, pkiforge.Server),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{responseStates, stapleTLS12, noRegister},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.unknown",
			Title:   "The OCSP response that the server hands out says that its certificate is not known",
			Why:     "It is for the client to decide whether it looks elsewhere; some go on, some refuse.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response says unknown", func(o *pkiforge.OCSP) { o.Unknown = true }),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{responseStates, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:    "revocation.staple.expired",
			Title: "The OCSP response that the server hands out was to be renewed a day ago",
			Why:   "An old response from before the revocation is what a thief of the key would hand out.",
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
			Title: "The OCSP response that the server hands out is of tomorrow",
			Why:   "A status that nobody can know yet says nothing of today.",
			Twin:  twin,
			Change: stapleChange("thisUpdate of the OCSP response is a day ahead", func(o *pkiforge.OCSP) {
				o.ThisUpdate, o.NextUpdate = earlyFrom, earlyTo
			}),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseTimes, responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.no-next-update",
			Title:   "The OCSP response that the server hands out does not say when the next one comes",
			Why:     "RFC 6960 takes it for always current, profiles of it refuse it, and verifiers put limits of their own.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response has no nextUpdate", func(o *pkiforge.OCSP) { o.NextUpdate = 0 }),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{responseTimes},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.other-serial",
			Title:   "The OCSP response that the server hands out is about another certificate of the same CA",
			Why:     "The good name of another would cover a revoked certificate (CVE-2016-7444, CVE-2020-8286).",
			Twin:    twin,
			Change:  stapleChange("the OCSP response names another serial number", func(o *pkiforge.OCSP) { o.OtherSerial = true }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.other-issuer",
			Title:   "The OCSP response that the server hands out is about a certificate of another CA with the same serial number",
			Why:     "A serial number says nothing without its CA; comparing it alone is not enough.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response names the root as the issuer", func(o *pkiforge.OCSP) { o.Issuer = pkiforge.Root }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.other-key",
			Title:   "The OCSP response that the server hands out is signed with a stranger's key",
			Why:     "Without the signature everyone is a responder.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response is signed with another key than the issuer's", func(o *pkiforge.OCSP) { o.Key = pkiforge.BystanderCustom }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:    "revocation.staple.by-server",
			Title: "The server signed the OCSP response that it hands out itself",
			Why:   "The CA issued its certificate too, but not to vouch for itself; who has its key would never be revoked.",
			Twin:  twin,
			Change: stapleChange("the OCSP response is given in the server's name, with its key and certificate", func(o *pkiforge.OCSP) {
				o.Signer, o.Attach = pkiforge.Server, true
			}),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responders, responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.garbage",
			Title:   "What the server hands out as its OCSP response is none",
			Why:     "A parser that fails must not count as a responder that said good.",
			Twin:    twin,
			Change:  stapleChange("in place of the OCSP response there are some words of text", func(o *pkiforge.OCSP) { o.Garbage = true }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: stapled,
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.bare",
			Title:   "The OCSP response that the server hands out is successful and holds no answer",
			Why:     "The status of the response is not that of the certificate; who looks at it alone is satisfied with nothing.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response has no responseBytes", func(o *pkiforge.OCSP) { o.Bare = true }),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{responseAccepted, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.try-later",
			Title:   "The OCSP response that the server hands out is the error tryLater",
			Why:     "It says nothing, and nobody signed it: as if none had come, or not satisfactory (CVE-2024-8096)?",
			Twin:    twin,
			Change:  stapleChange("the OCSP response is the error tryLater", func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater }),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{responseErrors, stapleTLS12},
			Hello:   asked,
		},
		{
			ID:      "revocation.staple.sha1",
			Title:   "The OCSP response that the server hands out is signed with SHA-1",
			Why:     "RFC 6960 still wants clients to take it; stacks have given SHA-1 up.",
			Twin:    twin,
			Change:  stapleChange("the OCSP response is signed with SHA-1", func(o *pkiforge.OCSP) { o.Digest = crypto.SHA1 }),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{responseDigests},
			Hello:   asked,
		},
	}
}
