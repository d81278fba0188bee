package reports

import (
	"fmt"

	"siptrust/internal/plain"
)

// rank orders results by how bad they are, from 0: a skipped case is worse than
// one that passed, an inconclusive one is worse than a warning.
func rank(r *Result) int {
	if r.Waived {
		return 2 // as a warning
	}
	switch r.Status {
	case Pass, Info:
		return 0
	case Skip:
		return 1
	case Warn:
		return 2
	case Inconclusive:
		return 3
	}
	return 4
}

// worse says whether a case has a worse result than before. A result with a
// waiver is never worse.
func worse(before, after *Result) bool {
	return !after.Waived && rank(after) > rank(before)
}

// Change is one case with different results in two records; the side of a
// record that does not have the case is nil.
type Change struct {
	Old, New *Result
}

// result is the new result, or the old one where there is no new one.
func (c *Change) result() *Result {
	if c.New != nil {
		return c.New
	}
	return c.Old
}

// ChangeKind says how the result of a case changed between two records.
type ChangeKind string

// The kinds, in the order in which they are reported.
const (
	NewlyFailing      ChangeKind = "newly failing"
	NewlyInconclusive ChangeKind = "newly inconclusive"
	NewlyWarned       ChangeKind = "newly warned"
	NewlySkipped      ChangeKind = "newly skipped"
	NewlyWaived       ChangeKind = "newly waived"
	NewlyPassing      ChangeKind = "newly passing"
	ObservedChange    ChangeKind = "observed differently" // recorded, not judged
	OnlyNew           ChangeKind = "only in the new record"
	OnlyOld           ChangeKind = "only in the old record"
)

var changeKinds = []ChangeKind{
	NewlyFailing, NewlyInconclusive, NewlyWarned, NewlySkipped, NewlyWaived, NewlyPassing, ObservedChange, OnlyNew, OnlyOld,
}

// Diff is how the results changed between two records.
type Diff struct {
	Old, New Record
	// Changes are in the order of the new record, then those cases that only
	// the old record has. A case that ran only as a control does not count.
	Changes map[ChangeKind][]Change
	// Worse is the number of cases that got worse: of those that both records
	// have, those with a worse result; of those that only the new record has,
	// those that fail or are inconclusive. A new record that is not complete
	// adds one.
	Worse int
	// Notes say what else differs between the two runs, which makes their
	// results less comparable.
	Notes []string
}

// Compare says how the result of each case changed between two records.
func Compare(before, after Record) Diff {
	d := Diff{Old: before, New: after, Changes: map[ChangeKind][]Change{}, Notes: notes(&before, &after)}
	was := counting(before.Results)
	is := counting(after.Results)
	for i := range after.Results {
		r := &after.Results[i]
		if is[r.ID] == nil {
			continue
		}
		c := Change{Old: was[r.ID], New: r}
		kind, isWorse := c.kind()
		if kind != "" {
			d.Changes[kind] = append(d.Changes[kind], c)
		}
		if isWorse {
			d.Worse++
		}
	}
	for i := range before.Results {
		if r := &before.Results[i]; was[r.ID] != nil && is[r.ID] == nil {
			d.Changes[OnlyOld] = append(d.Changes[OnlyOld], Change{Old: r})
		}
	}
	if !after.Complete {
		d.Worse++
	}
	return d
}

// counting gives the results that are not controls, by id.
func counting(results []Result) map[string]*Result {
	byID := make(map[string]*Result, len(results))
	for i := range results {
		if r := &results[i]; !r.Control {
			byID[r.ID] = r
		}
	}
	return byID
}

// kind says how the result changed; empty: it did not.
func (c *Change) kind() (kind ChangeKind, isWorse bool) {
	is := c.New
	if c.Old == nil {
		// Without an old result, a failure still counts as new.
		switch {
		case is.Status == Fail && !is.Waived:
			return NewlyFailing, true
		case is.Status == Inconclusive:
			return NewlyInconclusive, true
		}
		return OnlyNew, false
	}
	was := c.Old
	if was.statusWords() == is.statusWords() {
		if is.Status == Info && was.outcomeWords() != is.outcomeWords() {
			return ObservedChange, false
		}
		return "", false
	}
	isWorse = worse(was, is)
	switch {
	case is.Waived && was.Waived:
		return "", false
	case is.Waived:
		return NewlyWaived, isWorse
	}
	switch is.Status {
	case Fail:
		return NewlyFailing, isWorse
	case Inconclusive:
		return NewlyInconclusive, isWorse
	case Warn:
		return NewlyWarned, isWorse
	case Skip:
		return NewlySkipped, isWorse
	case Pass:
		return NewlyPassing, isWorse
	}
	return ObservedChange, isWorse
}

// notes say what differs between two runs besides the client's version.
func notes(before, after *Record) []string {
	var said []string
	for _, f := range []struct{ what, was, is string }{
		{"client", before.Subject.Name, after.Subject.Name},
		{"policy", before.Policy, after.Policy},
		{"TLS versions", before.Settings.versionWords(), after.Settings.versionWords()},
		{"server keys", before.Settings.keyWords(), after.Settings.keyWords()},
		{"filter", before.Settings.filterWords(), after.Settings.filterWords()},
		{"catalogue", before.Tool.Edition, after.Tool.Edition},
	} {
		if f.was != f.is {
			said = append(said, fmt.Sprintf("%s: was %s, is %s", f.what, plain.Line(f.was), plain.Line(f.is)))
		}
	}
	if !before.Complete {
		said = append(said, "the old run did not finish")
	}
	if !after.Complete {
		said = append(said, "the new run did not finish")
	}
	return said
}
