package reference

import (
	"context"
	"net/netip"
	"strings"

	"siptrust/client/verify"
)

// resolver is the DNS server of the attempt.
func (t *attempt) resolver() verify.Resolver { return verify.DNSServer{Addr: t.DNS} }

// locate finds the places of the next hop (RFC 3263 4), in the order in which
// they are to be tried; there is at least one.
func (t *attempt) locate(ctx context.Context) ([]verify.Place, error) {
	if !t.Lookup {
		return []verify.Place{{Addr: t.Server}}, nil
	}
	found, err := t.verifier.Locate(ctx, t.resolver(), t.aor.Host, uint16(t.aor.Port))
	for _, q := range found.Queries {
		if q.Err == nil { // else it is what err says
			t.step(1, "DNS: %s", q)
		}
	}
	for _, why := range found.Passed {
		t.step(1, "DNS: %v", why)
	}
	for _, c := range found.Decisive {
		t.exercise(c)
	}
	return found.Places, err
}

// serverName is what the client asks for by server_name (RFC 6066 3, RFC 5922
// 7.8): the name it was given, nothing where that is an address. crypto/tls
// takes a final dot off.
func (t *attempt) serverName() string {
	_, err := netip.ParseAddr(strings.Trim(t.Host, "[]"))
	switch isAddress := err == nil; {
	case isAddress && t.without(checkNoAddress):
		return t.Host + "." // without the dot crypto/tls would see what it is
	case isAddress, t.without(checkServerName):
		return ""
	case t.place.Target != "" && t.without(checkServerTarget):
		return t.place.Target
	}
	return t.Host
}

// registerClear is what the mutant naptr-service does with a service without
// TLS: it uses it.
func (t *attempt) registerClear(ctx context.Context) {
	if t.sendClear(ctx, "udp", t.place.Addr) == nil {
		t.step(9, "SIP: REGISTER in the clear over udp to %s", t.place.Addr)
	}
}

// leaveTLS is what the mutant clear-service does when it has refused every place
// with TLS: it registers with the services without. Like all that is done in the
// clear it is done even when the attempt is being ended.
func (t *attempt) leaveTLS(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), linger)
	defer cancel()
	for _, service := range []struct{ prefix, network string }{{verify.PrefixUDP, "udp"}, {verify.PrefixTCP, "tcp"}} {
		found, err := t.verifier.Service(ctx, t.resolver(), service.prefix+t.aor.Host)
		if err != nil {
			continue
		}
		for _, p := range found.Places {
			if t.sendClear(ctx, service.network, p.Addr) == nil {
				t.step(9, "SIP: REGISTER in the clear over %s to %s", service.network, p.Addr)
			}
		}
	}
}
