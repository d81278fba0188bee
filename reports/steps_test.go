package reports

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// A step that was not needed is distinguished from one that was not reached.
func TestSteps(t *testing.T) {
	t.Parallel()
	for states, want := range map[string]string{
		"":          "",
		"ddddddddd": "ddddddddd",
		"dddddd-dd": "dddddd.dd", // the server requested no certificate
		"dddr-----": "dddr-----",
		"dddr-r---": "dddr-r---", // names were not compared after the path was refused
		"dddddd-r-": "dddddd.r-", // the server ended the handshake
		"dd-------": "dd-------",
		"dddr-rddd": "dddr-rddd", // continued after its own refusal
		"---------": "---------",
	} {
		of := map[rune]StepState{'d': StepDone, 'r': StepRefused, '-': StepNotReached}
		var list []Step
		for i, s := range states {
			list = append(list, Step{Number: i + 1, State: of[s]})
		}
		got := ""
		for _, p := range pageSteps(list) {
			letter := map[string]string{"": "d", "refused": "r", "not reached": "-", "not needed": "."}[p.Word]
			if letter == "" || (p.Class == "done") != (letter == "d") || (p.Class == "refused") != (letter == "r") {
				t.Errorf("%s: %+v", states, p)
			}
			got += letter
		}
		if got != want {
			t.Errorf("%s: shown as %s, want %s", states, got, want)
		}
	}
}

// The page has a list of the nine steps for each case with steps, and
// none for others.
func TestPageSteps(t *testing.T) {
	t.Parallel()
	record := some("paper.custom-ca.sound", "paper.custom-ca.wrong-name", "paper.conduct.no-exception")
	var lists []string
	walk(t, written(t, HTML, record), func(n *html.Node) {
		if n.Data != "ol" {
			return
		}
		items := 0
		for c := range n.ChildNodes() {
			if c.Data == "li" {
				items++
			}
		}
		if items != 9 {
			t.Errorf("%d steps", items)
		}
		lists = append(lists, textOf(n))
	})
	if len(lists) != 2 || !strings.Contains(lists[0], "client certificate not needed") || !strings.Contains(lists[1], "the trust store refused") {
		t.Errorf("%d lists: %q", len(lists), lists)
	}
}
