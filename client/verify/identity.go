package verify

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

// references are the names that the server may present: those the client was
// given. What leaves a check out takes another for it.
func (w *walk) references() []string {
	switch p := &w.Place; {
	case w.Account != "" && w.without(CheckNextHop):
		return []string{w.Account}
	case p.Target != "" && w.without(CheckTarget):
		return []string{p.Target}
	case p.Replacement != "" && w.without(CheckReplacement):
		return []string{p.Replacement}
	case p.Canonical != "" && w.without(CheckCanonical):
		return []string{p.Canonical}
	}
	return w.Names
}

// name compares the identities that the certificate presents with the
// reference identities and gives the first presented one that matched.
func (w *walk) name(leaf *x509.Certificate) (string, error) {
	err := refuse(CheckName, "the client was given no name of the server")
	for i, reference := range w.references() {
		matched, why := w.matches(leaf, reference)
		if why == nil {
			return matched, nil
		}
		if i == 0 {
			err = why
		}
	}
	return "", err
}

// matches compares the identities that the certificate presents with one
// reference identity (RFC 5922 7.1 to 7.3, RFC 9525 6) and gives the one that
// matched.
func (w *walk) matches(leaf *x509.Certificate, given string) (string, error) {
	if addr, err := netip.ParseAddr(strings.Trim(given, "[]")); err == nil {
		return w.matchAddress(leaf, addr)
	}
	host, err := plainReference(given)
	if err != nil {
		return "", refuse(CheckName, "%q, which the client was given, is no name of a server: %v", given, err)
	}
	sip := w.sipIdentities(leaf)
	dns, hasDNS := w.matchDNS(leaf, host)
	uri, hasURI := "", slices.ContainsFunc(sip, func(domain string) bool { return w.matchDomain(domain, host) })
	if hasURI {
		uri = "URI:sip:" + host
	}
	var matched bool
	switch w.policy.uris {
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
	if !matched && w.without(CheckResolved) {
		if text, err := w.matchAddressOf(leaf); err == nil {
			return text, nil
		}
	}
	if !matched {
		return "", refuse(CheckName, "%s is for %s, not for %s", title(leaf), presented(leaf), host)
	}
	if dns != "" {
		return dns, nil
	}
	return uri, nil
}

// matchAddress compares octets (RFC 9525 6.4); a dNSName in the form of an
// address counts for nothing.
func (w *walk) matchAddress(leaf *x509.Certificate, addr netip.Addr) (string, error) {
	rules := w.policy
	if rules.ipAddress && hasAddress(leaf, addr) {
		return "IP:" + addr.String(), nil
	}
	// RFC 5922 7.1 takes the host of a SIP URI as it is written.
	if rules.uris == uriDecides && slices.Contains(w.sipIdentities(leaf), addr.String()) {
		return "URI:sip:" + addr.String(), nil
	}
	if w.without(CheckAddressText) {
		for _, n := range append(slices.Clone(leaf.DNSNames), leaf.Subject.CommonName) {
			if w.matchHost(n, addr.String()) || matchPattern(n, addr.String()) {
				return "the text " + n, nil
			}
		}
	}
	return "", refuse(CheckName, "%s is for %s, not for the address %s", title(leaf), presented(leaf), addr)
}

// matchAddressOf is what is added without the check resolved-address: the
// address that the client is connected to, in whatever field.
func (w *walk) matchAddressOf(leaf *x509.Certificate) (string, error) {
	text := w.Address.String()
	if hasAddress(leaf, w.Address) || leaf.Subject.CommonName == text || slices.Contains(leaf.DNSNames, text) {
		return "the address " + text, nil
	}
	return "", refuse(CheckResolved, "%s does not name %s", title(leaf), text)
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
func (w *walk) matchDNS(leaf *x509.Certificate, host string) (string, bool) {
	for _, n := range w.all(leaf.DNSNames) {
		if w.matchHost(n, host) {
			return "DNS:" + n, true
		}
	}
	commonName := w.policy.commonName && len(leaf.DNSNames) == 0 || w.without(CheckCommonName)
	if commonName && w.matchHost(leaf.Subject.CommonName, host) {
		return "CN:" + leaf.Subject.CommonName, true
	}
	return "", false
}

// all gives every identity of one type (RFC 5922 7.1: each value).
func (w *walk) all(names []string) []string {
	if w.without(CheckAllNames) && len(names) > 1 {
		return names[:1]
	}
	return names
}

// matchHost compares a presented DNS name with host label by label and
// without regard to case (RFC 5922 7.2, RFC 9525 6.3). A wildcard is
// exactly one label, the whole left-most one, and not for all of a top-level
// domain, which no RFC forbids but verifiers do.
func (w *walk) matchHost(presented, host string) bool {
	presented = w.fold(presented)
	if parent, ok := strings.CutPrefix(presented, "*."); ok && w.policy.wildcard {
		label, rest, found := strings.Cut(host, ".")
		if found && label != "" && rest == parent && strings.Contains(parent, ".") {
			return true
		}
	}
	return w.matchWhole(presented, host)
}

// matchDomain compares the domain of a presented SIP URI with host; wildcards
// mean nothing in it under any policy (RFC 5922 7.2).
func (w *walk) matchDomain(presented, host string) bool {
	return w.matchWhole(w.fold(presented), host)
}

// fold makes a presented name lower case, as host is.
func (w *walk) fold(presented string) string {
	if w.without(CheckLetterCase) {
		return presented
	}
	return strings.ToLower(presented)
}

// matchWhole compares all of a presented name with all of host.
func (w *walk) matchWhole(presented, host string) bool {
	if w.without(CheckNUL) {
		presented, _, _ = strings.Cut(presented, "\x00")
	}
	switch {
	case presented == "":
		return false
	case presented == host:
		return true
	case strings.Contains(presented, "*"):
		return w.without(CheckWildcards) && matchPattern(presented, host)
	}
	return w.without(CheckWholeName) &&
		(strings.HasPrefix(presented, host) || strings.HasSuffix(presented, host) || strings.HasSuffix(host, presented))
}

// matchPattern is the comparison without the check wildcards: a * means
// anything, and "*." nothing too.
func matchPattern(pattern, host string) bool {
	matched, err := pathpkg.Match(pattern, host)
	return err == nil && matched || strings.TrimPrefix(pattern, "*.") == host
}

// sipIdentities are the domains of the SIP URIs in the subject alternative
// name (RFC 5922 7.1): only of the scheme sip, only without a user part; port,
// parameters and headers do not count (7.2).
func (w *walk) sipIdentities(c *x509.Certificate) []string {
	var domains []string
	for _, u := range c.URIs {
		// url.Parse has made the scheme lower case and cut the headers off.
		if u.Scheme != "sip" && !(u.Scheme == "sips" && w.without(CheckURIScheme)) {
			continue
		}
		if u.Opaque == "" || strings.Contains(u.Opaque, "@") && !w.without(CheckUserPart) {
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
	return w.all(domains)
}

// plainReference brings the name the client was given into the form that
// certificates carry: lower case, A-labels (RFC 9525 6.3), no final dot.
func plainReference(host string) (string, error) {
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
func (w *walk) lifetime(leaf *x509.Certificate) error {
	limit := w.policy.maxDays
	if limit == 0 || leaf.NotBefore.Before(w.policy.since) {
		return nil
	}
	// The period includes its last second (RFC 5280 4.1.2.5), which is not
	// counted: who writes notBefore and so many days means so many days.
	if days := leaf.NotAfter.Sub(leaf.NotBefore).Hours() / 24; days > float64(limit) {
		return refuse(CheckLifetime, "%s is valid for %.0f days, more than %d", title(leaf), days, limit)
	}
	return nil
}
