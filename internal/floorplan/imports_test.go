package floorplan

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// file is one Go file with what it imports.
type file struct {
	name, room string // from the root; the room is its directory
	test       bool
	imports    []string
}

// goFiles reads every Go file of the module, whatever it is built for.
func goFiles(t *testing.T) []file {
	t.Helper()
	var all []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		f := file{name: relative, room: path.Dir(relative), test: strings.HasSuffix(relative, "_test.go")}
		for _, i := range parsed.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported)
		}
		all = append(all, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// row is what the floor plan says that a room may import.
type row struct{ code, tests []string }

// plan reads the floor plan: the first table of ARCHITECTURE.md, whose first
// column names the room and whose last what it may import.
func plan(t *testing.T) map[string]row {
	t.Helper()
	rooms := make(map[string]row)
	for _, cells := range rows(t, section(t, read(t, "ARCHITECTURE.md"), "## The floor plan")) {
		names := spans(cells[0])
		if len(names) != 1 || len(cells) != 4 {
			t.Fatalf("a row of the floor plan that is not room, purpose, must never know and may import: %q", cells)
		}
		var r row
		for item := range strings.SplitSeq(cells[3], ",") {
			item, isTest := strings.CutSuffix(strings.TrimSpace(item), " (tests)")
			switch names := spans(item); {
			case item == "—":
			case len(names) != 1:
				t.Fatalf("floor plan: %s: %q is neither a room nor a dash", cells[0], item)
			case isTest:
				r.tests = append(r.tests, names[0])
			default:
				r.code = append(r.code, names[0])
			}
		}
		if _, twice := rooms[names[0]]; twice {
			t.Errorf("floor plan: %s has two rows", names[0])
		}
		rooms[names[0]] = r
	}
	return rooms
}

// forbidden says why the floor plan does not let a file import a room; empty:
// it does.
func forbidden(rooms map[string]row, f *file, imported string) string {
	r, known := rooms[f.room]
	switch _, there := rooms[imported]; {
	case !known:
		return "the floor plan has no row for " + f.room
	case !there:
		return "the floor plan has no row for " + imported
	case f.test && imported == f.room: // a test from outside
	case f.test && meets(f.room):
	case f.test && slices.Contains(r.tests, imported):
	case strings.HasPrefix(imported, "internal/"): // any room may
	case slices.Contains(r.code, imported):
	default:
		return f.room + " may not import " + imported
	}
	return ""
}

// meets: in suites the rooms meet, and its tests may use them all.
func meets(room string) bool { return room == "suites" || strings.HasPrefix(room, "suites/") }

// No room imports another but by the floor plan.
func TestImports(t *testing.T) {
	t.Parallel()
	rooms, files := plan(t), goFiles(t)
	used := make(map[string]bool)
	for i := range files {
		f := &files[i]
		used[f.room] = true
		if _, known := rooms[f.room]; !known {
			t.Errorf("%s: ARCHITECTURE.md, \"The floor plan\", has no row for %s: say what it is for, what it must never know and what it may import",
				f.name, f.room)
			continue
		}
		for _, imported := range f.imports {
			imported, ours := strings.CutPrefix(imported, module+"/")
			if !ours {
				continue
			}
			if why := forbidden(rooms, f, imported); why != "" {
				t.Errorf("%s: %s (ARCHITECTURE.md, \"The floor plan\")", f.name, why)
			}
		}
	}
	for room := range rooms {
		if !used[room] {
			t.Errorf("ARCHITECTURE.md, \"The floor plan\": there is no %s", room)
		}
	}
}

// The rules say yes and no where they should.
func TestForbidden(t *testing.T) {
	t.Parallel()
	rooms := map[string]row{
		"ground": {}, "other": {tests: []string{"ground"}}, "suites/run": {code: []string{"ground"}}, "internal/words": {},
	}
	for _, tc := range []struct {
		room     string
		test     bool
		imported string
		allowed  bool
	}{
		{"ground", false, "other", false},
		{"ground", true, "other", false},
		{"ground", true, "ground", true},
		{"ground", false, "internal/words", true},
		{"other", false, "ground", false},
		{"other", true, "ground", true},
		{"suites/run", false, "ground", true},
		{"suites/run", false, "other", false},
		{"suites/run", true, "other", true},
		{"ground", false, "suites/run", false},
		{"ground", false, "nowhere", false},
		{"nowhere", false, "ground", false},
	} {
		f := file{room: tc.room, test: tc.test}
		if why := forbidden(rooms, &f, tc.imported); (why == "") != tc.allowed {
			t.Errorf("%s (test %t) imports %s: %q, allowed %t", tc.room, tc.test, tc.imported, why, tc.allowed)
		}
	}
}

// A library that has a home is imported nowhere else, tests apart.
func TestLibrariesAtHome(t *testing.T) {
	t.Parallel()
	homes := make(map[string][]string)
	for _, cells := range rows(t, section(t, read(t, "ARCHITECTURE.md"), "### Libraries with a home")) {
		for _, library := range spans(cells[0]) {
			homes[library] = spans(cells[1])
		}
	}
	found := make(map[string]bool)
	for _, f := range goFiles(t) {
		for _, imported := range f.imports {
			library := longest(homes, imported)
			if library == "" || f.test {
				continue
			}
			found[library] = true
			if !slices.ContainsFunc(homes[library], func(home string) bool { return within(f.room, home) }) {
				t.Errorf("%s imports %s, which is only for %s (ARCHITECTURE.md, \"Libraries with a home\")",
					f.name, imported, strings.Join(homes[library], ", "))
			}
		}
	}
	for library := range homes {
		if !found[library] {
			t.Errorf("ARCHITECTURE.md, \"Libraries with a home\": nothing imports %s", library)
		}
	}
}

// longest gives the library of the table that an import belongs to.
func longest(homes map[string][]string, imported string) string {
	best := ""
	for library := range homes {
		if within(imported, library) && len(library) > len(best) {
			best = library
		}
	}
	return best
}

// within says that a path is another, or below it.
func within(name, above string) bool {
	return name == above || strings.HasPrefix(name, above+"/")
}
