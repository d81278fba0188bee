package strictyaml

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml/ast"
)

type entry struct {
	Case   Text `yaml:"case"`
	Reason Text `yaml:"reason"`
	Inner  struct {
		Leak Text `yaml:"leak"`
	} `yaml:"inner"`
}

func decode(text string) (entry, error) {
	var into entry
	node, err := Parse([]byte(text))
	if err != nil || node == nil {
		return into, err
	}
	return into, Decode(node, &into)
}

// A value is what is written, whatever YAML would make of it.
func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Text{
		"case: a.b":                   {"a.b", 1},
		"\n# c\n---\ncase: a # c\n":   {"a", 4},
		"case: ' r '":                 {"r", 1},
		`case: "q\t\u00e9"`:           {"q\té", 1},
		"case: 2026-06-30":            {"2026-06-30", 1},
		"case: 017":                   {"017", 1},
		"case: 1.50":                  {"1.50", 1},
		"case: 0x1F":                  {"0x1F", 1},
		"case: yes":                   {"yes", 1},
		"case: true":                  {"true", 1},
		"case: .inf":                  {".inf", 1},
		"reason: x\ncase: |\n  a\n\n": {"a", 2},
		"case: >\n  a\n  b\n":         {"a b", 1},
		"'case': a\r\nreason: b\r\n":  {"a", 1},
		"{reason: b, case: a}":        {"a", 1},
		"case:":                       {},
		"case: null":                  {},
		"case: ~":                     {},
		"\ufeffcase: a\r\n":           {"a", 1},
		"case: caf\xe9":               {"caf\ufffd", 1},
		"":                            {},
		"# nothing\n":                 {},
		"case: a\n...\n# the end\n":   {"a", 1},
	} {
		got, err := decode(text)
		if err != nil || got.Case != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got.Case, err, want)
		}
	}
}

// Each mistake is one line with the place of it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"\nreasons: x":                     "2: unknown key \"reasons\"; did you mean \"reason\"?",
		"zzz: x":                           "1: unknown key \"zzz\"; one of case, reason, inner",
		"inner:\n  leek: x":                "2: unknown key \"leek\"",
		"case: " + strings.Repeat("[", 17): "1: more than 16 lists and mappings within each other",
		"case: " + strings.Repeat("[", 16) + strings.Repeat("]", 16): "1: case: a plain text is needed",
		"case:\n" + strings.Repeat("- ", 17) + "a":                   "2: more than 16 lists",
		"case: a\ncase: b":               "2: case is given twice",
		"case: [a]":                      "1: case: a plain text is needed",
		"case:\n  - a":                   "2: case: a plain text is needed",
		"inner:\n  leak: {a: b}":         "2: leak: a plain text is needed",
		"inner: x":                       "1: string was used where mapping is expected",
		"- case: a":                      "1: sequence was used where mapping is expected",
		"1: a":                           "1: a key must be a plain text",
		"inner:\n  true: a":              "2: a key must be a plain text",
		"? case\n: a":                    "1: a key must be a plain text",
		"case: &a x":                     "1: anchors and aliases",
		"case: a\n<<: {case: b}":         "2: anchors and aliases",
		"case: !!str a":                  "1: tags are not read",
		"%YAML 1.2\n---\ncase: a":        "1: directives are not read",
		"case: a\n---\ncase: b":          "2: a second document",
		"---\n---\ncase: b":              "2: a second document",
		"case: a\n...\ncase: b":          "3: a second document",
		"case: [":                        "1: not YAML: ",
		"case: a: b":                     "1: not YAML: ",
		"reason: x\n\tcase: a":           "not YAML: ",
		"case: '\x1b[31m":                "1: not YAML: ",
		"\"\\x1b[31m\\u202ebad\": x":     "1: unknown key \"bad\"",
		strings.Repeat("z", 200) + ": x": "…\"; one of",
	} {
		got, err := decode(text)
		var mistake *Error
		if !errors.As(err, &mistake) || mistake.Line < 1 {
			t.Errorf("%q: %+v, %v; want %s", text, got, err, want)
			continue
		}
		if said := err.Error(); !strings.Contains(said, want) || strings.ContainsAny(said, "\n\x1b") || len(said) > 300 {
			t.Errorf("%q: %q, want %s", text, said, want)
		}
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	node, err := Parse([]byte("\nlist:\n  - # first\n    case:\n      a\n  - [x]\n"))
	if err != nil {
		t.Fatal(err)
	}
	list, ok := node.(*ast.MappingNode).Values[0].Value.(*ast.SequenceNode)
	if !ok || len(list.Values) != 2 {
		t.Fatalf("%T", node)
	}
	if Line(node) != 2 || Line(list.Values[0]) != 4 || Line(list.Values[1]) != 6 || Line(nil) != 1 {
		t.Errorf("lines %d, %d, %d, %d", Line(node), Line(list.Values[0]), Line(list.Values[1]), Line(nil))
	}
}

// A file that is made to overcome the parser is refused or read, at once.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	if _, err := Parse(make([]byte, MaxSize+1)); err == nil || err.Error() != "1: more than 1048576 octets" {
		t.Error(err)
	}
	var keys strings.Builder
	for i := range 80_000 {
		fmt.Fprintf(&keys, "k%d: a\n", i)
	}
	if _, err := Parse([]byte(keys.String())); err == nil || !strings.HasSuffix(err.Error(), ": more than 20000 keys, values and marks") {
		t.Error(err)
	}
	for _, unit := range []string{
		"[", "{", "{a: [", "- ", "? ", "- - - - - - - - - - - - - - - - - \n", "a: ", "a:\n ", "&a ", "*a\n", "!!x ", "\"", "|\n", "- a\n", "%", "---\n", "\t",
	} {
		begin := time.Now()
		text := strings.Repeat(unit, (64<<10)/len(unit))
		if node, err := Parse([]byte(text)); err == nil && node != nil && unit != "\t" {
			t.Errorf("%q again and again: it was read as %T", unit, node)
		}
		if took := time.Since(begin); took > 20*time.Second { // the square of the nesting takes minutes, if it ends
			t.Errorf("%q again and again: %v", unit, took)
		}
	}
}

// FuzzDecode: whatever a file holds, reading it does not panic, and an error
// is one line with a place.
func FuzzDecode(f *testing.F) {
	f.Add("case: a\nreason: |\n  b\ninner: {leak: true}\n")
	f.Add("- [a, {b: c}]\n---\n? d\n: *e\n")
	f.Add("%TAG ! x\n--- !!map {\"\\x00\": 'é'}")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		_, err := decode(text)
		var mistake *Error
		switch {
		case err == nil:
		case !errors.As(err, &mistake):
			t.Errorf("%T: %v", err, err)
		case mistake.Line < 1 || strings.ContainsAny(mistake.Problem, "\r\n\x1b"):
			t.Errorf("%q", err)
		}
	})
}
