package verify

import (
	"context"
	"crypto/x509"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"siptrust/client/internal/testpki"
	"siptrust/pkiforge"
)

// constants are the names of this package's constants of a type.
func constants(t *testing.T, file, kind string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); ok && id.Name == kind {
			values = append(values, strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`))
		}
		return true
	})
	return values
}

// TestChecks: every check has a name, a line and a clause, and is in the list
// once.
func TestChecks(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, d := range Checks() {
		if listed[string(d.Check)] {
			t.Errorf("%s is in the list twice", d.Check)
		}
		listed[string(d.Check)] = true
		if d.Checks == "" || strings.Contains(d.Checks, "\n") || d.Clause.Document == "" || d.Part == "" {
			t.Errorf("%+v does not say what it checks, by which clause, or to what it belongs", d)
		}
		if got, ok := Describe(d.Check); !ok || got != d {
			t.Errorf("%s is described as %+v", d.Check, got)
		}
		if _, err := New(Options{Without: d.Check}); err != nil {
			t.Errorf("%s cannot be left out: %v", d.Check, err)
		}
	}
	names := constants(t, "check.go", "Check")
	for _, name := range names {
		if !listed[name] {
			t.Errorf("%s is a check and not in the list", name)
		}
	}
	if len(names) != len(listed) {
		t.Errorf("%d checks, %d in the list", len(names), len(listed))
	}
	var unknown *UnknownCheckError
	if _, err := New(Options{Without: "usage"}); !errors.As(err, &unknown) || !strings.Contains(err.Error(), "expiry") {
		t.Errorf("the error for an unknown check names no known one: %v", err)
	}
}

// TestRefusal: who refused is known by name, part and clause.
func TestRefusal(t *testing.T) {
	t.Parallel()
	v := verifier(t, Options{})
	for _, tt := range []struct {
		change pkiforge.Change
		check  Check
		part   Part
		clause string
	}{
		{pkiforge.Expired(pkiforge.Server), CheckExpiry, PartPath, "RFC 5280 6.1.3(a)(2)"},
		{testpki.WrongName, CheckName, PartIdentity, "RFC 5922 7.3"},
		{pkiforge.MustStaple(), CheckMustStaple, PartRevocation, "RFC 7633 4.3.3"},
	} {
		result, err := v.Verify(t.Context(), serverOf(t, testpki.Forged(t, pkiforge.CustomCA, tt.change)))
		var r *Refusal
		if !errors.As(err, &r) || r.Check != tt.check || r.Part() != tt.part || r.Clause().String() != tt.clause || r.Reason == "" {
			t.Errorf("%s: %#v", tt.change.Name, err)
			continue
		}
		if reached := len(result.Path.Certs) > 0; reached != (tt.part != PartPath) {
			t.Errorf("%s: the path is %s", tt.change.Name, result.Path)
		}
		if matched := result.Identity != ""; matched != (tt.part == PartRevocation) {
			t.Errorf("%s: the identity is %q", tt.change.Name, result.Identity)
		}
	}
}

// TestSeveralNames: one of the reference identities is enough; none is never
// enough.
func TestSeveralNames(t *testing.T) {
	t.Parallel()
	v, s := verifier(t, Options{}), serverOf(t, testpki.Forged(t, pkiforge.CustomCA))
	for _, tt := range []struct {
		names []string
		want  string
	}{
		{[]string{testpki.Host}, "DNS:" + testpki.Host},
		{[]string{testpki.Other, testpki.Host}, "DNS:" + testpki.Host},
		{[]string{"192.0.2.1", testpki.Other}, ""},
		{nil, ""},
	} {
		s.Names = tt.names
		result, err := v.Verify(t.Context(), s)
		if result.Identity != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q: %q, %v", tt.names, result.Identity, err)
		}
	}
}

// TestDecisive: the checks that decided are just those without which a
// verification of its own comes to something else, and finding them sends
// nothing more.
func TestDecisive(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		changes []pkiforge.Change
		policy  string // under which must are among them
		must    []Check
	}{
		"sound":          {},
		"expired":        {[]pkiforge.Change{pkiforge.Expired(pkiforge.Server)}, "interop", []Check{CheckExpiry}},
		"two faults":     {[]pkiforge.Change{pkiforge.Expired(pkiforge.Server), testpki.WrongName}, "interop", nil},
		"root missing":   {[]pkiforge.Change{pkiforge.RootMissing()}, "interop", []Check{CheckChainLinks, CheckTrustAnchor}},
		"rollover":       {[]pkiforge.Change{pkiforge.RootRollover()}, "interop", []Check{CheckEveryAnchor}},
		"wildcard":       {[]pkiforge.Change{pkiforge.Presents("DNS:*.example.test")}, "interop", []Check{CheckName, CheckWildcards}},
		"second name":    {[]pkiforge.Change{pkiforge.Presents("DNS:{other}", "DNS:{host}")}, "interop", []Check{CheckAllNames}},
		"capitals":       {[]pkiforge.Change{pkiforge.Presents("DNS:{HOST}")}, "interop", []Check{CheckLetterCase}},
		"staple revoked": {[]pkiforge.Change{testpki.Stapling(func(*pkiforge.OCSP) {}), testpki.Revoking(0, pkiforge.Server)}, "interop", []Check{CheckRevocation, CheckStaple}},
		"ocsp revoked":   {[]pkiforge.Change{testpki.Plan("decisive-ocsp", pkiforge.WithOCSPServer(), testpki.Revoking(0, pkiforge.Server))}, "bcp195", []Check{CheckRevocation, CheckOCSP}},
		"crl revoked":    {[]pkiforge.Change{testpki.Plan("decisive-crl", pkiforge.WithCRL(pkiforge.Server), testpki.Revoking(0, pkiforge.Server))}, "bcp195", []Check{CheckCRL}},
		// Which is asked for is part of what comes of it.
		"ocsp good": {[]pkiforge.Change{testpki.Plan("decisive-good", pkiforge.WithOCSPServer())}, "bcp195", []Check{CheckRevocation, CheckOCSP}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := testpki.Forged(t, pkiforge.CustomCA, tt.changes...)
			testpki.PublishStatus(m)
			s := serverOf(t, m)
			for _, policy := range []string{"interop", "bcp195"} {
				var dials atomic.Int32
				counted := func(ctx context.Context, network, address string) (net.Conn, error) {
					dials.Add(1)
					return Loopback(ctx, network, address)
				}
				count := func(o Options) (accepted bool, sent int32, decisive []Check) {
					dials.Store(0)
					o.Policy, o.Dial = policy, counted
					result, err := verifier(t, o).Verify(t.Context(), s)
					return err == nil, dials.Load(), result.Decisive
				}
				accepted, sent, none := count(Options{})
				again, sentAgain, decisive := count(Options{WhatIf: true})
				if none != nil || again != accepted || sentAgain != sent {
					t.Errorf("%s: accepted %t with %d requests; asking what decided: %t with %d", policy, accepted, sent, again, sentAgain)
				}
				for _, d := range Checks() {
					without, sentWithout, _ := count(Options{Without: d.Check})
					if differs := without != accepted || sentWithout != sent; differs != slices.Contains(decisive, d.Check) {
						t.Errorf("%s without %s: differs %t; decisive are %v", policy, d.Check, differs, decisive)
					}
				}
				for _, c := range tt.must {
					if policy == tt.policy && !slices.Contains(decisive, c) {
						t.Errorf("%s: %s is not among %v", policy, c, decisive)
					}
				}
			}
		})
	}
}

// TestGuard: nothing goes anywhere but through Dial.
func TestGuard(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"192.0.2.1:80", "[2001:db8::1]:80", "localhost:80", "example.test:80", "0.0.0.0:80"} {
		var forbidden *ForbiddenError
		if _, err := Loopback(t.Context(), "tcp", address); !errors.As(err, &forbidden) || forbidden.Address != address {
			t.Errorf("%s: %v", address, err)
		}
	}
	var dialled []string
	guard := func(_ context.Context, network, address string) (net.Conn, error) {
		dialled = append(dialled, network+" "+address)
		return nil, &ForbiddenError{address}
	}
	m := testpki.Forged(t, pkiforge.CustomCA, pkiforge.Change{Name: "elsewhere", Apply: func(p *pkiforge.Plan) error {
		p.Cert(pkiforge.Server).OCSPServer = []string{"http://ocsp.example.test/", "https://ocsp.example.test/"}
		return nil
	}})
	result, err := verifier(t, Options{Sources: Online, Dial: guard}).Verify(t.Context(), serverOf(t, m))
	if err != nil || len(result.Answers) != 2 || result.Answers[0].Err == nil || result.Answers[1].Err == nil {
		t.Errorf("%v, %v", result.Answers, err)
	}
	if _, err := verifier(t, Options{}).Locate(t.Context(), DNSServer{netip.MustParseAddrPort("192.0.2.1:53"), guard}, testpki.Host, 0); err == nil {
		t.Error("a name was looked up at nobody's")
	}
	if got, want := strings.Join(dialled, ", "), "tcp ocsp.example.test:80, udp 192.0.2.1:53"; got != want {
		t.Errorf("dialled %s, want %s", got, want)
	}
	dialled = nil
	if result, err := verifier(t, Options{Sources: Offline, Policy: "bcp195", Dial: guard}).Verify(t.Context(), serverOf(t, m)); err != nil || dialled != nil || result.Answers != nil {
		t.Errorf("offline: %v, %v, dialled %v", result.Answers, err, dialled)
	}
	if _, err := verifier(t, Options{}).Locate(t.Context(), DNSServer{}, testpki.Host, 0); !errors.Is(err, errNoServer) {
		t.Errorf("without a DNS server: %v", err)
	}
}

// TestFetchIssuers: an issuer that was not sent is fetched only where that is
// asked for, and is verified like any other.
func TestFetchIssuers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fetch  bool
		lies   func(m *pkiforge.Material) []byte
		accept bool
	}{
		"fetched":     {true, func(m *pkiforge.Material) []byte { return m.Certs[pkiforge.Issuing].DER }, true},
		"not fetched": {false, func(m *pkiforge.Material) []byte { return m.Certs[pkiforge.Issuing].DER }, false},
		"stranger":    {true, func(m *pkiforge.Material) []byte { return m.Certs[pkiforge.Root].DER }, false},
		"garbage":     {true, func(*pkiforge.Material) []byte { return []byte("no certificate") }, false},
		"nothing":     {true, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := "/issuer-" + strings.ReplaceAll(name, " ", "-")
			location := testpki.Publish(path+"-none", nil)
			m := testpki.Forged(t, pkiforge.CustomCA, testpki.EditServer("aia", func(c *pkiforge.Cert) {
				c.IssuingURL = []string{strings.TrimSuffix(location, "-none")}
			}))
			if tt.lies != nil {
				testpki.Publish(path, tt.lies(m))
			}
			s := serverOf(t, m)
			s.Chain = s.Chain[:1]
			result, err := verifier(t, Options{FetchIssuers: tt.fetch, WhatIf: true}).Verify(t.Context(), s)
			if (err == nil) != tt.accept {
				t.Errorf("%v, want accepted %t", err, tt.accept)
			}
			if want := slices.Contains(result.Path.Certs, s.Chain[0]) && len(result.Path.Certs) == 2; want != tt.accept {
				t.Errorf("the path is %s", result.Path)
			}
			if tt.accept && len(result.Decisive) > 0 {
				t.Errorf("decisive are %v", result.Decisive)
			}
		})
	}
}

// TestFetchedCircle: issuers that can be fetched without end are not.
func TestFetchedCircle(t *testing.T) {
	t.Parallel()
	m := testpki.Forged(t, pkiforge.CustomCA, pkiforge.RootMissing())
	leaf := testpki.Parse(t, m.Chain[0])[0]
	w := walkTo(t, Options{FetchIssuers: true}, Server{})
	if got := w.fetchIssuers(t.Context(), slices.Repeat([]*x509.Certificate{leaf}, maxFetched+1)); got != nil {
		t.Errorf("fetched above %d others: %v", maxFetched, got)
	}
}
