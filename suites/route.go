package suites

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"siptrust/client"
	"siptrust/pkiforge"
)

// Given says what leads the client to the server.
type Given string

// What a client is given. The zero value is [GivenHost].
const (
	GivenHost    Given = ""        // name and port of the server
	GivenDomain  Given = "domain"  // a name alone: DNS says the rest (RFC 3263 4)
	GivenAddress Given = "address" // IP address and port
	GivenDotted  Given = "dotted"  // name, with a final dot, and port
	GivenProxy   Given = "proxy"   // a domain, and the server as outbound proxy
)

// closedPort is one at which nothing listens: tcpmux, which nobody serves.
const closedPort = "1"

// tlsPort is the port of SIP over TLS (RFC 3261 18.2.1).
const tlsPort = 5061

// clearPort is that of SIP without TLS (RFC 3261 18.2.1); where the server has
// no address for itself, its own port hears that too.
func clearPort(at netip.AddrPort) string {
	if port := at.Port(); port != tlsPort {
		return strconv.Itoa(int(port))
	}
	return "5060"
}

// uri is the address of record that the client is given.
func (s *Scenario) uri(at netip.AddrPort) string {
	port := strconv.Itoa(int(at.Port()))
	switch s.Given {
	case GivenDomain:
		return "sips:alice@" + s.Names.Host
	case GivenProxy:
		return "sips:alice@" + s.Names.Domain
	case GivenDotted:
		return "sips:alice@" + s.Names.Host + ".:" + port
	default:
		return "sips:alice@" + net.JoinHostPort(s.Names.Host, port) + s.URIParams
	}
}

// secondURI is the URI of the second account.
func (s *Scenario) secondURI(at netip.AddrPort) string {
	return "sips:alice@" + net.JoinHostPort(s.Names.Other, strconv.Itoa(int(at.Port()))) + s.URIParams
}

// proxy is the URI of the outbound proxy; empty: the client is given none.
func (s *Scenario) proxy(at netip.AddrPort) string {
	if s.Given != GivenProxy {
		return ""
	}
	return "sips:" + net.JoinHostPort(s.Names.Host, strconv.Itoa(int(at.Port())))
}

// records are the resource records of the zone for a server at the address.
// Each is written as in a zone file, without class and time to live; all names
// in it are fully qualified. {host} and {other} are those of the scenario's
// names, {address} and {port} the server's, {elsewhere} and {elsewhere-port} those of the
// second one; at port {closed} nothing listens, at {clear} SIP without TLS is
// recognised.
func (s *Scenario) records(at, elsewhere netip.AddrPort) ([]dns.RR, error) {
	fill := strings.NewReplacer("{host}", s.Names.Host, "{other}", s.Names.Other, "{address}", at.Addr().String(),
		"{port}", strconv.Itoa(int(at.Port())), "{closed}", closedPort, "{clear}", clearPort(at),
		"{elsewhere}", elsewhere.Addr().String(), "{elsewhere-port}", strconv.Itoa(int(elsewhere.Port())))
	records := make([]dns.RR, 0, len(s.Zone))
	for _, line := range s.Zone {
		rr, err := dns.NewRR(fill.Replace(line))
		if err != nil {
			return nil, fmt.Errorf("record %q of the zone: %w", line, err)
		}
		rr.Header().Ttl = 0 // the next attempt asks again
		records = append(records, rr)
	}
	return records, nil
}

// publish makes the run's DNS server, if there is one, answer what the scenario
// says of it, until withdraw is called.
func (r *Run) publish(s *Scenario, at, elsewhere netip.AddrPort) (withdraw func(), err error) {
	if r.dns == nil {
		return func() {}, nil
	}
	if s.Zone == nil {
		names := []string{s.Names.Host, s.Names.Other}
		for _, name := range names {
			r.dns.Set(name, at.Addr())
		}
		return func() {
			for _, name := range names {
				r.dns.Delete(name)
			}
		}, nil
	}
	records, err := s.records(at, elsewhere)
	if err != nil {
		return nil, err
	}
	byOwner := map[string][]dns.RR{}
	for _, rr := range records {
		owner := rr.Header().Name
		byOwner[owner] = append(byOwner[owner], rr)
	}
	for owner, list := range byOwner {
		r.dns.SetRecords(owner, list...)
	}
	return func() {
		for owner := range byOwner {
			r.dns.Delete(owner)
		}
	}, nil
}

// asksDNS says whether a case of the run has a zone of its own and is not
// skipped for a client that cannot ask for it.
func (r *Run) asksDNS() bool {
	if _, lacks := r.traits.Lacks[client.FeatureDNS]; lacks {
		return false
	}
	asks := func(cs *Case) bool { return slices.Contains(cs.Needs, client.FeatureDNS) }
	return slices.ContainsFunc(r.selected, asks) || slices.ContainsFunc(r.controls, asks)
}

// lackHere adds to what the client lacks what it lacks for want of this run's
// own means. What the driver says of it goes before.
func (r *Run) lackHere() {
	lacks := map[client.Feature]string{}
	if r.traits.NearTraps || runtime.GOOS != "linux" {
		lacks[client.FeatureDefaultPort] = "siptrust's own server is at any free port, not at 5061"
	}
	if r.traits.ByAddress {
		lacks[client.FeatureNames] = "it cannot be given a server name here, only an address"
	}
	maps.Copy(lacks, r.traits.Lacks)
	r.traits.Lacks = lacks
}

// givenAddress has the client dial the server by its address. The certificate
// of the style presents it as iPAddress and, where it has SIP URIs, in one.
func givenAddress(s *Scenario) error {
	s.Given = GivenAddress
	return s.rename(s.Names.Address.String())
}

// givenProxy has the client reach a domain by the server as outbound proxy. The
// certificate names both.
func givenProxy(s *Scenario) error {
	s.Given, s.Names.Domain = GivenProxy, topLevelName(s.Names.Host)
	plan, err := pkiforge.NewPlan(s.Plan.Style, s.Names)
	s.Plan = plan
	return err
}

// givenProxyByAddress is givenProxy where the proxy has no name.
func givenProxyByAddress(s *Scenario) error {
	s.Given, s.Names.Domain, s.Names.Host = GivenProxy, topLevelName(s.Names.Host), s.Names.Address.String()
	plan, err := pkiforge.NewPlan(s.Plan.Style, s.Names)
	s.Plan = plan
	return err
}

// rename gives the server another name, for which the plan is made anew.
func (s *Scenario) rename(host string) error {
	s.Names.Host, s.Names.Domain = host, host
	plan, err := pkiforge.NewPlan(s.Plan.Style, s.Names)
	s.Plan = plan
	return err
}

// The names that a server is given instead of its own.
func internationalName(host string) string { return "xn--bcher-kva." + host }
func topLevelName(host string) string      { return strings.Replace(host, ".", "-", 1) }

// accountNames are all that a server may be called in a case.
func accountNames(host string) []string {
	return []string{host, internationalName(host), topLevelName(host)}
}

// internationalized renames the server: its first label is the A-label of
// "bücher".
func internationalized(s *Scenario) error { return s.rename(internationalName(s.Names.Host)) }

// beneathTop renames the server: its name is directly beneath a top-level
// domain.
func beneathTop(s *Scenario) error { return s.rename(topLevelName(s.Names.Host)) }
