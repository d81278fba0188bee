package exec

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"siptrust/internal/plain"
)

const (
	// grace is the time between SIGTERM and SIGKILL.
	grace = 200 * time.Millisecond
	// pipeDelay bounds the wait for the end of output that a process outside the
	// program's group holds open.
	pipeDelay = 500 * time.Millisecond
	// outputLimit is how many octets of output are kept.
	outputLimit = 4096
	// tokenName marks every process of one attempt in its environment.
	tokenName = "SIPTRUST_ATTEMPT="
)

// program is one process to run, with all its descendants.
type program struct {
	argv, env  []string
	dir        string // to start in; empty: this process's own
	stdin      string
	closeStdin bool
	attr       syscall.SysProcAttr
}

// result is how a program ended.
type result struct {
	ended  bool // by itself
	status int
	signal string // that ended it; empty: none did
	output string
}

// run starts the program in a process group of its own and returns when it has
// ended, by itself or because ctx is done. None of its processes is left then. The
// error is for a program that could not be started.
func (p *program) run(ctx context.Context) (result, error) {
	if err := ctx.Err(); err != nil {
		return result{}, fmt.Errorf("start program: %w", err)
	}
	// The system kills the program when the thread that started it ends, so that
	// thread is kept.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	var out tail
	token := tokenName + rand.Text()
	cmd := exec.Command(p.argv[0], p.argv[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(slices.Clone(p.env), token), &out, &out
	cmd.Dir, cmd.WaitDelay = p.dir, pipeDelay
	cmd.SysProcAttr = groupAttr(p.attr)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return result{}, fmt.Errorf("start program: %w", err)
	}
	adoptOrphans()
	if err := cmd.Start(); err != nil {
		return result{}, fmt.Errorf("start program: %w", err)
	}
	var input sync.WaitGroup
	input.Go(func() {
		// A program that does not read its input is no error.
		_, _ = io.WriteString(stdin, p.stdin)
		if p.closeStdin {
			_ = stdin.Close()
		}
	})
	pid := cmd.Process.Pid
	leader := watch(cmd)
	var res result
	select {
	case <-leader.ended:
		res.ended = true
	case <-ctx.Done():
		signalGroup(pid, syscall.SIGTERM)
		timer := time.NewTimer(grace)
		select {
		case <-leader.ended:
		case <-timer.C:
		}
		timer.Stop()
	}
	signalGroup(pid, syscall.SIGKILL)
	<-leader.ended
	endOrphans(pid, token)
	err = leader.wait()
	input.Wait()
	reapGroup(pid)
	endOrphans(pid, token)
	res.output = out.String()
	state := cmd.ProcessState
	if state == nil {
		return result{}, fmt.Errorf("wait for program: %w", err)
	}
	res.status = state.ExitCode()
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		res.signal = ws.Signal().String()
	}
	return res, nil
}

// leader is the first process of a program, which leads its group.
type leader struct {
	ended <-chan struct{}
	wait  func() error // reaps it; call once, after ended
}

// tail keeps the last outputLimit octets that are written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte // at most twice the limit
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(b)
	b = b[max(0, len(b)-outputLimit):]
	if len(t.buf)+len(b) > 2*outputLimit {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-outputLimit:]...)
	}
	t.buf = append(t.buf, b...)
	return n, nil
}

// String gives what was kept as plain text.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return plain.Text(string(t.buf[max(0, len(t.buf)-outputLimit):]))
}
