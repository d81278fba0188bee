package exec

import (
	"net"
	"strconv"
)

// claimPort claims a port against other runs on this machine, by an abstract Unix
// socket, which ends with the process; false: another run has it.
func claimPort(port int) (leave func(), ok bool) {
	c, err := net.ListenUnixgram("unixgram", claimAddress(port))
	if err != nil {
		return nil, false
	}
	return func() { _ = c.Close() }, true
}

func claimAddress(port int) *net.UnixAddr {
	return &net.UnixAddr{Name: "@siptrust/port/" + strconv.Itoa(port), Net: "unixgram"}
}
