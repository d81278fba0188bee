package suites

import (
	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// Demands on what a client does with an answer.
var (
	// KeepsScheme: no request to a sips URI is followed by one to a sip URI
	// (RFC 5630 5.1.1).
	KeepsScheme = Demand{
		Name:   "keeps-sips",
		Missed: "a request to a sips URI was followed by one to a sip URI",
		met: func(j *judgement) bool {
			return !j.anySIP(func(before, m *fakeserver.SIPMessage) bool {
				return before != nil && scheme(before) == "sips" && scheme(m) == "sip"
			})
		},
	}
	// NoBasic: no password was sent with the scheme Basic.
	NoBasic = Demand{
		Name:   "no-basic-credentials",
		Missed: "the client answered a Basic challenge with its password",
		met: func(j *judgement) bool {
			return !j.anySIP(func(_, m *fakeserver.SIPMessage) bool { return m.Authorization == "basic" })
		},
	}
	// TriesOnce: there was no second ClientHello while the client was watched.
	TriesOnce = Demand{
		Name:   "tries-once",
		Missed: "the client tried again at once",
		met: func(j *judgement) bool {
			n := 0
			j.everyHello(func(*seen, *fakeserver.Connection) bool { n++; return true })
			return n == len(j.seen)
		},
	}
)

// serverCases: servers that answer strangely, slowly, in part or not at all.
func serverCases() []Case {
	return []Case{
		{
			ID:      "conduct.octetwise",
			Title:   "A sound server that sends every octet by itself",
			Why:     "TCP keeps no boundaries: a client that takes one read for one record fails on slow links.",
			Twin:    "paper.custom-ca.sound",
			Change:  octetByOctet,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{{"RFC 5246", "6.2.1"}, {"RFC 8446", "5.1"}},
		},
		{
			ID:      "conduct.warnings",
			Title:   "Forty alerts of level warning before the ServerHello",
			Why:     "A server can keep a client busy for ever that way; some stop, some go on.",
			Twin:    "paper.custom-ca.sound",
			Change:  manyWarnings,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{{"RFC 5246", "7.2.2"}, {"RFC 8446", "6"}},
		},
		{
			ID:      "conduct.name-warning",
			Title:   "The alert unrecognized_name as a warning, then a sound handshake",
			Why:     "Servers did so for years, and RFC 6066 says that what clients make of it cannot be known.",
			Twin:    "paper.custom-ca.sound",
			Change:  nameWarning,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{resumedName},
		},
		{
			ID:      "conduct.closes-at-hello",
			Title:   "The server closes on every ClientHello without a word: nothing is sent in the clear",
			Why:     "A firewall that cuts TLS off looks just like that, and its owner would like to read what comes instead.",
			Twin:    "paper.custom-ca.sound",
			Change:  closesAtHello,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear, ClosesConnection, NoLowerVersion},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, sipsOnlyOverTLS, noFallback},
		},
		{
			ID:      "conduct.clear-sip",
			Title:   "The server answers the ClientHello with SIP in the clear: nothing is sent in the clear back",
			Why:     "A server that speaks SIP on the port of TLS invites a client to do the same.",
			Twin:    "paper.custom-ca.sound",
			Change:  answersSIP,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear, ClosesConnection},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, noRegister},
		},
		{
			ID:      "conduct.clear-http",
			Title:   "The server answers the ClientHello with HTTP: nothing is sent in the clear",
			Why:     "Behind a wrong port or a captive portal there is a web server.",
			Twin:    "paper.custom-ca.sound",
			Change:  answersHTTP,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear, ClosesConnection},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, noRegister},
		},
		{
			ID:      "conduct.unfinished",
			Title:   "The server sends its Certificate and never the end of its flight: no SIP is sent",
			Why:     "A certificate can be shown by anyone who has seen it; before the server's Finished nothing is proven.",
			Twin:    "paper.custom-ca.sound",
			Change:  neverFinishes,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear},
			Level:   Must,
			Clauses: []Clause{finishedTLS13, {"RFC 5246", "7.4.9"}, noRegister},
		},
		{
			ID:      "conduct.speaks-first.sound",
			Title:   "A sound server that sends an OPTIONS before the client has registered",
			Why:     "It is what a server that speaks before it is verified is compared with.",
			Style:   pkiforge.CustomCA,
			Change:  speaksFirst,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{noRegister},
		},
		{
			ID:      "conduct.speaks-first.wrong-name",
			Title:   "A server whose certificate names another host sends an OPTIONS at once: it is not answered",
			Why:     "A client that verifies after the handshake may answer before it has; then anyone reaches its parser.",
			Twin:    "conduct.speaks-first.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "conduct.hangs-up",
			Title:   "The server ends the connection as soon as the handshake is complete",
			Why:     "An overloaded server does so. The REGISTER may be on its way by then; nothing may follow in the clear.",
			Twin:    "paper.custom-ca.sound",
			Change:  hangsUp,
			Expect:  Observe,
			Demands: []Demand{NothingInClear},
			Level:   Should,
			Clauses: []Clause{closureAlerts, noSIPSDowngrade},
		},
		{
			ID:      "conduct.foreign-request",
			Title:   "Over the verified connection comes an OPTIONS from another domain",
			Why:     "A proxy passes requests of all the world on; whether a client takes them from it or only its own domain's is its choice.",
			Twin:    "paper.custom-ca.sound",
			Change:  foreignOptions,
			Expect:  Observe,
			Demands: []Demand{AnswersOptions},
			Level:   Should,
			Clauses: []Clause{noRegister},
			Needs:   []client.Feature{client.FeatureRegister, client.FeatureAnswersOptions},
		},
		{
			ID:      "conduct.spacing",
			Title:   "Whether a client that has refused a server tries again at once",
			Why:     "A thousand phones that try without a pause take a server down; only clients of RFC 5626 are told how long to wait.",
			Twin:    "paper.custom-ca.sound",
			Change:  wrongNameWatched,
			Expect:  Observe,
			Demands: []Demand{TriesOnce},
			Level:   Should,
			Clauses: []Clause{flowRecovery},
			Needs:   aboutNames,
		},
		{
			ID:      "conduct.transport-tcp",
			Title:   "The account's URI is sips with transport=tcp: TLS all the same",
			Why:     "The parameter names what lies below TLS; pjsip once sent such calls in the clear (pjproject ticket 1319).",
			Twin:    "paper.custom-ca.sound",
			Change:  transportTCP,
			Expect:  Accept,
			Demands: []Demand{NothingInClear},
			Level:   Must,
			Clauses: []Clause{sipsOnlyOverTLS},
			Needs:   []client.Feature{client.FeatureAccountURI},
		},
	}
}

