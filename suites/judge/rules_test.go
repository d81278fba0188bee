package judge_test

import (
	"testing"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
	"siptrust/suites/seen"
	"siptrust/suites/seen/seentest"
)

// one is a single attempt with the outcome, edited.
func one(outcome seen.Outcome, edit func(*fakeserver.Observation)) []seen.Attempt {
	o := seentest.Observation(outcome)
	if edit != nil {
		edit(o)
	}
	return []seen.Attempt{seen.Classify(o, client.Outcome{}, seen.Stage{})}
}

// TestEveryRule has a sample for each rule of the judge: the rule decides it, and
// with the status that the table gives it.
func TestEveryRule(t *testing.T) {
	missed := []seen.Demand{seen.NewDemand("d", "d was missed", func(*seen.Attempts) bool { return false })}
	advised := append(demanded("advised"), demanded("met")...)
	nothing := func(o *fakeserver.Observation) { o.Connections[0].NothingInCommon = "no version in common" }
	samples := map[string]struct {
		expect catalogue.Expectation
		edit   func(*catalogue.Case)
		twin   judge.TwinState
		all    []seen.Attempt
	}{
		"no-attempt":   {expect: catalogue.Accept},
		"leaked":       {expect: catalogue.Accept, all: one(seen.Leaked, nil)},
		"precondition": {expect: catalogue.Accept, edit: func(c *catalogue.Case) { c.Hello = []seen.Precondition{seen.OffersTLS13} }, all: one(seen.Accepted, nil)},
		"unsupported": {expect: catalogue.Accept, all: []seen.Attempt{
			seen.Classify(seentest.Observation(seen.Absent), client.Outcome{Unsupported: "no TLS here"}, seen.Stage{}),
		}},
		"nothing-in-common": {expect: catalogue.Accept, all: one(seen.Stalled, nothing)},

		"only-in-question":        {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: staged("second", seen.Absent, seen.Refused)},
		"never-began":             {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: staged("second", seen.Absent, seen.Absent)},
		"first-not-accepted":      {expect: catalogue.Accept, all: staged("later", seen.Refused, seen.Absent)},
		"not-reached":             {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: staged("later", seen.Refused, seen.Absent)},
		"not-started-again":       {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: staged("restarted", seen.Accepted, seen.Absent)},
		"not-followed":            {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: staged("redirected", seen.Accepted, seen.Absent)},
		"one-account":             {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: staged("second", seen.Accepted, seen.Absent)},
		"not-come-back":           {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: staged("later", seen.Accepted, seen.Absent)},
		"observed":                {expect: catalogue.Observe, all: one(seen.Refused, nil)},
		"absent":                  {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: one(seen.Absent, nil)},
		"attempt-absent":          {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: append(one(seen.Refused, nil), one(seen.Absent, nil)...)},
		"sound-not-accepted":      {expect: catalogue.Accept, all: one(seen.Refused, nil)},
		"accepted-but":            {expect: catalogue.Accept, edit: func(c *catalogue.Case) { c.Demands = missed }, all: one(seen.Accepted, nil)},
		"accepted-but-advised":    {expect: catalogue.Accept, edit: func(c *catalogue.Case) { c.Demands = advised }, all: one(seen.Accepted, nil)},
		"accepted":                {expect: catalogue.Accept, all: one(seen.Accepted, nil)},
		"faulty-accepted":         {expect: catalogue.Refuse, twin: judge.TwinNot, all: one(seen.Accepted, nil)},
		"twin-skipped":            {expect: catalogue.Refuse, twin: judge.TwinSkipped, all: one(seen.Refused, nil)},
		"twin-not-accepted":       {expect: catalogue.Refuse, twin: judge.TwinNot, all: one(seen.Refused, nil)},
		"twin-no-longer-accepted": {expect: catalogue.Refuse, twin: judge.TwinNoLonger, all: one(seen.Refused, nil)},
		"refused-by-offer": {expect: catalogue.Refuse, twin: judge.TwinAccepted, edit: func(c *catalogue.Case) {
			c.RefusalCounts = seen.AfterClientHello
		}, all: one(seen.Stalled, nothing)},
		"refused-too-early": {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: one(seen.Refused, func(o *fakeserver.Observation) {
			o.Connections[0].Handshake.CertificateSent = false
		})},
		"server-first": {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: one(seen.Stalled, func(o *fakeserver.Observation) {
			o.Connections[0].ServerEnded = true
		})},
		"refused-but":         {expect: catalogue.Refuse, twin: judge.TwinAccepted, edit: func(c *catalogue.Case) { c.Demands = missed }, all: one(seen.Refused, nil)},
		"refused-but-advised": {expect: catalogue.Refuse, twin: judge.TwinAccepted, edit: func(c *catalogue.Case) { c.Demands = advised }, all: one(seen.Refused, nil)},
		"stalled":             {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: one(seen.Stalled, nil)},
		"refused":             {expect: catalogue.Refuse, twin: judge.TwinAccepted, all: one(seen.Refused, nil)},
		"served":              {expect: catalogue.Quiet, all: one(seen.Accepted, nil)},
		"quiet-but":           {expect: catalogue.Quiet, edit: func(c *catalogue.Case) { c.Demands = missed }, all: one(seen.Stalled, nil)},
		"quiet-but-advised":   {expect: catalogue.Quiet, edit: func(c *catalogue.Case) { c.Demands = advised }, all: one(seen.Stalled, nil)},
		"quiet":               {expect: catalogue.Quiet, all: one(seen.Stalled, nil)},
	}
	invited := one(seen.Absent, nil)
	invited[0].Invited, invited[0].HadTime = seentest.Observation(seen.Absent).Started, true
	samples["did-not-come"] = struct {
		expect catalogue.Expectation
		edit   func(*catalogue.Case)
		twin   judge.TwinState
		all    []seen.Attempt
	}{expect: catalogue.Accept, twin: judge.TwinAccepted, edit: func(c *catalogue.Case) { c.MustCome = true }, all: invited}
	observed := samples["did-not-come"]
	observed.expect = catalogue.Observe
	samples["observed-not-come"] = observed

	known := map[string]bool{}
	for _, r := range judge.Rules() {
		known[r.Name] = true
		s, ok := samples[r.Name]
		if !ok {
			t.Errorf("rule %s: no sample", r.Name)
			continue
		}
		cs := &catalogue.Case{ID: "x.y", Expect: s.expect, Level: catalogue.Must, Twin: "x.sound"}
		if s.edit != nil {
			s.edit(cs)
		}
		j := judge.Judgement{Case: cs, Policy: catalogue.Interop, Twin: s.twin, Seen: attempts(s.all...)}
		f := j.Judge()
		if f.Rule != r.Name || f.Status != r.Status || f.Reason == "" {
			t.Errorf("rule %s: decided by %s: %s (%s), want %s", r.Name, f.Rule, f.Status, f.Reason, r.Status)
		}
		cs.Level = catalogue.Should
		want := r.Status
		if want == reports.Fail && r.Name != "leaked" {
			want = reports.Warn
		}
		if f := j.Judge(); f.Status != want {
			t.Errorf("rule %s under SHOULD: %s, want %s", r.Name, f.Status, want)
		}
	}
	for name := range samples {
		if !known[name] {
			t.Errorf("there is no rule %s", name)
		}
	}
}

