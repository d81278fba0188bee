package pkiforge_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"siptrust/pkiforge"
)

// shape is what a certificate says, as the standard library reads it.
type shape struct {
	Issuer       string // common name
	CN           string
	DNS, URIs    []string
	CA           bool
	PathLen      int
	KeyUsage     x509.KeyUsage
	EKU          []x509.ExtKeyUsage
	SIPDomain    bool
	Policies     int
	CRL, AIA     int
	OtherSubject int // attributes besides the common name
	Days         int
}

func shapeOf(t *testing.T, c *pkiforge.Certificate) shape {
	t.Helper()
	cert, err := c.X509()
	if err != nil {
		t.Fatal(err)
	}
	s := shape{
		Issuer:       cert.Issuer.CommonName,
		CN:           cert.Subject.CommonName,
		DNS:          cert.DNSNames,
		CA:           cert.IsCA,
		PathLen:      cert.MaxPathLen,
		KeyUsage:     cert.KeyUsage,
		EKU:          cert.ExtKeyUsage,
		SIPDomain:    slices.ContainsFunc(cert.UnknownExtKeyUsage, pkiforge.SIPDomainEKU.Equal),
		Policies:     len(cert.PolicyIdentifiers),
		CRL:          len(cert.CRLDistributionPoints),
		AIA:          len(cert.IssuingCertificateURL) + len(cert.OCSPServer),
		OtherSubject: len(cert.Subject.Names) - 1,
		Days:         int((cert.NotAfter.Sub(cert.NotBefore) + time.Second) / (24 * time.Hour)),
	}
	for _, uri := range cert.URIs {
		s.URIs = append(s.URIs, uri.String())
	}
	return s
}

func TestShapes(t *testing.T) {
	t.Parallel()
	n := testNames()
	sip := shape{
		CN:        n.Host,
		DNS:       []string{n.Host, n.Domain},
		URIs:      []string{"sip:" + n.Host, "sip:" + n.Domain},
		PathLen:   -1,
		KeyUsage:  x509.KeyUsageDigitalSignature,
		EKU:       []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		SIPDomain: true,
		Days:      90,
	}
	custom, self, public, direct := sip, sip, sip, sip
	custom.Issuer = "siptrust r4t9 Enterprise Issuing CA"
	self.Issuer, self.KeyUsage = n.Host, 0
	direct.Issuer = "siptrust r4t9 Direct Root CA"
	public.Issuer = "siptrust r4t9 Public Issuing CA"
	public.URIs, public.SIPDomain = nil, false
	public.Policies, public.CRL, public.AIA = 1, 1, 1
	want := map[pkiforge.Style]shape{
		pkiforge.CustomCA: custom, pkiforge.SelfSigned: self, pkiforge.PublicCA: public, pkiforge.DirectRoot: direct,
	}
	f := newForge(t, pkiforge.Options{})
	for _, style := range styles {
		m := forge(t, f, sound(t, style))
		if d := cmp.Diff(want[style], shapeOf(t, m.Chain[0])); d != "" {
			t.Errorf("the %s leaf (-want +got):\n%s", style, d)
		}
		for name, c := range m.Certs {
			if name == pkiforge.Server {
				continue
			}
			ca := shapeOf(t, c)
			if !ca.CA || ca.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign || !strings.Contains(ca.CN, n.Run) {
				t.Errorf("%s of %s is no CA of this run: %+v", name, style, ca)
			}
		}
	}
}

// What the server sends and what the endpoint trusts, by style.
func TestTrust(t *testing.T) {
	t.Parallel()
	custom := []string{pkiforge.Root, pkiforge.BystanderCustom}
	bystander := []string{pkiforge.BystanderSystem}
	withIssuing := []string{pkiforge.Server, pkiforge.Issuing}
	alone := []string{pkiforge.Server}
	want := map[pkiforge.Style][3][]string{ // sent, system roots, custom roots
		pkiforge.CustomCA:   {withIssuing, bystander, custom},
		pkiforge.SelfSigned: {alone, bystander, {pkiforge.Server, pkiforge.BystanderCustom}},
		pkiforge.PublicCA:   {withIssuing, {pkiforge.Root, pkiforge.BystanderSystem}, {pkiforge.BystanderCustom}},
		pkiforge.DirectRoot: {alone, bystander, custom},
	}
	f := newForge(t, pkiforge.Options{})
	for _, style := range styles {
		m := forge(t, f, sound(t, style))
		var got [3][]string
		for i, certs := range [][]*pkiforge.Certificate{m.Chain, m.SystemRoots, m.CustomRoots} {
			for _, c := range certs {
				got[i] = append(got[i], c.Name)
			}
		}
		if d := cmp.Diff(want[style], got); d != "" {
			t.Errorf("%s (-want +got):\n%s", style, d)
		}
		if len(m.Identity)+len(m.ClientRoots) > 0 {
			t.Errorf("%s: the endpoint has an identity that nobody asked for", style)
		}
	}
}

