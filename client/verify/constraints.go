package verify

import (
	"crypto/x509"
	"net"
	"net/url"
	"strings"
)

// pathLength demands that no CA has more CAs below it than it allows (RFC 5280
// 6.1.4 (l) and (m)); self-issued ones are not counted.
func (w *walk) pathLength(p Path) error {
	below := 0
	for _, c := range p.issuers() {
		if limit := c.MaxPathLen; limit >= 0 && (limit > 0 || c.MaxPathLenZero) && below > limit {
			return refuse(CheckPathLength, "%s allows %d CAs below it, there are %d", title(c), limit, below)
		}
		if !selfIssued(c) {
			below++
		}
	}
	return nil
}

// nameConstraints holds the names of every certificate against the name
// constraints of the CAs above it (RFC 5280 4.2.1.10, 6.1.3 (b) and (c)).
// What the anchor says of itself does not count (RFC 5280 6.2). Constraints
// on forms of names that neither crypto/x509 nor this client reads are refused
// as unknown critical extensions.
func (w *walk) nameConstraints(p Path) error {
	for i, c := range p.Certs {
		for _, ca := range p.Certs[i+1:] {
			// A self-issued CA is exempt (RFC 5280 6.1.3 (b)).
			if i > 0 && selfIssued(c) {
				continue
			}
			if name := w.forbiddenName(c, ca, i == 0); name != "" {
				return refuse(CheckNameConstraints, "%s may not issue for %s", title(ca), name)
			}
		}
	}
	return nil
}

// forbiddenName gives a name of c that ca may not issue for; empty: none. leaf:
// c is the server's own.
func (w *walk) forbiddenName(c, ca *x509.Certificate, leaf bool) string {
	names := c.DNSNames
	if leaf && len(names) == 0 && w.policy.commonName && c.Subject.CommonName != "" {
		// A name that is used instead of a dNSName must not slip past.
		names = []string{c.Subject.CommonName}
	}
	for _, n := range names {
		if outside(n, ca.PermittedDNSDomains, ca.ExcludedDNSDomains, dnsWithin, dnsTouches) {
			return "DNS name " + n
		}
	}
	for _, ip := range c.IPAddresses {
		in := func(ip net.IP, n *net.IPNet) bool { return n.Contains(ip) }
		if outside(ip, ca.PermittedIPRanges, ca.ExcludedIPRanges, in, in) {
			return "address " + ip.String()
		}
	}
	for _, u := range c.URIs {
		if len(ca.PermittedURIDomains)+len(ca.ExcludedURIDomains) == 0 {
			continue
		}
		// A URI without a host, as every SIP URI is, cannot satisfy such a
		// constraint.
		if u.Hostname() == "" || outside(u, ca.PermittedURIDomains, ca.ExcludedURIDomains, uriWithin, uriWithin) {
			return "URI " + u.String()
		}
	}
	for _, m := range c.EmailAddresses {
		if outside(m, ca.PermittedEmailAddresses, ca.ExcludedEmailAddresses, mailWithin, mailWithin) {
			return "mailbox " + m
		}
	}
	if forbiddenDirectoryName(c, ca) {
		return "the subject " + title(c)
	}
	return ""
}

// outside: name lies in one of excluded, or permitted is not empty and name
// lies in none of it.
func outside[N, C any](name N, permitted, excluded []C, in, touches func(N, C) bool) bool {
	for _, c := range excluded {
		if touches(name, c) {
			return true
		}
	}
	for _, c := range permitted {
		if in(name, c) {
			return false
		}
	}
	return len(permitted) > 0
}

// dnsWithin: name is domain or lies below it. A domain with a leading dot, as
// some CAs write it, means only what lies below.
func dnsWithin(name, domain string) bool {
	name, domain = strings.ToLower(name), strings.ToLower(domain)
	if domain == "" {
		return true
	}
	if strings.HasPrefix(domain, ".") {
		return strings.HasSuffix(name, domain)
	}
	return name == domain || strings.HasSuffix(name, "."+domain)
}

// dnsTouches: name, or a name that the wildcard name stands for, is domain or
// lies below it.
func dnsTouches(name, domain string) bool {
	if dnsWithin(name, domain) {
		return true
	}
	parent, ok := strings.CutPrefix(strings.ToLower(name), "*")
	if !ok {
		return false
	}
	label, ok := strings.CutSuffix(strings.ToLower(domain), parent)
	return ok && !strings.Contains(strings.TrimPrefix(label, "."), ".")
}

// uriWithin: the host of u is domain or, where domain has a leading dot, lies
// below it.
func uriWithin(u *url.URL, domain string) bool {
	host := strings.ToLower(u.Hostname())
	domain = strings.ToLower(domain)
	if strings.HasPrefix(domain, ".") {
		return strings.HasSuffix(host, domain)
	}
	return host == domain
}

// mailWithin: the constraint is the mailbox, its host, or with a leading dot a
// domain above its host.
func mailWithin(mailbox, constraint string) bool {
	if strings.Contains(constraint, "@") {
		return strings.EqualFold(mailbox, constraint)
	}
	host := strings.ToLower(mailbox[strings.LastIndexByte(mailbox, '@')+1:])
	constraint = strings.ToLower(constraint)
	if strings.HasPrefix(constraint, ".") {
		return strings.HasSuffix(host, constraint)
	}
	return host == constraint
}
