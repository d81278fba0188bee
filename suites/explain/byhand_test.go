//go:build unix

package explain

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// hand does by hand what a recipe says: it runs the commands as they are printed, in a
// directory of their own, with free ports of loopback addresses in place of the printed
// ones.
type hand struct {
	dir     string
	ports   map[string]string // free ones, by those that are printed
	running []*command
}

// command is a running command of a recipe.
type command struct {
	text   string
	cmd    *exec.Cmd
	stdin  interface{ Write([]byte) (int, error) }
	output output
	ended  chan struct{}
}

// output is what a command prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// newHand has the files of a case as 'siptrust forge' writes them.
func newHand(t *testing.T, x *situation) *hand {
	t.Helper()
	h := &hand{dir: t.TempDir(), ports: map[string]string{}}
	for _, v := range x.servers {
		if _, err := v.export(filepath.Join(h.dir, handDir, v.dir)); err != nil {
			t.Fatal(err)
		}
	}
	for _, printed := range []uint16{handServer.Port(), behindPort, servicePort} {
		h.ports[fmt.Sprint(printed)] = freePort(t)
	}
	t.Cleanup(h.end)
	return h
}

// lastPort counts the ports that were handed out. They are below those that systems give
// to clients, which could take one before its server does.
var lastPort atomic.Uint32

func init() { lastPort.Store(rand.Uint32N(firstPorts)) }

const (
	firstPort  = 11000
	firstPorts = 20000
)

// freePort is one that is free at the addresses of both servers, and given to no other
// test.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := fmt.Sprint(firstPort + lastPort.Add(1)%firstPorts)
		first, err := net.Listen("tcp", netJoin(handServer.Addr().String(), port))
		if err != nil {
			continue
		}
		_ = first.Close()
		second, err := net.Listen("tcp", netJoin(handElsewhere.Addr().String(), port))
		if err == nil {
			_ = second.Close()
		}
		if err == nil || errors.Is(err, syscall.EADDRNOTAVAIL) { // a system without that address
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

func netJoin(host, port string) string { return net.JoinHostPort(host, port) }

// The places where a command has a port.
var (
	acceptPattern = regexp.MustCompile(`-accept (?:([0-9.]+):)?(\d+)`)
	listenPattern = regexp.MustCompile(`TCP-LISTEN:(\d+)(,bind=[0-9.]+)?`)
	dialPattern   = regexp.MustCompile(`TCP(\\?):([0-9.]+)(\\?):(\d+)`)
	pythonPattern = regexp.MustCompile(`http\.server (\d+)`)
)

// atFree gives a command with the free ports.
func (h *hand) atFree(text string) string {
	text = acceptPattern.ReplaceAllStringFunc(text, func(s string) string {
		m := acceptPattern.FindStringSubmatch(s)
		if m[1] == "" {
			m[1] = handServer.Addr().String()
		}
		return "-accept " + m[1] + ":" + h.ports[m[2]]
	})
	text = listenPattern.ReplaceAllStringFunc(text, func(s string) string {
		m := listenPattern.FindStringSubmatch(s)
		if m[2] == "" {
			m[2] = ",bind=" + handServer.Addr().String()
		}
		return "TCP-LISTEN:" + h.ports[m[1]] + m[2]
	})
	text = dialPattern.ReplaceAllStringFunc(text, func(s string) string {
		m := dialPattern.FindStringSubmatch(s)
		return "TCP" + m[1] + ":" + m[2] + m[3] + ":" + h.ports[m[4]]
	})
	return pythonPattern.ReplaceAllStringFunc(text, func(s string) string {
		return "http.server " + h.ports[pythonPattern.FindStringSubmatch(s)[1]] + " --bind " + handServer.Addr().String()
	})
}

// do runs the commands among the steps, those of servers until they are ended, and
// gives these.
func (h *hand) do(t *testing.T, steps []step) []*command {
	t.Helper()
	var started []*command
	for _, s := range steps {
		switch s.kind {
		case runs:
			c := exec.Command("sh", "-c", s.shell())
			c.Dir = h.dir
			if out, err := c.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", s.shell(), err, out)
			}
		case serves:
			started = append(started, h.start(t, s))
		}
	}
	for _, c := range started {
		h.awaitListening(t, c)
	}
	return started
}

