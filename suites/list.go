package suites

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Listed is a case as 'siptrust list --format json' prints it.
type Listed struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Why     string   `json:"why"`
	Group   string   `json:"group"`
	Level   string   `json:"level"`
	Expect  string   `json:"expect"` // under the policy asked for
	Demands []string `json:"demands"`
	Twin    string   `json:"twin"`   // empty: the case is sound
	Change  string   `json:"change"` // from the twin, in words
	Clauses []string `json:"clauses"`
}

// List writes the cases that the filter selects, with what the policy expects,
// as "table", "json" or "markdown". It refuses an unknown format or policy.
func List(w io.Writer, filter string, p Policy, format string) error {
	if !slices.Contains(Policies(), p) {
		return unknownPolicy(p)
	}
	cases, err := All().Select(filter)
	if err != nil {
		return err
	}
	switch format {
	case "table":
		return listTable(w, cases, p)
	case "json":
		return listJSON(w, cases, p)
	case "markdown":
		return listMarkdown(w, cases, p)
	default:
		return fmt.Errorf("unknown format %q; table, json or markdown", format)
	}
}

func unknownPolicy(p Policy) error {
	return fmt.Errorf("unknown policy %q; one of %s", p, words(Policies()))
}

func listTable(w io.Writer, cases []*Case, p Policy) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CASE\tLEVEL\tEXPECT\tTITLE")
	for _, cs := range cases {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", cs.ID, cs.Level, cs.ExpectationUnder(p), cs.Title)
	}
	return t.Flush()
}

func listJSON(w io.Writer, cases []*Case, p Policy) error {
	list := make([]Listed, len(cases))
	for i, cs := range cases {
		list[i] = Listed{
			ID: cs.ID, Title: cs.Title, Why: cs.Why, Group: cs.Group(), Level: string(cs.Level),
			Expect: string(cs.ExpectationUnder(p)), Demands: cs.demandNames(p), Twin: cs.Twin,
			Change: cs.Change.Name, Clauses: cs.ClauseStrings(),
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(list)
}

func listMarkdown(w io.Writer, cases []*Case, p Policy) error {
	var b strings.Builder
	b.WriteString("| case | level | expect | what | why | clauses |\n|---|---|---|---|---|---|\n")
	for _, cs := range cases {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n",
			cs.ID, cs.Level, cs.ExpectationUnder(p), cs.Title, cs.Why, strings.Join(cs.ClauseStrings(), ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *Case) demandNames(p Policy) []string {
	names := []string{}
	for _, d := range c.DemandsUnder(p) {
		names = append(names, d.Name)
	}
	return names
}
