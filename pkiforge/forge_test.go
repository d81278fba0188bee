package pkiforge_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siptrust/pkiforge"
)

// matrix is the paper's three styles by six situations, and a client's
// identity in two of them.
func matrix(t testing.TB) []pkiforge.Plan {
	t.Helper()
	var plans []pkiforge.Plan
	for _, style := range []pkiforge.Style{pkiforge.CustomCA, pkiforge.SelfSigned, pkiforge.PublicCA} {
		plans = append(plans, sound(t, style))
		for _, change := range []pkiforge.Change{
			pkiforge.Expired(pkiforge.Server),
			pkiforge.WrongName(testNames().Other),
			pkiforge.BadSignature(pkiforge.Server),
			pkiforge.BrokenChain(),
			pkiforge.RootMissing(),
		} {
			plans = append(plans, faulty(t, style, change))
		}
	}
	for range 2 {
		p := sound(t, pkiforge.CustomCA)
		pkiforge.WithIdentity(&p, testNames())
		plans = append(plans, p)
	}
	return plans
}

// forgeAll forges plans eight at a time.
func forgeAll(t testing.TB, f *pkiforge.Forge, plans []pkiforge.Plan) []*pkiforge.Material {
	t.Helper()
	all := make([]*pkiforge.Material, len(plans))
	limit := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for i, p := range plans {
		wg.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			var err error
			if all[i], err = f.Forge(context.Background(), p); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return all
}

func keyOf(c *pkiforge.Certificate) string {
	der, err := x509.MarshalPKIXPublicKey(c.Key.Public())
	if err != nil {
		panic(err)
	}
	return string(der)
}

// A run makes one key for each CA and two for all the leaves.
func TestMatrixKeys(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		t.Run(string(algorithm), func(t *testing.T) {
			if algorithm == pkiforge.RSA && testing.Short() {
				t.Skip("it makes a dozen RSA keys")
			}
			t.Parallel()
			testMatrixKeys(t, algorithm)
		})
	}
}

func testMatrixKeys(t *testing.T, algorithm pkiforge.KeyAlgorithm) {
	started := time.Now()
	f := newForge(t, pkiforge.Options{KeyAlgorithm: algorithm})
	all := forgeAll(t, f, matrix(t))
	took := time.Since(started)
	ca, leaf := map[string]bool{}, map[string]bool{}
	for _, m := range all {
		inPlan := map[string]string{}
		for _, c := range m.Plan.Certs {
			k := keyOf(m.Certs[c.Name])
			if other, ok := inPlan[k]; ok && c.CopyOf != other {
				t.Errorf("%s and %s of one %s plan have the same key", c.Name, other, m.Plan.Style)
			}
			inPlan[k] = c.Name
			issues := slices.ContainsFunc(m.Plan.Certs, func(o pkiforge.Cert) bool { return o.Issuer == c.Name && o.Name != c.Name })
			if c.IsCA || issues {
				ca[k] = true
			} else {
				leaf[k] = true
			}
		}
	}
	for k := range leaf {
		if ca[k] {
			t.Error("a leaf has the key of a CA")
		}
	}
	// Roots: two for servers, two bystanders, one for clients. Issuing CAs: two,
	// and three that nobody sends. The self-signed one that issues: one.
	if len(ca) != 11 || len(leaf) > 2 {
		t.Errorf("%d keys of CAs and %d of leaves were made", len(ca), len(leaf))
	}
	t.Logf("%d plans, %d keys: %v", len(all), len(ca)+len(leaf), took)
}

func TestSerialNumbersAreFresh(t *testing.T) {
	t.Parallel()
	all := forgeAll(t, newForge(t, pkiforge.Options{}), matrix(t))
	serials := map[string]*pkiforge.Certificate{}
	for _, m := range all {
		for _, c := range m.Plan.Certs {
			cert := m.Certs[c.Name]
			parsed, err := cert.X509()
			if err != nil {
				t.Fatal(err)
			}
			bound := parsed.SerialNumber.BitLen()
			if parsed.SerialNumber.Sign() <= 0 || bound > 128 || bound < 64 {
				t.Errorf("serial number %x of %s", parsed.SerialNumber, c.Name)
			}
			if c.CopyOf != "" {
				continue
			}
			serial := parsed.SerialNumber.String()
			if other := serials[serial]; other != nil && other != cert {
				t.Errorf("%s and %s share a serial number", c.Name, other.Name)
			}
			serials[serial] = cert
		}
	}
}

