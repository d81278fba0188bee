package pkiforge_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"siptrust/pkiforge"
)

// parsed forges a plan and reads one of its certificates.
func parsed(t *testing.T, f *pkiforge.Forge, p pkiforge.Plan, cert string) *x509.Certificate {
	t.Helper()
	c, err := forge(t, f, p).Certs[cert].X509()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The styles with two CAs: what is sent, how many CAs are allowed, and which
// names.
func TestNested(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	for _, style := range []pkiforge.Style{pkiforge.NestedCA, pkiforge.ConstrainedCA} {
		m := forge(t, f, sound(t, style))
		var sent []string
		for _, c := range m.Chain {
			sent = append(sent, c.Name)
		}
		if d := cmp.Diff([]string{pkiforge.Server, pkiforge.Issuing, pkiforge.Upper}, sent); d != "" {
			t.Errorf("%s: sent (-want +got):\n%s", style, d)
		}
		upper := parsed(t, f, sound(t, style), pkiforge.Upper)
		if upper.MaxPathLen != 1 || !upper.IsCA {
			t.Errorf("%s: the upper CA allows %d CAs", style, upper.MaxPathLen)
		}
		var permitted, excluded []string
		if style == pkiforge.ConstrainedCA {
			permitted, excluded = []string{"sip.r4t9.test", "r4t9.test"}, []string{"reserved.sip.r4t9.test"}
		}
		if d := cmp.Diff([][]string{permitted, excluded}, [][]string{upper.PermittedDNSDomains, upper.ExcludedDNSDomains}); d != "" {
			t.Errorf("%s: names (-want +got):\n%s", style, d)
		}
		leaf, err := m.Chain[0].X509()
		if err != nil {
			t.Fatal(err)
		}
		between := x509.NewCertPool()
		for _, c := range m.Chain[1:] {
			cert, err := c.X509()
			if err != nil {
				t.Fatal(err)
			}
			between.AddCert(cert)
		}
		opts := x509.VerifyOptions{Roots: pkiforge.CertPool(m.CustomRoots), Intermediates: between, DNSName: testNames().Host}
		if _, err := leaf.Verify(opts); err != nil {
			t.Errorf("%s: %v", style, err)
		}
	}
}

// Every constraint is in the certificate as described, byte by
// byte where no parser reads it.
func TestConstraintChanges(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	value := func(oid asn1.ObjectIdentifier, critical bool, der ...byte) func(*x509.Certificate) bool {
		return func(c *x509.Certificate) bool {
			return slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool {
				return e.Id.Equal(oid) && e.Critical == critical && bytes.Equal(e.Value, der)
			})
		}
	}
	without := func(oid asn1.ObjectIdentifier) func(*x509.Certificate) bool {
		return func(c *x509.Certificate) bool {
			return !slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oid) })
		}
	}
	name, err := pkiforge.NameTree(pkix.Name{CommonName: "a"})
	if err != nil {
		t.Fatal(err)
	}
	const custom, nested = pkiforge.CustomCA, pkiforge.NestedCA
	names := func(n pkiforge.NameConstraints) pkiforge.Change { return pkiforge.ConstrainNames(pkiforge.Issuing, n) }
	trees := func(s ...pkiforge.Subtree) []pkiforge.Subtree { return s }
	for _, tt := range []struct {
		style  pkiforge.Style
		cert   string
		change pkiforge.Change
		fields []string
		is     func(*x509.Certificate) bool
	}{
		{custom, pkiforge.Issuing, pkiforge.WithoutBasicConstraints(pkiforge.Issuing), []string{"issuing BasicConstraints"}, without(pkiforge.OIDBasicConstraints)},
		{nested, pkiforge.Upper, pkiforge.PathLength(pkiforge.Upper, 0), []string{"upper PathLen"}, value(pkiforge.OIDBasicConstraints, true, 0x30, 6, 1, 1, 0xff, 2, 1, 0)},
		{custom, pkiforge.Server, pkiforge.RawPathLength(pkiforge.Server, 1), []string{"server EditTBS"}, value(pkiforge.OIDBasicConstraints, true, 0x30, 3, 2, 1, 1)},
		{custom, pkiforge.Server, pkiforge.ServerIsCA(), []string{"server IsCA"}, func(c *x509.Certificate) bool { return c.IsCA }},
		{custom, pkiforge.Server, pkiforge.AlsoDNS("a.test"), []string{"server DNS"}, func(c *x509.Certificate) bool { return slices.Contains(c.DNSNames, "a.test") }},
		{custom, pkiforge.Server, pkiforge.AlsoURI("sip:a.test"), []string{"server URIs"}, func(c *x509.Certificate) bool { return len(c.URIs) == 3 }},
		{custom, pkiforge.Server, pkiforge.AlsoIP(netip.MustParseAddr("192.0.2.1")), []string{"server IPs"}, func(c *x509.Certificate) bool { return len(c.IPAddresses) == 1 }},
		{
			nested, pkiforge.Impostor, pkiforge.IssuedByLeaf(testNames()),
			[]string{"impostor", "server Issuer", "send"},
			func(c *x509.Certificate) bool { return !c.IsCA && c.BasicConstraintsValid && c.KeyUsage == 0 },
		},
		{custom, pkiforge.Issuing, pkiforge.RequirePolicy(pkiforge.Issuing, 2), []string{"issuing Extra"}, value(pkiforge.OIDPolicyConstraints, true, 0x30, 3, 0x80, 1, 2)},
		{custom, pkiforge.Server, pkiforge.Policy(pkiforge.Server, pkiforge.AnyPolicy), []string{"server Policies"}, value(pkiforge.OIDPolicies, false, 0x30, 8, 0x30, 6, 6, 4, 0x55, 29, 32, 0)},
		{custom, pkiforge.Issuing, pkiforge.InhibitAnyPolicy(pkiforge.Issuing), []string{"issuing Extra"}, value(pkiforge.OIDInhibitAnyPolicy, true, 2, 1, 0)},
		{
			custom, pkiforge.Issuing, pkiforge.MapPolicy(pkiforge.Issuing, asn1.ObjectIdentifier{1, 2, 3}, asn1.ObjectIdentifier{1, 2, 4}),
			[]string{"issuing Extra"},
			value(pkiforge.OIDPolicyMappings, true, 0x30, 10, 0x30, 8, 6, 2, 0x2a, 3, 6, 2, 0x2a, 4),
		},
		{
			custom, pkiforge.Issuing, names(pkiforge.NameConstraints{Permitted: trees(pkiforge.DNSTree("a")), Excluded: trees(pkiforge.URITree("b"))}),
			[]string{"issuing EditTBS"},
			value(pkiforge.OIDNameConstraints, true, 0x30, 14, 0xa0, 5, 0x30, 3, 0x82, 1, 'a', 0xa1, 5, 0x30, 3, 0x86, 1, 'b'),
		},
		{
			custom, pkiforge.Issuing, names(pkiforge.NameConstraints{Permitted: trees(pkiforge.MailTree("a")), NotCritical: true}),
			[]string{"issuing EditTBS"},
			value(pkiforge.OIDNameConstraints, false, 0x30, 7, 0xa0, 5, 0x30, 3, 0x81, 1, 'a'),
		},
		{
			custom, pkiforge.Issuing, names(pkiforge.NameConstraints{Excluded: trees(pkiforge.IPTree(netip.MustParsePrefix("10.1.0.0/8")))}),
			[]string{"issuing EditTBS"},
			value(pkiforge.OIDNameConstraints, true, 0x30, 14, 0xa1, 12, 0x30, 10, 0x87, 8, 10, 0, 0, 0, 255, 0, 0, 0),
		},
		{
			custom, pkiforge.Issuing, names(pkiforge.NameConstraints{Permitted: trees(name)}),
			[]string{"issuing EditTBS"},
			value(pkiforge.OIDNameConstraints, true, append([]byte{0x30, 20, 0xa0, 18, 0x30, 16, 0xa4, 14}, name.Value...)...),
		},
		{custom, pkiforge.Server, pkiforge.Purposes(pkiforge.Server, nil), []string{"server ExtKeyUsage", "server UnknownEKU"}, without(pkiforge.OIDExtKeyUsage)},
		{custom, pkiforge.Server, pkiforge.EmptyPurposes(pkiforge.Server), []string{"server EditTBS"}, value(pkiforge.OIDExtKeyUsage, false, 0x30, 0)},
		{custom, pkiforge.Issuing, pkiforge.Usage(pkiforge.Issuing, x509.KeyUsageCRLSign), []string{"issuing KeyUsage"}, value(pkiforge.OIDKeyUsage, true, 3, 2, 1, 2)},
		{custom, pkiforge.Issuing, pkiforge.Criticality(pkiforge.Issuing, pkiforge.OIDKeyUsage, false), []string{"issuing EditTBS"}, value(pkiforge.OIDKeyUsage, false, 3, 2, 1, 6)},
	} {
		p := faulty(t, tt.style, tt.change)
		var fields []string
		for _, line := range pkiforge.Diff(sound(t, tt.style), p) {
			field, _, _ := strings.Cut(line, ":")
			fields = append(fields, field)
		}
		slices.Sort(fields)
		slices.Sort(tt.fields)
		if d := cmp.Diff(tt.fields, fields); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.change.Name, d)
		}
		if c := parsed(t, f, p, tt.cert); !tt.is(c) {
			t.Errorf("%s: the certificate does not say so: %+v", tt.change.Name, c.Extensions)
		}
	}
}

