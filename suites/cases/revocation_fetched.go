package cases

import (
	"crypto/x509"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// Clauses on the revocation data that a client fetches.
var (
	responderLocation = clause("RFC 5280", "4.2.2.1")
	listLocation      = clause("RFC 5280", "4.2.1.13")
	listProcessing    = clause("RFC 5280", "6.3.3")
	listExtensions    = clause("RFC 5280", "5.2")
	listTimes         = clause("RFC 5280", "5.1.2.5")
	listParts         = clause("RFC 5280", "5.2.5")
	listReasons       = clause("RFC 5280", "5.3.1")
	responseNonce     = clause("RFC 6960", "4.4.1")
)

// answerChange edits the responder's answer.
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

// ocspCases: the server certificate names an OCSP responder. No standard requires a
// client to ask it, and a client that gets no status from it may continue.
func ocspCases() []Case {
	const twin = "revocation.ocsp.sound"
	soft := []Clause{mustNotBeRevoked, distrustRevoked}
	noStatus := func(id, title, why string, change Change, clauses ...Clause) Case {
		return Case{ID: id, Title: title, Why: why, Twin: twin, Change: change, Expect: Observe, Level: Should, Clauses: append(clauses, distrustRevoked)}
	}
	return []Case{
		{
			ID:      twin,
			Title:   "The OCSP responder says that the server certificate is good",
			Why:     "Whether a client asks the responder or not, it has no reason to refuse this server.",
			Style:   pkiforge.CustomCA,
			Change:  several("the server certificate names an OCSP responder, which says good", pkiforge.WithOCSPServer()),
			Places:  withService,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{responderLocation, mustNotBeRevoked},
		},
		{
			ID:       "revocation.ocsp.revoked",
			Title:    "The OCSP responder says that the server certificate is revoked",
			Why:      "The server staples nothing: only a client that asks the responder learns of the revocation.",
			Twin:     twin,
			Change:   revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  append(soft, noRegister),
		},
		noStatus("revocation.ocsp.unknown", "The OCSP responder says that the status of the server certificate is unknown",
			"A responder says this of a certificate that the CA never issued; the client may look for the status elsewhere or refuse.",
			answerChange("the OCSP response says unknown", func(o *pkiforge.OCSP) { o.Unknown = true }), responseStates),
		noStatus("revocation.ocsp.other-nonce", "The OCSP responder answers with a nonce that the client did not send",
			"Such a response belongs to another request and may be old; a client that sent no nonce cannot notice.",
			answerChange("the OCSP response has a nonce that the client did not send", func(o *pkiforge.OCSP) { o.Nonce = []byte("nobody sent this nonce") }), responseNonce),
		noStatus("revocation.ocsp.try-later", "The OCSP responder answers with the error tryLater",
			"An overloaded responder answers like this; most clients continue.",
			answerChange("the OCSP response is the error tryLater", func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater }), responseErrors),
		noStatus("revocation.ocsp.garbage", "The OCSP responder answers with plain text in place of a response",
			"Captive portals answer every HTTP request with a page of their own.",
			answerChange("the responder sends plain text in place of the OCSP response", func(o *pkiforge.OCSP) { o.Garbage = true }), responseAccepted),
		noStatus("revocation.ocsp.silent", "The OCSP responder accepts the request and never answers",
			"The user has to wait as long as the client waits before it registers.",
			service("the responder does not answer", fakeserver.ServiceSilent)),
		noStatus("revocation.ocsp.reset", "The OCSP responder resets every connection",
			"A client behind a firewall that blocks the responder may see the same.",
			service("the responder resets the connection", fakeserver.ServiceReset)),
		noStatus("revocation.ocsp.error", "The OCSP responder answers with HTTP status 500",
			"HTTP has errors of its own, besides those of OCSP; the client learns no status.",
			service("the responder answers with HTTP status 500", fakeserver.ServiceFailing)),
	}
}

