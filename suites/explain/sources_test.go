package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fakeserverFiles are the sources of package fakeserver, without its tests.
func fakeserverFiles(t *testing.T) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "fakeserver", "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatal("the sources of fakeserver are not there", err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// actTypes are the types that have the method by which fakeserver knows an act.
func actTypes(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, f := range fakeserverFiles(t) {
		for _, d := range f.Decls {
			m, ok := d.(*ast.FuncDecl)
			if !ok || m.Recv == nil || m.Name.Name != "at" || len(m.Type.Params.List) != 1 {
				continue
			}
			of, named := m.Recv.List[0].Type.(*ast.Ident)
			if moment, ok := m.Type.Params.List[0].Type.(*ast.Ident); ok && named && moment.Name == "Await" {
				names = append(names, of.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// constants are the values of the string constants of a type of fakeserver.
func constants(t *testing.T, typeName string) []string {
	t.Helper()
	var values []string
	for _, f := range fakeserverFiles(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			if of, ok := v.Type.(*ast.Ident); !ok || of.Name != typeName {
				return true
			}
			if text, ok := v.Values[0].(*ast.BasicLit); ok {
				value, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, value)
			}
			return true
		})
	}
	return values
}
