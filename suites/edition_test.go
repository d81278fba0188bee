package suites_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"siptrust/internal/golden"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// editionFile is what every case of the edition asks of a client.
var editionFile = filepath.Join("testdata", "edition.txt")

// asks gives the edition's file: its number, then a line a case, with all that
// can change the verdict on a client. What a case puts the client before is in
// its change, which has a name that does not count.
func asks(edition string, list []catalogue.Case) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "edition %s\n", edition)
	for i := range list {
		cs := &list[i]
		fmt.Fprintf(&b, "%s %s %s", cs.ID, cs.Level, cs.Expect)
		for _, p := range catalogue.Policies() {
			if e, decides := cs.ByPolicy[p]; decides {
				fmt.Fprintf(&b, " %s:%s", p, e)
			}
		}
		if cs.Twin != "" {
			fmt.Fprintf(&b, " twin:%s", cs.Twin)
		}
		for _, p := range catalogue.Policies() {
			if level, ok := cs.LevelBy[p]; ok {
				fmt.Fprintf(&b, " level-%s:%s", p, level)
			}
		}
		for _, d := range cs.Demands {
			fmt.Fprintf(&b, " demand:%s", d.Name)
			if d.Level != "" {
				fmt.Fprintf(&b, "(%s)", d.Level)
			}
		}
		if cs.Repeats != "" {
			fmt.Fprintf(&b, " repeats:%s", cs.Repeats)
		}
		if cs.ClearHop != "" {
			fmt.Fprintf(&b, " clear-hop:%s", cs.ClearHop)
		}
		for _, p := range cs.Hello {
			fmt.Fprintf(&b, " hello:%s", p.Name)
		}
		for _, feature := range slices.Sorted(slices.Values(cs.Needs)) {
			fmt.Fprintf(&b, " needs:%s", feature)
		}
		if cs.RefusalCounts != "" {
			fmt.Fprintf(&b, " refusal-counts-from:%s", cs.RefusalCounts)
		}
		if cs.MustCome {
			b.WriteString(" must-come")
		}
		b.WriteString("\n")
	}
	return b.Bytes()
}

// headingPattern is the heading of an edition in CHANGELOG.md: a number, and
// when it was released.
var headingPattern = regexp.MustCompile(`(?m)^## (\d{4})\.(\d+) \((unreleased|\d{4}-\d{2}-\d{2})\)$`)

// editions gives the editions of CHANGELOG.md, the newest first, and which of
// them are released.
func editions(t *testing.T) (list []string, released map[string]bool) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	released = make(map[string]bool)
	for _, m := range headingPattern.FindAllStringSubmatch(string(text), -1) {
		edition := m[1] + "." + m[2]
		list = append(list, edition)
		released[edition] = m[3] != "unreleased"
	}
	return list, released
}

// following gives the number of the edition after one: "2026.3" after "2026.2".
func following(edition string) string {
	year, number, _ := strings.Cut(edition, ".")
	n, _ := strconv.Atoi(number) // 0 for what is no number
	return fmt.Sprintf("%s.%d", year, n+1)
}

// The cases are those of the edition: two records of one edition can be
// compared. A case that is added, or asks for something else, makes a new one.
func TestGeneratedEdition(t *testing.T) {
	t.Parallel()
	now := asks(cases.Edition, cases.All().Cases)
	kept, err := os.ReadFile(editionFile)
	_, released := editions(t)
	if problem := raise(kept, now, cases.Edition, released[cases.Edition]); err == nil && problem != "" {
		t.Fatal(problem)
	}
	golden.File(t, editionFile, now)
}

// raise says that the edition must be raised, and how; empty: it need not.
func raise(kept, now []byte, edition string, released bool) string {
	sameEdition := bytes.HasPrefix(kept, []byte("edition "+edition+"\n"))
	if bytes.Equal(kept, now) || !sameEdition || !released {
		return ""
	}
	next := following(edition)
	return fmt.Sprintf("the cases are not those of edition %s, which is released. Set Edition to %q in suites/cases/all.go, "+
		"add \"## %s (unreleased)\" to CHANGELOG.md with what is new, then run: %s\n(- edition %s, + now)\n%s",
		edition, next, next, golden.Command, edition, golden.Diff(kept, now))
}

func TestRaise(t *testing.T) {
	t.Parallel()
	first := []catalogue.Case{{ID: "a.b", Level: catalogue.Must, Expect: catalogue.Accept}}
	stricter := []catalogue.Case{{ID: "a.b", Level: catalogue.Must, Expect: catalogue.Refuse}}
	for _, tc := range []struct {
		name            string
		keptBy, edition string
		now             []catalogue.Case
		released, must  bool
	}{
		{"nothing changed", "2026.2", "2026.2", first, true, false},
		{"a case changed", "2026.2", "2026.2", stricter, true, true},
		{"a case changed, not released yet", "2026.2", "2026.2", stricter, false, false},
		{"a case changed, and the edition was raised", "2026.2", "2026.3", stricter, false, false},
	} {
		problem := raise(asks(tc.keptBy, first), asks(tc.edition, tc.now), tc.edition, tc.released)
		if (problem != "") != tc.must {
			t.Errorf("%s: %q", tc.name, problem)
		}
		if tc.must && (!strings.Contains(problem, `"2026.3"`) || !strings.Contains(problem, golden.Command)) {
			t.Errorf("%s: it does not say what to do: %s", tc.name, problem)
		}
	}
}

// The changelog has the edition in force first, and none that comes later.
func TestChangelogHasEdition(t *testing.T) {
	t.Parallel()
	list, _ := editions(t)
	if len(list) == 0 || list[0] != cases.Edition {
		t.Fatalf("the first edition of CHANGELOG.md is not %s: add \"## %s (unreleased)\" with what is new; it has %v", cases.Edition, cases.Edition, list)
	}
	inOrder := func(a, b string) int {
		ya, na, _ := strings.Cut(a, ".")
		yb, nb, _ := strings.Cut(b, ".")
		return -cmp.Or(cmp.Compare(ya, yb), cmp.Compare(len(na), len(nb)), cmp.Compare(na, nb))
	}
	if !slices.IsSortedFunc(list, inOrder) {
		t.Errorf("the editions of CHANGELOG.md are not in order, the newest first: %v", list)
	}
}
