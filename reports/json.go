package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Names of the files in the output directory.
const (
	LinesFile    = "results.jsonl" // grows while the run goes on
	RecordFile   = "results.json"
	JUnitFile    = "junit.xml"
	HTMLFile     = "report.html"
	MarkdownFile = "report.md"
)

// Writer keeps the record of one run in its output directory. Its methods may
// be called from several goroutines.
//
// The form of results.jsonl: the first line is the record without results and
// not complete; then one line a result, where a later line of the same id
// replaces the earlier one; and, written by [Writer.Finish] only, a last line
// that is the final record without results.
type Writer struct {
	dir string

	mu    sync.Mutex
	lines *os.File          // nil after Close
	last  map[string][]byte // the last line written, by id
}

// Create opens the record of a new run in dir, which is made with its parents
// when it is missing. The files of an older run there are replaced only after
// the new run was able to write. The header's results are not written; an empty
// schema, verdict and kind of subject become [Schema], [NotAssessed] and
// [SubjectClient]. The error is one line that
// says what could not be written and what to do.
func Create(dir string, header Record) (*Writer, error) {
	header = head(header)
	header.Complete = false
	line, err := encode(header)
	if err != nil {
		return nil, fmt.Errorf("encoding the record's header: %w", err)
	}
	unwritable := func(err error) error {
		return fmt.Errorf("output directory %s cannot be written: %w; name another with --out", dir, cause(err))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, unwritable(err)
	}
	// The first file written has another name, so that an output directory that
	// cannot be written keeps its old reports.
	path := filepath.Join(dir, LinesFile)
	draft := path + ".tmp"
	if err := os.WriteFile(draft, line, 0o644); err != nil {
		return nil, unwritable(err)
	}
	// Old reports are removed before the old lines are replaced, so that a run
	// that is killed in between leaves the files of one run only.
	for _, name := range []string{RecordFile, JUnitFile, HTMLFile, MarkdownFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			_ = os.Remove(draft) // the first error is returned
			return nil, unwritable(err)
		}
	}
	if err := os.Rename(draft, path); err != nil {
		_ = os.Remove(draft)
		return nil, unwritable(err)
	}
	lines, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, unwritable(err)
	}
	return &Writer{dir: dir, lines: lines, last: map[string][]byte{}}, nil
}

// Add appends a result to results.jsonl at once, so that a run that is killed
// loses no result.
func (w *Writer) Add(result Result) error {
	line, err := encode(filled(result))
	if err != nil {
		return fmt.Errorf("encoding the result of %s: %w", result.ID, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.append(result.ID, line)
}

// append writes a line, unless the last line of its id is the same.
func (w *Writer) append(id string, line []byte) error {
	if bytes.Equal(w.last[id], line) {
		return nil
	}
	if w.lines == nil {
		return fmt.Errorf("writing to %s: %w", filepath.Join(w.dir, LinesFile), os.ErrClosed)
	}
	if _, err := w.lines.Write(line); err != nil {
		return fmt.Errorf("writing to %s: %w; what was written so far can be read", filepath.Join(w.dir, LinesFile), cause(err))
	}
	w.last[id] = line
	return nil
}

// Finish writes results.json by rename, then junit.xml, report.html and
// report.md, closes results.jsonl, and returns the paths of the reports. The
// record's results are those of the whole run in the catalogue's order; its
// summary is counted again; Complete is set by the caller. Results that were
// not added before, or differ, are appended to results.jsonl, so that both
// files agree. The writer is closed whether or not Finish fails; the error is
// the first that occurred.
func (w *Writer) Finish(record Record) (Files, error) {
	defer func() { _ = w.Close() }() // an error of closing was returned by close below
	record = normalise(record)
	record.Summary = Summarise(record.Results)
	files := Files{
		Record: filepath.Join(w.dir, RecordFile), JUnit: filepath.Join(w.dir, JUnitFile),
		HTML: filepath.Join(w.dir, HTMLFile), Markdown: filepath.Join(w.dir, MarkdownFile),
	}
	if err := w.close(record); err != nil {
		return files, err
	}
	for _, report := range []struct {
		path  string
		write func(io.Writer, Record) error
	}{
		{files.Record, writeJSON}, {files.JUnit, JUnit}, {files.HTML, HTML}, {files.Markdown, Markdown},
	} {
		if err := replace(report.path, record, report.write); err != nil {
			return files, err
		}
	}
	return files, nil
}

// Files are the paths of the reports of a run.
type Files struct {
	Record, JUnit, HTML, Markdown string
}

// close brings results.jsonl up to date with the final record and closes it.
func (w *Writer) close(record Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, result := range record.Results {
		line, err := encode(result)
		if err != nil {
			return fmt.Errorf("encoding the result of %s: %w", result.ID, err)
		}
		if err := w.append(result.ID, line); err != nil {
			return err
		}
	}
	line, err := encode(head(record))
	if err != nil {
		return fmt.Errorf("encoding the record: %w", err)
	}
	if err := w.append("", line); err != nil {
		return err
	}
	return w.shut()
}

// Close closes results.jsonl without writing reports. Only the first call has an
// effect, and none after [Writer.Finish].
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shut()
}

func (w *Writer) shut() error {
	if w.lines == nil {
		return nil
	}
	err := w.lines.Close()
	w.lines = nil
	if err != nil {
		return fmt.Errorf("closing %s: %w", filepath.Join(w.dir, LinesFile), cause(err))
	}
	return nil
}

// replace writes a file under another name and renames it, so that a reader
// never finds half of it.
func replace(path string, record Record, write func(io.Writer, Record) error) error {
	var whole bytes.Buffer
	if err := write(&whole, record); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	draft := path + ".tmp"
	if err := os.WriteFile(draft, whole.Bytes(), 0o644); err != nil {
		_ = os.Remove(draft)
		return fmt.Errorf("writing %s: %w; the results are in %s", path, cause(err), LinesFile)
	}
	if err := os.Rename(draft, path); err != nil {
		_ = os.Remove(draft)
		return fmt.Errorf("writing %s: %w; the results are in %s", path, cause(err), LinesFile)
	}
	return nil
}

// writeJSON writes the whole record, indented for people.
func writeJSON(w io.Writer, record Record) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(record)
}

// encode gives the value as one line.
func encode(value any) ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return line.Bytes(), nil
}

// head gives the record without its results.
func head(record Record) Record {
	record.Results = nil
	return normalise(record)
}

// normalise fills what the schema requires and a caller may leave out: its
// name, a verdict, the subject's kind, and arrays where Go has nil. The
// caller's slices are not changed.
func normalise(record Record) Record {
	if record.Schema == "" {
		record.Schema = Schema
	}
	if record.Verdict == "" {
		record.Verdict = NotAssessed
	}
	if record.Subject.Kind == "" {
		record.Subject.Kind = SubjectClient
	}
	results := make([]Result, len(record.Results))
	for i, result := range record.Results {
		results[i] = filled(result)
	}
	record.Results = results
	return record
}

// filled gives the result with empty arrays for nil ones.
func filled(result Result) Result {
	if result.Demands == nil {
		result.Demands = []Demand{}
	}
	if result.Clauses == nil {
		result.Clauses = []string{}
	}
	if result.Evidence == nil {
		result.Evidence = []Evidence{}
	}
	return result
}

// cause is the system error without the path, which the message names already.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
