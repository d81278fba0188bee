package suites_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// previousEdition is the one before [cases.Edition]. testdata/editions has its cases.
const previousEdition = "2026.2"

// asked is what an edition asks of a client in a case.
type asked struct{ expect, demands string }

// askedOf gives it of a case of this edition, in the words of the stored ones:
// "observe (MUST); rfc5922, rfc9525: refuse (MUST)".
func askedOf(cs *catalogue.Case) asked {
	under := func(p catalogue.Policy) string {
		return fmt.Sprintf("%s (%s)", cs.ExpectationUnder(p), cs.LevelUnder(p))
	}
	own := under(catalogue.Interop)
	var order []string
	who := map[string][]string{}
	for _, p := range catalogue.Policies() {
		if other := under(p); other != own {
			if who[other] == nil {
				order = append(order, other)
			}
			who[other] = append(who[other], string(p))
		}
	}
	for _, other := range order {
		own += "; " + strings.Join(who[other], ", ") + ": " + other
	}
	demands := make([]string, len(cs.Demands))
	for i, d := range cs.Demands {
		demands[i] = d.Name
	}
	if len(demands) == 0 {
		demands = []string{"-"}
	}
	return asked{own, strings.Join(demands, " ")}
}

// storedEdition reads what an earlier edition asked, by id.
func storedEdition(t *testing.T, edition string) map[string]asked {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "editions", edition+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	stored := make(map[string]asked)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 {
			t.Fatalf("edition %s: %q is not id, expectation and demands, apart by tabs", edition, line)
		}
		stored[fields[0]] = asked{fields[1], fields[2]}
	}
	return stored
}

// documented are the parts of a section of docs/editions.md, by their headings.
func documented(t *testing.T, edition string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(documents, "editions.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(content), "\n## "+edition+"\n")
	if !ok {
		t.Fatalf("docs/editions.md has no section on %s", edition)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	parts := make(map[string]string)
	for _, part := range strings.Split(section, "\n### ")[1:] {
		heading, body, _ := strings.Cut(part, "\n")
		parts[heading] = body
	}
	return parts
}

// rows reads a table of case, before, now and why: of each case what was and what is.
func rows(t *testing.T, table string) map[string][2]string {
	t.Helper()
	found := make(map[string][2]string)
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 4 || strings.TrimSpace(cells[3]) == "" {
			t.Errorf("docs/editions.md: %q is not case, before, now and why", line)
			continue
		}
		id := strings.Trim(strings.TrimSpace(cells[0]), "`")
		if _, twice := found[id]; twice {
			t.Errorf("docs/editions.md: two rows on %s", id)
		}
		found[id] = [2]string{strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])}
	}
	return found
}

// docs/editions.md names every case that this edition has changed or added, with
// what it asked before and asks now, and no other. Ids are kept: none goes.
func TestEditionsDocument(t *testing.T) {
	t.Parallel()
	before := storedEdition(t, previousEdition)
	expectations, demands := map[string][2]string{}, map[string][2]string{}
	var added []string
	for i := range cases.All().Cases {
		cs := &cases.All().Cases[i]
		now := askedOf(cs)
		was, ok := before[cs.ID]
		switch {
		case !ok:
			added = append(added, cs.ID)
			continue
		case was.expect != now.expect:
			expectations[cs.ID] = [2]string{was.expect, now.expect}
		}
		if was.demands != now.demands {
			demands[cs.ID] = [2]string{was.demands, now.demands}
		}
		delete(before, cs.ID)
	}
	if len(before) > 0 {
		t.Errorf("cases are gone: %v", slices.Sorted(maps.Keys(before)))
	}
	parts := documented(t, cases.Edition)
	if d := cmp.Diff(expectations, rows(t, parts["Expectations"])); d != "" {
		t.Errorf("expectations (-catalogue +document):\n%s", d)
	}
	if d := cmp.Diff(demands, rows(t, parts["Demands"])); d != "" {
		t.Errorf("demands (-catalogue +document):\n%s", d)
	}
	var listed []string
	for _, id := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(parts["New cases"], -1) {
		listed = append(listed, id[1])
	}
	if d := cmp.Diff(added, listed); d != "" {
		t.Errorf("new cases (-catalogue +document):\n%s", d)
	}
}
