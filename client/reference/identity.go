package reference

import (
	"crypto/x509"
	"net"
	"net/netip"
	pathpkg "path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// name compares the identities that the certificate presents with the
// reference identity (RFC 5922 7.1 to 7.3, RFC 9525 6) and gives the one that
// matched.
func (v *validation) name(leaf *x509.Certificate) (string, error) {
	rules := v.driver.policy
	if addr, err := netip.ParseAddr(strings.Trim(v.host, "[]")); err == nil {
		return v.matchAddress(leaf, addr)
	}
	host, err := reference(v.host)
	if err != nil {
		return "", refuse(checkName, "%q, which the client was given, is no name of a server: %v", v.host, err)
	}
	sip := v.sipIdentities(leaf)
	dns, hasDNS := v.matchDNS(leaf, host)
	uri, hasURI := "", slices.ContainsFunc(sip, func(domain string) bool { return v.matchDomain(domain, host) })
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
	if !matched && v.driver.without(checkResolved) {
		if text, err := v.matchAddressOf(leaf); err == nil {
			return text, nil
		}
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
func (v *validation) matchAddress(leaf *x509.Certificate, addr netip.Addr) (string, error) {
	rules := v.driver.policy
	if rules.ipAddress && hasAddress(leaf, addr) {
		return "IP:" + addr.String(), nil
	}
	// RFC 5922 7.1 takes the host of a SIP URI as it stands.
	if rules.uris == uriDecides && slices.Contains(v.sipIdentities(leaf), addr.String()) {
		return "URI:sip:" + addr.String(), nil
	}
	if v.driver.without(checkAddressText) {
		for _, n := range append(slices.Clone(leaf.DNSNames), leaf.Subject.CommonName) {
			if v.matchHost(n, addr.String()) || matchPattern(n, addr.String()) {
				return "the text " + n, nil
			}
		}
	}
	return "", refuse(checkName, "%s is for %s, not for the address %s", title(leaf), presented(leaf), addr)
}

// matchAddressOf is what the mutant resolved-address adds: the address that the
// client is connected to, in whatever field.
func (v *validation) matchAddressOf(leaf *x509.Certificate) (string, error) {
	text := v.peer.String()
	if hasAddress(leaf, v.peer) || leaf.Subject.CommonName == text || slices.Contains(leaf.DNSNames, text) {
		return "the address " + text, nil
	}
	return "", refuse(checkResolved, "%s does not name %s", title(leaf), text)
}

// hasAddress says whether c presents the address; one of IPv4 may be written as
// one of IPv6.
func hasAddress(c *x509.Certificate, addr netip.Addr) bool {
	return slices.ContainsFunc(c.IPAddresses, func(ip net.IP) bool {
		a, ok := netip.AddrFromSlice(ip)
		return ok && a.Unmap() == addr.Unmap()
	})
}

// matchDNS looks for host among the dNSNames and, where the policy lets it
// and there is no dNSName, in the CN.
func (v *validation) matchDNS(leaf *x509.Certificate, host string) (string, bool) {
	for _, n := range v.all(leaf.DNSNames) {
		if v.matchHost(n, host) {
			return "DNS:" + n, true
		}
	}
	commonName := v.driver.policy.commonName && len(leaf.DNSNames) == 0 || v.driver.without(checkCommonName)
	if commonName && v.matchHost(leaf.Subject.CommonName, host) {
		return "CN:" + leaf.Subject.CommonName, true
	}
	return "", false
}

// all gives every identity of one type (RFC 5922 7.1: each value).
func (v *validation) all(names []string) []string {
	if v.driver.without(checkAllNames) && len(names) > 1 {
		return names[:1]
	}
	return names
}

// matchHost compares a presented DNS name with host label by label and
// without regard to case (RFC 5922 7.2, RFC 9525 6.3). A wildcard stands for
// exactly one label, the whole left-most one, and not for all of a top-level
// domain, which no RFC forbids but verifiers do.
func (v *validation) matchHost(presented, host string) bool {
	presented = v.fold(presented)
	if parent, ok := strings.CutPrefix(presented, "*."); ok && v.driver.policy.wildcard {
		label, rest, found := strings.Cut(host, ".")
		if found && label != "" && rest == parent && strings.Contains(parent, ".") {
			return true
		}
	}
	return v.matchWhole(presented, host)
}

// matchDomain compares the domain of a presented SIP URI with host; wildcards
// mean nothing in it under any policy (RFC 5922 7.2).
func (v *validation) matchDomain(presented, host string) bool {
	return v.matchWhole(v.fold(presented), host)
}

// fold makes a presented name lower case, as host is.
func (v *validation) fold(presented string) string {
	if v.driver.without(checkLetterCase) {
		return presented
	}
	return strings.ToLower(presented)
}

// matchWhole compares all of a presented name with all of host.
func (v *validation) matchWhole(presented, host string) bool {
	if v.driver.without(checkNUL) {
		presented, _, _ = strings.Cut(presented, "\x00")
	}
	switch {
	case presented == "":
		return false
	case presented == host:
		return true
	case strings.Contains(presented, "*"):
		return v.driver.without(checkWildcards) && matchPattern(presented, host)
	}
	return v.driver.without(checkWholeName) &&
		(strings.HasPrefix(presented, host) || strings.HasSuffix(presented, host) || strings.HasSuffix(host, presented))
}

// matchPattern is how the mutant wildcards compares: a * stands for anything,
// and "*." for nothing too.
func matchPattern(pattern, host string) bool {
	matched, err := pathpkg.Match(pattern, host)
	return err == nil && matched || strings.TrimPrefix(pattern, "*.") == host
}

// sipIdentities are the domains of the SIP URIs in the subject alternative
// name (RFC 5922 7.1): only of the scheme sip, only without a user part; port,
// parameters and headers do not count (7.2).
func (v *validation) sipIdentities(c *x509.Certificate) []string {
	var domains []string
	for _, u := range c.URIs {
		// url.Parse has made the scheme lower case and cut the headers off.
		if u.Scheme != "sip" && !(u.Scheme == "sips" && v.driver.without(checkURIScheme)) {
			continue
		}
		if u.Opaque == "" || strings.Contains(u.Opaque, "@") && !v.driver.without(checkUserPart) {
			continue
		}
		address, _, _ := strings.Cut(u.Opaque, ";")
		_, host, found := strings.Cut(address, "@")
		if !found {
			host = address
		}
		host, _, _ = strings.Cut(host, ":")
		domains = append(domains, host)
	}
	return v.all(domains)
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

// plain quotes a name that holds what could be taken for more than a name: a
// comma, a space, a NUL.
func plain(name string) string {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == ',' || r >= 0x7f }) {
		return strconv.Quote(name)
	}
	return name
}

// presented lists the identities of c for people.
func presented(c *x509.Certificate) string {
	var names []string
	for _, n := range c.DNSNames {
		names = append(names, "DNS:"+plain(n))
	}
	for _, u := range c.URIs {
		names = append(names, "URI:"+plain(u.String()))
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
	if limit == 0 || leaf.NotBefore.Before(v.driver.policy.since) {
		return nil
	}
	// The period includes its last second (RFC 5280 4.1.2.5), which is not
	// counted: who writes notBefore and so many days means so many days.
	if days := leaf.NotAfter.Sub(leaf.NotBefore).Hours() / 24; days > float64(limit) {
		return refuse(checkLifetime, "%s is valid for %.0f days, more than %d", title(leaf), days, limit)
	}
	return nil
}
