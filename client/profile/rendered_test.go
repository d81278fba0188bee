package profile

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"siptrust/internal/golden"
)

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
				argv, err := RenderAll(command, bare)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&b, "prepare: %s\n", strings.Join(argv, " "))
			}
			for _, x := range []struct {
				name string
				v    Values
			}{{"without an identity", bare}, {"with an identity and a DNS server", full}} {
				fmt.Fprintf(&b, "--- %s\n", x.name)
				showRendered(t, &b, p, x.v)
			}
			file := filepath.Join("testdata", "rendered", p.Name+".golden")
			golden.File(t, file, []byte(b.String()))
		})
	}
}

func showRendered(t *testing.T, b *strings.Builder, p *Profile, v Values) {
	t.Helper()
	render := func(x Template) string {
		s, err := x.Render(v)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	argv, err := p.RenderCommand(v)
	if err != nil {
		t.Fatal(err)
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