// CAs of equal description are one; leaves never are.
func TestCAsAreForgedOnce(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	all := forgeAll(t, f, slices.Repeat([]pkiforge.Plan{sound(t, pkiforge.CustomCA)}, 40))
	for _, m := range all[1:] {
		for _, name := range []string{pkiforge.Root, pkiforge.Issuing, pkiforge.BystanderCustom, pkiforge.BystanderSystem} {
			if m.Certs[name] != all[0].Certs[name] {
				t.Fatalf("%s was forged twice", name)
			}
		}
		if bytes.Equal(m.Chain[0].DER, all[0].Chain[0].DER) {
			t.Fatal("two plans got the same leaf")
		}
	}
	expired := forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.Expired(pkiforge.Issuing)))
	if expired.Certs[pkiforge.Root] != all[0].Certs[pkiforge.Root] {
		t.Error("the root was forged again for a change of the issuing CA")
	}
	if expired.Certs[pkiforge.Issuing] == all[0].Certs[pkiforge.Issuing] {
		t.Error("the change of the issuing CA is lost")
	}
	elsewhere := forge(t, newForge(t, pkiforge.Options{}), sound(t, pkiforge.CustomCA))
	if keyOf(elsewhere.Certs[pkiforge.Root]) == keyOf(all[0].Certs[pkiforge.Root]) {
		t.Error("two forges share a root")
	}
}

// A change of a CA that the forge has made already must not be overlooked,
// nor must an edit reach the certificates that came before.
func TestEditsOfSharedCertificates(t *testing.T) {
	t.Parallel()
	f := forgeOf(t, pkiforge.RSA) // so that leaves share a key too
	before := forge(t, f, sound(t, pkiforge.CustomCA))
	der := bytes.Clone(before.Certs[pkiforge.Issuing].DER)
	scribble := pkiforge.ChangeTBS("scribble", pkiforge.Server, func(tbs *pkiforge.TBS) error {
		for _, field := range [][]byte{tbs.Issuer, tbs.Signature, tbs.OuterSignature, tbs.SPKI} {
			clear(field)
		}
		return nil
	})
	forge(t, f, faulty(t, pkiforge.CustomCA, scribble))
	forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.BadSignature(pkiforge.Issuing)))
	after := forge(t, f, sound(t, pkiforge.CustomCA))
	if err := verifyGo(after, testNames().Host); err != nil {
		t.Errorf("after the edits: %v", err)
	}
	if !bytes.Equal(before.Certs[pkiforge.Issuing].DER, der) {
		t.Error("an edit changed an earlier certificate")
	}
}

// The presented copy is the installed certificate but for one bit of its signature.
func TestSelfSignedBadSignatureIsACopy(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		f := forgeOf(t, algorithm)
		m := forge(t, f, faulty(t, pkiforge.SelfSigned, pkiforge.BadSignature(pkiforge.Server)))
		installed, presented := m.CustomRoots[0], m.Chain[0]
		if installed.Name != pkiforge.Installed || presented.Name != pkiforge.Server {
			t.Fatalf("installed is %s, presented is %s", installed.Name, presented.Name)
		}
		a, err := installed.X509()
		if err != nil {
			t.Fatal(err)
		}
		b, err := presented.X509()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.RawTBSCertificate, b.RawTBSCertificate) || len(a.Raw) != len(b.Raw) {
			t.Error("the copies differ outside the signature")
		}
		if err := a.CheckSignature(a.SignatureAlgorithm, a.RawTBSCertificate, a.Signature); err != nil {
			t.Errorf("the installed copy: %v", err)
		}
		if b.CheckSignature(b.SignatureAlgorithm, b.RawTBSCertificate, b.Signature) == nil {
			t.Error("the presented copy's signature verifies")
		}
		if presented.Key != installed.Key || presented.Issuer != presented {
			t.Error("the copy has another key or issuer")
		}
	}
}

// The damaged signature is still one that decodes: it fails for its value only.
func TestBadSignatureIsWellFormed(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		f := forgeOf(t, algorithm)
		for range 20 {
			m := forge(t, f, faulty(t, pkiforge.PublicCA, pkiforge.BadSignature(pkiforge.Server)))
			cert, err := m.Chain[0].X509()
			if err != nil {
				t.Fatal(err)
			}
			if err := wellFormed(cert.Signature, m.Chain[0].Issuer.Key.Public()); err != nil {
				t.Errorf("%s: %v", algorithm, err)
			}
		}
	}
}

