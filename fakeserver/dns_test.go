package fakeserver

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func TestDNS(t *testing.T) {
	t.Parallel()
	d, err := StartDNS(netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	d.Set("PBX.test", netip.MustParseAddr("127.1.2.3"))
	d.Set("six.test", netip.MustParseAddr("::1"))
	d.SetRecords("srv.test", &dns.SRV{
		Hdr: dns.RR_Header{Name: "srv.test.", Rrtype: dns.TypeSRV, Class: dns.ClassINET}, Port: 5061, Target: "pbx.test.",
	})
	d.SetRecords("alias.test", &dns.CNAME{
		Hdr: dns.RR_Header{Name: "alias.test.", Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: "pbx.test.",
	})
	d.SetRecords("loop.test", &dns.CNAME{
		Hdr: dns.RR_Header{Name: "loop.test.", Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: "loop.test.",
	})
	d.Set("gone.test", netip.MustParseAddr("127.1.2.3"))
	d.Delete("gone.test")
	for _, network := range []string{"udp", "tcp"} {
		for _, tc := range []struct {
			name  string
			kind  uint16
			rcode int
			count int
			last  string
		}{
			{"pbx.test.", dns.TypeA, dns.RcodeSuccess, 1, "127.1.2.3"},
			{"pBx.TesT.", dns.TypeA, dns.RcodeSuccess, 1, "127.1.2.3"},
			{"pbx.test.", dns.TypeAAAA, dns.RcodeSuccess, 0, ""},
			{"pbx.test.", dns.TypeSRV, dns.RcodeSuccess, 0, ""},
			{"six.test.", dns.TypeAAAA, dns.RcodeSuccess, 1, "::1"},
			{"srv.test.", dns.TypeSRV, dns.RcodeSuccess, 1, ""},
			{"alias.test.", dns.TypeA, dns.RcodeSuccess, 2, "127.1.2.3"},
			{"loop.test.", dns.TypeA, dns.RcodeSuccess, 8, ""},
			{"gone.test.", dns.TypeA, dns.RcodeNameError, 0, ""},
			{"no.test.", dns.TypeNAPTR, dns.RcodeNameError, 0, ""},
		} {
			client := dns.Client{Net: network}
			reply, _, err := client.Exchange(new(dns.Msg).SetQuestion(tc.name, tc.kind), d.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			if reply.Rcode != tc.rcode || len(reply.Answer) != tc.count {
				t.Errorf("%s %s %s: %v", network, tc.name, dns.TypeToString[tc.kind], reply)
				continue
			}
			if tc.last == "" {
				continue
			}
			switch rr := reply.Answer[len(reply.Answer)-1].(type) {
			case *dns.A:
				if rr.A.String() != tc.last {
					t.Errorf("%s: %v", tc.name, rr)
				}
			case *dns.AAAA:
				if rr.AAAA.String() != tc.last {
					t.Errorf("%s: %v", tc.name, rr)
				}
			default:
				t.Errorf("%s: %v", tc.name, rr)
			}
		}
	}
	q := d.Queries()
	if len(q) != 20 || !slices.Contains(q, Query{"no.test", "NAPTR"}) || q[0] != (Query{"pbx.test", "A"}) {
		t.Errorf("%v", q)
	}
	if _, err := StartDNS(d.Addr()); err == nil {
		t.Error("two servers at one port")
	}
}

// What was asked of a name is known as long as the name is.
func TestAsked(t *testing.T) {
	t.Parallel()
	d, err := StartDNS(netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	begun := time.Now()
	d.Set("asked.test", netip.MustParseAddr("127.0.0.1"))
	d.Set("quiet.test", netip.MustParseAddr("127.0.0.1"))
	for _, name := range []string{"Asked.test.", "unknown.test."} {
		if _, _, err := new(dns.Client).ExchangeContext(t.Context(), new(dns.Msg).SetQuestion(name, dns.TypeSRV), d.Addr().String()); err != nil {
			t.Fatal(err)
		}
	}
	first := d.Asked("asked.test")
	if first.Before(begun) || first.After(time.Now()) || !d.Asked("quiet.test").IsZero() || !d.Asked("unknown.test").IsZero() {
		t.Errorf("asked: %v %v %v", d.Asked("asked.test"), d.Asked("quiet.test"), d.Asked("unknown.test"))
	}
	if _, _, err := new(dns.Client).ExchangeContext(t.Context(), new(dns.Msg).SetQuestion("_sips._tcp.asked.test.", dns.TypeSRV), d.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if again := d.Asked("asked.test"); again != first {
		t.Errorf("asked first at %v, after another question at %v", first, again)
	}
	d.Delete("asked.test")
	if !d.Asked("asked.test").IsZero() {
		t.Error("asked of a name that is not known any more")
	}
}
