package suites

import (
	"errors"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// Clauses that the paper's suite rests on.
var (
	mustValidate     = Clause{"RFC 3261", "26.3.1"}
	noRegister       = Clause{"RFC 3261", "26.3.2.1"}
	sipsOnlyOverTLS  = Clause{"RFC 3261", "26.2.2"}
	transportFailure = Clause{"RFC 3261", "8.1.3.1"}
	pathValidation   = Clause{"RFC 5280", "6.1"}
	trustAnchor      = Clause{"RFC 5280", "6.1.1(d)"}
	linkSignature    = Clause{"RFC 5280", "6.1.3(a)(1)"}
	validityPeriod   = Clause{"RFC 5280", "6.1.3(a)(2)"}
	issuerIsCA       = Clause{"RFC 5280", "6.1.4(k)"}
	compareIdentity  = Clause{"RFC 5922", "7.3"}
	noSIPSDowngrade  = Clause{"RFC 5630", "5.1.1"}
	certificateTLS12 = Clause{"RFC 5246", "7.4.6"}
	verifyTLS12      = Clause{"RFC 5246", "7.4.8"}
	certificateTLS13 = Clause{"RFC 8446", "4.4.2"}
	verifyTLS13      = Clause{"RFC 8446", "4.4.3"}
	finishedTLS13    = Clause{"RFC 8446", "4.4.4"}
	errorAlerts      = Clause{"RFC 8446", "6.2"}
)

// paperCases are the test matrix of "SIP-TLS for iOS based SIP Clients in
// Enterprise Networks to Support Custom CAs" (IJSER 5(6), 2014): three kinds
// of server certificate by six situations, client authentication (steps 7 and
// 8 of its algorithm) and conduct (steps 6 and 9).
func paperCases() []Case {
	return []Case{
		{
			ID:      "paper.custom-ca.sound",
			Title:   "A server certificate of the enterprise's CA, its root installed",
			Why:     "An enterprise that runs its own CA can use the client only if it accepts that CA's servers.",
			Style:   pkiforge.CustomCA,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustValidate, pathValidation},
		},
		{
			ID:      "paper.custom-ca.expired",
			Title:   "The server certificate of the enterprise's CA has expired",
			Why:     "After expiry nobody revokes a lost key any more: whoever found it can be the server.",
			Twin:    "paper.custom-ca.sound",
			Change:  expired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "paper.custom-ca.wrong-name",
			Title:   "The server certificate of the enterprise's CA names another host",
			Why:     "Any holder of any certificate of the same CA could otherwise answer for every host.",
			Twin:    "paper.custom-ca.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "paper.custom-ca.bad-signature",
			Title:   "The signature on the server certificate does not verify",
			Why:     "A certificate with a signature that nobody checks can be written by anyone.",
			Twin:    "paper.custom-ca.sound",
			Change:  badSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
		},
		{
			ID:      "paper.custom-ca.broken-chain",
			Title:   "The issuing CA of the server certificate is not sent",
			Why:     "A client that bridges a gap in the chain trusts an issuer it has never seen.",
			Twin:    "paper.custom-ca.sound",
			Change:  brokenChain,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{pathValidation, noRegister},
		},
		{
			ID:      "paper.custom-ca.root-missing",
			Title:   "The enterprise's root is not installed on the endpoint",
			Why:     "Without its root the chain proves nothing; to accept it is to accept every attacker's CA.",
			Twin:    "paper.custom-ca.sound",
			Change:  rootMissing,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
		},
		{
			ID:      "paper.self-signed.sound",
			Title:   "A self-signed server certificate that is itself installed",
			Why:     "Small sites install the server's own certificate instead of running a CA.",
			Style:   pkiforge.SelfSigned,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustValidate, pathValidation},
		},
		{
			ID:      "paper.self-signed.expired",
			Title:   "The installed self-signed certificate has expired",
			Why:     "To install a certificate is not to trust it for ever.",
			Twin:    "paper.self-signed.sound",
			Change:  expired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "paper.self-signed.wrong-name",
			Title:   "The installed self-signed certificate names another host",
			Why:     "A certificate installed for one host must not vouch for all others.",
			Twin:    "paper.self-signed.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "paper.self-signed.bad-signature",
			Title:   "A copy of the installed certificate with a damaged signature is presented",
			Why:     "Trust goes to the installed certificate, not to whatever looks like it.",
			Twin:    "paper.self-signed.sound",
			Change:  badSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
		},
		{
			ID:      "paper.self-signed.broken-chain",
			Title:   "The certificate's issuer, itself issued by the installed one, is not sent",
			Why:     "A client that bridges a gap in the chain trusts an issuer it has never seen.",
			Twin:    "paper.self-signed.sound",
			Change:  brokenChain,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{pathValidation, noRegister},
		},
		{
			ID:      "paper.self-signed.root-missing",
			Title:   "The self-signed certificate is not installed",
			Why:     "Anyone can sign a certificate for himself; this is the first thing an attacker tries.",
			Twin:    "paper.self-signed.sound",
			Change:  rootMissing,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
		},
		{
			ID:      "paper.public-ca.sound",
			Title:   "A server certificate of a public CA, its root among the system's",
			Why:     "Hosted services carry certificates of public CAs, which have DNS names only.",
			Style:   pkiforge.PublicCA,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustValidate, pathValidation},
		},
		{
			ID:      "paper.public-ca.expired",
			Title:   "The server certificate of the public CA has expired",
			Why:     "After expiry nobody revokes a lost key any more: whoever found it can be the server.",
			Twin:    "paper.public-ca.sound",
			Change:  expired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "paper.public-ca.wrong-name",
			Title:   "The server certificate of the public CA names another host",
			Why:     "A public CA gives everyone a certificate: only the name tells the server from the rest of the world.",
			Twin:    "paper.public-ca.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "paper.public-ca.bad-signature",
			Title:   "The signature on the server certificate does not verify",
			Why:     "A certificate with a signature that nobody checks can be written by anyone.",
			Twin:    "paper.public-ca.sound",
			Change:  badSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
		},
		{
			ID:      "paper.public-ca.broken-chain",
			Title:   "The issuing CA of the server certificate is not sent",
			Why:     "A client that bridges a gap in the chain trusts an issuer it has never seen.",
			Twin:    "paper.public-ca.sound",
			Change:  brokenChain,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{pathValidation, noRegister},
		},
		{
			ID:      "paper.public-ca.root-missing",
			Title:   "The public CA's root is not among the system's roots",
			Why:     "A chain that looks public but ends in an unknown root is what a forger makes.",
			Twin:    "paper.public-ca.sound",
			Change:  rootMissing,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
		},
		{
			ID:      "paper.client-auth.sent",
			Title:   "The server asks for a client certificate, the client has one",
			Why:     "Enterprises and trunks know their phones by certificate; a phone that cannot prove its key is locked out.",
			Twin:    "paper.custom-ca.sound",
			Change:  demandsIdentity,
			Expect:  Accept,
			Demands: []Demand{CertificateVerifyValid},
			Level:   Must,
			Clauses: []Clause{certificateTLS12, verifyTLS12, certificateTLS13, verifyTLS13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "paper.client-auth.none-optional",
			Title:   "The server asks for a client certificate, the client has none and may go on",
			Why:     "Many servers ask every client and take those without one; a client that gives up there cannot register.",
			Twin:    "paper.custom-ca.sound",
			Change:  asksForIdentity,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{certificateTLS12, certificateTLS13},
			Needs:   []client.Feature{client.FeatureWithoutCertificate},
		},
		{
			ID:      "paper.client-auth.none-required",
			Title:   "The server demands a client certificate, the client has none",
			Why:     "A client that is turned away must not try again without protection.",
			Twin:    "paper.custom-ca.sound",
			Change:  requiresIdentity,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear, ClosesConnection},
			Level:   Must,
			Clauses: []Clause{certificateTLS12, errorAlerts, transportFailure},
			Needs:   []client.Feature{client.FeatureWithoutCertificate},
		},
		{
			ID:      "paper.client-auth.refused",
			Title:   "The server refuses the client's certificate",
			Why:     "A client that is turned away must not try again without protection.",
			Twin:    "paper.custom-ca.sound",
			Change:  refusesIdentity,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear, ClosesConnection},
			Level:   Must,
			Clauses: []Clause{errorAlerts, transportFailure},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "paper.conduct.exchange",
			Title:   "SIP in both directions over the accepted connection",
			Why:     "Calls come in over the connection that the client registered on.",
			Twin:    "paper.custom-ca.sound",
			Change:  sendsOptions,
			Expect:  Accept,
			Demands: []Demand{Takes200, AnswersOptions},
			Level:   Must,
			Clauses: []Clause{noRegister},
			Needs:   []client.Feature{client.FeatureRegister, client.FeatureAnswersOptions},
		},
		{
			ID:      "paper.conduct.close-after-refusal",
			Title:   "After a refusal the client closes the connection itself",
			Why:     "A refused connection that stays open is one that a later request may be sent on.",
			Twin:    "paper.custom-ca.sound",
			Change:  wrongNameKeptOpen,
			Expect:  Refuse,
			Demands: []Demand{ClosesPromptly},
			Level:   Must,
			Clauses: []Clause{compareIdentity, errorAlerts},
			Needs:   aboutNames,
		},
		{
			ID:      "paper.conduct.silent-before-verdict",
			Title:   "The server never answers the ClientHello: nothing of SIP is sent anywhere",
			Why:     "Before the server is verified there is nobody to speak to.",
			Twin:    "paper.custom-ca.sound",
			Change:  neverAnswers,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear},
			Level:   Must,
			Clauses: []Clause{noRegister, finishedTLS13},
		},
		{
			ID:      "paper.conduct.no-exception",
			Title:   "Three attempts in a row at a certificate from an issuer that is no CA, refused each time",
			Why:     "A remembered exception turns one refusal into a call with an impostor.",
			Twin:    "paper.custom-ca.sound",
			Change:  issuerNoCAThrice,
			Expect:  Refuse,
			Demands: []Demand{RefusedEachTime},
			Level:   Must,
			Clauses: []Clause{issuerIsCA, noRegister, compareIdentity},
		},
		{
			ID:      "paper.conduct.no-plaintext-fallback",
			Title:   "The server fails every handshake: nothing is sent in the clear",
			Why:     "An attacker who can break TLS must not get the registration in plain text for it.",
			Twin:    "paper.custom-ca.sound",
			Change:  failsHandshakes,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear, ClosesConnection},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, sipsOnlyOverTLS},
		},
	}
}

