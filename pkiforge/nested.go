package pkiforge

import (
	"net/netip"
)

// Reserved is the label below the server's name that the upper CA of the
// [ConstrainedCA] style may not issue for.
const Reserved = "reserved"

// The addresses for documentation (RFC 5737, RFC 3849), which that CA may not
// issue for either.
var (
	excludedIPv4 = netip.MustParsePrefix("192.0.2.0/24")
	excludedIPv6 = netip.MustParsePrefix("2001:db8::/32")
)

// planNested fills in the plan of a server whose issuing CA has a CA of its
// own between itself and the root. The upper CA allows just that one CA below
// it. Under constraints the server has DNS names only: there are verifiers
// that refuse URIs without a host, as SIP URIs are, under any constraint.
func planNested(p *Plan, n Names) {
	upper := issuingCA(n, "Enterprise Upper CA")
	upper.Name, upper.PathLen = Upper, 1
	upper.NotAfter = 10 * year
	if p.Style == ConstrainedCA {
		upper.EditTBS = []TBSEdit{ownNames(n).edit()}
	}
	issuing := issuingCA(n, "Enterprise Issuing CA")
	issuing.Issuer = Upper
	server := sipServer(n, Issuing)
	if p.Style == ConstrainedCA {
		server.URIs = nil
	}
	p.Certs = []Cert{rootCA(Root, n, "Enterprise Root CA"), upper, issuing, server}
	p.Send = []string{Server, Issuing, Upper}
	p.Trust.Custom = []string{Root}
}

// ownNames are the constraints of an enterprise's CA: the names of the server
// and those below them, except the reserved one; no addresses of the ranges for
// documentation. They do not mention URIs.
func ownNames(n Names) NameConstraints {
	dns, _ := hostNames(n)
	if len(dns) == 0 {
		dns = []string{n.Run + ".test"} // a server that goes by its address
	}
	c := NameConstraints{Excluded: []Subtree{DNSTree(Reserved + "." + dns[0]), IPTree(excludedIPv4), IPTree(excludedIPv6)}}
	for _, name := range dns {
		c.Permitted = append(c.Permitted, DNSTree(name))
	}
	return c
}
