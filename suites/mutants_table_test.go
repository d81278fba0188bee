package suites_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siptrust/client/reference"
	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
)

// wholeVariable makes every mutant run every case, as CI does: what a mutant
// makes of the cases that cannot tell it must be what the reference makes of
// them.
const wholeVariable = "SIPTRUST_WHOLE"

// Every faulty and quiet case is failed by a mutant, under interop and under
// every policy that decides it in its own way, and every mutant fails just the
// cases that its missing check explains. A mutant runs the cases that can tell
// it from the reference, or with SIPTRUST_WHOLE=1 all. The table is printed
// with -v.
func TestCasesByMutants(t *testing.T) {
	for _, policy := range catalogue.Policies() {
		want, only := explained, []string(nil)
		if policy != catalogue.Interop {
			if only = ownCases(policy); len(only) == 0 {
				continue
			}
			want = explainedUnder[policy]
		}
		t.Run(string(policy), func(t *testing.T) {
			table := byMutants{policy: policy, only: only, explained: want, failedBy: map[string][]string{}}
			table.reference, table.tells = matters(t, policy, only)
			t.Run("mutants", func(t *testing.T) {
				for _, m := range reference.Mutants() {
					t.Run(m.Name, func(t *testing.T) {
						t.Parallel()
						table.run(t, m.Name)
					})
				}
			})
			table.check(t)
		})
	}
}

// byMutants is the table of one policy.
type byMutants struct {
	policy    catalogue.Policy
	only      []string                  // the cases in question; nil: all
	explained map[string][]string       // cases by mutant
	reference map[string]reports.Result // what the reference makes of them, by case
	tells     map[string][]string       // the cases that can tell a mutant, by mutant

	mu       sync.Mutex
	failedBy map[string][]string // mutants by case
	tried    int                 // mutants
}

// patience with the mutants of conduct: on a busy machine no sound server may
// seem silent to them, and they need the time to do what they do with an answer.
const patience = time.Second

var unhurried = []string{"silence", "plaintext-fallback", "clear-hop", "sips-scheme", "basic-credentials"}

// idle are mutants that do nothing for most of their time.
var idle = []string{"close", "options"}

// controls are in every run, so that what a mutant refuses is worth something.
var controls = []string{"paper.custom-ca.sound", "paper.self-signed.sound", "paper.public-ca.sound"}

// run takes a mutant through the cases that can tell it.
func (b *byMutants) run(t *testing.T, mutant string) {
	b.mu.Lock()
	b.tried++
	b.mu.Unlock()
	want := andRepeated(b.explained[mutant])
	if len(want) == 0 && b.policy == catalogue.Interop && !explainedByPolicy(mutant) {
		t.Fatal("no case is said to be explained by what it lacks; say so with explains in the test of a topic")
	}
	ids, whole := b.tells[mutant], os.Getenv(wholeVariable) != ""
	switch {
	case whole:
		ids = b.only
	case len(ids) == 0:
		if len(want) > 0 {
			t.Errorf("no case can tell it, its missing check explains %v", want)
		}
		return
	default:
		ids = append(slices.Clone(ids), controls...)
	}
	record := b.execute(t, mutant, ids)
	got := failed(record)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("it fails %v, which is not explained, and does not fail %v, which is; explains in the tests of these topics says what it fails",
			only(got, want), only(want, got))
		for i := range record.Results {
			if r := &record.Results[i]; slices.Contains(got, r.ID) != slices.Contains(want, r.ID) {
				t.Logf("%s: %s: %s", r.ID, r.Status, r.Reason)
			}
		}
	}
	unsure := slices.DeleteFunc(with(record, reports.Inconclusive), func(id string) bool {
		cs, _ := cases.All().Lookup(id)
		return slices.Contains(got, cs.Twin) // a refusal beside it proves nothing
	})
	if len(unsure) > 0 {
		t.Errorf("inconclusive: %v", unsure)
	}
	b.compare(t, mutant, record)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range got {
		b.failedBy[id] = append(b.failedBy[id], mutant)
	}
}

