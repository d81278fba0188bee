package catalogue_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"siptrust/pkiforge"
	"siptrust/suites/catalogue"
)

// The zone names both servers, and where SIP in the clear would be heard.
func TestRecordsOfTwoServers(t *testing.T) {
	s := catalogue.Scenario{Names: pkiforge.Names{Host: "one.test", Other: "two.test"}, Zone: []string{
		`_sips._tcp.{host} SRV 20 0 {elsewhere-port} two.{host}`, `two.{host} A {elsewhere}`, `_sip._udp.{host} SRV 10 0 {clear} one.{host}`,
	}}
	for own, want := range map[string]string{"127.1.1.1:5061": "5060", "127.0.0.1:4321": "4321"} {
		records, err := s.Records(netip.MustParseAddrPort(own), netip.MustParseAddrPort("127.2.2.2:7777"))
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, rr := range records {
			lines = append(lines, strings.Join(strings.Fields(rr.String())[3:], " "))
		}
		if !slices.Equal(lines, []string{"SRV 20 0 7777 two.one.test.", "A 127.2.2.2", "SRV 10 0 " + want + " one.one.test."}) {
			t.Errorf("%s: %q", own, lines)
		}
	}
}
