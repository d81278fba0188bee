package suites_test

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"testing"

	"siptrust/client/reference"
	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
)

// lanes is how many runs of the reference client go on side by side to find what
// matters in which case.
const lanes = 8

// matters runs the reference client through the cases, nil being all, and gives
// what it made of them and, for every check, the cases in which the check
// mattered: those that can tell the mutant without it from the reference. In
// all others the mutant comes to no point at which it does something else.
func matters(t *testing.T, policy catalogue.Policy, only []string) (results map[string]reports.Result, tells map[string][]string) {
	t.Helper()
	var list []*catalogue.Case
	for i := range cases.All().Cases {
		if cs := &cases.All().Cases[i]; only == nil || slices.Contains(only, cs.ID) {
			list = append(list, cs)
		}
	}
	// Cases of one twin keep together: it runs once a lane.
	slices.SortStableFunc(list, func(a, b *catalogue.Case) int { return cmp.Compare(cmp.Or(a.Twin, a.ID), cmp.Or(b.Twin, b.ID)) })
	results, tells = map[string]reports.Result{}, map[string][]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for lane := range slices.Chunk(list, (len(list)+lanes-1)/lanes) {
		all.Go(func() {
			seen, mattered := mattersIn(t, policy, lane)
			mu.Lock()
			defer mu.Unlock()
			for id, r := range seen {
				if known, ok := results[id]; !ok || known.Control {
					results[id] = r
				}
			}
			for id, checks := range mattered {
				for check := range checks {
					if !slices.Contains(tells[check], id) {
						tells[check] = append(tells[check], id)
					}
				}
			}
		})
	}
	all.Wait()
	return results, tells
}

// mattersIn runs some of the cases, one after the other, so that what matters
// is known to matter in the case whose result comes next.
func mattersIn(t *testing.T, policy catalogue.Policy, list []*catalogue.Case) (results map[string]reports.Result, mattered map[string]map[string]bool) {
	results, mattered = map[string]reports.Result{}, map[string]map[string]bool{}
	var mu sync.Mutex
	now := map[string]bool{}
	driver := reference.New(reference.Options{Policy: string(policy), Exercised: func(check string) {
		mu.Lock()
		defer mu.Unlock()
		now[check] = true
	}})
	var ids []string
	for _, cs := range list {
		ids = append(ids, cs.ID)
	}
	record := execute(t, driver, func(s *run.Settings) {
		s.Policy, s.Filter, s.Jobs = policy, strings.Join(ids, " || "), 1
		s.OnResult = func(r reports.Result) {
			mu.Lock()
			defer mu.Unlock()
			mattered[r.ID], now = now, map[string]bool{}
		}
	})
	for i := range record.Results {
		results[record.Results[i].ID] = record.Results[i]
	}
	return results, mattered
}
