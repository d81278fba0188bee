package run

import (
	"context"
	"errors"
	"slices"
	"time"

	"siptrust/fakeserver"
	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
)

// watch is the watching of one attempt: until its outcome is certain and the
// client had its time to do worse, or until its time is up.
type watch struct {
	server *fakeserver.Server
	expect catalogue.Expectation
	stage  seen.Stage
	limits limits
	// settle is how long the client is watched after its outcome is certain.
	settle time.Duration

	keepOpen, sendOptions bool // of the server's behaviour

	idle  *time.Timer // ends the attempt when nothing moves any more
	moved int         // events so far
}

// newWatch makes the watch of a case's attempt.
func newWatch(srv *fakeserver.Server, cs *catalogue.Case, p catalogue.Policy, s *catalogue.Scenario, g seen.Stage, l limits) *watch {
	w := &watch{
		server: srv, expect: cs.ExpectationUnder(p), stage: g, limits: l, settle: l.settle,
		keepOpen: s.Server.KeepOpen, sendOptions: fakeserver.Does[fakeserver.SendOptions](s.Server.Script, fakeserver.AwaitRegister),
	}
	if cs.RefusalCounts == seen.AfterClientHello && w.expect != catalogue.Accept {
		// The server ends the handshake: what the client does then is what counts.
		w.expect = catalogue.Quiet
	}
	if g.About == seen.AboutNextStart {
		w.expect = catalogue.Accept // it leads up to what the case is about
	}
	if s.Linger {
		w.settle = max(w.settle, l.silence/lingers)
	}
	if w.keepOpen {
		w.limits.attempt += l.windows.Slow
	}
	return w
}

// lingers: an answer is acted on at once or not at all, unlike silence, which a
// client may take its time with.
const lingers = 3

// longest is how many times its limit an attempt may take while something moves.
const longest = 6

// until returns when the outcome is certain; by then the observation is frozen.
// It returns without freezing when ctx ends. The limit of an attempt counts from
// the last that moved on any connection: a slow client is not a stalled one.
func (w *watch) until(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, longest*w.limits.attempt)
	defer cancel()
	w.idle = time.AfterFunc(w.limits.attempt, cancel)
	defer w.idle.Stop()
	if w.expect == catalogue.Quiet {
		w.quiet(limited)
	} else if w.progresses(limited, w.over) && w.settle > 0 {
		w.await(limited, w.settle, leaked)
		if w.sendOptions && w.expect == catalogue.Observe {
			// What is recorded of a client must not hang on the machine either.
			w.await(limited, w.limits.windows.Prompt, func(o *fakeserver.Observation) bool { return leaked(o) || answeredOptions(o) })
		}
	}
	w.await(limited, w.limits.windows.Prompt, func(o *fakeserver.Observation) bool { return leaked(o) || !cutShort(o) })
	if errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	// Freeze at a moment at which no connection is in the midst of a handshake,
	// if there is one before the time is up.
	if !w.progresses(limited, func(o *fakeserver.Observation) bool {
		if w.expect == catalogue.Quiet || w.over(o) {
			o.Frozen = max(time.Since(o.Started), 1)
			return true
		}
		return false
	}) {
		w.server.Freeze()
	}
}

// await waits until holds, for at most so long.
func (w *watch) await(ctx context.Context, limit time.Duration, holds func(*fakeserver.Observation) bool) {
	bounded, stop := context.WithTimeout(ctx, limit)
	defer stop()
	w.progresses(bounded, holds)
}

// progresses waits until holds and puts the end of the attempt off whenever
// something moved.
func (w *watch) progresses(ctx context.Context, holds func(*fakeserver.Observation) bool) bool {
	return w.server.Await(ctx, func(o *fakeserver.Observation) bool {
		moved := len(o.Connections)
		for i := range o.Connections {
			moved += len(o.Connections[i].Events)
		}
		if moved != w.moved && w.idle.Stop() {
			w.idle.Reset(w.limits.attempt)
		}
		w.moved = moved
		return holds(o)
	})
}

