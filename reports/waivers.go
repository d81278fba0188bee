package reports

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"siptrust/internal/plain"
	"siptrust/internal/strictyaml"
)

// Waiver is a known failure or warning that someone signed.
type Waiver struct {
	Case   string // id
	Client string // name of the client that it is for; empty: any
	Policy string // policy that it is for; empty: any
	Reason string
	Owner  string
	// Expires is the last day on which it is valid, in UTC; zero: none given.
	Expires time.Time
	// Leak extends it to SIP in plaintext, which no other waiver covers.
	Leak bool
	Line int // in the file, from 1
}

// WaiverDay is the form of a waiver's date.
const WaiverDay = time.DateOnly

// waiverEntry is a waiver as it is written.
type waiverEntry struct {
	Case    strictyaml.Text `yaml:"case"`
	Client  strictyaml.Text `yaml:"client"`
	Policy  strictyaml.Text `yaml:"policy"`
	Reason  strictyaml.Text `yaml:"reason"`
	Owner   strictyaml.Text `yaml:"owner"`
	Expires strictyaml.Text `yaml:"expires"`
	Leak    strictyaml.Text `yaml:"leak"`
}

// ReadWaivers reads a file of waivers of at most [strictyaml.MaxSize]: YAML
// with one key, "waivers", a list of entries with the keys case, client,
// policy, reason, owner, expires and leak. It checks only the form: reason,
// owner and date may be missing, and ids and policies are not checked. The
// error is one line with file, line and key.
func ReadWaivers(path string) ([]Waiver, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading waivers: %s: %w", path, cause(err))
	}
	defer func() { _ = file.Close() }() // nothing was written
	data, err := io.ReadAll(io.LimitReader(file, strictyaml.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading waivers: %s: %w", path, cause(err))
	}
	waivers, err := parseWaivers(data)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", path, err)
	}
	return waivers, nil
}

// parseWaivers reads a file of waivers. The error is a [*strictyaml.Error].
func parseWaivers(data []byte) ([]Waiver, error) {
	root, err := strictyaml.Parse(data)
	if err != nil || root == nil {
		return nil, err
	}
	var file struct {
		Waivers ast.Node `yaml:"waivers"`
	}
	if pairs, ok := root.(*ast.MappingNode); !ok || len(pairs.Values) == 0 {
		return nil, strictyaml.At(root, "one key is needed, waivers: with a list below it")
	}
	if err := strictyaml.Decode(root, &file); err != nil {
		return nil, err
	}
	if file.Waivers == nil || file.Waivers.Type() == ast.NullType {
		return nil, nil
	}
	list, ok := file.Waivers.(*ast.SequenceNode)
	if !ok {
		return nil, strictyaml.At(file.Waivers, "waivers: a list is needed, each entry with case, reason, owner and expires")
	}
	waivers := make([]Waiver, 0, len(list.Values))
	for _, node := range list.Values {
		waiver, err := parseWaiver(node)
		if err != nil {
			return nil, err
		}
		waivers = append(waivers, waiver)
	}
	return waivers, nil
}

func parseWaiver(node ast.Node) (Waiver, error) {
	if _, ok := node.(*ast.MappingNode); !ok {
		return Waiver{}, strictyaml.At(node, "an entry needs the keys case, reason, owner and expires")
	}
	var entry waiverEntry
	if err := strictyaml.Decode(node, &entry); err != nil {
		return Waiver{}, err
	}
	waiver := Waiver{
		Case: plain.Line(entry.Case.Value), Client: plain.Line(entry.Client.Value), Policy: plain.Line(entry.Policy.Value),
		Reason: plain.Line(entry.Reason.Value), Owner: plain.Line(entry.Owner.Value), Line: strictyaml.Line(node),
	}
	if day := entry.Expires; day.Value != "" {
		var err error
		if waiver.Expires, err = time.Parse(WaiverDay, day.Value); err != nil {
			return waiver, day.Wrong("expires: %q is no date; write %s", day.Value, WaiverDay)
		}
	}
	switch leak := entry.Leak; leak.Value {
	case "", "false":
	case "true":
		waiver.Leak = true
	default:
		return waiver, leak.Wrong("leak: %q; true or false", leak.Value)
	}
	if waiver.Case == "" {
		return waiver, strictyaml.At(node, "an entry without a case")
	}
	return waiver, nil
}

// Lacks lists the keys that a waiver must have and does not; nil: none.
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
// that failed or was warned and is not waived. Until it is filled in it waives
// nothing.
func WaiverTemplate(w io.Writer, record Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Known failures of %s, policy %s.\n", record.subjectWords(), plain.Line(record.Policy))
	b.WriteString("# Each entry needs a reason, an owner and the last day on which it is valid. Delete the entries that nobody signs.\n")
	b.WriteString("# The keys client and policy limit an entry to one client or one policy.\n")
	open := append(withStatus(record.Results, Fail), withStatus(record.Results, Warn)...)
	if len(open) == 0 {
		b.WriteString("# Nothing failed.\nwaivers: []\n")
	} else {
		b.WriteString("waivers:\n")
	}
	for _, r := range open {
		fmt.Fprintf(&b, "  # %s: %s\n  # %s: %s\n", plain.Line(r.Level), plain.Line(r.Title), r.Status, r.reasonWords())
		fmt.Fprintf(&b, "  - case: %s\n    reason:\n    owner:\n    expires: # YYYY-MM-DD\n", yamlText(r.ID))
		if r.Outcome == "leaked" {
			b.WriteString("    leak: false # the client sent SIP in plaintext: only true waives that\n")
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing waivers: %w", err)
	}
	return nil
}

// yamlText prints an id as YAML has it; one that no catalogue could have, quoted.
func yamlText(id string) string {
	if plainID.MatchString(id) {
		return id
	}
	return fmt.Sprintf("%q", plain.Line(id))
}
