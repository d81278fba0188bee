package suites_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/client/open"
	"siptrust/client/reference"
	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
)

// altered is the reference client with something done to its attempts.
type altered struct {
	client.Driver
	traits  func(*client.Traits)
	attempt func(ctx context.Context, a client.Attempt) (client.Outcome, error)
}

func (d *altered) Traits() client.Traits {
	traits := d.Driver.Traits()
	if d.traits != nil {
		d.traits(&traits)
	}
	return traits
}

func (d *altered) Attempt(ctx context.Context, a client.Attempt) (client.Outcome, error) {
	if d.attempt == nil {
		return d.Driver.Attempt(ctx, a)
	}
	return d.attempt(ctx, a)
}

func plain() client.Driver { return reference.New(reference.Options{}) }

const customCA = "paper.custom-ca"

// A client that stops accepting sound servers in the course of the run (its
// clock jumped, its trust store was emptied) has refused nothing.
func TestControlFailsAtTheEnd(t *testing.T) {
	t.Parallel()
	sound := &altered{Driver: plain()}
	var mu sync.Mutex
	controls := 0
	sound.attempt = func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
		if caseOf(a) == customCA+".sound" {
			mu.Lock()
			controls++
			late := controls > 1
			mu.Unlock()
			if late {
				a.CustomRoots = nil
			}
		}
		return sound.Driver.Attempt(ctx, a)
	}
	var emitted []reports.Result
	record := execute(t, sound, func(s *run.Settings) {
		s.Filter = customCA
		s.OnResult = func(r reports.Result) { emitted = append(emitted, r) }
	})
	if got := with(record, reports.Inconclusive); len(got) != 6 {
		t.Errorf("inconclusive: %v, want all six", got)
	}
	if reason := reasonOf(record, customCA+".expired"); !strings.Contains(reason, "at the end of the run its sound twin") {
		t.Errorf("the reason is %q", reason)
	}
	if record.Verdict != reports.NotAssessed {
		t.Errorf("verdict %q", record.Verdict)
	}
	// Who listens was told of the change.
	last := emitted[len(emitted)-1]
	if last.Status != reports.Inconclusive {
		t.Errorf("the last result told is %s, %s", last.ID, last.Status)
	}
}

// A client that refuses everything conforms to nothing: the run stops.
func TestSetupNotProven(t *testing.T) {
	t.Parallel()
	d := &altered{Driver: plain()}
	var mu sync.Mutex
	var attempted []string
	d.attempt = func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
		mu.Lock()
		attempted = append(attempted, caseOf(a))
		mu.Unlock()
		a.CustomRoots, a.SystemRoots = nil, nil
		return d.Driver.Attempt(ctx, a)
	}
	record := execute(t, d, func(s *run.Settings) { s.Filter = "paper" })
	if len(record.Results) != 27 || record.Summary.Inconclusive != 27 || !record.Complete {
		t.Errorf("%d results, complete %t, %+v", len(record.Results), record.Complete, record.Summary)
	}
	for i := range record.Results {
		if !strings.HasPrefix(record.Results[i].Reason, "setup not proven") {
			t.Errorf("%s: %s", record.Results[i].ID, record.Results[i].Reason)
		}
	}
	slices.Sort(attempted)
	if want := []string{"paper.custom-ca.sound", "paper.public-ca.sound", "paper.self-signed.sound"}; !slices.Equal(attempted, want) {
		t.Errorf("attempted %v, want the controls %v", attempted, want)
	}
}

// One style that is not accepted leaves the others judged.
func TestOneControlNotAccepted(t *testing.T) {
	t.Parallel()
	d := &altered{Driver: plain()}
	d.attempt = func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
		a.SystemRoots = nil
		return d.Driver.Attempt(ctx, a)
	}
	record := execute(t, d, func(s *run.Settings) { s.Filter = cells })
	if got, want := with(record, reports.Fail), []string{"paper.public-ca.sound"}; !slices.Equal(got, want) {
		t.Errorf("fail: %v, want %v", got, want)
	}
	want := []string{
		"paper.public-ca.bad-signature", "paper.public-ca.broken-chain", "paper.public-ca.expired",
		"paper.public-ca.root-missing", "paper.public-ca.wrong-name",
	}
	if got := with(record, reports.Inconclusive); !slices.Equal(got, want) {
		t.Errorf("inconclusive: %v, want %v", got, want)
	}
	if record.Summary.Pass != 12 {
		t.Errorf("%+v", record.Summary)
	}
}

