package reports

import _ "embed"

// JSONSchema describes the record: a results.json is an instance of it, a
// line of results.jsonl one of it or of its "#/$defs/result".
//
//go:embed results.schema.json
var JSONSchema []byte
