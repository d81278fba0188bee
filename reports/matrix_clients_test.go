package reports

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// phones are three records of the same four cases, and one that only the last
// has.
func phones() []Record {
	of := func(name, version string, results ...Result) Record {
		r := recordOf(results...)
		for i := range r.Results {
			r.Results[i].Group, _, _ = strings.Cut(r.Results[i].ID, ".")
		}
		r.Subject = Subject{Name: name, Version: version}
		r.Summary = Summarise(r.Results)
		return r
	}
	signed := one("name.cn", Fail)
	signed.Waived = true
	seen := func(outcome string) Result { return Result{ID: "name.star", Status: Info, Outcome: outcome} }
	control := one("time.sound", Fail)
	control.Control = true
	return []Record{
		of("desk", "1", one("time.past", Pass), one("time.future", Pass), one("name.cn", Fail), seen("accepted"), one("time.sound", Pass)),
		of("desk", "2", one("time.past", Fail), one("time.future", Pass), signed, seen("refused"), control),
		of("soft", "", one("time.past", Fail), one("time.future", Pass), one("name.cn", Pass), seen("refused"), one("chain.long", Skip)),
	}
}

func TestClientMatrix(t *testing.T) {
	t.Parallel()
	m := NewClientMatrix(phones(), nil)
	type group struct {
		Name   string
		Differ int
		Rows   []string
	}
	var got []group
	for _, g := range m.Groups {
		one := group{Name: g.Name, Differ: g.Differ}
		for i := range g.Rows {
			words := g.Rows[i].Case.ID
			for _, r := range g.Rows[i].Cells {
				words += " " + short(r)
			}
			one.Rows = append(one.Rows, words)
		}
		got = append(got, one)
	}
	want := []group{
		{"time", 1, []string{"time.past pass ✗ fail ✗ fail", "time.future pass pass pass", "time.sound pass · ·"}},
		{"name", 2, []string{"name.cn ✗ fail waived pass", "name.star accepted refused refused"}},
		{"chain", 0, []string{"chain.long · · skip"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups:\n%s", diff)
	}
	if diff := cmp.Diff([]SharedFault{{[]int{1, 2}, []string{"time.past"}}, {[]int{0, 1}, []string{"name.cn"}}}, m.Faults); diff != "" {
		t.Errorf("faults:\n%s", diff)
	}
	for i, want := range []string{"desk 1 desk 1 0 0 0", "desk 2 desk 2 1 0 0", "soft soft 1 1 0"} {
		c := m.Clients[i]
		if got := fmt.Sprintf("%s %s %d %d %d", c.Label, c.Short, c.Worse, c.Better, c.Alone); got != want {
			t.Errorf("client %d: %q, want %q", i+1, got, want)
		}
	}
	if m.Notes != nil {
		t.Errorf("the runs are called notes: %v", m.Notes)
	}
}

// Records of the same client and version are distinguished by their paths.
func TestMatrixLabels(t *testing.T) {
	t.Parallel()
	records := phones()[:1]
	records = append(records, records[0], records[0])
	for _, c := range []struct{ paths, want []string }{
		{[]string{"a/b/results.json", "c/results.jsonl", "d"}, []string{"b", "c", "d"}},
		{[]string{"a/out/results.json", "b/out/", "d"}, []string{"a/out", "b/out", "d"}},
		{[]string{"a", "a", "a/results.json"}, []string{"a", "2", "3"}},
		{nil, []string{"1", "2", "3"}},
	} {
		for i, client := range NewClientMatrix(records, c.paths).Clients {
			if want := "desk 1 (" + c.want[i] + ")"; client.Label != want || client.Short != want {
				t.Errorf("%v: client %d is called %q, %q, want %q", c.paths, i+1, client.Label, client.Short, want)
			}
		}
	}
}

// A waiver of a client's fault is no difference of clients.
func TestMatrixOfWaived(t *testing.T) {
	t.Parallel()
	signed := one("c", Fail)
	signed.Waived = true
	m := NewClientMatrix([]Record{recordOf(one("c", Fail)), recordOf(signed)}, nil)
	if _, differ := m.totals(); differ != 0 || m.Clients[1].Better != 0 || len(m.Faults) != 1 {
		t.Errorf("%d differ, %d better, %d faults", differ, m.Clients[1].Better, len(m.Faults))
	}
}

func TestMatrixUnlike(t *testing.T) {
	t.Parallel()
	records := phones()
	records[1].Policy, records[2].Complete, records[2].Settings.TLSKey = "apple", false, "rsa"
	said := strings.Join(NewClientMatrix(records, nil).Notes, "\n")
	want := "different policies: interop (1, 3); apple (2)\ndifferent server keys: ECDSA P-256 (1, 2); RSA 2048 (3)\nthe run of soft (3) did not finish"
	if said != want {
		t.Errorf("%s\nwant\n%s", said, want)
	}
	if got := spans([]int{0, 1, 2, 4, 6, 7}); got != "1–3, 5, 7, 8" {
		t.Errorf("spans %q", got)
	}
}

func matrixPageOf(t *testing.T, records []Record) string {
	t.Helper()
	var b strings.Builder
	if err := MatrixHTML(&b, NewClientMatrix(records, nil)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Every row of the table of cases has a heading and a cell a client, every
// column a heading; each case has the row that explains it.
func TestMatrixTable(t *testing.T) {
	t.Parallel()
	rows, details, columns := 0, 0, 0
	walk(t, matrixPageOf(t, phones()), func(n *html.Node) {
		if attr(n, "scope") == "" && n.Data == "th" {
			t.Error("a heading without a scope")
		}
		if n.Data != "tr" || n.Parent == nil || attr(n.Parent.Parent, "id") != "grid" {
			return
		}
		cells, heads := 0, 0
		for c := range n.ChildNodes() {
			switch {
			case c.Data == "td" && strings.TrimSpace(textOf(c)) == "":
				t.Error("a cell without a word")
			case c.Data == "td":
				cells++
			case c.Data == "th":
				heads++
			}
		}
		switch class, _, _ := strings.Cut(attr(n, "class"), " "); {
		case class == "m" && cells == 1:
			details++
		case class == "" && heads == 4:
			columns++
		case (class == "c" || class == "g") && heads == 1 && cells == 3:
			rows++
		default:
			t.Errorf("a row %q of %d headings and %d cells", class, heads, cells)
		}
	})
	if rows != 6+3 || details != 6 || columns != 1 {
		t.Errorf("%d rows, %d explained, %d heads", rows, details, columns)
	}
}

// Nothing in the page makes a browser ask for anything or do what a record
// says; nor do the other forms.
func TestMatrixOfHostileRecords(t *testing.T) {
	t.Parallel()
	records := []Record{hostile(), hostile(), sample()}
	records[1].Results[0].Status, records[1].Results[1].Status = Pass, Fail
	page := matrixPageOf(t, records)
	scripts := 0
	walk(t, page, func(n *html.Node) {
		switch n.Data {
		case "link", "img", "iframe", "object", "embed", "image", "base", "form", "source":
			t.Errorf("element %s", n.Data)
		case "script":
			scripts++
			if n.FirstChild.Data != matrixScript {
				t.Error("a script of the record's")
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || (a.Key == "href" && !strings.HasPrefix(a.Val, "#")) {
				t.Errorf("%s has %s=%q", n.Data, a.Key, a.Val)
			}
		}
		if attr(n, "http-equiv") == "Content-Security-Policy" && attr(n, "content") != policyOf(pageStyle+matrixStyle, matrixScript) {
			t.Errorf("policy %q", attr(n, "content"))
		}
	})
	if scripts != 1 || strings.Contains(page, "ZgotmplZ") {
		t.Errorf("%d scripts", scripts)
	}
	m := NewClientMatrix(records, []string{"\x1b[31m/x", "\u202e", ""})
	var b strings.Builder
	if err := MatrixTerminal(&b, m, false); err != nil {
		t.Fatal(err)
	}
	if err := MatrixMarkdown(&b, m); err != nil {
		t.Fatal(err)
	}
	if err := Findings(&b, records, nil); err != nil {
		t.Fatal(err)
	}
	printable(t, b.String())
	if strings.Contains(b.String()[strings.Index(b.String(), "## "):], "<script") {
		t.Error("HTML in the Markdown")
	}
}

// Fifteen clients by 500 cases, a fifth of them faults, stay a page that opens
// at once.
func TestMatrixSize(t *testing.T) {
	t.Parallel()
	records := make([]Record, 15)
	for i := range records {
		records[i] = recordOf()
		records[i].Subject.Name = fmt.Sprintf("phone-%d", i)
		for k := range 500 {
			r := Result{
				ID: fmt.Sprintf("group%d.some-longer-case-name-%d", k/25, k), Title: "The server certificate is wrong in some way", Group: fmt.Sprintf("group%d", k/25),
				Status: Pass, Outcome: "refused", How: "by alert", Level: "MUST", Expect: "refuse", Clauses: []string{"RFC 5280 6.1.3"},
			}
			if (i*7+k)%5 == 0 {
				r.Status, r.Outcome, r.Reason = Fail, "accepted", "accepted, although the server certificate is wrong in some way"
			}
			records[i].Results = append(records[i].Results, r)
		}
	}
	if page := matrixPageOf(t, records); len(page) > 600<<10 || !utf8.ValidString(page) {
		t.Errorf("%d octets", len(page))
	}
}

func TestMatrixOfNothing(t *testing.T) {
	t.Parallel()
	if page := matrixPageOf(t, []Record{recordOf(), recordOf()}); !strings.Contains(page, "No case is failed by two clients.") {
		t.Error("the page says nothing of faults")
	}
}
