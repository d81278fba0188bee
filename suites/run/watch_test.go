package run

import (
	"testing"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
	"siptrust/suites/seen/seentest"
)

var stageNames = pkiforge.Names{Host: "one.test", Other: "two.test"}

// staged makes what was seen of a case in which connections of the outcome led
// lead up to one of the outcome subject.
func staged(kind string, led, subject seen.Outcome) []seen.Attempt {
	s := catalogue.Scenario{Names: stageNames}
	switch kind {
	case "later":
		s.Later = &catalogue.Later{}
	case "restarted":
		s.Later = &catalogue.Later{Restarted: true}
	case "second":
		s.SecondAccount = true
	case "redirected":
		s.Redirected = true
	}
	first, then := seentest.Observation(led), seentest.Observation(subject)
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
		return []seen.Attempt{seen.Classify(first, client.Outcome{}, s.Stage(0)), seen.Classify(then, client.Outcome{}, s.Stage(1))}
	}
	first.Connections = append(first.Connections, then.Connections...)
	first.Datagrams = append(first.Datagrams, then.Datagrams...)
	return []seen.Attempt{seen.Classify(first, client.Outcome{}, s.Stage(0))}
}

// placed makes what was seen of a client that came to both of two servers, or to
// one, or to none.
func placed(judged seen.About, here, there seen.Outcome) (*fakeserver.Observation, seen.Stage) {
	first, second := seentest.Observation(here), seentest.Observation(there)
	for i := range second.Connections {
		second.Connections[i].Listener.Second = true
	}
	first.Connections = append(first.Connections, second.Connections...)
	first.Datagrams = append(first.Datagrams, second.Datagrams...)
	s := catalogue.Scenario{Names: stageNames, Elsewhere: &catalogue.Elsewhere{Judged: judged}}
	return first, s.Stage(0)
}

// The outcome is certain once both what leads up and what is in question are.
func TestOverWithStages(t *testing.T) {
	for _, tc := range []struct {
		kind         string
		expect       catalogue.Expectation
		led, subject seen.Outcome
		over         bool
	}{
		{"later", catalogue.Refuse, seen.Accepted, seen.Absent, false},
		{"later", catalogue.Refuse, seen.Accepted, seen.Stalled, false},
		{"later", catalogue.Refuse, seen.Accepted, seen.Refused, true},
		{"later", catalogue.Refuse, seen.Accepted, seen.Accepted, true},
		{"later", catalogue.Refuse, seen.Refused, seen.Absent, true}, // it does not come to it
		{"later", catalogue.Accept, seen.Accepted, seen.Accepted, true},
		{"later", catalogue.Quiet, seen.Accepted, seen.Refused, false}, // it may yet do worse
		{"second", catalogue.Refuse, seen.Accepted, seen.Refused, true},
		{"second", catalogue.Refuse, seen.Absent, seen.Refused, false},
		{"second", catalogue.Accept, seen.Absent, seen.Accepted, false},
		{"second", catalogue.Refuse, seen.Absent, seen.Accepted, true},
		{"second", catalogue.Accept, seen.Accepted, seen.Stalled, false},
	} {
		s := staged(tc.kind, tc.led, tc.subject)[0]
		for i := range s.Observation.Connections {
			s.Observation.Connections[i].RegisterDone = true
		}
		if got := (&watch{expect: tc.expect, stage: s.Stage}).over(s.Observation); got != tc.over {
			t.Errorf("%+v: over %t", tc, got)
		}
	}
}

// A client is watched until the server in question has its outcome, or another
// has accepted it.
func TestOverWithTwoServers(t *testing.T) {
	for _, tc := range []struct {
		judged      seen.About
		expect      catalogue.Expectation
		here, there seen.Outcome
		over        bool
	}{
		{seen.AboutHere, catalogue.Refuse, seen.Refused, seen.Absent, true},
		{seen.AboutHere, catalogue.Refuse, seen.Refused, seen.Stalled, true},
		{seen.AboutHere, catalogue.Refuse, seen.Stalled, seen.Accepted, false},
		{seen.AboutHere, catalogue.Refuse, seen.Accepted, seen.Absent, true},
		{seen.AboutHere, catalogue.Refuse, seen.Absent, seen.Refused, false},
		{seen.AboutHere, catalogue.Refuse, seen.Absent, seen.Accepted, true},
		{seen.AboutThere, catalogue.Accept, seen.Refused, seen.Absent, false},
		{seen.AboutThere, catalogue.Accept, seen.Refused, seen.Stalled, false},
		{seen.AboutThere, catalogue.Accept, seen.Refused, seen.Refused, true},
		{seen.AboutThere, catalogue.Accept, seen.Refused, seen.Accepted, true},
		{seen.AboutThere, catalogue.Accept, seen.Accepted, seen.Absent, true},
		{"", catalogue.Refuse, seen.Refused, seen.Stalled, false},
		{"", catalogue.Refuse, seen.Refused, seen.Refused, true},
		{"", catalogue.Refuse, seen.Refused, seen.Accepted, true},
	} {
		o, g := placed(tc.judged, tc.here, tc.there)
		for i := range o.Connections {
			o.Connections[i].RegisterDone = true
		}
		if got := (&watch{expect: tc.expect, stage: g}).over(o); got != tc.over {
			t.Errorf("%+v: over %t", tc, got)
		}
	}
}
