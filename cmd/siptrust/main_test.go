package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"siptrust/internal/golden"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"siptrust": main,
		"occupied": occupied,
	})
}

func TestScripts(t *testing.T) { testscript.Run(t, scripts("testdata")) }

// TestGeneratedScripts runs the scripts that hold the program's output to a text
// of their own, which 'make generate' writes.
func TestGeneratedScripts(t *testing.T) {
	all, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	params := scripts("")
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("\ncmp std")) {
			params.Files = append(params.Files, path)
		}
	}
	if len(params.Files) == 0 {
		t.Fatal("no script compares what is printed")
	}
	params.UpdateScripts = golden.Updating()
	testscript.Run(t, params)
}

// scripts are the scripts of a directory with what they can use.
func scripts(dir string) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":  status,
			"oneline": oneLineOf,
			"await":   await,
			"free":    free,
			"end":     end,
		},
		Setup: func(e *testscript.Env) error {
			// Attempts' directories lie below the script's own, so that a script
			// can see that none is left.
			e.Setenv("TMPDIR", e.Getenv("WORK")+"/tmp")
			return os.Mkdir(e.Getenv("WORK")+"/tmp", 0o755)
		},
	}
}

// status runs a program and requires its exit status: status 2 siptrust run …
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program [argument...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// oneLineOf requires that the last program said what went wrong in one line,
// and names what the line must hold: oneline 'unknown client'.
func oneLineOf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: oneline text [text...]")
	}
	said := strings.TrimSuffix(ts.ReadFile("stderr"), "\n")
	if !strings.HasPrefix(said, "siptrust: ") || strings.Contains(said, "\n") {
		ts.Fatalf("stderr is not one line of siptrust's:\n%s", said)
	}
	for _, text := range args {
		if !strings.Contains(said, text) {
			ts.Fatalf("%q does not say %q", said, text)
		}
	}
}
