package cases

import (
	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// serverCases: servers whose answers are unusual, slow, incomplete or missing.
func serverCases() []Case {
	return []Case{
		{
			ID:      "conduct.octetwise",
			Title:   "The server is sound and sends one byte at a time",
			Why:     "TCP does not keep message boundaries: a client that expects a whole TLS record in one read is locked out on slow links.",
			Twin:    "paper.custom-ca.sound",
			Change:  octetByOctet,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{clause("RFC 5246", "6.2.1"), clause("RFC 8446", "5.1")},
		},
		{
			ID:      "conduct.warnings",
			Title:   "The server sends forty alerts of level warning before its ServerHello",
			Why:     "A server can keep a client busy without end in this way; some clients give up, others continue.",
			Twin:    "paper.custom-ca.sound",
			Change:  manyWarnings,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{clause("RFC 5246", "7.2.2"), clause("RFC 8446", "6")},
		},
		{
			ID:      "conduct.name-warning",
			Title:   "The server sends the alert unrecognized_name as a warning and then completes a sound handshake",
			Why:     "Servers did this for years; RFC 6066 says that what a client then does cannot be predicted.",
			Twin:    "paper.custom-ca.sound",
			Change:  nameWarning,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{resumedName},
		},
		{
			ID:      "conduct.closes-at-hello",
			Title:   "The server closes the connection on every ClientHello: the client sends nothing in the clear",
			Why:     "A firewall that blocks TLS behaves in the same way: a client that then continues without TLS lets the firewall's operator read everything.",
			Twin:    "paper.custom-ca.sound",
			Change:  closesAtHello,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear, seen.ClosesConnection, seen.NoOldFallback, seen.NoLowerVersion},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, sipsOnlyOverTLS, noFallback, noRetry},
		},
		{
			ID:      "conduct.clear-sip",
			Title:   "The server answers the ClientHello with SIP in the clear: the client sends nothing in the clear",
			Why:     "A client that answers in the same way sends its registration without TLS.",
			Twin:    "paper.custom-ca.sound",
			Change:  answersSIP,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear, seen.ClosesConnection},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, noRegister},
		},
		{
			ID:      "conduct.clear-http",
			Title:   "The server answers the ClientHello with HTTP in the clear: the client sends nothing in the clear",
			Why:     "The client may have been given the wrong port, or be behind a captive portal: if it tries again without TLS, anyone on the path can read its registration.",
			Twin:    "paper.custom-ca.sound",
			Change:  answersHTTP,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear, seen.ClosesConnection},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, noRegister},
		},
		{
			ID:      "conduct.unfinished",
			Title:   "The server sends its Certificate but never completes its first flight: the client sends no SIP",
			Why:     "Anyone can send a copy of a certificate: before the server's Finished message nothing is proved.",
			Twin:    "paper.custom-ca.sound",
			Change:  neverFinishes,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear},
			Level:   Must,
			Clauses: []Clause{finishedTLS13, clause("RFC 5246", "7.4.9"), noRegister},
		},
		{
			ID:      "conduct.speaks-first.sound",
			Title:   "The server is sound and sends an OPTIONS before the client has registered",
			Why:     "The case in which the certificate of such a server names another host is compared with this one.",
			Style:   pkiforge.CustomCA,
			Change:  speaksFirst,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{noRegister},
		},
		{
			ID:      "conduct.speaks-first.wrong-name",
			Title:   "The certificate names another host, and the server sends an OPTIONS at once: the client does not answer it",
			Why:     "A client that verifies the name only after the handshake may answer before it has done so: then anyone can send requests to it.",
			Twin:    "conduct.speaks-first.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "conduct.hangs-up",
			Title:   "The server closes the connection as soon as the handshake is complete",
			Why:     "Overloaded servers do this. The REGISTER may already be on its way; after that the client must not send anything in the clear.",
			Twin:    "paper.custom-ca.sound",
			Change:  hangsUp,
			Expect:  Observe,
			Demands: []seen.Demand{seen.NothingInClear},
			Level:   Should,
			Clauses: []Clause{closureAlerts, noSIPSDowngrade},
		},
		{
			ID:      "conduct.foreign-request",
			Title:   "The server sends, over the verified connection, an OPTIONS from another domain",
			Why:     "A proxy forwards requests from everywhere; the client may answer all of them or only those of its own domain.",
			Twin:    "paper.custom-ca.sound",
			Change:  foreignOptions,
			Expect:  Observe,
			Demands: []seen.Demand{seen.AnswersOptions},
			Level:   Should,
			Clauses: []Clause{noRegister},
			Needs:   []client.Feature{client.FeatureRegister, client.FeatureAnswersOptions},
		},
		{
			ID:      "conduct.spacing",
			Title:   "Does a client that has refused a server try again at once?",
			Why:     "A thousand phones that try again without a pause overload a server; only RFC 5626 tells a client how long to wait.",
			Twin:    "paper.custom-ca.sound",
			Change:  wrongNameWatched,
			Expect:  Observe,
			Demands: []seen.Demand{seen.TriesOnce},
			Level:   Should,
			Clauses: []Clause{flowRecovery},
			Needs:   aboutNames,
		},
		{
			ID:      "conduct.transport-tcp",
			Title:   "The account's URI is a sips URI with transport=tcp: the client uses TLS",
			Why:     "The parameter names the transport below TLS; pjsip once sent such calls in the clear (pjproject ticket 1319).",
			Twin:    "paper.custom-ca.sound",
			Change:  transportTCP,
			Expect:  Accept,
			Demands: []seen.Demand{seen.NothingInClear},
			Level:   Must,
			Clauses: []Clause{sipsOnlyOverTLS},
			Needs:   []client.Feature{client.FeatureAccountURI},
		},
	}
}

