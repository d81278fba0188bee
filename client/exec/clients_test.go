package exec

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestVersion asks programs that say it, that do not, and that hang: these are
// ended, once they are up.
func TestVersion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		pattern    string
		hangs      bool
		want, err  string
	}{
		{"says it", "echo phone version 1.2, built today", `version ([0-9.]+)`, false, "1.2", ""},
		{"says it on the other output and fails", "echo 1.2 >&2; exit 3", `[0-9.]+`, false, "1.2", ""},
		{"says something else", "echo no such option", `version (\S+)`, false, "", `no version in what `},
		{"says it and hangs", "echo version 1.2; up", `version (\S+)`, true, "1.2", ""},
		{"hangs", "up", `version (\S+)`, true, "", "did not say its version in time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "up")
			text := fmt.Sprintf("up() { : > %q; sleep 600; }; %s", file, c.text)
			p := yamlProfile(t, fmt.Sprintf("name: x\ncommand: [sh]\nnames: [none]\nversion:\n  pattern: '%s'\n  command:\n    - sh\n    - -c\n    - |\n      %s\n", c.pattern, text))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.hangs {
				go func() { awaitFile(ctx, file); cancel() }()
			}
			got, err := askVersion(ctx, p, time.Minute)
			said := ""
			if err != nil {
				said = err.Error()
			}
			if got != c.want || (err != nil) != (c.err != "") || !strings.Contains(said, c.err) {
				t.Errorf("%q, %v; want %q and an error with %q", got, err, c.want, c.err)
			}
		})
	}
}

// TestVersionIsBounded: a program that hangs is asked no longer than the limit.
func TestVersionIsBounded(t *testing.T) {
	t.Parallel()
	p := yamlProfile(t, "name: x\ncommand: [sh]\nnames: [none]\nversion: {command: [sh, -c, 'sleep 600; echo 1.2'], pattern: '1.2'}\n")
	if got, err := askVersion(t.Context(), p, 50*time.Millisecond); got != "" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%q, %v; want nothing, for want of time", got, err)
	}
}
