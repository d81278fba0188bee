package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// occupied runs a program on a machine of its own, as far as the network
// goes, on which port 5061 is taken on every address: occupied PROGRAM
// [ARGUMENT...]. It exits with 77 where no such machine can be made.
func occupied() {
	if os.Getenv("SIPTRUST_TEST_OCCUPIED") == "" {
		c := exec.Command("/proc/self/exe", os.Args[1:]...)
		c.Args[0] = os.Args[0]
		c.Env = append(os.Environ(), "SIPTRUST_TEST_OCCUPIED=1")
		c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
		c.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		}
		os.Exit(exitOf(c.Run()))
	}
	if err := raiseLoopback(); err != nil {
		fmt.Fprintln(os.Stderr, "occupied:", err)
		os.Exit(77)
	}
	if _, err := net.Listen("tcp", ":5061"); err != nil {
		fmt.Fprintln(os.Stderr, "occupied:", err)
		os.Exit(77)
	}
	c := exec.Command(os.Args[1], os.Args[2:]...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	os.Exit(exitOf(c.Run()))
}

func exitOf(err error) int {
	switch exit, ok := err.(*exec.ExitError); {
	case ok:
		return exit.ExitCode()
	case err != nil:
		fmt.Fprintln(os.Stderr, "occupied:", err)
		return 77
	default:
		return 0
	}
}

// raiseLoopback brings the loopback interface of a new network namespace up.
func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
}
