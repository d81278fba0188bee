//go:build unix && !linux

package exec

import (
	"os/exec"
	"syscall"
)

// groupAttr makes the program lead a group of its own.
func groupAttr(attr syscall.SysProcAttr) *syscall.SysProcAttr {
	attr.Setpgid = true
	return &attr
}

// adoptOrphans, reapGroup and endOrphans do nothing: processes that leave their
// group are not found here, and the system reaps the others.
func adoptOrphans()          {}
func reapGroup(int)          {}
func endOrphans(int, string) {}

func signalGroup(pgid int, sig syscall.Signal) {
	_ = syscall.Kill(-pgid, sig) // ESRCH: it is gone
}

// watch reaps the leader as it ends.
func watch(cmd *exec.Cmd) leader {
	ended := make(chan struct{})
	var err error
	go func() {
		defer close(ended)
		err = cmd.Wait()
	}()
	return leader{ended, func() error { return err }}
}
