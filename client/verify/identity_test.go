package verify

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"siptrust/client/internal/testpki"
	"siptrust/pkiforge"
)

// leafWith is an unsigned certificate with these names: DNS:, URI:, IP: or CN:
// before each.
func leafWith(t *testing.T, names string) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(1)}
	for name := range strings.FieldsSeq(names) {
		kind, value, _ := strings.Cut(name, ":")
		switch kind {
		case "DNS":
			c.DNSNames = append(c.DNSNames, value)
		case "CN":
			c.Subject.CommonName = value
		case "IP":
			c.IPAddresses = append(c.IPAddresses, net.ParseIP(value))
		case "URI":
			u, err := url.Parse(value)
			if err != nil {
				t.Fatal(err)
			}
			c.URIs = append(c.URIs, u)
		}
	}
	return c
}

// all is every policy; the others name the policies that accept.
var all = Policies()

var (
	hostVerifiers = []string{"rfc9525", "apple", "teams", "bcp195"}
	none          []string
)

// TestNames: RFC 5922 7.1 to 7.3 and RFC 9525 6 under every policy. The
// client's name is sip.example.test unless said otherwise.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		names  string
		host   string
		accept []string // policies
	}{
		{names: "DNS:sip.example.test", accept: all},
		{names: "DNS:SIP.Example.TEST", accept: all},
		{names: "DNS:sip.example.test", host: "SIP.example.test.", accept: all},
		{names: "DNS:other.test DNS:sip.example.test IP:192.0.2.1", accept: all},
		{names: "DNS:xn--bcher-kva.example.test", host: "bücher.example.test", accept: all},

		{names: "DNS:other.test", accept: none},
		{names: "", accept: none},
		{names: "DNS:example.test", accept: none},
		{names: "DNS:a.sip.example.test", accept: none},
		{names: "DNS:sip.example.test.other.test", accept: none},
		{names: "DNS:evilsip.example.test", accept: none},
		{names: "DNS:.example.test", accept: none},
		{names: "DNS:sip.example.test\x00.other.test", accept: none},
		{names: "DNS:sip.example.test:5061", accept: none},

		{names: "DNS:*.example.test", accept: hostVerifiers},
		{names: "DNS:*.example.test", host: "a.b.example.test", accept: none},
		{names: "DNS:*.example.test", host: "example.test", accept: none},
		{names: "DNS:s*.example.test", accept: none},
		{names: "DNS:sip.*.test", accept: none},
		{names: "DNS:*.*.test", accept: none},
		{names: "DNS:*", host: "test", accept: none},
		{names: "DNS:*.test", host: "example.test", accept: none},

		{names: "URI:sip:sip.example.test DNS:sip.example.test", accept: all},
		{names: "URI:sip:sip.example.test", accept: []string{"rfc5922", "rfc9525", "bcp195"}},
		{names: "URI:SIP:Sip.example.test", accept: []string{"rfc5922", "rfc9525", "bcp195"}},
		{names: "URI:sip:sip.example.test:5061;transport=tls", accept: []string{"rfc5922", "rfc9525", "bcp195"}},
		{names: "URI:sip:other.test DNS:sip.example.test", accept: hostVerifiers},
		{names: "URI:sip:sip.example.test DNS:other.test", accept: []string{"rfc5922", "rfc9525", "bcp195"}},
		{names: "URI:sip:other.test URI:sip:sip.example.test DNS:sip.example.test", accept: all},
		{names: "URI:sips:sip.example.test", accept: none},
		{names: "URI:sips:other.test DNS:sip.example.test", accept: all},
		{names: "URI:sip:alice@sip.example.test", accept: none},
		{names: "URI:sip:alice@other.test DNS:sip.example.test", accept: all},
		{names: "URI:sip:sip.example.test@other.test", accept: none},
		{names: "URI:sip:sip.example.test;x=@other.test", accept: none},
		{names: "URI:sip:@sip.example.test", accept: none},
		{names: "URI:sip:sip.example.test:5061@other.test", accept: none},
		{names: "URI:sip:alice%40sip.example.test", accept: none},
		{names: "URI:sip:other.test?To=sip:alice@sip.example.test", accept: none},
		{names: "URI:sip:other.test;maddr=sip.example.test", accept: none},
		{names: "URI:sip:other.test,sip:sip.example.test", accept: none},
		{names: "URI:sip://sip.example.test", accept: none},
		{names: "URI:sip:*.example.test", accept: none},
		{names: "URI:https://sip.example.test/", accept: none},

		{names: "CN:sip.example.test", accept: []string{"teams"}},
		{names: "CN:*.example.test", accept: []string{"teams"}},
		{names: "CN:sip.example.test DNS:other.test", accept: none},
		{names: "CN:sip:sip.example.test", accept: none},
		{names: "CN:sip.example.test\x00.other.test", accept: none},

		{names: "IP:192.0.2.1", host: "192.0.2.1", accept: []string{"interop", "rfc9525", "apple", "teams", "bcp195"}},
		{names: "IP:2001:db8::1", host: "[2001:db8:0::1]", accept: []string{"interop", "rfc9525", "apple", "teams", "bcp195"}},
		{names: "URI:sip:192.0.2.1", host: "192.0.2.1", accept: []string{"rfc5922"}},
		{names: "URI:sip:192.0.2.2", host: "192.0.2.1", accept: none},
		{names: "IP:192.0.2.2", host: "192.0.2.1", accept: none},
		{names: "DNS:192.0.2.1", host: "192.0.2.1", accept: none},
		{names: "CN:192.0.2.1", host: "192.0.2.1", accept: none},
		{names: "DNS:sip.example.test", host: "192.0.2.1", accept: none},
		{names: "IP:192.0.2.1", accept: none},
	} {
		if tt.host == "" {
			tt.host = testpki.Host
		}
		leaf := leafWith(t, tt.names)
		for _, policy := range Policies() {
			matched, err := walkTo(t, Options{Policy: policy}, Server{Names: []string{tt.host}}).name(leaf)
			want := slices.Contains(tt.accept, policy)
			if (err == nil) != want {
				t.Errorf("%s: %q for %s: %v, want accepted %t", policy, tt.names, tt.host, err, want)
			}
			if err == nil && matched == "" {
				t.Errorf("%s: %q for %s: accepted by no name", policy, tt.names, tt.host)
			}
		}
	}
}

