// Package strictyaml reads the YAML files that people write for siptrust: one
// document, only known keys, each once, no anchors, aliases or tags. Each
// mistake is an error with its line. Every room may use it. It must never know
// what a file is about.
//
// A file may come from a stranger, so it is bounded before it is parsed: the
// parser's memory grows with the square of the nesting, its time with the
// square of the keys of a mapping.
package strictyaml

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"siptrust/internal/nearest"
	"siptrust/internal/plain"
)

// Bounds of a file.
const (
	MaxSize    = 1 << 20 // octets
	maxTokens  = 20_000  // keys, values and marks: 1,500 entries of four keys
	maxNesting = 16      // lists and mappings within each other
	maxQuoted  = 60      // characters of the file that an error quotes
)

// Error is a mistake in a file.
type Error struct {
	Line    int // from 1
	Problem string
}

// Error gives the mistake as it is printed behind the file's name and a colon:
// "3: unknown key …".
func (e *Error) Error() string { return strconv.Itoa(e.Line) + ": " + e.Problem }

// At makes a mistake at a node; a nil one is the file's first line. Arguments
// that are strings are cleaned and shortened.
func At(node ast.Node, format string, args ...any) *Error { return wrong(Line(node), format, args) }

// Wrong makes a mistake at a text, as [At] does.
func (t Text) Wrong(format string, args ...any) *Error { return wrong(max(t.Line, 1), format, args) }

func wrong(line int, format string, args []any) *Error {
	for i, arg := range args {
		if s, ok := arg.(string); ok {
			args[i] = plain.Shorten(plain.Line(s), maxQuoted)
		}
	}
	return &Error{Line: line, Problem: fmt.Sprintf(format, args...)}
}

// Line is the line at which a node begins, from 1; 1 for none.
func Line(node ast.Node) int {
	if mapping, ok := node.(*ast.MappingNode); ok && len(mapping.Values) > 0 {
		node = mapping.Values[0].Key // the mapping's own token is its first colon
	}
	if node == nil {
		return 1
	}
	return lineOf(node.GetToken())
}

func lineOf(t *token.Token) int {
	if t == nil || t.Position == nil {
		return 1
	}
	return max(t.Position.Line, 1)
}

// Parse gives the one document of a file; nil: it is empty, or holds comments
// alone. The error is an [*Error].
func Parse(data []byte) (ast.Node, error) {
	if len(data) > MaxSize {
		return nil, At(nil, "more than %d octets", MaxSize)
	}
	// The lexer would take a byte order mark for part of the first key.
	tokens := lexer.Tokenize(strings.TrimPrefix(string(data), "\ufeff"))
	if len(tokens) > maxTokens {
		return nil, &Error{lineOf(tokens[maxTokens]), fmt.Sprintf("more than %d keys, values and marks", maxTokens)}
	}
	if err := check(tokens); err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, syntax(err)
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, nil
	}
	body := file.Docs[0].Body
	var keys plainKeys
	ast.Walk(&keys, body)
	if keys.bad != nil {
		return nil, At(keys.bad, "a key must be a plain text")
	}
	return body, nil
}

// check refuses what no file of siptrust's needs and what a parser needs too
// much memory for.
func check(tokens token.Tokens) error {
	flow, block, line := 0, 0, 0
	begun, ended := false, false // the document
	for _, t := range tokens {
		if t.Type == token.CommentType {
			continue
		}
		if ended || (t.Type == token.DocumentHeaderType && begun) {
			return &Error{lineOf(t), "a second document; a file holds one"}
		}
		begun = true
		switch t.Type {
		case token.DocumentEndType:
			ended = true
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return &Error{lineOf(t), "anchors and aliases are not read; write the text out"}
		case token.TagType:
			return &Error{lineOf(t), "tags are not read"}
		case token.DirectiveType:
			return &Error{lineOf(t), "directives are not read"}
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType: // several on one line nest
			if lineOf(t) != line {
				line, block = lineOf(t), 0
			}
			block++
		}
		if flow > maxNesting || block > maxNesting {
			return &Error{lineOf(t), fmt.Sprintf("more than %d lists and mappings within each other", maxNesting)}
		}
	}
	return nil
}

// plainKeys finds a key that is no text: the library's strict decoding ignores
// keys that are numbers or booleans.
type plainKeys struct{ bad ast.Node }

// Visit is called by [ast.Walk] for every node.
func (p *plainKeys) Visit(node ast.Node) ast.Visitor {
	if pair, ok := node.(*ast.MappingValueNode); ok && p.bad == nil {
		if _, ok := pair.Key.(*ast.StringNode); !ok {
			p.bad = pair.Key
		}
	}
	return p
}

// twice is the beginning of the parser's message about a duplicate key.
const twice = "mapping key "

// syntax turns an error of the parser into one of ours.
func syntax(err error) error {
	var of yaml.Error
	if !errors.As(err, &of) {
		return &Error{1, "not YAML: " + plain.Fold(err.Error())}
	}
	message := plain.Fold(of.GetMessage())
	if t := of.GetToken(); t != nil && strings.HasPrefix(message, twice) {
		return &Error{lineOf(t), plain.Shorten(plain.Line(t.Value), maxQuoted) + " is given twice"}
	}
	return &Error{lineOf(of.GetToken()), "not YAML: " + message}
}

// Decode reads a mapping into a struct with yaml tags, whose keys are all that
// is allowed. Fields should be of type [Text], or structs and lists of them:
// what a text means is for the caller to decide. The error is an [*Error].
func Decode(node ast.Node, into any) error {
	err := yaml.NodeToValue(node, into, yaml.Strict())
	var own *Error
	var unknown *yaml.UnknownFieldError
	var other yaml.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case errors.As(err, &unknown):
		return unknownKey(unknown.Token, keys(reflect.TypeOf(into)))
	case errors.As(err, &other):
		return &Error{lineOf(other.GetToken()), plain.Fold(other.GetMessage())}
	}
	return &Error{Line(node), plain.Fold(err.Error())}
}

func unknownKey(at *token.Token, known []string) error {
	said := fmt.Sprintf("unknown key %q", plain.Shorten(plain.Line(at.Value), maxQuoted))
	if near := nearest.To(at.Value, known); near != "" {
		return &Error{lineOf(at), fmt.Sprintf("%s; did you mean %q?", said, near)}
	}
	return &Error{lineOf(at), said + "; one of " + strings.Join(known, ", ")}
}

// keys are the keys of a struct, in the order of its fields.
func keys(of reflect.Type) []string {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	var names []string
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		names = append(names, name)
	}
	return names
}

// Text is a value as it is written in the file, unquoted: "2026-06-30", "yes"
// and "017" are what they look like. Its zero value is a key that is not
// there, or has no value.
type Text struct {
	Value string // without blanks at its ends; empty where nothing is written
	Line  int    // 0: nothing is written, or the key is not there
}

// UnmarshalYAML takes any value that is no list and no mapping.
func (t *Text) UnmarshalYAML(node ast.Node) error {
	t.Line = Line(node)
	switch n := node.(type) {
	case *ast.NullNode:
	case *ast.StringNode:
		t.Value = strings.TrimSpace(n.Value)
	case *ast.LiteralNode:
		t.Value = strings.TrimSpace(n.Value.Value)
	case ast.ScalarNode:
		t.Value = strings.TrimSpace(n.GetToken().Value)
	default:
		return At(node, "%s: a plain text is needed", lastKey(node))
	}
	return nil
}

// lastKey is the key that a node belongs to, which its path ends with.
func lastKey(node ast.Node) string {
	path := node.GetPath()
	return path[strings.LastIndexByte(path, '.')+1:]
}