// What a client lacks is skipped with the reason, and skipped controls skip
// what rests on them.
func TestLacks(t *testing.T) {
	t.Parallel()
	lacking := func(feature client.Feature) *altered {
		return &altered{Driver: plain(), traits: func(traits *client.Traits) { traits.Lacks = map[client.Feature]string{feature: "of the test's own"} }}
	}
	record := execute(t, lacking(client.FeatureClientAuth), func(s *run.Settings) { s.Filter = "paper" })
	if got, want := with(record, reports.Skip), []string{"paper.client-auth.refused", "paper.client-auth.sent"}; !slices.Equal(got, want) {
		t.Errorf("skipped %v, want %v", got, want)
	}
	if record.Verdict != reports.ConformsWithGaps {
		t.Errorf("verdict %q", record.Verdict)
	}
	record = execute(t, lacking(client.FeatureTLS13), func(s *run.Settings) { s.Filter, s.TLSVersion = "paper", "1.3" })
	if record.Summary.Skip != 27 || record.Verdict != reports.NotAssessed {
		t.Errorf("%+v, verdict %q", record.Summary, record.Verdict)
	}
	byAddress := &altered{Driver: plain(), traits: func(traits *client.Traits) { traits.ByAddress = true }}
	record = execute(t, byAddress, func(s *run.Settings) { s.Filter = "paper" })
	want := []string{"paper.conduct.close-after-refusal", "paper.custom-ca.wrong-name", "paper.public-ca.wrong-name", "paper.self-signed.wrong-name"}
	if got := with(record, reports.Skip); !slices.Equal(got, want) || record.Summary.Pass != 23 {
		t.Errorf("by address: skipped %v, want %v; %+v", got, want, record.Summary)
	}
}

// A client that offers nothing the server speaks is skipped, not judged.
func TestNothingInCommon(t *testing.T) {
	t.Parallel()
	old := reference.New(reference.Options{MaxVersion: 0x0303})
	record := execute(t, old, func(s *run.Settings) { s.Filter, s.TLSVersion = "paper", "1.3" })
	if record.Summary.Skip != 27 {
		t.Errorf("%+v: %s", record.Summary, reasonOf(record, customCA+".sound"))
	}
	if reason := reasonOf(record, customCA+".sound"); !strings.Contains(reason, "version") {
		t.Errorf("the reason is %q", reason)
	}
}

// An interrupted run ends at once and keeps what it knows.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	d := &altered{Driver: plain()}
	d.attempt = func(running context.Context, a client.Attempt) (client.Outcome, error) {
		if caseOf(a) == customCA+".expired" {
			cancel()
			<-running.Done()
		}
		return d.Driver.Attempt(running, a)
	}
	run, err := run.New(run.Settings{Driver: d, Jobs: 1, Filter: "paper", Timeout: time.Hour, OnAttempt: onAttempt})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	record, err := run.Execute(ctx)
	if err != nil || record.Complete || len(record.Results) != 3 || record.Verdict != reports.NotAssessed {
		t.Errorf("error %v, complete %t, %d results, verdict %q", err, record.Complete, len(record.Results), record.Verdict)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s to end", took)
	}
	if _, err := run.Await(t.Context(), customCA+".expired"); err == nil {
		t.Error("a case that was cut short has a result")
	}
}

// What keeps siptrust itself from working is an error, not a verdict.
func TestDriverError(t *testing.T) {
	t.Parallel()
	broken := errors.New("no more room")
	d := &altered{Driver: plain(), attempt: func(context.Context, client.Attempt) (client.Outcome, error) {
		return client.Outcome{}, broken
	}}
	run, err := run.New(run.Settings{Driver: d})
	if err != nil {
		t.Fatal(err)
	}
	if record, err := run.Execute(t.Context()); !errors.Is(err, broken) || record.Complete {
		t.Errorf("error %v, complete %t", err, record.Complete)
	}
}

