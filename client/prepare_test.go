package client

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"siptrust/internal/golden"
	"siptrust/pkiforge"
)

// TestPrepare makes a program once and runs it in every attempt.
func TestPrepare(t *testing.T) {
	t.Parallel()
	p := yamlProfile(t, `name: x
needs: [[sh], [sh, -c, "exit 0"]]
prepare:
  - [sh, -c, 'echo once >> "$0/log"; pwd > here', "{{.Prepared}}"]
  - [cp, "{{.Scripts}}/said", said]
command: [cat, "{{.Prepared}}/log", "{{.Prepared}}/here", "{{.Prepared}}/said"]
names: [none]
`)
	p.beside = fstest.MapFS{"said": {Data: []byte("beside\n")}}
	e, err := NewExec(p)
	if err != nil {
		t.Fatal(err)
	}
	run := prepared(t, e)
	for range 2 {
		out := make1(t, run, attempt(t, "host.test", somewhere, nil))
		lines := strings.Split(out.Output, "\n")
		if len(lines) != 4 || lines[0] != "once" || lines[1] != run.places.Prepared || lines[2] != "beside" {
			t.Errorf("the attempt saw %q", out.Output)
		}
	}
}

// TestPrepareFails wants one line with the command and what it said.
func TestPrepareFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"a need is missing", "needs: [[no-such-compiler]]\ndebian: some-compiler\n", "client x: program not found: no-such-compiler: executable file not found in $PATH; on Debian: apt-get install some-compiler"},
		{"a need fails", "needs: [[sh, -c, 'echo there is no such library; exit 3']]\nnpm: lib\n", "client x: sh: there is no such library; npm install -g lib"},
		{"a need of both", "needs: [[no-such-runtime]]\ndebian: nodejs\nnpm: lib\n", "client x: program not found: no-such-runtime: executable file not found in $PATH; on Debian: apt-get install nodejs && npm install -g lib"},
		{"a step fails", "prepare: [[sh, -c, 'echo error: line 7; exit 1']]\n", "prepare client x: sh -c echo error: line 7; exit 1 failed: error: line 7"},
		{"a step is missing", "prepare: [[no-such-step]]\n", "prepare client x: program not found: no-such-step: executable file not found in $PATH"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, err := NewExec(yamlProfile(t, "name: x\ncommand: [sh]\nnames: [none]\n"+c.text))
			if err == nil {
				_, err = e.Prepare(t.Context(), t.TempDir())
			}
			if err == nil || err.Error() != c.want {
				t.Errorf("error %v\nwant  %s", err, c.want)
			}
		})
	}
}

// TestForms asks each form of trust and identity for what it says it is.
func TestForms(t *testing.T) {
	t.Parallel()
	root := certificate(t, "root", nil)
	a := attempt(t, "host.test", somewhere, root)
	a.SystemRoots = []*pkiforge.Certificate{certificate(t, "system", nil)}
	a.Identity = []*pkiforge.Certificate{certificate(t, "alice", root), root}
	openssl := func(words string) string { return `set -e; ` + words }
	for _, c := range []struct {
		name, keys, script string
		program            string
		want               string
	}{
		{
			"directory", "trust: directory\nenv: {D: '{{.CADir}}'}\n",
			openssl(`openssl verify -no-CAfile -no-CAstore -CApath "$D" "$SIPTRUST_CERT_FILE"`), "openssl", "cert.pem: OK",
		},
		{
			"pkcs12 roots", "trust: pkcs12\nenv: {F: '{{.TrustFile}}', P: '{{.Password}}'}\n",
			openssl(`openssl pkcs12 -legacy -in "$F" -passin "pass:$P" -nokeys | grep -c "BEGIN CERT"`), "openssl", "2",
		},
		{
			"pkcs12 identity", "identity: pkcs12\nenv: {F: '{{.IdentityFile}}', P: '{{.Password}}'}\n",
			openssl(`openssl pkcs12 -legacy -in "$F" -passin "pass:$P" -nodes | grep -c "BEGIN"`), "openssl", "3",
		},
		{
			"one PEM", "identity: one-pem\nenv: {F: '{{.KeyFile}}'}\n",
			`grep -c BEGIN "$F"; test "$F" = "$SIPTRUST_CERT_FILE"`, "grep", "3",
		},
		{
			"nss", "trust: nss\nidentity: nss\nenv: {D: '{{.NSS}}', N: '{{.Nickname}}'}\n",
			openssl(`certutil -L -d "$D" | grep -c "C,,"; certutil -K -d "$D" | grep -c "$N"`), "certutil", "2\n1",
		},
		{
			"PEM in a text", "files:\n  f: '{{.CAPEM}}{{.IdentityPEM}}'\n",
			`grep -c BEGIN "$SIPTRUST_DIR/f"`, "grep", "5",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := lookUp(c.program); err != nil {
				t.Skip(err)
			}
			p := yamlProfile(t, fmt.Sprintf("name: x\ncommand: [sh, -c, %q]\nnames: [none]\n%s", "exit 1", c.keys))
			p.Command[2] = Template{text: c.script}
			one := a
			one.Dir = t.TempDir()
			out := make1(t, prepared(t, driver(p)), one)
			if out.ExitStatus != 0 || !strings.Contains(out.Output, c.want) {
				t.Errorf("exit status %d: %q, want %q", out.ExitStatus, out.Output, c.want)
			}
		})
	}
}

