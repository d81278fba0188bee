package suites

import (
	"fmt"
	"strings"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
)

// Outcome is what a client did in an attempt.
type Outcome string

// The outcomes, strongest last: of several connections or attempts the
// strongest counts.
const (
	Absent   Outcome = "absent"   // no ClientHello came
	Refused  Outcome = "refused"  // a ClientHello, then a fatal alert or closing before any data
	Stalled  Outcome = "stalled"  // a ClientHello, then neither data nor closing
	Accepted Outcome = "accepted" // data inside a completed handshake
	Leaked   Outcome = "leaked"   // SIP of the account in the clear
)

func (o Outcome) rank() int {
	for i, other := range []Outcome{Absent, Refused, Stalled, Accepted, Leaked} {
		if o == other {
			return i
		}
	}
	return -1
}

// seen is one attempt, classified.
type seen struct {
	observation *fakeserver.Observation
	said        client.Outcome
	host        string    // that the client was given
	invited     time.Time // when DNS, or a server before it, led the client there; zero: never
	hadTime     bool      // since then, to come, or took none

	// stage of the attempt; outcome and how are of what the verdict is about, led
	// and ledHow of what leads up to it.
	stage   stage
	outcome Outcome
	how     string
	led     Outcome
	ledHow  string
	// moot: no server could have answered the ClientHello; why.
	moot string
	// serverFirst: the server had failed the handshake before the client
	// decided; what it said.
	serverFirst string
	// afterEnd: the data that made it accepted came only as the harness ended
	// the client.
	afterEnd bool
	// certificateSent: the server's Certificate went out on the connection
	// that decided.
	certificateSent bool
	// resumed: there was none, because an earlier session was taken up.
	resumed  bool
	decisive *fakeserver.Connection // nil: none
}

// classify reads the outcome of one attempt off what the server observed.
// What the client said of itself counts only where nothing came.
func classify(o *fakeserver.Observation, said client.Outcome, g stage) seen {
	why := absence(o, said)
	s := seen{outcome: Absent, how: why}
	led := seen{outcome: Absent, how: why}
	for i := range o.Connections {
		k := &o.Connections[i]
		c := classifyConnection(o, k)
		if g.about(k) && c.outcome.rank() > s.outcome.rank() {
			s = c
			if g.second && c.outcome == Accepted && asksFor(k, g.names.Host) {
				s.how += ", of the second account over the first one's connection"
			}
		}
		if g.leadsUp(k) && c.outcome.rank() > led.outcome.rank() {
			led = c
		}
	}
	if s.outcome == Absent {
		s.moot = led.moot
	}
	if s.outcome == Absent && g.place == There {
		s.how, s.invited, s.hadTime = stayed(o, g, s.how)
	}
	s.observation, s.said, s.stage, s.led, s.ledHow = o, said, g, led.outcome, led.how
	if how, leaked := leak(o); leaked {
		s.outcome, s.how = Leaked, how
	}
	return s
}

// stayed says why no ClientHello came to the second of two servers, when the
// client had come to the first one, and whether it is content there; otherwise
// is for where it did not.
func stayed(o *fakeserver.Observation, g stage, otherwise string) (how string, came time.Time, content bool) {
	for i := range o.Connections {
		k := &o.Connections[i]
		if c := classifyConnection(o, k); c.outcome != Absent && !g.about(k) {
			return fmt.Sprintf("it did not go on to the second server; the first one was %s (%s)", c.outcome, c.how), o.Started.Add(k.Opened), c.outcome == Accepted
		}
	}
	return otherwise, time.Time{}, false
}

