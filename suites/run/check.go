package run

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/reports"
	"siptrust/suites/seen"
)

// checkCase is the sound case that a client is tried with.
const checkCase = "paper.custom-ca.sound"

// Step is one thing that a first attempt has to come to.
type Step struct {
	Name string // "started", "resolved", "connected", …
	OK   bool
	Said string // what was seen
	Fix  string // what to do about it; empty when OK
}

// Checkup is a first attempt of a client at a sound server, step by step up
// to the first that failed.
type Checkup struct {
	Steps []Step
	// Status is the judge's on the sound case.
	Status reports.Status
	// Output is the end of what the program printed.
	Output string
}

// Check makes one attempt at the sound case and says how far it came. The
// error is for what kept siptrust from making it, a prepare that fails
// included. timeout 0: the client's own.
func Check(ctx context.Context, d client.Driver, timeout time.Duration) (Checkup, error) {
	r, err := New(Settings{Driver: d, Filter: checkCase, Timeout: timeout, Jobs: 1})
	if err != nil {
		return Checkup{}, err
	}
	if err := r.open(ctx); err != nil {
		return Checkup{}, err
	}
	defer r.close()
	cs, ok := r.catalogue.Lookup(checkCase)
	if !ok {
		return Checkup{}, fmt.Errorf("check: no case %q", checkCase)
	}
	j, err := r.try(ctx, cs)
	if err != nil {
		return Checkup{}, fmt.Errorf("check: %w", err)
	}
	if ctx.Err() != nil {
		return Checkup{}, fmt.Errorf("check: %w", ctx.Err())
	}
	if len(j.Judgement.Seen.All) == 0 {
		return Checkup{}, errors.New("check: the sound case is not for this client: " + j.Result.Reason)
	}
	var asked []fakeserver.Query
	if r.dns != nil {
		asked = r.dns.Queries()
	}
	c := Checkup{Status: j.Result.Status, Output: j.Judgement.Seen.All[0].Said.Output}
	for _, step := range steps(&j.Judgement.Seen.All[0], asked, j.Result) {
		c.Steps = append(c.Steps, step)
		if !step.OK {
			break
		}
	}
	return c, nil
}

// steps are all of them, whether or not the attempt came so far.
func steps(s *seen.Attempt, asked []fakeserver.Query, result reports.Result) []Step {
	o := s.Observation
	c := furthest(o)
	return []Step{
		startedStep(&s.Said), resolvedStep(asked, c), connectedStep(o, c), helloStep(c),
		handshakeStep(s, c), sipStep(o, c), answeredStep(c), endedStep(s, result),
	}
}

// furthest gives the connection to the TLS ear that came furthest; nil: none.
func furthest(o *fakeserver.Observation) *fakeserver.Connection {
	var best *fakeserver.Connection
	rank := func(c *fakeserver.Connection) int {
		switch {
		case c == nil:
			return -1
		case len(c.SIP) > 0:
			return 3
		case c.Handshake.Completed:
			return 2
		case c.ClientHello != nil:
			return 1
		}
		return 0
	}
	for i := range o.Connections {
		if c := &o.Connections[i]; c.Listener.TLS && rank(c) > rank(best) {
			best = c
		}
	}
	return best
}

func startedStep(said *client.Outcome) Step {
	st := Step{Name: "started", OK: said.Started, Said: "yes"}
	if !said.Started {
		st.Said = said.Diagnosis + said.Unsupported
		st.Fix = "let command: name a program that is here and may be executed"
	}
	return st
}

func resolvedStep(asked []fakeserver.Query, c *fakeserver.Connection) Step {
	st := Step{Name: "resolved", OK: true, Said: "without siptrust's DNS server"}
	var questions []string
	for _, q := range asked {
		if one := q.Type + " " + q.Name; !slices.Contains(questions, one) {
			questions = append(questions, one)
		}
	}
	switch {
	case len(questions) > 0:
		st.Said = "it asked for " + strings.Join(questions, ", ")
	case c == nil:
		st.Said = "not known: no question came to siptrust's DNS server, and a hosts file leaves no trace"
	}
	return st
}

