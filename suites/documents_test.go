package suites_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"siptrust/client/verify"
	"siptrust/internal/golden"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/explain"
)

var documents = filepath.Join("..", "docs")

// The document of the catalogue is what 'siptrust list --format markdown'
// writes.
func TestGeneratedCatalogue(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := explain.List(&b, "", catalogue.Interop, "markdown"); err != nil {
		t.Fatal(err)
	}
	golden.File(t, filepath.Join(documents, "catalogue.md"), b.Bytes())
}

// Every case stands in the list once, under the heading of its group.
func TestMarkdownList(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := explain.List(&b, "", catalogue.Apple, "markdown"); err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(b.String(), "\n## ")
	for _, group := range cases.All().Groups() {
		if n := strings.Count(b.String(), "\n## "+group+"\n"); n != 1 {
			t.Errorf("the group %s has %d headings", group, n)
		}
	}
	for i := range cases.All().Cases {
		cs := &cases.All().Cases[i]
		row := regexp.MustCompile("\n\\| `" + regexp.QuoteMeta(cs.ID) + "` \\| " + string(cs.LevelUnder(catalogue.Apple)) +
			`(; [a-z0-9, ]+: (MUST|SHOULD))? \| ` + string(cs.ExpectationUnder(catalogue.Apple)))
		in := slices.IndexFunc(sections, row.MatchString)
		if in < 0 || !strings.HasPrefix(sections[in], cs.Group()+"\n") || len(row.FindAllString(b.String(), -1)) != 1 {
			t.Errorf("%s does not stand once in the section of its group", cs.ID)
		}
	}
	for line := range strings.Lines(b.String()) {
		if columns := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); columns != 0 && columns != 7 {
			t.Errorf("a row of %d bars: %s", columns, line)
		}
	}
}

// A policy differs from interop where it decides a case itself and nowhere
// else, and says so of no case for nothing.
func TestPoliciesDiffer(t *testing.T) {
	t.Parallel()
	known := []catalogue.Expectation{catalogue.Accept, catalogue.Refuse, catalogue.Quiet, catalogue.Observe}
	for i := range cases.All().Cases {
		cs := &cases.All().Cases[i]
		for _, p := range catalogue.Policies() {
			decided, byPolicy := cs.ByPolicy[p]
			switch differs := cs.ExpectationUnder(p) != cs.Expect; {
			case differs != byPolicy:
				t.Errorf("%s: under %s %s, under interop %s, and the policy decides it: %t", cs.ID, p, cs.ExpectationUnder(p), cs.Expect, byPolicy)
			case byPolicy && p == catalogue.Interop:
				t.Errorf("%s: interop is what the case itself expects", cs.ID)
			case byPolicy && !slices.Contains(known, decided):
				t.Errorf("%s: %s expects %q", cs.ID, p, decided)
			}
			if l, own := cs.LevelBy[p]; own && (l == cs.Level || p == catalogue.Interop || l != catalogue.Must && l != catalogue.Should) {
				t.Errorf("%s: the level under %s is %q, under interop %q", cs.ID, p, l, cs.Level)
			}
		}
		for p := range cs.LevelBy {
			if !slices.Contains(catalogue.Policies(), p) {
				t.Errorf("%s: unknown policy %q", cs.ID, p)
			}
		}
		for p := range cs.ByPolicy {
			if !slices.Contains(catalogue.Policies(), p) {
				t.Errorf("%s: unknown policy %q", cs.ID, p)
			}
		}
	}
}

// The document of the policies has a section for each, and names every case
// that any of them decides.
func TestPoliciesDocument(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(documents, "policies.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for _, p := range catalogue.Policies() {
		if !strings.Contains(text, "\n## `"+string(p)+"`") {
			t.Errorf("it has no section on %s", p)
		}
		if !slices.Contains(verify.Policies(), string(p)) {
			t.Errorf("the reference client does not know %s", p)
		}
	}
	for i := range cases.All().Cases {
		if cs := &cases.All().Cases[i]; len(cs.ByPolicy)+len(cs.LevelBy) > 0 && !strings.Contains(text, "`"+cs.Group()+"`") {
			t.Errorf("%s is decided by a policy, and its group is not in the table of what they decide", cs.ID)
		}
	}
}
