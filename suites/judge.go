package suites

import (
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"siptrust/fakeserver"
	"siptrust/reports"
)

// TwinState is what became of a case's twin.
type TwinState string

// The states. The zero value is for cases without a twin.
const (
	NoTwin        TwinState = ""
	TwinAccepted  TwinState = "accepted"
	TwinNot       TwinState = "not accepted"
	TwinSkipped   TwinState = "skipped"
	TwinNoLonger  TwinState = "no longer accepted" // first yes, at the end of the run no
	setupUnproven           = "setup not proven"
)

// judgement is one case with all that was seen of it.
type judgement struct {
	cs      *Case
	policy  Policy
	windows Windows
	seen    []seen // one an attempt
	twin    TwinState
}

// finding is the judge's word.
type finding struct {
	status  reports.Status
	outcome Outcome
	how     string
	subject Outcome // of what the verdict is about; outcome may be what led up to it
	reason  string
	demands []reports.Demand
	worst   *seen // the attempt that decided
}

// judge applies the table of the design: what the server observed decides,
// never what the client said.
func (j *judgement) judge() finding {
	f := finding{outcome: Absent}
	for i := range j.seen {
		if s := &j.seen[i]; f.worst == nil || s.outcome.rank() > f.outcome.rank() {
			f.worst, f.outcome, f.how = s, s.outcome, s.how
		}
	}
	if f.outcome == Accepted && f.worst.afterEnd && j.cs.ExpectationUnder(j.policy) == Accept {
		// It counts against a client, not for it: until it was ended it sent nothing.
		f.outcome, f.how = Stalled, "no data until siptrust ended the client"
		if c := f.worst.decisive; j.staged() && !inTime(f.worst.observation, c.HelloAt) {
			f.outcome = Absent // a farewell
		}
	}
	f.subject = f.outcome
	if led, how := j.led(); f.outcome == Absent && led != Accepted && j.staged() {
		f.outcome, f.how = led, how
	}
	var missed []string
	for _, d := range j.cs.DemandsUnder(j.policy) {
		met := len(j.seen) > 0 && d.met(j)
		f.demands = append(f.demands, reports.Demand{Name: d.Name, Met: met})
		if !met {
			missed = append(missed, d.Missed)
		}
	}
	f.status, f.reason = j.decide(&f, missed)
	if f.status == reports.Fail && f.outcome == Stalled && f.worst.said.Output != "" {
		f.reason += "; the program last said: " + lastLine(f.worst.said.Output)
	}
	if f.status == reports.Fail && f.outcome != Leaked && j.cs.Level == Should {
		f.status = reports.Warn
	}
	return f
}

func (j *judgement) decide(f *finding, missed []string) (reports.Status, string) {
	expect := j.cs.ExpectationUnder(j.policy)
	if f.worst == nil {
		return reports.Inconclusive, "no attempt was made"
	}
	if f.outcome == Leaked {
		return reports.Fail, "SIP of the account arrived in the clear " + f.how
	}
	if why := j.moot(f); why != "" {
		return reports.Skip, why
	}
	if j.staged() {
		if status, why := j.decideStage(f, expect); status != "" {
			return status, why
		}
	}
	if expect == Observe {
		return observed(f, missed)
	}
	if f.outcome == Absent && j.cs.MustCome && j.twin == TwinAccepted && !f.worst.invited.IsZero() && f.worst.hadTime {
		return reports.Fail, "the client asked DNS for the server and did not come to it: " + f.how
	}
	if f.outcome == Absent {
		return reports.Inconclusive, "no ClientHello came: " + f.how
	}
	if len(j.seen) > 1 && !j.staged() {
		// A row of attempts proves nothing where one of them never came.
		for i := range j.seen {
			if j.seen[i].outcome == Absent && f.outcome != Accepted {
				return reports.Inconclusive, fmt.Sprintf("attempt %d: no ClientHello came: %s", i+1, j.seen[i].how)
			}
		}
	}
	switch expect {
	case Accept:
		return j.decideAccept(f, missed)
	case Refuse:
		return j.decideRefuse(f, missed)
	default:
		return j.decideQuiet(f, missed)
	}
}

func observed(f *finding, missed []string) (reports.Status, string) {
	if f.outcome == Absent {
		return reports.Inconclusive, "no ClientHello came: " + f.how
	}
	return reports.Info, strings.Join(append([]string{fmt.Sprintf("the client %s (%s)", f.outcome, f.how)}, missed...), "; ")
}

// moot says why the case says nothing of this client, if so.
func (j *judgement) moot(f *finding) string {
	if why := j.lacking(); why != "" {
		return why
	}
	if f.outcome != Refused && f.outcome != Absent {
		return ""
	}
	expect := j.cs.ExpectationUnder(j.policy)
	for i := range j.seen {
		s := &j.seen[i]
		if s.outcome == Absent && s.said.Unsupported != "" {
			return "the client cannot do this: " + s.said.Unsupported
		}
		if s.moot != "" && (!j.cs.RefusedByOffer || expect == Accept) {
			return "the ClientHello leaves nothing to agree on: " + s.moot
		}
	}
	return ""
}

// lacking says which precondition the ClientHello of an attempt does not meet,
// if so.
func (j *judgement) lacking() string {
	for _, p := range j.cs.Hello {
		for i := range j.seen {
			if c := j.seen[i].decisive; c != nil && !p.met(c.ClientHello) {
				return "the ClientHello makes the case moot: " + p.Lacking
			}
		}
	}
	return ""
}

