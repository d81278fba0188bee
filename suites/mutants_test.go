package suites_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/client/reference"
	"siptrust/reports"
	"siptrust/suites"
)

// explained says for every mutant which cases its missing check explains: it
// must fail these and no other.
var explained = map[string][]string{
	"trust-anchor": {"paper.custom-ca.root-missing", "paper.self-signed.root-missing", "paper.public-ca.root-missing"},
	"chain-links": {
		"paper.custom-ca.broken-chain", "paper.self-signed.broken-chain", "paper.public-ca.broken-chain",
		"paper.custom-ca.root-missing", "paper.self-signed.root-missing", "paper.public-ca.root-missing",
	},
	"signature":         {"paper.custom-ca.bad-signature", "paper.self-signed.bad-signature", "paper.public-ca.bad-signature"},
	"expiry":            {"paper.custom-ca.expired", "paper.self-signed.expired", "paper.public-ca.expired"},
	"basic-constraints": {"paper.conduct.no-exception"},
	"name": {
		"paper.custom-ca.wrong-name", "paper.self-signed.wrong-name", "paper.public-ca.wrong-name",
		"paper.conduct.close-after-refusal",
	},
	"client-certificate":  {"paper.client-auth.sent"},
	"certificate-request": {"paper.client-auth.none-optional"},
	"close": {
		"paper.conduct.close-after-refusal", "paper.client-auth.none-required", "paper.client-auth.refused",
		"paper.conduct.no-plaintext-fallback",
	},
	"silence": {"paper.conduct.silent-before-verdict"},
	"plaintext-fallback": {
		"paper.client-auth.none-required", "paper.client-auth.refused", "paper.conduct.no-plaintext-fallback",
	},
	"second-try": {"paper.conduct.no-exception"},
	"options":    {"paper.conduct.exchange"},
}

// execute makes a run without Ginkgo, with windows short enough for a test.
func execute(t *testing.T, driver client.Driver, edit func(*suites.Settings)) reports.Record {
	t.Helper()
	settings := suites.Settings{
		Driver: driver, Timeout: 2 * time.Second,
		Windows: suites.Windows{Prompt: 400 * time.Millisecond, Slow: 800 * time.Millisecond},
	}
	if edit != nil {
		edit(&settings)
	}
	run, err := suites.NewRun(settings)
	if err != nil {
		t.Fatal(err)
	}
	record, err := run.Execute(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func with(record reports.Record, status reports.Status) []string {
	var ids []string
	for i := range record.Results {
		if record.Results[i].Status == status {
			ids = append(ids, record.Results[i].ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// Every faulty and quiet case is failed by a mutant, and every mutant fails
// just the cases that its missing check explains. The table is printed with
// -v.
func TestCasesByMutants(t *testing.T) {
	failedBy := make(map[string][]string)
	for _, m := range reference.Mutants() {
		want, ok := explained[m.Name]
		if !ok {
			t.Errorf("mutant %s: no case is said to be explained by what it lacks", m.Name)
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			record := execute(t, reference.New(reference.Options{Mutant: m.Name}), nil)
			got := with(record, reports.Fail)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("it fails %v, its missing check explains %v", got, want)
				for i := range record.Results {
					if r := &record.Results[i]; slices.Contains(got, r.ID) != slices.Contains(want, r.ID) {
						t.Logf("%s: %s: %s\n%+v", r.ID, r.Status, r.Reason, r.Evidence)
					}
				}
			}
			if unsure := with(record, reports.Inconclusive); len(unsure) > 0 {
				t.Errorf("inconclusive: %v", unsure)
			}
			for _, id := range got {
				failedBy[id] = append(failedBy[id], m.Name)
			}
		})
	}
	all := suites.All()
	var table strings.Builder
	for i := range all.Cases {
		cs := &all.Cases[i]
		by := failedBy[cs.ID]
		fmt.Fprintf(&table, "%-40s %-8s %s\n", cs.ID, cs.Expect, strings.Join(by, ", "))
		if len(by) == 0 && (cs.Expect == suites.Refuse || cs.Expect == suites.Quiet) {
			t.Errorf("%s: no mutant fails it", cs.ID)
		}
	}
	t.Logf("cases by mutants:\n%s", table.String())
}
