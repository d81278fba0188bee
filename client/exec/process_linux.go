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

// groupAttr makes the program lead a process group of its own and end with siptrust.
func groupAttr(attr syscall.SysProcAttr) *syscall.SysProcAttr {
	attr.Setpgid = true
	attr.Pdeathsig = syscall.SIGKILL
	return &attr
}

// adoptOrphans makes this process the parent of what a program leaves when it
// ends, so that processes which left the program's group are found, ended and
// reaped.
var adoptOrphans = sync.OnceFunc(func() {
	// Where it fails, processes that leave their group and outlive their parent
	// are not found.
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
})

// watch waits for the end of the leader and does not reap it: until that is done,
// no other process can get the number of its group.
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

// reapGroup waits for the processes that the leader left in its group. They have
// been killed.
func reapGroup(pgid int) {
	for {
		if _, err := unix.Wait4(-pgid, nil, 0, nil); err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// endOrphans ends the children of this process that have token in their
// environment, until there are none: children of each become visible only when it
// has ended.
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
	lists, _ := filepath.Glob("/proc/self/task/*/children") // the pattern is valid
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

// leftAndDied reports a process of another session that has ended and is not
// reaped: an orphan. The processes that siptrust starts itself never change their
// session.
func leftAndDied(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	// The name in parentheses can hold any character; state, parent, group and
	// session follow it.
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(f) < 4 || f[0] != "Z" {
		return false
	}
	own, err := unix.Getsid(0)
	return err == nil && f[3] != strconv.Itoa(own)
}
