package cases

import (
	"errors"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// Clauses of the paper's suite.
var (
	mustValidate     = clause("RFC 3261", "26.3.1")
	noRegister       = clause("RFC 3261", "26.3.2.1")
	sipsOnlyOverTLS  = clause("RFC 3261", "26.2.2")
	transportFailure = clause("RFC 3261", "8.1.3.1")
	pathValidation   = clause("RFC 5280", "6.1")
	trustAnchor      = clause("RFC 5280", "6.1.1(d)")
	linkSignature    = clause("RFC 5280", "6.1.3(a)(1)")
	validityPeriod   = clause("RFC 5280", "6.1.3(a)(2)")
	issuerIsCA       = clause("RFC 5280", "6.1.4(k)")
	compareIdentity  = clause("RFC 5922", "7.3")
	noSIPSDowngrade  = clause("RFC 5630", "5.1.1")
	certificateTLS12 = clause("RFC 5246", "7.4.6")
	verifyTLS12      = clause("RFC 5246", "7.4.8")
	certificateTLS13 = clause("RFC 8446", "4.4.2")
	verifyTLS13      = clause("RFC 8446", "4.4.3")
	finishedTLS13    = clause("RFC 8446", "4.4.4")
	errorAlerts      = clause("RFC 8446", "6.2")
)

// paperCases are the test matrix of "SIP-TLS for iOS based SIP Clients in
// Enterprise Networks to Support Custom CAs" (IJSER 5(6), 2014): three kinds
// of server certificate by six situations, client authentication (steps 7 and
// 8 of its algorithm) and conduct (steps 6 and 9).
func paperCases() []Case {
	return []Case{
		{
			ID:      "paper.custom-ca.sound",
			Title:   "The server certificate is from the enterprise's own CA, and its root is installed",
			Why:     "An enterprise that runs its own CA cannot use a client that refuses the servers of this CA.",
			Style:   pkiforge.CustomCA,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustValidate, pathValidation},
		},
		{
			ID:      "paper.custom-ca.expired",
			Title:   "The server certificate of the enterprise's CA has expired",
			Why:     "A CA no longer revokes a certificate that has expired. An attacker with its stolen key could impersonate the server for ever.",
			Twin:    "paper.custom-ca.sound",
			Change:  expired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "paper.custom-ca.wrong-name",
			Title:   "The server certificate of the enterprise's CA names another host",
			Why:     "Without this check, any server with a certificate from the same CA could impersonate every other server.",
			Twin:    "paper.custom-ca.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "paper.custom-ca.bad-signature",
			Title:   "The signature on the server certificate is invalid",
			Why:     "A client that does not check the signature accepts a certificate that anyone can write, with any name.",
			Twin:    "paper.custom-ca.sound",
			Change:  badSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
		},
		{
			ID:      "paper.custom-ca.broken-chain",
			Title:   "The server does not send the issuing CA of its certificate",
			Why:     "Nothing proves that an installed root issued this server certificate. A client that accepts it trusts an unknown issuer.",
			Twin:    "paper.custom-ca.sound",
			Change:  brokenChain,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{pathValidation, noRegister},
		},
		{
			ID:      "paper.custom-ca.root-missing",
			Title:   "The enterprise's root is not installed on the endpoint",
			Why:     "Nothing connects this chain to a root that the client trusts. A client that accepts it accepts certificates from any attacker's CA.",
			Twin:    "paper.custom-ca.sound",
			Change:  rootMissing,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
		},
		{
			ID:      "paper.self-signed.sound",
			Title:   "The server certificate is self-signed, and it is itself installed on the endpoint",
			Why:     "Small sites install the server's own certificate instead of running a CA. They cannot use a client that refuses it.",
			Style:   pkiforge.SelfSigned,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustValidate, pathValidation},
		},
		{
			ID:      "paper.self-signed.expired",
			Title:   "The installed self-signed certificate has expired",
			Why:     "An installed certificate still expires. An attacker with an old, stolen key could otherwise impersonate the server for ever.",
			Twin:    "paper.self-signed.sound",
			Change:  expired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "paper.self-signed.wrong-name",
			Title:   "The installed self-signed certificate names another host",
			Why:     "A certificate that is installed for one host must not be accepted for every other host.",
			Twin:    "paper.self-signed.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "paper.self-signed.bad-signature",
			Title:   "The server presents a copy of the installed certificate with a damaged signature",
			Why:     "The copy is not the installed certificate, and the installed key did not sign it: whichever of the two a client trusts, it must refuse. A client that accepts the copy may accept any certificate that looks similar.",
			Twin:    "paper.self-signed.sound",
			Change:  badSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
		},
		{
			ID:      "paper.self-signed.broken-chain",
			Title:   "The installed certificate issued the CA of the server certificate, and the server does not send this CA",
			Why:     "Nothing connects this server certificate to the installed one. A client that accepts it trusts an unknown issuer.",
			Twin:    "paper.self-signed.sound",
			Change:  brokenChain,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{pathValidation, noRegister},
		},
		{
			ID:      "paper.self-signed.root-missing",
			Title:   "The self-signed server certificate is not installed on the endpoint",
			Why:     "Anyone can make a self-signed certificate with any name. It is the first thing that an attacker tries.",
			Twin:    "paper.self-signed.sound",
			Change:  rootMissing,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
		},
		{
			ID:      "paper.public-ca.sound",
			Title:   "The server certificate is from a public CA, and its root is among the system's roots",
			Why:     "Hosted services use certificates of public CAs, which contain DNS names only. A client that refuses them cannot use these services.",
			Style:   pkiforge.PublicCA,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustValidate, pathValidation},
		},
		{
			ID:      "paper.public-ca.expired",
			Title:   "The server certificate of the public CA has expired",
			Why:     "A CA no longer revokes a certificate that has expired. An attacker with its stolen key could impersonate the server for ever.",
			Twin:    "paper.public-ca.sound",
			Change:  expired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "paper.public-ca.wrong-name",
			Title:   "The server certificate of the public CA names another host",
			Why:     "Anyone can get a certificate from a public CA for a name of their own. Only the name shows that this is the right server.",
			Twin:    "paper.public-ca.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "paper.public-ca.bad-signature",
			Title:   "The signature on the server certificate is invalid",
			Why:     "A client that does not check the signature accepts a certificate that anyone can write, with any name.",
			Twin:    "paper.public-ca.sound",
			Change:  badSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
		},
		{
			ID:      "paper.public-ca.broken-chain",
			Title:   "The server does not send the issuing CA of its certificate",
			Why:     "Nothing proves that an installed root issued this server certificate. A client that accepts it trusts an unknown issuer.",
			Twin:    "paper.public-ca.sound",
			Change:  brokenChain,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{pathValidation, noRegister},
		},
		{
			ID:      "paper.public-ca.root-missing",
			Title:   "The public CA's root is not among the system's roots",
			Why:     "An attacker can build a chain that looks like a public CA's. Only an installed root proves that it is real.",
			Twin:    "paper.public-ca.sound",
			Change:  rootMissing,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
		},
		{
			ID:      "paper.client-auth.sent",
			Title:   "The server requires a client certificate, and the client has one",
			Why:     "Enterprises and SIP trunks identify clients by their certificates. A client that cannot prove that it holds the key is locked out.",
			Twin:    "paper.custom-ca.sound",
			Change:  demandsIdentity,
			Expect:  Accept,
			Demands: []seen.Demand{seen.CertificateVerifyValid},
			Level:   Must,
			Clauses: []Clause{certificateTLS12, verifyTLS12, certificateTLS13, verifyTLS13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "paper.client-auth.none-optional",
			Title:   "The server asks for a client certificate but does not require one, and the client has none",
			Why:     "Many servers ask every client for a certificate and also accept clients without one. A client that gives up here cannot register.",
			Twin:    "paper.custom-ca.sound",
			Change:  asksForIdentity,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{certificateTLS12, certificateTLS13},
			Needs:   []client.Feature{client.FeatureWithoutCertificate},
		},
		{
			ID:      "paper.client-auth.none-required",
			Title:   "The server requires a client certificate, and the client has none",
			Why:     "A client that the server rejects must not try again without TLS.",
			Twin:    "paper.custom-ca.sound",
			Change:  requiresIdentity,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear, seen.ClosesConnection},
			Level:   Must,
			Clauses: []Clause{certificateTLS12, errorAlerts, transportFailure},
			Needs:   []client.Feature{client.FeatureWithoutCertificate},
		},
		{
			ID:      "paper.client-auth.refused",
			Title:   "The server rejects the client's certificate",
			Why:     "A client that the server rejects must not try again without TLS.",
			Twin:    "paper.custom-ca.sound",
			Change:  refusesIdentity,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear, seen.ClosesConnection},
			Level:   Must,
			Clauses: []Clause{errorAlerts, transportFailure},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "paper.conduct.exchange",
			Title:   "The client registers, and then answers a request from the server on the same connection",
			Why:     "Incoming calls arrive on the connection that the client registered on. A client that does not answer there cannot be called.",
			Twin:    "paper.custom-ca.sound",
			Change:  sendsOptions,
			Expect:  Accept,
			Demands: []seen.Demand{seen.Takes200, seen.AnswersOptions},
			Level:   Must,
			Clauses: []Clause{noRegister},
			Needs:   []client.Feature{client.FeatureRegister, client.FeatureAnswersOptions},
		},
		{
			ID:      "paper.conduct.close-after-refusal",
			Title:   "A client that refuses the server must close the connection itself",
			Why:     "If the refused connection stays open, the client may later send a request on it to the unverified server.",
			Twin:    "paper.custom-ca.sound",
			Change:  wrongNameKeptOpen,
			Expect:  Refuse,
			Demands: []seen.Demand{seen.ClosesPromptly},
			Level:   Must,
			Clauses: []Clause{compareIdentity, errorAlerts},
			Needs:   aboutNames,
		},
		{
			ID:      "paper.conduct.silent-before-verdict",
			Title:   "The server never answers the ClientHello, and the client must not send SIP anywhere",
			Why:     "Until the client has verified the server, it does not know where its SIP messages would go.",
			Twin:    "paper.custom-ca.sound",
			Change:  neverAnswers,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear},
			Level:   Must,
			Clauses: []Clause{noRegister, finishedTLS13},
		},
		{
			ID:      "paper.conduct.no-exception",
			Title:   "At three attempts in a row, the client must refuse an issuer that is not a CA",
			Why:     "A client that stores the refused certificate as an exception connects to the impostor at the next attempt.",
			Twin:    "paper.custom-ca.sound",
			Change:  issuerNoCAThrice,
			Expect:  Refuse,
			Demands: []seen.Demand{seen.RefusedEachTime},
			Level:   Must,
			Clauses: []Clause{issuerIsCA, noRegister, compareIdentity},
		},
		{
			ID:      "paper.conduct.no-plaintext-fallback",
			Title:   "The server fails every handshake, and the client must not send anything in plaintext",
			Why:     "An attacker can make every TLS handshake fail. If the client then falls back to plaintext, the attacker can read the registration.",
			Twin:    "paper.custom-ca.sound",
			Change:  failsHandshakes,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear, seen.ClosesConnection},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, sipsOnlyOverTLS},
		},
	}
}

