package reference

import (
	"crypto/x509"
	"encoding/asn1"
	"slices"
)

// oidSIPDomain is id-kp-sipDomain (RFC 5924 4).
var oidSIPDomain = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 20}

// oidAnyPolicy is anyPolicy (RFC 5280 4.2.1.4).
var oidAnyPolicy = asn1.ObjectIdentifier{2, 5, 29, 32, 0}

// namesNoUsage: the certificate has no extended key usage.
func namesNoUsage(c *x509.Certificate) bool {
	return len(c.ExtKeyUsage) == 0 && len(c.UnknownExtKeyUsage) == 0
}

// allowsUsage says whether the extended key usage of c lets it be a TLS
// server's under the policy (RFC 5280 4.2.1.12, RFC 5924 5).
func (r policy) allowsUsage(c *x509.Certificate) bool {
	switch {
	case namesNoUsage(c):
		return r.noUsage
	case slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth):
		return true
	case slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny):
		return r.anyUsage
	}
	return r.sipDomain && slices.ContainsFunc(c.UnknownExtKeyUsage, oidSIPDomain.Equal)
}

// certificatePolicies refuses a path on which a CA demands an explicit policy
// and the certificates below have none in common (RFC 5280 4.2.1.11, 6.1.5).
// The client maps no policies: where a CA does, an explicit policy cannot be
// shown, and the path is refused.
func (v *validation) certificatePolicies(p path) error {
	explicit, demanding := -1, "" // certificates until one is demanded; -1: it is not
	for i := len(p.certs) - 1; i >= 1; i-- {
		c := p.certs[i]
		if explicit > 0 && !selfIssued(c) {
			explicit--
		}
		limit := c.RequireExplicitPolicy
		if limit > 0 || limit == 0 && c.RequireExplicitPolicyZero {
			if explicit < 0 || limit < explicit {
				explicit, demanding = limit, title(c)
			}
		}
	}
	// The end-entity certificate counts as one more (RFC 5280 6.1.5 (a)).
	if explicit < 0 || explicit > 1 {
		return nil
	}
	shared, all := []asn1.ObjectIdentifier(nil), true // all: anyPolicy so far
	for i := len(p.certs) - 1; i >= 0; i-- {
		c := p.certs[i]
		if len(c.PolicyMappings) > 0 {
			return refuse(checkPolicies, "%s maps policies, which this client cannot follow", title(c))
		}
		own := c.PolicyIdentifiers
		if slices.ContainsFunc(own, oidAnyPolicy.Equal) {
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
		return refuse(checkPolicies, "%s demands an explicit policy, and the path has none", demanding)
	}
	return nil
}
