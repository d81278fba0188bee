package reference

import (
	"fmt"
	"slices"
	"strings"

	"siptrust/client/verify"
)

// check names one thing the reference client does that a mutant leaves out: a
// check of package verify, or one of the conduct below.
type check = verify.Check

// The checks of the conduct. Their names are those of the mutants.
const (
	checkNone check = ""

	checkNextTarget   check = "next-target"
	checkEveryTarget  check = "every-target"
	checkClearService check = "clear-service"
	checkServerName   check = "server-name"
	checkServerTarget check = "server-name-target"
	checkNoAddress    check = "server-name-address"

	checkClientCertificate  check = "client-certificate"
	checkCertificateRequest check = "certificate-request"
	checkClose              check = "close"
	checkSilence            check = "silence"
	checkPlaintext          check = "plaintext-fallback"
	checkOldVersions        check = "old-versions"
	checkOldSuites          check = "old-suites"
	checkVersionFallback    check = "version-fallback"
	checkSecondTry          check = "second-try"
	checkOptions            check = "options"

	checkReuse          check = "connection-reuse"
	checkKnownServer    check = "known-server"
	checkSessionName    check = "session-name"
	checkRefusedSession check = "refused-session"
	checkClearHop       check = "clear-hop"
	checkScheme         check = "sips-scheme"
	checkBasic          check = "basic-credentials"
	checkTransport      check = "uri-transport"
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
		string(checkSilence), "waiting for the handshake: when that is not over after 100 ms it registers in the clear on the same connection",
		"RFC 3261 26.3.2.1",
	},
	{
		string(verify.CheckChainLinks), "finding the issuer of every certificate: it jumps from an orphan to any installed root",
		"RFC 5280 6.1.3 (a)(4)",
	},
	{
		string(verify.CheckTrustAnchor), "demanding that a path ends at an installed root: any CA certificate sent, or a self-signed one, is the end of a path",
		"RFC 5280 6.1.1 (d)",
	},
	{
		string(verify.CheckSignature), "verifying the signatures of certificates",
		"RFC 5280 6.1.3 (a)(1)",
	},
	{
		string(verify.CheckExpiry), "comparing the validity period with the clock",
		"RFC 5280 6.1.3 (a)(2)",
	},
	{
		string(verify.CheckNotBefore), "comparing the beginning of the validity with the clock: it looks at the end only",
		"RFC 5280 6.1.3 (a)(2)",
	},
	{
		string(verify.CheckIssuerValidity), "comparing the validity of the CAs with the clock: it looks at the server's certificate only",
		"RFC 5280 6.1.3 (a)(2)",
	},
	{
		string(verify.CheckBasicConstraints), "demanding that an issuer is a CA",
		"RFC 5280 6.1.4 (k)",
	},
	{
		string(verify.CheckCertSign), "demanding that a CA may sign certificates, by its key usage",
		"RFC 5280 6.1.4 (n)",
	},
	{
		string(verify.CheckPathLength), "counting the CAs below a CA that limits them",
		"RFC 5280 6.1.4 (l)",
	},
	{
		string(verify.CheckNameConstraints), "holding names against the name constraints of the CAs above",
		"RFC 5280 6.1.3 (b)",
	},
	{
		string(verify.CheckKeyUsage), "demanding that the server's key may sign, by its key usage",
		"RFC 8446 4.4.2.2",
	},
	{
		string(verify.CheckExtKeyUsage), "looking at the purposes that a certificate names",
		"RFC 5280 4.2.1.12",
	},
	{
		string(verify.CheckPolicies), "demanding the explicit policy that a CA of the path requires",
		"RFC 5280 6.1.3 (f)",
	},
	{
		string(verify.CheckCritical), "refusing critical extensions that it does not know",
		"RFC 5280 4.2",
	},
	{
		string(verify.CheckLifetime), "limiting how long a certificate may be valid, where the policy does",
		"Apple HT210176",
	},
	{
		string(verify.CheckEveryAnchor), "trying every installed root of the issuer's name: it looks at the first only",
		"RFC 5280 6.2",
	},
	{
		string(verify.CheckDigests), "refusing signatures over MD5 and SHA-1",
		"RFC 9325 4.5",
	},
	{
		string(verify.CheckKeyLengths), "refusing RSA keys that are too short",
		"RFC 9325 4.5",
	},
	{
		string(verify.CheckName), "comparing the presented identities with the server's name",
		"RFC 5922 7.3",
	},
	{
		string(verify.CheckAllNames), "reading every identity: it looks at the first of each type",
		"RFC 5922 7.1",
	},
	{
		string(verify.CheckLetterCase), "comparing names without regard to case",
		"RFC 5922 7.2",
	},
	{
		string(verify.CheckWholeName), "comparing names as a whole: it is enough that one begins or ends with the other",
		"RFC 5922 7.2",
	},
	{
		string(verify.CheckNUL), "comparing names to their end: it stops at a NUL",
		"RFC 5280 4.2.1.6",
	},
	{
		string(verify.CheckWildcards), "holding wildcards to a rule: a * stands for anything",
		"RFC 5922 7.2",
	},
	{
		string(verify.CheckCommonName), "leaving the common name alone: it counts whatever stands beside it",
		"RFC 5922 7.1",
	},
	{
		string(verify.CheckUserPart), "demanding that the URI of a SIP domain has no user part",
		"RFC 5922 7.1",
	},
	{
		string(verify.CheckURIScheme), "demanding that the URI of a SIP domain has the scheme sip: sips will do",
		"RFC 5922 7.1",
	},
	{
		string(verify.CheckRevocation), "looking whether a certificate is revoked, in any way",
		"RFC 5280 6.1.3 (a)(3)",
	},
	{
		string(verify.CheckStaple), "reading the OCSP response that it asked for and got in the handshake",
		"RFC 6066 8",
	},
	{
		string(verify.CheckStapleSignature), "verifying the signature of OCSP responses",
		"RFC 6960 3.2",
	},
	{
		string(verify.CheckStapleValidity), "comparing the times of OCSP responses and CRLs with the clock",
		"RFC 6960 4.2.2.1",
	},
	{
		string(verify.CheckStapleCertificate), "looking which certificate an OCSP response is about",
		"RFC 6960 3.2",
	},
	{
		string(verify.CheckResponder), "demanding that a responder was authorised by the issuer",
		"RFC 6960 4.2.2.2",
	},
	{
		string(verify.CheckMustStaple), "demanding an OCSP response in the handshake where the certificate does",
		"RFC 7633 4.3.3",
	},
	{
		string(verify.CheckHold), "taking a certificate on hold for revoked",
		"RFC 6960 2.2",
	},
	{
		string(verify.CheckOCSP), "asking the OCSP responder that the certificate names, where the policy wants it",
		"RFC 9325 7.5",
	},
	{
		string(verify.CheckCRL), "fetching the CRL that the certificate names, where the policy wants it",
		"RFC 9325 7.5",
	},
	{
		string(verify.CheckListIssuer), "looking whose list a CRL is",
		"RFC 5280 6.3.3 (b)(1)",
	},
	{
		string(verify.CheckListSignature), "verifying the signature of CRLs",
		"RFC 5280 6.3.3 (g)",
	},
	{
		string(verify.CheckListExtensions), "leaving CRLs alone that have critical extensions it does not know",
		"RFC 5280 5.2",
	},
	{
		string(verify.CheckIssuerRevocation), "looking whether a CA is revoked: it looks at the server's certificate only",
		"RFC 5280 6.1.3 (a)(3)",
	},
	{
		string(verify.CheckTarget), "keeping to the domain it was given: it compares the name that an SRV record gave",
		"RFC 5922 7.3",
	},
	{
		string(verify.CheckReplacement), "keeping to the domain it was given: it compares the domain that a NAPTR record gave",
		"RFC 5922 7.3",
	},
	{
		string(verify.CheckCanonical), "keeping to the name it was given: it compares the name that a CNAME record led to",
		"RFC 9525 6.1.1",
	},
	{
		string(verify.CheckNextHop), "comparing the name of its outbound proxy: it compares the domain of the account",
		"RFC 5922 7.3",
	},
	{
		string(verify.CheckFoundName), "comparing names when an SRV record led it to the server",
		"RFC 5922 7.3",
	},
	{
		string(verify.CheckResolved), "keeping to the name it was given: the address that it resolved to will do",
		"RFC 5922 7.3",
	},
	{
		string(verify.CheckAddressText), "holding an address against iPAddress: a name that reads like the address will do",
		"RFC 9525 6.4",
	},
	{
		string(checkNextTarget), "trying the next target when the first cannot be reached or was refused",
		"RFC 3263 4.3",
	},
	{
		string(checkEveryTarget), "verifying every target: once one has failed it takes the next as it comes",
		"RFC 5922 7.3",
	},
	{
		string(checkClearService), "leaving services without TLS alone: it registers with those of _sip when it has refused all of _sips",
		"RFC 3263 4.1",
	},
	{
		string(verify.CheckService), "passing over NAPTR records without TLS: it registers over UDP when they come first",
		"RFC 3263 4.1",
	},
	{
		string(checkServerName), "asking for the server by name: it sends no server_name",
		"RFC 6066 3",
	},
	{
		string(checkServerTarget), "asking for the domain by name: it asks for the name that an SRV record gave",
		"RFC 5922 7.8",
	},
	{
		string(checkNoAddress), "leaving server_name out where it was given an address",
		"RFC 6066 3",
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
		string(checkOldVersions), "leaving out what is outdated: it offers TLS 1.0 and 1.1 too",
		"RFC 8996 4",
	},
	{
		string(checkOldSuites), "leaving out weak cipher suites: it offers static RSA, CBC, 3DES and RC4 too",
		"RFC 7465 2",
	},
	{
		string(checkVersionFallback), "keeping to its versions: when the server ended the handshake it tries again with TLS 1.1 and 1.0",
		"RFC 9325 3.1.3",
	},
	{
		string(checkSecondTry), "verifying again: the next attempt at a server it refused runs with verification off",
		"RFC 5922 7.3",
	},
	{
		string(checkOptions), "answering requests of the server",
		"RFC 3261 11.2",
	},
	{
		string(checkReuse), "opening a connection for each domain: the second account goes over the first one's",
		"RFC 5922 7.3",
	},
	{
		string(checkKnownServer), "verifying every connection: a server that it accepted before is taken as it comes",
		"RFC 5922 7.3",
	},
	{
		string(checkSessionName), "keeping sessions apart by server name: the last one is resumed for any name, and a resumed one is not verified",
		"RFC 8446 4.6.1",
	},
	{
		string(checkRefusedSession), "forgetting sessions of servers that it refused: it verifies late, keeps the ticket and does not verify what it resumes",
		"RFC 8446 4.6.1",
	},
	{
		string(checkClearHop), "keeping to TLS where an answer names a hop without it: it goes there in the clear",
		"RFC 3261 26.2.2",
	},
	{
		string(checkScheme), "keeping the scheme sips: told that it is not supported or not to be had it asks again with sip",
		"RFC 5630 5.1.1",
	},
	{
		string(checkBasic), "leaving Basic challenges unanswered: it sends its password",
		"RFC 3261 22",
	},
	{
		string(checkTransport), "using TLS for a sips URI whatever its transport parameter says",
		"RFC 3261 26.2.2",
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
