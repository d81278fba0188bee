package reports

import (
	"bytes"
	"io"
	"path/filepath"
	"regexp"
	"testing"

	"siptrust/internal/golden"
)

// some gives the sample with only the results named, in its own order.
func some(ids ...string) Record {
	record := sample()
	var kept []Result
	for _, r := range record.Results {
		for _, id := range ids {
			if r.ID == id {
				kept = append(kept, r)
			}
		}
	}
	record.Results = kept
	record.Summary = Summarise(kept)
	return record
}

// The page's golden file holds a few cases, one of each kind, and leaves out
// style, script and their digests: those are looked at, not compared.
var unstable = regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>|sha256-[A-Za-z0-9/&#;]+=*`)

func TestGeneratedReports(t *testing.T) {
	t.Parallel()
	few := some("paper.custom-ca.sound", "paper.custom-ca.wrong-name", "paper.self-signed.sound", "paper.self-signed.bad-signature",
		"paper.self-signed.broken-chain", "paper.client-auth.refused", "paper.conduct.exchange", "paper.conduct.no-exception",
		"paper.conduct.no-plaintext-fallback")
	for _, test := range []struct {
		name   string
		record Record
		write  func(io.Writer, Record) error
	}{
		{"junit.xml", sample(), JUnit},
		{"report.md", sample(), Markdown},
		{"terminal.txt", sample(), func(w io.Writer, r Record) error {
			return Terminal(w, r, false, "out/report.html", "out/junit.xml")
		}},
		{"terminal-color.txt", few, func(w io.Writer, r Record) error { return Terminal(w, r, true) }},
		{"lines.txt", sample(), func(w io.Writer, r Record) error {
			for _, result := range r.Results {
				if _, err := io.WriteString(w, Line(result)+"\n"); err != nil {
					return err
				}
			}
			return nil
		}},
		{"matrix.md", sample(), func(w io.Writer, _ Record) error { return MatrixMarkdown(w, NewClientMatrix(phones(), nil)) }},
		{"findings.md", sample(), func(w io.Writer, r Record) error { return Findings(w, append([]Record{r}, phones()...), nil) }},
		{"matrix.txt", sample(), func(w io.Writer, _ Record) error {
			return MatrixTerminal(w, NewClientMatrix(phones(), nil), false)
		}},
		{"diff.txt", sample(), func(w io.Writer, _ Record) error {
			return DiffTerminal(w, Compare(phones()[0], phones()[2]), false)
		}},
		{"diff.md", sample(), func(w io.Writer, _ Record) error { return DiffMarkdown(w, Compare(phones()[0], phones()[2])) }},
		{"waivers.yaml", sample(), WaiverTemplate},
		{"report.html", few, func(w io.Writer, r Record) error {
			var page bytes.Buffer
			if err := HTML(&page, r); err != nil {
				return err
			}
			_, err := w.Write(unstable.ReplaceAll(page.Bytes(), []byte("…")))
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			if err := test.write(&got, test.record); err != nil {
				t.Fatal(err)
			}
			golden.File(t, filepath.Join("testdata", test.name), got.Bytes())
		})
	}
}
