package verify

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"slices"
	"testing"
	"time"

	"siptrust/client/internal/testpki"
	"siptrust/pkiforge"
)

// Subtrees of name constraints (RFC 5280 4.2.1.10) by kind of name.
type (
	dnsTree struct {
		Base string `asn1:"tag:2,ia5"`
	}
	uriTree struct {
		Base string `asn1:"tag:6,ia5"`
	}
	ipTree struct {
		Base []byte `asn1:"tag:7"`
	}
	mailTree struct {
		Base string `asn1:"tag:1,ia5"`
	}
)

// constraint is a name constraints extension with one kind of subtrees.
func constraint[T any](t testing.TB, critical bool, permitted, excluded []T) pkix.Extension {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Permitted []T `asn1:"optional,omitempty,tag:0"`
		Excluded  []T `asn1:"optional,omitempty,tag:1"`
	}{permitted, excluded})
	if err != nil {
		t.Fatal(err)
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 30}, Critical: critical, Value: der}
}

// policyConstraint is requireExplicitPolicy (RFC 5280 4.2.1.11).
func policyConstraint(t testing.TB, skip int) pkix.Extension {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Require int `asn1:"tag:0"`
	}{skip})
	if err != nil {
		t.Fatal(err)
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 36}, Critical: true, Value: der}
}

// extra adds an extension to a certificate.
func extra(name, cert string, e pkix.Extension) pkiforge.Change {
	return testpki.EditCert(name, cert, func(c *pkiforge.Cert) { c.Extra = append(c.Extra, e) })
}

// subordinate puts another CA between the issuing CA and the server.
var subordinate = pkiforge.Change{Name: "subordinate", Apply: func(p *pkiforge.Plan) error {
	i := slices.IndexFunc(p.Certs, func(c pkiforge.Cert) bool { return c.Name == pkiforge.Issuing })
	sub := p.Certs[i].Clone()
	sub.Name, sub.Issuer = "sub", pkiforge.Issuing
	sub.Subject.CommonName = "siptrust unit Subordinate CA"
	p.Certs = slices.Insert(p.Certs, i+1, sub)
	for j := range p.Certs {
		if p.Certs[j].Name == pkiforge.Server {
			p.Certs[j].Issuer = "sub"
		}
	}
	p.Send = []string{pkiforge.Server, "sub", pkiforge.Issuing}
	return nil
}}

// roomy lets the issuing CA have CAs below it.
var roomy = testpki.EditCert("roomy", pkiforge.Issuing, func(c *pkiforge.Cert) { c.PathLen = -1 })

// sending makes the server send these certificates.
func sending(names ...string) pkiforge.Change {
	return pkiforge.Change{Name: "sending", Apply: func(p *pkiforge.Plan) error { p.Send = names; return nil }}
}

