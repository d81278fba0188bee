// Package reports has the result model and everything that is written from it,
// during a run or later from its record: results.jsonl,
// results.json, JUnit, HTML, Markdown and the terminal's summary. It must
// never decide a status: it prints what the judge decided.
package reports

import "time"

// Schema names the form in which records are written. Later fields are
// optional and do not change it: a reader ignores fields that it does not know.
const Schema = "siptrust/results/v2"

// schemaV1 is the form before it, which is still read: its subject is under
// "client" and has no kind.
const schemaV1 = "siptrust/results/v1"

// Status is what the judge decided on one case.
type Status string

// The statuses.
const (
	Pass         Status = "pass"
	Warn         Status = "warn"
	Fail         Status = "fail"
	Info         Status = "info"
	Skip         Status = "skip"
	Inconclusive Status = "inconclusive"
)

// Verdict is what the judge decided on a run.
type Verdict string

// The verdicts.
const (
	Conforms         Verdict = "conforms"           // no case failed, inconclusive, skipped, warned or waived
	ConformsWithGaps Verdict = "conforms with gaps" // a case skipped, warned or waived
	DoesNotConform   Verdict = "does not conform"   // a case failed
	NotAssessed      Verdict = "not assessed"       // a case inconclusive, or setup not proven
)

// Record is one whole run.
type Record struct {
	Schema   string    `json:"schema"`
	Complete bool      `json:"complete"` // false: the run was interrupted or killed
	Verdict  Verdict   `json:"verdict"`
	Tool     Tool      `json:"tool"`
	Subject  Subject   `json:"subject"`
	Policy   string    `json:"policy"`
	Settings Settings  `json:"settings"`
	Started  time.Time `json:"started"`
	Seconds  float64   `json:"seconds"`
	Summary  Summary   `json:"summary"`
	Results  []Result  `json:"results"`
}

// Tool is the siptrust that made the record.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Edition string `json:"edition"` // of the catalogue
}

// Subject is what was tested.
type Subject struct {
	Kind    SubjectKind `json:"kind"`
	Name    string      `json:"name"`
	Version string      `json:"version"` // empty: unknown
	Driver  string      `json:"driver"`  // how it was started or reached
}

// SubjectKind says which side of the connection a subject is.
type SubjectKind string

// The kinds. A record that names none is a client's.
const (
	SubjectClient SubjectKind = "client"
	SubjectServer SubjectKind = "server"
)

// Settings are the settings of a run.
type Settings struct {
	TLSVersion string `json:"tlsVersion"` // "1.2", "1.3" or "" for both
	TLSKey     string `json:"tlsKey"`     // "ecdsa" or "rsa"
	Filter     string `json:"filter"`
	Traps      string `json:"traps"` // "own" or "near"
	Jobs       int    `json:"jobs"`
}

// Summary counts the results that are not controls.
type Summary struct {
	Pass         int `json:"pass"`
	Warn         int `json:"warn"`
	Fail         int `json:"fail"`
	Info         int `json:"info"`
	Skip         int `json:"skip"`
	Inconclusive int `json:"inconclusive"`
	Waived       int `json:"waived"`
}

// Result is one case of a run.
type Result struct {
	ID           string     `json:"id"`
	Title        string     `json:"title"`
	Group        string     `json:"group"`
	Level        string     `json:"level"`  // "MUST" or "SHOULD"
	Expect       string     `json:"expect"` // "accept", "refuse", "quiet", "observe"
	Demands      []Demand   `json:"demands"`
	Twin         string     `json:"twin"`    // id; empty: none
	Control      bool       `json:"control"` // ran only as a twin; not counted
	Clauses      []string   `json:"clauses"` // "RFC 5280 6.1.3"
	Outcome      string     `json:"outcome"` // "accepted", "refused", "stalled", "leaked", "absent"; empty: not run
	How          string     `json:"how"`     // a few words: "by alert", "late, by closing"
	Status       Status     `json:"status"`
	Waived       bool       `json:"waived"`
	Reason       string     `json:"reason"` // one sentence, for people
	Alert        string     `json:"alert"`  // "fatal unknown_ca (48)"; empty: none
	TLS          TLS        `json:"tls"`
	Milliseconds float64    `json:"milliseconds"`
	Evidence     []Evidence `json:"evidence"`
	// Steps are the nine steps of the paper's algorithm in their order, as the
	// client reports them of the attempt that decided; nil: it reports none. No
	// verdict rests on them.
	Steps []Step `json:"steps,omitempty"`
}

// Demand is a named predicate over the observation.
type Demand struct {
	Name string `json:"name"`
	Met  bool   `json:"met"`
}

// Step is one step of the paper's algorithm as a client went through it.
type Step struct {
	Number int       `json:"number"` // 1 to 9
	Name   string    `json:"name"`   // "validation against the trust store"
	State  StepState `json:"state"`
	Detail string    `json:"detail"` // what happened, for people; empty: nothing to say
}

// StepState is what became of a step.
type StepState string

// The states.
const (
	StepDone       StepState = "done"
	StepRefused    StepState = "refused"     // the client went no further: it refused, was refused or could not
	StepNotReached StepState = "not reached" // nor was it needed, where a later step was reached
)

// TLS is what was negotiated; empty fields were not reached.
type TLS struct {
	Version string `json:"version"` // "1.3"
	Cipher  string `json:"cipher"`
	SNI     string `json:"sni"`
}

// Evidence is one rung of the message ladder.
type Evidence struct {
	Ms        float64 `json:"ms"`   // since the attempt began
	From      string  `json:"from"` // "client", "server" or "tool"
	What      string  `json:"what"`
	Detail    string  `json:"detail"`
	Protected bool    `json:"protected"`
	// Kind is what it is, for programs: "client_hello", "alert", "clear_sip",
	// "fin"; empty for notes of the tool, and in older records.
	Kind string `json:"kind,omitempty"`
}

// Milliseconds is the unit of every time in a record, to the microsecond.
func Milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
