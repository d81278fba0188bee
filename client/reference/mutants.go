package reference

import (
	"fmt"
	"slices"
	"strings"
)

// check names one thing the reference client does that a mutant leaves out.
type check string

// The checks of the path validation and of the conduct. Their names are those
// of the mutants.
const (
	checkNone check = ""

	checkChainLinks       check = "chain-links"
	checkTrustAnchor      check = "trust-anchor"
	checkSignature        check = "signature"
	checkExpiry           check = "expiry"
	checkBasicConstraints check = "basic-constraints"
	checkName             check = "name"

	checkClientCertificate  check = "client-certificate"
	checkCertificateRequest check = "certificate-request"
	checkClose              check = "close"
	checkSilence            check = "silence"
	checkPlaintext          check = "plaintext-fallback"
	checkSecondTry          check = "second-try"
	checkOptions            check = "options"
)

// Checks that are always made: no mutant needs them left out yet.
const (
	checkCritical        check = "critical-extensions"
	checkNameConstraints check = "name-constraints"
	checkUsage           check = "usage"
	checkAlgorithms      check = "algorithms"
	checkPolicies        check = "certificate-policies"
	checkLifetime        check = "lifetime"
)

// Mutant is the reference client with one check left out and nothing else
// changed. Its purpose is to show that a case can be failed.
type Mutant struct {
	Name   string // as in --client mutant:NAME
	Lacks  string // what it does not do, for people
	Clause string // what demands it
}

// Mutants lists the mutants in the order of the steps they spoil. The slice is
// the caller's own.
func Mutants() []Mutant { return slices.Clone(mutants) }

var mutants = []Mutant{
	{
		string(checkSilence), "waiting for the handshake: what is not answered for 100 ms is sent in the clear on the same connection",
		"RFC 3261 26.3.2.1",
	},
	{
		string(checkChainLinks), "finding the issuer of every certificate: it jumps from an orphan to any installed root",
		"RFC 5280 6.1.3 (a)(4)",
	},
	{
		string(checkTrustAnchor), "demanding that a path ends at an installed root: any CA certificate sent, or a self-signed one, is the end of a path",
		"RFC 5280 6.1.1 (d)",
	},
	{
		string(checkSignature), "verifying the signatures of certificates",
		"RFC 5280 6.1.3 (a)(1)",
	},
	{
		string(checkExpiry), "comparing the validity period with the clock",
		"RFC 5280 6.1.3 (a)(2)",
	},
	{
		string(checkBasicConstraints), "demanding that an issuer is a CA",
		"RFC 5280 6.1.4 (k)",
	},
	{
		string(checkName), "comparing the presented identities with the server's name",
		"RFC 5922 7.3",
	},
	{
		string(checkClientCertificate), "sending its certificate when asked: it answers with an empty Certificate",
		"RFC 8446 4.4.2",
	},
	{
		string(checkCertificateRequest), "going on without a certificate when asked for one it does not have: it gives up",
		"RFC 8446 4.4.2",
	},
	{
		string(checkClose), "closing: after a refusal or a failed handshake it leaves the connection open",
		"RFC 5922 7.3",
	},
	{
		string(checkPlaintext), "keeping to TLS: when the server ended the handshake it registers over UDP and TCP in the clear",
		"RFC 5630 5.1.1",
	},
	{
		string(checkSecondTry), "verifying again: the next attempt at a server it refused runs with verification off",
		"RFC 5922 7.3",
	},
	{
		string(checkOptions), "answering requests of the server",
		"RFC 3261 11.2",
	},
}

// findMutant gives the check that the mutant of that name leaves out; empty:
// none.
func findMutant(name string) (check, error) {
	if name == "" {
		return checkNone, nil
	}
	names := make([]string, len(mutants))
	for i, m := range mutants {
		if m.Name == name {
			return check(name), nil
		}
		names[i] = m.Name
	}
	return checkNone, fmt.Errorf("no mutant %q: choose one of %s", name, strings.Join(names, ", "))
}
