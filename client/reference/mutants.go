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
	Name   string        // as in --client mutant:NAME
	Lacks  string        // what it does not do, or does in its place, in one sentence
	Clause verify.Clause // what requires it
}

// Mutants lists the mutants in the order of the steps they spoil. The slice is
// the caller's own.
func Mutants() []Mutant { return slices.Clone(mutants) }

// lacksCheck is the mutant that leaves out a check of package verify, which knows
// the clause.
func lacksCheck(c check, sentence string) Mutant {
	d, ok := verify.Describe(c)
	if !ok {
		panic("no check " + string(c)) // the table is in the program: a test walks it
	}
	return Mutant{string(c), sentence, d.Clause}
}

// lacksConduct is the mutant that leaves out what the client does of its own.
func lacksConduct(c check, sentence, document, section string) Mutant {
	return Mutant{string(c), sentence, verify.Clause{Document: document, Section: section}}
}

var mutants = []Mutant{
	lacksConduct(checkSilence, "It registers in the clear on the same connection when the handshake is not over after 100 ms.", "RFC 3261", "26.3.2.1"),
	lacksCheck(verify.CheckChainLinks, "It jumps from a certificate whose issuer is unknown to any installed root."),
	lacksCheck(verify.CheckTrustAnchor, "It trusts any CA certificate that was sent, or a self-signed one, without a root."),
	lacksCheck(verify.CheckSignature, "It does not verify the signatures of certificates."),
	lacksCheck(verify.CheckExpiry, "It does not compare the validity period with the clock."),
	lacksCheck(verify.CheckNotBefore, "It does not compare the beginning of the validity period with the clock, only the end."),
	lacksCheck(verify.CheckIssuerValidity, "It does not compare the validity period of CAs with the clock, only that of the server."),
	lacksCheck(verify.CheckBasicConstraints, "It does not require that an issuer is a CA."),
	lacksCheck(verify.CheckCertSign, "It does not look whether a CA may sign certificates, by its key usage."),
	lacksCheck(verify.CheckPathLength, "It does not count the CAs below a CA that limits them."),
	lacksCheck(verify.CheckNameConstraints, "It does not compare names with the name constraints of the CAs above."),
	lacksCheck(verify.CheckKeyUsage, "It does not look whether the server's key may sign, by its key usage."),
	lacksCheck(verify.CheckExtKeyUsage, "It does not look at the purposes that a certificate names."),
	lacksCheck(verify.CheckPolicies, "It does not look for the explicit policy that a CA of the path requires."),
	lacksCheck(verify.CheckCritical, "It does not refuse critical extensions that it does not know."),
	lacksCheck(verify.CheckLifetime, "It does not limit how long a certificate may be valid, where the policy does."),
	lacksCheck(verify.CheckEveryAnchor, "It does not try every installed root of the issuer's name, only the first."),
	lacksCheck(verify.CheckDigests, "It does not refuse signatures over MD5 and SHA-1."),
	lacksCheck(verify.CheckKeyLengths, "It does not refuse RSA keys that are too short."),
	lacksCheck(verify.CheckName, "It does not compare the presented identities with the server's name."),
	lacksCheck(verify.CheckAllNames, "It does not read every identity, only the first of each type."),
	lacksCheck(verify.CheckLetterCase, "It takes names that differ only in case for different names."),
	lacksCheck(verify.CheckWholeName, "It accepts a name that begins or ends with the server's name, or that the server's name ends with."),
	lacksCheck(verify.CheckNUL, "It reads a name up to the first NUL only."),
	lacksCheck(verify.CheckWildcards, "It takes a * in a name for anything."),
	lacksCheck(verify.CheckCommonName, "It counts the common name whatever other names there are."),
	lacksCheck(verify.CheckUserPart, "It takes a SIP URI with a user part for the identity of a domain."),
	lacksCheck(verify.CheckURIScheme, "It takes a sips URI for the identity of a domain."),
	lacksCheck(verify.CheckRevocation, "It does not look whether a certificate is revoked, in any way."),
	lacksCheck(verify.CheckStaple, "It does not read the OCSP response that it asked for and got in the handshake."),
	lacksCheck(verify.CheckStapleSignature, "It does not verify the signature of OCSP responses."),
	lacksCheck(verify.CheckStapleValidity, "It does not compare the times of OCSP responses and CRLs with the clock."),
	lacksCheck(verify.CheckStapleCertificate, "It does not look which certificate an OCSP response is about."),
	lacksCheck(verify.CheckResponder, "It does not look whether the issuer has authorised a responder."),
	lacksCheck(verify.CheckMustStaple, "It does not require an OCSP response in the handshake where the certificate does."),
	lacksCheck(verify.CheckHold, "It does not take a certificate on hold for revoked."),
	lacksCheck(verify.CheckOCSP, "It does not ask the OCSP responder that the certificate names, where the policy wants it."),
	lacksCheck(verify.CheckCRL, "It does not fetch the CRL that the certificate names, where the policy wants it."),
	lacksCheck(verify.CheckListIssuer, "It does not look whose list a CRL is."),
	lacksCheck(verify.CheckListSignature, "It does not verify the signature of CRLs."),
	lacksCheck(verify.CheckListExtensions, "It uses CRLs with critical extensions that it does not know."),
	lacksCheck(verify.CheckIssuerRevocation, "It does not look whether a CA is revoked, only the server's certificate."),
	lacksCheck(verify.CheckTarget, "It compares the name that an SRV record gave, not the domain that it was given."),
	lacksCheck(verify.CheckReplacement, "It compares the domain that a NAPTR record gave, not the one that it was given."),
	lacksCheck(verify.CheckCanonical, "It compares the name that a CNAME record led to, not the one that it was given."),
	lacksCheck(verify.CheckNextHop, "It compares the domain of the account, not the name of its outbound proxy."),
	lacksCheck(verify.CheckFoundName, "It does not compare names when an SRV record led it to the server."),
	lacksCheck(verify.CheckResolved, "It accepts a certificate for the address that the name resolved to."),
	lacksCheck(verify.CheckAddressText, "It accepts a name that reads like the address it was given, in place of an iPAddress."),
	lacksConduct(checkNextTarget, "It does not try the next target when the first cannot be reached or was refused.", "RFC 3263", "4.3"),
	lacksConduct(checkEveryTarget, "It does not verify the targets after one that has failed.", "RFC 5922", "7.3"),
	lacksConduct(checkClearService, "It registers with the services of _sip, in the clear, when it has refused all of _sips.", "RFC 3263", "4.1"),
	lacksCheck(verify.CheckService, "It registers over UDP, in the clear, when a NAPTR record of that comes first."),
	lacksConduct(checkServerName, "It sends no server_name.", "RFC 6066", "3"),
	lacksConduct(checkServerTarget, "It asks for the name that an SRV record gave, not for the domain, by server_name.", "RFC 5922", "7.8"),
	lacksConduct(checkNoAddress, "It sends the address that it was given as server_name.", "RFC 6066", "3"),
	lacksConduct(checkClientCertificate, "It answers with an empty Certificate when asked for the certificate that it has.", "RFC 8446", "4.4.2"),
	lacksConduct(checkCertificateRequest, "It gives up when asked for a certificate that it does not have.", "RFC 8446", "4.4.2"),
	lacksConduct(checkClose, "It leaves the connection open after a refusal or a failed handshake.", "RFC 5922", "7.3"),
	lacksConduct(checkPlaintext, "It registers over UDP and TCP, in the clear, when the server ended the handshake.", "RFC 5630", "5.1.1"),
	lacksConduct(checkOldVersions, "It offers TLS 1.0 and 1.1 too.", "RFC 8996", "4"),
	lacksConduct(checkOldSuites, "It offers weak cipher suites too: static RSA, CBC, 3DES and RC4.", "RFC 7465", "2"),
	lacksConduct(checkVersionFallback, "It tries again with TLS 1.1 and 1.0 when the server ended the handshake.", "RFC 9325", "3.1.3"),
	lacksConduct(checkSecondTry, "It does not verify a server that it refused in an attempt before.", "RFC 5922", "7.3"),
	lacksConduct(checkOptions, "It does not answer requests of the server.", "RFC 3261", "11.2"),
	lacksConduct(checkReuse, "It sends the second account's requests over the first one's connection.", "RFC 5922", "7.3"),
	lacksConduct(checkKnownServer, "It does not verify a server that it accepted before.", "RFC 5922", "7.3"),
	lacksConduct(checkSessionName, "It resumes its last session for any server name, and does not verify then.", "RFC 8446", "4.6.1"),
	lacksConduct(checkRefusedSession, "It keeps the session of a server that it refused, and resumes it without verifying.", "RFC 8446", "4.6.1"),
	lacksConduct(checkClearHop, "It goes in the clear to a hop without TLS that an answer names.", "RFC 3261", "26.2.2"),
	lacksConduct(checkScheme, "It asks again with the scheme sip when told that sips is not supported or nobody is there.", "RFC 5630", "5.1.1"),
	lacksConduct(checkBasic, "It answers a Basic challenge with its password.", "RFC 3261", "22"),
	lacksConduct(checkTransport, "It does what the transport parameter of a sips URI says, without TLS.", "RFC 3261", "26.2.2"),
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
