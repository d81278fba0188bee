package reference

import (
	"crypto/x509"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// name compares the identities that the certificate presents with the
// reference identity (RFC 5922 7.1 to 7.3, RFC 9525 6) and gives the one that
// matched.
func (v *validation) name(leaf *x509.Certificate) (string, error) {
	rules := v.driver.policy
	if addr, err := netip.ParseAddr(strings.Trim(v.host, "[]")); err == nil {
		return rules.matchAddress(leaf, addr)
	}
	host, err := reference(v.host)
	if err != nil {
		return "", refuse(checkName, "%q, which the client was given, is no name of a server: %v", v.host, err)
	}
	sip := sipIdentities(leaf)
	dns, hasDNS := rules.matchDNS(leaf, host)
	uri, hasURI := "", slices.Contains(sip, host)
	if hasURI {
		uri = "URI:sip:" + host
	}
	var matched bool
	switch rules.uris {
	case uriIgnored:
		matched = hasDNS
	case uriDecides:
		if len(sip) > 0 {
			dns = ""
		}
		matched = hasURI || len(sip) == 0 && hasDNS
	case uriCounts:
		matched = hasURI || hasDNS
	case uriAgrees:
		matched = hasDNS && (hasURI || len(sip) == 0)
	}
	if !matched {
		return "", refuse(checkName, "%s is for %s, not for %s", title(leaf), presented(leaf), host)
	}
	if dns != "" {
		return dns, nil
	}
	return uri, nil
}

// matchAddress compares octets (RFC 9525 6.4); a dNSName in the form of an
// address counts for nothing.
func (r policy) matchAddress(leaf *x509.Certificate, addr netip.Addr) (string, error) {
	if r.ipAddress {
		for _, ip := range leaf.IPAddresses {
			if a, ok := netip.AddrFromSlice(ip); ok && a.Unmap() == addr.Unmap() {
				return "IP:" + addr.String(), nil
			}
		}
	}
	return "", refuse(checkName, "%s is for %s, not for the address %s", title(leaf), presented(leaf), addr)
}

// matchDNS looks for host among the dNSNames and, where the policy lets it
// and there is no dNSName, in the CN.
func (r policy) matchDNS(leaf *x509.Certificate, host string) (string, bool) {
	for _, n := range leaf.DNSNames {
		if r.matchHost(n, host) {
			return "DNS:" + n, true
		}
	}
	if r.commonName && len(leaf.DNSNames) == 0 && r.matchHost(leaf.Subject.CommonName, host) {
		return "CN:" + leaf.Subject.CommonName, true
	}
	return "", false
}

// matchHost compares a presented DNS name with host label by label and
// without regard to case (RFC 5922 7.2, RFC 9525 6.3). A wildcard stands for
// exactly one label, the whole left-most one, and not for all of a top-level
// domain, which no RFC forbids but verifiers do.
func (r policy) matchHost(presented, host string) bool {
	presented = strings.ToLower(presented)
	if parent, ok := strings.CutPrefix(presented, "*."); ok {
		label, rest, found := strings.Cut(host, ".")
		return r.wildcard && found && label != "" && rest == parent && strings.Contains(parent, ".")
	}
	return presented != "" && presented == host
}

// sipIdentities are the domains of the SIP URIs in the subject alternative
// name, lower case (RFC 5922 7.1): only of the scheme sip, only without a user
// part; port, parameters and headers do not count (7.2).
func sipIdentities(c *x509.Certificate) []string {
	var domains []string
	for _, u := range c.URIs {
		// url.Parse has made the scheme lower case and cut the headers off.
		if u.Scheme != "sip" || u.Opaque == "" || strings.Contains(u.Opaque, "@") {
			continue
		}
		hostport, _, _ := strings.Cut(u.Opaque, ";")
		host, _, _ := strings.Cut(hostport, ":")
		domains = append(domains, strings.ToLower(host))
	}
	return domains
}

// reference brings the name the client was given into the form that
// certificates carry: lower case, A-labels (RFC 9525 6.3), no final dot.
func reference(host string) (string, error) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, r := range host {
		if r > 0x7f {
			return idna.Lookup.ToASCII(host)
		}
	}
	return host, nil
}

// presented lists the identities of c for people.
func presented(c *x509.Certificate) string {
	var names []string
	for _, n := range c.DNSNames {
		names = append(names, "DNS:"+n)
	}
	for _, u := range c.URIs {
		names = append(names, "URI:"+u.String())
	}
	for _, ip := range c.IPAddresses {
		names = append(names, "IP:"+ip.String())
	}
	if len(names) == 0 {
		return "no name"
	}
	if more := len(names) - 4; more > 0 {
		names = append(names[:4], "more")
	}
	return strings.Join(names, ", ")
}

// lifetime refuses a certificate that lives longer than the policy allows.
func (v *validation) lifetime(leaf *x509.Certificate) error {
	limit := v.driver.policy.maxDays
	if limit == 0 {
		return nil
	}
	// The period includes its last second (RFC 5280 4.1.2.5), which is not
	// counted: who writes notBefore and so many days means so many days.
	if days := leaf.NotAfter.Sub(leaf.NotBefore).Hours() / 24; days > float64(limit) {
		return refuse(checkLifetime, "%s is valid for %.0f days, more than %d", title(leaf), days, limit)
	}
	return nil
}
