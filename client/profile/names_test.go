package profile

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"siptrust/client"
	"siptrust/internal/golden"
)

const readme = "profiles/README.md"

// TestGeneratedTables holds the tables of the README to the names and the features.
func TestGeneratedTables(t *testing.T) {
	var nameRows, featureRows strings.Builder
	for _, n := range names {
		env := ""
		if n.env != "" {
			env = "`" + n.env + "`"
		}
		fmt.Fprintf(&nameRows, "| `{{.%s}}` | %s | %s |\n", n.name, env, n.about)
	}
	for _, f := range client.Features() {
		fmt.Fprintf(&featureRows, "| `%s` | %s |\n", f, f.Words())
	}
	text := readFile(t, readme)
	want := withTable(t, text, "| in a text | in the environment | |\n|---|---|---|\n", nameRows.String())
	want = withTable(t, want, "| `lacks:` | a client that has it |\n|---|---|\n", featureRows.String())
	golden.File(t, readme, []byte(want))
}

// withTable replaces the rows of the table that has a head, to the end of the
// text or to an empty line.
func withTable(t *testing.T, text, head, rows string) string {
	t.Helper()
	before, rest, ok := strings.Cut(text, head)
	if !ok {
		t.Fatalf("%s has no table that begins with\n%s", readme, head)
	}
	after := ""
	if _, more, follows := strings.Cut("\n"+rest, "\n\n"); follows {
		after = "\n" + more
	}
	return before + head + rows + after
}

// TestREADMEHasNoOtherName: every {{.Name}} in it is one.
func TestREADMEHasNoOtherName(t *testing.T) {
	t.Parallel()
	for _, m := range regexp.MustCompile(`\{\{[^}]*?\.(\w+)`).FindAllStringSubmatch(readFile(t, readme), -1) {
		if m[1] != "Name" && !slices.ContainsFunc(names, func(n name) bool { return n.name == m[1] }) {
			t.Errorf("%s speaks of {{.%s}}, which there is not", readme, m[1])
		}
	}
}

// TestEveryValueHasItsName sets one field of the values after the other: each is
// what exactly its name gives, and what the environment has.
func TestEveryValueHasItsName(t *testing.T) {
	t.Parallel()
	for f := range reflect.TypeFor[Values]().Fields() {
		var v Values
		switch at := reflect.ValueOf(&v).Elem().FieldByIndex(f.Index); f.Type.Kind() {
		case reflect.String:
			at.SetString("set")
		case reflect.Int:
			at.SetInt(7)
		case reflect.Uint16:
			at.SetUint(7)
		default:
			at.Set(reflect.ValueOf([]uint16{7, 8}))
		}
		var got, empty Values
		got = v
		var given []string
		for _, n := range names {
			if !cmp.Equal(n.value(&got), n.value(&empty)) {
				given = append(given, n.name)
			}
		}
		want := []string{f.Name}
		switch f.Name {
		case "LocalPorts":
			want = []string{"LocalPort", "LocalPorts"}
		case "ID":
			want = []string{"Id"}
		}
		if !slices.Equal(given, want) {
			t.Errorf("the value %s is given as %v", f.Name, given)
		}
		for _, n := range names {
			line := n.env + "=" + asText(n.value(&v))
			if strings.EqualFold(n.name, f.Name) && n.env != "" && !slices.Contains(v.Environ(), line) {
				t.Errorf("the environment %q lacks %q", v.Environ(), line)
			}
		}
	}
	if v := (Values{LocalPorts: []uint16{7, 8}}); !slices.Contains(v.Environ(), "SIPTRUST_LOCAL_PORTS=7 8") {
		t.Errorf("the environment %q lacks the ports", v.Environ())
	}
}