func connectedStep(o *fakeserver.Observation, c *fakeserver.Connection) Step {
	if c != nil {
		return Step{Name: "connected", OK: true, Said: fmt.Sprintf("to %s after %s", c.Listener.Address, c.Opened.Round(time.Millisecond))}
	}
	st := Step{
		Name: "connected", Said: "nothing came to " + o.Address.String(),
		Fix: "see that the name resolves by the names: of the profile, and that the client goes to {{.Host}} and {{.Port}}",
	}
	if how, leaked := seen.Leak(o); leaked {
		st.Said += ", but SIP in the clear, " + how
		st.Fix = "the client does not use TLS: give it a sips: URI or ;transport=tls, and the port {{.Port}}"
	}
	return st
}

func helloStep(c *fakeserver.Connection) Step {
	st := Step{Name: "ClientHello"}
	switch {
	case c == nil:
	case c.ClientHello != nil:
		name := c.ClientHello.ServerName
		if name == "" {
			name = "no server name"
		}
		st.OK, st.Said = true, "for "+name
	case len(c.Clear) > 0:
		st.Said = fmt.Sprintf("what came is not TLS: %.40q", c.Clear)
		st.Fix = "the client does not use TLS: give it a sips: URI or ;transport=tls"
	default:
		st.Said = "it connected and sent nothing"
		st.Fix = "see what the client says of itself, below"
	}
	return st
}

func handshakeStep(s *seen.Attempt, c *fakeserver.Connection) Step {
	st := Step{Name: "handshake"}
	switch {
	case c == nil:
	case c.Handshake.Completed:
		st.OK = true
		st.Said = tls.VersionName(c.Handshake.Version) + ", " + tls.CipherSuiteName(c.Handshake.Cipher)
	case c.NothingInCommon != "":
		st.Said, st.Fix = c.NothingInCommon, "the client needs TLS 1.2 or 1.3 with what today's servers have"
	default:
		st.Said = "it was not completed: " + s.Verdict.How
		if a := seen.RefusingAlert(s.Observation, c); a != nil {
			st.Said += " " + a.String()
		}
		st.Fix = "the server is sound: see that the client trusts {{.CAFile}}, in the trust: format that it reads, and compares with {{.Host}}"
	}
	return st
}

func sipStep(o *fakeserver.Observation, c *fakeserver.Connection) Step {
	st := Step{Name: "SIP"}
	switch {
	case c == nil:
	case seen.Requests(c) > 0:
		st.OK, st.Said = true, c.SIP[0].StartLine
	case c.AppData:
		st.Said, st.Fix = "what came inside TLS is not a SIP request", "let the client send a REGISTER"
	case c.ClientClosed != "" && seen.InTime(o, c.ClientClosedAt):
		st.Said = "the client closed behind the handshake"
		st.Fix = "several clients check the certificate there: see that it trusts {{.CAFile}} and compares with {{.Host}}"
	default:
		st.Said, st.Fix = "nothing came inside TLS", "let the client register as it starts"
	}
	return st
}

func answeredStep(c *fakeserver.Connection) Step {
	st := Step{Name: "answered", OK: true, Said: "no REGISTER came, so nothing was answered"}
	switch {
	case c == nil || seen.Registers(c) == 0:
	case c.Answered200:
		st.Said = "200 to the REGISTER"
	default:
		st.OK, st.Said = false, "the REGISTER was not complete"
		st.Fix = "a line break is CR LF, and an empty line ends the header (RFC 3261 7)"
	}
	return st
}

func endedStep(s *seen.Attempt, result reports.Result) Step {
	st := Step{Name: "ended", OK: result.Status == reports.Pass, Said: "by siptrust, as it stays"}
	if s.Said.Ended {
		st.Said = fmt.Sprintf("by itself, with status %d", s.Said.ExitStatus)
	}
	if !st.OK {
		st.Said, st.Fix = result.Reason, "siptrust run --filter "+checkCase+" shows the evidence"
	}
	return st
}
