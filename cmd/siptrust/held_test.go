package main

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A client of the scripts that must be ended opens a FIFO for reading and
// writing, which its descendants inherit. As long as one of them lives, the
// FIFO is held: no process is looked for by its name.

// patience bounds every wait for something that must come about. It decides
// nothing but when to call it missing.
const patience = time.Minute

// held says whether a process has the FIFO open.
func held(ts *testscript.TestScript, name string) bool {
	f, err := os.OpenFile(ts.MkAbs(name), os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) {
		return false
	}
	ts.Check(err)
	ts.Check(f.Close())
	return true
}

// await waits until there is a file: await FILE.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: await file")
	}
	until(ts, args[0]+" is there", func() bool {
		_, err := os.Stat(ts.MkAbs(args[0]))
		return err == nil
	})
}

// free requires that nothing holds a FIFO: free FIFO.
func free(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: free fifo")
	}
	if held(ts, args[0]) {
		ts.Fatalf("a process still holds %s", args[0])
	}
}

// end ends the process whose number is in a file, if it still holds the FIFO,
// and waits until nothing does: end FIFO FILE.
func end(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: end fifo file")
	}
	pid, err := strconv.Atoi(strings.TrimSpace(ts.ReadFile(args[1])))
	ts.Check(err)
	if held(ts, args[0]) {
		process, err := os.FindProcess(pid)
		ts.Check(err)
		if err := process.Kill(); !errors.Is(err, os.ErrProcessDone) {
			ts.Check(err)
		}
	}
	until(ts, args[0]+" is free", func() bool { return !held(ts, args[0]) })
}

// until waits for what must come about.
func until(ts *testscript.TestScript, what string, holds func() bool) {
	for limit := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			ts.Fatalf("after %s it is not so that %s", patience, what)
		}
	}
}