// execute runs cases, all where none is named, with a mutant; empty: the reference.
func (b *byMutants) execute(t *testing.T, mutant string, ids []string) reports.Record {
	t.Helper()
	options := reference.Options{Mutant: mutant, Policy: string(b.policy)}
	if slices.Contains(unhurried, mutant) {
		options.Patience = patience
	}
	return execute(t, reference.New(options), func(s *run.Settings) {
		s.Policy, s.Filter = b.policy, strings.Join(ids, " || ")
		if options.Patience > 0 {
			s.Timeout = 10 * patience // no silent server outlasts the client
		}
		if slices.Contains(idle, mutant) {
			s.Jobs = 16
		}
	})
}

// compare holds a mutant to the reference in the cases that cannot tell the two
// apart. In a few the client and the machine decide together, as who is first to
// close, and chance may tell two clients apart: what lacks a check is told apart again.
func (b *byMutants) compare(t *testing.T, mutant string, record reports.Record) {
	t.Helper()
	ids := slices.Sorted(maps.Keys(b.differences(mutant, record, b.reference)))
	if len(ids) == 0 {
		return
	}
	t.Logf("once other than the reference, and both are run again: %v", ids)
	alike := map[string]reports.Result{}
	for _, r := range b.execute(t, "", ids).Results {
		alike[r.ID] = r
	}
	for id, how := range b.differences(mutant, b.execute(t, mutant, ids), alike) {
		t.Errorf("%s cannot tell it from the reference, and does so twice: %s", id, how)
	}
}

// differences says what a mutant does otherwise than the reference in the cases
// that cannot tell the two apart, by case.
func (b *byMutants) differences(mutant string, record reports.Record, others map[string]reports.Result) map[string]string {
	differences, told := map[string]string{}, b.tells[mutant]
	for i := range record.Results {
		r := &record.Results[i]
		other, ok := others[r.ID]
		if slices.Contains(told, r.ID) || !ok {
			continue
		}
		got, want := observed(r), observed(&other)
		if !slices.Contains(told, r.Twin) { // else its twin decides on the status
			got, want = got+", "+string(r.Status), want+", "+string(other.Status)
		}
		if got != want {
			differences[r.ID] = got + "; the reference: " + want
		}
	}
	return differences
}

// observed is what a client did in a case, in words.
func observed(r *reports.Result) string {
	asked := r.TLS.SNI != "" // the name is another in every attempt
	return fmt.Sprintf("%s (%s), %s, %v, %s %s, by name %t", r.Outcome, r.How, r.Alert, r.Demands, r.TLS.Version, r.TLS.Cipher, asked)
}

// check says whether every case that asks for a refusal is failed by a mutant.
func (b *byMutants) check(t *testing.T) {
	if all := len(reference.Mutants()); b.tried < all {
		t.Logf("%d of %d mutants were tried: what no mutant fails is not known", b.tried, all)
		return
	}
	all := cases.All()
	var table strings.Builder
	for i := range all.Cases {
		cs := &all.Cases[i]
		if len(b.only) > 0 && !slices.Contains(b.only, cs.ID) {
			continue
		}
		by, expect := slices.Sorted(slices.Values(b.failedBy[cs.ID])), cs.ExpectationUnder(b.policy)
		fmt.Fprintf(&table, "%-40s %-8s %s\n", cs.ID, expect, strings.Join(by, ", "))
		if len(by) == 0 && (expect == catalogue.Refuse || expect == catalogue.Quiet) && enforced[cs.ID] == "" {
			t.Errorf("%s: no mutant fails it; %s", cs.ID, unfailed)
		}
	}
	runs := 0
	for _, ids := range b.tells {
		runs += len(ids)
	}
	t.Logf("%d mutants can be told by %d cases in all; cases by mutants:\n%s", len(b.tells), runs, table.String())
}
