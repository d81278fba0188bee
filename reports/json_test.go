package reports

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// writeRun writes a whole run as a runner would.
func writeRun(t *testing.T, dir string, record Record) {
	t.Helper()
	w, err := Create(dir, record)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range record.Results {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Finish(record); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) Record {
	t.Helper()
	record, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// TestRoundTrip: each of the ways to read a run gives what was written.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b") // made with its parents
	want := normalise(sample())
	writeRun(t, dir, sample())
	for _, path := range []string{dir, filepath.Join(dir, RecordFile), filepath.Join(dir, LinesFile)} {
		if diff := cmp.Diff(want, read(t, path)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	for _, name := range []string{JUnitFile, HTMLFile, MarkdownFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if drafts, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); len(drafts) > 0 {
		t.Errorf("left behind: %v", drafts)
	}
}

// TestKilled: what was added can be read while the run goes on.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := normalise(sample())
	w, err := Create(dir, want)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if got := read(t, dir); got.Complete || len(got.Results) != 0 || got.Subject != want.Subject {
		t.Errorf("after the header: %+v", got)
	}
	for i, r := range want.Results[:5] {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
		got := read(t, dir)
		if diff := cmp.Diff(want.Results[:i+1], got.Results); diff != "" || got.Complete {
			t.Errorf("after %d results, complete %v: %s", i+1, got.Complete, diff)
		}
	}
	again := want.Results[1]
	again.Status, again.Reason = Inconclusive, "the control failed at the end"
	if err := w.Add(again); err != nil {
		t.Fatal(err)
	}
	got := read(t, dir)
	if len(got.Results) != 5 || got.Results[1].Status != Inconclusive || got.Summary != Summarise(got.Results) {
		t.Errorf("a later line does not replace the earlier one: %+v", got.Summary)
	}
}

// TestCutAnywhere cuts results.jsonl after every octet: a complete first line is
// enough to read it, every complete line counts, and it is never complete.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	record := some("paper.custom-ca.sound", "paper.conduct.exchange")
	for i := range record.Results {
		record.Results[i].Evidence = record.Results[i].Evidence[:1] // every cut is parsed: keep it short
	}
	writeRun(t, dir, record)
	data, err := os.ReadFile(filepath.Join(dir, LinesFile))
	if err != nil {
		t.Fatal(err)
	}
	head := bytes.IndexByte(data, '\n')
	for n := range len(data) - 1 { // but for the closing line's end
		got, err := parseLines(data[:n])
		if n <= head {
			if err == nil {
				t.Fatalf("cut after %d octets: read without a first line", n)
			}
			continue
		}
		whole := bytes.Count(data[head+1:n], []byte("\n"))
		if err != nil || got.Complete || len(got.Results) < whole || len(got.Results) > whole+1 {
			t.Fatalf("cut after %d octets: %d results of %d lines, complete %v, %v", n, len(got.Results), whole, got.Complete, err)
		}
	}
}

// TestFinishCompletesLines: results that only Finish learns of are in both.
func TestFinishCompletesLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	record := sample()
	w, err := Create(dir, record)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(record.Results[3]); err != nil {
		t.Fatal(err)
	}
	record.Summary = Summary{Pass: 99} // counted anew
	files, err := w.Finish(record)
	if err != nil {
		t.Fatal(err)
	}
	lines, whole := read(t, filepath.Join(dir, LinesFile)), read(t, files.Record)
	if len(lines.Results) != len(record.Results) || lines.Summary != whole.Summary || whole.Summary != Summarise(record.Results) {
		t.Errorf("lines %+v, record %+v", lines.Summary, whole.Summary)
	}
	if err := w.Add(record.Results[0]); err != nil {
		t.Errorf("the same line again: %v", err)
	}
	if err := w.Add(Result{ID: "late"}); err == nil {
		t.Error("a result was taken after the end")
	}
}

func TestAddFromManyGoroutines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := Create(dir, sample())
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			if err := w.Add(Result{ID: fmt.Sprint(i), Status: Pass, Reason: strings.Repeat("x", 5000)}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, dir); len(got.Results) != 50 {
		t.Errorf("%d of 50 results", len(got.Results))
	}
}