// TestAgainstCryptoX509 holds the path validation and the name check against
// those of crypto/x509. What they do not agree on is listed with the reason.
func TestAgainstCryptoX509(t *testing.T) {
	t.Parallel()
	private := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}
	null := []byte{5, 0}
	type changes = []pkiforge.Change
	for _, tt := range []struct {
		name    string
		style   pkiforge.Style // empty: custom CA
		changes changes
		accept  bool   // what this client must do under interop
		differs string // why crypto/x509 does the other
	}{
		{name: "custom CA", accept: true},
		{name: "self-signed", style: pkiforge.SelfSigned, accept: true},
		{name: "public CA", style: pkiforge.PublicCA, accept: true},
		{name: "direct root", style: pkiforge.DirectRoot, accept: true},

		{name: "expired", changes: changes{pkiforge.Expired(pkiforge.Server)}},
		{name: "not yet valid", changes: changes{pkiforge.NotYetValid(pkiforge.Server)}},
		{name: "issuing CA expired", changes: changes{pkiforge.Expired(pkiforge.Issuing)}},
		{name: "issuing CA not yet valid", changes: changes{pkiforge.NotYetValid(pkiforge.Issuing)}},
		{
			name: "root expired", changes: changes{pkiforge.Expired(pkiforge.Root)}, accept: true,
			differs: "the validity of a trust anchor is no input of path validation (RFC 5280 6.1.1 (d)); crypto/x509 checks it",
		},
		{name: "self-signed expired", style: pkiforge.SelfSigned, changes: changes{pkiforge.Expired(pkiforge.Server)}},

		{name: "wrong name", changes: changes{testpki.WrongName}},
		{name: "wrong name, self-signed", style: pkiforge.SelfSigned, changes: changes{testpki.WrongName}},
		{name: "wrong name, public CA", style: pkiforge.PublicCA, changes: changes{testpki.WrongName}},
		{name: "no name", changes: changes{testpki.EditServer("no name", func(c *pkiforge.Cert) { c.DNS, c.URIs = nil, nil })}},
		{name: "other case", changes: changes{testpki.EditServer("case", func(c *pkiforge.Cert) { c.DNS = []string{"SIP.ExAmPlE.TeSt"} })}, accept: true},
		{
			name: "another SIP URI", changes: changes{testpki.EditServer("uri", func(c *pkiforge.Cert) { c.URIs = []string{"sip:other.test"} })},
			differs: "a SIP URI identity that does not match (RFC 5922 7.1); crypto/x509 compares no URIs",
		},
		{
			name: "wildcard", changes: changes{testpki.EditServer("wildcard", func(c *pkiforge.Cert) { c.DNS = []string{"*.example.test"} })},
			differs: "RFC 5922 7.2 forbids wildcards, and interop takes no side of a disagreement but the strict one",
		},
		{name: "wildcard of two labels", changes: changes{testpki.EditServer("wildcard", func(c *pkiforge.Cert) { c.DNS = []string{"*.test"} })}},

		{name: "bad signature", changes: changes{pkiforge.BadSignature(pkiforge.Server)}},
		{name: "bad signature, self-signed", style: pkiforge.SelfSigned, changes: changes{pkiforge.BadSignature(pkiforge.Server)}},
		{name: "bad signature of the issuing CA", changes: changes{pkiforge.BadSignature(pkiforge.Issuing)}},
		{name: "bad signature of the root", changes: changes{pkiforge.BadSignature(pkiforge.Root)}, accept: true},

		{name: "broken chain", changes: changes{pkiforge.BrokenChain()}},
		{name: "broken chain, self-signed", style: pkiforge.SelfSigned, changes: changes{pkiforge.BrokenChain()}},
		{name: "broken chain, public CA", style: pkiforge.PublicCA, changes: changes{pkiforge.BrokenChain()}},
		{name: "root missing", changes: changes{pkiforge.RootMissing()}},
		{name: "root missing but sent", changes: changes{pkiforge.RootMissing(), sending(pkiforge.Server, pkiforge.Issuing, pkiforge.Root)}},
		{name: "root missing, self-signed", style: pkiforge.SelfSigned, changes: changes{pkiforge.RootMissing()}},
		{name: "root missing, direct root", style: pkiforge.DirectRoot, changes: changes{pkiforge.RootMissing()}},
		{name: "root sent too", changes: changes{sending(pkiforge.Server, pkiforge.Issuing, pkiforge.Root)}, accept: true},
		{name: "out of order", changes: changes{roomy, subordinate, sending(pkiforge.Server, pkiforge.Issuing, "sub")}, accept: true},
		{name: "something else sent too", changes: changes{sending(pkiforge.Server, pkiforge.BystanderCustom, pkiforge.Issuing)}, accept: true},

		{name: "issuing CA is no CA", changes: changes{pkiforge.NotCA(pkiforge.Issuing)}},
		{name: "issuing CA without basic constraints", changes: changes{testpki.EditCert("no bc", pkiforge.Issuing, func(c *pkiforge.Cert) { c.BasicConstraints = false })}},
		{name: "issuing CA may not sign certificates", changes: changes{testpki.EditCert("ku", pkiforge.Issuing, func(c *pkiforge.Cert) { c.KeyUsage = x509.KeyUsageCRLSign })}},
		{name: "issuing CA without key usage", changes: changes{testpki.EditCert("ku", pkiforge.Issuing, func(c *pkiforge.Cert) { c.KeyUsage = 0 })}, accept: true},
		{name: "one CA too many", changes: changes{subordinate}},
		{name: "two CAs allowed", changes: changes{roomy, subordinate}, accept: true},
		{
			name: "root allows no CA", changes: changes{testpki.EditCert("pathlen", pkiforge.Root, func(c *pkiforge.Cert) { c.PathLen = 0 })}, accept: true,
			differs: "constraints in the trust anchor may be ignored (RFC 5280 6.2); crypto/x509 applies its path length",
		},
		{
			name: "root may not sign certificates", changes: changes{testpki.EditCert("ku", pkiforge.Root, func(c *pkiforge.Cert) { c.KeyUsage = x509.KeyUsageCRLSign })}, accept: true,
			differs: "constraints in the trust anchor may be ignored (RFC 5280 6.2); crypto/x509 applies its key usage",
		},
		{name: "issued by an installed server certificate", style: pkiforge.DirectRoot, changes: changes{pkiforge.NotCA(pkiforge.Root)}},

		{name: "unknown critical extension", changes: changes{extra("critical", pkiforge.Server, pkix.Extension{Id: private, Critical: true, Value: null})}},
		{name: "unknown critical extension of the issuing CA", changes: changes{extra("critical", pkiforge.Issuing, pkix.Extension{Id: private, Critical: true, Value: null})}},
		{name: "unknown extension", changes: changes{extra("unknown", pkiforge.Server, pkix.Extension{Id: private, Value: null})}, accept: true},

		{name: "permitted elsewhere", style: pkiforge.PublicCA, changes: changes{extra("nc", pkiforge.Issuing, constraint(t, true, []dnsTree{{"corp.test"}}, nil))}},
		{name: "permitted elsewhere, not critical", style: pkiforge.PublicCA, changes: changes{extra("nc", pkiforge.Issuing, constraint(t, false, []dnsTree{{"corp.test"}}, nil))}},
		{name: "permitted here", style: pkiforge.PublicCA, changes: changes{extra("nc", pkiforge.Issuing, constraint(t, true, []dnsTree{{"corp.test"}, {"example.test"}}, nil))}, accept: true},
		{name: "excluded here", style: pkiforge.PublicCA, changes: changes{extra("nc", pkiforge.Issuing, constraint(t, true, nil, []dnsTree{{"example.test"}}))}},
		{name: "excluded elsewhere", style: pkiforge.PublicCA, changes: changes{extra("nc", pkiforge.Issuing, constraint(t, true, nil, []dnsTree{{"ample.test"}}))}, accept: true},
		{name: "excluded two CAs up", changes: changes{roomy, subordinate, extra("nc", pkiforge.Issuing, constraint(t, true, nil, []dnsTree{{"example.test"}}))}},
		{name: "URIs permitted elsewhere", changes: changes{extra("nc", pkiforge.Issuing, constraint(t, true, []uriTree{{"example.test"}}, nil))}},
		{name: "URIs permitted elsewhere, none there", style: pkiforge.PublicCA, changes: changes{extra("nc", pkiforge.Issuing, constraint(t, true, []uriTree{{"corp.test"}}, nil))}, accept: true},
		{name: "addresses permitted, none there", style: pkiforge.PublicCA, changes: changes{extra("nc", pkiforge.Issuing, constraint(t, true, []ipTree{{[]byte{10, 0, 0, 0, 255, 0, 0, 0}}}, nil))}, accept: true},
		{name: "mailboxes permitted, none there", style: pkiforge.PublicCA, changes: changes{extra("nc", pkiforge.Issuing, constraint(t, true, []mailTree{{"corp.test"}}, nil))}, accept: true},
		{
			name: "root excludes the name", style: pkiforge.PublicCA, changes: changes{extra("nc", pkiforge.Root, constraint(t, true, nil, []dnsTree{{"example.test"}}))}, accept: true,
			differs: "constraints in the trust anchor may be ignored (RFC 5280 6.2); crypto/x509 applies its name constraints",
		},

		{name: "client certificate", changes: changes{testpki.EditServer("eku", func(c *pkiforge.Cert) {
			c.ExtKeyUsage, c.UnknownEKU = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, nil
		})}},
		{name: "SIP domain only", changes: changes{testpki.EditServer("eku", func(c *pkiforge.Cert) { c.ExtKeyUsage = nil })}},
		{name: "no usage named", changes: changes{testpki.EditServer("eku", func(c *pkiforge.Cert) { c.ExtKeyUsage, c.UnknownEKU = nil, nil })}, accept: true},
		{name: "any usage", changes: changes{testpki.EditServer("eku", func(c *pkiforge.Cert) {
			c.ExtKeyUsage, c.UnknownEKU = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}, nil
		})}, accept: true},
		{name: "issuing CA for mail only", changes: changes{testpki.EditCert("eku", pkiforge.Issuing, func(c *pkiforge.Cert) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
		})}},
		{
			name: "key that may not sign", changes: changes{testpki.EditServer("ku", func(c *pkiforge.Cert) { c.KeyUsage = x509.KeyUsageKeyEncipherment })},
			differs: "the server signs the handshake (RFC 8446 4.4.2.2); crypto/x509 does not look at a leaf's key usage",
		},

		{name: "explicit policy demanded, none there", changes: changes{extra("policy", pkiforge.Issuing, policyConstraint(t, 0))}},
		{name: "explicit policy demanded later", changes: changes{extra("policy", pkiforge.Issuing, policyConstraint(t, 2))}, accept: true},
		{name: "explicit policy demanded and there", style: pkiforge.PublicCA, changes: changes{extra("policy", pkiforge.Issuing, policyConstraint(t, 0))}, accept: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.style == "" {
				tt.style = pkiforge.CustomCA
			}
			m := testpki.Forged(t, tt.style, tt.changes...)
			ours, theirs := validateBoth(t, m)
			if (ours == nil) != tt.accept {
				t.Errorf("this client: %v, want accepted %t", ours, tt.accept)
			}
			if agree := (ours == nil) == (theirs == nil); agree != (tt.differs == "") {
				t.Errorf("this client: %v; crypto/x509: %v; listed reason to differ: %q", ours, theirs, tt.differs)
			}
		})
	}
}

