package judge_test

import (
	"crypto/tls"
	"fmt"
	"slices"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
	"siptrust/suites/seen"
	"siptrust/suites/seen/seentest"
)

// attempts are what was seen in several attempts in a row.
func attempts(all ...seen.Attempt) seen.Attempts {
	return seen.Attempts{All: all, Windows: seen.DefaultWindows()}
}

// any stands in a row of the table for every value.
const anything = "*"

// row is a line of the table by which attempts are judged.
type row struct {
	expect, outcome, level, demands, twin string
	status                                reports.Status
}

// table is the design's, line by line, with its notes: leaking is never
// softened, a missed SHOULD is a warning where the table says fail, as is a
// missed demand that is itself a SHOULD ("advised"), and a refusal is worth something only beside a sound twin that is accepted.
var table = []row{
	{anything, "leaked", anything, anything, anything, reports.Fail},

	{"accept", "accepted", anything, "met", anything, reports.Pass},
	{"accept", "accepted", "MUST", "missed", anything, reports.Fail},
	{"accept", "accepted", "SHOULD", "missed", anything, reports.Warn},
	{"accept", "accepted", anything, "advised", anything, reports.Warn},
	{"accept", "refused", "MUST", anything, anything, reports.Fail},
	{"accept", "refused", "SHOULD", anything, anything, reports.Warn},
	{"accept", "stalled", "MUST", anything, anything, reports.Fail},
	{"accept", "stalled", "SHOULD", anything, anything, reports.Warn},
	{"accept", "absent", anything, anything, anything, reports.Inconclusive},

	{"refuse", "accepted", "MUST", anything, anything, reports.Fail},
	{"refuse", "accepted", "SHOULD", anything, anything, reports.Warn},
	{"refuse", "refused", anything, "met", "accepted", reports.Pass},
	{"refuse", "refused", "MUST", "missed", "accepted", reports.Fail},
	{"refuse", "refused", "SHOULD", "missed", "accepted", reports.Warn},
	{"refuse", "refused", anything, "advised", "accepted", reports.Warn},
	{"refuse", "stalled", anything, "met", "accepted", reports.Warn},
	{"refuse", "stalled", "MUST", "missed", "accepted", reports.Fail},
	{"refuse", "stalled", "SHOULD", "missed", "accepted", reports.Warn},
	{"refuse", "stalled", anything, "advised", "accepted", reports.Warn},
	{"refuse", "refused", anything, anything, "not accepted", reports.Inconclusive},
	{"refuse", "stalled", anything, anything, "not accepted", reports.Inconclusive},
	{"refuse", "refused", anything, anything, "no longer accepted", reports.Inconclusive},
	{"refuse", "stalled", anything, anything, "no longer accepted", reports.Inconclusive},
	{"refuse", "refused", anything, anything, "skipped", reports.Skip},
	{"refuse", "stalled", anything, anything, "skipped", reports.Skip},
	{"refuse", "absent", anything, anything, anything, reports.Inconclusive},

	{"quiet", "accepted", "MUST", anything, anything, reports.Fail},
	{"quiet", "accepted", "SHOULD", anything, anything, reports.Warn},
	{"quiet", "refused", anything, "met", anything, reports.Pass},
	{"quiet", "refused", "MUST", "missed", anything, reports.Fail},
	{"quiet", "refused", "SHOULD", "missed", anything, reports.Warn},
	{"quiet", "refused", anything, "advised", anything, reports.Warn},
	{"quiet", "stalled", anything, "met", anything, reports.Pass},
	{"quiet", "stalled", "MUST", "missed", anything, reports.Fail},
	{"quiet", "stalled", "SHOULD", "missed", anything, reports.Warn},
	{"quiet", "stalled", anything, "advised", anything, reports.Warn},
	{"quiet", "absent", anything, anything, anything, reports.Inconclusive},

	{"observe", "accepted", anything, anything, anything, reports.Info},
	{"observe", "refused", anything, anything, anything, reports.Info},
	{"observe", "stalled", anything, anything, anything, reports.Info},
	{"observe", "absent", anything, anything, anything, reports.Inconclusive},
}

func (r row) matches(expect catalogue.Expectation, outcome seen.Outcome, level catalogue.Level, demands string, twin judge.TwinState) bool {
	for _, pair := range [][2]string{
		{r.expect, string(expect)},
		{r.outcome, string(outcome)},
		{r.level, string(level)},
		{r.demands, demands},
		{r.twin, string(twin)},
	} {
		if pair[0] != anything && pair[0] != pair[1] {
			return false
		}
	}
	return true
}

