package suites_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/pkiforge"
	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
	"siptrust/suites/seen"
)

// explained says for every mutant which cases its missing check explains: it
// must fail these and no other. The groups' own tests add theirs by explains.
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

// explains adds cases to what a mutant's missing check explains.
func explains(mutant string, ids ...string) { explained[mutant] = append(explained[mutant], ids...) }

// execute makes a run without Ginkgo, with windows short enough for a test.
func execute(t *testing.T, driver client.Driver, edit func(*run.Settings)) reports.Record {
	t.Helper()
	pkiforge.ShareRSAKeys()
	settings := run.Settings{
		Driver: driver, Timeout: 3 * time.Second,
		Windows: seen.Windows{Prompt: 1200 * time.Millisecond, Slow: 2 * time.Second},
	}
	settings.OnAttempt = onAttempt
	if edit != nil {
		edit(&settings)
	}
	run, err := run.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	record, err := run.Execute(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// attempted has the case of every attempt that a test makes, by its ID.
var attempted sync.Map

func onAttempt(id string, cs *catalogue.Case) { attempted.Store(id, cs.ID) }

// caseOf is what a client is not told.
func caseOf(a client.Attempt) string {
	id, _ := attempted.Load(a.ID)
	return id.(string)
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

// explainedUnder says the same of the cases that a policy decides in its own
// way; they are run under that policy alone.
var explainedUnder = map[catalogue.Policy]map[string][]string{}

// explainUnder adds cases to what a mutant's missing check explains under a
// policy.
func explainUnder(policy catalogue.Policy, mutant string, ids ...string) {
	if explainedUnder[policy] == nil {
		explainedUnder[policy] = map[string][]string{}
	}
	explainedUnder[policy][mutant] = append(explainedUnder[policy][mutant], ids...)
}

// explainedByPolicy says whether a policy has cases that the mutant's missing
// check explains.
func explainedByPolicy(mutant string) bool {
	for _, byMutant := range explainedUnder {
		if len(byMutant[mutant]) > 0 {
			return true
		}
	}
	return false
}

// ownCases are the cases that a policy judges otherwise than interop does.
func ownCases(policy catalogue.Policy) []string {
	var ids []string
	for i := range cases.All().Cases {
		cs := &cases.All().Cases[i]
		if cs.ExpectationUnder(policy) != cs.ExpectationUnder(catalogue.Interop) || cs.LevelUnder(policy) != cs.Level {
			ids = append(ids, cs.ID)
		}
	}
	return ids
}

// failed gives the cases that a client failed. Where the clause says SHOULD the
// judge softens that to a warning, which counts here as well; a server that was
// refused and whose connection the client left open is a warning of another
// kind, under any level, and does not.
func failed(record reports.Record) []string {
	ids := with(record, reports.Fail)
	for i := range record.Results {
		if r := &record.Results[i]; softened(r) {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// softened says that a warning would be a failure but for its level.
func softened(r *reports.Result) bool {
	leftOpen := r.Expect == string(catalogue.Refuse) && r.Outcome == string(seen.Stalled)
	return r.Status == reports.Warn && r.Level == string(catalogue.Should) && !leftOpen
}

// unfailed is what to do about a case that no mutant is said to fail.
const unfailed = "try which one does with 'go run ./cmd/siptrust run --client mutant:NAME --filter CASE' and name it with explains " +
	"in the test of its topic in suites; else add a mutant, or list the case in enforced (CONTRIBUTING.md)"

// only gives what the first list has and the second has not.
func only(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return slices.Contains(other, id) })
}

// Every faulty and quiet case is said to be failed by a mutant, or to be one that
// crypto/tls itself refuses; whether it is so, TestCasesByMutants finds out.
func TestFaultyCasesAreExplained(t *testing.T) {
	t.Parallel()
	for _, policy := range catalogue.Policies() {
		byMutant, among := explainedUnder[policy], ownCases(policy)
		if policy == catalogue.Interop {
			byMutant, among = explained, nil
		}
		said := make(map[string]bool)
		for _, ids := range byMutant {
			for _, id := range andRepeated(ids) {
				if _, ok := cases.All().Lookup(id); !ok {
					t.Errorf("explains names %s: there is no such case", id)
				}
				said[id] = true
			}
		}
		for i := range cases.All().Cases {
			cs := &cases.All().Cases[i]
			expect := cs.ExpectationUnder(policy)
			if policy != catalogue.Interop && !slices.Contains(among, cs.ID) {
				continue
			}
			if (expect == catalogue.Refuse || expect == catalogue.Quiet) && !said[cs.ID] && enforced[cs.ID] == "" {
				t.Errorf("%s under %s: no mutant is said to fail it; %s", cs.ID, policy, unfailed)
			}
		}
	}
}

// enforced lists the faulty cases that no mutant can fail because crypto/tls or
// crypto/x509 itself refuses, with what it refuses: the reference client
// cannot be built to accept them.
var enforced = map[string]string{}
