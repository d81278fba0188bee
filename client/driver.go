// Package client is the contract between siptrust and its drivers. A driver has a
// SIP client under test make one attempt at one server: the built-in reference
// client and its mutants ([siptrust/client/reference]), or any program
// ([siptrust/client/exec]). It must never know what a case expects.
package client

import (
	"context"
	"net/netip"
	"time"

	"siptrust/pkiforge"
)

// Attempt is what a driver is given for one start of the client.
type Attempt struct {
	// ID is a word that no other attempt has. It says nothing of the case: a
	// client must not know what is expected of it.
	ID string
	// URI is the address of record to register: sips:alice@host:port, or
	// sips:alice@domain where the server is found by DNS (RFC 3263 4).
	URI     string
	Proxy   string // URI of the outbound proxy, sips:host:port; empty: there is none
	Domain  string // SIP domain
	Host    string // server name, what the client must compare with
	Server  netip.AddrPort
	Timeout time.Duration

	// SecondHost is another server name that leads to the same address and port,
	// SecondURI the address of record of a second account there. Empty: none.
	SecondURI, SecondHost string

	// What is installed at the client.
	SystemRoots, CustomRoots []*pkiforge.Certificate
	Identity                 []*pkiforge.Certificate // leaf first; empty: none

	// Dir is the attempt's own directory; empty unless Traits.Files.
	Dir string
	// DNS is a DNS server that knows Host; zero unless Traits.DNS or Lookup.
	DNS netip.AddrPort
	// Lookup: the records that lead from the URI to the server (NAPTR, SRV,
	// CNAME) are in DNS only, and the client must ask for them.
	Lookup bool
}

// Outcome is what a driver reports of an attempt. Only Unsupported decides a
// verdict: otherwise verdicts rest on what the server observed.
type Outcome struct {
	Started     bool          // the client was started at all
	Ended       bool          // it ended by itself, before ctx was done
	ExitStatus  int           // of a program that ended; 0 for the reference
	Unsupported string        // not empty: the client said it cannot do that (exit 89), in words
	Diagnosis   string        // why the client made no attempt, if the driver knows: "program not found: …"
	Output      string        // the end of what it printed, at most 4096 octets
	Trace       Trace         // steps, where the driver knows them
	Took        time.Duration // from start to end
}

// Traits is what a driver needs and allows. The zero value is an in-process
// client that needs nothing.
type Traits struct {
	Files    bool // needs Attempt.Dir
	DNS      bool // needs Attempt.DNS
	Parallel int  // how many attempts may run at once; 0: no limit
	// Forgets: nothing of an attempt is left when it is over, neither a process nor
	// what the client remembers of a server, so that the next may be made at the
	// same address.
	Forgets bool
	// Settle is how long the runner waits after the outcome is certain before
	// it ends the client. Silence is the window of quiet cases.
	Settle, Silence time.Duration
	// Timeout of one attempt, if the driver sets one of its own.
	Timeout time.Duration
	// NearTraps asks for the plaintext listeners of fakeserver.TrapsNear.
	NearTraps bool
	// ByAddress: the client cannot be given a name; Host is the address, and
	// cases that need FeatureNames are skipped.
	ByAddress bool
	// Lacks maps each feature that the client does not have to the reason.
	Lacks map[Feature]string
	// Policy is the rule set that suits the client, for users who name none;
	// empty: there is no hint.
	Policy string
	// Notes are lines for the user about what this machine does not allow.
	Notes []string
}

// Driver makes attempts. Its methods may be called from several goroutines.
type Driver interface {
	Name() string // as in --client: "reference", "mutant:expiry", "openssl", …
	Kind() string // "reference" or "exec"
	// Version of the client under test; empty: unknown.
	Version(ctx context.Context) string
	Traits() Traits
	// Attempt starts the client and returns when it has ended, or soon after ctx
	// is done. None of its processes is left then. The error is for attempts that
	// the driver itself could not make; a client that fails is an Outcome.
	Attempt(ctx context.Context, a Attempt) (Outcome, error)
}

// Preparer is a driver that makes something once a run. dir exists and is empty;
// the caller removes it when the run is over. Prepare returns the driver that
// makes the attempts.
type Preparer interface {
	Prepare(ctx context.Context, dir string) (Driver, error)
}
