package fakeserver

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestUnbreakable sends to a server what no client sends, and wants each thing
// recorded and the server as good as before.
func TestUnbreakable(t *testing.T) {
	t.Parallel()
	p := testPKI()
	noise := make([]byte, 1<<20)
	_, _ = rand.Read(noise)
	noise[0] = 0xff
	neverEnds := append([]byte{recordHandshake, 3, 1, 0x40, 0}, append([]byte{1, 0xff, 0xff, 0xff}, noise[:1<<14-4]...)...)
	for _, tc := range []struct {
		name  string
		send  func(*testing.T, *net.TCPConn)
		check func(*testing.T, *Connection)
	}{
		{"connect and close", func(_ *testing.T, c *net.TCPConn) { _ = c.Close() }, func(t *testing.T, k *Connection) {
			if k.ClientHello != nil || k.ClientClosed != "fin" || k.Handshake.Started {
				t.Errorf("%+v", k)
			}
		}},
		{"connect and reset", func(_ *testing.T, c *net.TCPConn) { _ = c.SetLinger(0); _ = c.Close() }, func(t *testing.T, k *Connection) {
			if k.ClientHello != nil || k.ClientClosed != "rst" {
				t.Errorf("%+v", k)
			}
		}},
		{"HTTP", func(_ *testing.T, c *net.TCPConn) { _, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n") }, func(t *testing.T, k *Connection) {
			if !bytes.HasPrefix(k.Clear, []byte("GET /")) || k.Leak || k.Handshake.Started {
				t.Errorf("%+v", k)
			}
		}},
		{"ClientHello octet by octet", func(t *testing.T, c *net.TCPConn) {
			for _, b := range helloRecord(t) {
				_, _ = c.Write([]byte{b})
			}
		}, func(t *testing.T, k *Connection) {
			if k.ClientHello == nil || k.ClientHello.ServerName != testHost {
				t.Errorf("%+v", k.ClientHello)
			}
		}},
		{"ClientHello without end", func(_ *testing.T, c *net.TCPConn) { _, _ = c.Write(neverEnds) }, func(t *testing.T, k *Connection) {
			if k.ClientHello != nil || k.Handshake.Completed || len(ladder(k, FromClient)) == 0 {
				t.Errorf("%+v", k)
			}
		}},
		{"noise", func(_ *testing.T, c *net.TCPConn) { _, _ = c.Write(noise) }, func(t *testing.T, k *Connection) {
			if len(k.Clear) != maxClear || !bytes.Equal(k.Clear, noise[:maxClear]) {
				t.Errorf("%d octets kept", len(k.Clear))
			}
		}},
		{"noise after a ClientHello", func(t *testing.T, c *net.TCPConn) {
			_, _ = c.Write(helloRecord(t))
			_, _ = c.Write(noise)
		}, func(t *testing.T, k *Connection) {
			if k.ClientHello == nil || k.Handshake.Completed || len(k.Clear) == 0 {
				t.Errorf("%+v", k)
			}
		}},
		{"2 GiB of SIP", func(t *testing.T, c *net.TCPConn) {
			client := tls.Client(c, p.trusting())
			if err := client.Handshake(); err != nil {
				t.Error(err)
			}
			_, _ = io.WriteString(client, strings.Replace(register(c), "Content-Length: 0", "Content-Length: 2147483648", 1))
			_, _ = client.Write(noise)
		}, func(t *testing.T, k *Connection) {
			if len(k.SIP) != 1 || k.SIP[0].Method != "REGISTER" || k.SIP[0].CSeq != "1826 REGISTER" || k.Answered200 {
				t.Errorf("%+v", k.SIP)
			}
		}},
		{"header without end", func(t *testing.T, c *net.TCPConn) {
			client := tls.Client(c, p.trusting())
			if err := client.Handshake(); err != nil {
				t.Error(err)
			}
			_, _ = io.WriteString(client, "REGISTER sips:a SIP/2.0\r\n"+strings.Repeat("X: y\r\n", 1<<17))
		}, func(t *testing.T, k *Connection) {
			if len(k.SIP) != 1 || k.SIP[0].Method != "REGISTER" {
				t.Errorf("%+v", k.SIP)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, serving(p.ecdsa))
			c := dial(t, s.Address().String())
			tc.send(t, c)
			_ = c.CloseWrite()
			go func() { _, _ = io.Copy(io.Discard, c) }()
			tc.check(t, one(t, s.Observe(t.Context())))
			s.Next()
			if _, err := exchange(connect(t, s)); err != nil {
				t.Errorf("the server is broken: %v", err)
			}
		})
	}
}

