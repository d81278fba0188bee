package suites_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"siptrust/suites/cases"
)

// The cases come from two collections: what the standards demand of a SIP
// client ("sip") and what public testers of TLS clients test ("tls"). Their
// rows stand in testdata/sources/rows.txt. The other files there say, a row a
// line, which cases a row became, or after a dash why it became none. open.txt
// names rows that a group still to be written will account for, and the group.
const (
	sourcesDir = "testdata/sources"
	rowsFile   = "rows.txt"
	openFile   = "open.txt"
)

// kinds are the reasons for which a row may have no case: a kind, and after a
// colon what is behind it. A duplicate names the case that it duplicates, and
// may say no more.
var kinds = regexp.MustCompile(`^((wire rewriting|not observable|not producible|out of scope|later): \S.*|duplicate of [a-z0-9.-]+(: \S.*)?)$`)

// caseIDs finds what looks like the id of a case in a reason.
var caseIDs = regexp.MustCompile(`\b[a-z]+(-[a-z]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+\b`)

// account is where a row is accounted for, and how.
type account struct{ row, by, words string }

// pairs reads a file of two columns, apart by a tab.
func pairs(t *testing.T, name string) [][2]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(sourcesDir, name))
	if err != nil {
		t.Fatal(err)
	}
	var list [][2]string
	for line := range strings.Lines(string(text)) {
		left, right, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || left == "" || right == "" || strings.Contains(right, "\t") {
			t.Fatalf("%s: %q is not two columns", name, line)
		}
		list = append(list, [2]string{left, right})
	}
	return list
}

// accounts reads what the groups' files say of the rows.
func accounts(t *testing.T) []account {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(sourcesDir, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []account
	for _, path := range files {
		name := filepath.Base(path)
		if name == rowsFile || name == openFile {
			continue
		}
		for _, pair := range pairs(t, name) {
			all = append(all, account{pair[0], name, pair[1]})
		}
	}
	return all
}

// Every row of both collections is accounted for, by cases that exist or by a
// reason of a known kind, and only once; a row that both have, under one name,
// is one row. What open.txt names is printed as missing.
func TestSourceRowsAreAccountedFor(t *testing.T) {
	t.Parallel()
	rows := make(map[string][]string)
	for _, pair := range pairs(t, rowsFile) {
		collection, row := pair[0], pair[1]
		if collection != "sip" && collection != "tls" {
			t.Errorf("%s: the collection of %s is %q", rowsFile, row, collection)
		}
		if slices.Contains(rows[row], collection) {
			t.Errorf("%s: %s appears twice in %s", rowsFile, row, collection)
		}
		rows[row] = append(rows[row], collection)
	}
	by := make(map[string]string)
	for _, a := range accounts(t) {
		if rows[a.row] == nil {
			t.Errorf("%s: no collection has a row %q", a.by, a.row)
		}
		if other := by[a.row]; other != "" {
			t.Errorf("%s: %s accounts for %q already", a.by, other, a.row)
		}
		by[a.row] = a.by
		if problem := badAccount(a.words); problem != "" {
			t.Errorf("%s: %s: %s", a.by, a.row, problem)
		}
	}
	open := make(map[string]bool)
	for _, pair := range openRows(t) {
		row, group := pair[0], pair[1]
		open[row] = true
		switch {
		case rows[row] == nil:
			t.Errorf("%s: no collection has a row %q", openFile, row)
		case by[row] != "":
			t.Errorf("%s: %s accounts for %q: take it out here", openFile, by[row], row)
		default:
			t.Logf("missing: %s, which the group %s is to account for", row, group)
		}
	}
	for row := range rows {
		if by[row] == "" && !open[row] {
			t.Errorf("no file accounts for the row %q", row)
		}
	}
}

// openRows are the rows of open.txt, none when the file is not there.
func openRows(t *testing.T) [][2]string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(sourcesDir, openFile)); os.IsNotExist(err) {
		return nil
	}
	return pairs(t, openFile)
}

// badAccount says what is wrong with the cases or the reason that account for
// a row, "" when nothing is.
func badAccount(words string) string {
	reason, isReason := strings.CutPrefix(words, "- ")
	if !isReason {
		seen := make(map[string]bool)
		for id := range strings.SplitSeq(words, " ") {
			if _, ok := cases.All().Lookup(id); !ok {
				return "there is no case " + id
			}
			if seen[id] {
				return id + " appears twice"
			}
			seen[id] = true
		}
		return ""
	}
	if !kinds.MatchString(reason) {
		return "not a reason of a known kind: " + reason
	}
	for _, id := range caseIDs.FindAllString(reason, -1) {
		if _, ok := cases.All().Lookup(id); !ok {
			return "there is no case " + id
		}
	}
	return ""
}

func TestBadAccounts(t *testing.T) {
	t.Parallel()
	for words, good := range map[string]bool{
		"paper.custom-ca.sound":                                     true,
		"paper.custom-ca.sound time.last-hour":                      true,
		"- wire rewriting: crypto/tls sends none":                   true,
		"- later: needs RFC 9325 4.2; next to it is time.last-hour": true,
		"- duplicate of time.last-hour: it is the same":             true,
		"": false,
		"paper.custom-ca.sound paper.custom-ca.sound":     false,
		"paper.custom-ca.sond":                            false,
		"paper.custom-ca.sound, time.last-hour":           false,
		"- because":                                       false,
		"- later":                                         false,
		"- duplicate of: the same":                        false,
		"- duplicate of time.last-minute: it is the same": false,
		"- not observable: how the root came there; paper.custom-ca.bad-sygnature": false,
	} {
		if problem := badAccount(words); (problem == "") != good {
			t.Errorf("%q: found %q, good: %t", words, problem, good)
		}
	}
}
