package reference

import (
	"crypto/tls"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"siptrust/client"
	"siptrust/client/internal/testpki"
	"siptrust/pkiforge"
)

// twoZone has two targets of SIP over TLS and one of SIP in the clear.
var twoZone = []string{
	`_sips._tcp.{host} SRV 10 0 {port} edge.{host}`,
	`_sips._tcp.{host} SRV 20 0 {port} edge.{host}`,
	`_sip._udp.{host} SRV 10 0 {port} edge.{host}`,
	`edge.{host} A 127.0.0.1`,
}

// locateSituations are about the way from the URI to the server.
func locateSituations() []situation {
	shows := func(identities ...string) []pkiforge.Change {
		return []pkiforge.Change{pkiforge.Presents(identities...)}
	}
	// only has the server serve clients that ask for this name by server_name.
	only := func(name string) func(*testServer, material) {
		return func(s *testServer, _ material) {
			s.config.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
				if h.ServerName != name {
					return nil, errors.New("asked for " + strconv.Quote(h.ServerName))
				}
				return nil, nil
			}
		}
	}
	return []situation{
		{name: "srv-domain-only", zone: testpki.OwnZone, changes: shows("DNS:{host}"), want: "accepted"},
		{name: "srv-target-only", zone: testpki.OwnZone, changes: shows("DNS:edge.{host}"), want: "failed"},
		{name: "naptr-domain-only", zone: testpki.ForeignZone, changes: shows("DNS:{other}"), want: "failed"},
		{name: "alias-target-only", zone: testpki.AliasZone[1:], changes: shows("DNS:{other}"), want: "failed"},
		{name: "resolved-address", changes: shows("IP:{address}"), want: "failed"},
		{name: "address-text", given: "127.0.0.1", changes: shows("DNS:{address}"), want: "failed"},
		{name: "other-address", given: "127.0.0.1", changes: shows("IP:127.0.0.2"), want: "failed"},
		{name: "proxy-only", changes: shows("DNS:{host}"), proxied: true, want: "accepted"},
		{name: "dead-target", zone: testpki.DeadZone, changes: shows("DNS:{host}", "DNS:edge.{host}"), want: "accepted"},
		{name: "both-refused", zone: twoZone, changes: shows("DNS:{other}"), want: "failed"},
		{name: "naptr-udp", zone: testpki.UDPZone, changes: shows("DNS:{host}", "DNS:edge.{host}"), want: "accepted"},
		{name: "named", server: only(testHost), want: "accepted"},
		{name: "named-domain", zone: testpki.OwnZone, changes: shows("DNS:{host}", "DNS:edge.{host}"), server: only(testHost), want: "accepted"},
		{name: "unnamed", given: "127.0.0.1", changes: shows("IP:{address}"), server: only(""), want: "accepted"},
	}
}

// lead gives the client of an attempt what the situation says in place of the
// server's name and port.
func (s situation) lead(t *testing.T, a *client.Attempt) {
	port := strconv.Itoa(int(a.Server.Port()))
	if s.given != "" {
		a.Host, a.URI = s.given, "sips:alice@"+s.given+":"+port
	}
	if s.proxied {
		a.Proxy, a.URI = "sips:"+a.Host+":"+port, "sips:alice@"+a.Domain
	}
	if s.zone == nil {
		return
	}
	a.Lookup, a.URI = true, "sips:alice@"+a.Host
	if !slices.ContainsFunc(s.zone, func(line string) bool { return strings.Contains(line, "SRV") }) {
		a.URI += ":" + port
	}
	a.DNS = testpki.ServeZone(t, strings.NewReplacer("{host}", testHost, "{other}", testOther, "{port}", port, "{closed}", "1"), s.zone)
}
