// Package verify is what a careful SIP client does before it trusts a server:
// it locates the servers of a domain (RFC 3263), builds and validates a
// certification path (RFC 5280 6), compares names (RFC 5922, RFC 9525) and looks
// whether a certificate is revoked (RFC 6960, RFC 5280 6.3). Each part is a
// list of named checks, any one of which can be left out. It opens no TLS
// connection, speaks no SIP, and must never know what it is used for: a client,
// a mutant of it, or the check of a server.
package verify

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/netip"
	"time"
)

// Options say how servers are verified. The zero value is the interop policy
// with every check, on the clock of this machine, with no traffic but to
// loopback addresses.
type Options struct {
	// Policy is the name of the rule set, as listed by [Policies]; empty:
	// "interop".
	Policy string
	// Without is the check that is left out; empty: none.
	Without Check
	// Now is the clock that certificates, responses and lists are judged by; nil:
	// time.Now.
	Now func() time.Time
	// Sources say whether OCSP responders are asked and CRLs are fetched; zero:
	// where the policy wants it.
	Sources Sources
	// FetchIssuers fetches the issuers that were not sent from where certificates
	// say that they are (RFC 5280 4.2.2.1).
	FetchIssuers bool
	// Dial makes every connection of this package, over TCP and UDP; nil:
	// [Loopback].
	Dial Dial
	// WhatIf finds the checks that decided, for [Result.Decisive] and
	// [Location.Decisive]. It costs one more validation for each check, and no
	// traffic.
	WhatIf bool
}

// Sources say where the state of a certificate is looked up. The OCSP response
// of the handshake is read in any case.
type Sources uint8

// The sources.
const (
	ByPolicy Sources = iota // responders and lists where the policy wants it
	Offline                 // nothing but the OCSP response of the handshake
	Online                  // responders and lists under every policy
)

// Server is one server as a client meets it.
type Server struct {
	// Chain is what the server presented, its own certificate first.
	Chain []*x509.Certificate
	// Staple is the OCSP response of the handshake, in DER; empty: there was none.
	Staple []byte
	// Roots are the trust anchors that are installed at the client.
	Roots []*x509.Certificate
	// Names are the reference identities, DNS names or IP addresses: the server
	// must present one of them. They are what the client was given, however it
	// came from there to the server (RFC 5922 7.3, RFC 9525 6.1.1).
	Names []string

	// The rest says how the client came to the server. Only a verifier that
	// leaves a check out looks at it.

	Address netip.Addr // that the client is connected to
	Place   Place      // as [Verifier.Locate] found it
	Account string     // domain of the account where Names are an outbound proxy's; else empty
}

// Result is what came of a verification. What is known is filled in of a server
// that is refused, too.
type Result struct {
	// Path is the certification path that was accepted; its zero value: there is
	// none.
	Path Path
	// Identity is the presented identity that matched, as "DNS:sip.example.com";
	// empty: none did, or names were not compared.
	Identity string
	// Answers are what was learnt of revocations, in order.
	Answers []Answer
	// Decisive are the checks that decided: without any one of them the server
	// would be accepted where it is refused, or the other way round, or other
	// sources would be asked. Nil unless [Options.WhatIf].
	Decisive []Check
}

// Refusal is why a server is not accepted.
type Refusal struct {
	Check  Check  // that refused
	Reason string // for people, in one line
}

// Error is the reason.
func (r *Refusal) Error() string { return r.Reason }

// Part is what the check belongs to.
func (r *Refusal) Part() Part {
	d, _ := Describe(r.Check)
	return d.Part
}

// Clause is what requires the refusal.
func (r *Refusal) Clause() Clause {
	d, _ := Describe(r.Check)
	return d.Clause
}

func refuse(c Check, format string, args ...any) error {
	return &Refusal{c, fmt.Sprintf(format, args...)}
}

// Verifier verifies servers. Its methods may be called from several goroutines.
// It remembers which certificates of CAs were signed by which key, and nothing
// else.
type Verifier struct {
	policy   *Policy
	lacks    Check
	now      func() time.Time
	fetches  bool
	issuers  bool
	dial     Dial
	whatIf   bool
	verified signatureCache
}

// New makes a verifier. The error is an [*UnknownPolicyError] or an
// [*UnknownCheckError].
func New(o Options) (*Verifier, error) {
	policy, err := FindPolicy(o.Policy)
	if err != nil {
		return nil, err
	}
	if _, ok := Describe(o.Without); !ok && o.Without != "" {
		return nil, &UnknownCheckError{string(o.Without)}
	}
	v := &Verifier{
		policy: policy, lacks: o.Without, now: o.Now, dial: o.Dial, whatIf: o.WhatIf, issuers: o.FetchIssuers,
		fetches: o.Sources == Online || o.Sources == ByPolicy && policy.fetches,
	}
	if v.now == nil {
		v.now = time.Now
	}
	if v.dial == nil {
		v.dial = Loopback
	}
	return v, nil
}

// Policy is the rule set in force.
func (v *Verifier) Policy() *Policy { return v.policy }

// Verify says whether the server is to be trusted: a nil error. A server that is
// not has a [*Refusal] for error.
func (v *Verifier) Verify(ctx context.Context, s Server) (Result, error) {
	w := &walk{Verifier: v, Server: &s, lacks: v.lacks}
	if v.whatIf {
		w.memory = newMemory()
	}
	err := w.verify(ctx)
	if v.whatIf {
		w.result.Decisive = w.decisive(ctx, err)
	}
	return w.result, err
}

// walk is the verification of one server, with or without one of the checks.
type walk struct {
	*Verifier
	*Server
	lacks  Check
	result Result

	tried int   // paths
	first error // of the most promising path that failed
	rank  int   // of first: 2 a path to an anchor, 1 another

	memory  *memory  // nil unless the checks that decided are looked for
	asked   []string // where something was fetched from; nil unless memory
	repeats bool     // another has learnt what is in memory: nobody is asked
	strayed bool     // it wanted to ask for something that is not in memory
}

// without says whether c is the check that is left out.
func (w *walk) without(c Check) bool { return w.lacks == c }

// verify makes the parts in their order, up to the first that refuses.
func (w *walk) verify(ctx context.Context) error {
	var err error
	if w.result.Path, err = w.find(ctx, w.Chain); err != nil {
		return err
	}
	leaf := w.result.Path.leaf()
	if err := w.lifetime(leaf); err != nil && !w.without(CheckLifetime) {
		return err
	}
	if !w.without(CheckName) && !(w.without(CheckFoundName) && w.Place.Target != "") {
		if w.result.Identity, err = w.name(leaf); err != nil {
			return err
		}
	}
	return w.notRevoked(ctx, w.result.Path, w.Staple)
}
