package judge_test

import (
	"testing"
	"time"

	"siptrust/client"
	"siptrust/pkiforge"
	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
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

// Where connections lead up to the one in question: an acceptance that is a
// fault counts, whatever came before; nothing else does unless they were
// accepted; and a client that never comes to it passes and fails nothing.
func TestJudgeWalksTheStages(t *testing.T) {
	outcomes := []seen.Outcome{seen.Absent, seen.Refused, seen.Stalled, seen.Accepted, seen.Leaked}
	for _, kind := range []string{"later", "restarted", "second", "redirected"} {
		for _, expect := range []catalogue.Expectation{catalogue.Accept, catalogue.Refuse, catalogue.Quiet, catalogue.Observe} {
			for _, led := range outcomes {
				for _, subject := range outcomes {
					if kind == "later" && led != seen.Accepted && subject != seen.Absent {
						continue // the later server comes after a connection that was served
					}
					cs := &catalogue.Case{ID: "x.y", Expect: expect, Level: catalogue.Must, Twin: "x.sound"}
					j := judge.Judgement{Case: cs, Policy: catalogue.Interop, Twin: judge.TwinAccepted, Seen: attempts(staged(kind, led, subject)...)}
					plain := judge.Judgement{
						Case: cs, Policy: catalogue.Interop, Twin: judge.TwinAccepted,
						Seen: attempts(seen.Classify(seentest.Observation(subject), client.Outcome{}, seen.Stage{})),
					}
					want := plain.Judge().Status
					switch {
					case led == seen.Leaked || subject == seen.Leaked:
						want = reports.Fail
					case subject == seen.Accepted && expect != catalogue.Accept:
					case led == seen.Absent:
						want = reports.Inconclusive
					case led != seen.Accepted && expect == catalogue.Accept:
						want = reports.Fail
					case led != seen.Accepted:
						want = reports.Inconclusive
					case subject == seen.Absent && kind == "restarted":
						want = reports.Inconclusive
					case subject == seen.Absent:
						want = reports.Skip
					}
					if f := j.Judge(); f.Status != want || f.Reason == "" {
						t.Errorf("%s: expected %s, %s led up to %s: judged %s (%q), want %s", kind, expect, led, subject, f.Status, f.Reason, want)
					}
				}
			}
		}
	}
}

// What a client says over a new connection when it is ended is no coming back.
func TestFarewell(t *testing.T) {
	all := staged("later", seen.Accepted, seen.Accepted)
	o := all[0].Observation
	o.Frozen = 10 * time.Millisecond
	o.Connections[1].HelloAt, o.Connections[1].AppDataAt = 20*time.Millisecond, 21*time.Millisecond
	for expect, want := range map[catalogue.Expectation]reports.Status{catalogue.Accept: reports.Skip, catalogue.Refuse: reports.Fail} {
		all[0] = seen.Classify(o, client.Outcome{}, all[0].Stage)
		j := judge.Judgement{Case: &catalogue.Case{ID: "x.y", Expect: expect, Level: catalogue.Must}, Policy: catalogue.Interop, Twin: judge.TwinAccepted, Seen: attempts(all...)}
		if f := j.Judge(); f.Status != want {
			t.Errorf("%s: %s (%s), want %s", expect, f.Status, f.Reason, want)
		}
	}
}
