package exec

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"siptrust/client"
	"siptrust/client/profile"
	"siptrust/pkiforge"
)

var somewhere = netip.MustParseAddrPort("127.0.0.9:5061")

// script is a driver for a shell script that reads the environment only.
func script(text string) *Driver {
	return driver(&profile.Profile{Name: "script", Command: literal("/bin/sh", "-c", text), Names: []profile.Means{profile.MeansNone}})
}

func driver(p *profile.Profile) *Driver { return &Driver{profile: p, means: p.Names[0]} }

// prepared is a driver for one run, as the runner has it.
func prepared(t *testing.T, e *Driver) *Driver {
	t.Helper()
	d, err := e.Prepare(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return d.(*Driver)
}

func literal(argv ...string) (all []profile.Template) {
	for _, arg := range argv {
		all = append(all, profile.Literal(arg))
	}
	return all
}

// make1 makes one attempt of at most ten seconds.
func make1(t *testing.T, e *Driver, a client.Attempt) client.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	out, err := e.Attempt(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       client.Outcome
	}{
		{"at once", "exit 0", client.Outcome{Started: true, Ended: true}},
		{"with a status", "echo could not; exit 3", client.Outcome{Started: true, Ended: true, ExitStatus: 3, Output: "could not\n"}},
		{
			"unsupported", "echo trying >&2; echo no client certificates here; exit 89",
			client.Outcome{Started: true, Ended: true, ExitStatus: 89, Unsupported: "no client certificates here", Output: "trying\nno client certificates here\n"},
		},
		{"unsupported, without a word", "exit 89", client.Outcome{Started: true, Ended: true, ExitStatus: 89, Unsupported: "the program exited 89"}},
		{"not executable", "exit 126", client.Outcome{Started: true, Ended: true, ExitStatus: 126, Diagnosis: "program not executable (exit status 126)"}},
		{
			"not found by the script", "echo phone: not found; exit 127",
			client.Outcome{Started: true, Ended: true, ExitStatus: 127, Diagnosis: "program not found (exit status 127): phone: not found", Output: "phone: not found\n"},
		},
		{"by a signal", "kill -SEGV $$", client.Outcome{Started: true, Ended: true, ExitStatus: -1, Diagnosis: "the program was ended by a signal: segmentation fault"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := make1(t, script(c.text), attempt(t, "host.test", somewhere, nil))
			if got.Took <= 0 {
				t.Errorf("took %v", got.Took)
			}
			got.Took = 0
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProgramThatCannotStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plain, text := filepath.Join(dir, "plain"), filepath.Join(dir, "text")
	if err := errors.Join(os.WriteFile(plain, nil, 0o600), os.WriteFile(text, []byte("no program\n"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		program, want string
		status        int
	}{
		{"no-such-program-anywhere", "program not found: no-such-program-anywhere", 127},
		{filepath.Join(dir, "none"), "program not found: " + dir, 127},
		{plain, "program not executable: " + plain, 126},
		{text, "exec format error", 126},
	} {
		e := driver(&profile.Profile{Name: "x", Command: literal(c.program), Names: []profile.Means{profile.MeansNone}})
		got := make1(t, e, attempt(t, "host.test", somewhere, nil))
		if got.Started || got.ExitStatus != c.status || !strings.Contains(got.Diagnosis, c.want) {
			t.Errorf("%s: %+v, want status %d and %q", c.program, got, c.status, c.want)
		}
	}
	for _, argv := range [][]string{nil, {"no-such-program-anywhere"}} {
		if err := NewCommand(argv).Check(); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("Check of %q said %v, want one line", argv, err)
		}
	}
	p := yamlProfile(t, "name: x\ncommand: [no-such-program-anywhere]\ndebian: such-a-package\nnames: [none]\n")
	if _, err := New(p); err == nil || !strings.Contains(err.Error(), "apt-get install such-a-package") {
		t.Errorf("NewExec said %v, want the package's name", err)
	}
	if _, err := script("exit").Attempt(t.Context(), client.Attempt{Server: somewhere}); err == nil {
		t.Error("an attempt without a directory was made")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := script("exit").Attempt(ctx, attempt(t, "host.test", somewhere, nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("an attempt whose time is over gave %v", err)
	}
}

// TestEnvironment holds the environment to the contract for programs without a
// profile.
func TestEnvironment(t *testing.T) {
	root, other := certificate(t, "root", nil), certificate(t, "other", nil)
	alice := certificate(t, "alice", root)
	a := attempt(t, "host.test", somewhere, nil)
	a.Proxy = "sips:proxy.test:5061"
	a.Domain, a.ID, a.Timeout = "domain.test", "word", 1500*time.Millisecond
	a.SystemRoots, a.CustomRoots = []*pkiforge.Certificate{other}, []*pkiforge.Certificate{root}
	a.Identity = []*pkiforge.Certificate{alice, root}
	a.DNS = netip.MustParseAddrPort("127.0.0.9:53")
	a.SecondURI, a.SecondHost = "sips:alice@second.test", "second.test"
	t.Setenv("SIPTRUST_URI", "left over")
	t.Setenv("SIPTRUST_OTHER", "left over")
	e := script("env | grep ^SIPTRUST_ | grep -v ^SIPTRUST_ATTEMPT= | sort")
	e.profile.Ports = 2
	e.profile.Env = []profile.EnvVar{{Name: "SIPTRUST_X", Value: profile.Literal("of the profile's")}}

	env := map[string]string{}
	for line := range strings.Lines(make1(t, e, a).Output) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		env[name] = value
	}
	var first int
	if ports := strings.Fields(env["SIPTRUST_LOCAL_PORTS"]); len(ports) == 2 {
		first, _ = strconv.Atoi(ports[0])
	}
	own := filepath.Join(a.Dir, profile.OwnDir)
	want := map[string]string{
		"SIPTRUST_URI": "sips:alice@host.test:5061", "SIPTRUST_DOMAIN": "domain.test", "SIPTRUST_HOST": "host.test",
		"SIPTRUST_HOSTPORT": "proxy.test:5061", "SIPTRUST_PROXY": "sips:proxy.test:5061",
		"SIPTRUST_PORT": "5061", "SIPTRUST_ADDRESS": "127.0.0.9",
		"SIPTRUST_SECOND_URI": "sips:alice@second.test", "SIPTRUST_SECOND_HOST": "second.test",
		"SIPTRUST_CA_FILE": own + "/ca.pem", "SIPTRUST_SYSTEM_CA_FILE": own + "/system-ca.pem", "SIPTRUST_CUSTOM_CA_FILE": own + "/custom-ca.pem",
		"SIPTRUST_CERT_FILE": own + "/cert.pem", "SIPTRUST_KEY_FILE": own + "/key.pem", "SIPTRUST_IDENTITY_FILE": own + "/identity.pem",
		"SIPTRUST_DIR": a.Dir, "SIPTRUST_ID": "word", "SIPTRUST_TIMEOUT": "2", "SIPTRUST_DNS": "127.0.0.9:53",
		"SIPTRUST_LOCAL_PORTS": fmt.Sprintf("%d %d", first, first+1), "SIPTRUST_X": "of the profile's",
	}
	if diff := cmp.Diff(want, env); diff != "" || first < firstPort || first >= lastPort {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	for name, certs := range map[string][]*pkiforge.Certificate{
		"ca.pem": {other, root}, "system-ca.pem": {other}, "custom-ca.pem": {root}, "cert.pem": {alice, root}, "identity.pem": {alice, root},
	} {
		if got := certificatesIn(t, filepath.Join(own, name)); !cmp.Equal(certificateNames(certs), got) {
			t.Errorf("%s holds %q, want %q", name, got, certificateNames(certs))
		}
	}
	for _, name := range []string{"key.pem", "identity.pem"} {
		if info, err := os.Stat(filepath.Join(own, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; a key is its owner's alone", name, info.Mode(), err)
		}
		if !strings.Contains(readFile(t, filepath.Join(own, name)), "PRIVATE KEY") {
			t.Errorf("%s holds no key", name)
		}
	}
}

func TestEnvironmentWithoutIdentity(t *testing.T) {
	t.Parallel()
	a := attempt(t, "host.test", somewhere, certificate(t, "root", nil))
	out := make1(t, script(`echo "[${SIPTRUST_CERT_FILE-unset}${SIPTRUST_KEY_FILE-unset}${SIPTRUST_IDENTITY_FILE-unset}${SIPTRUST_DNS-unset}]"`), a)
	if out.Output != "[]\n" {
		t.Errorf("variables of what is not there: %q, want them set and empty", out.Output)
	}
}

// TestProfileRendering runs a profile with templates in every place.
func TestProfileRendering(t *testing.T) {
	t.Parallel()
	p := yamlProfile(t, `
name: x
command: [/bin/sh, -c, 'echo "$#|$*|$GREETING"; cat; cat "$SIPTRUST_DIR/sub/rc"; ls -d "$SIPTRUST_DIR/empty"', sh, "{{if .CertFile}}-cert{{end}}", "{{.CertFile}}", "{{.Host}}", ""]
env: {GREETING: "hello {{.Domain}}"}
files:
  sub/rc: "port={{.LocalPort}} dns={{.DNS}} same={{eq .CertFile .KeyFile}}\n"
  empty/: ""
stdin: {text: "read {{.Address}}\n"}
ports: 1
identity: one-pem
names: [none]
`)
	bare := attempt(t, "host.test", somewhere, nil)
	full := attempt(t, "host.test", somewhere, nil)
	full.Identity = []*pkiforge.Certificate{certificate(t, "alice", nil)}
	for _, c := range []struct {
		a    client.Attempt
		argv string
	}{
		{bare, "2|host.test "},
		{full, "4|-cert " + full.Dir + "/siptrust/identity.pem host.test "},
	} {
		out := make1(t, driver(p), c.a)
		_, port, _ := strings.Cut(out.Output, "port=")
		port, _, _ = strings.Cut(port, " ")
		want := c.argv + "|hello host.test\nread 127.0.0.9\nport=" + port + " dns= same=true\n" + c.a.Dir + "/empty\n"
		if n, err := strconv.Atoi(port); err != nil || n < firstPort || out.Output != want {
			t.Errorf("printed %q, want %q", out.Output, want)
		}
		if info, err := os.Stat(c.a.Dir + "/sub/rc"); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("sub/rc: %v, %v", info.Mode(), err)
		}
	}
}

func TestStandardInput(t *testing.T) {
	t.Parallel()
	const text = `read first; echo "$first"; : >"$SIPTRUST_DIR/read"; if read -r more; then echo "$more"; else echo end; fi`
	for _, c := range []struct {
		name, stdin, want string
		ended             bool
	}{
		{"closed", "stdin: {text: \"a\\n\"}\n", "a\nend\n", true},
		{"held", "stdin: {text: \"a\\n\", hold: true}\n", "a\n", false},
		{"none", "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := yamlProfile(t, "name: x\nnames: [none]\n"+c.stdin+"command: [/bin/sh, -c, '"+text+"']\n")
			a := attempt(t, "host.test", somewhere, nil)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if !c.ended {
				go func() {
					if c.want != "" {
						awaitFile(ctx, filepath.Join(a.Dir, "read"))
					}
					wait(ctx, 300*time.Millisecond) // for what must not come
					cancel()
				}()
			}
			out, err := driver(p).Attempt(ctx, a)
			if err != nil || out.Ended != c.ended || out.Output != c.want {
				t.Errorf("%+v, %v; want output %q, ended %v", out, err, c.want, c.ended)
			}
		})
	}
	// More than a pipe holds, for a program that reads nothing of it.
	p := yamlProfile(t, sound)
	p.Command, p.Stdin.Text = literal("/bin/sh", "-c", "exit 4"), profile.Literal(strings.Repeat("x", 1<<20))
	if out := make1(t, driver(p), attempt(t, "host.test", somewhere, nil)); out.ExitStatus != 4 {
		t.Errorf("%+v, want exit status 4", out)
	}
}

// awaitFile waits until there is a file, or ctx is done.
func awaitFile(ctx context.Context, name string) {
	for ctx.Err() == nil {
		if _, err := os.Stat(name); err == nil {
			return
		}
		wait(ctx, 5*time.Millisecond)
	}
}

// wait waits, or until ctx is done.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func TestOutputIsBounded(t *testing.T) {
	t.Parallel()
	out := make1(t, script(`yes 0123456 | head -c 10485760; printf 'the \000end\377'; exit 89`), attempt(t, "host.test", somewhere, nil))
	if len(out.Output) > outputLimit || len(out.Output) < outputLimit-1 || !strings.HasSuffix(out.Output, "0123456\nthe end?") {
		t.Errorf("%d octets, ending in %q", len(out.Output), out.Output[max(0, len(out.Output)-20):])
	}
}

func TestParallelAttempts(t *testing.T) {
	t.Parallel()
	e := script(`echo "$SIPTRUST_HOST $SIPTRUST_LOCAL_PORTS $(cat "$SIPTRUST_DIR/mark")"`)
	e.profile.Ports = 2
	e.profile.Files = []profile.File{{Path: "mark", Text: mustTemplate(t, "{{.Host}}")}}
	var all sync.WaitGroup
	for i := range 16 {
		host := fmt.Sprintf("host%d.test", i)
		a := attempt(t, host, somewhere, nil)
		all.Go(func() {
			out, err := e.Attempt(t.Context(), a)
			f := strings.Fields(out.Output)
			if err != nil || len(f) != 4 || f[0] != host || f[3] != host {
				t.Errorf("%+v, %v", out, err)
			}
		})
	}
	all.Wait()
}

func mustTemplate(t *testing.T, text string) profile.Template {
	t.Helper()
	return yamlProfile(t, sound+"stdin: {text: '"+text+"'}\n").Stdin.Text
}

func certificatesIn(t *testing.T, name string) (names []string) {
	t.Helper()
	for rest := []byte(readFile(t, name)); ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			return names
		}
		if b.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, c.Subject.CommonName)
	}
}

func certificateNames(certs []*pkiforge.Certificate) (names []string) {
	for _, c := range certs {
		names = append(names, c.Name)
	}
	return names
}
