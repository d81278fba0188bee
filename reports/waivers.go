package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"siptrust/internal/plain"
)

// Waiver is a known failure or warning that someone signed for.
type Waiver struct {
	Case   string // id
	Client string // name of the client that it is for; empty: any
	Policy string // policy that it is for; empty: any
	Reason string
	Owner  string
	// Expires is the last day on which it holds, in UTC; zero: none given.
	Expires time.Time
	// Leak extends it to SIP in the clear, which no waiver covers otherwise.
	Leak bool
	Line int // in the file, from 1
}

// WaiverDay is the form of a waiver's date.
const WaiverDay = time.DateOnly

// maxWaivers bounds a file of waivers, in octets.
const maxWaivers = 1 << 20

// ReadWaivers reads a file of waivers: YAML with one key, "waivers", a list of
// entries with the keys case, client, policy, reason, owner, expires and leak.
// It checks the form alone: reason, owner and date may be missing, and nothing
// is said of ids and policies. The error is one line with file, line and key.
func ReadWaivers(path string) ([]Waiver, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading waivers: %s: %w", path, cause(err))
	}
	defer func() { _ = file.Close() }() // nothing was written
	data, err := io.ReadAll(io.LimitReader(file, maxWaivers+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading waivers: %s: %w", path, cause(err))
	case len(data) > maxWaivers:
		return nil, fmt.Errorf("%s: more than %d octets: no file of waivers", path, maxWaivers)
	}
	waivers, err := parseWaivers(data)
	if err != nil {
		return nil, fmt.Errorf("%s%w", path, err)
	}
	return waivers, nil
}

// misplaced is a mistake in a file of waivers; it prints behind the file's name.
func misplaced(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf(":%d: %s", max(n.Line, 1), fmt.Sprintf(format, args...))
}

func parseWaivers(data []byte) ([]Waiver, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil // empty, or comments alone
	} else if err != nil {
		return nil, yamlError(err)
	}
	var more yaml.Node
	if err := decoder.Decode(&more); err == nil {
		return nil, misplaced(&more, "a second document; all waivers stand in one")
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlError(err)
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode || len(root.Content) != 2 || root.Content[0].Value != "waivers" {
		return nil, misplaced(root, "one key is needed, waivers: with a list below it")
	}
	list := root.Content[1]
	if empty(list) {
		return nil, nil
	}
	if list.Kind != yaml.SequenceNode {
		return nil, misplaced(list, "waivers: a list is needed, each entry with case, reason, owner and expires")
	}
	waivers := make([]Waiver, 0, len(list.Content))
	for _, entry := range list.Content {
		waiver, err := parseWaiver(entry)
		if err != nil {
			return nil, err
		}
		waivers = append(waivers, waiver)
	}
	return waivers, nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// yamlError puts the library's line where the others stand.
func yamlError(err error) error {
	said := plain.Line(err.Error())
	at := "1"
	if found := yamlLine.FindStringSubmatch(said); found != nil && found[1] != "" {
		at = found[1]
	}
	return fmt.Errorf(":%s: no YAML: %s", at, yamlLine.ReplaceAllString(said, ""))
}

func empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func parseWaiver(entry *yaml.Node) (Waiver, error) {
	waiver := Waiver{Line: entry.Line}
	if entry.Kind != yaml.MappingNode {
		return waiver, misplaced(entry, "an entry needs the keys case, reason, owner and expires")
	}
	texts := map[string]*string{
		"case": &waiver.Case, "client": &waiver.Client, "policy": &waiver.Policy, "reason": &waiver.Reason, "owner": &waiver.Owner,
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(entry.Content); i += 2 {
		key, value := entry.Content[i], entry.Content[i+1]
		name := key.Value
		if seen[name] {
			return waiver, misplaced(key, "%s stands twice", quotable(name))
		}
		seen[name] = true
		if value.Kind != yaml.ScalarNode {
			return waiver, misplaced(value, "%s: a plain text is needed", quotable(name))
		}
		text := strings.TrimSpace(value.Value)
		if empty(value) {
			text = ""
		}
		var err error
		switch into := texts[name]; {
		case into != nil:
			*into = plain.Line(text)
		case name == "expires" && text != "":
			if waiver.Expires, err = time.Parse(WaiverDay, text); err != nil {
				return waiver, misplaced(value, "expires: %q is no date; write %s", quotable(text), WaiverDay)
			}
		case name == "leak" && text != "":
			if text != "true" && text != "false" {
				return waiver, misplaced(value, "leak: %q; true or false", quotable(text))
			}
			waiver.Leak = text == "true"
		case name != "expires" && name != "leak":
			return waiver, misplaced(key, "unknown key %q; case, client, policy, reason, owner, expires or leak", quotable(name))
		}
	}
	if waiver.Case == "" {
		return waiver, misplaced(entry, "an entry without a case")
	}
	return waiver, nil
}

// Lacks lists what a waiver must say and does not; nil: it is whole.
func (w *Waiver) Lacks() []string {
	var lacks []string
	if w.Reason == "" {
		lacks = append(lacks, "reason")
	}
	if w.Owner == "" {
		lacks = append(lacks, "owner")
	}
	if w.Expires.IsZero() {
		lacks = append(lacks, "expires")
	}
	return lacks
}

// Expired says whether the waiver's last day was over at a moment.
func (w *Waiver) Expired(at time.Time) bool {
	return !w.Expires.IsZero() && !at.UTC().Before(w.Expires.AddDate(0, 0, 1))
}

// WaiverTemplate writes a file of waivers to fill in: an entry for each result
// that failed or was warned of and is not waived. As it stands it waives
// nothing.
func WaiverTemplate(w io.Writer, record Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Known failures of %s, policy %s.\n", record.clientWords(), plain.Line(record.Policy))
	b.WriteString("# Each needs a reason, an owner and the last day on which it holds; delete what nobody signs for.\n")
	b.WriteString("# An entry may be bound to a client and a policy by the keys client and policy.\n")
	open := append(needing(record.Results, Fail), needing(record.Results, Warn)...)
	if len(open) == 0 {
		b.WriteString("# Nothing failed.\nwaivers: []\n")
	} else {
		b.WriteString("waivers:\n")
	}
	for _, r := range open {
		fmt.Fprintf(&b, "  # %s: %s\n  # %s: %s\n", plain.Line(r.Level), plain.Line(r.Title), r.Status, r.reasonWords())
		fmt.Fprintf(&b, "  - case: %s\n    reason:\n    owner:\n    expires: # YYYY-MM-DD\n", yamlText(r.ID))
		if r.Outcome == "leaked" {
			b.WriteString("    leak: false # SIP went out in the clear: only true waives that\n")
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing waivers: %w", err)
	}
	return nil
}

// yamlText prints an id as YAML has it; one that no catalogue has, quoted.
func yamlText(id string) string {
	if plainID.MatchString(id) {
		return id
	}
	return fmt.Sprintf("%q", plain.Line(id))
}
