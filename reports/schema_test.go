package reports

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// jsonSchema describes the record: a results.json is an instance of it, a line
// of results.jsonl one of it or of its "#/$defs/result".
//
//go:embed results.schema.json
var jsonSchema []byte

// compile gives the record's schema, or the part of it at fragment. A strict
// one allows no field but those that it names, as what this version writes has
// no other; the schema itself does, for what later versions write.
func compile(t *testing.T, fragment string, strict bool) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(jsonSchema))
	if err != nil {
		t.Fatal(err)
	}
	if strict {
		root := doc.(map[string]any)
		root["additionalProperties"] = false
		for _, of := range root["$defs"].(map[string]any) {
			if of := of.(map[string]any); of["type"] == "object" {
				of["additionalProperties"] = false
			}
		}
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	const at = "urn:siptrust:results:v2"
	if err := compiler.AddResource(at, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(at + fragment)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, data []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

// TestWrittenRecords holds every file and every line of a run to the schema,
// with empty slices too.
func TestWrittenRecords(t *testing.T) {
	t.Parallel()
	bare := Record{Results: []Result{{ID: "a", Level: "MUST", Expect: "refuse", Status: Pass}}}
	for name, record := range map[string]Record{"sample": sample(), "bare": bare, "empty": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeRun(t, dir, record)
			whole, err := os.ReadFile(filepath.Join(dir, RecordFile))
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(t, compile(t, "", true), whole); err != nil {
				t.Errorf("%s: %v", RecordFile, err)
			}
			if bytes.Contains(whole, []byte("null")) {
				t.Error("results.json holds null")
			}
			data, err := os.ReadFile(filepath.Join(dir, LinesFile))
			if err != nil {
				t.Fatal(err)
			}
			lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
			if len(lines) != len(record.Results)+2 {
				t.Fatalf("%d lines for %d results, first and last", len(lines), len(record.Results))
			}
			for i, line := range lines {
				fragment := "#/$defs/result"
				if i == 0 || i == len(lines)-1 {
					fragment = ""
				}
				if err := validate(t, compile(t, fragment, true), line); err != nil {
					t.Errorf("line %d: %v", i+1, err)
				}
			}
		})
	}
}

// TestSchemaRefuses proves that the schema says no where it should.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := compile(t, "", true)
	for name, spoil := range map[string]func(map[string]any){
		"another schema":           func(m map[string]any) { m["schema"] = schemaV1 },
		"unknown verdict":          func(m map[string]any) { m["verdict"] = "passes" },
		"a field too many":         func(m map[string]any) { m["key"] = "" },
		"a field too many, deeper": func(m map[string]any) { m["subject"].(map[string]any)["key"] = "" },
		"unknown kind of subject":  func(m map[string]any) { m["subject"].(map[string]any)["kind"] = "proxy" },
		"a field too few":          func(m map[string]any) { delete(m, "policy") },
		"null for an array":        func(m map[string]any) { m["results"] = nil },
		"no date":                  func(m map[string]any) { m["started"] = "yesterday" },
		"unknown status":           func(m map[string]any) { m["results"].([]any)[0].(map[string]any)["status"] = "ok" },
		"unknown outcome":          func(m map[string]any) { m["results"].([]any)[0].(map[string]any)["outcome"] = "fine" },
		"unknown step state": func(m map[string]any) {
			m["results"].([]any)[0].(map[string]any)["steps"].([]any)[0].(map[string]any)["state"] = "skipped"
		},
		"a tenth step": func(m map[string]any) {
			m["results"].([]any)[0].(map[string]any)["steps"].([]any)[0].(map[string]any)["number"] = 10
		},
		"null evidence": func(m map[string]any) { m["results"].([]any)[0].(map[string]any)["evidence"] = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := json.Marshal(normalise(sample()))
			if err != nil {
				t.Fatal(err)
			}
			var value map[string]any
			if err := json.Unmarshal(data, &value); err != nil {
				t.Fatal(err)
			}
			spoil(value)
			if err := schema.Validate(value); err == nil {
				t.Error("the schema took it")
			}
		})
	}
}

// TestSchemaEqualsStructs walks the schema and the Go types side by side:
// same names, those required that are always written, matching types, open for later fields.
func TestSchemaEqualsStructs(t *testing.T) {
	t.Parallel()
	var root map[string]any
	if err := json.Unmarshal(jsonSchema, &root); err != nil {
		t.Fatal(err)
	}
	compare(t, root, root, reflect.TypeFor[Record](), "record")
	if got := root["properties"].(map[string]any)["schema"].(map[string]any)["const"]; got != Schema {
		t.Errorf("the schema's name is %v, not %s", got, Schema)
	}
}

func compare(t *testing.T, root, node map[string]any, kind reflect.Type, where string) {
	t.Helper()
	if ref, ok := node["$ref"].(string); ok {
		node = root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	want := map[reflect.Kind]string{
		reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Float64: "number", reflect.Slice: "array",
	}[kind.Kind()]
	switch {
	case kind == reflect.TypeFor[time.Time]():
		if node["type"] != "string" || node["format"] != "date-time" {
			t.Errorf("%s: a time is a date-time", where)
		}
	case kind.Kind() == reflect.Struct:
		compareStruct(t, root, node, kind, where)
	case kind.Kind() == reflect.String && node["type"] == nil:
		if node["enum"] == nil && node["const"] == nil {
			t.Errorf("%s: neither type, enum nor const", where)
		}
	case node["type"] != want:
		t.Errorf("%s: type %v, in Go %s", where, node["type"], want)
	case kind.Kind() == reflect.Slice:
		compare(t, root, node["items"].(map[string]any), kind.Elem(), where+"[]")
	}
}

func compareStruct(t *testing.T, root, node map[string]any, kind reflect.Type, where string) {
	t.Helper()
	properties := node["properties"].(map[string]any)
	var fields, always []string
	for field := range kind.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		fields = append(fields, name)
		if options != "omitempty" {
			always = append(always, name)
		}
		if property, ok := properties[name].(map[string]any); ok {
			compare(t, root, property, field.Type, where+"."+name)
		}
	}
	var required []string
	for _, name := range node["required"].([]any) {
		required = append(required, name.(string))
	}
	slices.Sort(fields)
	slices.Sort(always)
	slices.Sort(required)
	if names := slices.Sorted(maps.Keys(properties)); !slices.Equal(names, fields) {
		t.Errorf("%s: schema has %v, Go has %v", where, names, fields)
	}
	if !slices.Equal(required, always) {
		t.Errorf("%s: required are %v, always written %v", where, required, always)
	}
	if node["additionalProperties"] != nil {
		t.Errorf("%s: forbids what a later version adds", where)
	}
}
