package suites_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"siptrust/client"
	"siptrust/client/reference"
	"siptrust/reports"
	"siptrust/suites/run"
)

// flaky is a client whose attempts at one case are made by another
// client: at the times that are given, counted from 1.
type flaky struct {
	altered
	mu    sync.Mutex
	tried map[string]int
}

func newFlaky(at func(id string, n int) client.Driver) *flaky {
	d := &flaky{altered: altered{Driver: plain()}, tried: map[string]int{}}
	d.attempt = func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
		d.mu.Lock()
		d.tried[caseOf(a)]++
		n := d.tried[caseOf(a)]
		d.mu.Unlock()
		if other := at(caseOf(a), n); other != nil {
			return other.Attempt(ctx, a)
		}
		return d.Driver.Attempt(ctx, a)
	}
	return d
}

func mutant(name string) client.Driver { return reference.New(reference.Options{Mutant: name}) }

func resultOf(t *testing.T, record reports.Record, id string) reports.Result {
	t.Helper()
	for i := range record.Results {
		if record.Results[i].ID == id {
			return record.Results[i]
		}
	}
	t.Fatalf("no result of %s", id)
	return reports.Result{}
}

func paperTwice(s *run.Settings) { s.Filter, s.Confirm = customCA, 2 }

// A faulty server that was accepted once was accepted, however often it is
// refused afterwards.
func TestConfirmAcceptedOnce(t *testing.T) {
	t.Parallel()
	const id = customCA + ".expired"
	for at := 1; at <= 3; at++ {
		d := newFlaky(func(tried string, n int) client.Driver {
			if tried == id && n == at {
				return mutant("expiry")
			}
			return nil
		})
		record := execute(t, d, paperTwice)
		r := resultOf(t, record, id)
		if at == 1 && (r.Status != reports.Fail || !strings.HasSuffix(r.Reason, "; accepted 1 of 3 times") || d.tried[id] != 3 || record.Verdict != reports.DoesNotConform) {
			t.Errorf("accepted once: %s: %s, tried %d times, verdict %q", r.Status, r.Reason, d.tried[id], record.Verdict)
		}
		if at > 1 && (r.Status != reports.Pass || d.tried[id] != 1) { // what passes is tried once
			t.Errorf("refused the first time: %s: %s, tried %d times", r.Status, r.Reason, d.tried[id])
		}
	}
}

// What fails once and not again is inconclusive, unless it is proven: here a
// refused connection that is left open once. The evidence holds both.
func TestConfirmUnstable(t *testing.T) {
	t.Parallel()
	const id = "paper.client-auth.sent"
	d := newFlaky(func(tried string, n int) client.Driver {
		if tried == id && n == 1 {
			return mutant("client-certificate")
		}
		return nil
	})
	record := execute(t, d, func(s *run.Settings) { s.Filter, s.Confirm = id, 2 })
	r := resultOf(t, record, id)
	if r.Status != reports.Inconclusive || !strings.HasPrefix(r.Reason, "unstable: ") || !strings.Contains(r.Reason, "run again (1 of 2)") {
		t.Errorf("%s: %s", r.Status, r.Reason)
	}
	var marked, registered bool
	for _, e := range r.Evidence {
		switch {
		case e.From == "tool" && e.What == "run again":
			marked = true
		case strings.Contains(e.What, "REGISTER"):
			registered = marked
		}
	}
	if !marked || !registered {
		t.Errorf("the evidence does not hold a mark (%t) and a registration behind it (%t):\n%v", marked, registered, r.Evidence)
	}
	if d.tried[id] != 2 || record.Verdict != reports.NotAssessed {
		t.Errorf("tried %d times, verdict %q, %+v", d.tried[id], record.Verdict, record.Summary)
	}
}

// What fails every time fails; what passes is tried once.
func TestConfirmStable(t *testing.T) {
	t.Parallel()
	const id = customCA + ".expired"
	d := newFlaky(func(string, int) client.Driver { return mutant("expiry") })
	record := execute(t, d, paperTwice)
	if r := resultOf(t, record, id); r.Status != reports.Fail || !strings.HasSuffix(r.Reason, "; accepted 3 of 3 times") {
		t.Errorf("%s: %s", r.Status, r.Reason)
	}
	if d.tried[id] != 3 || d.tried[customCA+".wrong-name"] != 1 {
		t.Errorf("tried %d times, and the sound one %d times", d.tried[id], d.tried[customCA+".wrong-name"])
	}
	record = execute(t, newFlaky(func(string, int) client.Driver { return mutant("expiry") }), func(s *run.Settings) { s.Filter = customCA })
	if r := resultOf(t, record, id); r.Status != reports.Fail || strings.Contains(r.Reason, "again") {
		t.Errorf("without confirmation: %s: %s", r.Status, r.Reason)
	}
}

