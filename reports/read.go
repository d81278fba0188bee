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
	"strings"

	"siptrust/internal/plain"
)

// Bounds of what Read takes, so that a file that is not a record does no harm.
const (
	maxRecordSize = 64 << 20 // octets of a file
	maxResults    = 20_000
)

// Read reads the record of a run: a results.json, a results.jsonl (a
// name that ends in .jsonl), or a directory with either. In a directory
// results.json is read, unless it is damaged, or not complete while
// results.jsonl has more results. A results.jsonl whose last line is cut off is
// read up to that line, and is not complete; nor is one without a closing line. The error
// is one line that names the file, what is wrong and what to do.
func Read(path string) (Record, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Record{}, fmt.Errorf("reading %s: %w; name a %s, a %s or a run's output directory", path, cause(err), RecordFile, LinesFile)
	}
	if info.IsDir() {
		return readDir(path)
	}
	return readFile(path)
}

func readDir(dir string) (Record, error) {
	record, err := readFile(filepath.Join(dir, RecordFile))
	if err == nil && record.Complete {
		return record, nil
	}
	lines, linesErr := readFile(filepath.Join(dir, LinesFile))
	switch {
	case err == nil && (linesErr != nil || len(lines.Results) <= len(record.Results)):
		return record, nil
	case linesErr == nil:
		return lines, nil
	case errors.Is(err, fs.ErrNotExist) && errors.Is(linesErr, fs.ErrNotExist):
		return Record{}, fmt.Errorf("reading %s: it has neither %s nor %s; name a run's output directory: %w", dir, RecordFile, LinesFile, fs.ErrNotExist)
	case errors.Is(err, fs.ErrNotExist):
		return Record{}, linesErr
	}
	return Record{}, err
}

func readFile(path string) (Record, error) {
	file, err := os.Open(path)
	if err != nil {
		return Record{}, fmt.Errorf("reading %s: %w", path, cause(err))
	}
	defer func() { _ = file.Close() }() // nothing was written
	info, err := file.Stat()
	if err != nil {
		return Record{}, fmt.Errorf("reading %s: %w", path, cause(err))
	}
	var data []byte
	if info.Size() <= maxRecordSize { // 0 for what is not a regular file, so the reader is limited, too
		if data, err = io.ReadAll(io.LimitReader(file, maxRecordSize+1)); err != nil {
			return Record{}, fmt.Errorf("reading %s: %w", path, cause(err))
		}
	}
	if info.Size() > maxRecordSize || len(data) > maxRecordSize {
		return Record{}, fmt.Errorf("reading %s: larger than %d MiB, so not a record of siptrust", path, maxRecordSize>>20)
	}
	if strings.HasSuffix(path, ".jsonl") {
		record, err := parseLines(data)
		if err != nil {
			return Record{}, fmt.Errorf("reading %s: %w", path, err)
		}
		return record, nil
	}
	record, err := parseRecord(data)
	if err != nil {
		return Record{}, fmt.Errorf("reading %s: %w; %s", path, err, fix(path))
	}
	return record, nil
}

// fix says what to do about a damaged record.
func fix(path string) string {
	if _, err := os.Stat(filepath.Join(filepath.Dir(path), LinesFile)); err == nil {
		return "read " + LinesFile + " in the same directory"
	}
	return "run siptrust again"
}

// parseRecord reads a results.json.
func parseRecord(data []byte) (Record, error) {
	record, err := unmarshalRecord(data)
	if err != nil {
		return Record{}, err
	}
	if err := check(&record); err != nil {
		return Record{}, err
	}
	return normalise(record), nil
}

// parseLines reads a results.jsonl.
func parseLines(data []byte) (Record, error) {
	if !bytes.ContainsRune(data, '\n') {
		return Record{}, errors.New("its first line is incomplete: the run ended before it began; run siptrust again")
	}
	var record Record
	at := map[string]int{} // index in record.Results by id
	for number := 1; len(data) > 0; number++ {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		data = rest
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		err := takeLine(&record, at, line, number == 1)
		if err != nil && !whole { // a run that was killed while it wrote
			record.Complete = false
			break
		}
		if err != nil {
			return Record{}, fmt.Errorf("line %d: %w", number, err)
		}
	}
	if err := check(&record); err != nil {
		return Record{}, err
	}
	record.Summary = Summarise(record.Results)
	return normalise(record), nil
}