// Twins that the filter left out run as controls and are not counted; the
// results stand in the catalogue's order.
func TestControlsOutsideTheFilter(t *testing.T) {
	t.Parallel()
	record := execute(t, plain(), func(s *run.Settings) { s.Filter = "paper.custom-ca.expired || paper.self-signed.expired" })
	var ids []string
	for i := range record.Results {
		r := &record.Results[i]
		ids = append(ids, r.ID)
		if r.Control != strings.HasSuffix(r.ID, ".sound") {
			t.Errorf("%s: control %t", r.ID, r.Control)
		}
	}
	want := []string{"paper.custom-ca.sound", "paper.custom-ca.expired", "paper.self-signed.sound", "paper.self-signed.expired"}
	if !slices.Equal(ids, want) || record.Summary.Pass != 2 {
		t.Errorf("%v, %+v", ids, record.Summary)
	}
}

// aboutOther says whether the servers of a case speak another version of TLS
// than the one a run is pinned to.
func aboutOther(id, version string) bool {
	s, err := cases.All().Scenario(id, namesOf("aa"))
	own := s.TLS()
	return err == nil && own != "" && own != version
}

// The reference client follows every policy in the whole catalogue, in a short
// run in the paper's matrix, on which all policies agree.
func TestPoliciesOnTheMatrix(t *testing.T) {
	t.Parallel()
	for _, policy := range catalogue.Policies() {
		for _, version := range []string{"1.2", "1.3"} {
			t.Run(string(policy)+"/TLS "+version, func(t *testing.T) {
				t.Parallel()
				driver, err := open.Client("reference", open.Options{Policy: string(policy)})
				if err != nil {
					t.Fatal(err)
				}
				record := execute(t, driver, func(s *run.Settings) {
					s.Policy, s.TLSVersion = policy, version
					if testing.Short() {
						s.Filter = "paper"
					}
				})
				if sum := record.Summary; sum.Fail+sum.Inconclusive+sum.Warn > 0 || sum.Pass == 0 {
					t.Errorf("%s: fail %v, inconclusive %v", record.Verdict, with(record, reports.Fail), with(record, reports.Inconclusive))
				}
				for _, id := range with(record, reports.Skip) {
					if cs, _ := cases.All().Lookup(id); !aboutOther(id, version) && cs.Fixed.TLSVersion != version {
						t.Errorf("%s is skipped", id)
					}
				}
			})
		}
	}
}

// Near traps hear the same: a free port of 127.0.0.1, UDP beside TCP.
func TestNearTraps(t *testing.T) {
	t.Parallel()
	near := func(d client.Driver) client.Driver {
		return &altered{Driver: d, traits: func(traits *client.Traits) { traits.NearTraps = true }}
	}
	record := execute(t, near(plain()), func(s *run.Settings) { s.Filter = "paper" })
	if record.Verdict != reports.Conforms || record.Settings.Traps != "near" {
		t.Errorf("verdict %q, traps %q", record.Verdict, record.Settings.Traps)
	}
	leaking := reference.New(reference.Options{Mutant: "plaintext-fallback"})
	record = execute(t, near(leaking), func(s *run.Settings) { s.Filter = "paper.conduct || paper.client-auth" })
	want := []string{"paper.client-auth.none-required", "paper.client-auth.refused", "paper.conduct.no-plaintext-fallback"}
	if got := with(record, reports.Fail); !slices.Equal(got, want) {
		t.Errorf("fail: %v, want %v", got, want)
	}
}

// A client that takes longer than the silence window to look at the server's
// certificates is still given the time to answer and to close.
func TestSlowClientIsAwaited(t *testing.T) {
	t.Parallel()
	slow := reference.New(reference.Options{Now: func() time.Time {
		time.Sleep(50 * time.Millisecond)
		return time.Now()
	}})
	hasty := &altered{Driver: slow, traits: func(traits *client.Traits) { traits.Silence = 10 * time.Millisecond }}
	record := execute(t, hasty, func(s *run.Settings) { s.Filter = "client-auth.expired-identity" })
	if len(record.Results) == 0 || record.Summary.Pass != 1 {
		t.Errorf("%+v: %+v", record.Summary, record.Results)
	}
}