// A leak is seen or not: it needs no second time, and one that comes the
// second time counts.
func TestConfirmLeak(t *testing.T) {
	t.Parallel()
	const id = "paper.conduct.no-plaintext-fallback"
	first := newFlaky(func(_ string, n int) client.Driver {
		if n == 1 {
			return mutant("plaintext-fallback")
		}
		return nil
	})
	record := execute(t, first, func(s *run.Settings) { s.Filter, s.Confirm = id, 3 })
	if r := resultOf(t, record, id); r.Status != reports.Fail || r.Outcome != "leaked" || first.tried[id] != 1 {
		t.Errorf("%s: %s, tried %d times", r.Status, r.Reason, first.tried[id])
	}
	const expired = customCA + ".expired"
	clear := &altered{Driver: plain(), attempt: func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
		trap, err := net.Dial("udp", netip.AddrPortFrom(a.Server.Addr(), 5060).String())
		if err != nil {
			return client.Outcome{}, err
		}
		defer trap.Close()
		if _, err := fmt.Fprintf(trap, "REGISTER sip:%s SIP/2.0\r\nTo: <sip:alice@%[1]s>\r\n\r\n", a.Host); err != nil {
			return client.Outcome{}, err
		}
		return plain().Attempt(ctx, a)
	}}
	later := newFlaky(func(tried string, n int) client.Driver {
		if tried != expired {
			return nil
		}
		return map[int]client.Driver{1: mutant("expiry"), 2: clear}[n]
	})
	record = execute(t, later, func(s *run.Settings) { s.Filter, s.Confirm = expired, 3 })
	if r := resultOf(t, record, expired); r.Status != reports.Fail || r.Outcome != "leaked" || later.tried[expired] != 2 {
		t.Errorf("%s: %s, tried %d times", r.Status, r.Reason, later.tried[expired])
	}
}

// A sound server that is not accepted the first time is an unstable control:
// what was refused beside it proves nothing.
func TestConfirmUnstableControl(t *testing.T) {
	t.Parallel()
	d := &altered{Driver: plain()}
	var mu sync.Mutex
	tried := map[string]int{}
	d.attempt = func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
		mu.Lock()
		tried[caseOf(a)]++
		n := tried[caseOf(a)]
		mu.Unlock()
		if caseOf(a) == customCA+".sound" && n == 1 {
			a.CustomRoots = nil
		}
		return d.Driver.Attempt(ctx, a)
	}
	record := execute(t, d, func(s *run.Settings) { s.Filter, s.Confirm = customCA+" || paper.self-signed", 1 })
	sound := resultOf(t, record, customCA+".sound")
	if sound.Status != reports.Inconclusive || !strings.HasPrefix(sound.Reason, "unstable: a sound server was not accepted") {
		t.Errorf("%s: %s", sound.Status, sound.Reason)
	}
	if got := with(record, reports.Inconclusive); len(got) != 6 || record.Summary.Pass != 6 {
		t.Errorf("inconclusive: %v, want the six of the custom CA; %+v", got, record.Summary)
	}
}

// A run that is interrupted while a failure is run again keeps the failure.
func TestConfirmInterrupted(t *testing.T) {
	t.Parallel()
	const id = customCA + ".expired"
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d := newFlaky(func(tried string, n int) client.Driver {
		switch {
		case tried == id && n == 1:
			return mutant("expiry")
		case tried == id:
			return &altered{Driver: plain(), attempt: func(ctx context.Context, _ client.Attempt) (client.Outcome, error) {
				cancel()
				<-ctx.Done()
				return client.Outcome{}, ctx.Err()
			}}
		}
		return nil
	})
	run, err := run.New(run.Settings{Driver: d, Filter: id, Confirm: 2, OnAttempt: onAttempt})
	if err != nil {
		t.Fatal(err)
	}
	record, err := run.Execute(ctx)
	if r := resultOf(t, record, id); err != nil || record.Complete || r.Status != reports.Fail {
		t.Errorf("error %v, complete %t, %s: %s", err, record.Complete, r.Status, r.Reason)
	}
}

func TestConfirmNegative(t *testing.T) {
	t.Parallel()
	if _, err := run.New(run.Settings{Driver: plain(), Confirm: -1}); err == nil {
		t.Error("a run that confirms -1 times")
	}
}
