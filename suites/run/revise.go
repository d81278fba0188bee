package run

import (
	"fmt"
	"slices"

	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
)

// proven says that the result is a failure whatever else becomes known: SIP of
// the account went out in the clear, or a faulty server was accepted. No later
// step of a run may soften it.
func proven(r *reports.Result) bool {
	if r.Status != reports.Fail && r.Status != reports.Warn {
		return false
	}
	expect := catalogue.Expectation(r.Expect)
	return r.Outcome == string(seen.Leaked) ||
		r.Outcome == string(seen.Accepted) && (expect == catalogue.Refuse || expect == catalogue.Quiet)
}

// revised gives the case with another status and reason, for what became known
// after it was judged. Every such step goes through here: a failure that is
// proven stays one, and the reason is added to it.
func (j *Judged) revised(status reports.Status, reason string) *Judged {
	again := *j
	if proven(&j.Result) {
		again.Result.Reason += "; besides: " + reason
		return &again
	}
	again.Result.Status, again.Result.Reason = status, reason
	return &again
}

// failedAtTheEnd gives a control that was accepted at the beginning of a run with
// what was seen of it at the end, when it was not: a leak then is a failure as it
// would have been before, anything else leaves nothing proven.
func (j *Judged) failedAtTheEnd(again *Judged) *Judged {
	reason := "accepted at the beginning of the run, at its end not: " + again.Result.Reason
	if proven(&again.Result) {
		leaked := *again
		leaked.Result.Reason += "; it came at the end of the run, at its beginning the client " + j.Result.Reason
		leaked.Result.Evidence = append(slices.Clone(j.Result.Evidence), again.Result.Evidence...)
		return &leaked
	}
	status := reports.Inconclusive
	if j.Result.Status == reports.Fail {
		status, reason = reports.Fail, j.Result.Reason+"; "+reason
	}
	unstable := j.revised(status, reason)
	unstable.Result.Evidence = append(slices.Clone(j.Result.Evidence), again.Result.Evidence...)
	return unstable
}

// timesAccepted says how often a faulty server was accepted in all.
func timesAccepted(n, of int) string {
	return fmt.Sprintf("; accepted %d of %d times", n, of)
}
