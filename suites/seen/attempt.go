package seen

import (
	"fmt"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/internal/plain"
)

// Attempt is one attempt of a client, classified. The zero value is one of
// which nothing was seen.
type Attempt struct {
	Observation *fakeserver.Observation
	Said        client.Outcome // what the driver says of the client; evidence only
	Host        string         // server name that the client was given
	// Invited is when DNS, or a server before it, led the client there; zero:
	// never. HadTime: it had the time to come since then, or took none.
	Invited time.Time
	HadTime bool

	Stage Stage
	// Verdict on the connections that Stage judges, Prelude on those that lead
	// up to them.
	Verdict, Prelude Verdict
}

// Verdict is what one or several connections came to. The zero value has no
// outcome.
type Verdict struct {
	Outcome Outcome
	How     string // in words: "by alert", "SIP inside TLS"
	// NothingInCommon: no server could have answered the ClientHello; why.
	NothingInCommon string
	// ServerFirst: the server had failed the handshake before the client
	// decided; what it said.
	ServerFirst string
	// AfterEnd: the data that made it accepted came only as the harness ended
	// the client.
	AfterEnd bool
	// Decisive is the connection that decided; nil: none did.
	Decisive *fakeserver.Connection
}

// Classify reads the outcome of one attempt off what the server observed. What
// the client said of itself counts only where nothing came.
func Classify(o *fakeserver.Observation, said client.Outcome, g Stage) Attempt {
	why := absence(o, said)
	a := Attempt{
		Observation: o, Said: said, Stage: g,
		Verdict: Verdict{Outcome: Absent, How: why}, Prelude: Verdict{Outcome: Absent, How: why},
	}
	for i := range o.Connections {
		c := &o.Connections[i]
		v := Connection(o, c)
		judged := g.Judges(c)
		if judged && v.Outcome.StrongerThan(a.Verdict.Outcome) {
			a.Verdict = v
			if g.twoNames() && v.Outcome == Accepted && asksFor(c, g.Names.Host) {
				a.Verdict.How += ", of the second account over the first one's connection"
			}
		}
		if g.LeadsUp(c) && v.Outcome.StrongerThan(a.Prelude.Outcome) {
			a.Prelude = v
		}
	}
	if a.Verdict.Outcome == Absent {
		a.Verdict.NothingInCommon = a.Prelude.NothingInCommon
		if g.About == AboutThere {
			a.notGoneOn()
		}
	}
	if how, leaked := Leak(o); leaked {
		a.Verdict.Outcome, a.Verdict.How = Leaked, how
	}
	return a
}

// notGoneOn says why no ClientHello came to the second of two servers, when the
// client had come to the first one, and whether it is content there.
func (a *Attempt) notGoneOn() {
	for i := range a.Observation.Connections {
		c := &a.Observation.Connections[i]
		if v := Connection(a.Observation, c); v.Outcome != Absent && !a.Stage.Judges(c) {
			a.Verdict.How = fmt.Sprintf("it did not go on to the second server; the first one was %s (%s)", v.Outcome, v.How)
			a.Invited, a.HadTime = a.Observation.Started.Add(c.Opened), v.Outcome == Accepted
			return
		}
	}
}

// Connection classifies one connection. One to a plaintext listener never
// decides more than a leak, which [Leak] finds.
func Connection(o *fakeserver.Observation, c *fakeserver.Connection) Verdict {
	if !c.Listener.TLS || c.ClientHello == nil {
		return Verdict{Outcome: Absent}
	}
	v := Verdict{Decisive: c}
	late := ""
	if c.Handshake.Completed {
		late = "late, "
	}
	closed := c.ClientClosed != "" && InTime(o, c.ClientClosedAt)
	ended := c.ServerEnded && InTime(o, c.ServerEndedAt)
	switch {
	case c.AppData && c.Handshake.Completed:
		v.Outcome, v.How, v.AfterEnd = Accepted, "data inside TLS", !InTime(o, c.AppDataAt)
		if Requests(c) > 0 {
			v.How = "SIP inside TLS"
		}
	case c.NothingInCommon != "":
		v.Outcome, v.How, v.NothingInCommon = Refused, "nothing in common", c.NothingInCommon
	case RefusingAlert(o, c) != nil:
		v.Outcome, v.How = Refused, late+"by alert"
	case closed && (!ended || c.ClientClosedAt < c.ServerEndedAt):
		v.Outcome, v.How = Refused, late+"by closing"
		if c.ClientClosed == fakeserver.ClosedRST {
			v.How = late + "by reset"
		}
	case closed:
		v.Outcome, v.How, v.ServerFirst = Refused, "closed after the server had ended the handshake", serverError(c)
	case !InTime(o, c.HelloAt):
		return Verdict{Outcome: Absent} // siptrust had ended the client
	default:
		v.Outcome, v.How = Stalled, "neither data nor closing"
		if ended {
			v.How, v.ServerFirst = "left open after the server had ended the handshake", serverError(c)
		}
	}
	return v
}

