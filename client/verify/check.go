package verify

import (
	"fmt"
	"slices"
	"strings"
)

// Check names one thing that is looked at. What leaves one out is
// [Options.Without]; the names are part of the command line
// (mutant:NAME) and do not change.
type Check string

// The checks of the path validation (RFC 5280 6.1).
const (
	CheckChainLinks       Check = "chain-links"
	CheckTrustAnchor      Check = "trust-anchor"
	CheckEveryAnchor      Check = "every-root"
	CheckSignature        Check = "signature"
	CheckExpiry           Check = "expiry"
	CheckNotBefore        Check = "not-before"
	CheckIssuerValidity   Check = "issuer-validity"
	CheckBasicConstraints Check = "basic-constraints"
	CheckCertSign         Check = "ca-key-usage"
	CheckPathLength       Check = "path-length"
	CheckNameConstraints  Check = "name-constraints"
	CheckKeyUsage         Check = "key-usage"
	CheckExtKeyUsage      Check = "extended-key-usage"
	CheckPolicies         Check = "certificate-policies"
	CheckCritical         Check = "critical-extensions"
	CheckDigests          Check = "weak-digests"
	CheckKeyLengths       Check = "short-keys"
)

// The checks of the server's certificate by itself: how long it lives, and
// whose it is (RFC 5922 7, RFC 9525 6).
const (
	CheckLifetime    Check = "lifetime"
	CheckName        Check = "name"
	CheckAllNames    Check = "all-names"
	CheckLetterCase  Check = "letter-case"
	CheckWholeName   Check = "whole-name"
	CheckNUL         Check = "nul"
	CheckWildcards   Check = "wildcards"
	CheckCommonName  Check = "common-name"
	CheckUserPart    Check = "uri-userpart"
	CheckURIScheme   Check = "uri-scheme"
	CheckResolved    Check = "resolved-address"
	CheckAddressText Check = "address-text"
	CheckTarget      Check = "srv-target"
	CheckReplacement Check = "naptr-replacement"
	CheckCanonical   Check = "canonical-name"
	CheckNextHop     Check = "proxy-domain"
	CheckFoundName   Check = "name-behind-srv"
)

// The checks of what is known of a revocation.
const (
	CheckRevocation        Check = "revocation"
	CheckStaple            Check = "staple"
	CheckStapleSignature   Check = "staple-signature"
	CheckStapleValidity    Check = "staple-validity"
	CheckStapleCertificate Check = "staple-certificate"
	CheckResponder         Check = "responder"
	CheckMustStaple        Check = "must-staple"
	CheckHold              Check = "certificate-hold"
	CheckOCSP              Check = "ocsp"
	CheckCRL               Check = "crl"
	CheckListIssuer        Check = "crl-issuer"
	CheckListSignature     Check = "crl-signature"
	CheckListExtensions    Check = "crl-extensions"
	CheckIssuerRevocation  Check = "issuer-revocation"
)

// CheckService is the one check of the way from a domain to its servers.
const CheckService Check = "naptr-service"

// Part is what a check belongs to.
type Part string

// The parts, in the order in which a client comes to them.
const (
	PartLocation   Part = "location"   // from the URI to the servers (RFC 3263)
	PartPath       Part = "path"       // the path validation (RFC 5280 6.1)
	PartIdentity   Part = "identity"   // the server's certificate by itself: lifetime and names
	PartRevocation Part = "revocation" // OCSP and CRLs
)

// Clause is a place in a standard.
type Clause struct {
	Document string // "RFC 5280"
	Section  string // "6.1.3(a)(1)"; empty: the document has none
}

// String gives "RFC 5280 6.1.3(a)(1)".
func (c Clause) String() string { return strings.TrimSpace(c.Document + " " + c.Section) }

// Description says what a check is.
type Description struct {
	Check  Check
	Part   Part
	Checks string // one line: what it checks
	Clause Clause // what it implements
}

