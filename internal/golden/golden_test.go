package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that differs, or is not there, is a problem with the command that
// solves it; a file that is written is the same afterwards.
func TestKeep(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "testdata", "file.txt")
	for _, tc := range []struct {
		text  string
		write bool
		wants []string // of the problem; none: no problem
	}{
		{"one\n", false, []string{"is not there", Command}},
		{"one\n", true, nil},
		{"one\n", false, nil},
		{"two\n", false, []string{"is not what is generated", Command, `"one"`, `"two"`}},
		{"two\n", true, nil},
		{"two\n", false, nil},
	} {
		problem := keep(path, []byte(tc.text), tc.write)
		if (problem == "") != (len(tc.wants) == 0) {
			t.Errorf("%q, written %t: %q", tc.text, tc.write, problem)
		}
		for _, want := range tc.wants {
			if !strings.Contains(problem, want) {
				t.Errorf("%q does not say %q", problem, want)
			}
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "two\n" {
		t.Errorf("the file is %q, %v", text, err)
	}
}

// A test that 'make generate' would not run may not compare a generated file.
func TestNameOfTest(t *testing.T) {
	t.Parallel()
	spy := &fatal{TB: t}
	func() {
		defer func() { _ = recover() }()
		File(spy, filepath.Join(t.TempDir(), "file.txt"), nil)
	}()
	if !strings.Contains(spy.said, Prefix) {
		t.Errorf("a test of another name may use File: %q", spy.said)
	}
}

// fatal is a test that notes why it ends.
type fatal struct {
	testing.TB
	said string
}

func (f *fatal) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	panic(f.said)
}