// A client that cannot be given a name compares the address.
func TestAddresses(t *testing.T) {
	t.Parallel()
	v4, v6 := netip.MustParseAddr("127.1.2.3"), netip.MustParseAddr("::1")
	f := newForge(t, pkiforge.Options{})
	for _, style := range styles {
		p, err := pkiforge.NewPlan(style, pkiforge.Names{Run: "r4t9", Host: v4.String(), IPs: []netip.Addr{v4, v6}, Other: "x.test"})
		if err != nil {
			t.Fatal(err)
		}
		m := forge(t, f, p)
		cert, err := m.Chain[0].X509()
		if err != nil {
			t.Fatal(err)
		}
		if len(cert.DNSNames) > 0 || len(cert.IPAddresses) != 2 || len(cert.IPAddresses[0]) != 4 {
			t.Errorf("%s: names %q, addresses %v", style, cert.DNSNames, cert.IPAddresses)
		}
		for _, address := range []string{"127.1.2.3", "::1"} {
			if err := verifyGo(m, address); err != nil {
				t.Errorf("%s: %s: %v", style, address, err)
			}
		}
		wrong, err := with(p, pkiforge.WrongName("x.test"))
		if err != nil {
			t.Fatal(err)
		}
		if err := verifyGo(forge(t, f, wrong), "127.1.2.3"); !goWrongName(err) {
			t.Errorf("%s: the wrong name is refused for %v", style, err)
		}
	}
}

func TestNewPlanRefuses(t *testing.T) {
	t.Parallel()
	for want, n := range map[string]pkiforge.Names{
		"no DNS label":         {Run: "Not A Label", Host: "x.test"},
		`token "" is`:          {Host: "x.test"},
		"no host name":         {Run: "r1"},
		`unknown style "none"`: {Run: "r1", Host: "x.test"},
	} {
		if _, err := pkiforge.NewPlan("none", n); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// A subject alternative name is critical where the subject is empty (RFC 5280
// 4.2.1.6), and not otherwise.
func TestAltNameCritical(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	for _, subject := range []pkix.Name{{}, {CommonName: "x.test"}} {
		p := sound(t, pkiforge.PublicCA)
		p.Cert(pkiforge.Server).Subject = subject
		m := forge(t, f, p)
		cert, err := m.Chain[0].X509()
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(cert.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(pkiforge.OIDSubjectAltName) })
		if critical := cert.Extensions[i].Critical; critical != (subject.CommonName == "") {
			t.Errorf("under the subject %q critical is %t", subject.CommonName, critical)
		}
		if err := verifyGo(m, testNames().Host); err != nil {
			t.Error(err)
		}
	}
}

// Every key usage is encoded as the standard library reads it.
func TestKeyUsages(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	for bit := range 9 {
		for _, usage := range []x509.KeyUsage{1 << bit, 1<<bit | 1} {
			p := sound(t, pkiforge.DirectRoot)
			p.Cert(pkiforge.Server).KeyUsage = usage
			cert, err := forge(t, f, p).Chain[0].X509()
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(cert.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(pkiforge.OIDKeyUsage) })
			var bits asn1.BitString
			if _, err := asn1.Unmarshal(cert.Extensions[i].Value, &bits); err != nil {
				t.Fatal(err)
			}
			if cert.KeyUsage != usage || bits.BitLength != bit+1 {
				t.Errorf("%v was read as %v in %d bits", usage, cert.KeyUsage, bits.BitLength)
			}
		}
	}
}
