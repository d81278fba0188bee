package suites

import (
	"context"
	"errors"
	"slices"
	"time"

	"siptrust/fakeserver"
)

// watch returns when the outcome of the attempt is certain and the client had
// its time to do worse, or when its time is up; by then the observation is
// frozen. It returns without freezing when ctx ends.
func (r *Run) watch(ctx context.Context, srv *fakeserver.Server, cs *Case, s *Scenario, g stage) {
	expect := cs.ExpectationUnder(r.settings.Policy)
	if cs.RefusedByOffer && expect != Accept {
		// The server ends the handshake: what the client does then is what counts.
		expect = Quiet
	}
	if g.first {
		expect = Accept // it leads up to what the case is about
	}
	limit := r.settings.Timeout
	if s.Server.KeepOpen {
		limit += r.settings.Windows.Slow
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	over := func(o *fakeserver.Observation) bool { return isOver(o, s, expect, g) }
	settled := r.traits.Settle
	if s.Linger {
		settled = max(settled, r.silence()/lingers)
	}
	if expect == Quiet {
		r.watchQuiet(limited, srv, over, g)
	} else if srv.Await(limited, over) && settled > 0 {
		settle, stop := context.WithTimeout(limited, settled)
		srv.Await(settle, worst)
		stop()
		if expectsOptions(s) && expect == Observe {
			// What is recorded of a client must not hang on the machine either.
			answer, stop := context.WithTimeout(limited, r.settings.Windows.Prompt)
			srv.Await(answer, func(o *fakeserver.Observation) bool { return worst(o) || answeredOptions(o) })
			stop()
		}
	}
	line, stop := context.WithTimeout(limited, r.settings.Windows.Prompt)
	srv.Await(line, func(o *fakeserver.Observation) bool { return worst(o) || !cutShort(o) })
	stop()
	if errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	// Freeze at a moment at which no connection is in the midst of a handshake,
	// if there is one before the time is up.
	if !srv.Await(limited, func(o *fakeserver.Observation) bool {
		if expect == Quiet || over(o) {
			o.Frozen = max(time.Since(o.Started), 1)
			return true
		}
		return false
	}) {
		srv.Freeze()
	}
}

// watchQuiet gives the client the silence window, from its first ClientHello,
// to leak or to be served.
func (r *Run) watchQuiet(ctx context.Context, srv *fakeserver.Server, over func(*fakeserver.Observation) bool, g stage) {
	said := func(o *fakeserver.Observation) bool { return over(o) || greeted(o, g) }
	if !srv.Await(ctx, said) {
		return
	}
	silence, stop := context.WithTimeout(ctx, r.silence())
	srv.Await(silence, over)
	stop()
	// A client on a busy machine is given the time to answer the server, and to
	// close what the server has ended: its verdict must not hang on the machine.
	closing, stop := context.WithTimeout(ctx, r.settings.Windows.Prompt)
	defer stop()
	srv.Await(closing, func(o *fakeserver.Observation) bool { return over(o) || !leftOpen(o) && !owesAnswer(o) })
}

// owesAnswer: it is the client's turn in a handshake, the server has sent all
// that it had to.
func owesAnswer(o *fakeserver.Observation) bool {
	done := func(e fakeserver.Event) bool {
		return e.From == fakeserver.FromServer && (e.Kind == fakeserver.KindFinished || e.Kind == fakeserver.KindServerHelloDone)
	}
	for i := range o.Connections {
		c := &o.Connections[i]
		ended := c.Handshake.Completed || c.ServerEnded || c.ServerReset || c.ClientClosed != ""
		if !ended && slices.ContainsFunc(c.Events, done) {
			return true
		}
	}
	return false
}

// lingers: an answer is acted on at once or not at all, unlike silence, which a
// client may take its time with.
const lingers = 3

// silence is the window in which nothing may come.
func (r *Run) silence() time.Duration {
	if r.traits.Silence > 0 {
		return r.traits.Silence
	}
	return 3 * time.Second
}

// leftOpen: the server has ended a handshake and the client not yet closed.
func leftOpen(o *fakeserver.Observation) bool {
	for i := range o.Connections {
		if c := &o.Connections[i]; c.ClientHello != nil && c.ServerEnded && !c.ServerReset && c.ClientClosed == "" {
			return true
		}
	}
	return false
}

func greeted(o *fakeserver.Observation, g stage) bool {
	for i := range o.Connections {
		if c := &o.Connections[i]; c.ClientHello != nil && g.about(c) {
			return true
		}
	}
	return false
}

// worst: nothing that may still come can change the outcome.
func worst(o *fakeserver.Observation) bool {
	_, leaked := leak(o)
	return leaked
}

// isOver says that the outcome is certain but for what a client may do after
// a refusal.
func isOver(o *fakeserver.Observation, s *Scenario, expect Expectation, g stage) bool {
	if worst(o) {
		return true
	}
	decided, served, led := 0, false, !g.staged() || g.restarted
	for i := range o.Connections {
		c := &o.Connections[i]
		if !c.Listener.TLS || c.ClientHello == nil {
			continue
		}
		about, one := g.about(c) || g.first, classifyConnection(o, c)
		switch {
		case !about && g.place != "":
			// Accepted there, the client goes nowhere else.
			if one.outcome == Accepted {
				decided++
			}
		case one.outcome == Accepted && !about:
			led = true
		case one.outcome == Accepted:
			led = led || g.leadsUp(c)
			if expect == Accept && !exchanged(c, s) {
				return false
			}
			served = true
		case one.outcome == Refused && s.Server.KeepOpen && c.ClientClosed == "":
			return false
		case one.outcome == Refused && about:
			decided++
		case one.outcome == Refused:
			// What leads up to the question failed: it will not come to it.
			led = true
			decided++
		case !served:
			return false
		}
	}
	if served {
		return led || expect != Accept
	}
	return led && decided > 0 && expect != Quiet
}

// cutShort: a client began its first line and has not ended it. In TLS 1.0 many
// send the first octet in a record of its own, against BEAST.
func cutShort(o *fakeserver.Observation) bool {
	return slices.ContainsFunc(o.Connections, func(c fakeserver.Connection) bool {
		return c.AppData && len(c.SIP) == 0 && c.ClientClosed == "" && !c.ServerReset
	})
}

func answeredOptions(o *fakeserver.Observation) bool {
	return slices.ContainsFunc(o.Connections, func(c fakeserver.Connection) bool { return c.OptionsStatus >= 200 })
}

// exchanged says that on an accepted connection all that the scenario asks
// for has come to pass.
func exchanged(c *fakeserver.Connection, s *Scenario) bool {
	if requests(c) == 0 || (registers(c) > 0 && !c.RegisterDone) {
		return false
	}
	return !expectsOptions(s) || c.OptionsStatus >= 200
}

// expectsOptions: the server sends an OPTIONS of its own once it has answered.
func expectsOptions(s *Scenario) bool {
	return fakeserver.Does[fakeserver.SendOptions](s.Server.Script, fakeserver.AwaitRegister)
}
