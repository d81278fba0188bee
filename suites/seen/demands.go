package seen

import (
	"strings"

	"siptrust/fakeserver"
)

// Demand is a named predicate over what was seen in all attempts of a case. It must
// hold besides the expectation.
type Demand struct {
	Name string
	// Missed says in words how the client failed. It is printed after "accepted, but".
	Missed string
	// Level is that of the clause behind the demand: under [Should] a client that
	// misses it is warned at most. The zero value: the level of the case.
	Level Level
	met   func(*Attempts) bool
}

// NewDemand makes a demand of a predicate.
func NewDemand(name, missed string, met func(*Attempts) bool) Demand {
	return Demand{Name: name, Missed: missed, met: met}
}

// Met says whether what was seen meets the demand; nothing seen meets none.
func (d Demand) Met(a *Attempts) bool { return len(a.All) > 0 && d.met(a) }

// The demands.
var (
	// SIPRequest: a SIP request arrived on the accepted connection (RFC 3261 7.1).
	// Every case that expects acceptance has this demand.
	SIPRequest = Demand{
		Name:   "sip-request",
		Missed: "no SIP request arrived inside TLS",
		met: func(a *Attempts) bool {
			return a.anyAccepted(func(c *fakeserver.Connection) bool { return Requests(c) > 0 })
		},
	}
	// CertificateVerifyValid: the client proved that it holds the key of its
	// certificate (RFC 8446 4.4.3).
	CertificateVerifyValid = Demand{
		Name:   "certificate-verify-valid",
		Missed: "the client sent no certificate with a valid CertificateVerify",
		met: func(a *Attempts) bool {
			return a.anyAccepted(func(c *fakeserver.Connection) bool { return c.Handshake.CertificateVerifyValid })
		},
	}
	// Takes200: the 200 to its REGISTER ended the transaction for the client: it did
	// not send the same REGISTER again.
	Takes200 = Demand{
		Name:   "takes-200",
		Missed: "the client did not accept the 200 to its REGISTER",
		met: func(a *Attempts) bool {
			return a.anyAccepted(func(c *fakeserver.Connection) bool { return c.Answered200 && !repeatsRegister(c) })
		},
	}
	// AnswersOptions: the server's own OPTIONS got a final response.
	AnswersOptions = Demand{
		Name:   "answers-options",
		Missed: "the client did not answer the server's OPTIONS",
		met: func(a *Attempts) bool {
			return a.anyAccepted(func(c *fakeserver.Connection) bool { return c.OptionsStatus >= 200 })
		},
	}
	// ClosesPromptly: the client itself closed every refused connection within the
	// prompt window, 5 s (RFC 5922 7.3 says "immediately").
	ClosesPromptly = Demand{
		Name:   "closes-within-5s",
		Missed: "the client did not close the refused connection promptly",
		met: func(a *Attempts) bool {
			return a.everyHello(func(one *Attempt, c *fakeserver.Connection) bool {
				after, closed := closedAfter(one.Observation, c)
				return closed && after <= a.Windows.Prompt
			})
		},
	}
	// ClosesConnection: after the failed handshake the client closed its side,
	// at the latest in the prompt window after the silence window.
	ClosesConnection = Demand{
		Name:   "closes-connection",
		Missed: "the client did not close the connection after the failed handshake",
		met: func(a *Attempts) bool {
			return a.everyHello(func(one *Attempt, c *fakeserver.Connection) bool {
				return c.ClientClosed != "" && InTime(one.Observation, c.ClientClosedAt)
			})
		},
	}
	// NothingInClear: no SIP arrived in the clear, on any listener and of any account.
	NothingInClear = Demand{
		Name:   "nothing-in-clear",
		Missed: "SIP arrived in the clear",
		met:    func(a *Attempts) bool { return !a.clearSIP() },
	}
	// AcceptedEachTime: the client accepted in every attempt.
	AcceptedEachTime = Demand{
		Name:   "accepted-each-time",
		Missed: "the client did not accept in every attempt",
		met:    func(a *Attempts) bool { return a.eachTime(Accepted) },
	}
	// RefusedEachTime: the client refused in every attempt, or sent nothing: that
	// it then did not close is a matter of its own.
	RefusedEachTime = Demand{
		Name:   "refused-each-time",
		Missed: "the client did not refuse in every attempt",
		met:    func(a *Attempts) bool { return a.eachTime(Refused, Stalled) },
	}
)

// Demands on what a client does with an answer.
var (
	// KeepsScheme: no request to a sips URI is followed by one to a sip URI
	// (RFC 5630 5.1.1).
	KeepsScheme = Demand{
		Name:   "keeps-sips",
		Missed: "a request to a sips URI was followed by one to a sip URI",
		met: func(a *Attempts) bool {
			return !a.anyRequest(func(before, m *fakeserver.SIPMessage) bool {
				return before != nil && scheme(before) == "sips" && scheme(m) == "sip"
			})
		},
	}
	// NoBasic: no password was sent with the scheme Basic.
	NoBasic = Demand{
		Name:   "no-basic-credentials",
		Missed: "the client answered a Basic challenge with its password",
		met: func(a *Attempts) bool {
			return !a.anyRequest(func(_, m *fakeserver.SIPMessage) bool { return m.Authorization == "basic" })
		},
	}
	// TriesOnce: there was no second ClientHello while the client was watched.
	TriesOnce = Demand{
		Name:   "tries-once",
		Missed: "the client tried again at once",
		met: func(a *Attempts) bool {
			n := 0
			a.everyHello(func(*Attempt, *fakeserver.Connection) bool { n++; return true })
			return n == len(a.All)
		},
	}
)

// The demands on server_name.
var (
	// AsksForHost: every ClientHello has, in server_name, the name that the client was
	// given, without a final dot (RFC 6066 3, RFC 5922 7.8).
	AsksForHost = Demand{
		Name:   "asks-for-host",
		Missed: "the server_name of the ClientHello is missing or is not the name that the client was given",
		met: func(a *Attempts) bool {
			return a.everyHello(func(one *Attempt, c *fakeserver.Connection) bool {
				return strings.EqualFold(c.ClientHello.ServerName, one.Host)
			})
		},
	}
	// AsksForNobody: no ClientHello has a server_name: an address is not permitted
	// there (RFC 6066 3).
	AsksForNobody = Demand{
		Name:   "asks-for-nobody",
		Missed: "the ClientHello has a server_name, although the client was given an address",
		met:    everyClientHello(func(h *fakeserver.ClientHello) bool { return h.ServerName == "" }),
	}
)

// Demands on resumption.
var (
	// Resumes: an accepted connection resumed an earlier session.
	Resumes = Demand{
		Name:   "resumes",
		Missed: "no session was resumed",
		met: func(a *Attempts) bool {
			return a.anyAccepted(func(c *fakeserver.Connection) bool { return c.Handshake.Resumed })
		},
	}
	// OffersNoSession: no ClientHello offers an earlier session.
	OffersNoSession = Demand{
		Name:   "offers-no-session",
		Missed: "the ClientHello offers a session that must not be resumed here",
		met: everyClientHello(func(h *fakeserver.ClientHello) bool {
			return !h.PSK && h.TicketLen == 0
		}),
	}
)
