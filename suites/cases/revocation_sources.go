package cases

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"

	"siptrust/pkiforge"
)

// sourcesCases: there is more than one source.
func sourcesCases() []Case {
	const twin = "revocation.sources.sound"
	cases := []Case{
		{
			ID:    twin,
			Title: "An OCSP responder, a CRL and a stapled OCSP response all say that the server certificate is good",
			Why:   "It is what a revocation that every source knows of is compared with.",
			Style: pkiforge.CustomCA,
			Change: several("the server certificate names a responder and a CRL, and the server hands out an OCSP response",
				pkiforge.WithOCSPServer(), pkiforge.WithCRL(pkiforge.Server), pkiforge.WithStaple()),
			Places:  withService,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustNotBeRevoked},
		},
		{
			ID:       "revocation.sources.revoked",
			Title:    "An OCSP responder, a CRL and, for who asks, a stapled OCSP response all say that the server certificate is revoked",
			Why:      "RFC 9325 leaves the means to the client, but it must have one: whichever it has finds this revocation.",
			Twin:     twin,
			Change:   revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Must,
			Clauses:  []Clause{distrustRevoked, mustNotBeRevoked, noRegister},
		},
	}
	return slices.Concat(cases, besideLists(),
		besideResponder("busy", "is busy", "Who keeps the responder busy must not make a client forget the list.",
			"which says tryLater", responseErrors, func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater }),
		besideResponder("forged", "has a stranger's key and says good", "OCSP runs over clear HTTP: anyone on the way can say good.",
			"whose responses another key than the issuer's signs", responseAccepted, func(o *pkiforge.OCSP) { o.Key, o.Good = pkiforge.BystanderCustom, true }),
		besideResponder("outdated", "gives out what was good last week", "A response from before the revocation can be played back for ever.",
			"whose response passed its nextUpdate a day ago", responseTimes, func(o *pkiforge.OCSP) {
				o.ThisUpdate, o.NextUpdate, o.Good = outdatedFrom, outdatedTo, true
			}),
		besideResponder("misled", "answers for another certificate", "The good name of another says nothing of this one.",
			"whose response is about another serial number", responseAccepted, func(o *pkiforge.OCSP) { o.OtherSerial, o.Good = true, true }),
	)
}

// besideLists: the first of two places has a list that is not to be used.
func besideLists() []Case {
	critical := func(oid asn1.ObjectIdentifier, value []byte) func(*pkiforge.CRL) {
		return func(l *pkiforge.CRL) { l.Extra = []pkix.Extension{{Id: oid, Critical: true, Value: value}} }
	}
	return slices.Concat(
		besideList("forged", "has a stranger's signature", "Lists lie on clear HTTP: anyone on the way can give an empty one.",
			"signed with another key than the issuer's", listProcessing, func(l *pkiforge.CRL) { l.Key = pkiforge.BystanderCustom }),
		besideList("outdated", "was to be renewed a day ago", "A list from before the revocation can be played back for ever.",
			"whose nextUpdate passed a day ago", listTimes, func(l *pkiforge.CRL) { l.ThisUpdate, l.NextUpdate = outdatedFrom, outdatedTo }),
		besideList("stranger", "names another CA as its issuer", "It says nothing of this certificate, least of all when it is empty.",
			"which names the root as its issuer", listProcessing, func(l *pkiforge.CRL) { l.Name = pkiforge.Root }),
		besideList("unknown-critical", "has a critical extension that nobody knows", "The extension may say that the list is only a part.",
			"with a private critical extension", listExtensions, critical(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 2}, asn1.NullBytes)),
		// IssuingDistributionPoint with onlyContainsCACerts.
		besideList("cas-only", "is for CA certificates only", "That the server is not on it means nothing: it could not be.",
			"which is for CA certificates only", listParts, critical(asn1.ObjectIdentifier{2, 5, 29, 28}, []byte{0x30, 3, 0x82, 1, 0xff})),
	)
}

// besideList are a sound case and a faulty one with two places for the list,
// the first of which has one that is of no use.
func besideList(name, is, why, words string, clause Clause, edit func(*pkiforge.CRL)) []Case {
	group := "revocation.list-" + name
	first := func(l *pkiforge.CRL) {
		l.Empty = true
		edit(l)
	}
	return []Case{
		{
			ID:    group + ".sound",
			Title: "The first of two CRLs " + is + ", and the server certificate is not on the second",
			Why:   "A certificate may name several places; the client finds what it needs in the second.",
			Style: pkiforge.CustomCA,
			Change: several("the server certificate names two CRLs, an empty one "+words+" and a sound one",
				pkiforge.WithCRL(pkiforge.Server), pkiforge.WithSecondCRL(name, first)),
			Places:  withService,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{mustNotBeRevoked, clause},
		},
		{
			ID:       group + ".listed",
			Title:    "The first of two CRLs " + is + ", and the server certificate is on the second",
			Why:      why,
			Twin:     group + ".sound",
			Change:   revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  []Clause{mustNotBeRevoked, clause, distrustRevoked},
		},
	}
}

// besideResponder are a sound case and a faulty one with a responder that is of
// no use, beside a CRL that is.
func besideResponder(name, is, why, words string, clause Clause, edit func(*pkiforge.OCSP)) []Case {
	group := "revocation.responder-" + name
	return []Case{
		{
			ID:    group + ".sound",
			Title: "The OCSP responder " + is + ", and the server certificate is not on the CRL",
			Why:   "A client that asks the responder in vain finds what it needs in the list.",
			Style: pkiforge.CustomCA,
			Change: several("the server certificate names a responder, "+words+", and a CRL, which is empty",
				pkiforge.WithOCSPServer(), pkiforge.WithCRL(pkiforge.Server),
				pkiforge.Change{Name: name, Apply: func(p *pkiforge.Plan) error { edit(p.Revocation.Answer); return nil }}),
			Places:  withService,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{mustNotBeRevoked, clause},
		},
		{
			ID:       group + ".listed",
			Title:    "The OCSP responder " + is + ", and the server certificate is on the CRL",
			Why:      why,
			Twin:     group + ".sound",
			Change:   revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  []Clause{mustNotBeRevoked, clause, listProcessing, distrustRevoked},
		},
	}
}
