package run

import (
	"fmt"
	"strings"
	"time"

	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
)

// Waivers are the known failures that someone signed for, from one file.
type Waivers struct {
	file string
	list []reports.Waiver
}

// OpenWaivers reads a file of waivers and holds it against the catalogue. The
// error says in one line what is wrong with the file: its form, an id or a
// policy that does not exist, or two entries for the same. What a waiver lacks
// is no error here but of the run: see [Run.WaiverProblems].
func OpenWaivers(file string) (*Waivers, error) {
	list, err := reports.ReadWaivers(file)
	if err != nil {
		return nil, err
	}
	type scope struct{ id, client, policy string }
	first := map[scope]int{}
	for i := range list {
		w := &list[i]
		if err := cases.All().Known(w.Case); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, w.Line, err)
		}
		if err := catalogue.Policy(w.Policy).Unknown(); w.Policy != "" && err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, w.Line, err)
		}
		s := scope{w.Case, w.Client, w.Policy}
		if line, twice := first[s]; twice {
			return nil, fmt.Errorf("%s:%d: %s is waived in line %d already", file, w.Line, w.Case, line)
		}
		first[s] = w.Line
	}
	return &Waivers{file, list}, nil
}

// find gives the waiver that applies to a case of a run: of several the one
// that is bound most closely. Nil: none.
func (w *Waivers) find(id, client string, policy catalogue.Policy) *reports.Waiver {
	if w == nil {
		return nil
	}
	var found *reports.Waiver
	best := -1
	for i := range w.list {
		one := &w.list[i]
		if one.Case != id || (one.Client != "" && one.Client != client) || (one.Policy != "" && one.Policy != string(policy)) {
			continue
		}
		bound := 0
		if one.Client != "" {
			bound += 2
		}
		if one.Policy != "" {
			bound++
		}
		if bound > best {
			found, best = one, bound
		}
	}
	return found
}

// waiverWord says what a waiver does for a result. Waived: it covers it.
// Problem: why the waiver itself fails the run; empty: it does not.
type waiverWord struct {
	waived  bool
	problem string
}

// weigh holds a waiver against the result of its case on a day. What is
// inconclusive, skipped or only recorded is neither waived nor proof that the
// waiver is not needed; nor is a control, which the run does not count.
func weigh(w *reports.Waiver, result *reports.Result, now time.Time) waiverWord {
	lacks := w.Lacks()
	faulty := (result.Status == reports.Fail || result.Status == reports.Warn) && !result.Control
	switch {
	case result.Status == reports.Pass && !result.Control:
		return waiverWord{problem: "it is not needed any more, the case passed"}
	case len(lacks) > 0:
		return waiverWord{problem: "it lacks " + strings.Join(lacks, ", ")}
	case w.Expired(now):
		return waiverWord{problem: "it expired on " + w.Expires.Format(reports.WaiverDay)}
	case faulty && result.Outcome == string(seen.Leaked) && !w.Leak:
		return waiverWord{problem: "SIP went out in the clear, which it covers only with 'leak: true'"}
	}
	return waiverWord{waived: faulty}
}

// withWaiver gives the result with what its waiver says, where it has one. The
// judge's reason stays: a waiver hides nothing.
func (r *Run) withWaiver(result reports.Result) reports.Result {
	w := r.settings.Waivers.find(result.ID, r.settings.Driver.Name(), r.settings.Policy)
	if w == nil {
		return result
	}
	switch word := weigh(w, &result, r.began); {
	case word.waived:
		result.Waived = true
		result.Reason += fmt.Sprintf("; waived by %s until %s: %s", w.Owner, w.Expires.Format(reports.WaiverDay), w.Reason)
	case word.problem != "":
		result.Reason += "; its waiver has no force: " + word.problem
	}
	return result
}

// WaiverProblems says, one line each, which waivers fail the run: those that
// lack a reason, an owner or a date, have expired, do not cover a leak, or are
// not needed any more. A waiver of a case that was not run counts only where it
// lacks something or has expired; one for another client or policy not at all.
// It is called when the run is over.
func (r *Run) WaiverProblems() []string {
	w := r.settings.Waivers
	if w == nil {
		return nil
	}
	var problems []string
	for i := range w.list {
		one := &w.list[i]
		if w.find(one.Case, r.settings.Driver.Name(), r.settings.Policy) != one {
			continue
		}
		result := reports.Result{Status: reports.Skip}
		if j, ok := r.lookup(one.Case); ok {
			result = j.Result
		}
		if word := weigh(one, &result, r.began); word.problem != "" {
			problems = append(problems, fmt.Sprintf("%s:%d: waiver of %s: %s", w.file, one.Line, one.Case, word.problem))
		}
	}
	return problems
}
