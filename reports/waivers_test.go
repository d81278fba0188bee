package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParseWaivers(t *testing.T) {
	t.Parallel()
	got, err := parseWaivers([]byte("# known\nwaivers:\n- {case: a.b, reason: ' r ', owner: o, expires: 2026-06-30, leak: true}\n- case: c\n  client: x\n  policy: p\n  reason:\n"))
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	day := time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	if want := (Waiver{Case: "a.b", Reason: "r", Owner: "o", Expires: day, Leak: true, Line: 3}); got[0] != want {
		t.Errorf("%+v", got[0])
	}
	if want := (Waiver{Case: "c", Client: "x", Policy: "p", Line: 4}); got[1] != want {
		t.Errorf("%+v", got[1])
	}
	if len(got[0].Lacks()) != 0 || strings.Join(got[1].Lacks(), " ") != "reason owner expires" {
		t.Errorf("they lack %v and %v", got[0].Lacks(), got[1].Lacks())
	}
	for _, none := range []string{"", "# nothing\n", "waivers:\n", "waivers: []\n"} {
		if got, err := parseWaivers([]byte(none)); len(got) != 0 || err != nil {
			t.Errorf("%q: %v, %v", none, got, err)
		}
	}
}

func TestMalformedWaivers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"waivers: [":                            "1: not YAML: ",
		"- case: a":                             "1: one key is needed",
		"all":                                   "1: one key is needed",
		"{}":                                    "1: one key is needed",
		"waiver: []":                            `1: unknown key "waiver"; did you mean "waivers"?`,
		"waivers: []\nowner: me":                `2: unknown key "owner"; one of waivers`,
		"waivers: all":                          "1: waivers: a list is needed",
		"waivers:\n  - a":                       "2: an entry needs the keys",
		"waivers:\n  -\n  - a":                  "2: an entry needs the keys",
		"waivers:\n  - case: a\n    reasons: x": `3: unknown key "reasons"; did you mean "reason"?`,
		"waivers:\n  - case: a\n    id: x":      `3: unknown key "id"; one of case, client, policy, reason, owner, expires, leak`,
		"waivers:\n  - case: a\n    1: x":       "3: a key must be a plain text",
		"waivers:\n  - reason: x":               "2: an entry without a case",
		"waivers:\n  - case: a\n    expires: soon":              `3: expires: "soon" is no date; write 2006-01-02`,
		"waivers:\n  - case: a\n    expires: 2026-02-30":        `3: expires: "2026-02-30" is no date`,
		"waivers:\n  - case: a\n    expires: \"\\e[2J\\nsoon\"": `3: expires: "soon" is no date`,
		"waivers:\n  - case: a\n    leak: yes please":           "3: leak:",
		"waivers:\n  - case: a\n    case: b":                    "3: case is given twice",
		"waivers:\n  - case: [a]":                               "2: case: a plain text",
		"waivers:\n  - &a {case: b}\n  - *a":                    "2: anchors and aliases are not read",
		"waivers: []\n---\nwaivers: []":                         "2: a second document",
		"waivers: []\n---\nwaivers: [":                          "2: a second document",
		strings.Repeat("#", 1<<20+1):                            "1: more than 1048576 octets",
		"waivers: " + strings.Repeat("[", 1<<10):                "1: more than 16 lists",
	} {
		if _, err := parseWaivers([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.80q: %v, want %s", text, err, want)
		}
	}
}

// A waiver holds to the end of its last day, in UTC.
func TestWaiverExpires(t *testing.T) {
	t.Parallel()
	w := Waiver{Expires: time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)}
	last := time.Date(2026, 6, 30, 23, 59, 59, 0, time.UTC)
	if w.Expired(last) || !w.Expired(last.Add(time.Second)) {
		t.Errorf("on the last day %t, after it %t", w.Expired(last), w.Expired(last.Add(time.Second)))
	}
	if west := time.FixedZone("", -3600); w.Expired(last.In(west)) || !w.Expired(last.Add(time.Second).In(west)) {
		t.Error("the day is taken in another zone")
	}
}

// The template is a file of waivers: one for each result that failed or was
// warned of, none of which has force.
func TestWaiverTemplate(t *testing.T) {
	t.Parallel()
	for name, record := range map[string]Record{"sample": sample(), "hostile": hostile(), "none": some("paper.custom-ca.sound")} {
		text := written(t, WaiverTemplate, record)
		printable(t, text)
		path := filepath.Join(t.TempDir(), "waivers.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		waivers, err := ReadWaivers(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		s := Summarise(record.Results)
		if len(waivers) != s.Fail+s.Warn {
			t.Errorf("%s: %d waivers for %d failures and %d warnings", name, len(waivers), s.Fail, s.Warn)
		}
		for i := range waivers {
			if len(waivers[i].Lacks()) != 3 || waivers[i].Leak {
				t.Errorf("%s: %+v has force", name, waivers[i])
			}
		}
	}
	if text := written(t, WaiverTemplate, sample()); strings.Contains(text, "custom-ca.wrong-name") || !strings.Contains(text, "leak: false") {
		t.Errorf("it has what is waived already, or says nothing of the leak:\n%s", text)
	}
}
