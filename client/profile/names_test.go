package profile

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestREADMEListsTheNames holds the table of profiles/README.md to the names.
func TestREADMEListsTheNames(t *testing.T) {
	t.Parallel()
	const file, head = "profiles/README.md", "| in a text | in the environment | |\n|---|---|---|\n"
	var table strings.Builder
	table.WriteString(head)
	for _, n := range names {
		env := ""
		if n.env != "" {
			env = "`" + n.env + "`"
		}
		fmt.Fprintf(&table, "| `{{.%s}}` | %s | %s |\n", n.name, env, n.about)
	}
	readme := readFile(t, file)
	before, rest, ok := strings.Cut(readme, head)
	_, after, ends := strings.Cut(rest, "\n\n")
	if !ok || !ends {
		t.Fatalf("%s has no table that begins with\n%s", file, head)
	}
	want := before + table.String() + "\n" + after
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(readme, want); diff != "" {
		t.Errorf("go test ./client/profile -run TestREADME -update writes it (-%s +names):\n%s", file, diff)
	}
	for _, m := range regexp.MustCompile(`\{\{[^}]*?\.(\w+)`).FindAllStringSubmatch(readme, -1) {
		if m[1] != "Name" && !slices.ContainsFunc(names, func(n name) bool { return n.name == m[1] }) {
			t.Errorf("%s speaks of {{.%s}}, which there is not", file, m[1])
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
			line := n.env + "=" + plain(n.value(&v))
			if strings.EqualFold(n.name, f.Name) && n.env != "" && !slices.Contains(v.Environ(), line) {
				t.Errorf("the environment %q lacks %q", v.Environ(), line)
			}
		}
	}
	if v := (Values{LocalPorts: []uint16{7, 8}}); !slices.Contains(v.Environ(), "SIPTRUST_LOCAL_PORTS=7 8") {
		t.Errorf("the environment %q lacks the ports", v.Environ())
	}
}
