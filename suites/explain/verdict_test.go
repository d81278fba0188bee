package explain

import (
	"strings"
	"testing"

	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
)

// TestRules: the table has every rule of the judge, in its order.
func TestRules(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := Rules(&b); err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(b.String(), "WHEN\n")
	if !found {
		t.Fatalf("there is no heading:\n%s", b.String())
	}
	lines := strings.Split(table, "\n")
	for i, r := range judge.Rules() {
		status, when, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(lines[i], r.Name+" ")), " ")
		if !strings.HasPrefix(lines[i], r.Name+" ") || status != string(r.Status) || strings.TrimSpace(when) != r.When {
			t.Errorf("line %d is %q, want rule %s, %s: %s", i+1, lines[i], r.Name, r.Status, r.When)
		}
	}
	if rest := lines[len(judge.Rules())]; rest != "" {
		t.Errorf("behind the last rule comes %q", rest)
	}
}

// TestVerdictWords: whatever changes the judge's word on a case is in the case's text.
func TestVerdictWords(t *testing.T) {
	t.Parallel()
	text := func(cs catalogue.Case) string {
		var b strings.Builder
		explainVerdict(&b, &cs)
		return b.String()
	}
	changes := map[string]func(*catalogue.Case){
		"Expect":        func(c *catalogue.Case) { c.Expect = "" },
		"ByPolicy":      func(c *catalogue.Case) { c.ByPolicy = nil },
		"Demands":       func(c *catalogue.Case) { c.Demands = nil },
		"Level":         func(c *catalogue.Case) { c.Level = "" },
		"RefusalCounts": func(c *catalogue.Case) { c.RefusalCounts = "" },
		"Hello":         func(c *catalogue.Case) { c.Hello = nil },
		"Needs":         func(c *catalogue.Case) { c.Needs = nil },
		"MustCome":      func(c *catalogue.Case) { c.MustCome = false },
		"LevelBy":       func(c *catalogue.Case) { c.LevelBy = nil },
		"ClearHop":      func(c *catalogue.Case) { c.ClearHop = "" },
	}
	set := map[string]int{}
	for _, cs := range cases.All().Cases {
		for name, change := range changes {
			other := cs
			change(&other)
			is := map[string]bool{
				"Expect": true, "Level": true, "ByPolicy": len(cs.ByPolicy) > 0, "Demands": len(cs.Demands) > 0,
				"RefusalCounts": cs.RefusalCounts != "" && cs.Expect == catalogue.Refuse, // elsewhere no refusal is asked for
				"Hello":         len(cs.Hello) > 0, "Needs": len(cs.Needs) > 0, "MustCome": cs.MustCome,
				"LevelBy": len(cs.LevelBy) > 0, "ClearHop": cs.ClearHop != "",
			}[name]
			if !is {
				continue
			}
			set[name]++
			if text(other) == text(cs) {
				t.Errorf("%s: the text does not tell %s:\n%s", cs.ID, name, text(cs))
			}
		}
	}
	for name := range changes {
		if set[name] == 0 {
			t.Errorf("no case sets %s", name)
		}
	}
}

// TestUnsendable: what OpenSSL cannot send as it is.
func TestUnsendable(t *testing.T) {
	t.Parallel()
	sound := forged(t, "paper.custom-ca.sound").servers[0].behaviour.Chain[0]
	within := append(append([]byte{}, sound...), 5, 0) // one more element of the SEQUENCE, NULL
	length := int(within[2])<<8 | int(within[3])
	if within[0] != 0x30 || within[1] != 0x82 {
		t.Fatal("the certificate does not begin with a SEQUENCE of a length of two bytes")
	}
	within[2], within[3] = byte((length+2)>>8), byte(length+2)
	for name, der := range map[string][]byte{
		"cut short": sound[:len(sound)-1], "a byte behind": append(append([]byte{}, sound...), 0), "an element more": within, "empty": nil,
	} {
		if unsendable(der) == "" {
			t.Errorf("%s: said to be sent as it is", name)
		}
	}
	if why := unsendable(sound); why != "" {
		t.Errorf("a sound certificate: %s", why)
	}
}
