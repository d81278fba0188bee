package reports

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"siptrust/internal/plain"
)

// The page's parts. Style and script are part of the page, which must work
// without other files and without network.
var (
	//go:embed report.html.tmpl
	pageSource string
	//go:embed report.css
	pageStyle string
	//go:embed report.js
	pageScript string

	pageTemplate = template.Must(template.New("page").Parse(pageSource))
)

// page is what the template gets: clean words, which the template escapes.
type page struct {
	Title    string
	Kind     string // of the subject
	Subject  string
	Date     string
	Policy   string
	Verdict  string
	Class    string // of the verdict
	Meaning  string
	Complete bool
	Facts    []fact
	Total    int
	Bar      []segment
	Counts   []tally
	Columns  []column
	Rows     []pageRow
	Matrix   bool
	Resolve  []pageCase // failed or inconclusive
	Gaps     []pageCase // warned or skipped
	Waived   []pageCase
	Groups   []pageGroup
	Footer   string
	CSP      string
	Style    template.CSS
	Script   template.JS
}

type fact struct{ Name, Value string }

// segment is a piece of the bar of counts.
type segment struct {
	X, Width int
	Class    string
}

// tally is one count with its word.
type tally struct {
	Count int
	Word  string
	Class string
}

type column struct{ Words, Must string }

type pageRow struct {
	Words string
	Cells []pageCell
}

// pageCell is a cell of the matrix. Anchor is empty when the case was not run.
type pageCell struct {
	Class, Word, Note, Anchor, Title string
}

type pageGroup struct {
	Name   string
	Counts []tally
	Cases  []pageCase
}

// pageCase is one result as the page shows it.
type pageCase struct {
	ID, Title, Anchor string
	Class, Word       string
	Control           bool
	Open              bool
	Expect, Level     string
	Duty              string // what the expectation requires of the client
	Outcome, Reason   string
	Demands           []Demand
	Twin, TwinAnchor  string
	TwinWord          string
	Clauses           []string
	Alert             string
	TLS               []fact
	Time              string
	Ladder            *ladder
	Steps             []pageStep
	Search            string
}

// openAtMost is how many failed cases the page shows unfolded.
const openAtMost = 8

// HTML writes the record as one page that needs no other file and no network:
// verdict and settings, the paper's matrix, the cases that need action, then
// every case with its message ladder. It works without scripts, in light and
// dark, and in print. All text of the record is escaped.
func HTML(w io.Writer, record Record) error {
	return writePage(w, pageTemplate, newPage(&record))
}

// writePage writes a page whole or not at all.
func writePage(w io.Writer, t *template.Template, data any) error {
	var whole bytes.Buffer
	if err := t.Execute(&whole, data); err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	_, err := w.Write(whole.Bytes())
	return err
}

func newPage(r *Record) page {
	summary := Summarise(r.Results)
	p := page{
		Title: "TLS conformance of " + r.subjectWords(), Kind: r.Subject.kindWords(), Subject: r.subjectWords(), Date: moment(r.Started), Policy: plain.Line(r.Policy),
		Verdict: r.verdictWords(), Class: verdictClass(r.Verdict), Meaning: r.meaning(), Complete: r.Complete,
		Facts: []fact{
			{"Policy", plain.Line(r.Policy)},
			{"TLS versions offered", r.Settings.versionWords()},
			{"Server keys", r.Settings.keyWords()},
			{"Filter", r.Settings.filterWords()},
			{"Driver", plain.Line(r.Subject.Driver)},
			{"Plaintext listeners", r.Settings.trapWords()},
			{"Duration", duration(r.Seconds) + ", " + counted(r.Settings.Jobs, "case") + " at once"},
			{"Catalogue", plain.Line(r.Tool.Edition)},
		},
		Footer: strings.TrimSpace(plain.Line(r.Tool.Name)+" "+plain.Line(r.Tool.Version)) + ", catalogue " + plain.Line(r.Tool.Edition) +
			". Controls are shown and not counted. Times are milliseconds since the attempt began.",
		Total: summary.Total(), Counts: tallies(summary), CSP: policyOf(pageStyle, pageScript),
		Style: template.CSS(pageStyle), Script: template.JS(pageScript), // both are the program's own
	}
	at := 0
	for _, part := range summary.parts() {
		p.Bar = append(p.Bar, segment{X: at, Width: part.Count, Class: string(part.Status)})
		at += part.Count
	}
	p.addMatrix(r.Results)
	p.addCases(r.Results)
	return p
}

// policyOf is the page's content security policy (CSP Level 3): nothing but
// this style and this script, known by their digests.
func policyOf(style, script string) string {
	digest := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + digest(style) + "; script-src " + digest(script) + "; base-uri 'none'; form-action 'none'"
}