// A change that would change nothing, or has nothing to change, says so.
func TestConstraintsNotApplicable(t *testing.T) {
	t.Parallel()
	for _, c := range []pkiforge.Change{
		pkiforge.WithoutBasicConstraints("none"),
		pkiforge.PathLength(pkiforge.Issuing, 0),
		pkiforge.PathLength(pkiforge.Server, 0),
		pkiforge.Usage(pkiforge.Server, x509.KeyUsageDigitalSignature),
		pkiforge.IssuedByLeaf(testNames()),
	} {
		if _, err := with(sound(t, pkiforge.CustomCA), c); !errors.Is(err, pkiforge.ErrNotApplicable) {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	twice := pkiforge.ConstrainNames(pkiforge.Upper, pkiforge.NameConstraints{})
	if _, err := with(sound(t, pkiforge.ConstrainedCA), twice); !errors.Is(err, pkiforge.ErrNotApplicable) {
		t.Errorf("%s: %v", twice.Name, err)
	}
	again := pkiforge.Criticality(pkiforge.Server, pkiforge.OIDExtKeyUsage, false)
	f := newForge(t, pkiforge.Options{})
	if _, err := f.Forge(t.Context(), faulty(t, pkiforge.CustomCA, again)); !errors.Is(err, pkiforge.ErrNotApplicable) {
		t.Errorf("%s: %v", again.Name, err)
	}
}
