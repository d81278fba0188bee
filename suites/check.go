package suites

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
)

// checkCase is the sound case that a client is tried with.
const checkCase = "paper.custom-ca.sound"

// Stage is one thing that a first attempt has to come to.
type Stage struct {
	Name string // "started", "resolved", "connected", …
	OK   bool
	Said string // what was seen
	Mend string // what to do about it; empty when OK
}

// Checkup is a first attempt of a client at a sound server, stage by stage up
// to the first that failed.
type Checkup struct {
	Stages []Stage
	// Status is the judge's on the sound case.
	Status reports.Status
	// Output is the end of what the program printed.
	Output string
}

// Check makes one attempt at the sound case and says how far it came. The
// error is for what kept siptrust from making it, a prepare that fails
// included. timeout 0: the client's own.
func Check(ctx context.Context, d client.Driver, timeout time.Duration) (Checkup, error) {
	r, err := NewRun(Settings{Driver: d, Filter: checkCase, Timeout: timeout, Jobs: 1})
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
	if len(j.judgement.seen) == 0 {
		return Checkup{}, errors.New("check: the sound case is not for this client: " + j.Result.Reason)
	}
	var asked []fakeserver.Query
	if r.dns != nil {
		asked = r.dns.Queries()
	}
	c := Checkup{Status: j.Result.Status, Output: j.judgement.seen[0].said.Output}
	for _, stage := range stages(&j.judgement.seen[0], asked, j.Result) {
		c.Stages = append(c.Stages, stage)
		if !stage.OK {
			break
		}
	}
	return c, nil
}

// stages are all of them, whether or not the attempt came so far.
func stages(s *seen, asked []fakeserver.Query, result reports.Result) []Stage {
	o := s.observation
	c := furthest(o)
	return []Stage{
		startedStage(&s.said), resolvedStage(asked, c), connectedStage(o, c), helloStage(c),
		handshakeStage(s, c), sipStage(o, c), answeredStage(c), endedStage(s, result),
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

func startedStage(said *client.Outcome) Stage {
	st := Stage{Name: "started", OK: said.Started, Said: "yes"}
	if !said.Started {
		st.Said = said.Diagnosis + said.Unsupported
		st.Mend = "let command: name a program that is here and may be executed"
	}
	return st
}

func resolvedStage(asked []fakeserver.Query, c *fakeserver.Connection) Stage {
	st := Stage{Name: "resolved", OK: true, Said: "without siptrust's DNS server"}
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

func connectedStage(o *fakeserver.Observation, c *fakeserver.Connection) Stage {
	if c != nil {
		return Stage{Name: "connected", OK: true, Said: fmt.Sprintf("to %s after %s", c.Listener.Address, c.Opened.Round(time.Millisecond))}
	}
	st := Stage{
		Name: "connected", Said: "nothing came to " + o.Address.String(),
		Mend: "see that the name resolves by the names: of the profile, and that the client goes to {{.Host}} and {{.Port}}",
	}
	if how, leaked := leak(o); leaked {
		st.Said += ", but SIP in the clear, " + how
		st.Mend = "the client does not use TLS: give it a sips: URI or ;transport=tls, and the port {{.Port}}"
	}
	return st
}

func helloStage(c *fakeserver.Connection) Stage {
	st := Stage{Name: "ClientHello"}
	switch {
	case c == nil:
	case c.ClientHello != nil:
		name := c.ClientHello.ServerName
		if name == "" {
			name = "no server name"
		}
		st.OK, st.Said = true, "for "+name
	case len(c.Clear) > 0:
		st.Said = fmt.Sprintf("what came is no TLS: %q", firstOf(string(c.Clear), 40))
		st.Mend = "the client does not use TLS: give it a sips: URI or ;transport=tls"
	default:
		st.Said = "it connected and sent nothing"
		st.Mend = "see what the client says of itself, below"
	}
	return st
}

func handshakeStage(s *seen, c *fakeserver.Connection) Stage {
	st := Stage{Name: "handshake"}
	switch {
	case c == nil:
	case c.Handshake.Completed:
		st.OK = true
		st.Said = tls.VersionName(c.Handshake.Version) + ", " + tls.CipherSuiteName(c.Handshake.Cipher)
	case c.NothingInCommon != "":
		st.Said, st.Mend = c.NothingInCommon, "the client needs TLS 1.2 or 1.3 with what today's servers have"
	default:
		st.Said = "it was not completed: " + s.how
		if a := refusingAlert(s.observation, c); a != nil {
			st.Said += " " + a.String()
		}
		st.Mend = "the server is sound: see that the client trusts {{.CAFile}}, in the trust: format that it reads, and compares with {{.Host}}"
	}
	return st
}

func sipStage(o *fakeserver.Observation, c *fakeserver.Connection) Stage {
	st := Stage{Name: "SIP"}
	switch {
	case c == nil:
	case requests(c) > 0:
		st.OK, st.Said = true, c.SIP[0].StartLine
	case c.AppData:
		st.Said, st.Mend = "what came inside TLS is no SIP request", "let the client send a REGISTER"
	case c.ClientClosed != "" && inTime(o, c.ClientClosedAt):
		st.Said = "the client closed behind the handshake"
		st.Mend = "several clients check the certificate there: see that it trusts {{.CAFile}} and compares with {{.Host}}"
	default:
		st.Said, st.Mend = "nothing came inside TLS", "let the client register as it starts"
	}
	return st
}

func answeredStage(c *fakeserver.Connection) Stage {
	st := Stage{Name: "answered", OK: true, Said: "no REGISTER came, so nothing was answered"}
	switch {
	case c == nil || registers(c) == 0:
	case c.Answered200:
		st.Said = "200 to the REGISTER"
	default:
		st.OK, st.Said = false, "the REGISTER was not complete"
		st.Mend = "a line break is CR LF, and an empty line ends the header (RFC 3261 7)"
	}
	return st
}

func endedStage(s *seen, result reports.Result) Stage {
	st := Stage{Name: "ended", OK: result.Status == reports.Pass, Said: "by siptrust, as it stays"}
	if s.said.Ended {
		st.Said = fmt.Sprintf("by itself, with status %d", s.said.ExitStatus)
	}
	if !st.OK {
		st.Said, st.Mend = result.Reason, "siptrust run --filter "+checkCase+" shows the evidence"
	}
	return st
}

// firstOf gives the beginning of a text.
func firstOf(s string, n int) string { return s[:min(len(s), n)] }
