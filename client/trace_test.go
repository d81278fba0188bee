package client

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// spoken counts how often it is put into words.
type spoken struct{ times int }

func (s *spoken) String() string { s.times++; return "spoken" }

func TestNine(t *testing.T) {
	t.Parallel()
	word := &spoken{}
	trace := Trace{
		{Number: 1, State: StepDone, Format: "DNS: %d records", Args: []any{2}},
		{Number: 1, State: StepDone, Format: "TCP: %s", Args: []any{word}},
		{Number: 2, State: StepDone},
		{Number: 3, State: StepDone, Format: "started"},
		{Number: 4, State: StepDone, Format: "first"},
		{Number: 4, State: StepDone, Format: "100%%"},
		{Number: 4, State: StepRefused, Format: "expired"},
		{Number: 6, State: StepRefused, Format: "close"},
	}
	nine := trace.Nine()
	if word.times != 0 {
		t.Errorf("put into words %d times before anybody read it", word.times)
	}
	if len(nine) != 9 {
		t.Fatalf("%d steps", len(nine))
	}
	var got []string
	for i, s := range nine {
		if s.Number != i+1 || s.Name() != Steps[i] {
			t.Errorf("step %d is %d, %q", i+1, s.Number, s.Name())
		}
		got = append(got, fmt.Sprintf("%d %s: %s", s.Number, s.State, s.Detail()))
	}
	want := []string{
		"1 done: DNS: 2 records; TCP: spoken", "2 done: ", "3 done: started", "4 refused: first; 100%; expired",
		"5 not reached: ", "6 refused: close", "7 not reached: ", "8 not reached: ", "9 not reached: ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if lines := trace.Lines(); lines[1] != "1 TCP: spoken" || lines[2] != "2 " || lines[5] != "4 100%" {
		t.Errorf("%q", lines)
	}
}

func TestConnections(t *testing.T) {
	t.Parallel()
	for numbers, want := range map[string]string{
		"": "", "1": "1", "111": "111", "123": "123", "12346123456789": "12346 123456789", "111234611234": "1112346 11234", "9": "9",
	} {
		var trace Trace
		for _, n := range numbers {
			trace = append(trace, Step{Number: int(n - '0'), State: StepDone})
		}
		var parts []string
		for _, part := range trace.Connections() {
			word := ""
			for _, s := range part {
				word += fmt.Sprint(s.Number)
			}
			parts = append(parts, word)
		}
		if got := strings.Join(parts, " "); got != want {
			t.Errorf("%s: %s, want %s", numbers, got, want)
		}
	}
}

func TestStepStates(t *testing.T) {
	t.Parallel()
	for state, want := range map[StepState]string{
		StepNotReached: "not reached", StepDone: "done", StepRefused: "refused",
	} {
		if state.String() != want {
			t.Errorf("%d is %q, want %q", state, state, want)
		}
	}
	for _, name := range Steps {
		if name == "" {
			t.Error("a step without a name")
		}
	}
}