// A policy whose text is stronger fails what is a warning under the others, and
// the record names its level.
func TestLevelByPolicy(t *testing.T) {
	cs := &catalogue.Case{
		ID: "x.y", Expect: catalogue.Refuse, Level: catalogue.Should, Twin: "x.sound",
		LevelBy: map[catalogue.Policy]catalogue.Level{catalogue.Apple: catalogue.Must},
	}
	for policy, want := range map[catalogue.Policy]struct {
		status reports.Status
		level  string
	}{catalogue.Interop: {reports.Warn, "SHOULD"}, catalogue.Teams: {reports.Warn, "SHOULD"}, catalogue.Apple: {reports.Fail, "MUST"}} {
		j := judge.Judgement{Case: cs, Policy: policy, Twin: judge.TwinAccepted, Seen: attempts(one(seen.Accepted, nil)...)}
		f := j.Judge()
		if r := j.Result(f, 0); r.Status != want.status || r.Level != want.level {
			t.Errorf("under %s: %s, level %s, want %+v", policy, r.Status, r.Level, want)
		}
	}
}

// One missed demand of the level MUST outweighs any number that are advised.
func TestMissedMustBesideAdvice(t *testing.T) {
	for expect, outcome := range map[catalogue.Expectation]seen.Outcome{
		catalogue.Accept: seen.Accepted, catalogue.Refuse: seen.Refused, catalogue.Quiet: seen.Stalled,
	} {
		cs := &catalogue.Case{ID: "x.y", Expect: expect, Level: catalogue.Must, Twin: "x.sound"}
		cs.Demands = append(demanded("advised"), demanded("missed")...)
		j := judge.Judgement{Case: cs, Policy: catalogue.Interop, Twin: judge.TwinAccepted, Seen: attempts(one(outcome, nil)...)}
		if f := j.Judge(); f.Status != reports.Fail {
			t.Errorf("expected %s: %s by %s, want fail", expect, f.Status, f.Rule)
		}
	}
}
