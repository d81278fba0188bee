package suites

import (
	"testing"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/reports"
)

var stageNames = pkiforge.Names{Host: "one.test", Other: "two.test"}

// staged makes what was seen of a case in which connections of the outcome led
// lead up to one of the outcome subject.
func staged(kind string, led, subject Outcome) []seen {
	s := Scenario{Names: stageNames}
	switch kind {
	case "later":
		s.Later = &Later{}
	case "restarted":
		s.Later = &Later{Restarted: true}
	case "second":
		s.SecondAccount = true
	case "redirected":
		s.Redirected = true
	}
	first, then := observationOf(led), observationOf(subject)
	for i := range first.Connections {
		first.Connections[i].ClientHello.ServerName = stageNames.Host
	}
	for i := range then.Connections {
		c := &then.Connections[i]
		c.ClientHello.ServerName = stageNames.Host
		if s.SecondAccount || s.Redirected {
			c.ClientHello.ServerName = stageNames.Other
		}
		if kind == "later" {
			c.Step = 1
		}
	}
	if kind == "restarted" {
		return []seen{classify(first, client.Outcome{}, s.stage(0)), classify(then, client.Outcome{}, s.stage(1))}
	}
	first.Connections = append(first.Connections, then.Connections...)
	first.Datagrams = append(first.Datagrams, then.Datagrams...)
	return []seen{classify(first, client.Outcome{}, s.stage(0))}
}

// Where connections lead up to the one in question: an acceptance that is a
// fault counts, whatever came before; nothing else does unless they were
// accepted; and a client that never comes to it passes and fails nothing.
func TestJudgeWalksTheStages(t *testing.T) {
	outcomes := []Outcome{Absent, Refused, Stalled, Accepted, Leaked}
	for _, kind := range []string{"later", "restarted", "second", "redirected"} {
		for _, expect := range []Expectation{Accept, Refuse, Quiet, Observe} {
			for _, led := range outcomes {
				for _, subject := range outcomes {
					if kind == "later" && led != Accepted && subject != Absent {
						continue // the later server comes after a connection that was served
					}
					cs := &Case{ID: "x.y", Expect: expect, Level: Must, Twin: "x.sound"}
					j := judgement{cs: cs, policy: Interop, windows: DefaultWindows(), twin: TwinAccepted, seen: staged(kind, led, subject)}
					plain := judgement{
						cs: cs, policy: Interop, windows: DefaultWindows(), twin: TwinAccepted,
						seen: []seen{classify(observationOf(subject), client.Outcome{}, stage{})},
					}
					want := plain.judge().status
					switch {
					case led == Leaked || subject == Leaked:
						want = reports.Fail
					case subject == Accepted && expect != Accept:
					case led == Absent:
						want = reports.Inconclusive
					case led != Accepted && expect == Accept:
						want = reports.Fail
					case led != Accepted:
						want = reports.Inconclusive
					case subject == Absent && kind == "restarted":
						want = reports.Inconclusive
					case subject == Absent:
						want = reports.Skip
					}
					if f := j.judge(); f.status != want || f.reason == "" {
						t.Errorf("%s: expected %s, %s led up to %s: judged %s (%q), want %s", kind, expect, led, subject, f.status, f.reason, want)
					}
				}
			}
		}
	}
}

// The second account is told from the first by the server name that is asked
// for and by what its requests say, over whichever connection they come.
func TestStageOfTheSecondAccount(t *testing.T) {
	g := (&Scenario{Names: stageNames, SecondAccount: true}).stage(0)
	for _, tc := range []struct {
		name, asked, line, to string
		about, leadsUp        bool
	}{
		{"the first account", "one.test", "REGISTER sips:one.test SIP/2.0", "<sips:alice@one.test>", false, true},
		{"the second account", "Two.Test", "REGISTER sips:two.test SIP/2.0", "<sips:alice@two.test>", true, false},
		{"nothing said yet, first", "one.test", "", "", false, true},
		{"nothing said yet, second", "two.test", "", "", true, false},
		{"the second over the first one's", "one.test", "REGISTER sips:two.test SIP/2.0", "<sips:alice@two.test>", true, true},
		{"the second at the registrar of the first", "one.test", "REGISTER sips:one.test SIP/2.0", "<sips:alice@two.test>", true, true},
		{"the first without a server name", "", "REGISTER sips:one.test SIP/2.0", "<sips:alice@one.test>", false, true},
		{"anyone's", "", "", "", true, false},
	} {
		c := fakeserver.Connection{Listener: tlsListener, ClientHello: &fakeserver.ClientHello{ServerName: tc.asked}}
		if tc.line != "" {
			c.SIP = []fakeserver.SIPMessage{{StartLine: tc.line, Request: true, Method: "REGISTER", To: tc.to}}
		}
		if about, leadsUp := g.about(&c), g.leadsUp(&c); about != tc.about || leadsUp != tc.leadsUp {
			t.Errorf("%s: in question %t, leads up to it %t", tc.name, about, leadsUp)
		}
	}
}

// What a client says over a new connection when it is ended is no coming back.
func TestFarewell(t *testing.T) {
	seen := staged("later", Accepted, Accepted)
	o := seen[0].observation
	o.Frozen = 10 * time.Millisecond
	o.Connections[1].HelloAt, o.Connections[1].AppDataAt = 20*time.Millisecond, 21*time.Millisecond
	for expect, want := range map[Expectation]reports.Status{Accept: reports.Skip, Refuse: reports.Fail} {
		seen[0] = classify(o, client.Outcome{}, seen[0].stage)
		j := judgement{cs: &Case{ID: "x.y", Expect: expect, Level: Must}, policy: Interop, twin: TwinAccepted, seen: seen}
		if f := j.judge(); f.status != want {
			t.Errorf("%s: %s (%s), want %s", expect, f.status, f.reason, want)
		}
	}
}