// takeLine adds one line of a results.jsonl to the record. A line with a
// schema is the record's head, the first as the last.
func takeLine(record *Record, at map[string]int, line []byte, first bool) error {
	var kind struct {
		Schema *string `json:"schema"`
	}
	if err := unmarshal(line, &kind); err != nil {
		return err
	}
	if kind.Schema == nil && first {
		return fmt.Errorf("no schema; a record begins with %q", Schema)
	}
	if kind.Schema != nil {
		header, err := unmarshalRecord(line)
		if err != nil {
			return err
		}
		header.Results = record.Results
		*record = header
		return nil
	}
	var result Result
	if err := unmarshal(line, &result); err != nil {
		return err
	}
	if err := checkResult(&result); err != nil {
		return err
	}
	if i, seen := at[result.ID]; seen {
		record.Results[i] = result
		return nil
	}
	at[result.ID] = len(record.Results)
	record.Results = append(record.Results, result)
	return nil
}

// stored is a record as a file has it, of any schema that is read.
type stored struct {
	Record
	Client Subject `json:"client"` // where the first schema has its subject
}

// unmarshalRecord reads a record of any schema that is read into the form of
// the one that is written.
func unmarshalRecord(data []byte) (Record, error) {
	var s stored
	if err := unmarshal(data, &s); err != nil {
		return Record{}, err
	}
	switch s.Schema {
	case Schema:
	case schemaV1:
		s.Schema, s.Subject = Schema, s.Client
		s.Subject.Kind = SubjectClient
	case "":
		return Record{}, fmt.Errorf("no schema; a record begins with %q", Schema)
	default:
		return Record{}, fmt.Errorf("schema is %q; this siptrust reads %q and %q", quotable(s.Schema), Schema, schemaV1)
	}
	return s.Record, nil
}

// unmarshal is json.Unmarshal with errors for people.
func unmarshal(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(data)):
		return fmt.Errorf("cut off after %d octets", len(data))
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at octet %d: %w", syntax.Offset, err)
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("not a record but a JSON %s", kind.Value)
	case errors.As(err, &kind):
		field := strings.TrimPrefix(kind.Field, "Record.") // of what is stored
		return fmt.Errorf("not a record: %s is a JSON %s", plain.Line(field), kind.Value)
	}
	return fmt.Errorf("not a record: %w", err)
}

// check refuses a record without what the reports rely on. The JSON Schema says
// more.
func check(record *Record) error {
	if kind := record.Subject.Kind; kind != "" && kind != SubjectClient && kind != SubjectServer {
		return fmt.Errorf("unknown kind of subject %q; %s or %s", quotable(string(kind)), SubjectClient, SubjectServer)
	}
	if record.Verdict != "" && !record.Verdict.known() {
		return fmt.Errorf("unknown verdict %q", quotable(string(record.Verdict)))
	}
	if len(record.Results) > maxResults {
		return fmt.Errorf("%d results; at most %d are read", len(record.Results), maxResults)
	}
	seen := make(map[string]bool, len(record.Results))
	for i := range record.Results {
		result := &record.Results[i]
		if err := checkResult(result); err != nil {
			return fmt.Errorf("result %d: %w", i+1, err)
		}
		if seen[result.ID] {
			return fmt.Errorf("result %d: id %q appears twice", i+1, quotable(result.ID))
		}
		seen[result.ID] = true
	}
	return nil
}

func checkResult(result *Result) error {
	if result.ID == "" {
		return errors.New("no id")
	}
	if !result.Status.known() {
		return fmt.Errorf("%q has the unknown status %q", quotable(result.ID), quotable(string(result.Status)))
	}
	return nil
}

// quotable cleans text of a damaged file and shortens it to fit an error.
func quotable(s string) string { return plain.Shorten(plain.Line(s), 60) }
