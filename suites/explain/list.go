package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
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
// as "table", "json" ([Listed]) or "markdown". An unknown filter label, format or
// policy gives an error that names what there is; an empty filter selects every case.
func List(w io.Writer, filter string, p catalogue.Policy, format string) error {
	if err := p.Unknown(); err != nil {
		return err
	}
	selected, err := cases.All().Select(filter)
	if err != nil {
		return err
	}
	switch format {
	case "table":
		return listTable(w, selected, p)
	case "json":
		return listJSON(w, selected, p)
	case "markdown":
		return listMarkdown(w, selected, p)
	default:
		return fmt.Errorf("unknown format %q; table, json or markdown", format)
	}
}

func listTable(w io.Writer, selected []*catalogue.Case, p catalogue.Policy) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CASE\tLEVEL\tEXPECT\tTITLE")
	for _, cs := range selected {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", cs.ID, cs.LevelUnder(p), cs.ExpectationUnder(p), cs.Title)
	}
	return t.Flush()
}

func listJSON(w io.Writer, selected []*catalogue.Case, p catalogue.Policy) error {
	list := make([]Listed, len(selected))
	for i, cs := range selected {
		list[i] = Listed{
			ID: cs.ID, Title: cs.Title, Why: cs.Why, Group: cs.Group(), Level: string(cs.LevelUnder(p)),
			Expect: string(cs.ExpectationUnder(p)), Demands: demandNames(cs, p), Twin: cs.Twin,
			Change: cs.Change.Name, Clauses: cs.ClauseStrings(),
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(list)
}

// listMarkdown writes a table a group, each under a heading that says how many
// cases it has.
func listMarkdown(w io.Writer, selected []*catalogue.Case, p catalogue.Policy) error {
	count := map[string]int{}
	for _, cs := range selected {
		count[cs.Group()]++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# The catalogue\n\nEdition %s: %s. Expected is what the policy %s asks of the client, and what other policies ask where it is something else.\n",
		cases.Edition, counted(len(selected), "case"), p)
	group := ""
	for _, cs := range selected {
		if cs.Group() != group {
			group = cs.Group()
			fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n", group, counted(count[group], "case"))
			b.WriteString("| case | level | expected | what | why | clauses |\n|---|---|---|---|---|---|\n")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", cs.ID, levels(cs, p), expectations(cs, p),
			inCell.Replace(cs.Title), inCell.Replace(cs.Why), inCell.Replace(strings.Join(cs.ClauseStrings(), ", ")))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// inCell keeps text from meaning anything in a cell of a Markdown table.
var inCell = strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;", "`", "\\`", "[", `\[`)

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// expectations gives what p expects, followed by the policies that expect
// something else: "observe; rfc5922: refuse; apple, teams: accept".
func expectations(c *catalogue.Case, p catalogue.Policy) string {
	own := c.ExpectationUnder(p)
	parts := []string{string(own)}
	for _, e := range []catalogue.Expectation{catalogue.Accept, catalogue.Refuse, catalogue.Quiet, catalogue.Observe} {
		var who []string
		for _, other := range catalogue.Policies() {
			if e != own && c.ExpectationUnder(other) == e {
				who = append(who, string(other))
			}
		}
		if len(who) > 0 {
			parts = append(parts, strings.Join(who, ", ")+": "+string(e))
		}
	}
	return strings.Join(parts, "; ")
}

// levels gives the level under p, followed by the policies with another one:
// "SHOULD; apple, bcp195: MUST".
func levels(c *catalogue.Case, p catalogue.Policy) string {
	own := c.LevelUnder(p)
	var who []string
	other := own
	for _, q := range catalogue.Policies() {
		if l := c.LevelUnder(q); l != own {
			who, other = append(who, string(q)), l
		}
	}
	if len(who) == 0 {
		return string(own)
	}
	return fmt.Sprintf("%s; %s: %s", own, strings.Join(who, ", "), other)
}

func demandNames(c *catalogue.Case, p catalogue.Policy) []string {
	names := []string{}
	for _, d := range c.DemandsUnder(p) {
		names = append(names, d.Name)
	}
	return names
}
