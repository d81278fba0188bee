package judge_test

import (
	"fmt"

	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
	"siptrust/suites/seen"
	"siptrust/suites/seen/seentest"
)

// One case, and what becomes of it by what the server saw. A refusal counts only
// beside a sound twin that was accepted; an acceptance counts in any case.
func Example() {
	expired := &catalogue.Case{
		ID: "phone.expired", Twin: "phone.sound", Change: catalogue.Change{Name: "the certificate has expired"},
		Expect: catalogue.Refuse, Level: catalogue.Must,
	}
	for _, tc := range []struct {
		outcome seen.Outcome
		twin    judge.TwinState
	}{
		{seen.Refused, judge.TwinAccepted},
		{seen.Refused, judge.TwinNot},
		{seen.Accepted, judge.TwinNot},
		{seen.Leaked, judge.TwinAccepted},
	} {
		j := judge.Judgement{
			Case: expired, Policy: catalogue.Interop, Twin: tc.twin, Seen: seentest.Attempts(seentest.Observation(tc.outcome)),
		}
		f := j.Judge()
		fmt.Printf("%s, twin %s: %s, by the rule %s\n", tc.outcome, tc.twin, f.Status, f.Rule)
	}
	// Output:
	// refused, twin accepted: pass, by the rule refused
	// refused, twin not accepted: inconclusive, by the rule twin-not-accepted
	// accepted, twin not accepted: fail, by the rule faulty-accepted
	// leaked, twin accepted: fail, by the rule leaked
}
