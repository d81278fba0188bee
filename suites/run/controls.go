package run

import (
	"context"
	"fmt"
	"slices"

	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
	"siptrust/suites/seen"
)

// unproven says that no control was accepted, so that nothing that comes
// after proves anything. Controls that were all skipped leave it open.
func (r *Run) unproven() bool {
	skipped := 0
	for _, cs := range r.controls {
		j, ok := r.lookup(cs.ID)
		switch {
		case ok && j.Result.Outcome == string(seen.Accepted):
			return false
		case ok && j.Result.Status == reports.Skip:
			skipped++
		}
	}
	return skipped < len(r.controls)
}

// setupNotProven begins the reason of every case of a run that was given up.
const setupNotProven = "setup not proven"

// giveUp records every case as inconclusive: setup not proven, and why.
func (r *Run) giveUp() {
	why := ""
	for _, cs := range r.controls {
		if j, ok := r.lookup(cs.ID); ok && why == "" && j.Result.Status != reports.Skip {
			why = j.Result.Reason
		}
	}
	reason := fmt.Sprintf("%s: no sound server was accepted (%s)", setupNotProven, why)
	for _, cs := range append(slices.Clone(r.controls), r.selected...) {
		j, ok := r.lookup(cs.ID)
		switch {
		case !ok:
			j = &Judged{Case: cs, Result: r.blank(cs)}
		case j.Result.Status == reports.Skip || j.Result.Reason == reason:
			continue
		}
		r.emit(j.revised(reports.Inconclusive, reason))
	}
}

// restedOn says whether a refusal rests on the control.
func (r *Run) restedOn(cs *catalogue.Case) bool {
	for _, other := range r.selected {
		if j, ok := r.lookup(other.ID); ok && other.Twin == cs.ID && restsOnTwin(j) {
			return true
		}
	}
	return false
}

// restsOnTwin says whether the result is worth something only while the twin
// is accepted.
func restsOnTwin(j *Judged) bool {
	return j.Case.ExpectationUnder(j.Judgement.Policy) == catalogue.Refuse &&
		(j.Result.Outcome == string(seen.Refused) || j.Result.Outcome == string(seen.Stalled))
}

// proveAgain runs a control at the end of the run. One that is not accepted
// any more takes the worth from the refusals that rest on it.
func (r *Run) proveAgain(ctx context.Context, cs *catalogue.Case) error {
	first, ok := r.lookup(cs.ID)
	if !ok || first.Result.Outcome != string(seen.Accepted) {
		return nil
	}
	again, err := r.try(ctx, cs)
	if err != nil || again.Result.Status == reports.Skip {
		return err
	}
	if again.Result.Outcome == string(seen.Accepted) {
		return nil
	}
	r.emit(first.failedAtTheEnd(again))
	for _, other := range r.selected {
		if j, ok := r.lookup(other.ID); ok && other.Twin == cs.ID && restsOnTwin(j) {
			rejudged := *j
			rejudged.Judgement.Twin = judge.TwinNoLonger
			f := rejudged.Judgement.Judge()
			r.emit(j.revised(f.Status, f.Reason))
		}
	}
	return nil
}
