package suites_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"siptrust/client/reference"
	"siptrust/client/sipgoua"
	"siptrust/pkiforge"
	"siptrust/reports"
	"siptrust/suites/run"
	"siptrust/suites/seen"
)

// busyVariable makes the test binary a process that keeps one core busy.
const busyVariable = "SIPTRUST_TEST_BUSY"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sipgoua.Command { // as the profile sipgo calls siptrust
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		os.Exit(sipgoua.Main(ctx, os.Args[2:], os.Stdout))
	}
	if os.Getenv(busyVariable) != "" {
		for parent := os.Getppid(); os.Getppid() == parent; {
			for range 1 << 24 {
				runtime.KeepAlive(nil)
			}
		}
		return
	}
	if log := os.Getenv(daemonVariable); log != "" {
		daemon(log)
	}
	os.Exit(m.Run())
}

// busy keeps every core busy with something else until the test ends.
func busy(t *testing.T) {
	t.Helper()
	for range runtime.NumCPU() {
		c := exec.CommandContext(t.Context(), os.Args[0])
		c.Env = append(os.Environ(), busyVariable+"=1")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Wait() }) // it is killed: an error by design
	}
}

// The paper's suite again and again. The variable SIPTRUST_SOAK says how
// often; 'make soak' says 200.
func TestSoak(t *testing.T) {
	soak(t, "paper", rounds("SIPTRUST_SOAK", 6))
}

// The whole catalogue again and again. The variable SIPTRUST_SOAK_WHOLE says
// how often; 'make soak' says 20.
func TestSoakWhole(t *testing.T) {
	soak(t, "", rounds("SIPTRUST_SOAK_WHOLE", 2))
}

// rounds reads from the environment how often to run.
func rounds(variable string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(variable)); err == nil {
		return n
	}
	return otherwise
}

// soak runs cases again and again at eight jobs while the cores are busy with
// something else: not one result differs, and nothing is left behind.
func soak(t *testing.T, filter string, rounds int) {
	t.Helper()
	if testing.Short() {
		t.Skip("it repeats what other tests run once")
	}
	busy(t)
	execute(t, reference.New(reference.Options{}), nil) // what a process opens once
	ignore := goleak.IgnoreCurrent()
	descriptors, directories := countDescriptors(t), countDirectories(t)
	started := time.Now()
	var first map[string]string
	for round := range rounds {
		record := execute(t, reference.New(reference.Options{}), func(s *run.Settings) {
			s.Jobs, s.Filter = 8, filter
			s.Timeout, s.Windows = 0, seen.Windows{} // as in a real run
			s.TLSKey = pkiforge.ECDSA
		})
		results := fingerprint(record)
		if first == nil {
			first = results
			if record.Verdict != reports.Conforms {
				t.Fatalf("verdict %s: %+v", record.Verdict, record.Summary)
			}
		}
		for id, want := range first {
			if got := results[id]; got != want {
				t.Errorf("round %d: %s: %s; in the first round: %s", round+1, id, got, want)
			}
		}
		if len(results) != len(first) {
			t.Errorf("round %d: %d results; in the first round %d", round+1, len(results), len(first))
		}
	}
	t.Logf("%d rounds of %d cases in %s", rounds, len(first), time.Since(started).Round(time.Millisecond))
	if err := goleak.Find(ignore); err != nil {
		t.Errorf("goroutines are left: %v", err)
	}
	if n := countDescriptors(t); n != descriptors {
		t.Errorf("%d descriptors are open, %d at the start", n, descriptors)
	}
	if n := countDirectories(t); n != directories {
		t.Errorf("%d temporary directories of siptrust's, %d at the start", n, directories)
	}
}

// fingerprint is what must not differ from run to run: everything but times.
func fingerprint(record reports.Record) map[string]string {
	results := make(map[string]string, len(record.Results))
	for i := range record.Results {
		r := &record.Results[i]
		results[r.ID] = fmt.Sprintf("%s, %s (%s), %s, %v", r.Status, r.Outcome, r.How, r.Alert, r.Demands)
	}
	return results
}

func countDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	return len(entries)
}

func countDirectories(t *testing.T) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(os.TempDir(), "siptrust-*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}
