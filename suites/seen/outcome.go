// Package seen says what a client did, in the judge's words: the outcome of a
// connection, of an attempt and of several attempts, read off what the fake
// server observed. Demands and preconditions are predicates over it. It knows
// no case, expects nothing and judges nothing.
package seen

import (
	"slices"
	"time"
)

// Outcome is what a client did in an attempt. The zero value is none.
type Outcome string

// The outcomes, strongest last: of several connections or attempts the
// strongest counts.
const (
	Absent   Outcome = "absent"   // no ClientHello came
	Refused  Outcome = "refused"  // a ClientHello, then a fatal alert or closing before any data
	Stalled  Outcome = "stalled"  // a ClientHello, then neither data nor closing
	Accepted Outcome = "accepted" // data inside a completed handshake
	Leaked   Outcome = "leaked"   // SIP of the account in the clear
)

// byStrength are the outcomes, the strongest last.
var byStrength = []Outcome{Absent, Refused, Stalled, Accepted, Leaked}

// StrongerThan says whether o counts where both were seen.
func (o Outcome) StrongerThan(other Outcome) bool {
	return slices.Index(byStrength, o) > slices.Index(byStrength, other)
}

// Windows bound how long things may take. The zero value is none: see
// [DefaultWindows].
type Windows struct {
	// Prompt and Slow: a refused connection that the client closes within
	// Prompt (5 s) is closed promptly, within Slow (32 s, 64 × T1 of RFC 3261
	// 17.1.1.1) slowly; after that it is left open.
	Prompt, Slow time.Duration
}

// DefaultWindows are the windows of a real run.
func DefaultWindows() Windows { return Windows{Prompt: 5 * time.Second, Slow: 32 * time.Second} }
