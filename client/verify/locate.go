package verify

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// DefaultPort of SIP over TLS (RFC 3261 18.1.1).
const DefaultPort = 5061

// The services of NAPTR records (RFC 3263 4.1), and what comes before the domain
// in the names of their SRV records.
const (
	serviceTLS = "SIPS+D2T"
	serviceUDP = "SIP+D2U"

	PrefixTLS = "_sips._tcp."
	PrefixTCP = "_sip._tcp."
	PrefixUDP = "_sip._udp."
)

// Place is where a server may be and how it was found. None of its names is the
// name of the server: DNS is not to be trusted (RFC 5922 7.3), and only what
// leaves a check out looks at them.
type Place struct {
	Addr netip.AddrPort
	// Replacement is the domain of the NAPTR record, Target the name of the SRV
	// record, Canonical where CNAME records led to from the name whose address
	// was asked for. Empty: there was none.
	Replacement, Target, Canonical string
	// Clear: a service without TLS. Only without the check naptr-service.
	Clear bool
}

// Location is what came of the search for the servers of a domain.
type Location struct {
	// Places are in the order in which they are to be tried. There is at least
	// one where there was no error.
	Places  []Place
	Queries []Query // to the DNS, in their order
	// Passed are the reasons why targets were passed over.
	Passed []error
	// Decisive are the checks without any one of which the places would be
	// others. Nil unless [Options.WhatIf].
	Decisive []Check
}

// Locate finds the servers of SIP over TLS for the host of a SIPS URI (RFC 3263
// 4). port is that of the URI; 0: it has none, and SRV records are looked for,
// which NAPTR records may name.
func (v *Verifier) Locate(ctx context.Context, r Resolver, host string, port uint16) (Location, error) {
	l := locating{Verifier: v, resolver: r}
	places, err := l.locate(ctx, strings.Trim(host, "[]"), port)
	l.found.Places = places
	return l.found, err
}

// Service gives the places of one SRV service, as PrefixUDP and a domain.
func (v *Verifier) Service(ctx context.Context, r Resolver, service string) (Location, error) {
	l := locating{Verifier: v, resolver: r}
	targets, err := l.srv(ctx, service)
	if err == nil {
		l.found.Places, err = l.ofTargets(ctx, Place{}, service, targets)
	}
	return l.found, err
}

// locating is one search.
type locating struct {
	*Verifier
	resolver Resolver
	found    Location
}

func (l *locating) locate(ctx context.Context, host string, port uint16) ([]Place, error) {
	switch addr, err := netip.ParseAddr(host); {
	case err == nil:
		return []Place{{Addr: netip.AddrPortFrom(addr, cmp.Or(port, DefaultPort))}}, nil
	case port != 0:
		return l.addresses(ctx, Place{}, host, port)
	}
	found, service := Place{}, PrefixTLS+host
	naptr, err := l.naptr(ctx, host)
	if err != nil {
		return nil, err
	}
	if naptr != nil {
		service = naptr.Replacement
		found.Clear = !strings.EqualFold(naptr.Service, serviceTLS)
		if domain, ok := strings.CutPrefix(plainName(service), PrefixTLS); ok && domain != plainName(host) {
			found.Replacement = domain
		}
	}
	targets, err := l.srv(ctx, service)
	if err != nil {
		return nil, err
	}
	if len(targets) == 0 {
		return l.addresses(ctx, found, host, DefaultPort)
	}
	return l.ofTargets(ctx, found, service, targets)
}

// ofTargets gives the places of the targets of a service, in their order.
func (l *locating) ofTargets(ctx context.Context, found Place, service string, targets []*dns.SRV) ([]Place, error) {
	var places []Place
	for _, srv := range targets {
		found.Target = plainName(srv.Target)
		some, err := l.addresses(ctx, found, srv.Target, srv.Port)
		if err != nil {
			l.found.Passed = append(l.found.Passed, err)
			continue // a target without an address is passed over
		}
		places = append(places, some...)
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("no target of %s has an address", plainName(service))
	}
	return places, nil
}

// naptr gives the record of SIP over TLS that comes first, nil where there is
// none. Other services are out of the question for a SIPS URI (RFC 3263 4.1).
func (l *locating) naptr(ctx context.Context, host string) (*dns.NAPTR, error) {
	reply, err := l.ask(ctx, host, dns.TypeNAPTR)
	if err != nil {
		return nil, err
	}
	first := firstNAPTR(reply.Answer, serviceTLS)
	udp := firstNAPTR(reply.Answer, serviceTLS, serviceUDP)
	if udp != first && l.whatIf {
		l.found.Decisive = append(l.found.Decisive, CheckService)
	}
	if l.lacks == CheckService {
		return udp, nil
	}
	return first, nil
}

// firstNAPTR gives the record of one of the services that comes first; nil:
// there is none.
func firstNAPTR(records []dns.RR, services ...string) *dns.NAPTR {
	var first *dns.NAPTR
	for _, rr := range records {
		n, ok := rr.(*dns.NAPTR)
		if !ok || !strings.EqualFold(n.Flags, "s") {
			continue
		}
		if !slices.ContainsFunc(services, func(s string) bool { return strings.EqualFold(s, n.Service) }) {
			continue
		}
		if first == nil || cmp.Or(cmp.Compare(n.Order, first.Order), cmp.Compare(n.Preference, first.Preference)) < 0 {
			first = n
		}
	}
	return first
}

// srv gives the targets of a service by priority, the heavier ones of one
// priority first: the chance that RFC 2782 gives the others serves the servers
// and would only make what a client does a matter of luck.
func (l *locating) srv(ctx context.Context, service string) ([]*dns.SRV, error) {
	reply, err := l.ask(ctx, service, dns.TypeSRV)
	if err != nil {
		return nil, err
	}
	var targets []*dns.SRV
	for _, rr := range reply.Answer {
		if srv, ok := rr.(*dns.SRV); ok {
			targets = append(targets, srv)
		}
	}
	slices.SortStableFunc(targets, func(a, b *dns.SRV) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(b.Weight, a.Weight))
	})
	return targets, nil
}

// addresses completes found with the addresses of a name.
func (l *locating) addresses(ctx context.Context, found Place, name string, port uint16) ([]Place, error) {
	var places []Place
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		reply, err := l.ask(ctx, name, kind)
		if err != nil {
			return nil, err
		}
		for _, rr := range reply.Answer {
			var ip net.IP
			switch rr := rr.(type) {
			case *dns.A:
				ip = rr.A
			case *dns.AAAA:
				ip = rr.AAAA
			}
			addr, ok := netip.AddrFromSlice(ip)
			if !ok {
				continue // a CNAME, and what is no address
			}
			found.Addr, found.Canonical = netip.AddrPortFrom(addr.Unmap(), port), ""
			if owner := plainName(rr.Header().Name); owner != plainName(name) {
				found.Canonical = owner
			}
			places = append(places, found)
		}
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("%s has no address", plainName(name))
	}
	return places, nil
}

// ask puts one question and keeps what came of it.
func (l *locating) ask(ctx context.Context, name string, kind uint16) (*dns.Msg, error) {
	q := Query{Name: plainName(name), Type: kind}
	if q.Reply, q.Err = l.resolver.Query(ctx, name, kind); q.Err != nil {
		q.Reply, q.Err = nil, fmt.Errorf("ask for %s: %w", q.question(), q.Err)
	}
	l.found.Queries = append(l.found.Queries, q)
	return q.Reply, q.Err
}
