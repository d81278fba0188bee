package run

import (
	"context"
	"fmt"
	"slices"

	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
)

// confirmed tries a case and, when it fails, tries it again as often as the
// run's settings ask. A failure that does not repeat is inconclusive, with what
// was seen both times. A leak needs no repeating: what went out in the clear
// was seen, and a client that does it now and then does it.
func (r *Run) confirmed(ctx context.Context, cs *catalogue.Case) (*Judged, error) {
	first, err := r.try(ctx, cs)
	if err != nil || first.Result.Status != reports.Fail {
		return first, err
	}
	for n := 1; n <= r.settings.Confirm && first.Result.Outcome != string(seen.Leaked); n++ {
		again, err := r.try(ctx, cs)
		switch {
		case err != nil && ctx.Err() != nil:
			return first, nil // interrupted: what is known is kept
		case err != nil:
			return nil, err
		case again.Result.Outcome == string(seen.Leaked):
			return r.both(first, again, n), nil
		case again.Result.Status != reports.Fail:
			unstable := r.both(first, again, n)
			// The first outcome stays: a control that was not accepted proves
			// nothing, and a faulty case that was accepted rests on no control.
			unstable.Result.Outcome, unstable.Result.How = first.Result.Outcome, first.Result.How
			unstable.Result.Demands = first.Result.Demands
			unstable.Result.TLS, unstable.Result.Alert = first.Result.TLS, first.Result.Alert
			unstable.Judgement = first.Judgement
			unstable.Result.Status = reports.Inconclusive
			unstable.Result.Reason = fmt.Sprintf("unstable: %s; run again (%d of %d): %s",
				first.Result.Reason, n, r.settings.Confirm, again.Result.Reason)
			return unstable, nil
		}
	}
	if r.settings.Confirm > 0 && first.Result.Outcome != string(seen.Leaked) {
		first.Result.Reason += fmt.Sprintf("; reproduced %d of %d times", r.settings.Confirm, r.settings.Confirm)
	}
	return first, nil
}

// both gives the later of two runs of a case with the evidence of the two, one
// after the other in time.
func (r *Run) both(first, again *Judged, n int) *Judged {
	joined := *again
	joined.Observations = append(slices.Clone(first.Observations), again.Observations...)
	from := first.Result.Milliseconds
	ladder := append(slices.Clone(first.Result.Evidence), reports.Evidence{
		Ms: from, From: "tool", What: "run again", Detail: fmt.Sprintf("%d of %d", n, r.settings.Confirm),
	})
	for _, e := range again.Result.Evidence {
		e.Ms += from
		ladder = append(ladder, e)
	}
	joined.Result.Evidence = ladder
	joined.Result.Milliseconds += from
	return &joined
}
