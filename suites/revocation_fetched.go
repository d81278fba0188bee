package suites

import (
	"crypto/x509"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// Clauses on what a client fetches.
var (
	responderLocation = Clause{"RFC 5280", "4.2.2.1"}
	listLocation      = Clause{"RFC 5280", "4.2.1.13"}
	listProcessing    = Clause{"RFC 5280", "6.3.3"}
	listExtensions    = Clause{"RFC 5280", "5.2"}
	listTimes         = Clause{"RFC 5280", "5.1.2.5"}
	listParts         = Clause{"RFC 5280", "5.2.5"}
	listReasons       = Clause{"RFC 5280", "5.3.1"}
	responseNonce     = Clause{"RFC 6960", "4.4.1"}
)

// answerChange edits what the responder says.
func answerChange(words string, edit func(*pkiforge.OCSP)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { edit(s.Plan.Revocation.Answer); return nil }}
}

// listChange edits the first CRL.
func listChange(words string, edit func(*pkiforge.CRL)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { edit(&s.Plan.Revocation.Lists[0]); return nil }}
}

// service makes the revocation service fail.
func service(words string, fault fakeserver.ServiceFault) Change {
	return ofServer(words, func(b *fakeserver.Behaviour) { b.Service.Fault = fault })
}

// ocspCases: the server certificate says where an OCSP responder is. Nothing
// obliges a client to ask it, and one that asks in vain may go on.
func ocspCases() []Case {
	const twin = "revocation.ocsp.sound"
	soft := []Clause{mustNotBeRevoked, distrustRevoked}
	vain := func(id, title, why string, change Change, clauses ...Clause) Case {
		return Case{ID: id, Title: title, Why: why, Twin: twin, Change: change, Expect: Observe, Level: Should, Clauses: append(clauses, distrustRevoked)}
	}
	return []Case{
		{
			ID:      twin,
			Title:   "An OCSP responder says that the server certificate is good",
			Why:     "Whether the client asks or not, it has no reason to refuse.",
			Style:   pkiforge.CustomCA,
			Change:  several("the server certificate names an OCSP responder, which answers", pkiforge.WithOCSPServer()),
			Places:  withService,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{responderLocation, mustNotBeRevoked},
		},
		{
			ID:       "revocation.ocsp.revoked",
			Title:    "An OCSP responder says that the server certificate is revoked",
			Why:      "The server hands nothing out: only a client that asks learns of it.",
			Twin:     twin,
			Change:   revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  append(soft, noRegister),
		},
		vain("revocation.ocsp.unknown", "An OCSP responder does not know the server certificate",
			"A certificate that the CA never issued looks like that; the client may look elsewhere or refuse.",
			answerChange("the OCSP response says unknown", func(o *pkiforge.OCSP) { o.Unknown = true }), responseStates),
		vain("revocation.ocsp.other-nonce", "An OCSP responder answers with a nonce that nobody sent",
			"It answers another request, perhaps an old one; a client that sent none cannot tell.",
			answerChange("the OCSP response has a nonce of its own", func(o *pkiforge.OCSP) { o.Nonce = []byte("nobody sent this nonce") }), responseNonce),
		vain("revocation.ocsp.try-later", "An OCSP responder is busy",
			"Responders that are down say so; most clients go on.",
			answerChange("the OCSP response is the error tryLater", func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater }), responseErrors),
		vain("revocation.ocsp.garbage", "An OCSP responder answers with something else",
			"Portals answer every HTTP request with a page of theirs.",
			answerChange("in place of the OCSP response there are some words of text", func(o *pkiforge.OCSP) { o.Garbage = true }), responseAccepted),
		vain("revocation.ocsp.silent", "An OCSP responder takes the request and never answers",
			"How long the client waits before it registers is what its user feels.",
			service("the responder does not answer", fakeserver.ServiceSilent)),
		vain("revocation.ocsp.reset", "An OCSP responder resets every connection",
			"A firewall that blocks the responder does the same.",
			service("the responder resets the connection", fakeserver.ServiceReset)),
		vain("revocation.ocsp.error", "An OCSP responder answers with the status 500",
			"HTTP has errors of its own, beside those of OCSP.",
			service("the responder answers 500", fakeserver.ServiceFailing)),
	}
}