// demanded is one demand of a case: met, missed, or missed though only advised.
func demanded(demands string) []seen.Demand {
	d := seen.NewDemand("d", "d was missed", func(*seen.Attempts) bool { return demands == "met" })
	if demands == "advised" {
		d.Level = catalogue.Should
	}
	return []seen.Demand{d}
}

func TestJudgeWalksTheWholeTable(t *testing.T) {
	used := make([]int, len(table))
	for _, expect := range []catalogue.Expectation{catalogue.Accept, catalogue.Refuse, catalogue.Quiet, catalogue.Observe} {
		for _, outcome := range []seen.Outcome{seen.Absent, seen.Refused, seen.Stalled, seen.Accepted, seen.Leaked} {
			for _, level := range []catalogue.Level{catalogue.Must, catalogue.Should} {
				for _, demands := range []string{"met", "missed", "advised"} {
					for _, twin := range []judge.TwinState{judge.TwinAccepted, judge.TwinNot, judge.TwinSkipped, judge.TwinNoLonger} {
						name := fmt.Sprintf("%s/%s/%s/%s/%s", expect, outcome, level, demands, twin)
						at := slices.IndexFunc(table, func(r row) bool { return r.matches(expect, outcome, level, demands, twin) })
						if at < 0 {
							t.Errorf("%s: the table has no row", name)
							continue
						}
						used[at]++
						j := judge.Judgement{
							Case: &catalogue.Case{
								ID: "x.y", Expect: expect, Level: level, Twin: "x.sound",
								Demands: demanded(demands),
							},
							Policy: catalogue.Interop, Twin: twin,
							Seen: attempts(seen.Classify(seentest.Observation(outcome), client.Outcome{Started: true, Ended: true}, seen.Stage{})),
						}
						if got := j.Seen.Outcome(); got != outcome {
							t.Fatalf("%s: the sample was classified %s", name, got)
						}
						f := j.Judge()
						if f.Status != table[at].status || f.Outcome != outcome || f.Reason == "" {
							t.Errorf("%s: judged %s (outcome %s, reason %q), want %s", name, f.Status, f.Outcome, f.Reason, table[at].status)
						}
					}
				}
			}
		}
	}
	for i, n := range used {
		if n == 0 {
			t.Errorf("row %+v decides nothing", table[i])
		}
	}
}

// What the ClientHello or the client itself makes not applicable is skipped, with the
// reason; once a ClientHello came, exit status 89 excuses nothing.
func TestSkips(t *testing.T) {
	cs := &catalogue.Case{ID: "x.y", Expect: catalogue.Accept, Level: catalogue.Must}
	noCommon := seentest.Observation(seen.Stalled)
	noCommon.Connections[0].NothingInCommon = "no version in common"
	for _, tc := range []struct {
		name string
		seen seen.Attempt
		want reports.Status
	}{
		{"unsupported, nothing came", seen.Classify(seentest.Observation(seen.Absent), client.Outcome{Unsupported: "no TLS here"}, seen.Stage{}), reports.Skip},
		{"unsupported, but it came", seen.Classify(seentest.Observation(seen.Accepted), client.Outcome{Unsupported: "no TLS here"}, seen.Stage{}), reports.Pass},
		{"nothing in common", seen.Classify(noCommon, client.Outcome{}, seen.Stage{}), reports.Skip},
	} {
		j := judge.Judgement{Case: cs, Policy: catalogue.Interop, Seen: attempts(tc.seen)}
		if f := j.Judge(); f.Status != tc.want || f.Reason == "" {
			t.Errorf("%s: %s (%s), want %s", tc.name, f.Status, f.Reason, tc.want)
		}
	}
}

// Where a case says so, a client that finds its twin, asks DNS and does not come
// in time has failed; in any other case, and without one of the three, it proves
// nothing.
func TestMustCome(t *testing.T) {
	now := time.Now()
	for _, tc := range []struct {
		mustCome bool
		invited  time.Time
		hadTime  bool
		twin     judge.TwinState
		want     reports.Status
	}{
		{true, now, true, judge.TwinAccepted, reports.Fail},
		{true, time.Time{}, true, judge.TwinAccepted, reports.Inconclusive},
		{true, now, false, judge.TwinAccepted, reports.Inconclusive},
		{true, now, true, judge.TwinNot, reports.Inconclusive},
		{false, now, true, judge.TwinAccepted, reports.Inconclusive},
	} {
		s := seen.Classify(seentest.Observation(seen.Absent), client.Outcome{}, seen.Stage{})
		s.Invited, s.HadTime = tc.invited, tc.hadTime
		j := judge.Judgement{
			Case: &catalogue.Case{ID: "x.y", Expect: catalogue.Accept, Level: catalogue.Must, MustCome: tc.mustCome}, Policy: catalogue.Interop, Twin: tc.twin, Seen: attempts(s),
		}
		if f := j.Judge(); f.Status != tc.want {
			t.Errorf("%+v: %s (%s)", tc, f.Status, f.Reason)
		}
	}
}