func TestIdleLimit(t *testing.T) {
	t.Parallel()
	s := start(t, serving(testPKI().ecdsa), func(c *Config) { c.IdleLimit = 20 * time.Millisecond })
	c := dial(t, s.Address().String())
	_, _ = c.Write(helloRecord(t)[:20])
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Errorf("not ended: %v", err)
	}
	if k := one(t, s.snapshot()); k.ClientClosed != "" || k.Handshake.Completed {
		t.Errorf("%+v", k)
	}
}

// TestThousandConnections: all at once, half of them never saying a word.
// Afterwards the descriptors and goroutines are those of before; goleak has
// the last word on goroutines.
func TestThousandConnections(t *testing.T) {
	warm, err := Start(t.Context(), Config{}, Setup{}) // opens the runtime's poller
	if err != nil {
		t.Fatal(err)
	}
	_ = warm.Close()
	before := descriptors(t)
	s, err := Start(t.Context(), Config{}, Setup{Behaviours: []Behaviour{serving(testPKI().ecdsa)}})
	if err != nil {
		t.Fatal(err)
	}
	conns := make([]net.Conn, 1000)
	var wait sync.WaitGroup
	hello := helloRecord(t)
	for i := range conns {
		wait.Go(func() {
			c, err := net.Dial("tcp", s.Address().String())
			if err != nil {
				t.Error(err)
				return
			}
			conns[i] = c
			if i%2 == 0 {
				_, _ = c.Write(hello)
			}
		})
	}
	wait.Wait()
	await(t, s, "all connections", func(o *Observation) bool { return len(o.Connections) == len(conns) })
	if o := s.Observe(t.Context()); len(o.Connections) != len(conns) || o.Dropped > 0 {
		t.Errorf("%d connections recorded, %d dropped", len(o.Connections), o.Dropped)
	}
	for _, c := range conns {
		_ = c.Close()
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// descriptors counts the open files, after unreachable ones were closed.
func descriptors(t *testing.T) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("counts descriptors in /proc")
	}
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// TestConnectionsAreBounded: more than are kept are counted.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	r := &recorder{now: time.Now}
	for range maxConnections + 5 {
		r.begin(Connection{})
	}
	if o := r.snapshot(); len(o.Connections) != maxConnections || o.Dropped != 5 {
		t.Errorf("%d connections, %d dropped", len(o.Connections), o.Dropped)
	}
}

// TestFloodHidesNoLeak: datagrams are bounded, and one that is a leak is kept
// behind any number of others.
func TestFloodHidesNoLeak(t *testing.T) {
	t.Parallel()
	s := start(t, Behaviour{})
	listener := s.snapshot().Listeners[2].Address.String()
	c, err := net.Dial("udp", listener)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for range maxDatagrams + 500 {
		_, _ = c.Write(bytes.Repeat([]byte("x"), 4000))
	}
	// The kernel may drop what comes too fast: the rest is sent until it is in.
	for s.Observe(t.Context()).Dropped == 0 {
		for range 100 {
			_, _ = c.Write([]byte("x"))
		}
	}
	_, _ = io.WriteString(c, "REGISTER sip:"+testHost+" SIP/2.0\r\n\r\n")
	o := s.Observe(t.Context())
	last := o.Datagrams[len(o.Datagrams)-1]
	if len(o.Datagrams) != maxDatagrams+1 || !last.Leak || len(o.Datagrams[0].Data) > maxDatagram {
		t.Errorf("%d datagrams, the last %q", len(o.Datagrams), last.Data)
	}
}