// Whether a client answers a request from elsewhere is only recorded, but what
// is recorded is not cut short.
func TestRecordedAnswerIsAwaited(t *testing.T) {
	t.Parallel()
	hasty := &altered{Driver: plain(), traits: func(traits *client.Traits) { traits.Silence = 3 * time.Nanosecond }}
	record := execute(t, hasty, func(s *run.Settings) { s.Filter = "conduct.foreign-request" })
	if reason := reasonOf(record, "conduct.foreign-request"); record.Summary.Info != 1 || strings.Contains(reason, "OPTIONS") {
		t.Errorf("%+v: %s", record.Summary, reason)
	}
}

// A request whose first octet comes in a record of its own is not taken for
// data of another kind, although the outcome was certain with that octet.
func TestFirstLineIsAwaited(t *testing.T) {
	t.Parallel()
	trickling := &altered{Driver: plain(), attempt: func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
		d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, ServerName: a.Host}}
		conn, err := d.DialContext(ctx, "tcp", a.Server.String())
		if err != nil {
			return client.Outcome{Started: true}, nil
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("R"))
		select {
		case <-ctx.Done():
			return client.Outcome{Started: true}, nil
		case <-time.After(50 * time.Millisecond):
		}
		fmt.Fprintf(conn, "EGISTER sip:%s SIP/2.0\r\nVia: SIP/2.0/TLS x;branch=z9hG4bK1\r\nFrom: <%s>;tag=1\r\nTo: <%[2]s>\r\n"+
			"Call-ID: 1\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n", a.Domain, a.URI)
		<-ctx.Done()
		return client.Outcome{Started: true}, nil
	}}
	record := execute(t, trickling, func(s *run.Settings) {
		s.Filter = customCA + ".expired"
		s.Timeout, s.Windows.Prompt = time.Minute, time.Minute // for a busy machine; nothing waits for the end of either
	})
	i := slices.IndexFunc(record.Results, func(r reports.Result) bool { return r.ID == customCA+".expired" })
	if i < 0 || record.Results[i].How != "SIP inside TLS" {
		t.Errorf("%d: %+v", i, record.Results)
	}
}

// A client is told by nothing what case it is in: not by a word, not by its
// directory, but for the one who keeps the directories.
func TestCaseIsNotTold(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		var mu sync.Mutex
		var dir string
		ids := map[string]bool{}
		d := &altered{Driver: plain(), traits: func(traits *client.Traits) { traits.Files = true }}
		d.attempt = func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
			mu.Lock()
			ids[a.ID], dir = true, filepath.Dir(a.Dir)
			mu.Unlock()
			said := strings.Join([]string{a.ID, a.URI, a.Proxy, a.Domain, a.Host, a.SecondURI, a.SecondHost}, " ")
			if id := caseOf(a); strings.Contains(said, id) || strings.Contains(a.Dir, id) != keep {
				t.Errorf("%s: the client is told %q in %s; directories are kept: %v", id, said, a.Dir, keep)
			}
			return d.Driver.Attempt(ctx, a)
		}
		execute(t, d, func(s *run.Settings) { s.Filter, s.Keep, s.Jobs = customCA, keep, 1 })
		if _, err := os.Stat(dir); (err == nil) != keep {
			t.Errorf("the run's directory afterwards: %v; directories are kept: %v", err, keep)
		}
		os.RemoveAll(dir)
		if len(ids) < 6 || ids[""] {
			t.Errorf("%d words for the attempts at 6 cases: %v", len(ids), ids)
		}
	}
}

// The scenario of a case is built once, also where it says in which place the
// server has something besides its address.
func TestScenarioIsBuiltOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	built := map[string]int{}
	var sound []catalogue.Case
	for _, id := range []string{"revocation.ocsp.sound", "revocation.crl.sound", "reference.two-targets"} {
		cs, _ := cases.All().Lookup(id)
		counted := *cs
		counted.Change.Apply = func(s *catalogue.Scenario) error {
			mu.Lock()
			built[id]++
			mu.Unlock()
			return cs.Change.Apply(s)
		}
		sound = append(sound, counted)
	}
	table, err := catalogue.New(sound)
	if err != nil {
		t.Fatal(err)
	}
	record := execute(t, plain(), func(s *run.Settings) { s.Catalogue = table })
	if record.Summary.Pass != len(sound) {
		t.Errorf("%+v", record.Summary)
	}
	for _, cs := range sound {
		if built[cs.ID] != 1 {
			t.Errorf("the scenario of %s was built %d times", cs.ID, built[cs.ID])
		}
	}
}