// ofPKI makes a change of the PKI a change of the scenario. The words say what
// is wrong, as a clause that can follow "accepted, although".
func ofPKI(words string, change pkiforge.Change) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { return change.Apply(&s.Plan) }}
}

// The changes of the paper's suite.
var (
	expired      = ofPKI("the server certificate has expired", pkiforge.Expired(pkiforge.Server))
	badSignature = ofPKI("the signature on the server certificate is invalid", pkiforge.BadSignature(pkiforge.Server))
	brokenChain  = ofPKI("the server does not send the issuer of its certificate", pkiforge.BrokenChain())
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
		Name: "the issuing certificate is not a CA certificate (basicConstraints cA FALSE)",
		Apply: func(s *Scenario) error {
			s.Attempts = 3
			return pkiforge.NotCA(pkiforge.Issuing).Apply(&s.Plan)
		},
	}

	demandsIdentity = Change{
		Name: "the server requires a client certificate, and the endpoint has one",
		Apply: func(s *Scenario) error {
			s.Server.ClientAuth = fakeserver.AuthRequired
			pkiforge.WithIdentity(&s.Plan, s.Names)
			return nil
		},
	}
	asksForIdentity = Change{
		Name: "the server asks for a client certificate and continues without one",
		Apply: func(s *Scenario) error {
			s.Server.ClientAuth = fakeserver.AuthOptional
			return noIdentity(s)
		},
	}
	requiresIdentity = Change{
		Name: "the server requires a client certificate, and the endpoint has none",
		Apply: func(s *Scenario) error {
			s.Server.ClientAuth = fakeserver.AuthRequired
			return noIdentity(s)
		},
	}
	refusesIdentity = Change{
		Name: "the server rejects the client certificate of the endpoint",
		Apply: func(s *Scenario) error {
			if err := demandsIdentity.Apply(s); err != nil {
				return err
			}
			s.Server.ClientAuth = fakeserver.AuthRefused
			return nil
		},
	}

	sendsOptions = Change{
		Name:  "the server sends an OPTIONS request after it has answered the REGISTER",
		Apply: func(s *Scenario) error { s.Server.Script = asksOptions; return nil },
	}
	neverAnswers = Change{
		Name:  "the server accepts the connection and never answers the ClientHello",
		Apply: func(s *Scenario) error { s.Server.Script = silence; return nil },
	}
	failsHandshakes = Change{
		Name:  "the server answers every ClientHello with handshake_failure",
		Apply: func(s *Scenario) error { s.Server.Script = handshakeFailure; return nil },
	}
)

// Scripts that other groups have too.
var (
	asksOptions      = fakeserver.Script{fakeserver.AwaitRegister, fakeserver.Respond{}, fakeserver.SendOptions{}}
	silence          = fakeserver.Script{fakeserver.AwaitHello}
	handshakeFailure = fakeserver.Script{fakeserver.AwaitHello, fakeserver.SendAlert{Level: 2, Description: 40}, fakeserver.EndClose}
)

// noIdentity makes sure that the endpoint has no client certificate.
func noIdentity(s *Scenario) error {
	if s.Plan.Identity != "" {
		return errors.New("the endpoint has an identity")
	}
	return nil
}
