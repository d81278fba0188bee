package client

import "fmt"

// Steps are the steps of the algorithm that siptrust starts from (the paper's
// section 3), in their order: the name of step n is Steps[n-1].
var Steps = [9]string{
	"TCP connection",
	"security settings",
	"handshake started",
	"validation against the trust store",
	"criteria of the security settings",
	"proceed or close",
	"client certificate",
	"handshake completed",
	"application data",
}

// StepState says what became of a step.
type StepState uint8

// The states. StepRefused is where the client went no further: it refused, it
// was refused, or it could not.
const (
	StepNotReached StepState = iota
	StepDone
	StepRefused
)

// String is the state in words, as records have it.
func (s StepState) String() string {
	switch s {
	case StepDone:
		return "done"
	case StepRefused:
		return "refused"
	default:
		return "not reached"
	}
}

// Step is one step that was come to, or one event of it. What there is to say is
// put into words by fmt when it is read.
type Step struct {
	Number int // 1 to 9
	State  StepState
	Format string // empty: there is nothing to say
	Args   []any
}

// Name is that of the step.
func (s Step) Name() string { return Steps[s.Number-1] }

// Detail is what happened, in words; empty: nothing.
func (s Step) Detail() string {
	if s.Format == "" {
		return ""
	}
	return fmt.Sprintf(s.Format, s.Args...)
}

// String is the step in one line, the number first.
func (s Step) String() string { return fmt.Sprintf("%d %s", s.Number, s.Detail()) }

// Trace is what a driver did, event by event. One step may have several, and a
// driver that makes several connections takes the steps anew for each.
type Trace []Step

// Lines puts the events into words.
func (t Trace) Lines() []string {
	lines := make([]string, len(t))
	for i, s := range t {
		lines[i] = s.String()
	}
	return lines
}

// Connections takes the trace apart: one part for each time that the steps were
// begun anew.
func (t Trace) Connections() []Trace {
	var parts []Trace
	begin := 0
	for i, s := range t {
		if i > 0 && s.Number == 1 && t[i-1].Number > 1 {
			parts, begin = append(parts, t[begin:i]), i
		}
	}
	if begin < len(t) {
		parts = append(parts, t[begin:])
	}
	return parts
}

// Nine gives the nine steps of a trace of one connection, each once: those that
// have events with all of them, in the state of the last, and those that were
// not reached.
func (t Trace) Nine() []Step {
	nine := make([]Step, len(Steps))
	for i := range nine {
		nine[i].Number = i + 1
	}
	for _, s := range t {
		one := &nine[s.Number-1]
		one.State = s.State
		switch {
		case s.Format == "":
		case one.Format == "":
			one.Format, one.Args = s.Format, s.Args
		default:
			one.Format, one.Args = "%s; %s", []any{detail(*one), detail(s)}
		}
	}
	return nine
}

// detail is a step that is put into words within another.
type detail Step

func (d detail) String() string { return Step(d).Detail() }
