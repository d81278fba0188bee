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
// run's settings ask. A failure that is not reproduced is inconclusive, with what
// was seen both times. What is proven needs no repeating: SIP that went out in the
// clear was seen, and a client that accepts a faulty server now and then accepts
// it.
func (r *Run) confirmed(ctx context.Context, cs *catalogue.Case) (*Judged, error) {
	first, err := r.try(ctx, cs)
	if err != nil || first.Result.Status != reports.Fail || r.settings.Confirm == 0 {
		return first, err
	}
	accepted := 0
	for n := 0; n <= r.settings.Confirm; n++ {
		again := first
		if n > 0 {
			if again, err = r.try(ctx, cs); err != nil {
				if ctx.Err() != nil {
					return first, nil // interrupted: what is known is kept
				}
				return nil, err
			}
		}
		switch {
		case again.Result.Outcome == string(seen.Leaked) && n == 0:
			return first, nil
		case again.Result.Outcome == string(seen.Leaked):
			return r.both(first, again, n), nil
		case proven(&again.Result) && accepted == 0 && n > 0: // the first one failed otherwise
			first = r.both(first, again, n)
			accepted++
		case proven(&again.Result):
			accepted++
		case again.Result.Status != reports.Fail && accepted == 0:
			return r.unstable(first, again, n), nil
		}
	}
	if accepted > 0 {
		first.Result.Reason += timesAccepted(accepted, r.settings.Confirm+1)
	} else {
		first.Result.Reason += fmt.Sprintf("; reproduced %d of %d times", r.settings.Confirm, r.settings.Confirm)
	}
	return first, nil
}

// unstable gives a case that failed and, run again, did not. The first outcome
// stays: a control that was not accepted proves nothing.
func (r *Run) unstable(first, again *Judged, n int) *Judged {
	joined := r.both(first, again, n)
	joined.Result.Outcome, joined.Result.How = first.Result.Outcome, first.Result.How
	joined.Result.Demands = first.Result.Demands
	joined.Result.TLS, joined.Result.Alert = first.Result.TLS, first.Result.Alert
	joined.Judgement = first.Judgement
	return joined.revised(reports.Inconclusive, fmt.Sprintf("unstable: %s; run again (%d of %d): %s",
		first.Result.Reason, n, r.settings.Confirm, again.Result.Reason))
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