func TestClockAndRandomness(t *testing.T) {
	t.Parallel()
	now := time.Date(2031, 5, 6, 7, 8, 9, 999, time.FixedZone("", 3600))
	f := newForge(t, pkiforge.Options{Now: func() time.Time { return now }, Rand: bytes.NewReader(make([]byte, 16*5))})
	m := forge(t, f, sound(t, pkiforge.CustomCA))
	cert, err := m.Chain[0].X509()
	if err != nil {
		t.Fatal(err)
	}
	if want := now.Truncate(time.Second).Add(-time.Hour); !cert.NotBefore.Equal(want) {
		t.Errorf("not before %v, not %v", cert.NotBefore, want)
	}
	if lifetime := cert.NotAfter.Sub(cert.NotBefore); lifetime != 90*24*time.Hour {
		t.Errorf("the leaf lives for %v", lifetime)
	}
	if want := new(big.Int).Lsh(big.NewInt(1), 127); cert.SerialNumber.Cmp(want) != 0 {
		t.Errorf("serial number %x", cert.SerialNumber)
	}
	if _, err := f.Forge(t.Context(), sound(t, pkiforge.SelfSigned)); err == nil {
		t.Error("a serial number came from a source that is empty")
	}
}

func TestForgeRefuses(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	for want, spoil := range map[string]func(*pkiforge.Plan){
		"has no name":                 func(p *pkiforge.Plan) { p.Certs[0].Name = "" },
		"two certificates":            func(p *pkiforge.Plan) { p.Certs[1].Name = pkiforge.Root },
		`issuer "issuing" of`:         func(p *pkiforge.Plan) { slices.Reverse(p.Certs) },
		`"none", whose key`:           func(p *pkiforge.Plan) { p.Certs[1].SameKeyAs = "none" },
		`"none", of which`:            func(p *pkiforge.Plan) { p.Certs[1].CopyOf = "none" },
		`"x", sent by`:                func(p *pkiforge.Plan) { p.Send = []string{"x"} },
		`"y", trusted as a system`:    func(p *pkiforge.Plan) { p.Trust.System = []string{"y"} },
		`"z", trusted as a custom`:    func(p *pkiforge.Plan) { p.Trust.Custom = []string{"z"} },
		`"server" is not in its`:      func(p *pkiforge.Plan) { p.Identity = pkiforge.Server },
		`unknown key algorithm "des"`: func(p *pkiforge.Plan) { p.Certs[1].KeyAlgorithm = "des" },
		"put it into UnknownEKU":      func(p *pkiforge.Plan) { p.Certs[2].ExtKeyUsage = []x509.ExtKeyUsage{99} },
	} {
		p := sound(t, pkiforge.CustomCA)
		spoil(&p)
		if _, err := f.Forge(t.Context(), p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Forge(ctx, sound(t, pkiforge.CustomCA)); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context had ended: %v", err)
	}
	closed := pkiforge.New(pkiforge.Options{})
	closed.Close()
	closed.Close()
	if _, err := closed.Forge(t.Context(), sound(t, pkiforge.CustomCA)); !errors.Is(err, pkiforge.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	odd := newForge(t, pkiforge.Options{KeyAlgorithm: "des"})
	if _, err := odd.Forge(t.Context(), sound(t, pkiforge.CustomCA)); err == nil {
		t.Error("an unknown key algorithm was taken")
	}
}

func TestSameKeyAs(t *testing.T) {
	t.Parallel()
	p := sound(t, pkiforge.CustomCA)
	twin := p.Cert(pkiforge.Server).Clone()
	twin.Name, twin.SameKeyAs, twin.KeyAlgorithm = "renewed", pkiforge.Server, ""
	other := p.Cert(pkiforge.Server).Clone()
	other.Name, other.KeyAlgorithm = "other", pkiforge.RSA
	p.Certs = append(p.Certs, twin, other)
	m := forge(t, newForge(t, pkiforge.Options{}), p)
	if keyOf(m.Certs["renewed"]) != keyOf(m.Certs[pkiforge.Server]) {
		t.Error("the keys differ")
	}
	if bytes.Equal(m.Certs["renewed"].DER, m.Certs[pkiforge.Server].DER) {
		t.Error("the certificates are the same")
	}
	parsed, err := m.Certs["other"].X509()
	if err != nil || parsed.PublicKeyAlgorithm != x509.RSA {
		t.Errorf("the certificate with an algorithm of its own has %v (%v)", parsed.PublicKeyAlgorithm, err)
	}
}
