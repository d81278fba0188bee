package suites_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"siptrust/client"
	"siptrust/reports"
	"siptrust/suites/run"
)

// waiversFile writes a file of waivers and opens it.
func waiversFile(t *testing.T, text string) *run.Waivers {
	t.Helper()
	file := filepath.Join(t.TempDir(), "waivers.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := run.OpenWaivers(file)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

const signedFor = "\n    reason: fixed in 4.3\n    owner: j.doe\n    expires: 2999-12-31\n"

// waivedRun makes a run with waivers and gives its record and what the waivers
// themselves are at fault in.
func waivedRun(t *testing.T, mutantName, filter, waivers string) (reports.Record, []string) {
	t.Helper()
	var told []reports.Result
	run, err := run.New(run.Settings{
		Driver: mutant(mutantName), Filter: filter, Waivers: waiversFile(t, waivers),
		OnResult: func(r reports.Result) { told = append(told, r) },
	})
	if err != nil {
		t.Fatal(err)
	}
	record, err := run.Execute(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range told {
		if r := resultOf(t, record, told[i].ID); r.Waived != told[i].Waived {
			t.Errorf("%s is told as waived: %t, recorded as %t", r.ID, told[i].Waived, r.Waived)
		}
	}
	return record, run.WaiverProblems()
}

func waivedIDs(record reports.Record) []string {
	var ids []string
	for i := range record.Results {
		if record.Results[i].Waived {
			ids = append(ids, record.Results[i].ID)
		}
	}
	return ids
}

// A known failure that is signed for does not fail the run, stays in the
// record as what it is, and keeps the run from conforming without gaps.
func TestWaived(t *testing.T) {
	t.Parallel()
	const id = customCA + ".expired"
	record, problems := waivedRun(t, "expiry", customCA, "waivers:\n  - case: "+id+signedFor)
	r := resultOf(t, record, id)
	if r.Status != reports.Fail || !r.Waived || !strings.Contains(r.Reason, "accepted, although") || !strings.HasSuffix(r.Reason, "waived by j.doe until 2999-12-31: fixed in 4.3") {
		t.Errorf("%s, waived %t: %s", r.Status, r.Waived, r.Reason)
	}
	if record.Verdict != reports.ConformsWithGaps || record.Summary.Waived != 1 || record.Summary.Fail != 0 || len(problems) != 0 {
		t.Errorf("verdict %q, %+v, problems %v", record.Verdict, record.Summary, problems)
	}
}

// What a waiver is bound to, and what it does not say, is looked at.
func TestWaiversWithoutForce(t *testing.T) {
	t.Parallel()
	const id = customCA + ".expired"
	entry := func(keys string) string { return "waivers:\n  - case: " + id + "\n" + keys }
	for name, c := range map[string]struct {
		waivers string
		waived  bool
		problem string // part of it; empty: none
	}{
		"expired":                   {entry("    reason: x\n    owner: y\n    expires: 2001-01-01\n"), false, "expired on 2001-01-01"},
		"no reason":                 {entry("    owner: y\n    expires: 2999-01-01\n"), false, "lacks reason"},
		"no owner":                  {entry("    reason: x\n    owner: ''\n    expires: 2999-01-01\n"), false, "lacks owner"},
		"no date":                   {entry("    reason: x\n    owner: y\n    expires:\n"), false, "lacks expires"},
		"another client":            {entry("    client: openssl" + signedFor), false, ""},
		"another policy":            {entry("    policy: teams" + signedFor), false, ""},
		"this client":               {entry("    client: mutant:expiry\n    policy: interop" + signedFor), true, ""},
		"the closer one, in force":  {entry("    reason: x\n    owner: y\n    expires: 2001-01-01\n  - case: " + id + "\n    policy: interop" + signedFor), true, ""},
		"the closer one, out of it": {entry("    client: mutant:expiry\n    reason: x\n    owner: y\n    expires: 2001-01-01\n  - case: " + id + signedFor), false, "expired on"},
		"not needed":                {"waivers:\n  - case: " + id + signedFor + "  - case: " + customCA + ".wrong-name" + signedFor, true, "wrong-name: it is not needed any more"},
		"outside the filter":        {"waivers:\n  - case: " + id + signedFor + "  - case: paper.public-ca.expired" + signedFor, true, ""},
	} {
		record, problems := waivedRun(t, "expiry", customCA, c.waivers)
		if got := slices.Contains(waivedIDs(record), id); got != c.waived {
			t.Errorf("%s: waived %t", name, got)
		}
		if said := strings.Join(problems, "\n"); (c.problem == "") != (said == "") || !strings.Contains(said, c.problem) {
			t.Errorf("%s: problems %q, want %q", name, said, c.problem)
		}
	}
}

// SIP in the clear is waived only where the waiver says so.
func TestWaivedLeak(t *testing.T) {
	t.Parallel()
	const id = "paper.conduct.no-plaintext-fallback"
	record, problems := waivedRun(t, "plaintext-fallback", id, "waivers:\n  - case: "+id+signedFor)
	if r := resultOf(t, record, id); r.Waived || record.Summary.Fail != 1 || len(problems) != 1 || !strings.Contains(problems[0], "leak: true") {
		t.Errorf("waived %t, %+v, problems %v", r.Waived, record.Summary, problems)
	}
	record, problems = waivedRun(t, "plaintext-fallback", id, "waivers:\n  - case: "+id+"\n    leak: true"+signedFor)
	if r := resultOf(t, record, id); !r.Waived || !strings.Contains(r.Reason, "in the clear") || len(problems) != 0 {
		t.Errorf("waived %t: %s, problems %v", r.Waived, r.Reason, problems)
	}
}

// What is inconclusive cannot be waived: nobody knows what was signed for.
func TestInconclusiveIsNotWaived(t *testing.T) {
	t.Parallel()
	const id = "paper.client-auth.sent"
	d := newFlaky(func(tried string, n int) client.Driver {
		if tried == id && n == 1 {
			return mutant("client-certificate")
		}
		return nil
	})
	record := execute(t, d, func(s *run.Settings) {
		s.Filter, s.Confirm, s.Waivers = id, 1, waiversFile(t, "waivers:\n  - case: "+id+signedFor)
	})
	if r := resultOf(t, record, id); r.Waived || r.Status != reports.Inconclusive || record.Verdict != reports.NotAssessed {
		t.Errorf("%s, waived %t, verdict %q", r.Status, r.Waived, record.Verdict)
	}
}

func TestOpenWaivers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"waivers:\n  - case: paper.custom-ca.exspired\n":                                                 `:2: unknown case "paper.custom-ca.exspired"; did you mean "paper.custom-ca.expired"?`,
		"waivers:\n  - case: paper.custom-ca.expired\n    policy: rfc1\n":                                `:2: unknown policy "rfc1"; one of interop`,
		"waivers:\n  - case: paper.custom-ca.expired\n  - case: paper.custom-ca.expired\n    owner: x\n": ":3: paper.custom-ca.expired is waived in line 2 already",
	} {
		file := filepath.Join(t.TempDir(), "waivers.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := run.OpenWaivers(file); err == nil || !strings.HasPrefix(err.Error(), file+want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