// ofPKI makes a change of the PKI a change of the scenario; words say for
// people what is wrong.
func ofPKI(words string, change pkiforge.Change) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { return change.Apply(&s.Plan) }}
}

// The changes of the paper's suite.
var (
	expired      = ofPKI("the server certificate has expired", pkiforge.Expired(pkiforge.Server))
	badSignature = ofPKI("the signature on the server certificate does not verify", pkiforge.BadSignature(pkiforge.Server))
	brokenChain  = ofPKI("the issuer of the server certificate is not sent", pkiforge.BrokenChain())
	rootMissing  = ofPKI("the root is not installed", pkiforge.RootMissing())

	wrongName = Change{
		Name:  "the server certificate names another host",
		Apply: func(s *Scenario) error { return pkiforge.WrongName(s.Names.Other).Apply(&s.Plan) },
	}
	wrongNameKeptOpen = Change{
		Name: "the server certificate names another host, and the server leaves the connection open",
		Apply: func(s *Scenario) error {
			s.Server.KeepOpen = true
			return wrongName.Apply(s)
		},
	}
	issuerNoCAThrice = Change{
		Name: "the issuing certificate is no CA (basicConstraints cA FALSE)",
		Apply: func(s *Scenario) error {
			s.Attempts = 3
			return pkiforge.NotCA(pkiforge.Issuing).Apply(&s.Plan)
		},
	}

	demandsIdentity = Change{
		Name: "the server requires a client certificate and the endpoint has one",
		Apply: func(s *Scenario) error {
			s.Server.ClientAuth = fakeserver.AuthRequired
			pkiforge.WithIdentity(&s.Plan, s.Names)
			return nil
		},
	}
	asksForIdentity = Change{
		Name: "the server asks for a client certificate and goes on without one",
		Apply: func(s *Scenario) error {
			s.Server.ClientAuth = fakeserver.AuthOptional
			return noIdentity(s)
		},
	}
	requiresIdentity = Change{
		Name: "the server requires a client certificate and the endpoint has none",
		Apply: func(s *Scenario) error {
			s.Server.ClientAuth = fakeserver.AuthRequired
			return noIdentity(s)
		},
	}
	refusesIdentity = Change{
		Name: "the server refuses the client certificate that the endpoint has",
		Apply: func(s *Scenario) error {
			s.Server.RefuseClient = true
			return demandsIdentity.Apply(s)
		},
	}

	sendsOptions = Change{
		Name:  "the server sends an OPTIONS of its own after it answered the REGISTER",
		Apply: func(s *Scenario) error { s.Server.SendOptions = true; return nil },
	}
	neverAnswers = Change{
		Name:  "the server accepts the connection and never answers the ClientHello",
		Apply: func(s *Scenario) error { s.Server.Answer = fakeserver.AnswerSilence; return nil },
	}
	failsHandshakes = Change{
		Name:  "the server answers every ClientHello with handshake_failure",
		Apply: func(s *Scenario) error { s.Server.Answer = fakeserver.AnswerAlert; return nil },
	}
)

// noIdentity makes sure that the endpoint has no client certificate.
func noIdentity(s *Scenario) error {
	if s.Plan.Identity != "" {
		return errors.New("the endpoint has an identity")
	}
	return nil
}
