package specs

import (
	"fmt"
	"strings"

	gtypes "github.com/onsi/gomega/types"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/reports"
	"siptrust/suites/run"
	"siptrust/suites/seen"
)

// BeAccepted succeeds when the client completed a handshake and sent data
// inside it. The matchers take a fakeserver.Observation, a pointer to one, or
// a *Judged; when they fail they print what was observed.
func BeAccepted() gtypes.GomegaMatcher { return haveOutcome("be accepted", seen.Accepted) }

// BeRefused succeeds when the client sent a ClientHello and ended the
// connection before any data.
func BeRefused() gtypes.GomegaMatcher { return haveOutcome("be refused", seen.Refused) }

// BeStalled succeeds when the client sent a ClientHello and then neither data
// nor closed.
func BeStalled() gtypes.GomegaMatcher { return haveOutcome("be left stalled", seen.Stalled) }

// BeAbsent succeeds when no ClientHello came.
func BeAbsent() gtypes.GomegaMatcher { return haveOutcome("be absent", seen.Absent) }

// HaveLeakedNothing succeeds when no SIP of the account arrived in the clear.
func HaveLeakedNothing() gtypes.GomegaMatcher {
	return &observationMatcher{what: "have leaked nothing", match: func(a *seen.Attempts) bool {
		return a.Outcome() != seen.Leaked
	}}
}

// HaveAlert succeeds when the client refused by the alert of that description
// (RFC 8446 6).
func HaveAlert(description uint8) gtypes.GomegaMatcher {
	return &observationMatcher{what: "have refused by alert " + fakeserver.AlertName(description), match: func(a *seen.Attempts) bool {
		for i := range a.All {
			if c := a.All[i].Verdict.Decisive; c != nil {
				if alert := seen.RefusingAlert(a.All[i].Observation, c); alert != nil && alert.Description == description {
					return true
				}
			}
		}
		return false
	}}
}

// HaveStatus succeeds when the judge gave that status; it takes a *Judged.
func HaveStatus(status reports.Status) gtypes.GomegaMatcher {
	return &statusMatcher{status: status}
}

func haveOutcome(what string, outcome seen.Outcome) gtypes.GomegaMatcher {
	return &observationMatcher{what: what, match: func(a *seen.Attempts) bool { return a.Outcome() == outcome }}
}

type observationMatcher struct {
	what  string
	match func(*seen.Attempts) bool
}

func (m *observationMatcher) Match(actual any) (bool, error) {
	s, err := toSeen(actual)
	if err != nil {
		return false, err
	}
	return m.match(s), nil
}

func (m *observationMatcher) FailureMessage(actual any) string {
	return "expected the client to " + m.what + ", but\n" + describe(actual)
}

func (m *observationMatcher) NegatedFailureMessage(actual any) string {
	return "expected the client not to " + m.what + ", but\n" + describe(actual)
}

type statusMatcher struct{ status reports.Status }

func (m *statusMatcher) Match(actual any) (bool, error) {
	j, ok := actual.(*run.Judged)
	if !ok || j == nil {
		return false, fmt.Errorf("HaveStatus takes a *Judged, not %T", actual)
	}
	return j.Result.Status == m.status, nil
}

func (m *statusMatcher) FailureMessage(actual any) string {
	return fmt.Sprintf("expected %s to be judged %s, but\n%s", actual.(*run.Judged).Case.ID, m.status, describe(actual))
}

func (m *statusMatcher) NegatedFailureMessage(actual any) string {
	return fmt.Sprintf("expected %s not to be judged %s, but\n%s", actual.(*run.Judged).Case.ID, m.status, describe(actual))
}

func toSeen(actual any) (*seen.Attempts, error) {
	switch a := actual.(type) {
	case *run.Judged:
		if a != nil {
			return &a.Judgement.Seen, nil
		}
	case *fakeserver.Observation:
		if a != nil {
			return observed(a), nil
		}
	case fakeserver.Observation:
		return observed(&a), nil
	}
	return nil, fmt.Errorf("expected an observation or a judged case, got %T", actual)
}

// observed is one attempt of which nothing but the observation is known.
func observed(o *fakeserver.Observation) *seen.Attempts {
	return &seen.Attempts{All: []seen.Attempt{seen.Classify(o, client.Outcome{}, seen.Stage{})}}
}

// describe prints an observation for people.
func describe(actual any) string {
	s, err := toSeen(actual)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	if j, ok := actual.(*run.Judged); ok {
		fmt.Fprintf(&b, "%s: %s: %s\n", j.Case.ID, j.Result.Status, j.Result.Reason)
	}
	for i := range s.All {
		fmt.Fprintf(&b, "outcome: %s (%s)\n", s.All[i].Verdict.Outcome, s.All[i].Verdict.How)
	}
	for _, e := range s.Evidence() {
		arrow := "→"
		if e.From != string(fakeserver.FromClient) {
			arrow = "←"
		}
		fmt.Fprintf(&b, "  %9.3f ms  %-6s %s %s", e.Ms, e.From, arrow, e.What)
		if e.Detail != "" {
			fmt.Fprintf(&b, "  (%s)", e.Detail)
		}
		b.WriteString("\n")
	}
	return b.String()
}
