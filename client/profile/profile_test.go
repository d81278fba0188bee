package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"siptrust/client"
)

const sound = "name: x\ncommand: [prog]\nnames: [none]\n"

// wrong are profiles with one mistake each. Those with free set are beyond
// what a JSON Schema can say.
var wrong = []struct {
	name, text string
	line       int
	want       string // in the message, behind file and line
	free       bool
}{
	{"empty", "", 1, "the profile is empty", false},
	{"not a mapping", "- a\n", 1, "want a mapping", false},
	{"not YAML", "name: x\n\tcommand: y\n", 2, "not YAML", true},
	{"not UTF-8", sound + "title: \xff\n", 4, "not YAML: not UTF-8", true},
	{"a tab in double quotes in a list", "name: x\ncommand: [\"a\tb\", c]\nnames: [none]\n", 2, `written \t`, true},
	{"a tab without quotes", sound + "title: a\tb\n", 4, "title: a tab in a text without quotes", true},
	{"a tab in a key", sound + "ti\ttle: ab\n", 4, "a tab in a text without quotes", true},
	{"two unknown keys", sound + "zeta: 1\nalpha: 2\n", 4, "zeta: unknown key; one of command, debian", false},
	{"unknown key with a dot", sound + "version.command: [x]\n", 4, "version.command: unknown key; one of command, debian", false},
	{"unknown keys within", sound + "stdin:\n  txt: a\n  tex: b\n", 5, `stdin.txt: unknown key; one of hold, text; did you mean "text"?`, false},
	{"no value", sound + "title:\n", 4, "title: it has no value", false},
	{"no value in a list", "name: x\ncommand: [prog]\nnames:\n  - none\n  -\n", 5, "names: it has no value", false},
	{"list as a text", sound + "title: [a]\n", 4, "title: want a text", false},
	{"list as a number", sound + "ports: [1]\n", 4, "ports: want a whole number from 0 to 16", false},
	{"mapping as a list", sound + "needs: {a: b}\n", 4, "needs: want a list", false},
	{"list as a mapping", sound + "env: [a]\n", 4, "env: want a mapping", false},
	{"key with an anchor", sound + "env:\n  &k A: b\n", 5, "env: want a plain key", true},
	{"merged mapping", "name: x\ncommand: [prog]\nnames: [none]\nenv: &e {A: b}\nfiles:\n  <<: *e\n", 6, "files: want a plain key", true},
	{"tag", sound + "ports: !!int '5'\n", 4, "ports: a tag; write the value alone", true},
	{"alias without an anchor", sound + "title: *t\n", 4, "title: there is no anchor &t before it", true},
	{"alias of itself", sound + "needs: &n [[cc], *n]\n", 4, "needs: there is no anchor &n before it", true},
	{"aliases of aliases", sound + "needs: [&a [" + strings.Repeat("x,", 120) + "]," + strings.Repeat("*a,", 120) + "]\n", 4, "needs: the profile comes to more than 10000 values", true},
	{"too many tokens", sound + "title: x\n" + strings.Repeat("#\n", 10_000), 9989, "more than 10000 keys, values and marks", true},
	{"too deep", sound + "needs: " + strings.Repeat("[", 20_000), 4, "more than 10000 keys, values and marks", true},
	{"too large", sound + strings.Repeat("\n", 1<<20), 1, "larger than 1048576 octets", true},
	{"two documents", sound + "---\n" + sound, 4, "a second document", true},
	{"no name", "command: [prog]\nnames: [none]\n", 1, "name is missing", false},
	{"no command", "name: x\nnames: [none]\n", 1, "command is missing", false},
	{"no names", "name: x\ncommand: [prog]\n", 1, "names is missing", false},
	{"unknown key", sound + "comand: [y]\n", 4, "comand: unknown key; one of command, debian", false},
	{"misspelt key", sound + "stding: {}\n", 4, `version; did you mean "stdin"?`, false},
	{"misspelt feature", sound + "lacks: [tls3]\n", 4, `; did you mean "tls13"?`, false},
	{"misspelt means", "name: x\ncommand: [prog]\nnames: [host]\n", 3, `; did you mean "hosts"?`, false},
	{"misspelt name", sound + "env:\n  A: '{{.CAfile}}'\n", 5, ".Password; did you mean .CAFile?", true},
	{"key twice", sound + "names: [dns]\n", 4, "names: given twice", true},
	{"unknown means", "name: x\ncommand: [prog]\nnames:\n  - dns\n  - host\n", 5, `names: unknown means "host"; one of hosts, wrapper, dns, none, address`, false},
	{"means twice", "name: x\ncommand: [prog]\nnames: [dns, dns]\n", 3, `names: "dns" is given twice`, false},
	{"no means", "name: x\ncommand: [prog]\nnames: []\n", 3, "names: want a list", false},
	{"name with a space", "name: my phone\ncommand: [prog]\nnames: [none]\n", 1, "name: want lower-case", false},
	{"command as text", "name: x\ncommand: prog -x\nnames: [none]\n", 2, "command: want a list", false},
	{"number in the command", "name: x\ncommand: [prog, 6]\nnames: [none]\n", 2, "command: want a text", false},
	{"no program", "name: x\ncommand: ['']\nnames: [none]\n", 2, "command: the program has no name", false},
	{"duration without unit", sound + "settle: 5\n", 4, "settle: want a duration", false},
	{"duration in words", sound + "silence: soon\n", 4, `silence: want a duration up to 1h, such as 500ms or 10s, not "soon"`, false},
	{"negative duration", sound + "timeout: -1s\n", 4, "timeout: want a duration", false},
	{"duration too long", sound + "timeout: 2h\n", 4, "timeout: want a duration", true},
	{"ports as text", sound + "ports: two\n", 4, "ports: want a whole number from 0 to 16", false},
	{"too many ports", sound + "ports: 17\n", 4, "ports: want a whole number", false},
	{"negative parallel", sound + "parallel: -1\n", 4, "parallel: want a whole number", false},
	{"unknown traps", sound + "traps: far\n", 4, `traps: unknown traps "far"; one of own, near`, false},
	{"unknown identity", sound + "identity: p12\n", 4, `identity: unknown format "p12"; one of pem, one-pem`, false},
	{"unknown feature", sound + "lacks:\n  tls14: no\n", 5, `lacks.tls14: unknown feature "tls14"; one of tls12`, false},
	{"unknown feature in a list", sound + "lacks: [udp]\n", 4, `lacks: unknown feature "udp"`, false},
	{"feature twice in a mapping", sound + "lacks:\n  tls13: a\n  tls13: b\n", 6, "lacks.tls13: given twice", true},
	{"feature twice", sound + "lacks: [tls13, tls13: why]\n", 4, `"tls13" is given twice`, true},
	{"reason missing", sound + "lacks:\n  tls13:\n", 5, "lacks.tls13: it has no value", false},
	{"unknown field", "name: x\ncommand: [prog, '{{.Hots}}']\nnames: [none]\n", 2, "command: bad template: <.Hots>: there is no .Hots; one of .URI", true},
	{"case", sound + "files:\n  a: |\n    one\n    {{.Host}} {{if .Case}}{{end}}\n", 7, "files.a: bad template: <.Case>: a client does not know its case; {{.Id}} is", true},
	{"unknown field in a file", sound + "files:\n  a: |\n    one\n    {{.Hots}}\n", 7, "files.a: bad template", true},
	{"field missing without identity only", sound + "env:\n  A: '{{if .CertFile}}{{.Nope}}{{end}}'\n", 5, "env.A: bad template", true},
	{"open template", sound + "stdin:\n  text: '{{.Host'\n", 5, "stdin.text: bad template", true},
	{"loop in a template", sound + "stdin:\n  text: '{{range 9}}x{{end}}'\n", 5, "is not allowed in a template", true},
	{"template within a template", sound + "stdin:\n  text: '{{define \"a\"}}x{{end}}'\n", 5, "a template defines no others", true},
	{"endless text", sound + "env:\n  A: '{{printf \"%999999d\" 1}}{{printf \"%999999d\" 1}}'\n", 5, "env.A: bad template: the text comes to more than 1048576 octets", true},
	{"port not asked for", sound + "env:\n  A: '{{.LocalPort}}'\n", 5, "set ports: 1", true},
	{"second port not asked for", sound + "ports: 1\nenv:\n  A: '{{index .LocalPorts 1}}'\n", 6, "out of range", true},
	{"hold as text", sound + "stdin:\n  hold: 'yes'\n", 5, "stdin.hold: want true or false", false},
	{"unknown key in stdin", sound + "stdin:\n  txt: a\n", 5, "stdin.txt: unknown key; one of hold, text", false},
	{"file outside", sound + "files:\n  ../a: b\n", 5, "files.../a: want a path within", false},
	{"absolute file", sound + "files:\n  /etc/a: b\n", 5, "want a path within", false},
	{"file among siptrust's own", sound + "files:\n  siptrust/ca.pem: b\n", 5, "outside siptrust/", false},
	{"directory with text", sound + "files:\n  a/: b\n", 5, "a directory has no text", true},
	{"bad variable", sound + "env:\n  A=B: c\n", 5, "not a name for an environment variable", false},
	{"contract overwritten", sound + "env:\n  SIPTRUST_URI: c\n", 5, "not a name for an environment variable", false},
	{"version without pattern", sound + "version:\n  command: [prog]\n", 5, "version: want both", false},
	{"needs as words", sound + "needs: [cc]\n", 4, "needs: want a list", false},
	{"need of nothing", sound + "needs: [[]]\n", 4, "needs: want a list", false},
	{"prepare as words", sound + "prepare: [cc]\n", 4, "prepare: want a list", false},
	{"prepare with an empty word", sound + "prepare: [[cc, '']]\n", 4, "prepare: an empty text", false},
	{"prepare for an attempt", sound + "prepare: [[cc, '{{.Host}}']]\n", 4, "there is no .Host; one of .Scripts .Prepared .Siptrust", true},
	{"version of an attempt", sound + "version: {command: ['{{.Prepared}}/x'], pattern: x}\n", 4, "there is no .Prepared; one of .Siptrust", true},
	{"roots not asked for", sound + "env:\n  A: '{{.CADir}}'\n", 5, "set trust: directory", true},
	{"PKCS#12 roots not asked for", sound + "env:\n  A: '{{.TrustFile}}'\n", 5, "set trust: pkcs12", true},
	{"NSS not asked for", sound + "env:\n  A: '{{.NSS}}'\n", 5, "set trust: nss", true},
	{"nickname not asked for", sound + "trust: nss\nenv:\n  A: '{{.Nickname}}'\n", 6, "set identity: nss", true},
	{"password of nothing", sound + "env:\n  A: '{{.Password}}'\n", 5, "set trust or identity to pkcs12", true},
	{"unknown trust", sound + "trust: keychain\n", 4, `trust: unknown format "keychain"; one of file, directory, pkcs12, nss`, false},
	{"identity without a database", sound + "identity: nss\n", 1, "identity nss needs trust nss", false},
	{"policy in words", sound + "policy: my own\n", 4, "policy: want lower-case", false},
	{"bad pattern", sound + "version:\n  command: [prog]\n  pattern: '('\n", 6, "version.pattern: bad regular expression", false},
}

