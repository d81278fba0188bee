package judge

import (
	"fmt"
	"slices"
	"strings"

	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
)

// Rule is one line of the table by which the judge decides.
type Rule struct {
	Name string
	// When says in words when the rule holds; no rule before it did.
	When string
	// Status is what the case then is. Fail becomes warn where the clause says
	// SHOULD, unless something leaked.
	Status reports.Status

	holds  func(*view) bool
	reason func(*view) string
}

// Rules gives the table in its order: the first rule that holds decides.
func Rules() []Rule { return slices.Clone(rules) }

var rules = []Rule{
	{
		"no-attempt", "no attempt was made", reports.Inconclusive,
		func(v *view) bool { return v.finding.Worst == nil },
		func(*view) string { return "no attempt was made" },
	},
	{
		"leaked", "SIP of the account arrived in the clear", reports.Fail,
		func(v *view) bool { return v.finding.Outcome == seen.Leaked },
		func(v *view) string { return "SIP of the account arrived in the clear " + v.finding.How },
	},
	{
		"precondition", "the ClientHello does not offer what the case needs", reports.Skip,
		func(v *view) bool { return v.lacking() != "" },
		func(v *view) string { return "the case is not applicable to this ClientHello: " + v.lacking() },
	},
	{
		"unsupported", "the client said that it cannot do this, and sent no ClientHello", reports.Skip,
		func(v *view) bool { return v.unsupported() != "" },
		func(v *view) string { return "the client cannot do this: " + v.unsupported() },
	},
	{
		"nothing-in-common", "no server could have answered the ClientHello, and that is not the refusal asked for", reports.Skip,
		func(v *view) bool { return v.nothingInCommon() != "" },
		func(v *view) string {
			return "the ClientHello and the server have nothing in common: " + v.nothingInCommon() + v.wayOut()
		},
	},

	// What leads up to the connections in question. An acceptance that is a
	// fault counts whatever came before.
	{
		"only-in-question", "the connection under test came, but none of those that must come before it", reports.Inconclusive,
		func(v *view) bool {
			return v.preludeCounts() && v.prelude.Outcome == seen.Absent && v.subject != seen.Absent
		},
		func(v *view) string {
			return "the connection under test came, but none before it: " + v.prelude.How
		},
	},
	{
		"never-began", "no connection came, neither the one under test nor one before it", reports.Inconclusive,
		func(v *view) bool { return v.preludeCounts() && v.prelude.Outcome == seen.Absent },
		func(v *view) string { return "no ClientHello came: " + v.prelude.How },
	},
	{
		"first-not-accepted", "expected to accept, the client did not accept the sound server that it met first", reports.Fail,
		func(v *view) bool {
			return v.preludeCounts() && v.prelude.Outcome != seen.Accepted && v.expect == catalogue.Accept
		},
		func(v *view) string {
			return fmt.Sprintf("the first connection, to a sound server, was not accepted: %s, %s", v.prelude.Outcome, v.prelude.How)
		},
	},
	{
		"not-reached", "the client did not accept the sound server that it met first", reports.Inconclusive,
		func(v *view) bool { return v.preludeCounts() && v.prelude.Outcome != seen.Accepted },
		func(v *view) string {
			return fmt.Sprintf("the first connection, to a sound server, was %s (%s): so the connection under test never came", v.prelude.Outcome, v.prelude.How)
		},
	},
	{
		"not-started-again", "started again, the client sent no ClientHello", reports.Inconclusive,
		func(v *view) bool {
			return v.preludeCounts() && v.subject == seen.Absent && slices.Contains([]seen.About{seen.AboutThisStart, seen.AboutNextStart}, v.about())
		},
		func(v *view) string { return "started again, the client sent no ClientHello: " + v.finding.How },
	},
	{
		"not-followed", "the client did not follow a redirection", reports.Skip,
		func(v *view) bool {
			return v.preludeCounts() && v.subject == seen.Absent && v.about() == seen.AboutRedirected
		},
		func(*view) string {
			return "the client did not follow the redirection; if it never does, let its profile say lacks: redirects"
		},
	},
	{
		"one-account", "the client did not try its second account", reports.Skip,
		func(v *view) bool {
			return v.preludeCounts() && v.subject == seen.Absent && v.about() == seen.AboutSecondAccount
		},
		func(*view) string {
			return "the client did not try its second account; if it takes only one, let its profile say lacks: second-account"
		},
	},
	{
		"not-come-back", "the client did not register again on another connection", reports.Skip,
		func(v *view) bool { return v.preludeCounts() && v.subject == seen.Absent },
		func(*view) string {
			return "the client did not register again on another connection in time; if it never does, let its profile say lacks: reconnects"
		},
	},

	// Observed, or absent.
	{
		"observed", "the case is only recorded, and the client came", reports.Info,
		func(v *view) bool { return v.expect == catalogue.Observe && v.finding.Outcome != seen.Absent },
		func(v *view) string {
			return strings.Join(append([]string{fmt.Sprintf("the client %s (%s)", v.finding.Outcome, v.finding.How)}, v.missed...), "; ")
		},
	},
	{
		"observed-not-come", "whether the client comes is only recorded: the twin was accepted, the client was led to the server and had the time to come", reports.Info,
		func(v *view) bool { return v.expect == catalogue.Observe && v.stayedAway() },
		func(v *view) string { return "the client did not come: " + v.finding.How },
	},
	{
		"did-not-come", "not to come is the failure: the twin was accepted, the client was led to the server and had the time to come", reports.Fail,
		func(v *view) bool { return v.expect != catalogue.Observe && v.stayedAway() },
		func(v *view) string {
			return "the client asked DNS for the server and did not come to it: " + v.finding.How
		},
	},
	{
		"absent", "no ClientHello came", reports.Inconclusive,
		func(v *view) bool { return v.finding.Outcome == seen.Absent },
		func(v *view) string { return "no ClientHello came: " + v.finding.How },
	},
	{
		"attempt-absent", "of several attempts in a row one never came, and none was accepted", reports.Inconclusive,
		func(v *view) bool { return v.missingAttempt() >= 0 },
		func(v *view) string {
			n := v.missingAttempt()
			return fmt.Sprintf("attempt %d: no ClientHello came: %s", n+1, v.Seen.All[n].Verdict.How)
		},
	},

	// Expected to accept.
	{
		"sound-not-accepted", "expected to accept, the client did not accept", reports.Fail,
		func(v *view) bool { return v.expect == catalogue.Accept && v.finding.Outcome != seen.Accepted },
		func(v *view) string {
			if first := v.finding.Worst.Verdict.ServerFirst; first != "" {
				return fmt.Sprintf("a sound server was not accepted: %s (%s)", v.finding.How, first)
			}
			return fmt.Sprintf("a sound server was not accepted: %s, %s", v.finding.Outcome, v.finding.How)
		},
	},
	{
		"accepted-but", "expected to accept, the client accepted and missed a demand", reports.Fail,
		func(v *view) bool { return v.expect == catalogue.Accept && v.missedMust },
		acceptedBut,
	},
	{
		"accepted-but-advised", "expected to accept, the client accepted and missed only demands of the level SHOULD", reports.Warn,
		func(v *view) bool { return v.expect == catalogue.Accept && len(v.missed) > 0 },
		acceptedBut,
	},
	{
		"accepted", "expected to accept, the client accepted", reports.Pass,
		func(v *view) bool { return v.expect == catalogue.Accept },
		func(v *view) string { return "accepted: " + v.finding.How },
	},

	// Expected to refuse.
	{
		"faulty-accepted", "expected to refuse, the client accepted", reports.Fail,
		func(v *view) bool { return v.expect == catalogue.Refuse && v.finding.Outcome == seen.Accepted },
		func(v *view) string {
			return fmt.Sprintf("accepted, although %s%s", v.Case.Change.Name, v.attempt())
		},
	},
	{
		"twin-skipped", "expected to refuse, and the twin was skipped", reports.Skip,
		func(v *view) bool { return v.expect == catalogue.Refuse && v.Twin == TwinSkipped },
		func(v *view) string { return "its twin " + v.Case.Twin + " was skipped" },
	},
	{
		"twin-not-accepted", "expected to refuse, the client did not accept, and it did not accept its twin either", reports.Inconclusive,
		func(v *view) bool { return v.expect == catalogue.Refuse && (v.Twin == TwinNot || v.Twin == NoTwin) },
		func(v *view) string {
			return fmt.Sprintf("%s, but its sound twin %s was not accepted either: the refusal proves nothing", v.finding.Outcome, v.Case.Twin)
		},
	},
	{
		"twin-no-longer-accepted", "expected to refuse, the client did not accept, and at the end of the run it no longer accepted its twin", reports.Inconclusive,
		func(v *view) bool { return v.expect == catalogue.Refuse && v.Twin == TwinNoLonger },
		func(v *view) string {
			return fmt.Sprintf("%s, but at the end of the run its sound twin %s was no longer accepted", v.finding.Outcome, v.Case.Twin)
		},
	},
	{
		"refused-by-offer", "expected to refuse, the client offered nothing of what the server insists on", reports.Pass,
		func(v *view) bool {
			return v.expect == catalogue.Refuse && v.finding.Worst.Verdict.NothingInCommon != "" && len(v.missed) == 0
		},
		func(v *view) string {
			return "refused by its ClientHello: " + v.finding.Worst.Verdict.NothingInCommon
		},
	},
	{
		"refused-too-early", "expected to refuse, the client left before the point from which on a refusal counts", reports.Inconclusive,
		func(v *view) bool {
			return v.expect == catalogue.Refuse && !v.Case.RefusalCounts.Reached(v.finding.Worst.Verdict.Decisive)
		},
		func(*view) string { return "the client left before the server's Certificate was sent" },
	},
	{
		"server-first", "expected to refuse, but the server failed the handshake before the client had decided", reports.Inconclusive,
		func(v *view) bool { return v.expect == catalogue.Refuse && v.finding.Worst.Verdict.ServerFirst != "" },
		func(v *view) string {
			return "the server failed the handshake before the client had decided: " + v.finding.Worst.Verdict.ServerFirst
		},
	},
	{
		"refused-but", "expected to refuse, the client did not accept and missed a demand", reports.Fail,
		func(v *view) bool { return v.expect == catalogue.Refuse && v.missedMust },
		refusedBut,
	},
	{
		"refused-but-advised", "expected to refuse, the client did not accept and missed only demands of the level SHOULD", reports.Warn,
		func(v *view) bool { return v.expect == catalogue.Refuse && len(v.missed) > 0 },
		refusedBut,
	},
	{
		"stalled", "expected to refuse, the client sent nothing and left the connection open", reports.Warn,
		func(v *view) bool { return v.expect == catalogue.Refuse && v.finding.Outcome == seen.Stalled },
		func(*view) string {
			return "nothing was sent, but the client did not close the connection (RFC 5922 7.3)"
		},
	},
	{
		"refused", "expected to refuse, the client refused", reports.Pass,
		func(v *view) bool { return v.expect == catalogue.Refuse },
		func(v *view) string { return "refused " + v.finding.How },
	},

	// Expected to be quiet.
	{
		"served", "expected to be quiet, SIP was exchanged", reports.Fail,
		func(v *view) bool { return v.finding.Outcome == seen.Accepted },
		func(v *view) string { return "SIP was exchanged, although " + v.Case.Change.Name },
	},
	{
		"quiet-but", "expected to be quiet, the client sent nothing and missed a demand", reports.Fail,
		func(v *view) bool { return v.missedMust },
		func(v *view) string { return strings.Join(v.missed, "; ") },
	},
	{
		"quiet-but-advised", "expected to be quiet, the client sent nothing and missed only demands of the level SHOULD", reports.Warn,
		func(v *view) bool { return len(v.missed) > 0 },
		func(v *view) string { return strings.Join(v.missed, "; ") },
	},
	{
		"quiet", "expected to be quiet, the client sent nothing", reports.Pass,
		func(*view) bool { return true },
		func(v *view) string { return "nothing was sent: " + v.finding.How },
	},
}

