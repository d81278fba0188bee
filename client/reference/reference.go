// Package reference is the built-in SIP client: the nine steps of the paper
// that siptrust starts from, in process and on sipgo. It finds and verifies
// servers by package verify, and everything that it checks or does can be left
// out by name, so that the same code is also every mutant. It follows a policy
// and must never know which case it is run for, nor what that case expects.
package reference

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"siptrust/client"
	"siptrust/client/verify"
)

// patienceWindows times the patience is how long a quiet case watches this
// client: it does nothing of its own accord after a few round trips on
// loopback.
const patienceWindows = 3

// sipgo writes to the process's default logger from deep inside; what this
// client has to say goes into the trace of the outcome. It is set here because
// sipgo wants it before its first use and keeps it without a lock.
func init() {
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
}

// Options say what kind of client a [Driver] is. The zero value is the
// reference client under the interop policy with TLS 1.2 and 1.3.
type Options struct {
	// Policy is the name of the rule set, as listed by [verify.Policies]; empty:
	// "interop".
	Policy string
	// Mutant is the name of the check to leave out, as listed by [Mutants];
	// empty: none.
	Mutant string
	// MinVersion and MaxVersion as in crypto/tls; zero: 1.2 and 1.3.
	MinVersion, MaxVersion uint16
	// Patience is how long the mutant silence waits for an answer; zero: 100 ms.
	// The window of quiet cases is three times as long.
	Patience time.Duration
	// Now is the clock that certificates are judged by; nil: time.Now.
	Now func() time.Time
	// Exercised is told the name of every check that mattered in an attempt: the
	// client came to a point at which a mutant that lacks the check may do
	// something else. A check that is not told made no difference. It may be told
	// several times, from several goroutines at once. Nil: nobody is told, and it
	// costs nothing; else every server is verified once more for each check.
	Exercised func(check string)
}

// Validate says what is wrong with o, naming the choices there are. A Driver
// made of wrong options returns the same error from every attempt.
func (o Options) Validate() error {
	if _, err := verify.FindPolicy(o.Policy); err != nil {
		return err
	}
	_, err := findMutant(o.Mutant)
	return err
}

// Driver is the reference client or one mutant. Attempts share no connection;
// what they share is a cache of parsed roots and verified CAs and, in three
// mutants only, what these remember of servers.
type Driver struct {
	name   string
	policy *verify.Policy
	lacks  check
	opts   Options
	err    error // of the options

	roots    rootCache
	verifier *verify.Verifier
	parser   *sip.Parser

	mu      sync.Mutex
	refused map[server]bool // of the mutant second-try
	known   map[server]bool // of the mutant known-server

	sessions tls.ClientSessionCache // of the mutant refused-session
	tickets  map[string]bool        // by key of such a cache; nil unless Options.Exercised
}

// server is what the mutant second-try remembers.
type server struct {
	host string
	addr netip.AddrPort
}

var _ client.Driver = (*Driver)(nil)

// New makes a client. Wrong options show in the first attempt; see
// [Options.Validate].
func New(o Options) *Driver {
	d := &Driver{
		name:    "reference",
		opts:    o,
		err:     o.Validate(),
		parser:  sip.NewParser(),
		refused: make(map[server]bool),
		known:   make(map[server]bool),
	}
	if o.Mutant != "" {
		d.name = "mutant:" + o.Mutant
	}
	if d.opts.Patience <= 0 {
		d.opts.Patience = impatience
	}
	if d.opts.Now == nil {
		d.opts.Now = time.Now
	}
	if d.err == nil {
		d.lacks, _ = findMutant(o.Mutant)
		d.verifier, d.err = verify.New(d.verification())
	}
	if d.err == nil {
		d.policy = d.verifier.Policy()
		d.opts.MinVersion = max(d.opts.MinVersion, d.policy.MinVersion)
	}
	if d.lacks == checkRefusedSession {
		d.sessions = tls.NewLRUClientSessionCache(1024)
	}
	if o.Exercised != nil {
		d.tickets = make(map[string]bool)
	}
	return d
}

// verification are the options of what verifies servers: with all checks, but
// for one where that is what the mutant leaves out.
func (d *Driver) verification() verify.Options {
	o := verify.Options{Policy: d.opts.Policy, Now: d.opts.Now, WhatIf: d.opts.Exercised != nil}
	if _, ok := verify.Describe(d.lacks); ok {
		o.Without = d.lacks
	}
	return o
}

// Name is "reference" or "mutant:" and the mutant's name.
func (d *Driver) Name() string { return d.name }

// Kind is "reference", for mutants too.
func (d *Driver) Kind() string { return "reference" }

// Version is that of the module siptrust, and of Go, whose crypto/tls the
// client is built on.
func (d *Driver) Version(context.Context) string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	return fmt.Sprintf("%s (%s)", version, runtime.Version())
}

// Traits of the client: it needs nothing, runs as often at once as one likes, and is done
// when the outcome is certain.
func (d *Driver) Traits() client.Traits {
	return client.Traits{Silence: patienceWindows * d.opts.Patience, Forgets: d.forgets()}
}

// forgets says whether one attempt knows nothing of another. Three mutants lack just
// that, and whoever asks which checks mattered is told of them.
func (d *Driver) forgets() bool {
	return d.opts.Exercised == nil && !slices.Contains([]check{checkSecondTry, checkKnownServer, checkRefusedSession}, d.lacks)
}

// without says whether c is the check this client leaves out. It is asked only
// where the answer changes what the client does, and so tells that c mattered.
func (d *Driver) without(c check) bool {
	d.exercise(c)
	return d.lacks == c
}

// exercise tells that c mattered.
func (d *Driver) exercise(c check) {
	if d.opts.Exercised != nil {
		d.opts.Exercised(string(c))
	}
}

// minds says whether what the mutant c remembers of servers is to be kept: for
// the mutant, and to tell when the check mattered.
func (d *Driver) minds(c check) bool { return d.lacks == c || d.opts.Exercised != nil }

// remember notes a refusal for the mutant second-try.
func (d *Driver) remember(s server) {
	if d.minds(checkSecondTry) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.refused[s] = true
	}
}

// remembers says whether the client refused s before and leaves out the check
// that makes this mean nothing.
func (d *Driver) remembers(s server) bool {
	if !d.minds(checkSecondTry) {
		return false
	}
	d.mu.Lock()
	refused := d.refused[s]
	d.mu.Unlock()
	return refused && d.without(checkSecondTry)
}

// know notes that s was accepted, for the mutant known-server.
func (d *Driver) know(s server) {
	if d.minds(checkKnownServer) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.known[s] = true
	}
}

// knows says whether the client accepted s before and leaves out the check that
// makes this mean nothing.
func (d *Driver) knows(s server) bool {
	if !d.minds(checkKnownServer) {
		return false
	}
	d.mu.Lock()
	known := d.known[s]
	d.mu.Unlock()
	return known && d.without(checkKnownServer)
}
