package suites_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"siptrust/client/reference"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// standards are the documents whose clauses a case may rest on, by the form of
// their sections: numbered ones, headings in words, and pages that have none.
var standards = []struct{ name, section *regexp.Regexp }{
	{regexp.MustCompile(`^(RFC [1-9]\d*|X\.690)$`), regexp.MustCompile(`^(\d+|[A-Z])(\.\d+)*(\([a-z]\)(\(\d\))?)?$`)},
	{regexp.MustCompile(`^Microsoft Teams `), regexp.MustCompile(`^[A-Z][a-z]`)},
	{regexp.MustCompile(`^Apple HT\d{6}$`), regexp.MustCompile(`^$`)},
}

// checkedClauses reads testdata/clauses.txt: the clauses that somebody has
// looked up, with their titles.
func checkedClauses(t *testing.T) map[catalogue.Clause]string {
	t.Helper()
	text, err := os.ReadFile("testdata/clauses.txt")
	if err != nil {
		t.Fatal(err)
	}
	titles := make(map[catalogue.Clause]string)
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if line = strings.TrimSuffix(line, "\n"); strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 || fields[0] == "" || fields[1] == "" || fields[2] == "" || fields[2] == "-" {
			t.Fatalf("clauses.txt:%d: %q is not document, section and title, apart by tabs", n, line)
		}
		clause := catalogue.Clause{Document: fields[0], Section: fields[1]}
		if clause.Section == "-" {
			clause.Section = ""
		}
		if _, twice := titles[clause]; twice {
			t.Errorf("clauses.txt:%d: %s appears twice", n, clause)
		}
		titles[clause] = fields[2]
	}
	return titles
}

// Every clause of the catalogue and of the mutants is of a known document, its
// section is one by its form, and it has been looked up; none is listed that
// nothing rests on.
func TestClausesAreChecked(t *testing.T) {
	t.Parallel()
	checked := checkedClauses(t)
	used := make(map[catalogue.Clause]bool)
	for i := range cases.All().Cases {
		cs := &cases.All().Cases[i]
		inCase := make(map[catalogue.Clause]bool)
		for _, clause := range cs.Clauses {
			if inCase[clause] {
				t.Errorf("%s: %s appears twice", cs.ID, clause)
			}
			inCase[clause], used[clause] = true, true
			if checked[clause] == "" {
				t.Errorf("%s: %s is not in clauses.txt: look it up in the document and add it with its title", cs.ID, clause)
			}
		}
	}
	for _, m := range reference.Mutants() {
		clause := catalogue.Clause(m.Clause)
		used[clause] = true
		if checked[clause] == "" {
			t.Errorf("mutant %s: %s is not in clauses.txt: look it up in the document and add it with its title", m.Name, clause)
		}
	}
	for clause := range checked {
		if !used[clause] {
			t.Errorf("clauses.txt: nothing rests on %s", clause)
		}
		if !wellFormed(clause) {
			t.Errorf("clauses.txt: %s is not a section of a known document", clause)
		}
	}
}

func wellFormed(clause catalogue.Clause) bool {
	for _, d := range standards {
		if d.name.MatchString(clause.Document) {
			return d.section.MatchString(clause.Section)
		}
	}
	return false
}

func TestWellFormedClauses(t *testing.T) {
	t.Parallel()
	for clause, want := range map[catalogue.Clause]bool{
		{Document: "RFC 5280", Section: "6.1.3(a)(1)"}:                    true,
		{Document: "RFC 5280", Section: "A.1"}:                            true,
		{Document: "RFC 4158", Section: "2"}:                              true,
		{Document: "Apple HT210176"}:                                      true,
		{Document: "Microsoft Teams Direct Routing", Section: "Public"}:   true,
		{Document: "RFC 5280"}:                                            false,
		{Document: "RFC 5280", Section: "6.1.3."}:                         false,
		{Document: "RFC 5280", Section: "section 6"}:                      false,
		{Document: "RFC5280", Section: "6"}:                               false,
		{Document: "Apple HT210176", Section: "4.1"}:                      false,
		{Document: "Microsoft Teams Direct Routing"}:                      false,
		{Document: "An opinion", Section: "1"}:                            false,
		{Document: "RFC 5280", Section: "4.2.1.6; 4.2.1.7"}:               false,
		{Document: "RFC 5280", Section: "6.1.3(a)(1) and something more"}: false,
	} {
		if got := wellFormed(clause); got != want {
			t.Errorf("%s: well-formed %t, want %t", clause, got, want)
		}
	}
}