func (p *page) addMatrix(results []Result) {
	rows := matrix(results)
	p.Matrix = anyOf(rows)
	for i, axis := range matrixColumns {
		must := "refuse"
		if i == 0 {
			must = "accept"
		}
		p.Columns = append(p.Columns, column{axis.Words, must})
	}
	for _, row := range rows {
		shown := pageRow{Words: row.Words}
		for _, cell := range row.Cells {
			shown.Cells = append(shown.Cells, newCell(cell))
		}
		p.Rows = append(p.Rows, shown)
	}
}

func newCell(cell matrixCell) pageCell {
	r := cell.Result
	if r == nil {
		return pageCell{Class: "none", Word: "not run", Title: cell.ID}
	}
	c := pageCell{
		Class: statusClass(r), Word: r.statusWords(), Note: plain.Line(r.Outcome),
		Anchor: anchor(r.ID), Title: plain.Line(r.ID) + ": " + r.reasonWords(),
	}
	if r.Control {
		c.Note = "control only"
	}
	return c
}

func (p *page) addCases(results []Result) {
	statuses := make(map[string]*Result, len(results))
	for i := range results {
		statuses[results[i].ID] = &results[i]
	}
	index := map[string]int{}
	opened := 0
	for i := range results {
		r := &results[i]
		c := newCase(r, statuses[r.Twin], i)
		if r.Status == Fail && !r.Waived && !r.Control && opened < openAtMost {
			c.Open = true
			opened++
		}
		name := r.prefix()
		at, found := index[name]
		if !found {
			at = len(p.Groups)
			index[name] = at
			p.Groups = append(p.Groups, pageGroup{Name: name})
		}
		p.Groups[at].Cases = append(p.Groups[at].Cases, c)
	}
	for i := range p.Groups {
		group := &p.Groups[i]
		var of []Result
		for j := range results {
			if results[j].prefix() == group.Name {
				of = append(of, results[j])
			}
		}
		group.Counts = tallies(Summarise(of))
	}
	brief := func(list []*Result) (cases []pageCase) {
		for _, r := range list {
			cases = append(cases, newCase(r, nil, 0))
		}
		return cases
	}
	p.Resolve = append(brief(withStatus(results, Fail)), brief(withStatus(results, Inconclusive))...)
	p.Gaps = append(brief(withStatus(results, Warn)), brief(withStatus(results, Skip))...)
	p.Waived = brief(waived(results))
}

// newCase says what the page shows of a result; twin may be nil.
func newCase(r, twin *Result, number int) pageCase {
	c := pageCase{
		ID: plain.Line(r.ID), Title: plain.Line(r.Title), Anchor: anchor(r.ID),
		Class: statusClass(r), Word: r.statusWords(), Control: r.Control,
		Expect: plain.Line(r.Expect), Level: plain.Line(r.Level), Duty: duty(r.Expect), Outcome: r.outcomeWords(), Reason: plain.Line(r.Reason),
		Twin: plain.Line(r.Twin), Alert: plain.Line(r.Alert), Time: duration(r.Milliseconds / 1000),
		Ladder: newLadder("ladder-"+strconv.Itoa(number+1), r.Evidence),
	}
	for _, d := range r.Demands {
		c.Demands = append(c.Demands, Demand{plain.Line(d.Name), d.Met})
	}
	for _, clause := range r.Clauses {
		c.Clauses = append(c.Clauses, plain.Line(clause))
	}
	if twin != nil {
		c.TwinAnchor, c.TwinWord = anchor(twin.ID), plain.Line(twin.Outcome)
	}
	c.Steps = pageSteps(r.Steps)
	for _, f := range []fact{{"version", plain.Line(r.TLS.Version)}, {"cipher suite", plain.Line(r.TLS.Cipher)}, {"server name sent", plain.Line(r.TLS.SNI)}} {
		if f.Value != "" {
			c.TLS = append(c.TLS, f)
		}
	}
	c.Search = strings.ToLower(strings.Join([]string{c.ID, c.Title, c.Word, c.Outcome, c.Reason, c.Alert, strings.Join(c.Clauses, " ")}, " "))
	return c
}

// duty says what an expectation requires of the client.
func duty(expect string) string {
	switch expect {
	case "accept":
		return "complete the handshake and send SIP"
	case "refuse":
		return "end the connection before any SIP"
	case "quiet":
		return "send no SIP, in TLS or in the clear"
	case "observe":
		return "nothing: it is recorded, not judged"
	}
	return ""
}

func tallies(s Summary) []tally {
	var list []tally
	for _, part := range s.parts() {
		class := string(part.Status)
		list = append(list, tally{part.Count, class, class})
	}
	return list
}

func verdictClass(v Verdict) string {
	switch v {
	case Conforms:
		return "pass"
	case ConformsWithGaps:
		return "warn"
	case DoesNotConform:
		return "fail"
	}
	return "inconclusive"
}

func statusClass(r *Result) string {
	if r.Waived {
		return "waived"
	}
	if !r.Status.known() {
		return "info"
	}
	return string(r.Status)
}

// anchor is a case's id within the page: letters that need no escaping.
func anchor(id string) string {
	return "case-" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return '_'
	}, id)
}