// crlCases: certificates say where the CRL of their issuer lies.
func crlCases() []Case {
	const twin, issuing = "revocation.crl.sound", "revocation.issuing.sound"
	listed := []Clause{mustNotBeRevoked, listProcessing, distrustRevoked}
	vain := func(id, title, why string, change Change, clauses ...Clause) Case {
		return Case{ID: id, Title: title, Why: why, Twin: twin, Change: change, Expect: Observe, Level: Should, Clauses: append(clauses, distrustRevoked)}
	}
	return []Case{
		{
			ID:      twin,
			Title:   "The server certificate is not on its issuer's CRL",
			Why:     "Whether the client fetches the list or not, it has no reason to refuse.",
			Style:   pkiforge.CustomCA,
			Change:  several("the server certificate names a CRL, which is empty", pkiforge.WithCRL(pkiforge.Server)),
			Places:  withService,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{listLocation, mustNotBeRevoked},
		},
		{
			ID:       "revocation.crl.listed",
			Title:    "The server certificate is on its issuer's CRL",
			Why:      "Enterprise CAs publish lists and often no responder: only a client that fetches learns of it.",
			Twin:     twin,
			Change:   revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  append(listed, noRegister),
		},
		{
			ID:       "revocation.crl.on-hold",
			Title:    "The server certificate is on its issuer's CRL for the time being",
			Why:      "certificateHold is a reason for revocation like any other.",
			Twin:     twin,
			Change:   revokedChange("the server certificate is revoked for the reason certificateHold", pkiforge.CertificateHold, pkiforge.Server),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  append([]Clause{listReasons}, listed...),
		},
		vain("revocation.crl.expired", "The CRL was to be renewed a day ago",
			"CAs forget; a client that refuses for that turns a slip into an outage, one that goes on knows nothing of a day.",
			listChange("nextUpdate of the list passed a day ago", func(l *pkiforge.CRL) { l.ThisUpdate, l.NextUpdate = outdatedFrom, outdatedTo }), listTimes, listProcessing),
		{
			ID:      "revocation.crl.long",
			Title:   "The CRL has two thousand other certificates on it",
			Why:     "Lists grow; that the client is small is no reason to refuse a certificate that is not on it.",
			Twin:    twin,
			Change:  listChange("the list has two thousand entries, the server's not among them", func(l *pkiforge.CRL) { l.Others = 2000 }),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{listProcessing},
		},
		vain("revocation.crl.no-crl-sign", "The issuing CA may not sign CRLs, by its key usage",
			"The list is to be left aside; OpenSSL refuses the certificate for it where it checks.",
			ofPKI("the key usage of the issuing CA lacks cRLSign", pkiforge.Usage(pkiforge.Issuing, x509.KeyUsageCertSign)), listProcessing),
		vain("revocation.crl.garbage", "What lies in the place of the CRL is none",
			"Portals answer every HTTP request with a page of theirs.",
			listChange("in place of the list there are some words of text", func(l *pkiforge.CRL) { l.Garbage = true }), listProcessing),
		vain("revocation.crl.silent", "Who has the CRL takes the request and never answers",
			"How long the client waits before it registers is what its user feels.",
			service("the service does not answer", fakeserver.ServiceSilent)),
		vain("revocation.crl.reset", "Who has the CRL resets every connection",
			"A phone's network often reaches the registrar and nothing else.",
			service("the service resets the connection", fakeserver.ServiceReset)),
		vain("revocation.crl.error", "Who has the CRL answers with the status 500",
			"The list may be there in a minute; most clients go on.",
			service("the service answers 500", fakeserver.ServiceFailing)),
		{
			ID:      issuing,
			Title:   "The issuing CA is not on the root's CRL",
			Why:     "Every certificate of the path has a status, not the server's alone.",
			Style:   pkiforge.CustomCA,
			Change:  several("the certificate of the issuing CA names a CRL, which is empty", pkiforge.WithCRL(pkiforge.Issuing)),
			Places:  withService,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{listLocation, mustNotBeRevoked},
		},
		{
			ID:       "revocation.issuing.listed",
			Title:    "The issuing CA is on the root's CRL",
			Why:      "When a CA is broken into, everything it ever signed falls with it, if clients look.",
			Twin:     issuing,
			Change:   revokedChange("the issuing CA is revoked", 0, pkiforge.Issuing),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  append(listed, noRegister),
		},
	}
}