// The changes of the server's behaviour.
var (
	octetByOctet = ofServer("the server sends one byte at a time", func(b *fakeserver.Behaviour) {
		b.Script = fakeserver.Script{fakeserver.Segment{Octets: 1}}
	})
	manyWarnings  = answers("the server sends forty alerts of level warning before its ServerHello", fakeserver.SendAlert{Level: 1, Description: userCanceled, Times: 40}, fakeserver.ServeTLS{})
	nameWarning   = answers("the server sends the alert unrecognized_name as a warning", fakeserver.SendAlert{Level: 1, Description: unrecognizedName}, fakeserver.ServeTLS{})
	closesAtHello = answers("the server closes the connection on every ClientHello", fakeserver.EndClose)
	answersSIP    = answers("the server answers every ClientHello with SIP in the clear", fakeserver.SendText{Text: fakeserver.BadRequestSIP}, fakeserver.EndClose)
	answersHTTP   = answers("the server answers every ClientHello with HTTP in the clear", fakeserver.SendText{Text: fakeserver.BadRequestHTTP}, fakeserver.EndClose)
	neverFinishes = answers("the server never sends the end of its first flight", fakeserver.ServeTLS{HoldBack: true})
	speaksFirst   = ofServer("the server sends an OPTIONS as soon as the handshake is complete", func(b *fakeserver.Behaviour) {
		b.Script = fakeserver.Script{fakeserver.AwaitHandshake, fakeserver.SendOptions{}}
	})

	hangsUp = Change{
		Name: "the server closes the connection as soon as the handshake is complete",
		Apply: func(s *Scenario) error {
			s.Server.Script, s.Linger = fakeserver.Script{fakeserver.AwaitHandshake, fakeserver.EndClose}, true
			return nil
		},
	}
	foreignOptions = Change{
		Name: "the server sends an OPTIONS from another domain",
		Apply: func(s *Scenario) error {
			s.Server.Script, s.Linger = fakeserver.Script{fakeserver.AwaitRegister, fakeserver.Respond{}, fakeserver.SendOptions{From: s.Names.Other}}, true
			return nil
		},
	}
	wrongNameWatched = Change{
		Name: "the server certificate names another host, and the client is watched a while longer",
		Apply: func(s *Scenario) error {
			s.Linger = true
			return wrongName.Apply(s)
		},
	}
	transportTCP = Change{
		Name: "the URI of the account has the parameter transport=tcp",
		Apply: func(s *Scenario) error {
			s.URIParams, s.Linger = ";transport=tcp", true
			return nil
		},
	}
)

// Alerts that servers have sent as warnings (RFC 5246 7.2.2, RFC 6066 9).
const (
	userCanceled     = 90
	unrecognizedName = 112
)

// answers has the server do that with every ClientHello.
func answers(words string, acts ...fakeserver.Act) Change {
	return ofServer(words, func(b *fakeserver.Behaviour) { b.Script = append(fakeserver.Script{fakeserver.AwaitHello}, acts...) })
}