func (j *judgement) decideAccept(f *finding, missed []string) (reports.Status, string) {
	switch {
	case f.outcome != Accepted && f.worst.serverFirst != "":
		return reports.Fail, fmt.Sprintf("a sound server was not accepted: %s (%s)", f.how, f.worst.serverFirst)
	case f.outcome != Accepted:
		return reports.Fail, fmt.Sprintf("a sound server was not accepted: %s, %s", f.outcome, f.how)
	case len(missed) > 0:
		return reports.Fail, "accepted, but " + strings.Join(missed, "; ")
	default:
		return reports.Pass, "accepted: " + f.how
	}
}

func (j *judgement) decideRefuse(f *finding, missed []string) (reports.Status, string) {
	if f.outcome == Accepted {
		return reports.Fail, fmt.Sprintf("accepted, although %s%s", j.cs.Change.Name, j.attempt(f))
	}
	switch j.twin {
	case TwinSkipped:
		return reports.Skip, "its twin " + j.cs.Twin + " was skipped"
	case TwinNot, NoTwin:
		return reports.Inconclusive, fmt.Sprintf("%s, but so was its sound twin %s: the refusal proves nothing", f.outcome, j.cs.Twin)
	case TwinNoLonger:
		return reports.Inconclusive, fmt.Sprintf("%s, but at the end of the run its sound twin %s was no longer accepted", f.outcome, j.cs.Twin)
	}
	switch {
	case f.worst.moot != "" && len(missed) == 0: // else [judgement.moot] skips the case
		return reports.Pass, "refused by its ClientHello: " + f.worst.moot
	case !f.worst.certificateSent && !f.worst.resumed && f.worst.moot == "":
		return reports.Inconclusive, "the client left before the server's Certificate was sent"
	case f.worst.serverFirst != "":
		return reports.Inconclusive, "the server failed the handshake before the client had decided: " + f.worst.serverFirst
	case len(missed) > 0:
		return reports.Fail, fmt.Sprintf("%s (%s), but %s", f.outcome, f.how, strings.Join(missed, "; "))
	case f.outcome == Stalled:
		return reports.Warn, "nothing was sent, but the client did not close the connection (RFC 5922 7.3)"
	default:
		return reports.Pass, "refused " + f.how
	}
}

func (j *judgement) decideQuiet(f *finding, missed []string) (reports.Status, string) {
	switch {
	case f.outcome == Accepted:
		return reports.Fail, "SIP was exchanged, although " + j.cs.Change.Name
	case len(missed) > 0:
		return reports.Fail, strings.Join(missed, "; ")
	default:
		return reports.Pass, "nothing was sent: " + f.how
	}
}

// attempt names the attempt that decided, where there were several.
func (j *judgement) attempt(f *finding) string {
	if len(j.seen) < 2 {
		return ""
	}
	for i := range j.seen {
		if &j.seen[i] == f.worst {
			return fmt.Sprintf(" (attempt %d of %d)", i+1, len(j.seen))
		}
	}
	return ""
}

// anyAccepted says whether a connection that was accepted satisfies ok.
func (j *judgement) anyAccepted(ok func(*fakeserver.Connection) bool) bool {
	for i := range j.seen {
		for k := range j.seen[i].observation.Connections {
			c := &j.seen[i].observation.Connections[k]
			if j.seen[i].stage.about(c) && c.Handshake.Completed && c.AppData && ok(c) {
				return true
			}
		}
	}
	return false
}

// everyHello says whether every connection in question with a ClientHello, sent
// before siptrust ended the client, satisfies ok, and there was one.
func (j *judgement) everyHello(ok func(*seen, *fakeserver.Connection) bool) bool {
	found := false
	for i := range j.seen {
		for k := range j.seen[i].observation.Connections {
			c := &j.seen[i].observation.Connections[k]
			if !c.Listener.TLS || c.ClientHello == nil || !j.seen[i].stage.about(c) || !inTime(j.seen[i].observation, c.HelloAt) {
				continue
			}
			found = true
			if !ok(&j.seen[i], c) {
				return false
			}
		}
	}
	return found
}

// clearSIP says whether any SIP came in the clear, whoever's.
func (j *judgement) clearSIP() bool {
	for i := range j.seen {
		o := j.seen[i].observation
		for k := range o.Datagrams {
			if o.Datagrams[k].Kind == fakeserver.ClearSIP {
				return true
			}
		}
		for k := range o.Connections {
			if o.Connections[k].ClearKind == fakeserver.ClearSIP {
				return true
			}
		}
	}
	return false
}

// result makes the record of the case.
func (j *judgement) result(f finding, took time.Duration) reports.Result {
	r := blankResult(j.cs, j.policy)
	r.Demands = f.demands
	if r.Demands == nil {
		r.Demands = []reports.Demand{}
	}
	r.Outcome, r.How, r.Status, r.Reason = string(f.outcome), f.how, f.status, f.reason
	r.Milliseconds = milliseconds(took)
	if f.worst != nil && f.worst.decisive != nil {
		c := f.worst.decisive
		r.TLS = negotiated(c)
		if a := refusingAlert(f.worst.observation, c); a != nil {
			r.Alert = a.String()
		}
	}
	r.Evidence = evidence(j.seen)
	return r
}

// blankResult is the record of a case before anything was seen of it.
func blankResult(cs *Case, p Policy) reports.Result {
	return reports.Result{
		ID: cs.ID, Title: cs.Title, Group: cs.Group(), Level: string(cs.Level),
		Expect: string(cs.ExpectationUnder(p)), Twin: cs.Twin, Clauses: cs.ClauseStrings(),
		Demands: []reports.Demand{}, Evidence: []reports.Evidence{},
	}
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

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
