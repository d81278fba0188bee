package reports

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"siptrust/internal/plain"
)

// The page of the matrix shares icons, badges and style with a run's report.
var (
	//go:embed matrix.html.tmpl
	matrixSource string
	//go:embed matrix.css
	matrixStyle string
	//go:embed matrix.js
	matrixScript string

	matrixTemplate = template.Must(template.Must(template.New("matrix").Parse(pageSource)).New("clients").Parse(matrixSource))
)

// matrixPage is what the template gets: clean words, which it escapes.
type matrixPage struct {
	Title, First, Footer string
	Cases, Differ, Span  int
	Few                  bool // columns: their names have room to be horizontal
	Notes, Counted       []string
	Clients              []matrixColumn
	Groups               []matrixBody
	Faults               []matrixFault
	CSP                  string
	Style                template.CSS
	Script               template.JS
}

type matrixColumn struct {
	Number               int
	Label, Short, Policy string
	Class, Word          string // of the verdict
	Counts               []tally
	Worse, Better, Alone int
}

type matrixBody struct {
	Name          string
	Total, Differ int
	Cells         []matrixField
	Rows          []matrixLine
}

type matrixLine struct {
	ID, Title, Expect, Class string
	Cells                    []matrixField
	Seen                     []matrixSeen
}

// matrixField is a cell. There are thousands, so the class is one letter, with a
// word, and a mark where the result is not the first client's.
type matrixField struct{ Class, Word, Mark, Said string }

type matrixSeen struct{ Of, Class, Word, Says, Who string }

type matrixFault struct {
	Count, Who string
	Cases      []string
}

// MatrixHTML writes cases by clients as one page that needs no other file and
// no network: the clients, the cases by group with the differences first, and the
// faults in common. Evidence stays in the reports of the runs. It works without
// scripts, then with everything unfolded; in light and dark; in print, where the
// rows of a folded group that do not differ are left out. All text of the
// records is escaped.
func MatrixHTML(w io.Writer, m ClientMatrix) error {
	return writePage(w, matrixTemplate, newMatrixPage(&m))
}

func newMatrixPage(m *ClientMatrix) matrixPage {
	style := pageStyle + matrixStyle
	p := matrixPage{
		Title:  counted(len(m.Clients), "client") + " compared",
		Footer: "Controls are left out. The report of each run shows what the client did on the wire.",
		Notes:  m.Notes, Span: len(m.Clients) + 1, Few: len(m.Clients) <= 6,
		CSP: policyOf(style, matrixScript), Style: template.CSS(style), Script: template.JS(matrixScript), // both are the program's own
	}
	p.Cases, p.Differ = m.totals()
	for _, status := range []Status{Pass, Warn, Fail} {
		p.Counted = append(p.Counted, string(status))
	}
	p.Counted = append(p.Counted, "waived", "inconcl.", "info", "skip")
	for i := range m.Clients {
		p.Clients = append(p.Clients, newMatrixColumn(&m.Clients[i], i))
	}
	if len(p.Clients) > 0 {
		p.First = p.Clients[0].Label
	}
	for g := range m.Groups {
		p.Groups = append(p.Groups, m.body(&m.Groups[g]))
	}
	for i := range m.Faults {
		f := &m.Faults[i]
		fault := matrixFault{Count: counted(len(f.Cases), "case"), Who: m.names(f.Clients)}
		for _, id := range f.Cases {
			fault.Cases = append(fault.Cases, plain.Line(id))
		}
		p.Faults = append(p.Faults, fault)
	}
	return p
}

func newMatrixColumn(c *MatrixClient, i int) matrixColumn {
	s := c.Summary
	return matrixColumn{
		Number: i + 1, Label: c.Label, Short: c.Short, Policy: c.Policy, Class: verdictClass(c.Verdict), Word: c.verdictWords(),
		Counts: []tally{
			{s.Pass, "pass", "pass"},
			{s.Warn, "warn", "warn"},
			{s.Fail, "fail", "fail"},
			{s.Waived, "waived", "waived"},
			{s.Inconclusive, "inconclusive", "inconclusive"},
			{s.Info, "info", "info"},
			{s.Skip, "skip", "skip"},
		},
		Worse: c.Worse, Better: c.Better, Alone: c.Alone,
	}
}

// letter is a status's class in the grid; a pass has none.
func letter(r *Result) string {
	switch {
	case r == nil:
		return "x"
	case r.Waived:
		return "v"
	}
	switch r.Status {
	case Pass:
		return ""
	case Warn:
		return "w"
	case Fail:
		return "f"
	case Inconclusive:
		return "n"
	case Skip:
		return "s"
	}
	return "i"
}

// short is a result's word where a column is narrow.
func short(r *Result) string {
	switch {
	case r == nil:
		return "·"
	case r.Waived:
		return "waived"
	case r.Status == Inconclusive:
		return "incon."
	case r.Status == Fail:
		return "✗ fail"
	}
	return cellWord(r)
}

func (m *ClientMatrix) body(g *MatrixGroup) matrixBody {
	b := matrixBody{Name: g.Name, Total: len(g.Rows), Differ: g.Differ}
	for i := range m.Clients {
		b.Cells = append(b.Cells, g.summary(i))
	}
	for i := range g.Rows {
		b.Rows = append(b.Rows, m.line(&g.Rows[i]))
	}
	return b
}

// summary is the cell of a folded group: how often the client's worst status is
// in it.
func (g *MatrixGroup) summary(client int) matrixField {
	var worst *Result
	n := 0
	for i := range g.Rows {
		r := g.Rows[i].Cells[client]
		if r == nil {
			continue
		}
		same := worst != nil && letter(r) == letter(worst)
		switch {
		case same:
			n++
		case worst == nil || rank(r) > rank(worst) || (rank(r) == rank(worst) && letter(r) == ""):
			worst, n = r, 1
		}
	}
	if worst == nil {
		return matrixField{Class: "x", Word: "·"}
	}
	class := letter(worst)
	switch class {
	case "", "i":
		return matrixField{Word: "ok"}
	case "s":
		return matrixField{Class: class, Word: fmt.Sprintf("%d skip", n)}
	}
	return matrixField{Class: class, Word: fmt.Sprintf("%d %s", n, strings.TrimPrefix(short(worst), "✗ "))}
}

func (m *ClientMatrix) line(row *MatrixRow) matrixLine {
	c := row.Case
	l := matrixLine{ID: plain.Line(c.ID), Title: plain.Line(c.Title), Expect: plain.Line(strings.Join(append([]string{c.Level + ": " + c.Expect}, c.Clauses...), " · "))}
	var classes []string
	if row.Differs {
		classes = append(classes, "d")
	}
	for i, r := range row.Cells {
		field := matrixField{Class: letter(r), Word: short(r)}
		switch row.against(i) {
		case 1:
			field.Mark, field.Said = "▼", " worse"
		case -1:
			field.Mark, field.Said = "▲", " better"
		}
		l.Cells = append(l.Cells, field)
	}
	if len(row.failing()) > 0 {
		classes = append(classes, "b")
	}
	l.Class = strings.Join(classes, " ")
	for _, o := range row.observations() {
		of := make([]string, len(o.Clients))
		for i, at := range o.Clients {
			of[i] = strconv.Itoa(at + 1)
		}
		l.Seen = append(l.Seen, matrixSeen{
			Of: strings.Join(of, " "), Class: statusClass(o.Result), Word: o.Result.statusWords(), Says: o.says(), Who: m.names(o.Clients),
		})
	}
	return l
}
