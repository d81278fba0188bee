package reference

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
	"github.com/miekg/dns"

	"siptrust/client"
	"siptrust/pkiforge"
)

// Zones of sip.example.test, as [situation.zone] has them: {host} is that name,
// {other} another, {port} the server's, {closed} one at which nothing listens.
var (
	ownZone = []string{
		`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
		`_sips._tcp.{host} SRV 10 0 {port} edge.{host}`,
		`edge.{host} A 127.0.0.1`,
	}
	foreignZone = []string{
		`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{other}`,
		`_sips._tcp.{other} SRV 10 0 {port} edge.{other}`,
		`edge.{other} A 127.0.0.1`,
	}
	aliasZone = []string{`_sips._tcp.{host} SRV 10 0 {port} {host}`, `{host} CNAME {other}`, `{other} A 127.0.0.1`}
	deadZone  = []string{
		`_sips._tcp.{host} SRV 20 0 {port} edge.{host}`,
		`_sips._tcp.{host} SRV 10 9 {closed} edge.{host}`,
		`edge.{host} A 127.0.0.1`,
	}
	twoZone = []string{
		`_sips._tcp.{host} SRV 10 0 {port} edge.{host}`,
		`_sips._tcp.{host} SRV 20 0 {port} edge.{host}`,
		`_sip._udp.{host} SRV 10 0 {port} edge.{host}`,
		`edge.{host} A 127.0.0.1`,
	}
	udpZone = []string{
		`{host} NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.{host}`,
		`{host} NAPTR 20 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
		`_sip._udp.{host} SRV 10 0 {port} edge.{host}`,
		`_sips._tcp.{host} SRV 10 0 {port} edge.{host}`,
		`edge.{host} A 127.0.0.1`,
	}
)

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
		{name: "srv-domain-only", zone: ownZone, changes: shows("DNS:{host}"), want: "accepted"},
		{name: "srv-target-only", zone: ownZone, changes: shows("DNS:edge.{host}"), want: "failed"},
		{name: "naptr-domain-only", zone: foreignZone, changes: shows("DNS:{other}"), want: "failed"},
		{name: "alias-target-only", zone: aliasZone[1:], changes: shows("DNS:{other}"), want: "failed"},
		{name: "resolved-address", changes: shows("IP:{address}"), want: "failed"},
		{name: "address-text", given: "127.0.0.1", changes: shows("DNS:{address}"), want: "failed"},
		{name: "other-address", given: "127.0.0.1", changes: shows("IP:127.0.0.2"), want: "failed"},
		{name: "proxy-only", changes: shows("DNS:{host}"), proxied: true, want: "accepted"},
		{name: "dead-target", zone: deadZone, changes: shows("DNS:{host}", "DNS:edge.{host}"), want: "accepted"},
		{name: "both-refused", zone: twoZone, changes: shows("DNS:{other}"), want: "failed"},
		{name: "naptr-udp", zone: udpZone, changes: shows("DNS:{host}", "DNS:edge.{host}"), want: "accepted"},
		{name: "named", server: only(testHost), want: "accepted"},
		{name: "named-domain", zone: ownZone, changes: shows("DNS:{host}", "DNS:edge.{host}"), server: only(testHost), want: "accepted"},
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
	a.DNS = zoneServer(t, strings.NewReplacer("{host}", testHost, "{other}", testOther, "{port}", port, "{closed}", "1"), s.zone)
}

