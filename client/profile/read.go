package profile

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"siptrust/client"
	"siptrust/internal/nearest"
)

// Parse reads a profile. An error is an [*Error]: name is its file, and it has the
// line of the mistake.
func Parse(name string, data []byte) (*Profile, error) {
	r := &reader{file: name, left: maxValues, anchors: map[string]ast.Node{}, paths: map[*token.Token]string{}}
	root, f := r.document(data)
	if r.err != nil {
		return nil, r.err
	}
	p := r.profile(&f)
	switch line := lineOf(root); {
	case f.Name == nil:
		r.fail(line, "", "name is missing")
	case f.Command == nil:
		r.fail(line, "", "command is missing")
	case f.Names == nil:
		r.fail(line, "", "names is missing; a list of %s", strings.Join(texts(allMeans), ", "))
	case p.Identity == IdentityNSS && p.Trust != TrustNSS:
		r.fail(line, "", "identity nss needs trust nss: both are in one database")
	}
	if r.err != nil {
		return nil, r.err
	}
	return p, nil
}

// profile reads the values. Ports, identity and trust come before the texts that
// can name what they make.
func (r *reader) profile(f *form) *Profile {
	p := &Profile{Name: r.word(f.Name), Title: r.text(f.Title)}
	if p.Title == "" {
		p.Title = p.Name
	}
	p.Ports = r.number(f.Ports, 0, 16)
	p.Identity = oneOf(r, f.Identity, "format", IdentityPEM, IdentityOnePEM, IdentityPKCS12, IdentityNSS)
	p.Trust = oneOf(r, f.Trust, "format", TrustFile, TrustDirectory, TrustPKCS12, TrustNSS)
	p.Command = r.command(f.Command, p)
	p.Debian, p.NPM = r.text(f.Debian), r.text(f.NPM)
	for _, words := range f.Needs {
		var command []string
		for _, word := range words {
			command = append(command, r.filled(word))
		}
		p.Needs = append(p.Needs, command)
	}
	for _, words := range f.Prepare {
		p.Prepare = append(p.Prepare, r.words(words, p, inRun))
	}
	p.Policy = r.word(f.Policy)
	r.env(f.Env, p)
	r.files(f.Files, p)
	if f.Stdin != nil {
		p.Stdin = Stdin{Text: r.template(f.Stdin.Text, p, inAttempt), Close: !r.boolean(f.Stdin.Hold)}
	}
	if f.Version != nil {
		r.version(f.Version, p)
	}
	for _, n := range f.Names {
		m := oneOf(r, n, "means", allMeans...)
		if slices.Contains(p.Names, m) {
			r.wrong(n, "%q is given twice", m)
		}
		p.Names = append(p.Names, m)
	}
	p.Settle = r.duration(f.Settle, 0, DefaultSettle)
	p.Silence = r.duration(f.Silence, 0, DefaultSilence)
	p.Timeout = r.duration(f.Timeout, time.Millisecond, 0)
	p.Parallel = r.number(f.Parallel, 0, 1000)
	p.NearTraps = oneOf(r, f.Traps, "traps", "own", "near") == "near"
	r.lacks(f.Lacks, p)
	return p
}

// text reads a text; nil, here and below: it is not given.
func (r *reader) text(n ast.Node) (s string) {
	switch n := n.(type) {
	case nil:
		return ""
	case *ast.StringNode:
		s = n.Value
	case *ast.LiteralNode:
		s = n.Value.Value
	default:
		r.wrong(n, "want a text; a number or a word such as true goes in quotes")
	}
	if strings.ContainsRune(s, 0) {
		r.wrong(n, "a NUL in a text")
	}
	return s
}

// filled reads a text that is not empty.
func (r *reader) filled(n ast.Node) string {
	s := r.text(n)
	if s == "" {
		r.wrong(n, "an empty text")
	}
	return s
}

var wordForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// word reads a name for the command line and for file names.
func (r *reader) word(n ast.Node) string {
	s := r.text(n)
	if n != nil && !wordForm.MatchString(s) {
		r.wrong(n, "want lower-case letters, digits, dots and dashes, not %q", s)
	}
	return s
}

func (r *reader) boolean(n ast.Node) bool {
	b, ok := n.(*ast.BoolNode)
	if n != nil && !ok {
		r.wrong(n, "want true or false")
	}
	return ok && b.Value
}

func (r *reader) number(n ast.Node, lowest, highest int64) int {
	if n == nil {
		return 0
	}
	i, ok := n.(*ast.IntegerNode)
	var value int64 = -1
	if ok {
		switch v := i.Value.(type) {
		case int64:
			value = v
		case uint64:
			value = int64(min(v, uint64(highest)+1))
		}
	}
	if value < lowest || value > highest {
		r.wrong(n, "want a whole number from %d to %d", lowest, highest)
	}
	return int(value)
}

func (r *reader) duration(n ast.Node, lowest, missing time.Duration) time.Duration {
	if n == nil {
		return missing
	}
	_, isText := n.(*ast.StringNode)
	written := n.GetToken().Value
	d, err := time.ParseDuration(written)
	if !isText || err != nil || d < lowest || d > time.Hour {
		r.wrong(n, "want a duration up to 1h, such as 500ms or 10s, not %q", written)
	}
	return d
}

