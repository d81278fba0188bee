package pkiforge_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"siptrust/pkiforge"
)

// What a certificate is told to present it presents, as openssl reads it, and
// nothing besides.
func TestPresents(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	for _, tt := range []struct {
		identities []string
		san        string // as openssl prints it; empty: no such extension
		subject    string
	}{
		{[]string{"DNS:{host}"}, "DNS:sip.r4t9.test", "CN=SIP server"},
		{[]string{"CN:{other}", "DNS:{HOST}"}, "DNS:SIP.R4T9.TEST", "CN=other.r4t9.test"},
		{[]string{"DNS:{first}*.{parent}", "DNS:*{last}.{parent}"}, "DNS:s*.r4t9.test, DNS:*p.r4t9.test", "CN=SIP server"},
		{[]string{"DNS:{twin}.{run}.test"}, "DNS:xn--ip-doc.r4t9.test", "CN=SIP server"},
		{[]string{"CN:", "DNS:{label}.x"}, "DNS:sip.x", ""},
		{[]string{"URI:sip:{host}", "IP:192.0.2.1"}, "URI:sip:sip.r4t9.test, IP Address:192.0.2.1", "CN=SIP server"},
		{[]string{"CN:{host}"}, "", "CN=sip.r4t9.test"},
		{[]string{"CN:{host}", "CN:{other}"}, "", "CN=sip.r4t9.test,CN=other.r4t9.test"},
		{[]string{"MAIL:a@{host}", "DNS:{host}"}, "email:a@sip.r4t9.test, DNS:sip.r4t9.test", "CN=SIP server"},
		{[]string{"DIR:{host}"}, "DirName:CN=sip.r4t9.test", "CN=SIP server"},
		{[]string{"RID:"}, "Registered ID:1.3.6.1.4.1.32473.3.14.1", "CN=SIP server"},
		{[]string{"SRV:_sips.{host}"}, "othername: SRVName:_sips.sip.r4t9.test", "CN=SIP server"},
		{[]string{"UPN:{host}"}, "othername: UPN:sip.r4t9.test", "CN=SIP server"},
		{[]string{"CN:{other}", "OU:{host}", "DNS:x.test"}, "DNS:x.test", "OU=sip.r4t9.test,CN=other.r4t9.test"},
		{[]string{"DC:{host}", "DNS:x.test"}, "DNS:x.test", "CN=SIP server,DC=test,DC=r4t9,DC=sip"},
		{[]string{"IAN:{host}", "NSN:{host}", "DNS:x.test"}, "DNS:x.test", "CN=SIP server"},
		{[]string{"IP:12345"}, "IP Address:<invalid>", "CN=SIP server"},
		{[]string{"SAN:"}, "<EMPTY>", "CN=SIP server"},
	} {
		t.Run(strings.Join(tt.identities, " "), func(t *testing.T) {
			t.Parallel()
			m := forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.Presents(tt.identities...)))
			path := writeDER(t, m.Chain[0].DER)
			out := opensslOK(t, "x509", "-inform", "DER", "-in", path, "-noout", "-subject", "-nameopt", "sep_comma_plus,sname", "-ext", "subjectAltName")
			out = plainly.Replace(out)
			if want := "subject=" + tt.subject + "\n"; !strings.HasPrefix(out, want) {
				t.Errorf("the subject: %q, want %q", out, want)
			}
			_, san, found := strings.Cut(out, "X509v3 Subject Alternative Name:")
			san = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(san), "critical"))
			if found != (tt.san != "") || san != tt.san {
				t.Errorf("the subject alternative name: %q, want %q", san, tt.san)
			}
		})
	}
}

// plainly takes out what the versions of openssl print differently.
var plainly = strings.NewReplacer("No extensions in certificate\n", "", "::", ":", "DirName:/CN=", "DirName:CN=",
	"DirName:CN = ", "DirName:CN=", "<invalid length=5>", "<invalid>")

