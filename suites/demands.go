package suites

import (
	"slices"
	"time"

	"siptrust/fakeserver"
)

// Demand is a named predicate over what was seen in all attempts of a case,
// asked for besides the expectation.
type Demand struct {
	Name string
	// Missed says in words what was not seen.
	Missed string
	met    func(j *judgement) bool
}

// The demands.
var (
	// SIPRequest: acceptance held a SIP request (RFC 3261 7.1). It goes with
	// every case that expects acceptance.
	SIPRequest = Demand{
		Name:   "sip-request",
		Missed: "no SIP request came inside TLS",
		met: func(j *judgement) bool {
			return j.anyAccepted(func(c *fakeserver.Connection) bool { return requests(c) > 0 })
		},
	}
	// CertificateVerifyValid: the client proved that it holds the key of its
	// certificate (RFC 8446 4.4.3).
	CertificateVerifyValid = Demand{
		Name:   "certificate-verify-valid",
		Missed: "no certificate with a valid CertificateVerify came from the client",
		met: func(j *judgement) bool {
			return j.anyAccepted(func(c *fakeserver.Connection) bool { return c.Handshake.CertificateVerifyValid })
		},
	}
	// Takes200: the client took the 200 to its REGISTER for the end of that
	// transaction: it did not send the same REGISTER again.
	Takes200 = Demand{
		Name:   "takes-200",
		Missed: "the client did not take the 200 to its REGISTER",
		met: func(j *judgement) bool {
			return j.anyAccepted(func(c *fakeserver.Connection) bool { return c.Answered200 && !repeatsRegister(c) })
		},
	}
	// AnswersOptions: the server's own OPTIONS got a final response.
	AnswersOptions = Demand{
		Name:   "answers-options",
		Missed: "the client did not answer the server's OPTIONS",
		met: func(j *judgement) bool {
			return j.anyAccepted(func(c *fakeserver.Connection) bool { return c.OptionsStatus >= 200 })
		},
	}
	// ClosesPromptly: the client closed every refused connection by itself
	// within the prompt window, 5 s (RFC 5922 7.3 says "immediately").
	ClosesPromptly = Demand{
		Name:   "closes-within-5s",
		Missed: "the client left the refused connection open",
		met: func(j *judgement) bool {
			return j.everyHello(func(s *seen, c *fakeserver.Connection) bool {
				after, closed := closedAfter(s.observation, c)
				return closed && after <= j.windows.Prompt
			})
		},
	}
	// ClosesConnection: after the failed handshake the client closed its side,
	// at the latest in the prompt window after the silence window.
	ClosesConnection = Demand{
		Name:   "closes-connection",
		Missed: "the client left the connection open after the failed handshake",
		met: func(j *judgement) bool {
			return j.everyHello(func(s *seen, c *fakeserver.Connection) bool {
				return c.ClientClosed != "" && inTime(s.observation, c.ClientClosedAt)
			})
		},
	}
	// NothingInClear: no SIP arrived in the clear on any ear, whoever's.
	NothingInClear = Demand{
		Name:   "nothing-in-clear",
		Missed: "SIP arrived in the clear",
		met:    func(j *judgement) bool { return !j.clearSIP() },
	}
	// AcceptedEachTime: every attempt in the row was accepted.
	AcceptedEachTime = Demand{
		Name:   "accepted-each-time",
		Missed: "not every attempt was accepted",
		met:    func(j *judgement) bool { return j.eachTime(Accepted) },
	}
	// RefusedEachTime: every attempt in the row was refused by itself.
	RefusedEachTime = Demand{
		Name:   "refused-each-time",
		Missed: "not every attempt was refused",
		met:    func(j *judgement) bool { return j.eachTime(Refused) },
	}
)

// eachTime says whether every attempt had the outcome.
func (j *judgement) eachTime(o Outcome) bool {
	return len(j.seen) > 0 && !slices.ContainsFunc(j.seen, func(s seen) bool { return s.outcome != o })
}

func requests(c *fakeserver.Connection) int {
	n := 0
	for _, m := range c.SIP {
		if m.Request {
			n++
		}
	}
	return n
}

func registers(c *fakeserver.Connection) int {
	n := 0
	for _, m := range c.SIP {
		if m.Request && m.Method == "REGISTER" {
			n++
		}
	}
	return n
}

// repeatsRegister says whether one REGISTER came twice: a new one of the same
// dialogue has another CSeq (RFC 3261 10.2).
func repeatsRegister(c *fakeserver.Connection) bool {
	seen := make(map[string]bool)
	for _, m := range c.SIP {
		if m.Request && m.Method == "REGISTER" {
			if seen[m.CSeq] {
				return true
			}
			seen[m.CSeq] = true
		}
	}
	return false
}

// inTime says that something the client did was not the harness's doing.
func inTime(o *fakeserver.Observation, at time.Duration) bool {
	return o.Frozen == 0 || at <= o.Frozen
}

// closedAfter gives how long after its refusal (its fatal alert, else the end
// of the handshake, else its ClientHello) the client closed the connection.
func closedAfter(o *fakeserver.Observation, c *fakeserver.Connection) (time.Duration, bool) {
	if c.ClientClosed == "" || !inTime(o, c.ClientClosedAt) {
		return 0, false
	}
	from := c.HelloAt
	if c.Handshake.Completed {
		from = c.Handshake.DoneAt
	}
	if alert := refusingAlert(o, c); alert != nil {
		from = alert.At
	}
	return max(c.ClientClosedAt-from, 0), true
}
