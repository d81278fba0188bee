package suites

import (
	"strings"

	"siptrust/client"
	"siptrust/fakeserver"
)

// Clauses on responses.
var (
	redirection       = Clause{"RFC 3261", "8.1.3.4"}
	transactionErrors = Clause{"RFC 3261", "8.1.3.1"}
	basicGone         = Clause{"RFC 3261", "22"}
)

// answerCases: sound servers whose answers to a REGISTER tempt the client to
// leave TLS, or end before they are whole.
func answerCases() []Case {
	served := []client.Feature{client.FeatureRegister}
	return []Case{
		{
			ID:      "conduct.no-answer",
			Title:   "The server never answers the REGISTER: it is not repeated in the clear",
			Why:     "A server that hangs is no reason to try without TLS; the answer that is missing counts as a 408.",
			Twin:    "paper.custom-ca.sound",
			Change:  replies("the server does not answer the REGISTER", fakeserver.Reply{None: true}, fakeserver.EndNever),
			Expect:  Accept,
			Demands: []Demand{NothingInClear},
			Level:   Must,
			Clauses: []Clause{transactionErrors, noSIPSDowngrade},
			Needs:   served,
		},
		{
			ID:      "conduct.closed-unanswered",
			Title:   "The server closes the connection instead of answering the REGISTER: it is not repeated in the clear",
			Why:     "A server that takes TLS and then hangs up is what a middlebox makes of it.",
			Twin:    "paper.custom-ca.sound",
			Change:  replies("the server closes instead of answering", fakeserver.Reply{None: true}, fakeserver.EndClose),
			Expect:  Accept,
			Demands: []Demand{NothingInClear},
			Level:   Must,
			Clauses: []Clause{transactionErrors, noSIPSDowngrade},
			Needs:   served,
		},
		{
			ID:      "conduct.reset-unanswered",
			Title:   "The server resets the connection instead of answering the REGISTER: it is not repeated in the clear",
			Why:     "Anyone on the path can send a reset.",
			Twin:    "paper.custom-ca.sound",
			Change:  replies("the server resets instead of answering", fakeserver.Reply{None: true}, fakeserver.EndReset),
			Expect:  Accept,
			Demands: []Demand{NothingInClear},
			Level:   Must,
			Clauses: []Clause{transactionErrors, noSIPSDowngrade},
			Needs:   served,
		},
		{
			ID:      "conduct.half-answer",
			Title:   "Half of the 200, then the end of TCP without close_notify",
			Why:     "Who can cut TCP can cut an answer: half a 200 is none. That a client knows is seen only by what it does next.",
			Twin:    "paper.custom-ca.sound",
			Change:  replies("half of the answer is followed by the end of TCP", fakeserver.Reply{Half: true}, fakeserver.EndCut),
			Expect:  Observe,
			Demands: []Demand{NothingInClear, TriesOnce},
			Level:   Should,
			Clauses: []Clause{closureAlerts, {"RFC 3261", "18.3"}},
			Needs:   served,
		},
		{
			ID:    "conduct.redirect-tcp",
			Title: "A redirection to a sip URI over TCP is not followed by itself",
			Why:   "A registration that was asked for over TLS would go on in the clear; RFC 3261 wants the user told, and here nobody is.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the server redirects to a sip URI over TCP", fakeserver.Reply{
				Status: 302, Reason: "Moved Temporarily", Fields: []string{"Contact: <sip:alice@{clear};transport=tcp>"},
			}, fakeserver.EndNever),
			Expect:  Accept,
			Demands: []Demand{NothingInClear},
			Level:   Should,
			Clauses: []Clause{redirection, sipsOnlyOverTLS},
			Needs:   served,
		},
		{
			ID:    "conduct.redirect-udp",
			Title: "A redirection to a sip URI over UDP is not followed by itself",
			Why:   "A registration that was asked for over TLS would go on in the clear; RFC 3261 wants the user told, and here nobody is.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the server redirects to a sip URI over UDP", fakeserver.Reply{
				Status: 302, Reason: "Moved Temporarily", Fields: []string{"Contact: <sip:alice@{clear};transport=udp>"},
			}, fakeserver.EndNever),
			Expect:  Accept,
			Demands: []Demand{NothingInClear},
			Level:   Should,
			Clauses: []Clause{redirection, sipsOnlyOverTLS},
			Needs:   served,
		},
		{
			ID:    "conduct.service-route-tcp",
			Title: "A Service-Route over TCP in the 200 is not used in the clear",
			Why:   "What a client sends next goes by the service route: a subscription or a call would leave TLS.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the 200 has a Service-Route with a sip URI over TCP", fakeserver.Reply{
				Fields: []string{"Service-Route: <sip:{clear};transport=tcp;lr>"},
			}, fakeserver.EndNever),
			Expect:  Accept,
			Demands: []Demand{NothingInClear},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, sipsOnlyOverTLS},
			Needs:   served,
		},
		{
			ID:    "conduct.unsupported-scheme",
			Title: "After 416 Unsupported URI Scheme the client does not ask again with sip",
			Why:   "RFC 3261 told clients to try sip then, which hands the choice to whoever answers; RFC 5630 took it back.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the server answers 416 Unsupported URI Scheme", fakeserver.Reply{
				Status: 416, Reason: "Unsupported URI Scheme",
			}, fakeserver.EndNever),
			Expect:  Accept,
			Demands: []Demand{NothingInClear, KeepsScheme},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade},
			Needs:   served,
		},
		{
			ID:    "conduct.sips-unavailable",
			Title: "After 480 with the warning that sips is not allowed the client does not ask again with sip",
			Why:   "The caller asked for protection on every hop; that it is not to be had is for him to decide on.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the server answers 480 with Warning 380", fakeserver.Reply{
				Status: 480, Reason: "Temporarily Unavailable", Fields: []string{`Warning: 380 {host} "SIPS Not Allowed"`},
			}, fakeserver.EndNever),
			Expect:  Accept,
			Demands: []Demand{NothingInClear, KeepsScheme},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade},
			Needs:   served,
		},
		{
			ID:    "conduct.basic-challenge",
			Title: "A Basic challenge is not answered with the password",
			Why:   "RFC 3261 took Basic away: a server that asks for it wants the password itself.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the server challenges with Basic", fakeserver.Reply{
				Status: 401, Reason: "Unauthorized", Fields: []string{`WWW-Authenticate: Basic realm="{host}"`},
			}, fakeserver.EndNever),
			Expect:  Accept,
			Demands: []Demand{NoBasic, NothingInClear},
			Level:   Should,
			Clauses: []Clause{basicGone},
			Needs:   served,
		},
	}
}

// replies has the server answer the REGISTER in its own way and the client
// watched for what it does then.
func replies(words string, r fakeserver.Reply, end fakeserver.Ending) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		s.Server.Reply, s.Server.End, s.Linger = r, end, true
		return nil
	}}
}

// anySIP says whether a request of the attempts, seen with the one before it,
// satisfies is. before is nil for the first of an attempt.
func (j *judgement) anySIP(is func(before, m *fakeserver.SIPMessage) bool) bool {
	for i := range j.seen {
		var before *fakeserver.SIPMessage
		for k := range j.seen[i].observation.Connections {
			list := j.seen[i].observation.Connections[k].SIP
			for n := range list {
				m := &list[n]
				if !m.Request {
					continue
				}
				if is(before, m) {
					return true
				}
				before = m
			}
		}
	}
	return false
}

// scheme is that of the Request-URI, in lower case.
func scheme(m *fakeserver.SIPMessage) string {
	_, rest, _ := strings.Cut(m.StartLine, " ")
	scheme, _, _ := strings.Cut(rest, ":")
	return strings.ToLower(scheme)
}
