package reports

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"unicode"
)

func written(t *testing.T, write func(io.Writer, Record) error, record Record) string {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out, record); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// printable refuses what must not come from a record to a reader.
func printable(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			t.Fatalf("%U in the text", r)
		}
	}
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	got := Summarise([]Result{
		{Status: Pass},
		{Status: Pass, Control: true},
		{Status: Warn},
		{Status: Fail},
		{Status: Fail, Waived: true},
		{Status: Info},
		{Status: Skip},
		{Status: Inconclusive},
		{Status: Inconclusive, Control: true, Waived: true},
	})
	if want := (Summary{1, 1, 1, 1, 1, 1, 1}); got != want || got.Total() != 7 {
		t.Errorf("%+v, total %d", got, got.Total())
	}
}

func TestLadder(t *testing.T) {
	t.Parallel()
	if newLadder("x", nil) != nil {
		t.Error("a ladder of nothing")
	}
	var evidence []Evidence
	for i := range 40 {
		evidence = append(evidence, Evidence{Ms: float64(i), From: "client", What: fmt.Sprintf("m%d", i)})
	}
	evidence[20].What, evidence[20].Detail = "alert", "fatal unknown_ca (48)"
	evidence[21].What = "clear SIP"
	evidence[22].What, evidence[22].Detail = "alert", "warning close_notify (0)"
	parts := newLadder("x", evidence).Parts
	if len(parts) != 3 || parts[0].Fold != "" || parts[2].Fold != "" {
		t.Fatalf("%d parts", len(parts))
	}
	if want := "22 more messages, 1 alert, 1 in plaintext"; parts[1].Fold != want {
		t.Errorf("folded as %q, not %q", parts[1].Fold, want)
	}
	n := 0
	for _, part := range parts {
		for _, r := range part.Rungs {
			if evidence[n].What != r.What || r.Y >= part.Height || r.X1 >= r.X2 {
				t.Errorf("rung %d: %+v", n, r)
			}
			n++
		}
	}
	if n != 40 {
		t.Errorf("%d of 40 messages", n)
	}
	if r := newRung(&Evidence{From: "server", What: "Certificate", Protected: true}, 0); r.X1 <= r.X2 || !r.Protected || r.Class != "hand" {
		t.Errorf("the server's message: %+v", r)
	}
}

// TestJUnitCounts reads the file as a CI system does.
func TestJUnitCounts(t *testing.T) {
	t.Parallel()
	var got junitSuites
	if err := xml.Unmarshal([]byte(written(t, JUnit, sample())), &got); err != nil {
		t.Fatal(err)
	}
	s := sample().Summary
	if got.Tests != s.Total() || got.Failures != s.Fail || got.Errors != s.Inconclusive || got.Skipped != s.Skip+s.Waived {
		t.Errorf("tests %d, failures %d, errors %d, skipped %d of %+v", got.Tests, got.Failures, got.Errors, got.Skipped, s)
	}
	for _, suite := range got.Suites {
		for _, c := range suite.Cases {
			if !strings.HasPrefix(c.Name, "paper.") || c.Name == "paper.self-signed.sound" {
				t.Errorf("testcase %q", c.Name)
			}
			if c.Failure != nil && !strings.Contains(c.Failure.Text, "ClientHello") {
				t.Errorf("%s: no evidence", c.Name)
			}
		}
	}
}

// TestJUnitNeverGreenWithoutResults: neither an interrupted run nor one of
// controls alone passes.
func TestJUnitNeverGreenWithoutResults(t *testing.T) {
	t.Parallel()
	interrupted := some("paper.custom-ca.sound")
	interrupted.Complete = false
	for name, record := range map[string]Record{"interrupted": interrupted, "empty": {Complete: true}, "controls": some("paper.self-signed.sound")} {
		var got junitSuites
		if err := xml.Unmarshal([]byte(written(t, JUnit, record)), &got); err != nil {
			t.Fatal(err)
		}
		if got.Errors != 1 {
			t.Errorf("%s: %d errors", name, got.Errors)
		}
	}
}

func TestHostileStrings(t *testing.T) {
	t.Parallel()
	text := written(t, JUnit, hostile())
	if err := xml.Unmarshal([]byte(text), new(junitSuites)); err != nil {
		t.Errorf("JUnit: %v", err)
	}
	printable(t, text)
	text = written(t, Markdown, hostile())
	printable(t, text)
	if strings.Contains(text, "<script") || strings.Contains(text, "</title>") {
		t.Error("Markdown: markup of the record is markup of the page")
	}
	for line := range strings.Lines(text) {
		if bars := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); strings.HasPrefix(line, "|") && bars != 5 {
			t.Errorf("Markdown: a table row of %d bars: %s", bars, line)
		}
	}
	plain := func(w io.Writer, r Record) error { return Terminal(w, r, false) }
	printable(t, written(t, plain, hostile()))
	for _, r := range hostile().Results {
		line := Line(r)
		printable(t, line)
		if strings.Contains(line, "\n") {
			t.Errorf("not one line: %q", line)
		}
	}
}

func TestIncompleteIsSaid(t *testing.T) {
	t.Parallel()
	record := some("paper.custom-ca.sound")
	record.Complete = false
	plain := func(w io.Writer, r Record) error { return Terminal(w, r, false) }
	for name, write := range map[string]func(io.Writer, Record) error{"HTML": HTML, "Markdown": Markdown, "JUnit": JUnit, "terminal": plain} {
		if text := written(t, write, record); !strings.Contains(text, "run did not finish") {
			t.Errorf("%s does not say that the run did not finish", name)
		}
	}
}

func TestUseColor(t *testing.T) {
	t.Parallel()
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	if UseColor(file) {
		t.Error("a file is coloured")
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	bar := Progress(&out, 3)
	bar.Add(Result{ID: "a", Status: Pass})
	bar.Add(Result{ID: "b\x1b[2J", Status: Fail})
	text := out.String()
	if !strings.Contains(text, "2/3") || !strings.Contains(text, "1 fail") || strings.Contains(text, "\x1b[2J") {
		t.Errorf("%q", text)
	}
	bar.Add(Result{ID: "c", Status: Pass})
	bar.Add(Result{ID: "more than was told", Status: Pass})
	bar.Done()
	if !strings.HasSuffix(out.String(), "\r") {
		t.Errorf("the bar is left on its line: %q", out.String()[len(out.String())-40:])
	}
}