// validateBoth has this client and crypto/x509 judge what the server presents.
func validateBoth(t *testing.T, m *pkiforge.Material) (ours, theirs error) {
	t.Helper()
	server := serverOf(t, m)
	_, ours = verifier(t, Options{}).Verify(t.Context(), server)
	opts := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), DNSName: testpki.Host}
	for _, c := range server.Roots {
		opts.Roots.AddCert(c)
	}
	for _, c := range server.Chain[1:] {
		opts.Intermediates.AddCert(c)
	}
	_, theirs = server.Chain[0].Verify(opts)
	return ours, theirs
}

// verifier makes one.
func verifier(t testing.TB, o Options) *Verifier {
	t.Helper()
	v, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// serverOf is a server that presents what was forged.
func serverOf(t testing.TB, m *pkiforge.Material) Server {
	t.Helper()
	return Server{
		Chain: testpki.Parse(t, m.Chain...), Staple: m.Status.Staple, Names: []string{testpki.Host},
		Roots: testpki.Parse(t, slices.Concat(m.SystemRoots, m.CustomRoots)...), Address: testpki.Names.Address,
	}
}

// walkTo makes a walk for a test of one of its parts.
func walkTo(t testing.TB, o Options, s Server) *walk {
	t.Helper()
	return &walk{Verifier: verifier(t, o), Server: &s, lacks: o.Without}
}

// TestFakeRoot: a root of the same name with another key is none (RFC 5280
// 6.1.3 (a)(1)), and the refusal says so.
func TestFakeRoot(t *testing.T) {
	t.Parallel()
	genuine := testpki.Forged(t, pkiforge.DirectRoot)
	other := pkiforge.New(pkiforge.Options{})
	defer other.Close()
	fake, err := other.Forge(t.Context(), genuine.Plan)
	if err != nil {
		t.Fatal(err)
	}
	mixed := fake
	mixed.CustomRoots = genuine.CustomRoots
	if bytes.Equal(sum(fake.Chain[0]), sum(genuine.Chain[0])) {
		t.Fatal("the two forges made the same certificate")
	}
	ours, theirs := validateBoth(t, mixed)
	var r *Refusal
	if !errors.As(ours, &r) || r.Check != CheckSignature || theirs == nil {
		t.Errorf("this client: %v; crypto/x509: %v; want both refused, here for the signature", ours, theirs)
	}
}

func sum(c *pkiforge.Certificate) []byte {
	h := sha256.Sum256(c.DER)
	return h[:]
}

// TestCircle: certificates that vouch for one another end the search, they do
// not prolong it.
func TestCircle(t *testing.T) {
	t.Parallel()
	m := testpki.Forged(t, pkiforge.CustomCA, pkiforge.RootMissing())
	presented := testpki.Parse(t, m.Chain[:1]...)
	for i := range 30 {
		// Another CA of the issuing CA's name, issued under that very name.
		c := testpki.Forged(t, pkiforge.CustomCA, testpki.EditCert("twin", pkiforge.Root, func(c *pkiforge.Cert) {
			c.Subject.CommonName = testpki.Parse(t, m.Chain[1:]...)[0].Subject.CommonName
			c.NotAfter += time.Duration(i) * time.Hour
		}))
		presented = append(presented, testpki.Parse(t, c.Certs[pkiforge.Root])...)
		if last := presented[len(presented)-1]; !bytes.Equal(last.RawSubject, presented[0].RawIssuer) || last.Equal(presented[len(presented)-2]) {
			t.Fatal("this is no circle of different certificates")
		}
	}
	w := walkTo(t, Options{}, Server{Roots: testpki.Parse(t, m.CustomRoots...)})
	if _, err := w.find(t.Context(), presented); err == nil {
		t.Error("accepted without a trust anchor")
	}
	if w.tried != maxPaths {
		t.Errorf("%d paths tried, want the bound of %d", w.tried, maxPaths)
	}
}
