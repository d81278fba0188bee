//go:build unix

package exec

import "syscall"

// setReuse sets SO_REUSEADDR of a socket to 0 or 1.
func setReuse(fd uintptr, value int) error {
	return syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, value)
}
