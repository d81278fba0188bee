package profile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Parse reads a profile; name stands for it in errors, each of which is
// an [*Error] with the line of the mistake.
func Parse(name string, data []byte) (*Profile, error) {
	r := &reader{file: name}
	if len(data) > maxProfile {
		return nil, r.at(1, "the profile is larger than %d octets", maxProfile)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, r.at(1, "the profile is empty; it needs name, command and names")
	} else if err != nil {
		return nil, r.syntax(err)
	}
	var more yaml.Node
	if err := dec.Decode(&more); err == nil {
		return nil, r.at(max(more.Line, 1), "a second document; a file holds one profile")
	} else if !errors.Is(err, io.EOF) {
		return nil, r.syntax(err)
	}
	p := &Profile{Settle: DefaultSettle, Silence: DefaultSilence, Identity: IdentityPEM, Trust: TrustFile}
	root := doc.Content[0]
	if err := r.mapping(root, profileKeys, p); err != nil {
		return nil, err
	}
	switch {
	case p.Name == "":
		return nil, r.at(max(root.Line, 1), "name is missing")
	case len(p.Command) == 0:
		return nil, r.at(max(root.Line, 1), "command is missing")
	case len(p.Names) == 0:
		return nil, r.at(max(root.Line, 1), "names is missing; a list of %s", list(allMeans))
	case p.Identity == IdentityNSS && p.Trust != TrustNSS:
		return nil, r.at(max(root.Line, 1), "identity nss needs trust nss: both lie in one database")
	}
	if p.Title == "" {
		p.Title = p.Name
	}
	return p, nil
}

// reader turns YAML nodes into a profile and knows where it is.
type reader struct {
	file string
	path []string // keys from the document's top
}

func (r *reader) at(line int, format string, args ...any) error {
	return &Error{File: r.file, Line: line, Key: strings.Join(r.path, "."), Problem: fmt.Sprintf(format, args...)}
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) error {
	return r.at(max(n.Line, 1), format, args...)
}

var yamlFault = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntax gives an error of the YAML parser a place.
func (r *reader) syntax(err error) error {
	text, line := err.Error(), 1
	if m := yamlFault.FindStringSubmatch(text); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = max(n, 1)
		}
		text = text[len(m[0]):]
	}
	return r.at(line, "not YAML: %s", text)
}

// pairs calls do for each key of a mapping and refuses a key that comes twice.
func (r *reader) pairs(n *yaml.Node, do func(k, v *yaml.Node) error) error {
	if n = follow(n); n.Kind != yaml.MappingNode {
		return r.fail(n, "want a mapping of keys to values")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := follow(n.Content[i])
		if k.Kind != yaml.ScalarNode {
			return r.fail(k, "want a plain key")
		}
		r.path = append(r.path, k.Value)
		if seen[k.Value] {
			return r.fail(k, "given twice")
		}
		seen[k.Value] = true
		if err := do(k, n.Content[i+1]); err != nil {
			return err
		}
		r.path = r.path[:len(r.path)-1]
	}
	return nil
}

// mapping reads the keys of a mapping in the order of keys, so that a later
// one can rely on an earlier one.
func (r *reader) mapping(n *yaml.Node, keys []key, p *Profile) error {
	values := map[string]*yaml.Node{}
	err := r.pairs(n, func(k, v *yaml.Node) error {
		if !slices.ContainsFunc(keys, func(have key) bool { return have.name == k.Value }) {
			names := make([]string, len(keys))
			for i, have := range keys {
				names[i] = have.name
			}
			slices.Sort(names)
			return r.fail(k, "unknown key; one of %s", list(names))
		}
		values[k.Value] = v
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		if v, ok := values[k.name]; ok {
			r.path = append(r.path, k.name)
			if err := k.read(r, v, p); err != nil {
				return err
			}
			r.path = r.path[:len(r.path)-1]
		}
	}
	return nil
}

// items calls do for each element of a list of at least one.
func (r *reader) items(n *yaml.Node, do func(n *yaml.Node) error) error {
	if n = follow(n); n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return r.fail(n, "want a list of at least one")
	}
	for _, e := range n.Content {
		if err := do(e); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) text(n *yaml.Node) (string, error) {
	if n = follow(n); n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		return "", r.fail(n, "want a text; a number or a word such as true goes in quotes")
	}
	if strings.ContainsRune(n.Value, 0) {
		return "", r.fail(n, "a NUL in a text")
	}
	return n.Value, nil
}

func (r *reader) texts(n *yaml.Node) (all []string, err error) {
	err = r.items(n, func(e *yaml.Node) error {
		s, err := r.text(e)
		if err == nil && s == "" {
			err = r.fail(e, "an empty text")
		}
		all = append(all, s)
		return err
	})
	return all, err
}

var wordForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// word reads a name for the command line and for file names.
func (r *reader) word(n *yaml.Node) (string, error) {
	s, err := r.text(n)
	if err == nil && !wordForm.MatchString(s) {
		err = r.fail(n, "want lower-case letters, digits, dots and dashes, not %q", s)
	}
	return s, err
}

func (r *reader) boolean(n *yaml.Node) (bool, error) {
	var b bool
	if n = follow(n); n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Decode(&b) != nil {
		return false, r.fail(n, "want true or false")
	}
	return b, nil
}

func (r *reader) number(n *yaml.Node, lowest, highest int) (int, error) {
	var i int
	if n = follow(n); n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || n.Decode(&i) != nil || i < lowest || i > highest {
		return 0, r.fail(n, "want a whole number from %d to %d", lowest, highest)
	}
	return i, nil
}

func (r *reader) duration(n *yaml.Node, lowest time.Duration) (time.Duration, error) {
	n = follow(n)
	d, err := time.ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" || err != nil || d < lowest || d > time.Hour {
		return 0, r.fail(n, "want a duration up to 1h, such as 500ms or 10s, not %q", n.Value)
	}
	return d, nil
}

func (r *reader) oneOf(n *yaml.Node, what string, allowed ...string) (string, error) {
	s, err := r.text(n)
	if err == nil && !slices.Contains(allowed, s) {
		err = r.fail(n, "unknown %s %q; one of %s", what, s, list(allowed))
	}
	return s, err
}

// follow gives what an alias stands for.
func follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	return n
}

func list[S ~string](all []S) string {
	return strings.Join(texts(all...), ", ")
}

// texts gives words of any kind as plain texts.
func texts[S ~string](all ...S) []string {
	s := make([]string, len(all))
	for i, v := range all {
		s[i] = string(v)
	}
	return s
}