// TestDatabasesAreShared makes one NSS database for each set of roots, and says
// of what NSS does not take that the case is not for this client.
func TestDatabasesAreShared(t *testing.T) {
	t.Parallel()
	if _, err := lookUp("certutil"); err != nil {
		t.Skip(err)
	}
	p := yamlProfile(t, "name: x\ncommand: [echo, '{{.NSS}}']\nnames: [none]\ntrust: nss\n")
	run := prepared(t, driver(p))
	root, other := certificate(t, "root", nil), certificate(t, "other", nil)
	name := func(root *pkiforge.Certificate) string {
		return make1(t, run, attempt(t, "host.test", somewhere, root)).Output
	}
	first, again, second := name(root), name(root), name(other)
	if first != again || first == second || !strings.HasPrefix(first, "sql:") {
		t.Errorf("databases %q, %q, %q", first, again, second)
	}
	broken := *root
	broken.DER = []byte("no certificate")
	out := make1(t, run, attempt(t, "host.test", somewhere, &broken))
	if out.Started || !strings.Contains(out.Unsupported, "cannot be installed: certutil") {
		t.Errorf("a root that NSS does not take: %+v", out)
	}
}

// TestGeneratedProfiles shows what each embedded profile makes of an endpoint with an
// identity and of one without.
func TestGeneratedProfiles(t *testing.T) {
	t.Parallel()
	for _, p := range Embedded() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			bare, full := samples(p)
			for i := range p.Ports {
				bare.LocalPorts[i] = uint16(20000 + i) // shared with full
			}
			var b strings.Builder
			for _, command := range p.Prepare {
				argv, err := renderAll(command, samplePlaces)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&b, "prepare: %s\n", strings.Join(argv, " "))
			}
			for _, x := range []struct {
				name string
				v    vars
			}{{"without an identity", bare}, {"with an identity and a DNS server", full}} {
				fmt.Fprintf(&b, "--- %s\n", x.name)
				showRendered(t, &b, p, x.v)
			}
			file := filepath.Join("testdata", "rendered", p.Name+".golden")
			golden.File(t, file, []byte(b.String()))
		})
	}
}

func showRendered(t *testing.T, b *strings.Builder, p *Profile, v vars) {
	t.Helper()
	render := func(x Template) string {
		s, err := x.render(v)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	var argv []string
	for _, word := range p.Command {
		if s := render(word); s != "" || word.parsed == nil {
			argv = append(argv, s)
		}
	}
	fmt.Fprintln(b, strings.Join(argv, " "))
	env := slices.Clone(p.Env)
	slices.SortFunc(env, func(x, y EnvVar) int { return strings.Compare(x.Name, y.Name) })
	for _, x := range env {
		fmt.Fprintf(b, "env: %s=%s\n", x.Name, render(x.Value))
	}
	for _, f := range p.Files {
		fmt.Fprintf(b, "file: %s\n%s\n", f.Path, indent(render(f.Text)))
	}
	if text := render(p.Stdin.Text); text != "" {
		fmt.Fprintf(b, "stdin, held open: %v\n%s\n", !p.Stdin.Close, indent(text))
	}
}

func indent(s string) string {
	s = strings.TrimRight(strings.ReplaceAll(s, "\r\n", "<CRLF>\n"), "\n")
	return "  " + strings.ReplaceAll(s, "\n", "\n  ")
}
