package cases

import (
	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/suites/seen"
)

// Clauses on responses.
var (
	redirection       = clause("RFC 3261", "8.1.3.4")
	transactionErrors = clause("RFC 3261", "8.1.3.1")
	basicGone         = clause("RFC 3261", "22.1")
)

// answerCases: sound servers whose answers to a REGISTER could make the client
// leave TLS, or are incomplete.
func answerCases() []Case {
	served := []client.Feature{client.FeatureRegister}
	return []Case{
		{
			ID:      "conduct.no-answer",
			Title:   "The server never answers the REGISTER: the client does not repeat it in the clear",
			Why:     "A missing answer counts as 408 Request Timeout: a client that tries again without TLS sends its registration in the clear.",
			Twin:    "paper.custom-ca.sound",
			Change:  replies("the server does not answer the REGISTER"),
			Expect:  Accept,
			Demands: []seen.Demand{seen.NothingInClear},
			Level:   Must,
			Clauses: []Clause{transactionErrors, noSIPSDowngrade},
			Needs:   served,
		},
		{
			ID:      "conduct.closed-unanswered",
			Title:   "The server closes the connection instead of answering the REGISTER: the client does not repeat it in the clear",
			Why:     "Some middleboxes let the handshake through and then close the connection: a client that tries again without TLS sends its registration in the clear.",
			Twin:    "paper.custom-ca.sound",
			Change:  replies("the server closes the connection instead of answering the REGISTER", fakeserver.EndClose),
			Expect:  Accept,
			Demands: []seen.Demand{seen.NothingInClear},
			Level:   Must,
			Clauses: []Clause{transactionErrors, noSIPSDowngrade},
			Needs:   served,
		},
		{
			ID:      "conduct.reset-unanswered",
			Title:   "The server resets the connection instead of answering the REGISTER: the client does not repeat it in the clear",
			Why:     "Anyone on the path can send a reset: a client that tries again without TLS sends its registration in the clear.",
			Twin:    "paper.custom-ca.sound",
			Change:  replies("the server resets the connection instead of answering the REGISTER", fakeserver.EndReset),
			Expect:  Accept,
			Demands: []seen.Demand{seen.NothingInClear},
			Level:   Must,
			Clauses: []Clause{transactionErrors, noSIPSDowngrade},
			Needs:   served,
		},
		{
			ID:      "conduct.half-answer",
			Title:   "The server sends half of the 200 and then closes TCP without close_notify",
			Why:     "An attacker who can close the TCP connection can cut an answer short: half of a 200 is not an answer. Only the client's next step shows whether it noticed.",
			Twin:    "paper.custom-ca.sound",
			Change:  replies("the server sends half of the 200 and then closes TCP without close_notify", fakeserver.Respond{Half: true}, fakeserver.EndCut),
			Expect:  Observe,
			Demands: []seen.Demand{seen.NothingInClear, seen.TriesOnce},
			Level:   Should,
			Clauses: []Clause{closureAlerts, clause("RFC 3261", "18.3")},
			Needs:   served,
		},
		{
			ID:    "conduct.redirect-tcp",
			Title: "The server redirects to a sip URI over TCP: does the client leave TLS?",
			Why:   "RFC 3261 lets a client follow such a redirection and says that it should inform its user. A test cannot see what the user is told; an operator needs to know that the registration leaves TLS.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the server redirects to a sip URI over TCP", fakeserver.Respond{
				Status: 302, Reason: "Moved Temporarily", Header: "Contact: <sip:alice@{clear};transport=tcp>",
			}),
			Expect:   Observe,
			Demands:  []seen.Demand{seen.NothingInClear},
			Level:    Should,
			Clauses:  []Clause{redirection},
			ClearHop: "tcp",
			Needs:    served,
		},
		{
			ID:    "conduct.redirect-udp",
			Title: "The server redirects to a sip URI over UDP: does the client leave TLS?",
			Why:   "RFC 3261 lets a client follow such a redirection and says that it should inform its user. A test cannot see what the user is told; an operator needs to know that the registration leaves TLS.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the server redirects to a sip URI over UDP", fakeserver.Respond{
				Status: 302, Reason: "Moved Temporarily", Header: "Contact: <sip:alice@{clear};transport=udp>",
			}),
			Expect:   Observe,
			Demands:  []seen.Demand{seen.NothingInClear},
			Level:    Should,
			Clauses:  []Clause{redirection},
			ClearHop: "udp",
			Needs:    served,
		},
		{
			ID:    "conduct.service-route-tcp",
			Title: "The 200 has a Service-Route over TCP: the client does not use it in the clear",
			Why:   "Requests that follow, such as a subscription or a call, are sent along the Service-Route: they would leave TLS.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the 200 has a Service-Route with a sip URI over TCP", fakeserver.Respond{
				Header: "Service-Route: <sip:{clear};transport=tcp;lr>",
			}),
			Expect:  Accept,
			Demands: []seen.Demand{seen.NothingInClear},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, sipsOnlyOverTLS},
			Needs:   served,
		},
		{
			ID:    "conduct.unsupported-scheme",
			Title: "The server answers 416 Unsupported URI Scheme: the client does not try again with a sip URI",
			Why:   "RFC 3261 told clients to try again with sip, which lets anyone who answers switch off TLS; RFC 5630 withdrew that.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the server answers 416 Unsupported URI Scheme", fakeserver.Respond{
				Status: 416, Reason: "Unsupported URI Scheme",
			}),
			Expect:  Accept,
			Demands: []seen.Demand{seen.NothingInClear, seen.KeepsScheme},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade},
			Needs:   served,
		},
		{
			ID:    "conduct.sips-unavailable",
			Title: "The server answers 480 with the warning that sips is not allowed: the client does not try again with a sip URI",
			Why:   "The caller asked for TLS on every hop: only the caller may decide to continue without it.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the server answers 480 with Warning 380", fakeserver.Respond{
				Status: 480, Reason: "Temporarily Unavailable", Header: `Warning: 380 {host} "SIPS Not Allowed"`,
			}),
			Expect:  Accept,
			Demands: []seen.Demand{seen.NothingInClear, seen.KeepsScheme},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade},
			Needs:   served,
		},
		{
			ID:    "conduct.basic-challenge",
			Title: "The server sends a Basic challenge: the client does not answer with its password",
			Why:   "RFC 3261 does not permit the Basic scheme, in a challenge or in an answer: a client that answers such a challenge gives its password to the server.",
			Twin:  "paper.custom-ca.sound",
			Change: replies("the server challenges with Basic", fakeserver.Respond{
				Status: 401, Reason: "Unauthorized", Header: `WWW-Authenticate: Basic realm="{host}"`,
			}),
			Expect:  Accept,
			Demands: []seen.Demand{seen.NoBasic, seen.NothingInClear},
			Level:   Should,
			Clauses: []Clause{basicGone},
			Needs:   served,
		},
	}
}

// replies has the server do that with the REGISTER instead of answering 200, and
// the client watched for what it does then.
func replies(words string, acts ...fakeserver.Act) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		s.Server.Script, s.Linger = append(fakeserver.Script{fakeserver.AwaitRegister}, acts...), true
		return nil
	}}
}
