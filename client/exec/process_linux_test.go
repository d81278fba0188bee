package exec

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// processesOf counts the living processes that have mark in their environment.
func processesOf(mark string) (n int) {
	envs, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is valid
	for _, name := range envs {
		if data, err := os.ReadFile(name); err == nil && strings.Contains(string(data), mark) {
			n++
		}
	}
	return n
}

// shell has what the scripts of these tests share: a script calls up when it runs,
// and await waits for that.
const shell = `up() { echo > "$SIPTRUST_DIR/up"; }
await() { until [ -e "$SIPTRUST_DIR/up" ]; do sleep 0.01; done; }
`

// TestNothingIsLeft ends programs that resist in every way.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		processes  int // to wait for before it is ended; 0: it ends by itself
	}{
		{"hangs", "up; sleep 60", 2},
		{"hangs with children", "sleep 60 & (sleep 61 & sleep 62) & up; wait", 4},
		{"ignores SIGTERM", `trap "" TERM; up; while :; do sleep 60; done`, 2},
		{"children ignore SIGTERM", `(trap "" TERM; up; sleep 60; sleep 60) & wait`, 3},
		{"is stopped", "up; kill -STOP $$", 1},
		{"leaves a child", "sleep 60 & exit 0", 0},
		{"leaves a child with the output closed", "sleep 60 >/dev/null 2>&1 & exit 0", 0},
		{"leaves a session", `setsid sh -c 'echo > "$SIPTRUST_DIR/up"; sleep 60' & await; exit 0`, 0},
		{
			"leaves a daemon with sessions of its own",
			`setsid sh -c 'setsid sleep 60 & setsid sleep 61 & echo > "$SIPTRUST_DIR/up"; sleep 62' >/dev/null 2>&1 & await; exit 0`, 0,
		},
		{"hangs with a session", `setsid sh -c 'trap "" TERM; echo > "$SIPTRUST_DIR/up"; sleep 60; sleep 61' & sleep 60`, 4},
		{"leaves what ends by itself", "setsid sleep 0.05 & setsid true & exit 0", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := attempt(t, "host.test", somewhere, nil)
			mark := "SIPTRUST_DIR=" + a.Dir
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if c.processes > 0 {
				go endWhen(ctx, cancel, func() bool {
					_, err := os.Stat(filepath.Join(a.Dir, "up"))
					return err == nil && processesOf(mark) >= c.processes
				})
			}
			begin := time.Now()
			out, err := script(shell+c.text).Attempt(ctx, a)
			took := time.Since(begin)
			if err != nil {
				t.Fatal(err)
			}
			if out.Ended != (c.processes == 0) {
				t.Errorf("ended by itself: %v", out.Ended)
			}
			if n := processesOf(mark); n != 0 {
				t.Errorf("%d processes are left", n)
			}
			if took > 10*time.Second {
				t.Errorf("took %v: it was waited for, not ended", took)
			}
		})
	}
}

// endWhen calls end once the condition holds.
func endWhen(ctx context.Context, end func(), holds func() bool) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	end()
}

// TestEverythingIsReaped looks for two children by their numbers: one that left
// the group, and one that stayed in it but hid its environment.
func TestEverythingIsReaped(t *testing.T) {
	t.Parallel()
	e := script(shell + `setsid sh -c 'echo $$; echo > "$SIPTRUST_DIR/up"; exec sleep 60' & env -i sleep 61 & echo $!; await; exit 0`)
	out := make1(t, e, attempt(t, "host.test", somewhere, nil))
	if out.Took > 10*time.Second {
		t.Errorf("took %v: it was waited for, not ended", out.Took)
	}
	pids := strings.Fields(out.Output)
	if len(pids) != 2 {
		t.Fatalf("the children did not say who they are: %q", out.Output)
	}
	for _, pid := range pids {
		if stat, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil {
			t.Errorf("still there: %s", stat)
		}
	}
}