// The changes of the server's ways.
var (
	octetByOctet = ofServer("the server writes every octet by itself", func(b *fakeserver.Behaviour) { b.Octetwise = true })
	manyWarnings = ofServer("the server sends forty warnings before its ServerHello", func(b *fakeserver.Behaviour) {
		b.Warnings = make([]uint8, 40)
		for i := range b.Warnings {
			b.Warnings[i] = userCanceled
		}
	})
	nameWarning   = ofServer("the server warns that it does not know the name", func(b *fakeserver.Behaviour) { b.Warnings = []uint8{unrecognizedName} })
	closesAtHello = answers("the server closes on every ClientHello", fakeserver.AnswerClose)
	answersSIP    = answers("the server answers every ClientHello with SIP in the clear", fakeserver.AnswerSIP)
	answersHTTP   = answers("the server answers every ClientHello with HTTP in the clear", fakeserver.AnswerHTTP)
	neverFinishes = answers("the server holds the end of its first flight back", fakeserver.AnswerUnfinished)
	speaksFirst   = ofServer("the server sends an OPTIONS as soon as the handshake is complete", func(b *fakeserver.Behaviour) { b.SpeaksFirst = true })

	hangsUp = Change{
		Name: "the server ends the connection as soon as the handshake is complete",
		Apply: func(s *Scenario) error {
			s.Server.HangsUp, s.Linger = true, true
			return nil
		},
	}
	foreignOptions = Change{
		Name: "the server sends an OPTIONS of its own that is from another domain",
		Apply: func(s *Scenario) error {
			s.Server.SendOptions, s.Server.OptionsFrom, s.Linger = true, s.Names.Other, true
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

// Alerts that have been warnings (RFC 5246 7.2.2, RFC 6066 9).
const (
	userCanceled     = 90
	unrecognizedName = 112
)

// answers has the server answer every ClientHello in one way.
func answers(words string, a fakeserver.Answer) Change {
	return ofServer(words, func(b *fakeserver.Behaviour) { b.Answer = a })
}
