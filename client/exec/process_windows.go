package exec

import (
	"os/exec"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// groupAttr makes the program lead a console process group of its own, to which
// CTRL_BREAK can be sent.
func groupAttr(attr syscall.SysProcAttr) *syscall.SysProcAttr {
	attr.CreationFlags |= windows.CREATE_NEW_PROCESS_GROUP
	return &attr
}

// tree is a program that runs, with all its descendants.
type tree struct {
	process windows.Handle
	job     windows.Handle // 0: it could not be put into one
}

// trees are the programs that run, by process id.
var trees struct {
	sync.Mutex
	byID map[int]tree
}

// adoptOrphans and endOrphans have nothing to do: the job holds all descendants,
// whatever they do, except those that the program started in the moment before
// it was put into the job.
func adoptOrphans()          {}
func endOrphans(int, string) {}

// watch puts the program into a job of its own and waits for its end. All
// processes of a job end when the last handle to it is closed, and so when this
// process ends.
func watch(cmd *exec.Cmd) leader {
	pid := cmd.Process.Pid
	const access = windows.PROCESS_SET_QUOTA | windows.PROCESS_TERMINATE
	if process, err := windows.OpenProcess(access, false, uint32(pid)); err == nil {
		trees.Lock()
		if trees.byID == nil {
			trees.byID = map[int]tree{}
		}
		trees.byID[pid] = tree{process, jobOf(process)}
		trees.Unlock()
	}
	ended := make(chan struct{})
	var err error
	go func() {
		defer close(ended)
		err = cmd.Wait()
	}()
	return leader{ended, func() error { return err }}
}

// jobOf makes a job with the process in it; 0: the system does not allow it.
func jobOf(process windows.Handle) windows.Handle {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0
	}
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err == nil {
		err = windows.AssignProcessToJobObject(job, process)
	}
	if err != nil {
		_ = windows.CloseHandle(job)
		return 0
	}
	return job
}

// signalGroup sends CTRL_BREAK for SIGTERM and ends the whole tree for SIGKILL;
// without a job it can end the program alone.
func signalGroup(pid int, sig syscall.Signal) {
	trees.Lock()
	defer trees.Unlock()
	t, ok := trees.byID[pid]
	switch {
	case !ok: // it had ended before it could be watched
	case sig == syscall.SIGTERM:
		_ = windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(pid))
	case t.job != 0:
		_ = windows.TerminateJobObject(t.job, 1)
	default:
		_ = windows.TerminateProcess(t.process, 1)
	}
}

// reapGroup closes what was open for the program.
func reapGroup(pid int) {
	trees.Lock()
	defer trees.Unlock()
	t, ok := trees.byID[pid]
	if !ok {
		return
	}
	delete(trees.byID, pid)
	_ = windows.CloseHandle(t.process)
	if t.job != 0 {
		_ = windows.CloseHandle(t.job)
	}
}
