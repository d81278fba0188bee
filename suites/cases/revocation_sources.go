package cases

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"

	"siptrust/pkiforge"
)

// sourcesCases: the status of the server certificate has more than one source.
func sourcesCases() []Case {
	const twin = "revocation.sources.sound"
	cases := []Case{
		{
			ID:    twin,
			Title: "An OCSP responder, a CRL and a stapled OCSP response all say that the server certificate is good",
			Why:   "The case in which every source says revoked is compared with this one.",
			Style: pkiforge.CustomCA,
			Change: several("the server certificate names a responder and a CRL, and the server staples an OCSP response",
				pkiforge.WithOCSPServer(), pkiforge.WithCRL(pkiforge.Server), pkiforge.WithStaple()),
			Places:  withService,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustNotBeRevoked},
		},
		{
			ID:       "revocation.sources.revoked",
			Title:    "An OCSP responder, a CRL and, if the client asks for it, a stapled OCSP response all say that the server certificate is revoked",
			Why:      "RFC 9325 lets the client choose how it checks for revocation, but it must check in some way: every way finds this revocation.",
			Twin:     twin,
			Change:   revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Must,
			Clauses:  []Clause{distrustRevoked, mustNotBeRevoked, noRegister},
		},
	}
	return slices.Concat(cases, besideLists(),
		besideResponder("busy", "answers with the error tryLater", "An attacker who overloads the responder must not make the client ignore the CRL.",
			"which answers with the error tryLater", responseErrors, func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater }),
		besideResponder("forged", "says good, signed with an unrelated key", "OCSP uses HTTP without TLS: anyone on the path can answer good.",
			"whose response is signed with an unrelated key", responseAccepted, func(o *pkiforge.OCSP) { o.Key, o.Good = pkiforge.BystanderCustom, true }),
		besideResponder("outdated", "says good in an outdated response", "An attacker can replay a response from before the revocation.",
			"whose response passed its nextUpdate a day ago", responseTimes, func(o *pkiforge.OCSP) {
				o.ThisUpdate, o.NextUpdate, o.Good = outdatedFrom, outdatedTo, true
			}),
		besideResponder("misled", "says good of another certificate", "That another certificate is good says nothing about this one: a client that does not compare serial numbers accepts it.",
			"whose response is about another serial number", responseAccepted, func(o *pkiforge.OCSP) { o.OtherSerial, o.Good = true, true }),
	)
}

// besideLists: the certificate names two CRLs, the first of which cannot be used.
func besideLists() []Case {
	critical := func(oid asn1.ObjectIdentifier, value []byte) func(*pkiforge.CRL) {
		return func(l *pkiforge.CRL) { l.Extra = []pkix.Extension{{Id: oid, Critical: true, Value: value}} }
	}
	return slices.Concat(
		besideList("forged", "is signed with an unrelated key", "CRLs are fetched over HTTP without TLS: anyone on the path can send an empty one.",
			"that is signed with an unrelated key", listProcessing, func(l *pkiforge.CRL) { l.Key = pkiforge.BystanderCustom }),
		besideList("outdated", "is outdated", "An attacker can replay a CRL from before the revocation.",
			"whose nextUpdate passed a day ago", listTimes, func(l *pkiforge.CRL) { l.ThisUpdate, l.NextUpdate = outdatedFrom, outdatedTo }),
		besideList("stranger", "names another CA as its issuer", "Another CA's list says nothing about this certificate, even if it is empty: a client that uses it misses the revocation.",
			"which names the root as its issuer", listProcessing, func(l *pkiforge.CRL) { l.Name = pkiforge.Root }),
		besideList("unknown-critical", "has an unknown critical extension", "The extension may mean that the list is incomplete: a client that ignores it may miss the revocation.",
			"with an unknown critical extension", listExtensions, critical(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 2}, asn1.NullBytes)),
		// IssuingDistributionPoint with onlyContainsCACerts.
		besideList("cas-only", "is for CA certificates only", "A server certificate is never on such a list: a client that uses it misses the revocation.",
			"which is for CA certificates only", listParts, critical(asn1.ObjectIdentifier{2, 5, 29, 28}, []byte{0x30, 3, 0x82, 1, 0xff})),
	)
}

// besideList gives a sound case and a faulty one in which the certificate names two
// CRLs, the first of which cannot be used.
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
			Why:   "A certificate may name several CRLs; a client that cannot use the first finds the status in the second.",
			Style: pkiforge.CustomCA,
			Change: several("the server certificate names two CRLs, an empty one "+words+", and a sound one",
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

// besideResponder gives a sound case and a faulty one in which the responder's answer
// cannot be used, but the CRL can.
func besideResponder(name, is, why, words string, clause Clause, edit func(*pkiforge.OCSP)) []Case {
	group := "revocation.responder-" + name
	return []Case{
		{
			ID:    group + ".sound",
			Title: "The OCSP responder " + is + ", and the server certificate is not on the CRL",
			Why:   "A client that gets no usable answer from the responder finds the status in the CRL.",
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
