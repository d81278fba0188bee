//go:build !unix

package suites_test

import "syscall"

// ownSession is for systems that have no sessions.
func ownSession() *syscall.SysProcAttr { return nil }
