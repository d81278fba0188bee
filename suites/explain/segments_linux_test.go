package explain

import (
	"io"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// segments: what the server sends comes in pieces of so many bytes, each in a segment of
// its own.
func (o *onlooker) segments() {
	var s server
	s.Behaviour = *o.b
	s.script()
	if s.front.bytes == 0 {
		return
	}
	raw, err := net.Dial("tcp", o.address)
	if err != nil {
		o.Fatal(err)
	}
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(limit))
	if _, err := raw.Write(o.clientHello()); err != nil {
		o.Fatal(err)
	}
	const some = 300
	if _, err := io.ReadFull(raw, make([]byte, some)); err != nil {
		o.Fatal(err)
	}
	conn, err := raw.(*net.TCPConn).SyscallConn()
	if err != nil {
		o.Fatal(err)
	}
	var info *unix.TCPInfo
	var infoErr error
	if err := conn.Control(func(fd uintptr) { info, infoErr = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) }); err != nil || infoErr != nil {
		o.Fatal(err, infoErr)
	}
	// The kernel puts some together when it is busy; in one go they come in two or three.
	if int(info.Data_segs_in) < max(some/s.front.bytes/30, 5) {
		o.Errorf("%d bytes came in %d segments", some, info.Data_segs_in)
	}
}