// Checks lists the checks in the order in which a client comes to them. The
// slice is the caller's own.
func Checks() []Description { return slices.Clone(descriptions) }

// Describe gives what a check is; ok is false for one that this package does
// not make.
func Describe(c Check) (d Description, ok bool) {
	i := slices.IndexFunc(descriptions, func(d Description) bool { return d.Check == c })
	if i < 0 {
		return Description{}, false
	}
	return descriptions[i], true
}

// UnknownCheckError says that no check has that name.
type UnknownCheckError struct{ Name string }

func (e *UnknownCheckError) Error() string {
	names := make([]string, len(descriptions))
	for i, d := range descriptions {
		names[i] = string(d.Check)
	}
	return fmt.Sprintf("no check %q: choose one of %s", e.Name, strings.Join(names, ", "))
}

var descriptions = []Description{
	{CheckService, PartLocation, "of the services that NAPTR records name, only those with TLS count", Clause{"RFC 3263", "4.1"}},

	{CheckChainLinks, PartPath, "the issuer of every certificate was sent or is installed", Clause{"RFC 5280", "6.1.3(a)(4)"}},
	{CheckTrustAnchor, PartPath, "the path ends at an installed root", Clause{"RFC 5280", "6.1.1(d)"}},
	{CheckEveryAnchor, PartPath, "every installed root of the issuer's name is tried, not only the first", Clause{"RFC 5280", "6.2"}},
	{CheckExpiry, PartPath, "the clock is within the validity period of every certificate", Clause{"RFC 5280", "6.1.3(a)(2)"}},
	{CheckNotBefore, PartPath, "no certificate is used before its validity begins", Clause{"RFC 5280", "6.1.3(a)(2)"}},
	{CheckIssuerValidity, PartPath, "the validity period of CA certificates counts as well", Clause{"RFC 5280", "6.1.3(a)(2)"}},
	{CheckBasicConstraints, PartPath, "every issuer is a CA", Clause{"RFC 5280", "6.1.4(k)"}},
	{CheckCertSign, PartPath, "every CA may sign certificates, by its key usage", Clause{"RFC 5280", "6.1.4(n)"}},
	{CheckPathLength, PartPath, "no CA has more CAs below it than it allows", Clause{"RFC 5280", "6.1.4(l)"}},
	{CheckCritical, PartPath, "no certificate has a critical extension that is not processed", Clause{"RFC 5280", "4.2"}},
	{CheckNameConstraints, PartPath, "names obey the name constraints of the CAs above", Clause{"RFC 5280", "6.1.3(b)"}},
	{CheckKeyUsage, PartPath, "the server's key may sign, by its key usage", Clause{"RFC 8446", "4.4.2.2"}},
	{CheckExtKeyUsage, PartPath, "the certificate and its CAs may serve TLS servers, by their extended key usage", Clause{"RFC 5280", "4.2.1.12"}},
	{CheckPolicies, PartPath, "the path has the explicit policy that a CA requires", Clause{"RFC 5280", "6.1.3(f)"}},
	{CheckDigests, PartPath, "no signature is over MD5 or SHA-1", Clause{"RFC 9325", "4.5"}},
	{CheckKeyLengths, PartPath, "no RSA key is shorter than the policy allows", Clause{"RFC 9325", "4.5"}},
	{CheckSignature, PartPath, "the signature of every certificate verifies with its issuer's key", Clause{"RFC 5280", "6.1.3(a)(1)"}},

	{CheckLifetime, PartIdentity, "the certificate is valid for no longer than the policy allows", Clause{"Apple HT210176", ""}},
	{CheckName, PartIdentity, "a presented identity is the name of the server", Clause{"RFC 5922", "7.3"}},
	{CheckAllNames, PartIdentity, "every presented identity is read, not only the first of a type", Clause{"RFC 5922", "7.1"}},
	{CheckLetterCase, PartIdentity, "names are compared without regard to case", Clause{"RFC 5922", "7.2"}},
	{CheckWholeName, PartIdentity, "names are compared as a whole", Clause{"RFC 5922", "7.2"}},
	{CheckNUL, PartIdentity, "a NUL does not end a name", Clause{"RFC 5280", "4.2.1.6"}},
	{CheckWildcards, PartIdentity, "a wildcard counts only where and as the policy lets it", Clause{"RFC 5922", "7.2"}},
	{CheckCommonName, PartIdentity, "the common name counts only where the policy lets it", Clause{"RFC 5922", "7.1"}},
	{CheckUserPart, PartIdentity, "a SIP URI with a user part is not the identity of a domain", Clause{"RFC 5922", "7.1"}},
	{CheckURIScheme, PartIdentity, "a URI of a scheme other than sip is not the identity of a domain", Clause{"RFC 5922", "7.1"}},
	{CheckTarget, PartIdentity, "the name of an SRV target is not the name of the server", Clause{"RFC 5922", "7.3"}},
	{CheckReplacement, PartIdentity, "the domain that a NAPTR record gives is not the name of the server", Clause{"RFC 5922", "7.3"}},
	{CheckCanonical, PartIdentity, "the name that a CNAME record leads to is not the name of the server", Clause{"RFC 9525", "6.1.1"}},
	{CheckNextHop, PartIdentity, "an outbound proxy presents its own name, not the account's domain", Clause{"RFC 5922", "7.3"}},
	{CheckFoundName, PartIdentity, "names are compared also when an SRV record led to the server", Clause{"RFC 5922", "7.3"}},
	{CheckResolved, PartIdentity, "the address that a name resolves to is not the name of the server", Clause{"RFC 5922", "7.3"}},
	{CheckAddressText, PartIdentity, "an address is compared with iPAddress, not with names that read like it", Clause{"RFC 9525", "6.4"}},

	{CheckRevocation, PartRevocation, "no certificate of the path is revoked", Clause{"RFC 5280", "6.1.3(a)(3)"}},
	{CheckStaple, PartRevocation, "the OCSP response of the handshake is read", Clause{"RFC 6066", "8"}},
	{CheckStapleSignature, PartRevocation, "the signature of an OCSP response verifies", Clause{"RFC 6960", "3.2"}},
	{CheckStapleValidity, PartRevocation, "the clock is within the times of an OCSP response or a CRL", Clause{"RFC 6960", "4.2.2.1"}},
	{CheckStapleCertificate, PartRevocation, "an OCSP response is about the certificate in question", Clause{"RFC 6960", "3.2"}},
	{CheckResponder, PartRevocation, "the issuer has authorised the responder", Clause{"RFC 6960", "4.2.2.2"}},
	{CheckMustStaple, PartRevocation, "the handshake has an OCSP response where the certificate requires one", Clause{"RFC 7633", "4.3.3"}},
	{CheckHold, PartRevocation, "a certificate on hold is a revoked one", Clause{"RFC 6960", "2.2"}},
	{CheckOCSP, PartRevocation, "the OCSP responder that a certificate names is asked, where the policy wants it", Clause{"RFC 9325", "7.5"}},
	{CheckCRL, PartRevocation, "the CRL that a certificate names is fetched, where the policy wants it", Clause{"RFC 9325", "7.5"}},
	{CheckListIssuer, PartRevocation, "a CRL is that of the certificate's issuer", Clause{"RFC 5280", "6.3.3(b)(1)"}},
	{CheckListSignature, PartRevocation, "the signature of a CRL verifies", Clause{"RFC 5280", "6.3.3(g)"}},
	{CheckListExtensions, PartRevocation, "a CRL has no critical extension that is not processed", Clause{"RFC 5280", "5.2"}},
	{CheckIssuerRevocation, PartRevocation, "CA certificates are looked up as well", Clause{"RFC 5280", "6.1.3(a)(3)"}},
}
