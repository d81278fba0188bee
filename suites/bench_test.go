package suites_test

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"siptrust/client/reference"
	"siptrust/fakeserver"
	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
)

// cells selects the paper's matrix of 3 × 6.
const (
	cells     = "paper.custom-ca || paper.self-signed || paper.public-ca"
	cellCount = 18
)

// BenchmarkMatrix measures the 3 × 6 matrix with the reference client (the
// runner, without Ginkgo, forging included) beside a bare loop on crypto/tls
// that has the same outcomes with the same TLS settings, as many at once: the
// same handshakes, the sound ones again at the end, material forged
// beforehand, one SIP request and answer where the server is accepted. They
// take turns, so that both meet the same machine, and both have the garbage
// collection that the command sets. "ratio" is the cost per
// case, runner to bare loop.
func BenchmarkMatrix(b *testing.B) {
	run.TuneGC()
	selected, err := cases.All().Select(cells)
	if err != nil {
		b.Fatal(err)
	}
	if len(selected) != cellCount {
		b.Fatalf("%d cells", len(selected))
	}
	bare := newBareLoop(b, selected)
	compare(b, bare, run.Settings{Filter: cells}, cellCount)
}

// BenchmarkCatalogue does the same with those cases of the catalogue whose cost a
// bare handshake can be held against: not those that must wait (quiet ones, mute
// servers), those of several connections, those that speak DNS or HTTP besides,
// and those whose RSA keys would drown the rest: each takes a core for a tenth of
// a second and more.
func BenchmarkCatalogue(b *testing.B) {
	run.TuneGC()
	all := cases.All()
	var some []catalogue.Case
	for i := range all.Cases {
		if cs := &all.Cases[i]; cs.Sound() || (cs.Expect != catalogue.Quiet && cheap(b, cs.ID)) {
			some = append(some, *cs)
		}
	}
	some = slices.DeleteFunc(some, func(cs catalogue.Case) bool { return !cheap(b, cs.ID) || !cheap(b, cmp.Or(cs.Twin, cs.ID)) })
	catalogue, err := catalogue.New(some)
	if err != nil {
		b.Fatal(err)
	}
	selected, err := catalogue.Select("")
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d of %d cases", len(selected), len(all.Cases))
	compare(b, newBareLoop(b, selected), run.Settings{Catalogue: catalogue}, len(selected))
}

// cheap says that the case is one connection with keys that are made in no time,
// that nobody waits in it and that nothing else is spoken.
func cheap(b *testing.B, id string) bool {
	b.Helper()
	scenario, err := cases.All().Scenario(id, namesOf("bench"))
	if err != nil {
		b.Fatal(err)
	}
	for i := range scenario.Plan.Certs {
		if strings.HasPrefix(string(scenario.Plan.Certs[i].KeyAlgorithm), "rsa") {
			return false
		}
	}
	once := scenario.Attempts <= 1 && scenario.Later == nil && !scenario.SecondAccount && !scenario.Redirected
	waits := scenario.Linger || scenario.Server.KeepOpen || scenario.Server.Service.Fault != "" || !fakeserver.Does[fakeserver.Respond](scenario.Server.Script, fakeserver.AwaitRegister)
	revocation := &scenario.Plan.Revocation
	besides := scenario.Zone != nil || scenario.Elsewhere != nil || revocation.Answer != nil || len(revocation.Lists) > 0
	return once && !waits && !besides
}

// compare makes the run and the bare loop in turns and reports what a case
// costs in each.
func compare(b *testing.B, bare bareLoop, settings run.Settings, count int) {
	b.Helper()
	settings.Driver, settings.Jobs = reference.New(reference.Options{}), 2*runtime.GOMAXPROCS(0)
	var runner, loop time.Duration
	for b.Loop() {
		start := time.Now()
		run, err := run.New(settings)
		if err != nil {
			b.Fatal(err)
		}
		record, err := run.Execute(b.Context())
		if err != nil || record.Verdict == reports.DoesNotConform || record.Verdict == reports.NotAssessed {
			b.Fatal(record.Verdict, err)
		}
		runner += time.Since(start)

		start = time.Now()
		if err := bare.run(b.Context(), settings.Jobs); err != nil {
			b.Fatal(err)
		}
		loop += time.Since(start)
	}
	n := float64(b.N * count)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(n/runner.Seconds(), "cases/s")
	b.ReportMetric(float64(runner.Nanoseconds())/n, "runner-ns/case")
	b.ReportMetric(float64(loop.Nanoseconds())/n, "bare-ns/case")
	b.ReportMetric(float64(runner)/float64(loop), "ratio")
}
