package reports

import (
	"fmt"
	"io"
	"strings"

	"siptrust/internal/plain"
)

// says is a change in words: the old and the new result, with the reason.
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

// DiffTerminal writes the difference of two records: a heading for each kind of
// change with one line a case below it, and the verdict at the end.
func DiffTerminal(w io.Writer, d Diff, color bool) error {
	p := painter(color)
	var b strings.Builder
	width := 0
	for _, changes := range d.Changes {
		for i := range changes {
			width = max(width, len([]rune(plain.Line(changes[i].result().ID))))
		}
	}
	for _, kind := range changeKinds {
		changes := d.Changes[kind]
		if len(changes) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s (%d)\n", p.paint(string(kind), kind.color(), sgrBold), len(changes))
		for i := range changes {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, plain.Line(changes[i].result().ID), changes[i].says())
		}
		b.WriteString("\n")
	}
	for _, what := range d.Notes {
		fmt.Fprintf(&b, "note: %s\n", what)
	}
	verdict := sgrGreen
	if d.Worse > 0 {
		verdict = sgrRed
	}
	fmt.Fprintf(&b, "%s  %s, then %s\n%s\n", p.paint(d.verdictWords(), verdict, sgrBold), d.Old.subjectWords(), d.New.subjectWords(), d.summaryWords())
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
	m.line("**%s**, then **%s** · %s", mdText(d.Old.subjectWords()), mdText(d.New.subjectWords()), mdText(d.summaryWords()))
	for _, what := range d.Notes {
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
