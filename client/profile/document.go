package profile

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// What a profile may be made of. The parser needs time that grows with the
// square of the tokens; the values count those of aliases as often as they are
// used.
const (
	maxProfile = 1 << 20 // octets
	maxTokens  = 10_000
	maxValues  = 10_000
)

// form is a profile as it is written. The values that are left as nodes are
// checked, with all others, by [reader.profile].
type form struct {
	Name     ast.Node         `yaml:"name"`
	Title    ast.Node         `yaml:"title"`
	Ports    ast.Node         `yaml:"ports"`
	Identity ast.Node         `yaml:"identity"`
	Trust    ast.Node         `yaml:"trust"`
	Command  []ast.Node       `yaml:"command"`
	Debian   ast.Node         `yaml:"debian"`
	NPM      ast.Node         `yaml:"npm"`
	Needs    [][]ast.Node     `yaml:"needs"`
	Prepare  [][]ast.Node     `yaml:"prepare"`
	Policy   ast.Node         `yaml:"policy"`
	Env      *ast.MappingNode `yaml:"env"`
	Files    *ast.MappingNode `yaml:"files"`
	Stdin    *stdinForm       `yaml:"stdin"`
	Version  *versionForm     `yaml:"version"`
	Names    []ast.Node       `yaml:"names"`
	Settle   ast.Node         `yaml:"settle"`
	Silence  ast.Node         `yaml:"silence"`
	Timeout  ast.Node         `yaml:"timeout"`
	Parallel ast.Node         `yaml:"parallel"`
	Traps    ast.Node         `yaml:"traps"`
	Lacks    ast.Node         `yaml:"lacks"`
}

type stdinForm struct {
	Text ast.Node `yaml:"text"`
	Hold ast.Node `yaml:"hold"`
}

type versionForm struct {
	Command []ast.Node `yaml:"command"`
	Pattern ast.Node   `yaml:"pattern"`
}

// keysOf are the keys of the mapping at a path; nil: any key may be there.
func keysOf(path string) (keys []string) {
	forms := map[string]reflect.Type{
		"": reflect.TypeFor[form](), "stdin": reflect.TypeFor[stdinForm](), "version": reflect.TypeFor[versionForm](),
	}
	t, ok := forms[path]
	if !ok {
		return nil
	}
	for f := range t.Fields() {
		keys = append(keys, f.Tag.Get("yaml"))
	}
	slices.Sort(keys)
	return keys
}

// reader reads one profile. It keeps the first mistake and goes on; what it
// returns after that is of no use.
type reader struct {
	file    string
	err     error
	left    int                     // values
	anchors map[string]ast.Node     // those whose values are complete
	paths   map[*token.Token]string // of keys and values: dotted keys
	keys    []key                   // in the order of the document
}

// key is one key of a mapping.
type key struct {
	at    *token.Token
	outer string // path of the mapping
}

func (r *reader) fail(line int, path, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{File: r.file, Line: max(line, 1), Key: path, Problem: fmt.Sprintf(format, args...)}
	}
}

// wrong is a mistake in a value or a key.
func (r *reader) wrong(n ast.Node, format string, args ...any) {
	r.fail(lineOf(n), r.paths[n.GetToken()], format, args...)
}

// lineOf is where a node begins: a mapping with its first key.
func lineOf(n ast.Node) int {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return lineOf(m.Values[0].Key)
	}
	return n.GetToken().Position.Line
}

// document reads a profile as it is written.
func (r *reader) document(data []byte) (root ast.Node, f form) {
	root = r.parse(data)
	if r.err == nil {
		root = r.resolve(root, "")
	}
	if r.err == nil {
		r.decoded(yaml.NodeToValue(root, &f, yaml.Strict()))
	}
	return root, f
}

// parse gives the one document of a file, within the bounds.
func (r *reader) parse(data []byte) ast.Node {
	if len(data) > maxProfile {
		r.fail(1, "", "the profile is larger than %d octets", maxProfile)
		return nil
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) {
			r.fail(i+1, "", "not YAML: not UTF-8")
			return nil
		}
	}
	// The lexer keeps a byte order mark and, in quotes, a carriage return.
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	tokens := lexer.Tokenize(text)
	if len(tokens) > maxTokens {
		r.fail(tokens[maxTokens].Position.Line, "", "the profile holds more than %d keys, values and marks", maxTokens)
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		line, problem := 1, err.Error()
		if e, ok := errors.AsType[yaml.Error](err); ok {
			problem = e.GetMessage()
			if t := e.GetToken(); t != nil {
				line = max(t.Position.Line, 1)
			}
		}
		problem = strings.Join(strings.Fields(problem), " ")
		if lines := strings.Split(text, "\n"); line <= len(lines) && strings.Contains(lines[line-1], "\t") {
			problem += `; there is a tab in this line, which in double quotes is written \t`
		}
		r.fail(line, "", "not YAML: %s", problem)
		return nil
	}
	docs := slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool {
		_, directive := d.Body.(*ast.DirectiveNode)
		return directive
	})
	switch {
	case len(docs) > 1:
		line := 1
		if start := docs[1].Start; start != nil {
			line = start.Position.Line
		}
		r.fail(line, "", "a second document; a file holds one profile")
	case len(docs) == 0 || docs[0].Body == nil:
		r.fail(1, "", "the profile is empty; it needs name, command and names")
	default:
		return docs[0].Body
	}
	return nil
}