// classifyConnection decides one connection; a plain trap never decides more
// than a leak, which [leak] finds.
func classifyConnection(o *fakeserver.Observation, c *fakeserver.Connection) seen {
	if !c.Listener.TLS || c.ClientHello == nil {
		return seen{outcome: Absent}
	}
	s := seen{decisive: c, certificateSent: c.Handshake.CertificateSent, resumed: c.Handshake.Resumed}
	late := ""
	if c.Handshake.Completed {
		late = "late, "
	}
	alert := refusingAlert(o, c)
	closed := c.ClientClosed != "" && inTime(o, c.ClientClosedAt)
	ended := c.ServerEnded && inTime(o, c.ServerEndedAt)
	switch {
	case c.AppData && c.Handshake.Completed:
		s.outcome, s.how, s.afterEnd = Accepted, "data inside TLS", !inTime(o, c.AppDataAt)
		if requests(c) > 0 {
			s.how = "SIP inside TLS"
		}
	case c.NothingInCommon != "":
		s.outcome, s.how, s.moot = Refused, "nothing in common", c.NothingInCommon
	case alert != nil:
		s.outcome, s.how = Refused, late+"by alert"
	case closed && (!ended || c.ClientClosedAt < c.ServerEndedAt):
		s.outcome, s.how = Refused, late+"by closing"
		if c.ClientClosed == fakeserver.ClosedRST {
			s.how = late + "by reset"
		}
	case closed:
		s.outcome, s.how, s.serverFirst = Refused, "closed after the server had ended the handshake", serverError(c)
	case !inTime(o, c.HelloAt):
		return seen{outcome: Absent} // siptrust had ended the client
	default:
		s.outcome, s.how = Stalled, "neither data nor closing"
		if ended {
			s.how, s.serverFirst = "left open after the server had ended the handshake", serverError(c)
		}
	}
	return s
}

func serverError(c *fakeserver.Connection) string {
	if c.Handshake.Err != "" {
		return c.Handshake.Err
	}
	return "the server ended the connection"
}

// refusingAlert gives the fatal alert by which the client refused: before any
// data, and before the harness ended the client. TLS 1.3 knows no warning
// alerts but close_notify (0) and user_canceled (90), whatever their level
// says (RFC 8446 6).
func refusingAlert(o *fakeserver.Observation, c *fakeserver.Connection) *fakeserver.Alert {
	for i := range c.ClientAlerts {
		a := &c.ClientAlerts[i]
		fatal := a.Level == 2 && a.Description != 0 && a.Description != 90
		if fatal && inTime(o, a.At) && (!c.AppData || a.At <= c.AppDataAt) {
			return a
		}
	}
	return nil
}

// leak finds SIP of the account under test in the clear. It counts whenever
// it came: nothing that the harness does makes a client send it.
func leak(o *fakeserver.Observation) (string, bool) {
	for i := range o.Connections {
		if c := &o.Connections[i]; c.Leak {
			return fmt.Sprintf("over TCP to port %d", c.Listener.Address.Port()), true
		}
	}
	for i := range o.Datagrams {
		if d := &o.Datagrams[i]; d.Leak {
			return fmt.Sprintf("over UDP to port %d", d.Listener.Address.Port()), true
		}
	}
	return "", false
}

// absence says why no ClientHello came.
func absence(o *fakeserver.Observation, said client.Outcome) string {
	why := "nothing connected"
	for i := range o.Connections {
		c := &o.Connections[i]
		if !c.Listener.TLS {
			continue
		}
		why = "connected and sent nothing"
		if len(c.Clear) > 0 {
			why = "connected and sent what is no TLS"
			break
		}
	}
	switch {
	case said.Diagnosis != "":
		why += ": " + said.Diagnosis
	case said.Ended && said.Started:
		why += fmt.Sprintf("; the program ended with status %d", said.ExitStatus)
		if line := lastLine(said.Output); line != "" {
			why += " and said: " + line
		}
	case said.Started && said.Output != "":
		why += "; the program last said: " + lastLine(said.Output)
	}
	return why
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	line := strings.TrimSpace(lines[len(lines)-1])
	const enough = 200
	if len(line) > enough {
		line = line[:enough] + "…"
	}
	return line
}

// Windows bound how long things may take.
type Windows struct {
	// Prompt and Slow: a refused connection that the client closes within
	// Prompt (5 s) is closed promptly, within Slow (32 s, 64 × T1 of RFC 3261
	// 17.1.1.1) slowly; after that it is left open.
	Prompt, Slow time.Duration
}

// DefaultWindows are the windows of a real run.
func DefaultWindows() Windows { return Windows{Prompt: 5 * time.Second, Slow: 32 * time.Second} }