func (h *hand) start(t *testing.T, s step) *command {
	t.Helper()
	c := &command{text: h.atFree(s.shell()), ended: make(chan struct{})}
	c.cmd = exec.Command("sh", "-c", c.text)
	c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr = h.dir, &c.output, &c.output
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // to end what the shell started, too
	c.cmd.WaitDelay = time.Second
	stdin, err := c.cmd.StdinPipe() // stays open, as a terminal does
	if err != nil {
		t.Fatal(err)
	}
	c.stdin = stdin
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h.running = append(h.running, c)
	go func() {
		_ = c.cmd.Wait() // it ends by a signal
		close(c.ended)
	}()
	return c
}

// listens is the address at which a command listens.
func (c *command) listens() string {
	if m := acceptPattern.FindStringSubmatch(c.text); m != nil {
		return netJoin(m[1], m[2])
	}
	if m := listenPattern.FindStringSubmatch(c.text); m != nil {
		return netJoin(strings.TrimPrefix(m[2], ",bind="), m[1])
	}
	return netJoin(handServer.Addr().String(), pythonPattern.FindStringSubmatch(c.text)[1])
}

// awaitListening waits until a command listens. openssl says so; others take a
// connection that nothing comes of.
func (h *hand) awaitListening(t *testing.T, c *command) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); time.Sleep(3 * time.Millisecond) {
		select {
		case <-c.ended:
			t.Fatalf("%s\nended by itself:\n%s", c.text, c.output.String())
		default:
		}
		if strings.Contains(c.text, "openssl s_server") {
			if strings.Contains(c.output.String(), "ACCEPT") {
				return
			}
			continue
		}
		if conn, err := net.Dial("tcp", c.listens()); err == nil {
			_ = conn.Close()
			return
		}
	}
	t.Fatalf("%s\ndoes not listen:\n%s", c.text, c.output.String())
}

// quit ends a command, as Ctrl-C in its terminal does.
func (c *command) quit() {
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGINT) // fails when it has ended
	select {
	case <-c.ended:
	case <-time.After(2 * time.Second):
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
		<-c.ended
	}
}

// end ends every command, the first one first.
func (h *hand) end() {
	for _, c := range h.running {
		c.quit()
	}
	h.running = nil
}

// opensslVersion gives major and minor number of the OpenSSL that is installed.
var opensslVersion = sync.OnceValues(func() (major, minor int) {
	out, err := exec.Command("openssl", "version").Output()
	m := regexp.MustCompile(`^OpenSSL (\d+)\.(\d+)\.`).FindStringSubmatch(string(out))
	if err != nil || m == nil {
		return 0, 0
	}
	major, _ = strconv.Atoi(m[1])
	minor, _ = strconv.Atoi(m[2])
	return major, minor
})

// needOpenSSL skips a test without the OpenSSL whose options the recipes have.
func needOpenSSL(t *testing.T) {
	t.Helper()
	if major, _ := opensslVersion(); major < 3 {
		t.Skip("there is no OpenSSL 3 here to run the recipes with")
	}
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("there is no shell here to run the recipes with")
	}
}

// needPrograms skips a test of commands whose program is not installed.
func needPrograms(t *testing.T, x *situation, steps []step) {
	t.Helper()
	for _, s := range steps {
		for _, program := range []string{"socat", "python3"} {
			if _, err := exec.LookPath(program); err != nil && s.kind == serves && strings.HasPrefix(s.text, program+" ") {
				t.Skipf("%s: %s is not installed here", x.cs.ID, program)
			}
		}
		if major, minor := opensslVersion(); strings.Contains(s.text, "X25519MLKEM768") && s.kind == serves && (major == 3 && minor < 5) {
			t.Skipf("%s: this OpenSSL %d.%d has no X25519MLKEM768", x.cs.ID, major, minor)
		}
	}
}
