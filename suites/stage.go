package suites

import (
	"fmt"
	"strings"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/reports"
)

// stage tells the connections of an attempt that a verdict is about from those
// that lead up to them. The zero value: it is about all.
type stage struct {
	// later: about those that met the later server. restarted: the attempt as a
	// whole came first, or later.
	later, restarted, first bool
	// names, if second: about the account of names.Other, after that of names.Host;
	// redirected: about the one account, once it was sent on to names.Other.
	second, redirected bool
	names              pkiforge.Names
	// place, if not both: about those to one of two servers. The others neither
	// lead up to them nor stand in their way.
	place Place
}

// stage gives that of the attempt n, counted from 0.
func (s *Scenario) stage(n int) stage {
	g := stage{second: s.SecondAccount || s.Redirected, redirected: s.Redirected, names: s.Names}
	if s.Elsewhere != nil {
		g.place = s.Elsewhere.Judged
	}
	if s.Later != nil {
		g.later, g.restarted = !s.Later.Restarted, s.Later.Restarted
		g.first = g.restarted && n == 0
	}
	return g
}

// staged says that something leads up to what the verdict is about.
func (g stage) staged() bool { return g.later || g.restarted || g.second }

// about says whether the verdict is about the connection.
func (g stage) about(c *fakeserver.Connection) bool {
	switch {
	case g.place != "":
		return c.Listener.Second == (g.place == There)
	case g.later:
		return c.Step > 0
	case g.restarted:
		return !g.first
	case !g.second:
		return true
	case speaksFor(c, g.names.Other) || asksFor(c, g.names.Other):
		return true
	}
	// Without a server name it is anyone's, unless SIP tells.
	return c.ClientHello != nil && c.ClientHello.ServerName == "" && !speaksFor(c, g.names.Host)
}

// leadsUp says whether the connection leads up to what the verdict is about.
// One that is used for both accounts does both.
func (g stage) leadsUp(c *fakeserver.Connection) bool {
	if g.second {
		return speaksFor(c, g.names.Host) || asksFor(c, g.names.Host)
	}
	return g.staged() && !g.about(c)
}

// asksFor says whether the ClientHello asks for a server of that name.
func asksFor(c *fakeserver.Connection, name string) bool {
	return c.ClientHello != nil && strings.EqualFold(c.ClientHello.ServerName, name)
}

// speaksFor says whether a request inside TLS is one of an account at the
// domain: by its address of record, or by whom it is sent to.
func speaksFor(c *fakeserver.Connection, domain string) bool {
	for i := range c.SIP {
		m := &c.SIP[i]
		if m.Request && (mentions(m.To, domain) || mentions(m.StartLine, domain)) {
			return true
		}
	}
	return false
}

// mentions says whether a host stands in the text by itself: the names of a run
// are made such that none is part of another.
func mentions(text, host string) bool {
	return host != "" && strings.Contains(strings.ToLower(text), strings.ToLower(host))
}

// staged says that some of what was seen only leads up to what is judged.
func (j *judgement) staged() bool { return len(j.seen) > 0 && j.seen[0].stage.staged() }

// led gives what became of the connections that lead up to what is judged.
func (j *judgement) led() (outcome Outcome, how string) {
	outcome = Absent
	for i := range j.seen {
		if s := &j.seen[i]; i == 0 || s.led.rank() > outcome.rank() {
			outcome, how = s.led, s.ledHow
		}
	}
	return outcome, how
}

// decideStage decides what needs no look at the connections in question: those
// before were not accepted, or these never came. An acceptance that is a fault
// counts whatever came before. "": it decides nothing.
func (j *judgement) decideStage(f *finding, expect Expectation) (reports.Status, string) {
	led, how := j.led()
	switch {
	case f.subject == Accepted && expect != Accept:
		return "", ""
	case led == Absent && f.subject != Absent:
		return reports.Inconclusive, "only the connection in question came, none before it: " + how
	case led == Absent:
		return reports.Inconclusive, "no ClientHello came: " + how
	case led != Accepted && expect == Accept:
		return reports.Fail, fmt.Sprintf("the first connection, to a sound server, was not accepted: %s, %s", led, how)
	case led != Accepted:
		return reports.Inconclusive, fmt.Sprintf("the first connection, to a sound server, was %s (%s): it did not come to the one in question", led, how)
	case f.subject != Absent:
		return "", ""
	case j.seen[0].stage.restarted:
		return reports.Inconclusive, "started again, the client sent no ClientHello: " + f.how
	case j.seen[0].stage.redirected:
		return reports.Skip, "the client did not follow the redirection; if it never does, let its profile say lacks: redirects"
	case j.seen[0].stage.second:
		return reports.Skip, "the client did not try its second account; if it takes only one, let its profile say lacks: second-account"
	default:
		return reports.Skip, "the client did not register again on another connection in time; if it never does, let its profile say lacks: reconnects"
	}
}
