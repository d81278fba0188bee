package verify

import (
	"crypto/tls"
	"fmt"
	"strings"
	"time"
)

// sipURIs says what a SIP URI identity in the subject alternative name means
// for the dNSName identities beside it.
type sipURIs uint8

const (
	// uriIgnored: a host verifier, which looks at dNSName and iPAddress only.
	uriIgnored sipURIs = iota
	// uriDecides: dNSName counts only when there is no SIP URI identity
	// (RFC 5922 7.1).
	uriDecides
	// uriCounts: a match of either type is enough (RFC 9525 6.2).
	uriCounts
	// uriAgrees: dNSName must match and SIP URI identities, if any, must too.
	// What all the others accept.
	uriAgrees
)

// Policy is a rule set as plain settings. Each field has the clause it comes
// from; the table below has those that set a value apart.
type Policy struct {
	Name  string // as in --policy
	Title string // for people

	// MinVersion is the least version of TLS, as in crypto/tls.
	MinVersion uint16
	// suites of TLS 1.2 that are offered; nil: those of crypto/tls, which has
	// neither static RSA nor 3DES nor RC4 among them.
	suites func() []uint16

	// Identities (RFC 5922 7.1, 7.2; RFC 9525 6).
	uris       sipURIs
	wildcard   bool // a whole left-most label may be "*" (RFC 9525 6.3); RFC 5922 7.2 forbids it
	commonName bool // the CN counts when there is no dNSName (RFC 2818 3.1); RFC 9525 2 forbids it
	ipAddress  bool // iPAddress counts when an address is dialled (RFC 9525 6.4, RFC 2818 3.1)

	// Extended key usage (RFC 5280 4.2.1.12): serverAuth always will do.
	noUsage   bool // so does having no extension at all
	anyUsage  bool // so does anyExtendedKeyUsage
	sipDomain bool // so does id-kp-sipDomain alone (RFC 5924 5)

	minRSA  int // bits of an RSA key, of the server and of its CAs but the trust anchor
	maxDays int // lifetime of the server's certificate; 0: no limit
	// since is the date of issue from which the limit of days holds, and that a
	// purpose must be named; zero: always.
	since time.Time
	// fetches: it asks OCSP responders and fetches CRLs (RFC 9325 7.5). An OCSP
	// response that the server hands out is judged everywhere (RFC 6066 8).
	fetches bool
}

// CipherSuites are the suites of TLS 1.2 that a client offers under the policy;
// nil: those that crypto/tls offers by itself.
func (p *Policy) CipherSuites() []uint16 {
	if p.suites == nil {
		return nil
	}
	return p.suites()
}

// policies is the table. TLS 1.2 is the least everywhere: RFC 8996 forbids
// what is older. Signatures with MD5 and SHA-1 are refused everywhere
// (RFC 8446 4.4.2.4, RFC 9325 4.5).
var policies = []Policy{
	{
		// Where the others disagree and a case can therefore only observe:
		// the strict side for identities, RFC 5280 alone for the usage.
		Name: "interop", Title: "what every sane client agrees on",
		uris: uriAgrees, ipAddress: true,
		noUsage: true, anyUsage: true,
		minRSA: 2048, MinVersion: tls.VersionTLS12,
	},
	{
		// RFC 5922 7.1: only URI and dNSName identities; 7.2: no wildcard.
		// Its CN rule is a MAY that this client does not take. RFC 5924 5:
		// id-kp-sipDomain is acceptable by itself, the rest is local policy.
		Name: "rfc5922", Title: "SIP domain certificates, RFC 5922",
		uris:    uriDecides,
		noUsage: true, anyUsage: true, sipDomain: true,
		minRSA: 1024, MinVersion: tls.VersionTLS12,
	},
	{
		// RFC 9525 6.2: any presented identifier of a reference type; 6.3:
		// wildcards; 2: no CN; 6.4: addresses.
		Name: "rfc9525", Title: "service identity, RFC 9525",
		uris: uriCounts, wildcard: true, ipAddress: true,
		noUsage: true, anyUsage: true,
		minRSA: 1024, MinVersion: tls.VersionTLS12,
	},
	{
		// Apple's requirements for trusted certificates since iOS 13: SAN,
		// RSA of 2048 bits; when issued since July 2019 serverAuth present
		// and at most 825 days.
		Name: "apple", Title: "Apple's requirements for trusted certificates",
		uris: uriIgnored, wildcard: true, ipAddress: true,
		minRSA: 2048, maxDays: 825, MinVersion: tls.VersionTLS12,
		since: time.Date(2019, time.July, 1, 0, 0, 0, 0, time.UTC),
	},
	{
		// Microsoft's rules for Direct Routing: RFC 2818 names, CN or SAN, which
		// for an address is an iPAddress (3.1), serverAuth present. Its list of suites has two in CBC mode, of which
		// crypto/tls knows the one with SHA-256.
		Name: "teams", Title: "Microsoft Teams Direct Routing",
		uris: uriIgnored, wildcard: true, commonName: true, ipAddress: true,
		minRSA: 2048, MinVersion: tls.VersionTLS12, suites: teamsSuites,
	},
	{
		// RFC 9325 4.5: RSA of 2048 bits; names as in RFC 9525. Its rules
		// for renegotiation_info and extended_master_secret (3.5) are out of
		// reach: crypto/tls does not say whether the server sent them.
		Name: "bcp195", Title: "recommendations for TLS, RFC 9325",
		uris: uriCounts, wildcard: true, ipAddress: true,
		noUsage: true, anyUsage: true,
		minRSA: 2048, MinVersion: tls.VersionTLS12, suites: aeadSuites, fetches: true,
	},
}

// aeadSuites are the suites with forward secrecy that are not in CBC mode
// (RFC 9325 4.1, 4.2).
func aeadSuites() []uint16 {
	return suitesWhere(tls.CipherSuites(), func(name string) bool { return !strings.Contains(name, "_CBC_") })
}

// teamsSuites are those of crypto/tls and the one of Microsoft's list that it
// does not offer by itself.
func teamsSuites() []uint16 {
	return append(suitesWhere(tls.CipherSuites(), func(string) bool { return true }), tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256)
}

// suitesWhere gives the suites of a list by their names.
func suitesWhere(list []*tls.CipherSuite, wanted func(name string) bool) []uint16 {
	var ids []uint16
	for _, s := range list {
		if wanted(s.Name) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// Policies lists the names of the rule sets, the default first.
func Policies() []string {
	names := make([]string, len(policies))
	for i := range policies {
		names[i] = policies[i].Name
	}
	return names
}

// UnknownPolicyError says that no rule set has that name.
type UnknownPolicyError struct{ Name string }

func (e *UnknownPolicyError) Error() string {
	return fmt.Sprintf("no policy %q: choose one of %s", e.Name, strings.Join(Policies(), ", "))
}

// FindPolicy gives the rule set of that name; empty: interop. The error is an
// [*UnknownPolicyError].
func FindPolicy(name string) (*Policy, error) {
	if name == "" {
		return &policies[0], nil
	}
	for i := range policies {
		if policies[i].Name == name {
			return &policies[i], nil
		}
	}
	return nil, &UnknownPolicyError{name}
}
