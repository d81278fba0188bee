package reports

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"siptrust/internal/plain"
)

// UseColor says whether to colour what is written to f: only a terminal, and
// not when NO_COLOR is set to anything or TERM is dumb.
func UseColor(f *os.File) bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	return term.IsTerminal(int(f.Fd()))
}

// Select Graphic Rendition parameters (ECMA-48 8.3.117).
const (
	sgrBold   = "1"
	sgrDim    = "2"
	sgrRed    = "31"
	sgrGreen  = "32"
	sgrYellow = "33"
	sgrPurple = "35"
	sgrBlue   = "34"
)

// painter colours words, or leaves them alone.
type painter bool

func (p painter) paint(s string, codes ...string) string {
	if !p || len(codes) == 0 {
		return s
	}
	return "\x1b[" + strings.Join(codes, ";") + "m" + s + "\x1b[0m"
}

func statusColor(s Status) string {
	switch s {
	case Pass:
		return sgrGreen
	case Warn:
		return sgrYellow
	case Fail:
		return sgrRed
	case Inconclusive:
		return sgrPurple
	case Info:
		return sgrBlue
	}
	return sgrDim
}

func verdictColor(v Verdict) string {
	switch v {
	case Conforms:
		return sgrGreen
	case ConformsWithGaps:
		return sgrYellow
	case DoesNotConform:
		return sgrRed
	}
	return sgrPurple
}

// Terminal writes the summary at the end of a run: the cases that need action,
// one line each with id and reason; then the verdict, the counts, and the paths
// of the reports, if given. The verdict is at the end, where it stays visible.
func Terminal(w io.Writer, record Record, color bool, paths ...string) error {
	p := painter(color)
	var b strings.Builder
	var listed []*Result
	for _, status := range statusOrder[:4] {
		listed = append(listed, withStatus(record.Results, status)...)
	}
	listed = append(listed, waived(record.Results)...)
	width := 0
	for _, r := range listed {
		width = max(width, len([]rune(plain.Line(r.ID))))
	}
	for _, r := range listed {
		word := fmt.Sprintf("%-12s", r.Status)
		codes := []string{statusColor(r.Status)}
		if r.Waived {
			word, codes = fmt.Sprintf("%-12s", "waived"), []string{sgrDim}
		} else if r.Status == Fail {
			codes = append(codes, sgrBold)
		}
		fmt.Fprintf(&b, "%s  %-*s  %s\n", p.paint(word, codes...), width, plain.Line(r.ID), r.reasonWords())
	}
	if len(listed) > 0 {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%s  %s\n", p.paint(record.verdictWords(), verdictColor(record.Verdict), sgrBold), record.subjectWords())
	if !record.Complete {
		fmt.Fprintf(&b, "%s\n", record.meaning())
	}
	fmt.Fprintf(&b, "%s in %s\n", p.counts(Summarise(record.Results)), duration(record.Seconds))
	fmt.Fprintf(&b, "%s\n", p.paint(fmt.Sprintf("policy %s, TLS %s, %s", plain.Line(record.Policy), record.Settings.versionWords(), record.Settings.keyWords()), sgrDim))
	for _, path := range paths {
		fmt.Fprintf(&b, "%s\n", plain.Line(path))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}

// counts prints the summary's numbers, each in its status's colour.
func (p painter) counts(s Summary) string {
	words := []string{counted(s.Total(), "case")}
	for _, part := range s.parts() {
		words = append(words, p.paint(fmt.Sprintf("%d %s", part.Count, part.Status), statusColor(part.Status)))
	}
	return strings.Join(words, ", ")
}

// Line is one result as one line, without a line break: progress where there
// is no terminal. All but a pass have the reason.
func Line(r Result) string {
	line := fmt.Sprintf("%-12s  %s  %s", r.Status, plain.Line(r.ID), r.outcomeWords())
	if r.Status != Pass && plain.Line(r.Reason) != "" {
		line = fmt.Sprintf("%-12s  %s  %s", r.Status, plain.Line(r.ID), r.reasonWords())
	}
	switch {
	case r.Control:
		line += " (control)"
	case r.Waived:
		line += " (waived)"
	}
	return line + fmt.Sprintf("  %s", duration(r.Milliseconds/1000))
}
