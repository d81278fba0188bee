package reports

import (
	"fmt"
	"io"
	"strings"
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
		{"client", before.Client.Name, after.Client.Name},
		{"policy", before.Policy, after.Policy},
		{"TLS versions", before.Settings.versionWords(), after.Settings.versionWords()},
		{"server keys", before.Settings.keyWords(), after.Settings.keyWords()},
		{"filter", before.Settings.filterWords(), after.Settings.filterWords()},
		{"catalogue", before.Tool.Edition, after.Tool.Edition},
	} {
		if f.was != f.is {
			said = append(said, fmt.Sprintf("%s: was %s, is %s", f.what, clean(f.was), clean(f.is)))
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

// says is a change in words: what it was and what it is, with the reason.
func (c *Change) says() string {
	switch {
	case c.Old == nil:
		return fmt.Sprintf("not run before, is %s: %s", c.New.statusWords(), c.New.reasonWords())
	case c.New == nil:
		return "was " + c.Old.statusWords()
	case c.Old.statusWords() == c.New.statusWords():
		return fmt.Sprintf("was %s, is %s", c.Old.outcomeWords(), c.New.outcomeWords())
	}
	return fmt.Sprintf("was %s, is %s: %s", c.Old.statusWords(), c.New.statusWords(), c.New.reasonWords())
}

// summaryWords is the difference in one line.
func (d *Diff) summaryWords() string {
	var words []string
	for _, kind := range changeKinds {
		if n := len(d.Changes[kind]); n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, kind))
		}
	}
	if len(words) == 0 {
		return "no case differs"
	}
	return strings.Join(words, ", ")
}

// verdictWords says whether anything got worse.
func (d *Diff) verdictWords() string {
	switch {
	case d.Worse == 0:
		return "not worse"
	case !d.New.Complete && d.Worse == 1:
		return "worse: the new run did not finish"
	case !d.New.Complete:
		return counted(d.Worse-1, "case") + " worse, and the new run did not finish"
	}
	return counted(d.Worse, "case") + " worse"
}

// DiffTerminal writes the difference of two records, one line a case under a
// heading for each kind of change; the verdict comes last.
func DiffTerminal(w io.Writer, d Diff, color bool) error {
	p := painter(color)
	var b strings.Builder
	width := 0
	for _, changes := range d.Changes {
		for i := range changes {
			width = max(width, len([]rune(clean(changes[i].result().ID))))
		}
	}
	for _, kind := range changeKinds {
		changes := d.Changes[kind]
		if len(changes) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s (%d)\n", p.paint(string(kind), kind.color(), sgrBold), len(changes))
		for i := range changes {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, clean(changes[i].result().ID), changes[i].says())
		}
		b.WriteString("\n")
	}
	for _, what := range d.Unlike {
		fmt.Fprintf(&b, "note: %s\n", what)
	}
	verdict := sgrGreen
	if d.Worse > 0 {
		verdict = sgrRed
	}
	fmt.Fprintf(&b, "%s  %s, then %s\n%s\n", p.paint(d.verdictWords(), verdict, sgrBold), d.Old.clientWords(), d.New.clientWords(), d.summaryWords())
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the difference: %w", err)
	}
	return nil
}

func (k ChangeKind) color() string {
	switch k {
	case NewlyFailing:
		return sgrRed
	case NewlyInconclusive:
		return sgrPurple
	case NewlyWarned, NewlyWaived:
		return sgrYellow
	case NewlyPassing:
		return sgrGreen
	}
	return sgrBlue
}

// DiffMarkdown writes the difference of two records for a step summary.
func DiffMarkdown(w io.Writer, d Diff) error {
	m := &markdown{}
	m.line("## siptrust: %s", mdText(d.verdictWords()))
	m.line("")
	m.line("**%s**, then **%s** · %s", mdText(d.Old.clientWords()), mdText(d.New.clientWords()), mdText(d.summaryWords()))
	for _, what := range d.Unlike {
		m.line("")
		m.line("> %s", mdText(what))
	}
	for _, kind := range changeKinds {
		changes := d.Changes[kind]
		if len(changes) == 0 {
			continue
		}
		m.line("")
		m.line("### %s (%d)", kind, len(changes))
		m.line("")
		for i := range changes {
			m.line("- %s: %s", mdID(changes[i].result().ID), mdText(changes[i].says()))
		}
	}
	if _, err := io.WriteString(w, m.String()); err != nil {
		return fmt.Errorf("writing Markdown: %w", err)
	}
	return nil
}