// TestPolicies: what the policies set apart besides names.
func TestPolicies(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for _, tt := range []struct {
		name   string
		edit   func(*pkiforge.Cert)
		accept []string
	}{
		{"sound", func(*pkiforge.Cert) {}, all},
		{"serverAuth only", func(c *pkiforge.Cert) { c.UnknownEKU = nil }, all},
		{"id-kp-sipDomain only", func(c *pkiforge.Cert) { c.ExtKeyUsage = nil }, []string{"rfc5922"}},
		{"clientAuth only", func(c *pkiforge.Cert) {
			c.ExtKeyUsage, c.UnknownEKU = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, nil
		}, none},
		{"no usage", func(c *pkiforge.Cert) { c.ExtKeyUsage, c.UnknownEKU = nil, nil }, []string{"interop", "rfc5922", "rfc9525", "bcp195"}},
		{"any usage", func(c *pkiforge.Cert) {
			c.ExtKeyUsage, c.UnknownEKU = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}, nil
		}, []string{"interop", "rfc5922", "rfc9525", "bcp195"}},
		{"820 days", func(c *pkiforge.Cert) { c.NotAfter = c.NotBefore + 820*day }, all},
		{"830 days", func(c *pkiforge.Cert) { c.NotAfter = c.NotBefore + 830*day }, []string{"interop", "rfc5922", "rfc9525", "teams", "bcp195"}},
	} {
		m := testpki.Forged(t, pkiforge.CustomCA, testpki.EditServer(tt.name, tt.edit))
		for _, policy := range Policies() {
			_, err := verifier(t, Options{Policy: policy}).Verify(t.Context(), serverOf(t, m))
			if want := slices.Contains(tt.accept, policy); (err == nil) != want {
				t.Errorf("%s: %s: %v, want accepted %t", policy, tt.name, err, want)
			}
		}
	}
	var unknown *UnknownPolicyError
	if _, err := New(Options{Policy: "rfc2818"}); !errors.As(err, &unknown) || !strings.Contains(err.Error(), "interop") {
		t.Errorf("the error for an unknown policy names no known one: %v", err)
	}
}

