package reports

import (
	"slices"

	"siptrust/internal/plain"
)

// pageStep is one of the client's own steps as the page shows it.
type pageStep struct {
	Number       int
	Class        string // "done", "refused" or "off"
	Mark         string
	Name, Detail string
	Word         string // of the state; empty for a step that is done
}

// pageSteps are the steps that a client reports. A step that was not reached
// before the refused one, or before the last one that was done, is shown as not
// needed.
func pageSteps(steps []Step) []pageStep {
	last := slices.IndexFunc(steps, func(s Step) bool { return s.State == StepRefused })
	for i := len(steps) - 1; last < 0 && i >= 0; i-- {
		if steps[i].State == StepDone {
			last = i
		}
	}
	var shown []pageStep
	for i := range steps {
		s := &steps[i]
		p := pageStep{Number: s.Number, Class: "off", Mark: "–", Name: plain.Line(s.Name), Detail: plain.Line(s.Detail)}
		switch s.State {
		case StepDone:
			p.Class, p.Mark = "done", "✓"
		case StepRefused:
			p.Class, p.Mark, p.Word = "refused", "✗", string(StepRefused)
		case StepNotReached:
			p.Word = string(StepNotReached)
			if i < last {
				p.Word = "not needed"
			}
		default:
			p.Word = plain.Line(string(s.State))
		}
		shown = append(shown, p)
	}
	return shown
}