func serverError(c *fakeserver.Connection) string {
	if c.Handshake.Err != "" {
		return c.Handshake.Err
	}
	return "the server ended the connection"
}

// RefusingAlert gives the fatal alert by which the client refused: before any
// data, and before the harness ended the client; nil: there is none. TLS 1.3
// knows no warning alerts but close_notify (0) and user_canceled (90), whatever
// their level says (RFC 8446 6).
func RefusingAlert(o *fakeserver.Observation, c *fakeserver.Connection) *fakeserver.Alert {
	for i := range c.ClientAlerts {
		a := &c.ClientAlerts[i]
		fatal := a.Level == 2 && a.Description != 0 && a.Description != 90
		if fatal && InTime(o, a.At) && (!c.AppData || a.At <= c.AppDataAt) {
			return a
		}
	}
	return nil
}

// Leak finds SIP of the account under test in the clear and says where. It
// counts whenever it came: nothing that the harness does makes a client send it.
func Leak(o *fakeserver.Observation) (where string, leaked bool) {
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

// FollowedTo says that the client was served inside TLS and that all SIP of the
// account that arrived in the clear came after the server's answer, over that
// network, "tcp" or "udp"; and where it came.
func (a *Attempt) FollowedTo(network string) (where string, ok bool) {
	o := a.Observation
	answered, ok := answeredAt(o)
	if !ok {
		return "", false
	}
	for i := range o.Connections {
		// Where the server has no address of its own, its port is that hop too.
		c := &o.Connections[i]
		hop := c.Listener.Network == network && (!c.Listener.TLS || c.Listener.Address.Port() != tlsPort)
		if c.Leak && (!hop || c.ClearAt <= answered) {
			return "", false
		}
	}
	for i := range o.Datagrams {
		if d := &o.Datagrams[i]; d.Leak && (d.Listener.Network != network || d.At <= answered) {
			return "", false
		}
	}
	return Leak(o)
}

// tlsPort is that of SIP over TLS (RFC 3261 19.1.2).
const tlsPort = 5061

// answeredAt gives the time of the first SIP message of the server on a connection
// that was accepted.
func answeredAt(o *fakeserver.Observation) (time.Duration, bool) {
	for i := range o.Connections {
		c := &o.Connections[i]
		if Connection(o, c).Outcome != Accepted {
			continue
		}
		for _, e := range c.Events {
			if e.From == fakeserver.FromServer && e.Kind == fakeserver.KindSIP {
				return e.At, true
			}
		}
	}
	return 0, false
}

// InTime says that something the client did was not the harness's doing.
func InTime(o *fakeserver.Observation, at time.Duration) bool {
	return o.Frozen == 0 || at <= o.Frozen
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
			why = "connected and sent data that is not TLS"
			break
		}
	}
	switch {
	case said.Diagnosis != "":
		why += ": " + said.Diagnosis
	case said.Ended && said.Started:
		why += fmt.Sprintf("; the program ended with status %d", said.ExitStatus)
		if line := plain.LastLine(said.Output, LastWords); line != "" {
			why += " and said: " + line
		}
	case said.Started && said.Output != "":
		why += "; the program last said: " + plain.LastLine(said.Output, LastWords)
	}
	return why
}

// LastWords is how much of a program's last line a reason holds, in characters.
const LastWords = 201