// resolve returns a value in which every alias is replaced by what it names. It
// refuses what no profile needs: keys that come twice or are no plain words,
// merged mappings, tags, and lists and values that are empty.
func (r *reader) resolve(n ast.Node, path string) ast.Node {
	if _, known := r.paths[n.GetToken()]; !known {
		r.paths[n.GetToken()] = path
	}
	if r.left--; r.left < 0 {
		r.wrong(n, "the profile comes to more than %d values, those of aliases included", maxValues)
	}
	if r.err != nil {
		return n
	}
	switch n := n.(type) {
	case *ast.AnchorNode:
		value := r.resolve(n.Value, path)
		r.anchors[n.Name.GetToken().Value] = value
		return value
	case *ast.AliasNode:
		value, ok := r.anchors[n.Value.GetToken().Value]
		if !ok {
			r.wrong(n, "there is no anchor &%s before it", n.Value.GetToken().Value)
			return n
		}
		return r.resolve(value, path)
	case *ast.TagNode:
		if n.Start.Value == string(token.StringTag) && single(n.Value) {
			return r.resolve(ast.String(n.Value.GetToken()), path)
		}
		r.wrong(n, "a tag; write the value alone")
	case *ast.MappingNode:
		r.mapping(n, path)
	case *ast.SequenceNode:
		if len(n.Values) == 0 {
			r.wrong(n, "want a list of at least one")
		}
		for i, value := range n.Values {
			n.Values[i] = r.resolve(value, path)
		}
	case *ast.NullNode:
		r.wrong(n, "it has no value")
	case *ast.StringNode:
		r.noTab(n)
	}
	return n
}

func (r *reader) mapping(n *ast.MappingNode, path string) {
	seen := map[string]bool{}
	for _, pair := range n.Values {
		if !single(pair.Key) {
			r.fail(lineOf(pair.Key), path, "want a plain key")
			return
		}
		t := pair.Key.GetToken()
		within := t.Value
		if path != "" {
			within = path + "." + t.Value
		}
		r.paths[t], r.keys = within, append(r.keys, key{t, path})
		if seen[t.Value] {
			r.wrong(pair.Key, "given twice")
		}
		seen[t.Value] = true
		r.noTab(pair.Key)
		pair.Value = r.resolve(pair.Value, within)
	}
}

// single: a node is one word, number or text on its line, without a tag or an
// anchor.
func single(n ast.Node) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return true
	}
	return false
}

// noTab refuses a tab within a text that is not in quotes: the lexer loses it.
func (r *reader) noTab(n ast.Node) {
	if t := n.GetToken(); t.Type == token.StringType && strings.Contains(strings.TrimSpace(t.Origin), "\t") {
		r.wrong(n, "a tab in a text without quotes; put the text in quotes")
	}
}

// decoded keeps what is wrong with the structure.
func (r *reader) decoded(err error) {
	e, ok := errors.AsType[yaml.Error](err)
	switch {
	case err == nil:
		return
	case !ok || e.GetToken() == nil:
		r.fail(1, "", "%v", err)
		return
	}
	at, path, problem := e.GetToken(), r.paths[e.GetToken()], e.GetMessage()
	switch e := e.(type) {
	case *yaml.UnknownFieldError:
		// Which of several unknown keys the error is about is left to chance.
		outer := r.keys[slices.IndexFunc(r.keys, func(k key) bool { return k.at == at })].outer
		known := keysOf(outer)
		first := slices.IndexFunc(r.keys, func(k key) bool { return k.outer == outer && !slices.Contains(known, k.at.Value) })
		at = r.keys[first].at
		path, problem = r.paths[at], "unknown key; "+choices(at.Value, known)
	case *yaml.UnexpectedNodeTypeError:
		problem = "want a list of at least one"
		if e.Expected == ast.MappingType {
			problem = "want a mapping of keys to values"
		}
	}
	r.fail(at.Position.Line, path, "%s", problem)
}
