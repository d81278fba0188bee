package reports

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"siptrust/internal/plain"
)

// cellMark is a result in one character, for a terminal's columns.
func cellMark(r *Result) string {
	switch {
	case r == nil:
		return "·"
	case r.Waived:
		return "w"
	case r.Status == Info:
		switch r.Outcome {
		case "accepted":
			return "a"
		case "refused":
			return "r"
		}
	}
	return statusMark(r.Status)
}

const matrixLegend = "✓ pass, ✗ fail, w waived, ? inconclusive, ! warn, – skip, a accepted and r refused where nothing is judged, i other outcome, · not run"

// MatrixTerminal writes the clients, then the cases in which they differ, one
// line each, and the faults in common.
func MatrixTerminal(w io.Writer, m ClientMatrix, color bool) error {
	p := painter(color)
	var b strings.Builder
	m.terminalClients(&b, p)
	cases, differ := m.totals()
	width := 0
	m.rows(func(row *MatrixRow) {
		if row.Differs {
			width = max(width, len([]rune(plain.Line(row.Case.ID))))
		}
	})
	if differ > 0 {
		heads := make([]string, len(m.Clients))
		for i := range heads {
			heads[i] = fmt.Sprintf("%2d", i+1)
		}
		fmt.Fprintf(&b, "\n%-*s  %s\n", width, "", p.paint(strings.Join(heads, " "), sgrDim))
	}
	for g := range m.Groups {
		for i := range m.Groups[g].Rows {
			row := &m.Groups[g].Rows[i]
			if !row.Differs {
				continue
			}
			fmt.Fprintf(&b, "%-*s ", width, plain.Line(row.Case.ID))
			for _, r := range row.Cells {
				mark := cellMark(r)
				if r != nil && !r.Waived && r.Status != Pass {
					mark = p.paint(mark, statusColor(r.Status))
				}
				b.WriteString("  " + mark)
			}
			b.WriteString("\n")
		}
	}
	if len(m.Faults) > 0 {
		fmt.Fprintf(&b, "\n%s\n", p.paint("faults in common", sgrBold))
	}
	for i := range m.Faults {
		f := &m.Faults[i]
		fmt.Fprintf(&b, "  %s: %s\n", m.names(f.Clients), faultWords(f.Cases))
	}
	for _, what := range m.Notes {
		fmt.Fprintf(&b, "note: %s\n", what)
	}
	fmt.Fprintf(&b, "\n%s\n%s\n", p.paint(fmt.Sprintf("clients differ in %d of %s", differ, counted(cases, "case")), sgrBold), p.paint(matrixLegend, sgrDim))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the matrix: %w", err)
	}
	return nil
}

func (m *ClientMatrix) terminalClients(b *strings.Builder, p painter) {
	width := 0
	for i := range m.Clients {
		width = max(width, len([]rune(m.Clients[i].Label)))
	}
	for i := range m.Clients {
		c := &m.Clients[i]
		verdict := p.paint(fmt.Sprintf("%-18s", c.verdictWords()), verdictColor(c.Verdict))
		fmt.Fprintf(b, "%2d  %-*s  %s  %s", i+1, width, c.Label, verdict, p.counts(c.Summary))
		if i > 0 {
			fmt.Fprintf(b, "; compared with 1: %d worse, %d better", c.Worse, c.Better)
		}
		b.WriteString("\n")
	}
}

func (c *MatrixClient) verdictWords() string {
	record := Record{Verdict: c.Verdict}
	return record.verdictWords()
}

// faultWords names the first cases and counts the others.
func faultWords(cases []string) string {
	const enough = 3
	words := make([]string, 0, enough)
	for _, id := range cases[:min(enough, len(cases))] {
		words = append(words, plain.Line(id))
	}
	if more := len(cases) - enough; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(words, ", "), more)
	}
	return strings.Join(words, ", ")
}

// MatrixMarkdown writes the clients, the cases in which they differ and the
// faults in common, for a step summary or a page.
func MatrixMarkdown(w io.Writer, m ClientMatrix) error {
	d := &markdown{}
	cases, differ := m.totals()
	d.line("## siptrust: %s compared", counted(len(m.Clients), "client"))
	d.line("")
	d.line("They differ in **%d of %s**.", differ, counted(cases, "case"))
	for _, what := range m.Notes {
		d.line("")
		d.line("> %s", mdText(what))
	}
	d.line("")
	d.line("| | client | policy | verdict | pass | warn | fail | waived | inconclusive | skip | worse than 1 | better than 1 | fails alone |")
	d.line("| --: | --- | --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |")
	for i := range m.Clients {
		c := &m.Clients[i]
		against := [2]string{"", ""}
		if i > 0 {
			against = [2]string{strconv.Itoa(c.Worse), strconv.Itoa(c.Better)}
		}
		d.line("| %d | %s | %s | %s | %d | %d | %d | %d | %d | %d | %s | %s | %d |", i+1, mdText(c.Label), mdText(c.Policy), mdText(c.verdictWords()),
			c.Summary.Pass, c.Summary.Warn, c.Summary.Fail, c.Summary.Waived, c.Summary.Inconclusive, c.Summary.Skip, against[0], against[1], c.Alone)
	}
	m.markdownRows(d)
	if len(m.Faults) > 0 {
		d.line("")
		d.line("### Faults in common")
		d.line("")
	}
	for i := range m.Faults {
		f := &m.Faults[i]
		d.line("- %s: %s", mdText(m.names(f.Clients)), mdText(faultWords(f.Cases)))
	}
	if _, err := io.WriteString(w, d.String()); err != nil {
		return fmt.Errorf("writing Markdown: %w", err)
	}
	return nil
}

func (m *ClientMatrix) markdownRows(d *markdown) {
	heads := make([]string, len(m.Clients))
	for i := range heads {
		heads[i] = strconv.Itoa(i + 1)
	}
	for g := range m.Groups {
		group := &m.Groups[g]
		if group.Differ == 0 {
			continue
		}
		d.line("")
		d.line("<details open><summary><b>%s</b>, %d of %s</summary>", mdText(group.Name), group.Differ, counted(len(group.Rows), "case"))
		d.line("")
		d.line("| case | %s |", strings.Join(heads, " | "))
		d.line("| --- |%s", strings.Repeat(" --- |", len(heads)))
		for i := range group.Rows {
			row := &group.Rows[i]
			if !row.Differs {
				continue
			}
			words := make([]string, len(row.Cells))
			for k, r := range row.Cells {
				words[k] = mdMatrixCell(r)
			}
			d.line("| %s | %s |", mdID(row.Case.ID), strings.Join(words, " | "))
		}
		d.line("")
		d.line("</details>")
	}
}

func mdMatrixCell(r *Result) string {
	switch {
	case r == nil:
		return "·"
	case r.Status == Pass:
		return statusMark(Pass)
	case r.Status == Info:
		return mdText(cellWord(r))
	}
	return "**" + statusMark(r.Status) + " " + mdText(cellWord(r)) + "**"
}
