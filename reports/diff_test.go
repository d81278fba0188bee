package reports

import (
	"slices"
	"strings"
	"testing"
)

// one is a result as far as a difference is concerned.
func one(id string, status Status) Result { return Result{ID: id, Status: status} }

func recordOf(results ...Result) Record {
	return Record{Schema: Schema, Complete: true, Verdict: NotAssessed, Policy: "interop", Subject: Subject{Name: "phone"}, Results: results}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	signed := one("c", Fail)
	signed.Waived = true
	control := one("c", Fail)
	control.Control = true
	seen := func(outcome string) Result { return Result{ID: "c", Status: Info, Outcome: outcome} }
	none := Result{}
	for name, c := range map[string]struct {
		was, is Result
		kind    ChangeKind // "": nothing
		worse   bool
	}{
		"still passes":           {one("c", Pass), one("c", Pass), "", false},
		"still fails":            {one("c", Fail), one("c", Fail), "", false},
		"fails":                  {one("c", Pass), one("c", Fail), NewlyFailing, true},
		"fails after a warn":     {one("c", Warn), one("c", Fail), NewlyFailing, true},
		"fails unwaived":         {signed, one("c", Fail), NewlyFailing, true},
		"passes":                 {one("c", Fail), one("c", Pass), NewlyPassing, false},
		"passes, was waived":     {signed, one("c", Pass), NewlyPassing, false},
		"passes, was skipped":    {one("c", Skip), one("c", Pass), NewlyPassing, false},
		"inconclusive":           {one("c", Pass), one("c", Inconclusive), NewlyInconclusive, true},
		"inconclusive, failed":   {one("c", Fail), one("c", Inconclusive), NewlyInconclusive, false},
		"warned":                 {one("c", Pass), one("c", Warn), NewlyWarned, true},
		"only warned":            {one("c", Fail), one("c", Warn), NewlyWarned, false},
		"skipped":                {one("c", Pass), one("c", Skip), NewlySkipped, true},
		"fails, waived":          {one("c", Pass), signed, NewlyWaived, false},
		"failed, waived":         {one("c", Fail), signed, NewlyWaived, false},
		"another observation":    {seen("accepted"), seen("refused"), ObservedChange, false},
		"the same observation":   {seen("accepted"), seen("accepted"), "", false},
		"only new":               {none, one("c", Pass), OnlyNew, false},
		"only new, fails":        {none, one("c", Fail), NewlyFailing, true},
		"only new, waived":       {none, signed, OnlyNew, false},
		"only new, inconclusive": {none, one("c", Inconclusive), NewlyInconclusive, true},
		"only old":               {one("c", Fail), none, OnlyOld, false},
		"now a control":          {one("c", Pass), control, OnlyOld, false},
		"was a control":          {control, one("c", Fail), NewlyFailing, true},
		"only controls":          {control, control, "", false},
	} {
		side := func(r Result) Record {
			if r.ID == "" {
				return recordOf()
			}
			return recordOf(r)
		}
		d := Compare(side(c.was), side(c.is))
		var kinds []ChangeKind
		for kind := range d.Changes {
			kinds = append(kinds, kind)
		}
		if want := []ChangeKind{c.kind}; (c.kind == "") != (len(kinds) == 0) || (c.kind != "" && !slices.Equal(kinds, want)) {
			t.Errorf("%s: %v, want %q", name, kinds, c.kind)
		}
		if (d.Worse > 0) != c.worse {
			t.Errorf("%s: %d worse", name, d.Worse)
		}
	}
}

// A run that did not finish is worse, and what else differs is noted.
func TestCompareUnlike(t *testing.T) {
	t.Parallel()
	before, after := recordOf(one("c", Pass)), recordOf()
	after.Complete = false
	after.Policy, after.Subject.Name, after.Settings.TLSVersion, after.Settings.Filter, after.Tool.Edition = "apple", "desk", "1.2", "time", "2027.1"
	d := Compare(before, after)
	if d.Worse != 1 || d.verdictWords() != "worse: the new run did not finish" {
		t.Errorf("%d worse: %s", d.Worse, d.verdictWords())
	}
	said := strings.Join(d.Notes, "\n")
	for _, want := range []string{"client: was phone, is desk", "policy: was interop, is apple", "is 1.2 only", "is time", "is 2027.1", "new run did not finish"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in:\n%s", want, said)
		}
	}
	if same := Compare(before, before); same.Notes != nil || same.Worse != 0 || same.summaryWords() != "no case differs" {
		t.Errorf("%+v", same)
	}
}

func TestDiffIsSafeToPrint(t *testing.T) {
	t.Parallel()
	bad := hostile()
	changed := hostile()
	for i := range changed.Results {
		changed.Results[i].Status, changed.Results[i].Waived, changed.Results[i].Control = Inconclusive, false, false
	}
	d := Compare(bad, changed)
	var b strings.Builder
	if err := DiffTerminal(&b, d, false); err != nil {
		t.Fatal(err)
	}
	if err := DiffMarkdown(&b, d); err != nil {
		t.Fatal(err)
	}
	printable(t, b.String())
	if strings.Contains(b.String()[strings.Index(b.String(), "## "):], "<script") {
		t.Error("HTML in the Markdown")
	}
}
