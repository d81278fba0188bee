package reports

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"siptrust/internal/plain"
)

// statusMark is printed before a status word where there is no colour.
func statusMark(s Status) string {
	switch s {
	case Pass:
		return "✓"
	case Warn:
		return "!"
	case Fail:
		return "✗"
	case Inconclusive:
		return "?"
	case Info:
		return "i"
	case Skip:
		return "–"
	}
	return "·"
}

// Markdown writes the record for a CI system's step summary (GitHub flavoured):
// verdict, settings, the paper's matrix, the cases that need action with the
// reason, and the rest folded.
func Markdown(w io.Writer, record Record) error {
	m := &markdown{}
	m.line("## siptrust: %s", mdText(record.verdictWords()))
	m.line("")
	m.line("%s", mdText(record.meaning()))
	m.line("")
	m.line("**%s** · policy %s · TLS %s · %s · %s · %s", mdText(record.subjectWords()), mdText(plain.Line(record.Policy)),
		mdText(record.Settings.versionWords()), mdText(record.Settings.keyWords()), moment(record.Started), duration(record.Seconds))
	m.line("")
	m.line("%s", mdText(countWords(Summarise(record.Results))))
	m.matrix(record.Results)
	for _, status := range statusOrder[:4] {
		m.list(string(status), withStatus(record.Results, status))
	}
	m.list("waived", waived(record.Results))
	m.rest(record.Results)
	m.line("")
	m.line("<sub>%s %s, catalogue %s</sub>", mdText(plain.Line(record.Tool.Name)), mdText(plain.Line(record.Tool.Version)), mdText(plain.Line(record.Tool.Edition)))
	if _, err := io.WriteString(w, m.String()); err != nil {
		return fmt.Errorf("writing Markdown: %w", err)
	}
	return nil
}

// countWords says how many cases there were, and how many of each status.
func countWords(s Summary) string {
	words := []string{counted(s.Total(), "case")}
	for _, p := range s.parts() {
		words = append(words, fmt.Sprintf("%d %s", p.Count, p.Status))
	}
	return strings.Join(words, " · ")
}

type markdown struct{ strings.Builder }

func (m *markdown) line(format string, args ...any) {
	fmt.Fprintf(m, format+"\n", args...)
}

// matrix prints the paper's table; nothing when none of its cases was run.
func (m *markdown) matrix(results []Result) {
	rows := matrix(results)
	if !anyOf(rows) {
		return
	}
	m.line("")
	heads := []string{"server certificate"}
	for _, column := range matrixColumns {
		heads = append(heads, strings.ToLower(column.Words))
	}
	m.line("| %s |", strings.Join(heads, " | "))
	m.line("|%s", strings.Repeat(" --- |", len(heads)))
	for _, row := range rows {
		cells := []string{"**" + row.Words + "**"}
		for _, cell := range row.Cells {
			cells = append(cells, mdCell(cell.Result))
		}
		m.line("| %s |", strings.Join(cells, " | "))
	}
}

// mdCell is a cell's mark and word, bold unless it is a pass.
func mdCell(r *Result) string {
	switch {
	case r == nil:
		return "not run"
	case r.Status == Pass:
		return statusMark(Pass) + " pass"
	}
	return "**" + statusMark(r.Status) + " " + mdText(r.statusWords()) + "**"
}

// list prints results under a heading, with reason and clauses.
func (m *markdown) list(heading string, results []*Result) {
	if len(results) == 0 {
		return
	}
	m.line("")
	m.line("### %s (%d)", heading, len(results))
	m.line("")
	for _, r := range results {
		clauses := ""
		if len(r.Clauses) > 0 {
			clauses = " (" + mdText(plain.Line(strings.Join(r.Clauses, ", "))) + ")"
		}
		m.line("- %s: %s%s", mdID(r.ID), mdText(r.reasonWords()), clauses)
	}
}

// rest prints the cases that need no action, folded: passes, information and
// controls.
func (m *markdown) rest(results []Result) {
	var rest []*Result
	for i := range results {
		r := &results[i]
		if r.Control || !r.Waived && (r.Status == Pass || r.Status == Info) {
			rest = append(rest, r)
		}
	}
	if len(rest) == 0 {
		return
	}
	m.line("")
	m.line("<details><summary>%s that need no action</summary>", counted(len(rest), "case"))
	m.line("")
	m.line("| case | expected | outcome | status |")
	m.line("| --- | --- | --- | --- |")
	for _, r := range rest {
		status := statusMark(r.Status) + " " + mdText(r.statusWords())
		if r.Control {
			status += ", control"
		}
		m.line("| %s | %s | %s | %s |", mdID(r.ID), mdText(plain.Line(r.Expect)), mdText(r.outcomeWords()), status)
	}
	m.line("")
	m.line("</details>")
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// mdID prints an id as code; one that no catalogue could have, as plain text.
func mdID(id string) string {
	if plainID.MatchString(id) {
		return "`" + id + "`"
	}
	return mdText(plain.Line(id))
}

// mdEscape makes text safe in a paragraph, a list item and a table cell.
var mdEscape = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, `\`, `\\`, "`", "\\`",
	"*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "#", `\#`, "~", `\~`, "!", `\!`,
)

func mdText(s string) string { return mdEscape.Replace(s) }
