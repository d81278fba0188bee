package suites_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"siptrust/client/open"
	"siptrust/suites/run"
)

// daemonVariable makes the test binary a client that daemonises: the process
// that is started has a daemon register and hold a port. Its value marks them
// all, and names the file that the daemon writes its port to.
const daemonVariable = "TEST_OF_SIPTRUST_DAEMON"

// daemon is the client; it does not return.
func daemon(log string) {
	if len(os.Args) < 2 {
		self, err := os.Executable()
		if err != nil {
			os.Exit(1)
		}
		c := exec.Command(self, "daemon")
		c.SysProcAttr = ownSession() // out of the group that siptrust ends
		if c.Start() != nil {
			os.Exit(1)
		}
		select {}
	}
	port := strings.Fields(os.Getenv("SIPTRUST_LOCAL_PORTS"))[0]
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		os.Exit(1)
	}
	defer l.Close()
	f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintln(f, port)
	}
	if err != nil {
		os.Exit(1)
	}
	server := os.Getenv("SIPTRUST_ADDRESS") + ":" + os.Getenv("SIPTRUST_PORT")
	c, err := tls.Dial("tcp", server, &tls.Config{InsecureSkipVerify: true, ServerName: os.Getenv("SIPTRUST_HOST")})
	if err == nil {
		uri := os.Getenv("SIPTRUST_URI")
		fmt.Fprintf(c, "REGISTER sip:%s SIP/2.0\r\nVia: SIP/2.0/TLS x;branch=z9hG4bK1\r\nFrom: <%s>;tag=1\r\nTo: <%s>\r\n"+
			"Call-ID: 1\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n", os.Getenv("SIPTRUST_DOMAIN"), uri, uri)
	}
	select {}
}

// TestNothingOutlivesARun runs a client that daemonises, to the end and cut
// short, and counts what is left: processes, ports, directories.
func TestNothingOutlivesARun(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what leaves its process group is found on Linux only")
	}
	for _, cut := range []bool{false, true} {
		t.Run(map[bool]string{false: "to the end", true: "cut short"}[cut], func(t *testing.T) {
			temporary := t.TempDir()
			t.Setenv("TMPDIR", temporary)
			log := filepath.Join(t.TempDir(), "ports")
			profile := filepath.Join(t.TempDir(), "daemon.yaml")
			text := fmt.Sprintf("name: daemon\ncommand: ['{{.Siptrust}}']\nenv: {%s: %q}\nnames: [none]\nports: 1\nprepare: [['true']]\n", daemonVariable, log)
			if err := os.WriteFile(profile, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			driver, err := open.Client(profile, open.Options{})
			if err != nil {
				t.Fatal(err)
			}
			run, err := run.New(run.Settings{Driver: driver, Filter: "paper.custom-ca", Jobs: 4})
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			if cut {
				go func() { // as Ctrl-C does, once a daemon is there
					for ctx.Err() == nil && marked(log) < 2 {
						time.Sleep(time.Millisecond) // between two looks
					}
					stop()
				}()
			}
			record, err := run.Execute(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if record.Complete == cut {
				t.Errorf("the record is complete: %v", record.Complete)
			}
			if !cut && (record.Summary.Pass != 1 || record.Summary.Fail != 5) {
				t.Errorf("a client that accepts all: %+v", record.Summary)
			}
			if n := marked(log); n != 0 {
				t.Errorf("%d processes are left", n)
			}
			left, err := os.ReadDir(temporary)
			if err != nil || len(left) != 0 {
				t.Errorf("directories are left: %v, %v", left, err)
			}
			data, err := os.ReadFile(log)
			if err != nil && !cut {
				t.Fatal(err)
			}
			ports := strings.Fields(string(data))
			if !cut && len(ports) < 6 {
				t.Errorf("%d daemons held a port", len(ports))
			}
			for _, port := range ports {
				l, err := net.Listen("tcp", "127.0.0.1:"+port)
				if err != nil {
					t.Errorf("port %s is left: %v", port, err)
					continue
				}
				_ = l.Close()
			}
		})
	}
}

// marked counts the living processes that have mark in their environment.
func marked(mark string) (n int) {
	envs, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is sound
	for _, name := range envs {
		if data, err := os.ReadFile(name); err == nil && strings.Contains(string(data), daemonVariable+"="+mark) {
			n++
		}
	}
	return n
}
