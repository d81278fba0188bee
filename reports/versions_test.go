package reports

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The record in testdata/v1 was written by a siptrust of the first schema: the
// reference client without its check of expiry, in six of the paper's cases.
const firstSchema = "testdata/v1"

// TestFirstSchema: a record of the first schema reads as one of today's, from
// each of its files, and every report can be made from it.
func TestFirstSchema(t *testing.T) {
	t.Parallel()
	record := read(t, firstSchema)
	want := Subject{Kind: SubjectClient, Name: "mutant:expiry", Version: record.Subject.Version, Driver: "reference"}
	if record.Schema != Schema || record.Subject != want || want.Version == "" {
		t.Errorf("schema %s, subject %+v, want %+v", record.Schema, record.Subject, want)
	}
	if record.Verdict != DoesNotConform || !record.Complete || len(record.Results) != 6 || record.Summary != (Summary{Pass: 5, Fail: 1}) {
		t.Errorf("verdict %s, %d results, %+v", record.Verdict, len(record.Results), record.Summary)
	}
	for _, r := range record.Results {
		if r.Status == Fail != (r.ID == "paper.custom-ca.expired") || len(r.Evidence) == 0 {
			t.Errorf("%s: %s, %d messages", r.ID, r.Status, len(r.Evidence))
		}
	}
	anyOrder := cmpopts.SortSlices(func(a, b Result) bool { return a.ID < b.ID }) // lines are in the order in which cases ended
	for _, name := range []string{RecordFile, LinesFile} {
		if diff := cmp.Diff(record, read(t, filepath.Join(firstSchema, name)), anyOrder); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	matrix := NewClientMatrix([]Record{record, sample()}, nil)
	for name, write := range map[string]func(io.Writer, Record) error{
		"HTML": HTML, "JUnit": JUnit, "Markdown": Markdown, "waivers": WaiverTemplate,
		"terminal":          func(w io.Writer, r Record) error { return Terminal(w, r, false) },
		"difference":        func(w io.Writer, r Record) error { return DiffTerminal(w, Compare(sample(), r), false) },
		"difference behind": func(w io.Writer, r Record) error { return DiffMarkdown(w, Compare(r, sample())) },
		"matrix":            func(w io.Writer, _ Record) error { return MatrixHTML(w, matrix) },
		"findings":          func(w io.Writer, r Record) error { return Findings(w, []Record{r}, nil) },
	} {
		text := written(t, write, record)
		if !strings.Contains(text, "mutant:expiry") || !strings.Contains(text, "paper.custom-ca.expired") {
			t.Errorf("%s: names neither client nor fault:\n%.400s", name, text)
		}
	}
	for _, kind := range changeKinds {
		if d := Compare(record, read(t, firstSchema)); len(d.Changes[kind]) > 0 {
			t.Errorf("it differs from itself: %s", kind)
		}
	}
	dir := t.TempDir()
	writeRun(t, dir, record)
	if diff := cmp.Diff(record, read(t, dir)); diff != "" {
		t.Errorf("written again: %s", diff)
	}
}

// TestLaterFields: what a later version adds to the schema is ignored, in
// the record, its parts and its results.
func TestLaterFields(t *testing.T) {
	t.Parallel()
	want := normalise(sample())
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var value map[string]any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	for _, part := range []any{value, value["subject"], value["settings"], value["summary"], value["results"].([]any)[0]} {
		part.(map[string]any)["laterField"] = map[string]any{"id": 1, "schema": []int{2}}
	}
	if err := compile(t, "", false).Validate(value); err != nil {
		t.Errorf("the schema refuses it: %v", err)
	}
	more, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseRecord(more)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestSubjectKind: a record of a server remains one, an unknown kind is an
// error.
func TestSubjectKind(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]SubjectKind{
		`{"schema":"siptrust/results/v2","subject":{"kind":"server","name":"a"}}`: SubjectServer,
		`{"schema":"siptrust/results/v2","subject":{"name":"a"}}`:                 SubjectClient,
		`{"schema":"siptrust/results/v2","client":{"name":"b"}}`:                  SubjectClient,
		`{"schema":"siptrust/results/v1","subject":{"kind":"server"}}`:            SubjectClient,
	} {
		record, err := parseRecord([]byte(text))
		if err != nil || record.Subject.Kind != want || record.Subject.Name == "b" {
			t.Errorf("%s: %+v, %v", text, record.Subject, err)
		}
	}
	server := sample()
	server.Subject = Subject{Kind: SubjectServer}
	if page := written(t, HTML, server); !strings.Contains(page, "TLS conformance of a SIP server") || !strings.Contains(page, "<h1>unnamed server</h1>") {
		t.Error("the page does not say that a server was tested")
	}
	_, err := parseRecord([]byte(`{"schema":"siptrust/results/v2","subject":{"kind":"proxy"}}`))
	oneLine(t, err, "unknown kind of subject", "proxy", "client or server")
}