// TestOldReports: an older run's files stay when the new one cannot write, and
// go when it can.
func TestOldReports(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeRun(t, dir, sample())
	// A directory in the place of the draft makes writing fail as on a full disk:
	// permissions do not bind root.
	draft := filepath.Join(dir, LinesFile+".tmp")
	if err := os.Mkdir(draft, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Create(dir, Record{})
	oneLine(t, err, dir, "--out")
	if got := read(t, dir); !got.Complete || len(got.Results) != len(sample().Results) {
		t.Error("the older run is gone")
	}
	if err := os.Remove(draft); err != nil {
		t.Fatal(err)
	}
	w, err := Create(dir, Record{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if got := read(t, dir); got.Complete || len(got.Results) != 0 {
		t.Error("the older run is read for the new one")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

// oneLine holds an error to the house rule: one line, with these words.
func oneLine(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if strings.Contains(err.Error(), "\n") || len(err.Error()) > 400 {
		t.Errorf("not one line: %q", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}

func TestUnwritable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Create(filepath.Join(file, "out"), Record{})
	oneLine(t, err, filepath.Join(file, "out"), "cannot be written", "not a directory", "--out")
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	whole, err := encode(normalise(sample()))
	if err != nil {
		t.Fatal(err)
	}
	result := `{"id":"a","status":"pass"}`
	header := `{"schema":"siptrust/results/v2"}` + "\n"
	for name, test := range map[string]struct {
		file, data, beside string
		want               []string
	}{
		"cut":                     {RecordFile, string(whole[:len(whole)/2]), "", []string{RecordFile, "cut off", "run siptrust again"}},
		"cut, lines beside":       {RecordFile, string(whole[:len(whole)/2]), header, []string{RecordFile, "cut off", "read results.jsonl in the same directory"}},
		"empty":                   {RecordFile, "", "", []string{"cut off after 0 octets"}},
		"not JSON":                {RecordFile, "<html>", "", []string{"not JSON at octet 1"}},
		"another kind":            {RecordFile, "[]", "", []string{"not a record but a JSON array"}},
		"wrong type":              {RecordFile, `{"schema":"siptrust/results/v2","results":{}}`, "", []string{"not a record: results is a JSON object"}},
		"no schema":               {RecordFile, "{}", "", []string{"no schema", Schema}},
		"other schema":            {RecordFile, `{"schema":"siptrust/results/v3"}`, "", []string{`"siptrust/results/v3"`, Schema}},
		"unknown verdict":         {RecordFile, `{"schema":"siptrust/results/v2","verdict":"fine"}`, "", []string{"unknown verdict", "fine"}},
		"unknown status":          {RecordFile, `{"schema":"siptrust/results/v2","results":[{"id":"a","status":"ok"}]}`, "", []string{"result 1", "unknown status", "ok"}},
		"no id":                   {RecordFile, `{"schema":"siptrust/results/v2","results":[{"status":"pass"}]}`, "", []string{"result 1", "no id"}},
		"id twice":                {RecordFile, `{"schema":"siptrust/results/v2","results":[` + result + "," + result + `]}`, "", []string{"result 2", "twice"}},
		"lines: first cut":        {LinesFile, strings.TrimSpace(header), "", []string{LinesFile, "first line is incomplete"}},
		"lines: a result first":   {LinesFile, result + "\n", "", []string{"line 1", "no schema"}},
		"lines: broken in middle": {LinesFile, header + "{\n" + result + "\n", "", []string{"line 2", "cut off"}},
		"lines: other schema":     {LinesFile, `{"schema":"x"}` + "\n", "", []string{"line 1", `"x"`}},
		"lines: unknown status":   {LinesFile, header + `{"id":"a","status":"ok"}` + "\n", "", []string{"line 2", "unknown status"}},
		"hostile":                 {RecordFile, `{"schema":"` + strings.Repeat(`\n\u001b[31m`, 500) + `"}`, "", []string{"schema is"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, test.file)
			put(t, path, test.data)
			if test.beside != "" {
				put(t, filepath.Join(dir, LinesFile), test.beside)
			}
			_, err := Read(path)
			oneLine(t, err, append(test.want, path)...)
		})
	}
	_, err = Read(filepath.Join(t.TempDir(), "none"))
	oneLine(t, err, "no such file", "name a results.json")
	_, err = Read(t.TempDir())
	oneLine(t, err, "neither")
}

func put(t *testing.T, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReadDirectory: of two files the one that knows more is taken.
func TestReadDirectory(t *testing.T) {
	t.Parallel()
	record := sample()
	interrupted := record
	interrupted.Complete, interrupted.Seconds = false, 3
	dir := t.TempDir()
	writeRun(t, dir, interrupted)
	if got := read(t, dir); got.Complete || got.Seconds != 3 {
		t.Errorf("an interrupted run: %+v", got.Summary)
	}
	whole := filepath.Join(dir, RecordFile)
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	put(t, whole, string(data[:len(data)/2]))
	if got := read(t, dir); len(got.Results) != len(record.Results) {
		t.Error("results.jsonl is not read for a damaged results.json")
	}
	if err := os.Remove(filepath.Join(dir, LinesFile)); err != nil {
		t.Fatal(err)
	}
	_, err = Read(dir)
	oneLine(t, err, RecordFile, "cut off")
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), RecordFile)
	put(t, path, "")
	if err := os.Truncate(path, maxRecordSize+1); err != nil { // sparse
		t.Fatal(err)
	}
	_, err := Read(path)
	oneLine(t, err, "larger than 64 MiB")
}

// FuzzRead: whatever a file holds, reading it does not panic, and what was
// read can be written in every form and read again.
func FuzzRead(f *testing.F) {
	whole, err := encode(normalise(some("paper.custom-ca.sound", "paper.conduct.no-exception")))
	if err != nil {
		f.Fatal(err)
	}
	header := `{"schema":"siptrust/results/v2"}` + "\n"
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(header + `{"id":"a","status":"pass"}` + "\n" + `{"id":"a","status":"fail","evidence":[{"what":"\u0000"}]}` + "\n" + header))
	f.Add([]byte(header + `{"id":"a","sta`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, parse := range []func([]byte) (Record, error){parseRecord, parseLines} {
			record, err := parse(data)
			if err != nil {
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("not one line: %q", err)
				}
				continue
			}
			again, err := encode(record)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parseRecord(again); err != nil {
				t.Errorf("what was read cannot be read again: %v", err)
			}
			var out bytes.Buffer
			if err := JUnit(&out, record); err != nil {
				t.Fatal(err)
			}
			if err := xml.Unmarshal(out.Bytes(), new(junitSuites)); err != nil {
				t.Errorf("JUnit: %v", err)
			}
			if err := HTML(&out, record); err != nil {
				t.Fatal(err)
			}
			if err := Markdown(&out, record); err != nil {
				t.Fatal(err)
			}
			if err := Terminal(&out, record, true); err != nil {
				t.Fatal(err)
			}
		}
	})
}