// zoneServer answers over UDP from the records, CNAME records followed.
func zoneServer(t *testing.T, fill *strings.Replacer, zone []string) netip.AddrPort {
	t.Helper()
	var records []dns.RR
	for _, line := range zone {
		rr, err := dns.NewRR(fill.Replace(line))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, rr)
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started, done := make(chan struct{}), make(chan struct{})
	server := &dns.Server{
		PacketConn:        conn,
		NotifyStartedFunc: func() { close(started) },
		Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
			reply := new(dns.Msg).SetReply(q)
			name := q.Question[0].Name
			for _, rr := range records {
				switch {
				case rr.Header().Name != name:
				case rr.Header().Rrtype == q.Question[0].Qtype:
					reply.Answer = append(reply.Answer, rr)
				case rr.Header().Rrtype == dns.TypeCNAME:
					reply.Answer = append(reply.Answer, rr)
					name = rr.(*dns.CNAME).Target // which stands behind it in the zone
				}
			}
			_ = w.WriteMsg(reply)
		}),
	}
	go func() {
		defer close(done)
		_ = server.ActivateAndServe()
	}()
	<-started
	t.Cleanup(func() { _ = server.Shutdown(); <-done })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// TestLocate: RFC 3263 4, place by place.
func TestLocate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		uri  string
		zone []string
		want string // address/target/replacement/canonical, apart by spaces; or what the error says
	}{
		"naptr and srv": {"sips:alice@{host}", ownZone, "127.0.0.1:7/edge.{host}//"},
		"srv alone":     {"sips:alice@{host}", ownZone[1:], "127.0.0.1:7/edge.{host}//"},
		"address alone": {"sips:alice@{host}", []string{`{host} A 127.0.0.1`}, "127.0.0.1:5061///"},
		"another domain": {
			"sips:alice@{host}", foreignZone,
			"127.0.0.1:7/edge.{other}/{other}/",
		},
		"alias":      {"sips:alice@{host}", aliasZone, "127.0.0.1:7/{host}//{other}"},
		"port":       {"sips:alice@{host}:9", append(ownZone, `{host} A 127.0.0.2`), "127.0.0.2:9///"},
		"priorities": {"sips:alice@{host}", deadZone, "127.0.0.1:1/edge.{host}// 127.0.0.1:7/edge.{host}//"},
		"no udp":     {"sips:alice@{host}", udpZone, "127.0.0.1:7/edge.{host}//"},
		"both versions of IP": {
			"sips:alice@{host}:9",
			[]string{`{host} A 127.0.0.1`, `{host} AAAA ::1`},
			"127.0.0.1:9/// [::1]:9///",
		},
		"literal":                  {"sips:alice@127.0.0.3", ownZone, "127.0.0.3:5061///"},
		"literal of IPv6":          {"sips:alice@[::1]:9", ownZone, "[::1]:9///"},
		"target without address":   {"sips:alice@{host}", ownZone[:2], "no target of _sips._tcp.{host} has an address"},
		"name without any record":  {"sips:alice@{host}", foreignZone[1:], "{host} has no address"},
		"one of two is not known":  {"sips:alice@{host}", append(ownZone, `_sips._tcp.{host} SRV 5 0 8 gone.{host}`), "127.0.0.1:7/edge.{host}//"},
		"order before preference":  {"sips:alice@{host}", append(ownZone, `{host} NAPTR 5 90 "s" "SIPS+D2T" "" _sips._tcp.gone`), "{host} has no address"},
		"preference within orders": {"sips:alice@{host}", append(ownZone, `{host} NAPTR 10 20 "s" "SIPS+D2T" "" _sips._tcp.gone`), "127.0.0.1:7/edge.{host}//"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fill := strings.NewReplacer("{host}", testHost, "{other}", testOther, "{port}", "7", "{closed}", "1")
			a := &attempt{Driver: New(Options{}), Attempt: client.Attempt{
				Host: testHost, Lookup: true, DNS: zoneServer(t, fill, slices.Clone(tt.zone)),
			}}
			if err := sip.ParseUri(fill.Replace(tt.uri), &a.aor); err != nil {
				t.Fatal(err)
			}
			places, err := a.locate(t.Context())
			var words []string
			for _, p := range places {
				words = append(words, strings.Join([]string{p.addr.String(), p.target, p.replacement, p.canonical}, "/"))
			}
			got, want := strings.Join(words, " "), fill.Replace(tt.want)
			if err != nil {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q", err, want)
				}
				return
			}
			if got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}
