package reports

import (
	"fmt"

	"siptrust/internal/plain"
)

// gravity orders results by how bad they are: what was not judged is worse
// than what passed, what nobody can tell is worse than a warning.
func gravity(r *Result) int {
	if r.Waived {
		return 2 // someone signed for it: as a warning
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

// worse says whether a case came out worse than before. What someone signed
// for in between is not.
func worse(before, after *Result) bool {
	return !after.Waived && gravity(after) > gravity(before)
}

// Change is one case that two records tell differently; a side that does not
// have it is nil.
type Change struct {
	Old, New *Result
}

// result is the side to speak of.
func (c *Change) result() *Result {
	if c.New != nil {
		return c.New
	}
	return c.Old
}

// ChangeKind is what became of a case between two records.
type ChangeKind string

// The kinds, in the order in which they are reported.
const (
	NewlyFailing      ChangeKind = "newly failing"
	NewlyInconclusive ChangeKind = "newly inconclusive"
	NewlyWarned       ChangeKind = "newly warned of"
	NewlySkipped      ChangeKind = "newly skipped"
	NewlyWaived       ChangeKind = "newly waived"
	NewlyPassing      ChangeKind = "newly passing"
	OtherwiseObserved ChangeKind = "observed to differ" // recorded, not judged
	Came              ChangeKind = "came"               // only the new record has it
	Went              ChangeKind = "went"               // only the old record has it
)

var changeKinds = []ChangeKind{
	NewlyFailing, NewlyInconclusive, NewlyWarned, NewlySkipped, NewlyWaived, NewlyPassing, OtherwiseObserved, Came, Went,
}

// Diff is what became of a client between two records.
type Diff struct {
	Old, New Record
	// Changes are in the new record's order, what went behind it. Cases that
	// ran as controls only count as not there.
	Changes map[ChangeKind][]Change
	// Worse is the number of cases that came out worse than before: of those
	// that both records have, and of those that came, what fails or is
	// inconclusive. A new record that is not complete is worse, too.
	Worse int
	// Unlike says what else differs, so that the records do not compare like
	// with like.
	Unlike []string
}

// Compare tells what became of every case between two records.
func Compare(before, after Record) Diff {
	d := Diff{Old: before, New: after, Changes: map[ChangeKind][]Change{}, Unlike: unlike(&before, &after)}
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
			d.Changes[Went] = append(d.Changes[Went], Change{Old: r})
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

// kind says what became of a case; empty: nothing.
func (c *Change) kind() (kind ChangeKind, isWorse bool) {
	is := c.New
	if c.Old == nil {
		// There is nothing that it was before: what fails must not be missed.
		switch {
		case is.Status == Fail && !is.Waived:
			return NewlyFailing, true
		case is.Status == Inconclusive:
			return NewlyInconclusive, true
		}
		return Came, false
	}
	was := c.Old
	if was.statusWords() == is.statusWords() {
		if is.Status == Info && was.outcomeWords() != is.outcomeWords() {
			return OtherwiseObserved, false
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
	return OtherwiseObserved, isWorse
}

// unlike says what of two runs differs besides the client's version.
func unlike(before, after *Record) []string {
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
