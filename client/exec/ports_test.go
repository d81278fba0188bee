package exec

import (
	"net"
	"strconv"
	"syscall"
	"testing"
)

func TestFreePorts(t *testing.T) {
	t.Parallel()
	got, release, err := freePorts(3)
	if err != nil || len(got) != 3 || got[1] != got[0]+1 || got[2] != got[0]+2 {
		t.Fatalf("ports %v, %v; want three in a row", got, err)
	}
	defer release()
	for _, p := range got {
		for range 2 { // free for both, again and again
			l, err := net.Listen("tcp", ":"+strconv.Itoa(int(p)))
			if err != nil {
				t.Fatal(err)
			}
			c, err := net.ListenPacket("udp", ":"+strconv.Itoa(int(p)))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = l.Close(), c.Close()
		}
	}
	more, releaseMore, err := freePorts(3)
	if err != nil {
		t.Fatal(err)
	}
	defer releaseMore()
	for _, p := range more {
		if p >= got[0] && p <= got[2] {
			t.Errorf("port %d was given twice", p)
		}
	}
	again, releaseAgain, err := freePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	releaseAgain()
	ports.Lock()
	if ports.taken[int(again[0])] != nil {
		t.Errorf("port %d is still taken", again[0])
	}
	ports.Unlock()
	if none, _, err := freePorts(0); err != nil || len(none) != 0 {
		t.Errorf("no ports: %v, %v", none, err)
	}
}

func TestPortsInUseArePassedOver(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.ListenPacket("udp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if canBind(l.Addr().(*net.TCPAddr).Port) || canBind(c.LocalAddr().(*net.UDPAddr).Port) {
		t.Error("a port in use counts as free")
	}
}

// A program that does not set SO_REUSEADDR cannot bind a port whose last connection
// has just ended, even if the program before it set that.
func TestLingeringPortIsTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	found, release, err := freePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	port := int(found[0])
	if !canBind(port) {
		t.Fatalf("port %d is not free", port)
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}, Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = setReuse(fd, 1) })
	}}
	c, err := dialer.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = c.(*net.TCPConn).CloseWrite() // it ends first, and so has to wait
	_, _ = s.Read(make([]byte, 1))
	_ = s.Close()
	_, _ = c.Read(make([]byte, 1))
	_ = c.Close()
	if canBind(port) {
		t.Errorf("port %d is free, just after its connection", port)
	}
}
