package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func lines(n int, line string) string { return strings.Repeat(line+"\n", n) }

func TestTooLong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, source string
		want         string // the one line that is found; empty: none
	}{
		{"a file at the limit", "package a\n" + lines(fileLimit-1, "// a"), ""},
		{"a file above the limit", "package a\n" + lines(fileLimit, "// a"), "x.go: the file has"},
		{"a function at the limit", "package a\nfunc f() {\n" + lines(functionLimit-2, "f()") + "}\n", ""},
		{"a function above the limit", "package a\nfunc f() {\n" + lines(functionLimit-1, "f()") + "}\n", "x.go:2: f has 71 lines"},
		{"a function above the limit by its comments", "package a\nfunc f() {\n" + lines(functionLimit-1, "// a") + "}\n", "x.go:2: f has 71 lines"},
		{"a long table", "package a\nfunc f() []int {\nreturn []int{\n" + lines(functionLimit, "1,") + "}\n}\n", ""},
		{"a long function with a table", "package a\nfunc f() {\n_ = []int{\n1,\n}\n" + lines(functionLimit-2, "f()") + "}\n", "x.go:2: f has 71 lines"},
		{
			"a long function in a table",
			"package a\nvar v = map[int]func(){\n1: func() {\n" + lines(functionLimit, "v[1]()") + "},\n}\n", "x.go:3: a function has 72 lines",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found, err := tooLong("x.go", []byte(c.source))
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" && len(found) > 0 || c.want != "" && (len(found) != 1 || !strings.HasPrefix(found[0], c.want)) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
	if _, err := tooLong("x.go", []byte("no Go")); err == nil {
		t.Error("a file that does not parse is not reported")
	}
}

// Hidden directories and testdata are no part of the module.
func TestCheck(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	long := "package a\n" + lines(fileLimit, "// a")
	for _, name := range []string{"a.go", "b/b_test.go", "testdata/c.go", ".git/d.go", "b/e.txt"} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(long), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := check(root)
	if err != nil || len(found) != 2 || !strings.Contains(found[0], "a.go: ") || !strings.Contains(found[1], "b/b_test.go: ") {
		t.Errorf("found %q, %v", found, err)
	}
}
