// Package golden compares what a test generates with the file that keeps it, or
// writes the file, as 'make generate' does. Only tests import it. It must never
// know what is generated.
package golden

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Command regenerates every file. It runs the tests whose names begin with
// [Prefix], with the flag -update.
const (
	Command = "make generate"
	Prefix  = "TestGenerated"
)

var update = flag.Bool("update", false, "write the generated files instead of comparing them")

// Updating says that files are to be written, not compared.
func Updating() bool { return *update }

// File compares what was generated with the file at path, or writes it. The
// test fails when they differ, and names the command that writes the file; it
// fails, too, when that command would not run the test.
func File(t testing.TB, path string, generated []byte) {
	t.Helper()
	if !strings.HasPrefix(t.Name(), Prefix) {
		t.Fatalf("%s: a test of a generated file has a name that begins with %s, because '%s' runs these", t.Name(), Prefix, Command)
	}
	if problem := keep(path, generated, Updating()); problem != "" {
		t.Error(problem)
	}
}

// keep writes the file, or says in what it differs; empty: in nothing.
func keep(path string, generated []byte, write bool) string {
	kept, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(kept, generated):
		return ""
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err.Error()
	case write:
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, generated, 0o644)
		}
		if err != nil {
			return err.Error()
		}
		return ""
	case err != nil:
		return path + " is not there; run: " + Command
	default:
		return path + " is not what is generated; run: " + Command + "\n(- the file, + what is generated)\n" + Diff(kept, generated)
	}
}

// Diff shows how two texts differ, line by line; empty: in nothing.
func Diff(a, b []byte) string {
	return cmp.Diff(strings.Split(string(a), "\n"), strings.Split(string(b), "\n"))
}