// oneOf reads one of several words; not given, it is the first.
func oneOf[S ~string](r *reader, n ast.Node, what string, allowed ...S) S {
	s := S(r.text(n))
	switch {
	case n == nil:
		return allowed[0]
	case !slices.Contains(allowed, s):
		r.wrong(n, "unknown %s %q; %s", what, s, choices(s, allowed))
	}
	return s
}

// template reads a text that is rendered at a moment.
func (r *reader) template(n ast.Node, p *Profile, at moment) Template {
	s := r.text(n)
	if r.err != nil {
		return Template{} // what it names may not be read
	}
	t, err := newTemplate(s, p, at)
	if te, ok := errors.AsType[*templateError](err); ok {
		line := lineOf(n)
		if literal, ok := n.(*ast.LiteralNode); ok && literal.Start.Type == token.LiteralType {
			line += te.line // the text starts on the line behind the mark
		}
		r.fail(line, r.paths[n.GetToken()], "%s", te.problem)
	}
	return t
}

// words reads templates none of which is empty.
func (r *reader) words(nodes []ast.Node, p *Profile, at moment) (all []Template) {
	for _, n := range nodes {
		r.filled(n)
		all = append(all, r.template(n, p, at))
	}
	return all
}

func (r *reader) command(nodes []ast.Node, p *Profile) (all []Template) {
	for i, n := range nodes {
		t := r.template(n, p, inAttempt)
		if i == 0 && t.text == "" {
			r.wrong(n, "the program has no name")
		}
		all = append(all, t)
	}
	return all
}

var envForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (r *reader) env(n *ast.MappingNode, p *Profile) {
	if n == nil {
		return
	}
	for _, pair := range n.Values {
		name := pair.Key.GetToken().Value
		if !envForm.MatchString(name) || strings.HasPrefix(name, "SIPTRUST_") {
			r.wrong(pair.Key, "not a name for an environment variable of the client's")
		}
		p.Env = append(p.Env, EnvVar{name, r.template(pair.Value, p, inAttempt)})
	}
}

func (r *reader) files(n *ast.MappingNode, p *Profile) {
	if n == nil {
		return
	}
	for _, pair := range n.Values {
		path := pair.Key.GetToken().Value
		first, _, _ := strings.Cut(filepath.ToSlash(filepath.Clean(path)), "/")
		if !filepath.IsLocal(path) || strings.ContainsRune(path, 0) || first == "." || first == OwnDir {
			r.wrong(pair.Key, "want a path within the attempt's directory, outside %s/", OwnDir)
		}
		t := r.template(pair.Value, p, inAttempt)
		if strings.HasSuffix(path, "/") && t.text != "" {
			r.wrong(pair.Value, "a directory has no text")
		}
		p.Files = append(p.Files, File{path, t})
	}
}

func (r *reader) version(f *versionForm, p *Profile) {
	if f.Command == nil || f.Pattern == nil {
		line := 1
		for _, key := range r.keys {
			if r.paths[key.at] == "version" || key.outer == "version" {
				line = key.at.Position.Line
			}
		}
		r.fail(line, "version", "want both command and pattern")
	}
	p.Version.Command = r.words(f.Command, p, beforeRun)
	var err error
	if p.Version.Pattern, err = regexp.Compile(r.text(f.Pattern)); err != nil {
		r.wrong(f.Pattern, "bad regular expression: %v", err)
	}
}

// lacks takes a mapping of features to reasons, or a list whose elements are
// such mappings or bare features.
func (r *reader) lacks(n ast.Node, p *Profile) {
	if n == nil {
		return
	}
	p.Lacks = map[client.Feature]string{}
	add := func(n ast.Node, word, reason string) {
		feature := client.Feature(word)
		if !feature.Known() {
			r.wrong(n, "unknown feature %q; %s", feature, choices(feature, client.Features()))
		}
		if _, ok := p.Lacks[feature]; ok {
			r.wrong(n, "%q is given twice", feature)
		}
		p.Lacks[feature] = reason
	}
	elements := []ast.Node{n}
	sequence, isList := n.(*ast.SequenceNode)
	if isList {
		elements = sequence.Values
	}
	for _, e := range elements {
		switch e := e.(type) {
		case *ast.MappingNode:
			for _, pair := range e.Values {
				add(pair.Key, pair.Key.GetToken().Value, r.text(pair.Value))
			}
		case ast.ScalarNode:
			if !isList {
				r.wrong(e, "want a list of at least one, or a mapping of features to reasons")
			}
			add(e, e.GetToken().Value, "its profile says so")
		default:
			r.wrong(e, "want a feature, or a mapping of features to reasons")
		}
	}
}

// choices lists what a word may be, and proposes what was meant.
func choices[S ~string](word S, allowed []S) string {
	words := texts(allowed)
	said := "one of " + strings.Join(words, ", ")
	if near := nearest.To(string(word), words); near != "" {
		said += fmt.Sprintf("; did you mean %q?", near)
	}
	return said
}

func texts[S ~string](all []S) []string {
	words := make([]string, len(all))
	for i, v := range all {
		words[i] = string(v)
	}
	return words
}
