package judge_test

import (
	"testing"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
	"siptrust/suites/seen"
	"siptrust/suites/seen/seentest"
)

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

// The verdict is that of the server in question as if the other were not there,
// but for a leak, which counts anywhere, and for a client that stays with the
// first server where it is to come to the second.
func TestJudgeOfTwoServers(t *testing.T) {
	outcomes := []seen.Outcome{seen.Absent, seen.Refused, seen.Stalled, seen.Accepted, seen.Leaked}
	for _, judged := range []seen.About{seen.AboutAll, seen.AboutHere, seen.AboutThere} {
		for _, expect := range []catalogue.Expectation{catalogue.Accept, catalogue.Refuse, catalogue.Observe} {
			for _, here := range outcomes {
				for _, there := range outcomes {
					cs := &catalogue.Case{ID: "x.y", Expect: expect, Level: catalogue.Must, Twin: "x.sound", MustCome: expect != catalogue.Refuse}
					verdict := func(o *fakeserver.Observation, g seen.Stage) reports.Status {
						s := seen.Classify(o, client.Outcome{}, g)
						s.HadTime = true
						j := judge.Judgement{Case: cs, Policy: catalogue.Interop, Twin: judge.TwinAccepted, Seen: attempts(s)}
						return j.Judge().Status
					}
					alone := map[seen.About]seen.Outcome{seen.AboutHere: here, seen.AboutThere: there}[judged]
					if judged == seen.AboutAll {
						alone = here
						if there.StrongerThan(here) {
							alone = there
						}
					}
					want := verdict(seentest.Observation(alone), seen.Stage{})
					switch {
					case here == seen.Leaked || there == seen.Leaked:
						want = reports.Fail
					case judged == seen.AboutThere && there == seen.Absent && here != seen.Absent && expect == catalogue.Accept:
						want = reports.Fail
					case judged == seen.AboutThere && there == seen.Absent && here != seen.Absent && expect == catalogue.Observe:
						want = reports.Info
					}
					if got := verdict(placed(judged, here, there)); got != want {
						t.Errorf("%q judged, expected %s, here %s, there %s: %s, want %s", judged, expect, here, there, got, want)
					}
				}
			}
		}
	}
}
