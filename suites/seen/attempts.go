package seen

import (
	"slices"
	"strings"
	"time"

	"siptrust/fakeserver"
)

// Attempts is what was seen of a client in one case: one attempt or several in
// a row. The zero value is that nothing was seen.
type Attempts struct {
	All     []Attempt
	Windows Windows
}

// Worst gives the attempt whose outcome is the strongest, the first of equals;
// nil: there is none.
func (a *Attempts) Worst() *Attempt {
	var worst *Attempt
	for i := range a.All {
		if one := &a.All[i]; worst == nil || one.Verdict.Outcome.StrongerThan(worst.Verdict.Outcome) {
			worst = one
		}
	}
	return worst
}

// Outcome is that of the strongest attempt, [Absent] where there is none.
func (a *Attempts) Outcome() Outcome {
	if worst := a.Worst(); worst != nil {
		return worst.Verdict.Outcome
	}
	return Absent
}

// HasPrelude says that some of what was seen only leads up to what the verdict
// is about.
func (a *Attempts) HasPrelude() bool { return len(a.All) > 0 && a.All[0].Stage.HasPrelude() }

// Prelude gives what became of the connections that lead up to what the verdict
// is about.
func (a *Attempts) Prelude() Verdict {
	v := Verdict{Outcome: Absent}
	for i := range a.All {
		if p := a.All[i].Prelude; i == 0 || p.Outcome.StrongerThan(v.Outcome) {
			v = p
		}
	}
	return v
}

// eachTime says whether every attempt had one of the outcomes.
func (a *Attempts) eachTime(outcomes ...Outcome) bool {
	return len(a.All) > 0 && !slices.ContainsFunc(a.All, func(one Attempt) bool { return !slices.Contains(outcomes, one.Verdict.Outcome) })
}

// anyAccepted says whether a connection that was accepted satisfies ok.
func (a *Attempts) anyAccepted(ok func(*fakeserver.Connection) bool) bool {
	for i := range a.All {
		for k := range a.All[i].Observation.Connections {
			c := &a.All[i].Observation.Connections[k]
			if a.All[i].Stage.Judges(c) && c.Handshake.Completed && c.AppData && ok(c) {
				return true
			}
		}
	}
	return false
}

// everyHello says whether every connection in question with a ClientHello, sent
// before siptrust ended the client, satisfies ok, and there was one.
func (a *Attempts) everyHello(ok func(*Attempt, *fakeserver.Connection) bool) bool {
	found := false
	for i := range a.All {
		one := &a.All[i]
		for k := range one.Observation.Connections {
			c := &one.Observation.Connections[k]
			if !c.Listener.TLS || c.ClientHello == nil || !one.Stage.Judges(c) || !InTime(one.Observation, c.HelloAt) {
				continue
			}
			found = true
			if !ok(one, c) {
				return false
			}
		}
	}
	return found
}

// clearSIP says whether any SIP came in the clear, whoever's.
func (a *Attempts) clearSIP() bool {
	for i := range a.All {
		o := a.All[i].Observation
		for k := range o.Datagrams {
			if o.Datagrams[k].Kind == fakeserver.ClearSIP {
				return true
			}
		}
		for k := range o.Connections {
			if o.Connections[k].ClearKind == fakeserver.ClearSIP {
				return true
			}
		}
	}
	return false
}

// anyRequest says whether a request of the attempts, seen with the one before
// it, satisfies is. before is nil for the first of an attempt.
func (a *Attempts) anyRequest(is func(before, m *fakeserver.SIPMessage) bool) bool {
	for i := range a.All {
		var before *fakeserver.SIPMessage
		for k := range a.All[i].Observation.Connections {
			list := a.All[i].Observation.Connections[k].SIP
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

// scheme gives the scheme of the Request-URI, in lower case.
func scheme(m *fakeserver.SIPMessage) string {
	_, rest, _ := strings.Cut(m.StartLine, " ")
	scheme, _, _ := strings.Cut(rest, ":")
	return strings.ToLower(scheme)
}

// Requests counts the SIP requests inside TLS.
func Requests(c *fakeserver.Connection) int {
	n := 0
	for i := range c.SIP {
		if c.SIP[i].Request {
			n++
		}
	}
	return n
}

// Registers counts the REGISTER requests inside TLS.
func Registers(c *fakeserver.Connection) int {
	n := 0
	for i := range c.SIP {
		if c.SIP[i].Request && c.SIP[i].Method == "REGISTER" {
			n++
		}
	}
	return n
}

// onItsWay is how long after the 200 a REGISTER may arrive that the client sent
// before it had read the 200: half of T1 (RFC 3261 17.1.1.1), the shortest time
// after which a client sends a request again.
const onItsWay = 250 * time.Millisecond

// repeatsRegister says whether the client sent its REGISTER again although it had
// been answered with 200: the same Call-ID and CSeq, later than what was on its way
// (RFC 3261 10.2, 17.1.2.2). What comes twice before the answer says nothing of it.
func repeatsRegister(c *fakeserver.Connection) bool {
	known := make(map[[2]string]bool)
	for i := range c.SIP {
		m := &c.SIP[i]
		if !m.Request || m.Method != "REGISTER" {
			continue
		}
		transaction := [2]string{m.CallID, m.CSeq}
		if known[transaction] && c.Answered200 && m.At > c.Answered200At+onItsWay {
			return true
		}
		known[transaction] = true
	}
	return false
}

// closedAfter gives how long after its refusal (its fatal alert, else the end
// of the handshake, else its ClientHello) the client closed the connection.
func closedAfter(o *fakeserver.Observation, c *fakeserver.Connection) (time.Duration, bool) {
	if c.ClientClosed == "" || !InTime(o, c.ClientClosedAt) {
		return 0, false
	}
	from := c.HelloAt
	if c.Handshake.Completed {
		from = c.Handshake.DoneAt
	}
	if alert := RefusingAlert(o, c); alert != nil {
		from = alert.At
	}
	return max(c.ClientClosedAt-from, 0), true
}