// crlCases: certificates say where their issuer's CRL is.
func crlCases() []Case {
	const twin, issuing = "revocation.crl.sound", "revocation.issuing.sound"
	listed := []Clause{mustNotBeRevoked, listProcessing, distrustRevoked}
	noStatus := func(id, title, why string, change Change, clauses ...Clause) Case {
		return Case{ID: id, Title: title, Why: why, Twin: twin, Change: change, Expect: Observe, Level: Should, Clauses: append(clauses, distrustRevoked)}
	}
	return []Case{
		{
			ID:      twin,
			Title:   "The server certificate is not on its issuer's CRL",
			Why:     "Whether a client fetches the CRL or not, it has no reason to refuse this server.",
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
			Why:      "Many enterprise CAs publish CRLs and have no OCSP responder: only a client that fetches the CRL learns of the revocation.",
			Twin:     twin,
			Change:   revokedChange("the server certificate is revoked", 0, pkiforge.Server),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  append(listed, noRegister),
		},
		{
			ID:       "revocation.crl.on-hold",
			Title:    "The server certificate is on its issuer's CRL with the reason certificateHold",
			Why:      "On hold means revoked for the time being: a client that ignores this reason accepts a certificate that its CA has suspended.",
			Twin:     twin,
			Change:   revokedChange("the server certificate is revoked for the reason certificateHold", pkiforge.CertificateHold, pkiforge.Server),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  append([]Clause{listReasons}, listed...),
		},
		noStatus("revocation.crl.expired", "The CRL is outdated: its nextUpdate passed a day ago",
			"CAs sometimes publish a new CRL late. A client that refuses then turns the delay into an outage; a client that continues may miss a recent revocation.",
			listChange("nextUpdate of the CRL passed a day ago", func(l *pkiforge.CRL) { l.ThisUpdate, l.NextUpdate = outdatedFrom, outdatedTo }), listTimes, listProcessing),
		{
			ID:      "revocation.crl.long",
			Title:   "The CRL lists two thousand other certificates",
			Why:     "CRLs grow; a client with little memory has no reason to refuse a certificate that is not on the list.",
			Twin:    twin,
			Change:  listChange("the CRL has two thousand entries, none of them for the server certificate", func(l *pkiforge.CRL) { l.Others = 2000 }),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{listProcessing},
		},
		noStatus("revocation.crl.no-crl-sign", "The key usage of the issuing CA does not allow it to sign CRLs",
			"RFC 5280 does not allow the client to use this CRL; OpenSSL, if it is set to check CRLs, refuses the certificate.",
			ofPKI("the key usage of the issuing CA lacks cRLSign", pkiforge.Usage(pkiforge.Issuing, x509.KeyUsageCertSign)), listProcessing),
		noStatus("revocation.crl.garbage", "The CRL server sends plain text in place of the CRL",
			"Captive portals answer every HTTP request with a page of their own.",
			listChange("the CRL server sends plain text in place of the CRL", func(l *pkiforge.CRL) { l.Garbage = true }), listProcessing),
		noStatus("revocation.crl.silent", "The CRL server accepts the request and never answers",
			"The user has to wait as long as the client waits before it registers.",
			service("the CRL server does not answer", fakeserver.ServiceSilent)),
		noStatus("revocation.crl.reset", "The CRL server resets every connection",
			"Networks for phones often let them reach the registrar and nothing else.",
			service("the CRL server resets the connection", fakeserver.ServiceReset)),
		noStatus("revocation.crl.error", "The CRL server answers with HTTP status 500",
			"The CRL may be available again a minute later; most clients continue.",
			service("the CRL server answers with HTTP status 500", fakeserver.ServiceFailing)),
		{
			ID:      issuing,
			Title:   "The issuing CA's certificate is not on the root's CRL",
			Why:     "A client may check the status of every certificate in the path; here it has no reason to refuse.",
			Style:   pkiforge.CustomCA,
			Change:  several("the certificate of the issuing CA names a CRL, which is empty", pkiforge.WithCRL(pkiforge.Issuing)),
			Places:  withService,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{listLocation, mustNotBeRevoked},
		},
		{
			ID:       "revocation.issuing.listed",
			Title:    "The issuing CA's certificate is on the root's CRL",
			Why:      "An attacker who has broken into a CA can issue a certificate for any name; only a client that checks the status of CAs refuses it.",
			Twin:     issuing,
			Change:   revokedChange("the issuing CA is revoked", 0, pkiforge.Issuing),
			Expect:   Observe,
			ByPolicy: hardFail(),
			Level:    Should,
			Clauses:  append(listed, noRegister),
		},
	}
}