// quiet gives the client the silence window, from its first ClientHello, to
// leak or to be served.
func (w *watch) quiet(ctx context.Context) {
	if !w.progresses(ctx, func(o *fakeserver.Observation) bool { return w.over(o) || w.greeted(o) }) {
		return
	}
	w.await(ctx, w.limits.silence, w.over)
	// A client on a busy machine is given the time to answer the server, and to
	// close what the server has ended: its verdict must not hang on the machine.
	w.await(ctx, w.limits.windows.Prompt, func(o *fakeserver.Observation) bool { return w.over(o) || !leftOpen(o) && !owesAnswer(o) })
}

// greeted says whether a ClientHello came that the verdict is about.
func (w *watch) greeted(o *fakeserver.Observation) bool {
	return slices.ContainsFunc(o.Connections, func(c fakeserver.Connection) bool { return c.ClientHello != nil && w.stage.Judges(&c) })
}

// over says that the outcome is certain but for what a client may do after a
// refusal: the states of all connections, folded.
func (w *watch) over(o *fakeserver.Observation) bool {
	if leaked(o) {
		return true
	}
	refused, served := false, false
	led := !w.stage.HasPrelude() || w.stage.About == seen.AboutThisStart || w.stage.About == seen.AboutNextStart
	for i := range o.Connections {
		switch w.state(o, &o.Connections[i]) {
		case stateUnfinished:
			return false
		case stateOpen:
			if !served {
				return false
			}
		case stateRefused:
			refused = true
		case statePreludeRefused:
			led, refused = true, true // it will not come to what is judged
		case statePreludeServed:
			led = true
		case stateServed:
			served = true
		case stateBothServed:
			led, served = true, true
		}
	}
	if served {
		return led || w.expect != catalogue.Accept
	}
	return led && refused && w.expect != catalogue.Quiet
}

// connectionState is what one connection says of whether an attempt is over.
type connectionState int

const (
	stateIrrelevant     connectionState = iota // it decides nothing
	stateOpen                                  // it may still be served, unless another was
	stateUnfinished                            // the attempt is not over while it goes on
	stateRefused                               // refused, or served where the client then goes nowhere else
	statePreludeRefused                        // refused, and it leads up to what is judged
	statePreludeServed                         // served, and it leads up to what is judged
	stateServed                                // served
	stateBothServed                            // served, as what is judged and as what leads up to it
)

func (w *watch) state(o *fakeserver.Observation, c *fakeserver.Connection) connectionState {
	if !c.Listener.TLS || c.ClientHello == nil {
		return stateIrrelevant
	}
	judged := w.stage.Judges(c) || w.stage.About == seen.AboutNextStart
	outcome := seen.Connection(o, c).Outcome
	switch {
	case !judged && w.stage.TwoServers():
		if outcome == seen.Accepted {
			return stateRefused // accepted there, the client goes nowhere else
		}
		return stateIrrelevant
	case outcome == seen.Accepted && !judged:
		return statePreludeServed
	case outcome == seen.Accepted && w.expect == catalogue.Accept && !w.exchanged(c):
		return stateUnfinished
	case outcome == seen.Accepted && w.stage.LeadsUp(c):
		return stateBothServed
	case outcome == seen.Accepted:
		return stateServed
	case outcome == seen.Refused && w.keepOpen && c.ClientClosed == "":
		return stateUnfinished
	case outcome == seen.Refused && judged:
		return stateRefused
	case outcome == seen.Refused:
		return statePreludeRefused
	}
	return stateOpen
}

// exchanged says that on an accepted connection all that the scenario asks for
// has come to pass.
func (w *watch) exchanged(c *fakeserver.Connection) bool {
	if seen.Requests(c) == 0 || (seen.Registers(c) > 0 && !c.RegisterDone) {
		return false
	}
	return !w.sendOptions || c.OptionsStatus >= 200
}

// leaked: nothing that may still come can change the outcome.
func leaked(o *fakeserver.Observation) bool {
	_, leaked := seen.Leak(o)
	return leaked
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

// leftOpen: the server has ended a handshake and the client not yet closed.
func leftOpen(o *fakeserver.Observation) bool {
	for i := range o.Connections {
		if c := &o.Connections[i]; c.ClientHello != nil && c.ServerEnded && !c.ServerReset && c.ClientClosed == "" {
			return true
		}
	}
	return false
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