// stayedAway: the client did not come, and that says something of it.
func (v *view) stayedAway() bool {
	return v.finding.Outcome == seen.Absent && v.Case.MustCome && v.Twin == TwinAccepted &&
		!v.finding.Worst.Invited.IsZero() && v.finding.Worst.HadTime
}

func acceptedBut(v *view) string { return "accepted, but " + strings.Join(v.missed, "; ") }

func refusedBut(v *view) string {
	return fmt.Sprintf("%s (%s), but %s", v.finding.Outcome, v.finding.How, strings.Join(v.missed, "; "))
}

// lacking says which precondition the ClientHello of an attempt does not meet,
// if so.
func (v *view) lacking() string {
	for _, p := range v.Case.Hello {
		for i := range v.Seen.All {
			if c := v.Seen.All[i].Verdict.Decisive; c != nil && !p.Met(c.ClientHello) {
				return p.Lacking
			}
		}
	}
	return ""
}

// notServed: the client was neither served nor left waiting, so that it may be
// for a reason that excuses it.
func (v *view) notServed() bool {
	return v.finding.Outcome == seen.Refused || v.finding.Outcome == seen.Absent
}

// unsupported gives what the client said that it cannot do, if so.
func (v *view) unsupported() string {
	for i := range v.Seen.All {
		if one := &v.Seen.All[i]; v.notServed() && one.Verdict.Outcome == seen.Absent && one.Said.Unsupported != "" {
			return one.Said.Unsupported
		}
	}
	return ""
}

