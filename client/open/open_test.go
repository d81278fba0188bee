package open

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siptrust/client/profile"
)

const sound = "name: x\ncommand: [sh]\nnames: [none]\n"

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestClient(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		options    Options
		want, kind string
	}{
		{"", Options{}, "reference", "reference"},
		{"reference", Options{Policy: "rfc5922"}, "reference", "reference"},
		{"mutant:expiry", Options{Policies: []string{"interop"}, Policy: "interop"}, "mutant:expiry", "reference"},
		{"exec", Options{Program: []string{"sh"}}, "exec", "exec"},
		{write(t, "p.yaml", sound), Options{}, "x", "exec"},
		{write(t, "plain", sound+"policy: apple\n"), Options{Policy: "apple", Policies: []string{"apple"}}, "x", "exec"},
		{"sipgo", Options{}, "sipgo", "exec"},
	} {
		d, err := Client(c.name, c.options)
		if err != nil {
			t.Errorf("%q: %v", c.name, err)
			continue
		}
		if d.Name() != c.want || d.Kind() != c.kind {
			t.Errorf("%q is %q by %q, want %q by %q", c.name, d.Name(), d.Kind(), c.want, c.kind)
		}
	}
}

// TestClientRefuses wants one line that names the mistake, and tells those of the
// user from what the machine lacks.
func TestClientRefuses(t *testing.T) {
	t.Parallel()
	policies := []string{"interop", "apple"}
	for _, c := range []struct {
		name    string
		options Options
		want    string
		machine bool
	}{
		{"openssl", Options{Program: []string{"sh"}}, `a program after -- goes with --client exec, not with "openssl"`, false},
		{"exec", Options{}, "--client exec needs a program", false},
		{"reference", Options{Policy: "aple", Policies: policies}, `unknown policy "aple"; one of interop, apple`, false},
		{"reference", Options{Policies: policies}, `unknown policy ""; one of interop, apple`, false},
		{"mutant:expiri", Options{}, "expiri", false},
		{"opensll", Options{}, `unknown client "opensll"; did you mean "openssl"?`, false},
		{"refrence", Options{}, `did you mean "reference"?`, false},
		{"entirely-else", Options{}, `unknown client "entirely-else"; 'siptrust clients' lists them`, false},
		{"none/such", Options{}, "read client profile: open none/such", false},
		{"none.yaml", Options{}, "read client profile: open none.yaml", false},
		{write(t, "p.yml", "name: x\n"), Options{}, "p.yml:1: command is missing", false},
		{write(t, "p.yaml", sound+"policy: aple\n"), Options{Policy: "apple", Policies: policies}, `client x: its profile: unknown policy "aple"`, false},
		{write(t, "q.yaml", strings.Replace(sound, "sh", "no-such-program", 1)), Options{}, "client x: program not found: no-such-program", true},
	} {
		_, err := Client(c.name, c.options)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want one line with %q", c.name, err, c.want)
		}
		if _, machine := errors.AsType[*UnavailableError](err); machine != c.machine {
			t.Errorf("%q: %v is for want of a program: %t", c.name, err, machine)
		}
	}
	if _, err := Client(write(t, "p.yaml", sound+"nmae: y\n"), Options{}); err != nil {
		if mistake, ok := errors.AsType[*profile.Error](err); !ok || mistake.Line != 4 {
			t.Errorf("%v, want an error of the profile", err)
		}
	}
}