// Presenting other identities changes what the certificate names and nothing
// else of the plan.
func TestPresentsChangesNamesOnly(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		change pkiforge.Change
		want   []string
	}{
		{pkiforge.Presents("DNS:{other}"), []string{"server Subject", "server DNS", "server URIs"}},
		{pkiforge.Presents("CN:{host}", "DNS:{host}"), []string{"server URIs"}},
		{pkiforge.Presents("CN:{host}", "MAIL:a@{host}"), []string{"server DNS", "server URIs", "server Extra"}},
		{pkiforge.CriticalAltName(), []string{"server EditTBS"}},
		{pkiforge.NoncriticalAltName(), []string{"server Subject", "server URIs", "server EditTBS"}},
	} {
		names := testNames()
		names.Domain = names.Host
		twin, err := pkiforge.NewPlan(pkiforge.CustomCA, names)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := with(twin, tt.change)
		if err != nil {
			t.Fatal(err)
		}
		var fields []string
		for _, line := range pkiforge.Diff(twin, changed) {
			field, _, _ := strings.Cut(line, ":")
			fields = append(fields, field)
		}
		slices.Sort(fields)
		slices.Sort(tt.want)
		if d := cmp.Diff(tt.want, fields); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.change.Name, d)
		}
	}
}

// The subject alternative name beside an empty subject is critical, but where
// that is the fault.
func TestAltNameCriticality(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	for change, critical := range map[*pkiforge.Change]bool{
		ptr(pkiforge.Presents("CN:", "DNS:{host}")):    true,
		ptr(pkiforge.Presents("CN:", "MAIL:a@{host}")): true,
		ptr(pkiforge.Presents("DNS:{host}")):           false,
		ptr(pkiforge.NoncriticalAltName()):             false,
		ptr(pkiforge.CriticalAltName()):                true,
	} {
		cert, err := forge(t, f, faulty(t, pkiforge.CustomCA, *change)).Chain[0].X509()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range cert.Extensions {
			if e.Id.Equal(pkiforge.OIDSubjectAltName) && e.Critical != critical {
				t.Errorf("%s: critical %t, want %t", change.Name, e.Critical, critical)
			}
		}
	}
}

func ptr[T any](v T) *T { return &v }

// What cannot be presented is refused, not left out.
func TestPresentsRefuses(t *testing.T) {
	t.Parallel()
	for _, identity := range []string{"sip.example.test", "dns:sip.example.test"} {
		if _, err := with(sound(t, pkiforge.CustomCA), pkiforge.Presents(identity)); err == nil {
			t.Errorf("%q is presented", identity)
		}
	}
	p := sound(t, pkiforge.CustomCA)
	p.Names.Host = "localhost"
	if err := pkiforge.Presents("DNS:{parent}").Apply(&p); !errors.Is(err, pkiforge.ErrNotApplicable) {
		t.Errorf("the parent of a host without one: %v", err)
	}
}

// What is outside the subject alternative name is written as described.
func TestPresentsElsewhere(t *testing.T) {
	t.Parallel()
	m := forge(t, newForge(t, pkiforge.Options{}), faulty(t, pkiforge.CustomCA, pkiforge.Presents("IAN:{host}", "NSN:{host}")))
	cert, err := m.Chain[0].X509()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"2.5.29.18":              "0\x0f\x82\rsip.r4t9.test",
		"2.16.840.1.113730.1.12": "\x16\rsip.r4t9.test",
	}
	for _, e := range cert.Extensions {
		if value, ok := want[e.Id.String()]; ok && (value != string(e.Value) || e.Critical) {
			t.Errorf("%v: %q, critical %t", e.Id, e.Value, e.Critical)
		}
		delete(want, e.Id.String())
	}
	if len(want) > 0 {
		t.Errorf("not there: %v", want)
	}
}

// The address of the server is presented as an address or as text, and not by a
// plan that knows of none.
func TestPresentsAddress(t *testing.T) {
	t.Parallel()
	n := pkiforge.Names{Run: "r1", Host: "sip.r1.test", Domain: "r1.test", Other: "x.test"}
	presents := pkiforge.Presents("IP:{address}", "DNS:{address}", "URI:sip:{domain}")
	plan, err := pkiforge.NewPlan(pkiforge.CustomCA, n)
	if err != nil {
		t.Fatal(err)
	}
	if err := presents.Apply(&plan); !errors.Is(err, pkiforge.ErrNotApplicable) {
		t.Errorf("without an address: %v", err)
	}
	n.Address = netip.MustParseAddr("192.0.2.7")
	if plan, err = pkiforge.NewPlan(pkiforge.CustomCA, n); err != nil {
		t.Fatal(err)
	}
	if err := presents.Apply(&plan); err != nil {
		t.Fatal(err)
	}
	c := plan.Cert(pkiforge.Server)
	if !slices.Equal(c.IPs, []netip.Addr{n.Address}) || !slices.Equal(c.DNS, []string{"192.0.2.7"}) || !slices.Equal(c.URIs, []string{"sip:r1.test"}) {
		t.Errorf("IP %v, DNS %v, URI %v", c.IPs, c.DNS, c.URIs)
	}
}
