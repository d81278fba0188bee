package verify

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"siptrust/client/internal/testpki"
)

// TestLocate: RFC 3263 4, place by place.
func TestLocate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		host string // and port
		zone []string
		want string // address/target/replacement/canonical, apart by spaces; or what the error says
	}{
		"naptr and srv": {"{host}", testpki.OwnZone, "127.0.0.1:7/edge.{host}//"},
		"srv alone":     {"{host}", testpki.OwnZone[1:], "127.0.0.1:7/edge.{host}//"},
		"address alone": {"{host}", []string{`{host} A 127.0.0.1`}, "127.0.0.1:5061///"},
		"another domain": {
			"{host}", testpki.ForeignZone,
			"127.0.0.1:7/edge.{other}/{other}/",
		},
		"alias":      {"{host}", testpki.AliasZone, "127.0.0.1:7/{host}//{other}"},
		"port":       {"{host} 9", append(testpki.OwnZone, `{host} A 127.0.0.2`), "127.0.0.2:9///"},
		"priorities": {"{host}", testpki.DeadZone, "127.0.0.1:1/edge.{host}// 127.0.0.1:7/edge.{host}//"},
		"no udp":     {"{host}", testpki.UDPZone, "127.0.0.1:7/edge.{host}//"},
		"both versions of IP": {
			"{host} 9",
			[]string{`{host} A 127.0.0.1`, `{host} AAAA ::1`},
			"127.0.0.1:9/// [::1]:9///",
		},
		"literal":                  {"127.0.0.3", testpki.OwnZone, "127.0.0.3:5061///"},
		"literal of IPv6":          {"[::1] 9", testpki.OwnZone, "[::1]:9///"},
		"target without address":   {"{host}", testpki.OwnZone[:2], "no target of _sips._tcp.{host} has an address"},
		"name without any record":  {"{host}", testpki.ForeignZone[1:], "{host} has no address"},
		"one of two is not known":  {"{host}", append(testpki.OwnZone, `_sips._tcp.{host} SRV 5 0 8 gone.{host}`), "127.0.0.1:7/edge.{host}//"},
		"order before preference":  {"{host}", append(testpki.OwnZone, `{host} NAPTR 5 90 "s" "SIPS+D2T" "" _sips._tcp.gone`), "{host} has no address"},
		"preference within orders": {"{host}", append(testpki.OwnZone, `{host} NAPTR 10 20 "s" "SIPS+D2T" "" _sips._tcp.gone`), "127.0.0.1:7/edge.{host}//"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fill := strings.NewReplacer("{host}", testpki.Host, "{other}", testpki.Other, "{port}", "7", "{closed}", "1")
			host, port, _ := strings.Cut(fill.Replace(tt.host), " ")
			number, _ := strconv.Atoi(port)
			server := DNSServer{Addr: testpki.ServeZone(t, fill, slices.Clone(tt.zone))}
			found, err := verifier(t, Options{}).Locate(t.Context(), server, host, uint16(number))
			var words []string
			for _, p := range found.Places {
				words = append(words, strings.Join([]string{p.Addr.String(), p.Target, p.Replacement, p.Canonical}, "/"))
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
