package exec

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// groupAttr makes the program lead a group of its own and die with siptrust.
func groupAttr(attr syscall.SysProcAttr) *syscall.SysProcAttr {
	attr.Setpgid = true
	attr.Pdeathsig = syscall.SIGKILL
	return &attr
}

// adoptOrphans makes the descendants of a program that has ended children of
// this process, so that those which left its group are found, ended and reaped.
var adoptOrphans = sync.OnceFunc(func() {
	// Without it only processes that leave their group and outlive their
	// parent get away; nothing here can do more about them.
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
})

// watch waits for the end of the leader without reaping it: as long as it is
// not reaped, no other process can get its process group's number.
func watch(cmd *exec.Cmd) leader {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
			if !errors.Is(err, unix.EINTR) {
				return
			}
		}
	}()
	return leader{ended, cmd.Wait}
}

func signalGroup(pgid int, sig syscall.Signal) {
	_ = unix.Kill(-pgid, sig) // ESRCH: it is gone
}

// reapGroup waits for all that the leader left in its group, killed by now.
func reapGroup(pgid int) {
	for {
		if _, err := unix.Wait4(-pgid, nil, 0, nil); err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// endOrphans ends the processes that carry token in their environment and have
// become children of this process, until there are none: each can have children
// that come up only when it has gone.
func endOrphans(pgid int, token string) {
	for again := true; again; {
		again = false
		for _, pid := range children() {
			if pid == pgid {
				continue // the leader, not reaped yet
			}
			mine := hasToken(pid, token)
			if mine {
				_ = unix.Kill(pid, unix.SIGKILL)
			} else if !leftAndDied(pid) {
				continue
			}
			for {
				if _, err := unix.Wait4(pid, nil, 0, nil); !errors.Is(err, unix.EINTR) {
					break
				}
			}
			again = again || mine
		}
	}
}

// children lists the children of this process, whichever thread has them.
func children() (pids []int) {
	lists, _ := filepath.Glob("/proc/self/task/*/children") // the pattern is sound
	for _, name := range lists {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		for f := range strings.FieldsSeq(string(data)) {
			if pid, err := strconv.Atoi(f); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

func hasToken(pid int, token string) bool {
	env, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	return err == nil && token != "" && bytes.Contains(env, []byte(token))
}

// leftAndDied reports a dead process of another session: an orphan that ended
// by itself. What this process starts itself leads a group or stays in its
// own, and so cannot have changed its session.
func leftAndDied(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	// The name in parentheses may hold anything; behind it come state, parent,
	// group and session.
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(f) < 4 || f[0] != "Z" {
		return false
	}
	own, err := unix.Getsid(0)
	return err == nil && f[3] != strconv.Itoa(own)
}