// The outcome is certain once both what leads up and what is in question are.
func TestOverWithStages(t *testing.T) {
	for _, tc := range []struct {
		kind         string
		expect       Expectation
		led, subject Outcome
		over         bool
	}{
		{"later", Refuse, Accepted, Absent, false},
		{"later", Refuse, Accepted, Stalled, false},
		{"later", Refuse, Accepted, Refused, true},
		{"later", Refuse, Accepted, Accepted, true},
		{"later", Refuse, Refused, Absent, true}, // it does not come to it
		{"later", Accept, Accepted, Accepted, true},
		{"later", Quiet, Accepted, Refused, false}, // it may yet do worse
		{"second", Refuse, Accepted, Refused, true},
		{"second", Refuse, Absent, Refused, false},
		{"second", Accept, Absent, Accepted, false},
		{"second", Refuse, Absent, Accepted, true},
		{"second", Accept, Accepted, Stalled, false},
	} {
		s := staged(tc.kind, tc.led, tc.subject)[0]
		for i := range s.observation.Connections {
			s.observation.Connections[i].RegisterDone = true
		}
		if got := isOver(s.observation, &Scenario{}, tc.expect, s.stage); got != tc.over {
			t.Errorf("%+v: over %t", tc, got)
		}
	}
}

// The demands on sessions, schemes, credentials and clear text.
func TestDemandsOnConduct(t *testing.T) {
	hello := func(edit func(*fakeserver.Connection)) fakeserver.Connection {
		c := observationOf(Accepted).Connections[0]
		edit(&c)
		return c
	}
	said := func(lines ...string) fakeserver.Connection {
		return hello(func(c *fakeserver.Connection) {
			c.SIP = nil
			for _, line := range lines {
				c.SIP = append(c.SIP, fakeserver.SIPMessage{StartLine: line, Request: true})
			}
		})
	}
	plain := hello(func(*fakeserver.Connection) {})
	sips, sip := "REGISTER sips:a SIP/2.0", "REGISTER sip:a SIP/2.0"
	for _, tc := range []struct {
		name   string
		demand Demand
		conns  []fakeserver.Connection
		met    bool
	}{
		{"resumed", Resumes, []fakeserver.Connection{plain, hello(func(c *fakeserver.Connection) { c.Handshake.Resumed = true })}, true},
		{"not resumed", Resumes, []fakeserver.Connection{plain}, false},
		{"no session", OffersNoSession, []fakeserver.Connection{plain}, true},
		{"a ticket", OffersNoSession, []fakeserver.Connection{plain, hello(func(c *fakeserver.Connection) { c.ClientHello.TicketLen = 9 })}, false},
		{"a key", OffersNoSession, []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientHello.PSK = true })}, false},
		{"no early data", OffersNoEarlyData, []fakeserver.Connection{plain}, true},
		{"early data", OffersNoEarlyData, []fakeserver.Connection{plain, hello(func(c *fakeserver.Connection) { c.ClientHello.EarlyData = true })}, false},
		{"one connection", TriesOnce, []fakeserver.Connection{plain}, true},
		{"two connections", TriesOnce, []fakeserver.Connection{plain, plain}, false},
		{"sips kept", KeepsScheme, []fakeserver.Connection{said(sips, sips)}, true},
		{"sip from the beginning", KeepsScheme, []fakeserver.Connection{said(sip, sip)}, true},
		{"sip afterwards", KeepsScheme, []fakeserver.Connection{said(sips, sip)}, false},
		{"sip on another connection", KeepsScheme, []fakeserver.Connection{said(sips), said(sip)}, false},
		{"no password", NoBasic, []fakeserver.Connection{plain}, true},
		{"the password", NoBasic, []fakeserver.Connection{plain, hello(func(c *fakeserver.Connection) { c.SIP[0].Authorization = "basic" })}, false},
		{"a digest", NoBasic, []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.SIP[0].Authorization = "digest" })}, true},
		{"noise on a trap", NothingInClear, []fakeserver.Connection{plain, {Clear: []byte("x"), ClearKind: "other"}}, true},
		{"another's SIP on a trap", NothingInClear, []fakeserver.Connection{plain, {Clear: []byte(sip), ClearKind: "sip"}}, false},
	} {
		j := judgement{seen: []seen{{observation: &fakeserver.Observation{Connections: tc.conns}}}}
		if got := tc.demand.met(&j); got != tc.met {
			t.Errorf("%s: met %t", tc.name, got)
		}
	}
}

// A demand on each attempt is missed by any of them.
func TestEachTime(t *testing.T) {
	accepted, refused := seen{outcome: Accepted}, seen{outcome: Refused}
	for _, tc := range []struct {
		seen               []seen
		accepted, refusals bool
	}{
		{[]seen{accepted, accepted}, true, false},
		{[]seen{refused, refused}, false, true},
		{[]seen{accepted, refused}, false, false},
		{nil, false, false},
	} {
		j := judgement{seen: tc.seen}
		if a, r := AcceptedEachTime.met(&j), RefusedEachTime.met(&j); a != tc.accepted || r != tc.refusals {
			t.Errorf("%d attempts: accepted each time %t, refused each time %t", len(tc.seen), a, r)
		}
	}
}
