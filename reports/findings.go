package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"siptrust/internal/plain"
)

// Findings writes what each client does wrong, as Markdown: one section a
// record, with every fail and warn. Paths are where the records were read from,
// to distinguish records of the same client; nil: unknown.
func Findings(w io.Writer, records []Record, paths []string) error {
	matrix := NewClientMatrix(records, paths)
	d := &markdown{}
	d.findingsHead(records, &matrix)
	for i := range records {
		d.findings(&records[i], &matrix.Clients[i])
	}
	if _, err := io.WriteString(w, d.String()); err != nil {
		return fmt.Errorf("writing Markdown: %w", err)
	}
	return nil
}

// findingsHead says how the records were made, with the counts.
func (m *markdown) findingsHead(records []Record, matrix *ClientMatrix) {
	var made []string
	for i := range records {
		r := &records[i]
		for _, words := range []string{
			"catalogue " + known(r.Tool.Edition), "policy " + known(r.Policy), "TLS " + r.Settings.versionWords(),
			r.Settings.keyWords(), "filter: " + r.Settings.filterWords(), day(r),
		} {
			if !slices.Contains(made, words) {
				made = append(made, words)
			}
		}
	}
	m.line("%s", mdText(strings.Join(made, " · ")))
	for _, what := range matrix.Notes {
		m.line("")
		m.line("> %s", mdText(what))
	}
	m.line("")
	m.line("| client | verdict | pass | warn | fail | waived | inconclusive | skip | info |")
	m.line("| --- | --- | --: | --: | --: | --: | --: | --: | --: |")
	for i := range matrix.Clients {
		c := &matrix.Clients[i]
		s := c.Summary
		m.line("| %s | %s | %d | %d | %d | %d | %d | %d | %d |", mdText(c.Label), mdText(c.verdictWords()),
			s.Pass, s.Warn, s.Fail, s.Waived, s.Inconclusive, s.Skip, s.Info)
	}
}

// findings is the section of one client.
func (m *markdown) findings(record *Record, c *MatrixClient) {
	m.line("")
	m.line("## %s", mdText(c.Label))
	m.line("")
	var wrong []*Result
	for i := range record.Results {
		r := &record.Results[i]
		if !r.Control && (r.Status == Fail || r.Status == Warn) {
			wrong = append(wrong, r)
		}
	}
	if !record.Complete {
		m.line("The run did not finish.")
		m.line("")
	}
	if len(wrong) == 0 {
		m.line("Nothing failed, and no SHOULD was missed.")
		return
	}
	m.line("| status | case | what | clauses | evidence |")
	m.line("| --- | --- | --- | --- | --- |")
	for _, r := range wrong {
		m.line("| %s | %s | %s | %s | %s |", mdText(r.statusWords()), mdID(r.ID), mdText(r.reasonWords()),
			mdText(plain.Line(strings.Join(r.Clauses, ", "))), mdText(r.evidenceWords()))
	}
}

// evidenceWords says in short what the server observed.
func (r *Result) evidenceWords() string {
	words := []string{r.outcomeWords()}
	if version := plain.Line(r.TLS.Version); version != "" {
		words = append(words, "TLS "+version)
	}
	if alert := plain.Line(r.Alert); alert != "" {
		words = append(words, "alert "+alert)
	}
	return strings.Join(words, "; ")
}

// known prints a value, or that it is unknown.
func known(s string) string {
	if s = plain.Line(s); s != "" {
		return s
	}
	return "unknown"
}

// day is the day on which a run began.
func day(r *Record) string {
	if r.Started.IsZero() {
		return "date unknown"
	}
	return r.Started.UTC().Format("2 January 2006")
}