// A refusal before the faulty certificate was sent proves nothing of it.
func TestRefusalNeedsTheCertificate(t *testing.T) {
	o := seentest.Observation(seen.Refused)
	o.Connections[0].Handshake.CertificateSent = false
	j := judge.Judgement{Case: &catalogue.Case{ID: "x.y", Expect: catalogue.Refuse, Level: catalogue.Must}, Policy: catalogue.Interop, Twin: judge.TwinAccepted, Seen: attempts(seen.Classify(o, client.Outcome{}, seen.Stage{}))}
	if f := j.Judge(); f.Status != reports.Inconclusive {
		t.Errorf("judged %s (%s), want inconclusive", f.Status, f.Reason)
	}
}

// Data that comes only as the harness ends the client is no acceptance where
// one is wanted, and one where it is a fault.
func TestDataAfterTheEnd(t *testing.T) {
	o := seentest.Observation(seen.Accepted)
	o.Frozen = time.Millisecond
	for expect, want := range map[catalogue.Expectation]struct {
		outcome seen.Outcome
		status  reports.Status
	}{
		catalogue.Accept: {seen.Stalled, reports.Fail},
		catalogue.Refuse: {seen.Accepted, reports.Fail},
		catalogue.Quiet:  {seen.Accepted, reports.Fail},
	} {
		j := judge.Judgement{
			Case: &catalogue.Case{ID: "x.y", Expect: expect, Level: catalogue.Must}, Policy: catalogue.Interop, Twin: judge.TwinAccepted,
			Seen: attempts(seen.Classify(o, client.Outcome{}, seen.Stage{})),
		}
		if f := j.Judge(); f.Outcome != want.outcome || f.Status != want.status {
			t.Errorf("%s: %s, %s (%s), want %s, %s", expect, f.Outcome, f.Status, f.Reason, want.outcome, want.status)
		}
	}
}

// A ClientHello without what the case needs makes it not applicable, whatever came of it,
// but a leak.
func TestPreconditions(t *testing.T) {
	for _, outcome := range []seen.Outcome{seen.Refused, seen.Stalled, seen.Accepted, seen.Leaked} {
		for _, offered := range []bool{true, false} {
			o := seentest.Observation(outcome)
			if offered && outcome != seen.Leaked {
				o.Connections[0].ClientHello.Versions = []uint16{tls.VersionTLS12, tls.VersionTLS13}
			}
			j := judge.Judgement{
				Case:   &catalogue.Case{ID: "x.y", Expect: catalogue.Refuse, Level: catalogue.Must, Hello: []seen.Precondition{seen.OffersTLS13}},
				Policy: catalogue.Interop, Twin: judge.TwinAccepted, Seen: attempts(seen.Classify(o, client.Outcome{}, seen.Stage{})),
			}
			f := j.Judge()
			if skipped := f.Status == reports.Skip; skipped != (!offered && outcome != seen.Leaked) {
				t.Errorf("%s, TLS 1.3 offered: %t: judged %s (%s)", outcome, offered, f.Status, f.Reason)
			}
		}
	}
}

// Where a case says so, a ClientHello that leaves out what the server insists
// on is a refusal; it needs its sound twin like any other.
func TestRefusedByOffer(t *testing.T) {
	for _, tc := range []struct {
		expect catalogue.Expectation
		twin   judge.TwinState
		want   reports.Status
	}{
		{catalogue.Refuse, judge.TwinAccepted, reports.Pass},
		{catalogue.Refuse, judge.TwinNot, reports.Inconclusive},
		{catalogue.Observe, judge.TwinAccepted, reports.Info},
		{catalogue.Accept, judge.TwinAccepted, reports.Skip},
	} {
		o := seentest.Observation(seen.Stalled)
		o.Connections[0].NothingInCommon = "no version in common"
		o.Connections[0].Handshake.CertificateSent = false
		j := judge.Judgement{
			Case:   &catalogue.Case{ID: "x.y", Expect: tc.expect, Level: catalogue.Must, RefusalCounts: seen.AfterClientHello},
			Policy: catalogue.Interop, Twin: tc.twin, Seen: attempts(seen.Classify(o, client.Outcome{}, seen.Stage{})),
		}
		if f := j.Judge(); f.Status != tc.want {
			t.Errorf("%s, twin %s: judged %s (%s), want %s", tc.expect, tc.twin, f.Status, f.Reason, tc.want)
		}
	}
}
