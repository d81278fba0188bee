// Package judge turns what was seen of a client in a case into a status, by one
// ordered table of rules. What the server observed decides, never what the
// client said of itself. It starts, forges and serves nothing.
package judge

import (
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/internal/plain"
	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
)

// TwinState is what became of a case's twin.
type TwinState string

// The states. The zero value is for cases without a twin.
const (
	NoTwin       TwinState = ""
	TwinAccepted TwinState = "accepted"
	TwinNot      TwinState = "not accepted"
	TwinSkipped  TwinState = "skipped"
	TwinNoLonger TwinState = "no longer accepted" // first yes, at the end of the run no
)

// Judgement is one case with all that was seen of it. The zero value cannot be
// judged: it needs a case.
type Judgement struct {
	Case   *catalogue.Case
	Policy catalogue.Policy
	Twin   TwinState
	Seen   seen.Attempts
}

// Finding is the judge's word on a case.
type Finding struct {
	Status  reports.Status
	Rule    string // name of the rule that decided, see [Rules]
	Outcome seen.Outcome
	How     string
	Reason  string
	Demands []reports.Demand
	Worst   *seen.Attempt // the attempt that decided; nil: none was made
}

// Judge applies [Rules] in their order: what the server observed decides, never
// what the client said.
func (j *Judgement) Judge() Finding {
	f := Finding{Outcome: seen.Absent, Worst: j.Seen.Worst()}
	v := view{Judgement: j, finding: &f, expect: j.Case.ExpectationUnder(j.Policy), prelude: j.Seen.Prelude()}
	if f.Worst != nil {
		f.Outcome, f.How = f.Worst.Verdict.Outcome, f.Worst.Verdict.How
	}
	v.discountFarewell()
	v.discountClearHop()
	v.subject = f.Outcome
	if f.Outcome == seen.Absent && v.prelude.Outcome != seen.Accepted && j.Seen.HasPrelude() {
		f.Outcome, f.How = v.prelude.Outcome, v.prelude.How
	}
	for _, d := range j.Case.DemandsUnder(j.Policy) {
		met := d.Met(&j.Seen)
		f.Demands = append(f.Demands, reports.Demand{Name: d.Name, Met: met})
		if !met {
			v.missed = append(v.missed, d.Missed)
			v.missedMust = v.missedMust || d.Level != catalogue.Should
		}
	}
	for i := range rules {
		if r := &rules[i]; r.holds(&v) {
			f.Rule, f.Status, f.Reason = r.Name, r.Status, r.reason(&v)
			break
		}
	}
	if f.Status == reports.Fail && f.Outcome == seen.Stalled && f.Worst.Said.Output != "" {
		f.Reason += "; the program last said: " + plain.LastLine(f.Worst.Said.Output, seen.LastWords)
	}
	if f.Status == reports.Fail && f.Outcome != seen.Leaked && j.Case.LevelUnder(j.Policy) == catalogue.Should {
		f.Status = reports.Warn
	}
	return f
}

// view is what the rules look at.
type view struct {
	*Judgement
	finding *Finding
	expect  catalogue.Expectation
	missed  []string     // demands that were not met, in words
	prelude seen.Verdict // on what leads up to the connections in question
	subject seen.Outcome // of the connections in question alone

	missedMust bool // one of the demands that were not met has not the level SHOULD
}

// discountFarewell: data that comes only as the harness ends the client counts
// against a client, not for it, since until then it sent nothing.
func (v *view) discountFarewell() {
	f := v.finding
	if f.Outcome != seen.Accepted || !f.Worst.Verdict.AfterEnd || v.expect != catalogue.Accept {
		return
	}
	f.Outcome, f.How = seen.Stalled, "no data until siptrust ended the client"
	if c := f.Worst.Verdict.Decisive; v.Seen.HasPrelude() && !seen.InTime(f.Worst.Observation, c.HelloAt) {
		f.Outcome = seen.Absent // the whole connection was a farewell
	}
}

// discountClearHop: SIP in the clear at the hop that the accepted server named, and
// nowhere else nor before, is what the case observes and no leak.
func (v *view) discountClearHop() {
	f := v.finding
	if f.Outcome != seen.Leaked || v.Case.ClearHop == "" || v.expect != catalogue.Observe {
		return
	}
	if where, ok := f.Worst.FollowedTo(v.Case.ClearHop); ok {
		f.Outcome, f.How = seen.Accepted, "SIP inside TLS, then in the clear "+where+", where the server had sent it"
	}
}

// attempt names the attempt that decided, where there were several.
func (v *view) attempt() string {
	all := v.Seen.All
	if len(all) < 2 {
		return ""
	}
	for i := range all {
		if &all[i] == v.finding.Worst {
			return fmt.Sprintf(" (attempt %d of %d)", i+1, len(all))
		}
	}
	return ""
}

// Result makes the record of the case from the judge's word.
func (j *Judgement) Result(f Finding, took time.Duration) reports.Result {
	r := Blank(j.Case, j.Policy)
	if f.Demands != nil {
		r.Demands = f.Demands
	}
	r.Outcome, r.How, r.Status, r.Reason = string(f.Outcome), f.How, f.Status, f.Reason
	r.Milliseconds = reports.Milliseconds(took)
	if f.Worst != nil && f.Worst.Verdict.Decisive != nil {
		c := f.Worst.Verdict.Decisive
		r.TLS = negotiated(c)
		if a := seen.RefusingAlert(f.Worst.Observation, c); a != nil {
			r.Alert = a.String()
		}
	}
	if f.Worst != nil {
		r.Steps = steps(f.Worst.Said.Trace)
	}
	r.Evidence = j.Seen.Evidence()
	return r
}

// Blank is the record of a case before anything was seen of it.
func Blank(cs *catalogue.Case, p catalogue.Policy) reports.Result {
	return reports.Result{
		ID: cs.ID, Title: cs.Title, Group: cs.Group(), Level: string(cs.LevelUnder(p)),
		Expect: string(cs.ExpectationUnder(p)), Twin: cs.Twin, Clauses: cs.ClauseStrings(),
		Demands: []reports.Demand{}, Evidence: []reports.Evidence{},
	}
}

// steps are the nine steps that a client took on the last connection that it says
// it made; nil: it says nothing.
func steps(t client.Trace) []reports.Step {
	parts := t.Connections()
	if len(parts) == 0 {
		return nil
	}
	nine := parts[len(parts)-1].Nine()
	list := make([]reports.Step, len(nine))
	for i, s := range nine {
		list[i] = reports.Step{Number: s.Number, Name: s.Name(), State: reports.StepState(s.State.String()), Detail: s.Detail()}
	}
	return list
}

func negotiated(c *fakeserver.Connection) reports.TLS {
	t := reports.TLS{}
	if c.ClientHello != nil {
		t.SNI = c.ClientHello.ServerName
	}
	if c.Handshake.Version != 0 {
		t.Version = strings.TrimPrefix(tls.VersionName(c.Handshake.Version), "TLS ")
		t.Cipher = tls.CipherSuiteName(c.Handshake.Cipher)
	}
	return t
}
