package reference

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// defaultPort of SIP over TLS (RFC 3261 18.1.1).
const defaultPort = 5061

// The services of NAPTR records (RFC 3263 4.1) and their SRV records' names.
const (
	serviceTLS = "SIPS+D2T"
	serviceUDP = "SIP+D2U"
	prefixTLS  = "_sips._tcp."
	prefixTCP  = "_sip._tcp."
	prefixUDP  = "_sip._udp."
)

// queryLimit bounds the answer to one question to a DNS server on loopback.
const queryLimit = time.Second

// place is where the server may be and how the client came to know of it. None
// of its names is the name of the server: DNS is not to be trusted (RFC 5922
// 7.3), and only mutants look at them.
type place struct {
	addr netip.AddrPort
	// replacement is the domain of the NAPTR record, target the name of the SRV
	// record, canonical where CNAME records led to from the name whose address
	// was asked for. Empty: there was none.
	replacement, target, canonical string
	// clear: a service without TLS, of the mutant naptr-service.
	clear bool
}

// locate finds the places of the next hop (RFC 3263 4), in the order in which
// they are to be tried; there is at least one.
func (t *attempt) locate(ctx context.Context) ([]place, error) {
	if !t.Lookup {
		return []place{{addr: t.Server}}, nil
	}
	host := strings.Trim(t.aor.Host, "[]")
	switch addr, err := netip.ParseAddr(host); {
	case err == nil:
		return []place{{addr: netip.AddrPortFrom(addr, portOr(t.aor.Port, defaultPort))}}, nil
	case t.aor.Port != 0:
		return t.addresses(ctx, place{}, host, uint16(t.aor.Port))
	}
	found, service := place{}, prefixTLS+host
	naptr, err := t.naptr(ctx, host)
	if err != nil {
		return nil, err
	}
	if naptr != nil {
		service = naptr.Replacement
		found.clear = !strings.EqualFold(naptr.Service, serviceTLS)
		if domain, ok := strings.CutPrefix(plainName(service), prefixTLS); ok && domain != plainName(host) {
			found.replacement = domain
		}
	}
	targets, err := t.srv(ctx, service)
	if err != nil {
		return nil, err
	}
	if len(targets) == 0 {
		return t.addresses(ctx, found, host, defaultPort)
	}
	var places []place
	for _, srv := range targets {
		found.target = plainName(srv.Target)
		some, err := t.addresses(ctx, found, srv.Target, srv.Port)
		if err != nil {
			t.step(1, "DNS: %v", err)
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
func (t *attempt) naptr(ctx context.Context, host string) (*dns.NAPTR, error) {
	reply, err := t.ask(ctx, host, dns.TypeNAPTR)
	if err != nil {
		return nil, err
	}
	var first *dns.NAPTR
	for _, rr := range reply.Answer {
		n, ok := rr.(*dns.NAPTR)
		if !ok || !strings.EqualFold(n.Flags, "s") {
			continue
		}
		if !strings.EqualFold(n.Service, serviceTLS) && !(t.without(checkService) && strings.EqualFold(n.Service, serviceUDP)) {
			continue
		}
		if first == nil || cmp.Or(cmp.Compare(n.Order, first.Order), cmp.Compare(n.Preference, first.Preference)) < 0 {
			first = n
		}
	}
	return first, nil
}

// srv gives the targets of a service by priority, the heavier ones of one
// priority first: the chance that RFC 2782 gives the others serves the servers
// and would only make this client's behaviour one.
func (t *attempt) srv(ctx context.Context, service string) ([]*dns.SRV, error) {
	reply, err := t.ask(ctx, service, dns.TypeSRV)
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
func (t *attempt) addresses(ctx context.Context, found place, name string, port uint16) ([]place, error) {
	var places []place
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		reply, err := t.ask(ctx, name, kind)
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
			found.addr, found.canonical = netip.AddrPortFrom(addr.Unmap(), port), ""
			if owner := plainName(rr.Header().Name); owner != plainName(name) {
				found.canonical = owner
			}
			places = append(places, found)
		}
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("%s has no address", plainName(name))
	}
	return places, nil
}

// ask puts one question to the DNS server of the attempt.
func (t *attempt) ask(ctx context.Context, name string, kind uint16) (*dns.Msg, error) {
	question := fmt.Sprintf("%s %s", plainName(name), dns.TypeToString[kind])
	if !t.DNS.IsValid() {
		return nil, fmt.Errorf("ask for %s: %w", question, errors.New("no DNS server is known"))
	}
	query := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	resolver := dns.Client{Timeout: queryLimit}
	reply, _, err := resolver.ExchangeContext(ctx, query, t.DNS.String())
	if err == nil && reply.Truncated {
		resolver.Net = "tcp"
		reply, _, err = resolver.ExchangeContext(ctx, query, t.DNS.String())
	}
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", question, err)
	}
	t.step(1, "DNS: %s: %d records, %s", question, len(reply.Answer), dns.RcodeToString[reply.Rcode])
	return reply, nil
}

// plainName is a name as certificates carry it: lower case, no final dot.
func plainName(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

func portOr(port, other int) uint16 { return uint16(cmp.Or(port, other)) }

// referenceName is the name that the server must present: the one that the
// client was given, however it came from it to the server (RFC 5922 7.3,
// RFC 9525 6.1.1).
func (t *attempt) referenceName() string {
	p := t.place
	switch {
	case t.Proxy != "" && t.without(checkNextHop):
		return t.Domain
	case p.target != "" && t.without(checkTarget):
		return p.target
	case p.replacement != "" && t.without(checkReplacement):
		return p.replacement
	case p.canonical != "" && t.without(checkCanonical):
		return p.canonical
	}
	return t.Host
}

// serverName is what the client asks for by server_name (RFC 6066 3, RFC 5922
// 7.8): the name it was given, nothing where that is an address. crypto/tls
// takes a final dot off.
func (t *attempt) serverName() string {
	_, err := netip.ParseAddr(strings.Trim(t.Host, "[]"))
	switch isAddress := err == nil; {
	case isAddress && t.without(checkNoAddress):
		return t.Host + "." // without the dot crypto/tls would see what it is
	case isAddress || t.without(checkServerName):
		return ""
	case t.place.target != "" && t.without(checkServerTarget):
		return t.place.target
	}
	return t.Host
}

// registerClear is what the mutant naptr-service does with a service without
// TLS: it uses it.
func (t *attempt) registerClear(ctx context.Context) {
	if t.sendClear(ctx, "udp", t.place.addr) == nil {
		t.step(9, "SIP: REGISTER in the clear over udp to %s", t.place.addr)
	}
}

// leaveTLS is what the mutant clear-service does when it has refused every place
// with TLS: it registers with the services without. Like all that is done in the
// clear it is done even when the attempt is being ended.
func (t *attempt) leaveTLS(ctx context.Context) {
	if !t.Lookup {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), linger)
	defer cancel()
	for _, service := range []struct{ prefix, network string }{{prefixUDP, "udp"}, {prefixTCP, "tcp"}} {
		targets, err := t.srv(ctx, service.prefix+t.aor.Host)
		if err != nil {
			continue
		}
		for _, srv := range targets {
			places, _ := t.addresses(ctx, place{}, srv.Target, srv.Port)
			for _, p := range places {
				if t.sendClear(ctx, service.network, p.addr) == nil {
					t.step(9, "SIP: REGISTER in the clear over %s to %s", service.network, p.addr)
				}
			}
		}
	}
}