// TestWeakAlgorithms: short RSA keys and SHA-1, which pkiforge does not make.
func TestWeakAlgorithms(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	make := func(algorithm x509.SignatureAlgorithm) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "weak"}, DNSNames: []string{testpki.Host},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), SignatureAlgorithm: algorithm,
		}, &x509.Certificate{Subject: pkix.Name{CommonName: "root"}}, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	root := &x509.Certificate{PublicKey: &key.PublicKey, PublicKeyAlgorithm: x509.RSA}
	for _, tt := range []struct {
		name   string
		leaf   *x509.Certificate
		accept []string
	}{
		{"RSA of 1024 bits", make(x509.SHA256WithRSA), []string{"rfc5922", "rfc9525"}},
		{"SHA-1", make(x509.SHA1WithRSA), none},
	} {
		root.RawSubject = tt.leaf.RawIssuer
		for _, policy := range Policies() {
			w := walkTo(t, Options{Policy: policy}, Server{Roots: []*x509.Certificate{root}})
			_, err := w.find(t.Context(), []*x509.Certificate{tt.leaf})
			// The usage is not what this is about: the leaf names none.
			var r *Refusal
			if errors.As(err, &r) && r.Check == CheckExtKeyUsage {
				continue
			}
			if want := slices.Contains(tt.accept, policy); (err == nil) != want {
				t.Errorf("%s: %s: %v, want accepted %t", policy, tt.name, err, want)
			}
		}
	}
}

// TestNameConstraints: what the forged chains do not reach.
func TestNameConstraints(t *testing.T) {
	t.Parallel()
	_, ten, _ := net.ParseCIDR("10.0.0.0/8")
	for _, tt := range []struct {
		names   string
		ca      x509.Certificate
		policy  string
		allowed bool
	}{
		{"DNS:*.example.test", x509.Certificate{ExcludedDNSDomains: []string{"secret.example.test"}}, "", false},
		{"DNS:*.example.test", x509.Certificate{ExcludedDNSDomains: []string{"a.b.example.test"}}, "", true},
		{"DNS:*.example.test", x509.Certificate{PermittedDNSDomains: []string{"example.test"}}, "", true},
		{"DNS:sip.example.test", x509.Certificate{PermittedDNSDomains: []string{".example.test"}}, "", true},
		{"DNS:example.test", x509.Certificate{PermittedDNSDomains: []string{".example.test"}}, "", false},
		{"DNS:sip.example.test", x509.Certificate{ExcludedDNSDomains: []string{""}}, "", false},
		{"DNS:SIP.EXAMPLE.TEST", x509.Certificate{ExcludedDNSDomains: []string{"example.Test"}}, "", false},
		{"IP:10.1.2.3", x509.Certificate{PermittedIPRanges: []*net.IPNet{ten}}, "", true},
		{"IP:192.0.2.1", x509.Certificate{PermittedIPRanges: []*net.IPNet{ten}}, "", false},
		{"IP:10.1.2.3", x509.Certificate{ExcludedIPRanges: []*net.IPNet{ten}}, "", false},
		{"URI:sip:sip.example.test", x509.Certificate{ExcludedURIDomains: []string{"other.test"}}, "", false},
		{"URI:https://sip.example.test/", x509.Certificate{PermittedURIDomains: []string{".example.test"}}, "", true},
		{"URI:https://sip.example.test/", x509.Certificate{PermittedURIDomains: []string{"example.test"}}, "", false},
		{"CN:sip.example.test", x509.Certificate{PermittedDNSDomains: []string{"corp.test"}}, "teams", false},
		{"CN:Server", x509.Certificate{PermittedDNSDomains: []string{"corp.test"}}, "", true},
	} {
		w := walkTo(t, Options{Policy: tt.policy}, Server{})
		if name := w.forbiddenName(leafWith(t, tt.names), &tt.ca, true); (name == "") != tt.allowed {
			t.Errorf("%s under %+v: forbidden %q, want allowed %t", tt.names, tt.ca, name, tt.allowed)
		}
	}
	for _, tt := range []struct {
		mailbox, constraint string
		within              bool
	}{
		{"alice@example.test", "example.test", true},
		{"alice@sip.example.test", "example.test", false},
		{"alice@sip.example.test", ".example.test", true},
		{"alice@example.test", "Alice@example.test", true},
		{"bob@example.test", "alice@example.test", false},
	} {
		if mailWithin(tt.mailbox, tt.constraint) != tt.within {
			t.Errorf("%s within %s: want %t", tt.mailbox, tt.constraint, tt.within)
		}
	}
}

// TestPresented: a name that reads like several is shown as one.
func TestPresented(t *testing.T) {
	t.Parallel()
	leaf := &x509.Certificate{DNSNames: []string{"a.test, DNS:b.test", "c.test\x00.d.test", "", "e.test"}}
	if got, want := presented(leaf), `DNS:"a.test, DNS:b.test", DNS:"c.test\x00.d.test", DNS:"", DNS:e.test`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
