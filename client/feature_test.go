package client

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// TestFeatures holds the table to the constants: each is there, once, with
// words.
func TestFeatures(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "feature.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constants := map[Feature]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
			word, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			constants[Feature(word)] = true
		}
		return true
	})
	if len(constants) < 18 {
		t.Fatalf("%d constants were found", len(constants))
	}
	seen := map[Feature]bool{}
	for _, f := range Features() {
		if !constants[f] || seen[f] || f.Words() == "" || !f.Known() {
			t.Errorf("%q: a constant: %t, seen before: %t, words %q", f, constants[f], seen[f], f.Words())
		}
		seen[f] = true
	}
	for f := range constants {
		if !seen[f] {
			t.Errorf("the table lacks %q", f)
		}
	}
	if none := Feature("none"); none.Known() || none.Words() != "" {
		t.Error("there is a feature none")
	}
}
