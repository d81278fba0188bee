package catalogue

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"siptrust/fakeserver"
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

// URI is the address of record that the client is given.
func (s *Scenario) URI(at netip.AddrPort) string {
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

// SecondURI is the URI of the second account.
func (s *Scenario) SecondURI(at netip.AddrPort) string {
	return "sips:alice@" + net.JoinHostPort(s.Names.Other, strconv.Itoa(int(at.Port()))) + s.URIParams
}

// Proxy is the URI of the outbound proxy; empty: the client is given none.
func (s *Scenario) Proxy(at netip.AddrPort) string {
	if s.Given != GivenProxy {
		return ""
	}
	return "sips:" + net.JoinHostPort(s.Names.Host, strconv.Itoa(int(at.Port())))
}

// Records are the resource records of the zone for a server at the address.
// Each is written as in a zone file, without class and time to live; all names
// in it are fully qualified. {host} and {other} are those of the scenario's
// names, {address} and {port} the server's, {elsewhere} and {elsewhere-port} those of the
// second one; at port {closed} nothing listens, at {clear} SIP without TLS is
// recognised.
func (s *Scenario) Records(at, elsewhere netip.AddrPort) ([]dns.RR, error) {
	fill := strings.NewReplacer("{host}", s.Names.Host, "{other}", s.Names.Other, "{address}", at.Addr().String(),
		"{port}", strconv.Itoa(int(at.Port())), "{closed}", closedPort, "{clear}", strconv.Itoa(int(fakeserver.PlaintextPort(at))),
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

// Rename gives the server another name, for which the plan is made anew.
func (s *Scenario) Rename(host string) error {
	s.Names.Host, s.Names.Domain = host, host
	plan, err := pkiforge.NewPlan(s.Plan.Style, s.Names)
	s.Plan = plan
	return err
}

// InternationalName is a name with an A-label for a server at host.
func InternationalName(host string) string { return "xn--bcher-kva." + host }

// TopLevelName is a name directly below a top-level domain for a server at host.
func TopLevelName(host string) string { return strings.Replace(host, ".", "-", 1) }

// AccountNames are all that a server may be called in a case.
func AccountNames(host string) []string {
	return []string{host, InternationalName(host), TopLevelName(host)}
}
