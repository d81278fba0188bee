package seen_test

import (
	"testing"
	"time"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
	"siptrust/suites/seen/seentest"
)

// The second account is told from the first by the server name that is asked
// for and by what its requests say, over whichever connection they come.
func TestStageOfTheSecondAccount(t *testing.T) {
	g := seen.Stage{About: seen.AboutSecondAccount, Names: pkiforge.Names{Host: "one.test", Other: "two.test"}}
	for _, tc := range []struct {
		name, asked, line, to string
		judged, leadsUp       bool
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
		c := fakeserver.Connection{Listener: seentest.Listener, ClientHello: &fakeserver.ClientHello{ServerName: tc.asked}}
		if tc.line != "" {
			c.SIP = []fakeserver.SIPMessage{{StartLine: tc.line, Request: true, Method: "REGISTER", To: tc.to}}
		}
		if judged, leadsUp := g.Judges(&c), g.LeadsUp(&c); judged != tc.judged || leadsUp != tc.leadsUp {
			t.Errorf("%s: in question %t, leads up to it %t", tc.name, judged, leadsUp)
		}
	}
}

// The demands on sessions, schemes, credentials and clear text.
func TestDemandsOnConduct(t *testing.T) {
	hello := func(edit func(*fakeserver.Connection)) fakeserver.Connection {
		c := seentest.Observation(seen.Accepted).Connections[0]
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
		demand seen.Demand
		conns  []fakeserver.Connection
		met    bool
	}{
		{"resumed", seen.Resumes, []fakeserver.Connection{plain, hello(func(c *fakeserver.Connection) { c.Handshake.Resumed = true })}, true},
		{"not resumed", seen.Resumes, []fakeserver.Connection{plain}, false},
		{"no session", seen.OffersNoSession, []fakeserver.Connection{plain}, true},
		{"a ticket", seen.OffersNoSession, []fakeserver.Connection{plain, hello(func(c *fakeserver.Connection) { c.ClientHello.TicketLen = 9 })}, false},
		{"a key", seen.OffersNoSession, []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientHello.PSK = true })}, false},
		{"one connection", seen.TriesOnce, []fakeserver.Connection{plain}, true},
		{"two connections", seen.TriesOnce, []fakeserver.Connection{plain, plain}, false},
		{"sips kept", seen.KeepsScheme, []fakeserver.Connection{said(sips, sips)}, true},
		{"sip from the beginning", seen.KeepsScheme, []fakeserver.Connection{said(sip, sip)}, true},
		{"sip afterwards", seen.KeepsScheme, []fakeserver.Connection{said(sips, sip)}, false},
		{"sip on another connection", seen.KeepsScheme, []fakeserver.Connection{said(sips), said(sip)}, false},
		{"no password", seen.NoBasic, []fakeserver.Connection{plain}, true},
		{"the password", seen.NoBasic, []fakeserver.Connection{plain, hello(func(c *fakeserver.Connection) { c.SIP[0].Authorization = "basic" })}, false},
		{"a digest", seen.NoBasic, []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.SIP[0].Authorization = "digest" })}, true},
		{"noise on a trap", seen.NothingInClear, []fakeserver.Connection{plain, {Clear: []byte("x"), ClearKind: "other"}}, true},
		{"another's SIP on a trap", seen.NothingInClear, []fakeserver.Connection{plain, {Clear: []byte(sip), ClearKind: "sip"}}, false},
	} {
		a := seen.Attempts{All: []seen.Attempt{{Observation: &fakeserver.Observation{Connections: tc.conns}}}}
		if got := tc.demand.Met(&a); got != tc.met {
			t.Errorf("%s: met %t", tc.name, got)
		}
	}
}

// A demand on each attempt is missed by any of them.
func TestEachTime(t *testing.T) {
	of := func(o seen.Outcome) seen.Attempt { return seen.Attempt{Verdict: seen.Verdict{Outcome: o}} }
	accepted, refused, stalled := of(seen.Accepted), of(seen.Refused), of(seen.Stalled)
	for _, tc := range []struct {
		all                []seen.Attempt
		accepted, refusals bool
	}{
		{[]seen.Attempt{accepted, accepted}, true, false},
		{[]seen.Attempt{refused, refused}, false, true},
		{[]seen.Attempt{accepted, refused}, false, false},
		{[]seen.Attempt{refused, stalled}, false, true},
		{[]seen.Attempt{accepted, stalled}, false, false},
		{nil, false, false},
	} {
		a := seen.Attempts{All: tc.all}
		if acc, ref := seen.AcceptedEachTime.Met(&a), seen.RefusedEachTime.Met(&a); acc != tc.accepted || ref != tc.refusals {
			t.Errorf("%d attempts: accepted each time %t, refused each time %t", len(tc.all), acc, ref)
		}
	}
}

// A REGISTER that comes again after its 200 was not taken; one that came twice
// before the answer, or has a Call-ID of its own, says nothing of that.
func TestTakes200(t *testing.T) {
	const ms = time.Millisecond
	register := func(at time.Duration, call, cseq string) fakeserver.SIPMessage {
		return fakeserver.SIPMessage{At: at, Request: true, Method: "REGISTER", CallID: call, CSeq: cseq + " REGISTER"}
	}
	for _, tc := range []struct {
		name  string
		again fakeserver.SIPMessage
		met   bool
	}{
		{"the same after the answer", register(600*ms, "a", "1"), false},
		{"the same before the answer", register(5*ms, "a", "1"), true},
		{"the same, on its way", register(12*ms, "a", "1"), true},
		{"another CSeq", register(600*ms, "a", "2"), true},
		{"another Call-ID", register(600*ms, "b", "1"), true},
	} {
		o := seentest.Observation(seen.Accepted)
		c := &o.Connections[0]
		c.Answered200, c.Answered200At = true, 10*ms
		c.SIP = []fakeserver.SIPMessage{register(4*ms, "a", "1"), tc.again}
		a := seentest.Attempts(o)
		if got := seen.Takes200.Met(&a); got != tc.met {
			t.Errorf("%s: taken %t", tc.name, got)
		}
	}
}
