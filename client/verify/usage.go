package verify

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
)

// oidSIPDomain is id-kp-sipDomain (RFC 5924 4).
var oidSIPDomain = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 20}

// oidAnyPolicy is anyPolicy (RFC 5280 4.2.1.4).
var oidAnyPolicy = asn1.ObjectIdentifier{2, 5, 29, 32, 0}

// oidExtKeyUsage is the type of the extension (RFC 5280 4.2.1.12).
var oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}

// namesNoUsage: the certificate has no extended key usage. One that names no
// purpose is for none.
func namesNoUsage(c *x509.Certificate) bool {
	return !slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidExtKeyUsage) })
}

// certSign requires that every CA may sign certificates, by its key usage (RFC
// 5280 6.1.4 (n)).
func (w *walk) certSign(p Path) error {
	for _, c := range p.issuers() {
		if c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0 {
			return refuse(CheckCertSign, "%s issued a certificate and may not, by its key usage", title(c))
		}
	}
	return nil
}

// keyUsage requires that the server's key may sign (RFC 8446 4.4.2.2): in all
// suites of this client it does.
func (w *walk) keyUsage(p Path) error {
	leaf := p.leaf()
	if leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return refuse(CheckKeyUsage, "the key of %s may not sign, by its key usage", title(leaf))
	}
	return nil
}

// extKeyUsage requires that the certificate may be a TLS server's by the
// policy, and that no CA of the path, which names purposes at all, leaves
// that one out.
func (w *walk) extKeyUsage(p Path) error {
	leaf, rules := p.leaf(), w.policy
	if !rules.allowsUsage(leaf) {
		return refuse(CheckExtKeyUsage, "%s is not for TLS servers, by its extended key usage", title(leaf))
	}
	for _, c := range p.issuers() {
		if !rules.allowsUsage(c) && !namesNoUsage(c) {
			return refuse(CheckExtKeyUsage, "%s may not issue certificates for TLS servers, by its extended key usage", title(c))
		}
	}
	return nil
}

// allowsUsage says whether the extended key usage of c lets it be a TLS
// server's under the policy (RFC 5280 4.2.1.12, RFC 5924 5).
func (r *Policy) allowsUsage(c *x509.Certificate) bool {
	switch {
	case namesNoUsage(c):
		return r.noUsage || c.NotBefore.Before(r.since)
	case slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth):
		return true
	case slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny):
		return r.anyUsage
	}
	return r.sipDomain && slices.ContainsFunc(c.UnknownExtKeyUsage, oidSIPDomain.Equal)
}

// certificatePolicies refuses a path on which a CA requires an explicit policy
// and the certificates below have none in common (RFC 5280 4.2.1.11, 6.1.5).
// The client maps no policies: where a CA does, an explicit policy cannot be
// shown, and the path is refused.
func (w *walk) certificatePolicies(p Path) error {
	explicit, requiring := -1, "" // certificates until one is required; -1: it is not
	for i := len(p.Certs) - 1; i >= 1; i-- {
		c := p.Certs[i]
		if explicit > 0 && !selfIssued(c) {
			explicit--
		}
		limit := c.RequireExplicitPolicy
		if limit > 0 || limit == 0 && c.RequireExplicitPolicyZero {
			if explicit < 0 || limit < explicit {
				explicit, requiring = limit, title(c)
			}
		}
	}
	// The end-entity certificate counts as one more (RFC 5280 6.1.5 (a)).
	if explicit < 0 || explicit > 1 {
		return nil
	}
	shared, all := []asn1.ObjectIdentifier(nil), true // all: anyPolicy so far
	anyFor := -1                                      // certificates for which anyPolicy still counts; -1: for all
	for i := len(p.Certs) - 1; i >= 0; i-- {
		c := p.Certs[i]
		if len(c.PolicyMappings) > 0 {
			return refuse(CheckPolicies, "%s maps policies, which this client cannot follow", title(c))
		}
		own := c.PolicyIdentifiers
		// A self-issued CA may have anyPolicy all the same (RFC 5280 6.1.3 (d)(2)).
		anyCounts := anyFor != 0 || i > 0 && selfIssued(c)
		if anyFor > 0 && !selfIssued(c) {
			anyFor--
		}
		if limit := c.InhibitAnyPolicy; limit > 0 || limit == 0 && c.InhibitAnyPolicyZero {
			if anyFor < 0 || limit < anyFor {
				anyFor = limit
			}
		}
		if anyCounts && slices.ContainsFunc(own, oidAnyPolicy.Equal) {
			continue
		}
		if all {
			shared, all = own, false
			continue
		}
		shared = slices.DeleteFunc(slices.Clone(shared), func(o asn1.ObjectIdentifier) bool {
			return !slices.ContainsFunc(own, o.Equal)
		})
	}
	if !all && len(shared) == 0 {
		return refuse(CheckPolicies, "%s requires an explicit policy, and the path has none", requiring)
	}
	return nil
}
