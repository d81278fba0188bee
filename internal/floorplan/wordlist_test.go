package floorplan

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// never are the words that CONTRIBUTING.md marks as never right, with what to
// write instead.
func never(t *testing.T) map[string]string {
	t.Helper()
	words := make(map[string]string)
	for _, cells := range rows(t, section(t, read(t, "CONTRIBUTING.md"), "## How to write")) {
		if len(cells) != 3 || cells[2] != "never" {
			continue
		}
		for _, word := range spans(cells[1]) {
			words[word] = strings.Trim(cells[0], "*")
		}
	}
	if len(words) == 0 {
		t.Fatal("CONTRIBUTING.md marks no word as never right")
	}
	return words
}

// refused finds words in a text, whole ones in any case, also where they are part
// of a name in the code: "MootHello". Several words are found across a line
// break, too. It gives a line for each: "7: "moot": write "not applicable"".
func refused(text string, words map[string]string) []string {
	var found []string
	lower := strings.ToLower(apart(text))
	for word, instead := range words {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(word), " ", `[\s/*#>-]+`)
		for _, at := range regexp.MustCompile(`\b`+pattern+`\b`).FindAllStringIndex(lower, -1) {
			line := 1 + strings.Count(lower[:at[0]], "\n")
			found = append(found, fmt.Sprintf("%d: %q: write %q", line, word, instead))
		}
	}
	return found
}

// apart puts blanks between the words of names in the code: "MootHello" becomes
// "Moot Hello", "moot_hello" "moot hello". The lines stay.
func apart(text string) string {
	var b strings.Builder
	var before rune
	for _, r := range text {
		switch {
		case r == '_':
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(before):
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

func TestRefused(t *testing.T) {
	t.Parallel()
	words := never(t)
	for text, want := range map[string]int{
		"what to mend":                             1,
		"Mend it, mended, mending, mends.":         4,
		"amend, commendation, recommends, emended": 0,
		"the case is moot":                         1,
		"k.MootHello == \"\"":                      1,
		"moot_hello":                               1,
		"smooth, moots":                            0,
		"the ears of the server":                   1,
		"o.Ears[0]":                                1,
		"years, hears, appears, ear, tears, clear": 0,
		"it failed; so again, 2 of 2 times":        1,
		"it did so\n// again and again":            1,
		"so, again; and soagain":                   0,
		"What decides is what the server saw":      1,
		"what decides it is said":                  0,
		"What\ndecides is":                         1,
	} {
		if got := refused(text, words); len(got) != want {
			t.Errorf("%q: %d found, want %d: %q", text, len(got), want, got)
		}
	}
	if got := refused("one\ntwo\nthree moot", words); len(got) != 1 || !strings.HasPrefix(got[0], "3: ") || !strings.Contains(got[0], "not applicable") {
		t.Errorf("the line, or what to write instead, is not said: %q", got)
	}
}