func TestWrongProfiles(t *testing.T) {
	t.Parallel()
	schema := profileSchema(t)
	for _, c := range wrong {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("my/phone.yaml", []byte(c.text))
			pe, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("error %v, want an *Error", err)
			}
			prefix := fmt.Sprintf("my/phone.yaml:%d: ", c.line)
			if !strings.HasPrefix(pe.Error(), prefix) || !strings.Contains(pe.Error(), c.want) || strings.Contains(pe.Error(), "\n") {
				t.Errorf("error %q, want one line that begins with %q and has %q", pe, prefix, c.want)
			}
			if !c.free && schema.Validate(jsonOf(t, c.text)) == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}

func TestSoundProfiles(t *testing.T) {
	t.Parallel()
	schema := profileSchema(t)
	files, err := fs.Glob(embedded, "profiles/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatalf("embedded profiles %q, %v", files, err)
	}
	texts := map[string]string{
		"least":     sound,
		"list":      sound + "lacks:\n  - tls13: why\n  - client-auth\n",
		"alias":     "name: x\ncommand: &c [prog]\nnames: [none]\nversion: {command: *c, pattern: .}\n",
		"durations": sound + "settle: 0s\nsilence: 1m30s\ntimeout: 0.5s\n",
		"text tag":  sound + "title: !!str 5\n",
		"Windows":   "\ufeff" + strings.ReplaceAll(sound, "\n", "\r\n"),
		"directive": "%YAML 1.2\n---\n" + sound,
		"tabs":      sound + "title: 'a\tb'\nfiles:\n  a: |\n    b\tc\n",
		"hidden":    sound + "files:\n  .config/..a: b\n",
	}
	for _, name := range files {
		data, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(data)
	}
	for name, text := range texts {
		if _, err := Parse(name, []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := schema.Validate(jsonOf(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestProfileValues reads a profile with every key back.
func TestProfileValues(t *testing.T) {
	t.Parallel()
	p := yamlProfile(t, readFile(t, "profiles/example.yaml"))
	command := make([]string, len(p.Command))
	for i, c := range p.Command {
		command[i] = c.String()
	}
	want := []string{"example-phone", "--config={{.Dir}}/phone.conf", "{{if .CertFile}}--identity={{.IdentityFile}}{{end}}"}
	if diff := cmp.Diff(want, command); diff != "" {
		t.Errorf("command (-want +got):\n%s", diff)
	}
	if p.Name != "example" || p.Title != "Example softphone 3" || p.Debian != "example-phone" || p.Stdin.Close ||
		p.Stdin.Text.String() != "register\n" || p.Ports != 2 || p.Parallel != 4 || p.NearTraps || p.Identity != IdentityPEM ||
		p.Trust != TrustFile || p.Policy != "rfc5922" || p.NPM != "example-phone" || len(p.Needs) != 2 || len(p.Needs[1]) != 3 ||
		len(p.Prepare) != 1 || p.Prepare[0][3].String() != "{{.Scripts}}/answering-machine.c" ||
		p.Settle != 500*time.Millisecond || p.Silence != 3*time.Second || p.Timeout != 10*time.Second ||
		p.Version.Pattern.String() != `version (\S+)` || len(p.Files) != 2 || p.Files[1].Path != "phone.conf" ||
		len(p.Env) != 1 || p.Env[0].Name != "HOME" {
		t.Errorf("read %+v", p)
	}
	if diff := cmp.Diff([]Means{MeansHosts, MeansWrapper, MeansAddress}, p.Names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[client.Feature]string{client.FeatureTLS13: "built with a library that has no TLS 1.3"}, p.Lacks); diff != "" {
		t.Errorf("lacks (-want +got):\n%s", diff)
	}
	least := yamlProfile(t, sound+"stdin: {text: a}\ntraps: near\nidentity: one-pem\n")
	if !least.Stdin.Close || !least.NearTraps || least.Identity != IdentityOnePEM || least.Trust != TrustFile || least.Settle != DefaultSettle || least.Silence != DefaultSilence || least.Title != "x" {
		t.Errorf("read %+v", least)
	}
}

// TestSchemaKnowsTheKeys holds the schema and the reader to the same keys, and
// the example to all of them.
func TestSchemaKnowsTheKeys(t *testing.T) {
	t.Parallel()
	type node struct {
		Properties map[string]node `json:"properties"`
		Defs       struct {
			Feature struct {
				Enum []client.Feature `json:"enum"`
			} `json:"feature"`
		} `json:"$defs"`
	}
	var schema node
	if err := json.Unmarshal([]byte(readFile(t, "profile.schema.json")), &schema); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		place  string
		schema node
	}{
		"profile": {"", schema},
		"stdin":   {"stdin", schema.Properties["stdin"]},
		"version": {"version", schema.Properties["version"]},
	} {
		if diff := cmp.Diff(keysOf(c.place), slices.Sorted(maps.Keys(c.schema.Properties))); diff != "" {
			t.Errorf("%s: keys (-reader +schema):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(client.Features(), schema.Defs.Feature.Enum); diff != "" {
		t.Errorf("features (-known +schema):\n%s", diff)
	}
	example, ok := jsonOf(t, readFile(t, "profiles/example.yaml")).(map[string]any)
	if !ok {
		t.Fatal("the example is no mapping")
	}
	for _, key := range keysOf("") {
		if _, ok := example[key]; !ok {
			t.Errorf("the example lacks %s", key)
		}
	}
}

func TestLoadAndEmbedded(t *testing.T) {
	t.Parallel()
	var names []string
	for _, p := range Embedded() {
		names = append(names, p.Name)
	}
	files, err := filepath.Glob("profiles/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".yaml"); name != "example" {
			want = append(want, name)
		}
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("embedded profiles (-files +embedded):\n%s", diff)
	}
	if p, err := Named("openssl"); err != nil || p.Name != "openssl" || p.Lacks[client.FeatureAnswersOptions] == "" {
		t.Errorf("Named gave %+v, %v", p, err)
	}
	if _, err := Named("opensll"); err == nil || !strings.Contains(err.Error(), "one of asterisk, baresip, ") {
		t.Errorf("error %v, want one that lists the profiles", err)
	}
	file := filepath.Join(t.TempDir(), "p.yaml")
	if err := os.WriteFile(file, []byte(sound), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := Load(file); err != nil || p.Name != "x" {
		t.Errorf("Load gave %+v, %v", p, err)
	}
	if _, err := Load(file + ".not"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
}

func FuzzProfile(f *testing.F) {
	f.Add([]byte(sound))
	for _, c := range wrong {
		f.Add([]byte(c.text))
	}
	files, err := filepath.Glob("profiles/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse("f", data)
		if err == nil {
			if p.Name == "" || len(p.Command) == 0 || len(p.Names) == 0 {
				t.Errorf("read without complaint: %+v", p)
			}
			return
		}
		pe, ok := errors.AsType[*Error](err)
		if !ok || pe.File != "f" || pe.Line < 1 || pe.Line > bytes.Count(data, []byte("\n"))+bytes.Count(data, []byte("\r"))+2 {
			t.Errorf("error %#v has no line of the file", err)
		}
	})
}

func profileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat() // of regular expressions
	schema, err := c.Compile("profile.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// jsonOf gives a YAML text the types that the schema library knows.
func jsonOf(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return instance
}

// yamlProfile parses a profile of a test's own.
func yamlProfile(t *testing.T, text string) *Profile {
	t.Helper()
	p, err := Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestWriteScripts: the files of an embedded profile are written, a user's are used
// where they are.
func TestWriteScripts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ profile, file string }{{"net-sip", "register.pl"}, {"openssl", ""}} {
		p, err := Named(c.profile)
		if err != nil {
			t.Fatal(err)
		}
		want := filepath.Join(t.TempDir(), "scripts")
		dir, err := p.WriteScripts(want)
		if err != nil || dir != want {
			t.Fatalf("%s: %q, %v, want %q", c.profile, dir, err, want)
		}
		if c.file != "" && readFile(t, filepath.Join(dir, c.file)) != readFile(t, filepath.Join("profiles", c.profile, c.file)) {
			t.Errorf("%s: %s was changed", c.profile, c.file)
		}
		if _, err := p.WriteScripts(want); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: written twice: %v", c.profile, err)
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "p.yaml")
	if err := os.WriteFile(file, []byte(sound), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.WriteScripts(filepath.Join(dir, "scripts")); err != nil || got != dir {
		t.Errorf("a user's: %q, %v, want %q", got, err, dir)
	}
}
