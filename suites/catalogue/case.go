// Package catalogue says what a case is: its scenario, what a client must do in
// it and by which clause, under every policy; and how cases are found by id and
// filter. It holds no case of its own, forges and serves nothing, and judges
// nothing.
package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// Expectation is what a client must do in a case.
type Expectation string

// The expectations.
const (
	Accept  Expectation = "accept"  // complete the handshake and speak SIP inside it
	Refuse  Expectation = "refuse"  // end the connection and send nothing
	Quiet   Expectation = "quiet"   // the server fails the handshake: be served nothing, leak nothing
	Observe Expectation = "observe" // standards disagree: recorded, not judged
)

// Level is the strength of the clause (RFC 2119).
type Level = seen.Level

// The levels.
const (
	Must   = seen.Must
	Should = seen.Should
)

// Policy is a rule set that decides where standards disagree.
type Policy string

// The policies. Interop is the default.
const (
	Interop Policy = "interop" // only what every sane client agrees on
	RFC5922 Policy = "rfc5922" // SIP domain certificates
	RFC9525 Policy = "rfc9525" // service identity in TLS
	Apple   Policy = "apple"   // Apple's requirements for trusted certificates
	Teams   Policy = "teams"   // Microsoft Teams direct routing
	BCP195  Policy = "bcp195"  // RFC 9325, recommendations for TLS
)

// Policies in the order of the documentation.
func Policies() []Policy {
	return []Policy{Interop, RFC5922, RFC9525, Apple, Teams, BCP195}
}

// Clause is a place in a standard.
type Clause struct {
	Document string // "RFC 5280"
	Section  string // "6.1.3"
}

// String gives "RFC 5280 6.1.3".
func (c Clause) String() string { return strings.TrimSpace(c.Document + " " + c.Section) }

// Change is the one thing that is different from the twin, applied to the
// twin's scenario. The zero value changes nothing.
type Change struct {
	Name  string // in words, for people: "the server certificate expired a day ago"
	Apply func(*Scenario) error
}

// Case is one situation a client is put in, and what it must do.
type Case struct {
	ID    string // stable, dotted, lower case; the first part is the group
	Title string
	Why   string // why it matters, in a sentence

	// Style is the PKI of a case that has no twin.
	Style pkiforge.Style
	// Twin is the id of the sound case that Change is applied to. The Change of
	// a case without a twin is what its scenario sets besides the style: the
	// versions that the server speaks, the kind of its key.
	Twin   string
	Change Change
	// Places are what the server has to open for the scenario, because names and
	// certificates say where it lies. A case has those of its twin too.
	Places fakeserver.Places

	Expect   Expectation
	ByPolicy map[Policy]Expectation // where a policy decides otherwise
	Demands  []seen.Demand
	Level    Level
	LevelBy  map[Policy]Level // where a policy's own text is stronger or weaker
	Clauses  []Clause

	// Repeats is the id of the case that this one repeats with a setting of the run
	// fixed; empty: it repeats none.
	Repeats string
	Fixed   Fixed

	// RefusalCounts is the point of the handshake from which on a refusal says
	// something of what the case is about; the zero value: the server's
	// Certificate.
	RefusalCounts seen.Point
	// Hello lists what the ClientHello must offer for the case to say anything;
	// without it the case is skipped.
	Hello []seen.Precondition
	// Needs lists the features without which the case is skipped.
	Needs []client.Feature
	// MustCome: that the client does not come is the failure, or what the case
	// observes, where its twin was accepted and DNS was asked for the server's name;
	// elsewhere a client that does not come proves nothing.
	MustCome bool
	// ClearHop is the network, "tcp" or "udp", of the hop without TLS that the
	// server, once it was accepted, sends the client on to; empty: it sends it
	// nowhere. Where the case observes, SIP of the account that arrives there after
	// that is shown and is no failure: a client may go there when it has told its
	// user (RFC 3261 8.1.3.4).
	ClearHop string
}

// Fixed is a setting of a run that a case fixes for itself. The zero value fixes
// none.
type Fixed struct {
	TLSVersion string                // "1.2": the servers speak it alone
	TLSKey     pkiforge.KeyAlgorithm // of every key of the chains
}

// Pinned says why the case would say the same as the one that it repeats in a run
// with these settings, if so.
func (f Fixed) Pinned(tlsVersion string, key pkiforge.KeyAlgorithm) string {
	switch {
	case f.TLSVersion != "" && f.TLSVersion == tlsVersion:
		return "the whole run is pinned to TLS " + tlsVersion
	case f.TLSKey != "" && f.TLSKey == key:
		return "the whole run has " + strings.ToUpper(string(key)) + " keys"
	}
	return ""
}

// Group is the first part of the id.
func (c *Case) Group() string {
	group, _, _ := strings.Cut(c.ID, ".")
	return group
}

// Sound says that the case is a root of the table: it has no twin.
func (c *Case) Sound() bool { return c.Twin == "" }

// ExpectationUnder gives what the policy expects of the client.
func (c *Case) ExpectationUnder(p Policy) Expectation {
	if e, ok := c.ByPolicy[p]; ok {
		return e
	}
	return c.Expect
}

// LevelUnder gives the strength of the clause under the policy.
func (c *Case) LevelUnder(p Policy) Level {
	if l, ok := c.LevelBy[p]; ok {
		return l
	}
	return c.Level
}

// Labels are what a filter can name: the level under [Interop] and every dotted
// prefix of the id, the group being the first.
func (c *Case) Labels() []string {
	labels := []string{string(c.Level)}
	for i, r := range c.ID {
		if r == '.' {
			labels = append(labels, c.ID[:i])
		}
	}
	return append(labels, c.ID)
}

// DemandsUnder are the demands in force: those of the case and, where
// acceptance is expected, that it held a SIP request.
func (c *Case) DemandsUnder(p Policy) []seen.Demand {
	if c.ExpectationUnder(p) != Accept {
		return c.Demands
	}
	return append([]seen.Demand{seen.SIPRequest}, c.Demands...)
}

// ClauseStrings are the clauses in words.
func (c *Case) ClauseStrings() []string {
	s := make([]string, len(c.Clauses))
	for i, clause := range c.Clauses {
		s[i] = clause.String()
	}
	return s
}

// Unknown says in one line that there is no such policy, naming those there are;
// nil: there is.
func (p Policy) Unknown() error {
	if slices.Contains(Policies(), p) {
		return nil
	}
	names := make([]string, len(Policies()))
	for i, known := range Policies() {
		names[i] = string(known)
	}
	return fmt.Errorf("unknown policy %q; one of %s", p, strings.Join(names, ", "))
}
