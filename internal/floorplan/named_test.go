package floorplan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// held are the documents that are held to what they name.
var held = []string{"ARCHITECTURE.md", "CONTRIBUTING.md"}

var (
	// symbolPattern is how the documents name what a file declares:
	// "suites/run/trial.go: Run.newTrial".
	symbolPattern = regexp.MustCompile(`^([\w./-]+\.go): ([\w.]+)$`)
	// pathPattern is what looks like a path of the repository.
	pathPattern = regexp.MustCompile(`^(\.ci|\.github|client|cmd|docs|fakeserver|internal|pkiforge|reports|suites|tlsforge)/[\w./-]*$|^[A-Za-z-]+\.(md|yml)$|^Makefile$`)
	makePattern = regexp.MustCompile(`^make ([a-z-]+)`)
	testPattern = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:time |nice )?go test (?:.*? )?(\./\S*)(?:.*? -run '?\^?\(?(\w+))?`)
	namePattern = regexp.MustCompile(`^(Test|Example|Benchmark|Fuzz)\w+$`)
)

// What the documents name is there: files and what they declare, the targets of
// the Makefile, the tests of a command.
func TestNamedIsThere(t *testing.T) {
	t.Parallel()
	for _, document := range held {
		named := 0
		for _, text := range commands(read(t, document)) {
			known, problem := missing(t, text)
			if known {
				named++
			}
			if problem != "" {
				t.Errorf("%s: `%s`: %s", document, text, problem)
			}
		}
		if named < 10 {
			t.Errorf("%s: only %d things that can be looked up were found", document, named)
		}
	}
}

// missing says what of a span or command is not there. known: it is of a form
// that can be looked up.
func missing(t *testing.T, text string) (known bool, problem string) {
	t.Helper()
	if m := symbolPattern.FindStringSubmatch(text); m != nil {
		names, err := declared(m[1])
		switch {
		case err != nil:
			return true, err.Error()
		case !slices.Contains(names, m[2]):
			return true, m[1] + " declares no " + m[2]
		}
		return true, ""
	}
	if m := makePattern.FindStringSubmatch(text); m != nil {
		if !regexp.MustCompile(`(?m)^` + m[1] + `:`).MatchString(read(t, "Makefile")) {
			return true, "the Makefile has no target " + m[1]
		}
		return true, ""
	}
	if m := testPattern.FindStringSubmatch(text); m != nil {
		dir := strings.TrimPrefix(m[1], "./")
		return true, noTest(dir, m[2])
	}
	if namePattern.MatchString(text) {
		return true, noTest("...", text)
	}
	if pathPattern.MatchString(text) {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(text))); err != nil {
			return true, "there is no such file or directory"
		}
		return true, ""
	}
	return false, ""
}

// noTest says why a directory has no test whose name begins so; empty: it has
// one. Three dots at the end of the directory mean all below it.
func noTest(dir, name string) string {
	pattern := filepath.Join(root, filepath.FromSlash(dir), "*_test.go")
	above, below := strings.CutSuffix(pattern, filepath.Join("...", "*_test.go"))
	var files []string
	if below {
		_ = filepath.WalkDir(filepath.Clean(above), func(path string, _ os.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, "_test.go") {
				files = append(files, path)
			}
			return nil
		})
	} else {
		files, _ = filepath.Glob(pattern) // the pattern is sound
	}
	if len(files) == 0 {
		return "there are no tests in " + dir
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(text), "\nfunc "+name) {
			return ""
		}
	}
	return "there is no test whose name begins with " + name + " in " + dir
}

// declared gives what a Go file declares at its top level, and with their type
// before them the methods and the fields: "Run", "Run.Execute".
func declared(name string) ([]string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(name)), nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range parsed.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names = append(names, receiver(d)+d.Name.Name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				names = append(names, ofSpec(spec)...)
			}
		}
	}
	return names, nil
}

// receiver gives the type of a method with a dot, nothing for a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if id, ok := of.(*ast.Ident); ok {
		return id.Name + "."
	}
	return ""
}

func ofSpec(spec ast.Spec) []string {
	var names []string
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, id := range spec.Names {
			names = append(names, id.Name)
		}
	case *ast.TypeSpec:
		names = append(names, spec.Name.Name)
		var fields []*ast.Field
		switch of := spec.Type.(type) {
		case *ast.StructType:
			fields = of.Fields.List
		case *ast.InterfaceType:
			fields = of.Methods.List
		}
		for _, f := range fields {
			for _, id := range f.Names {
				names = append(names, spec.Name.Name+"."+id.Name)
			}
		}
	}
	return names
}

// What is there is found, and what is not is missed.
func TestMissing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ known, there bool }{
		"internal/floorplan/named_test.go: missing":          {true, true},
		"internal/floorplan/imports_test.go: file.imports":   {true, true},
		"internal/floorplan/named_test.go: absent":           {true, false},
		"internal/floorplan/nowhere.go: missing":             {true, false},
		"internal/floorplan":                                 {true, true},
		"internal/nowhere":                                   {true, false},
		"Makefile":                                           {true, true},
		"make run":                                           {true, true},
		"make gold":                                          {true, false},
		"go test ./internal/floorplan":                       {true, true},
		"go test ./internal/floorplan -run TestMissing":      {true, true},
		"go test ./internal/... -run '^TestMissing$' -v":     {true, true},
		"go test ./internal/floorplan -run TestNothing":      {true, false},
		"go test -v ./internal/... -run TestNothing":         {true, false},
		"TestMissing":                                        {true, true},
		"TestNoSuchTest":                                     {true, false},
		"siptrust run --filter paper":                        {false, true},
		"SIPTRUST_SOAK=1 go test ./suites -run TestNotThere": {true, false},
	} {
		known, problem := missing(t, text)
		if known != want.known || (problem == "") != want.there {
			t.Errorf("%q: known %t, %q; want known %t, there %t", text, known, problem, want.known, want.there)
		}
	}
}