// nothingInCommon says what the ClientHello leaves nothing to agree on, where
// that is not the refusal that the case asks for.
func (v *view) nothingInCommon() string {
	if !v.notServed() || (v.Case.RefusalCounts == seen.AfterClientHello && v.expect != catalogue.Accept) {
		return ""
	}
	for i := range v.Seen.All {
		if why := v.Seen.All[i].Verdict.NothingInCommon; why != "" {
			return why
		}
	}
	return ""
}

// preludeCounts: something leads up to what the verdict is about, and the
// verdict depends on it.
func (v *view) preludeCounts() bool {
	return v.Seen.HasPrelude() && (v.subject != seen.Accepted || v.expect == catalogue.Accept)
}

// about says which connections the verdict is about.
func (v *view) about() seen.About { return v.Seen.All[0].Stage.About }

// missingAttempt gives the first of several attempts in a row that never came,
// counted from 0; -1: there is none, or it does not matter. A row of attempts
// proves nothing where one of them never came.
func (v *view) missingAttempt() int {
	if len(v.Seen.All) < 2 || v.Seen.HasPrelude() || v.finding.Outcome == seen.Accepted {
		return -1
	}
	return slices.IndexFunc(v.Seen.All, func(a seen.Attempt) bool { return a.Verdict.Outcome == seen.Absent })
}
