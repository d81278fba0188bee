package pkiforge_test

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ocsp"

	"siptrust/pkiforge"
)

// says edits what the CAs of a plan say.
func says(edit func(*pkiforge.Revocation)) pkiforge.Change {
	return pkiforge.Change{Name: "says", Apply: func(p *pkiforge.Plan) error { edit(&p.Revocation); return nil }}
}

func stapled(edit func(*pkiforge.OCSP)) []pkiforge.Change {
	return []pkiforge.Change{pkiforge.WithStaple(), says(func(r *pkiforge.Revocation) { edit(r.Staple) })}
}

var serverRevoked = says(func(r *pkiforge.Revocation) { r.Revoked = []string{pkiforge.Server} })

const lastWeek, yesterday = -7 * 24 * time.Hour, -24 * time.Hour

// OpenSSL reads the responses: it agrees with the sound ones and finds in each
// faulty one what is wrong with it.
func TestOCSPByOpenSSL(t *testing.T) {
	t.Parallel()
	sound := func(*pkiforge.OCSP) {}
	delegated := func(issuer string, edit func(*pkiforge.Cert)) []pkiforge.Change {
		return append(stapled(sound), pkiforge.Delegate(issuer, "", edit))
	}
	purpose := func(usage x509.ExtKeyUsage) func(*pkiforge.Cert) {
		return func(c *pkiforge.Cert) { c.ExtKeyUsage = []x509.ExtKeyUsage{usage} }
	}
	const good, revoked = "Response verify OK", "server.cer: revoked"
	for name, tc := range map[string]struct {
		changes []pkiforge.Change
		said    []string
		fails   bool
	}{
		"good":           {stapled(sound), []string{good, "server.cer: good", "Next Update"}, false},
		"revoked":        {append(stapled(sound), serverRevoked), []string{good, revoked}, false},
		"lied":           {append(stapled(func(o *pkiforge.OCSP) { o.Good = true }), serverRevoked), []string{good, "server.cer: good"}, false},
		"on hold":        {append(stapled(sound), serverRevoked, says(func(r *pkiforge.Revocation) { r.Reason = pkiforge.CertificateHold })), []string{good, revoked, "Reason: certificateHold"}, false},
		"unknown":        {stapled(func(o *pkiforge.OCSP) { o.Unknown = true }), []string{good, "server.cer: unknown"}, false},
		"sha1":           {stapled(func(o *pkiforge.OCSP) { o.Digest = crypto.SHA1 }), []string{good, "server.cer: good"}, false},
		"delegated":      {delegated(pkiforge.Issuing, nil), []string{good, "server.cer: good"}, false},
		"outdated":       {stapled(func(o *pkiforge.OCSP) { o.ThisUpdate, o.NextUpdate = lastWeek, yesterday }), []string{good, "Status times invalid", "status expired"}, false},
		"early":          {stapled(func(o *pkiforge.OCSP) { o.ThisUpdate, o.NextUpdate = time.Hour, 2*time.Hour }), []string{good, "Status times invalid", "status not yet valid"}, false},
		"other serial":   {stapled(func(o *pkiforge.OCSP) { o.OtherSerial = true }), []string{good, "ERROR: No Status found"}, true},
		"other issuer":   {stapled(func(o *pkiforge.OCSP) { o.Issuer = pkiforge.Root }), []string{"ERROR: No Status found"}, true},
		"other key":      {stapled(func(o *pkiforge.OCSP) { o.Key = pkiforge.Root }), []string{"Response Verify Failure", "signature failure"}, true},
		"by the server":  {stapled(func(o *pkiforge.OCSP) { o.Signer, o.Attach = pkiforge.Server, true }), []string{"Response Verify Failure", "missing ocspsigning usage"}, true},
		"no purpose":     {delegated(pkiforge.Issuing, purpose(x509.ExtKeyUsageClientAuth)), []string{"Response Verify Failure", "missing ocspsigning usage"}, true},
		"expired":        {delegated(pkiforge.Issuing, func(c *pkiforge.Cert) { c.NotBefore, c.NotAfter = lastWeek, yesterday }), []string{"Response Verify Failure", "certificate has expired"}, true},
		"of another CA":  {delegated(pkiforge.BystanderCustom, nil), []string{"Response Verify Failure", "root ca not trusted"}, true},
		"of the root":    {delegated(pkiforge.Root, nil), []string{"Response Verify Failure", "root ca not trusted"}, true},
		"try later":      {stapled(func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater }), []string{"Responder Error: trylater (3)"}, true},
		"without answer": {stapled(func(o *pkiforge.OCSP) { o.Bare = true }), []string{"no response data"}, true},
		"garbage":        {stapled(func(o *pkiforge.OCSP) { o.Garbage = true }), []string{"Error reading OCSP response"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := forge(t, newForge(t, pkiforge.Options{}), faulty(t, pkiforge.CustomCA, tc.changes...))
			dir := t.TempDir()
			if _, err := pkiforge.ExportAll(dir, m); err != nil {
				t.Fatal(err)
			}
			in := func(name string) string { return filepath.Join(dir, name) }
			out, err := openssl(t, "ocsp", "-respin", in("staple.der"), "-issuer", in("der/issuing.cer"), "-cert", in("der/server.cer"),
				"-CAfile", in("roots.pem"), "-verify_other", in("der/issuing.cer"))
			if (err != nil) != tc.fails {
				t.Errorf("openssl: %v", err)
			}
			for _, said := range tc.said {
				if !strings.Contains(out, said) {
					t.Errorf("OpenSSL does not say %q:\n%s", said, out)
				}
			}
		})
	}
}

// OpenSSL checks the chain against the lists.
func TestCRLByOpenSSL(t *testing.T) {
	t.Parallel()
	listed := func(cert string, edit func(*pkiforge.CRL), more ...pkiforge.Change) []pkiforge.Change {
		return append([]pkiforge.Change{pkiforge.WithCRL(cert), says(func(r *pkiforge.Revocation) { edit(&r.Lists[0]) })}, more...)
	}
	sound := func(*pkiforge.CRL) {}
	critical := func(oid asn1.ObjectIdentifier, value []byte) func(*pkiforge.CRL) {
		return func(l *pkiforge.CRL) { l.Extra = []pkix.Extension{{Id: oid, Critical: true, Value: value}} }
	}
	for name, tc := range map[string]struct {
		changes []pkiforge.Change
		said    string
	}{
		"good":             {listed(pkiforge.Server, sound), "server.pem: OK"},
		"others":           {listed(pkiforge.Server, func(l *pkiforge.CRL) { l.Others = 50 }), "server.pem: OK"},
		"revoked":          {listed(pkiforge.Server, sound, serverRevoked), "certificate revoked"},
		"left out":         {listed(pkiforge.Server, func(l *pkiforge.CRL) { l.Empty = true }, serverRevoked), "server.pem: OK"},
		"outdated":         {listed(pkiforge.Server, func(l *pkiforge.CRL) { l.ThisUpdate, l.NextUpdate = lastWeek, yesterday }), "CRL has expired"},
		"other key":        {listed(pkiforge.Server, func(l *pkiforge.CRL) { l.Key = pkiforge.BystanderCustom }), "CRL signature failure"},
		"other issuer":     {listed(pkiforge.Server, func(l *pkiforge.CRL) { l.Name = pkiforge.Root }), "unable to get certificate CRL"},
		"may not sign":     {listed(pkiforge.Server, sound, pkiforge.Usage(pkiforge.Issuing, x509.KeyUsageCertSign)), "key usage does not include CRL signing"},
		"unknown critical": {listed(pkiforge.Server, critical(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 2}, asn1.NullBytes)), "unhandled critical CRL extension"},
		"CAs only":         {listed(pkiforge.Server, critical(asn1.ObjectIdentifier{2, 5, 29, 28}, []byte{0x30, 3, 0x82, 1, 0xff})), "ifferent CRL scope"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := forge(t, newForge(t, pkiforge.Options{}), faulty(t, pkiforge.CustomCA, tc.changes...))
			dir := t.TempDir()
			if _, err := pkiforge.ExportAll(dir, m); err != nil {
				t.Fatal(err)
			}
			in := func(name string) string { return filepath.Join(dir, name) }
			crl := opensslOK(t, "crl", "-inform", "DER", "-in", in("issuing.crl"))
			if err := os.WriteFile(in("crl.pem"), []byte(crl), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := openssl(t, "verify", "-crl_check", "-CAfile", in("roots.pem"), "-untrusted", in("server-chain.pem"), "-CRLfile", in("crl.pem"), in("server.pem"))
			if !strings.Contains(out, tc.said) || (err == nil) != strings.HasSuffix(tc.said, "OK") {
				t.Errorf("OpenSSL does not say %q: %v\n%s", tc.said, err, out)
			}
		})
	}
}

// The CA is on its own issuer's list, not on the one that it signs.
func TestIssuingCARevoked(t *testing.T) {
	t.Parallel()
	m := forge(t, newForge(t, pkiforge.Options{}), faulty(t, pkiforge.CustomCA, pkiforge.WithCRL(pkiforge.Issuing), pkiforge.WithCRL(pkiforge.Server),
		says(func(r *pkiforge.Revocation) { r.Revoked = []string{pkiforge.Issuing} })))
	if len(m.Status.Lists) != 2 {
		t.Fatalf("%d lists, want 2", len(m.Status.Lists))
	}
	for _, l := range m.Status.Lists {
		crl, err := x509.ParseRevocationList(l.DER)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"/root.crl": 1, "/issuing.crl": 0}[l.Path]
		if len(crl.RevokedCertificateEntries) != want {
			t.Errorf("%s has %d entries, want %d", l.Path, len(crl.RevokedCertificateEntries), want)
		}
	}
}

// RSA keys sign the same, and the nonce is in the response.
func TestOCSPWithRSA(t *testing.T) {
	t.Parallel()
	m := forge(t, forgeOf(t, pkiforge.RSA), faulty(t, pkiforge.CustomCA,
		append(stapled(func(o *pkiforge.OCSP) { o.Nonce = []byte("nonce") }), pkiforge.Delegate(pkiforge.Issuing, "", nil))...))
	issuer, err := x509.ParseCertificate(m.Certs[pkiforge.Issuing].DER)
	if err != nil {
		t.Fatal(err)
	}
	response, err := ocsp.ParseResponse(m.Status.Staple, issuer)
	if err != nil {
		t.Fatal(err)
	}
	if response.Status != ocsp.Good || response.SignatureAlgorithm != x509.SHA256WithRSA || response.Certificate == nil {
		t.Errorf("the library reads %+v", response)
	}
	if !strings.Contains(string(m.Status.Staple), "\x04\x07\x04\x05nonce") {
		t.Error("the response has no nonce")
	}
}

// A plan whose revocation data name certificates it does not have is refused.
func TestRevocationChecked(t *testing.T) {
	t.Parallel()
	for _, edit := range []func(*pkiforge.Revocation){
		func(r *pkiforge.Revocation) { r.Revoked = []string{"nobody"} },
		func(r *pkiforge.Revocation) { r.Staple.Signer = "nobody" },
		func(r *pkiforge.Revocation) { r.Lists = []pkiforge.CRL{pkiforge.SoundCRL("nobody")} },
		func(r *pkiforge.Revocation) { r.Lists = []pkiforge.CRL{{Issuer: pkiforge.Root}} },
	} {
		p := faulty(t, pkiforge.CustomCA, pkiforge.WithStaple(), says(edit))
		if _, err := newForge(t, pkiforge.Options{}).Forge(t.Context(), p); err == nil {
			t.Errorf("%+v was forged", p.Revocation)
		}
	}
	for _, change := range []pkiforge.Change{
		pkiforge.WithCRL(pkiforge.Root), pkiforge.WithCRL("nobody"), pkiforge.Delegate(pkiforge.Issuing, "", nil),
		pkiforge.WithSecondCRL("", func(*pkiforge.CRL) {}),
	} {
		if _, err := with(sound(t, pkiforge.CustomCA), change); err == nil {
			t.Errorf("%s was applied", change.Name)
		}
	}
}

// Clones share nothing, and the places that differ with every run are no
// difference.
func TestRevocationCompared(t *testing.T) {
	t.Parallel()
	all := []pkiforge.Change{pkiforge.WithOCSPServer(), pkiforge.WithCRL(pkiforge.Server), pkiforge.WithStaple(), serverRevoked}
	a := faulty(t, pkiforge.CustomCA, all...)
	n := testNames()
	n.Run, n.Service = "other", "http://127.0.0.9:8080"
	b, err := pkiforge.NewPlan(pkiforge.CustomCA, n)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = with(b, all...); err != nil {
		t.Fatal(err)
	}
	// A place under the run's name and one of a service are two things, though.
	want := []string{"server OCSPServer", "server CRL"}
	if d := cmp.Diff(want, fieldsOf(pkiforge.Diff(a, b))); d != "" {
		t.Errorf("between runs (-want +got):\n%s", d)
	}
	c := b.Clone()
	c.Names.Service = "http://127.0.0.10:9090"
	c.Cert(pkiforge.Server).OCSPServer = []string{"http://127.0.0.10:9090/ocsp"}
	c.Cert(pkiforge.Server).CRL = []string{"http://127.0.0.10:9090/issuing.crl"}
	if lines := pkiforge.Diff(b, c); len(lines) > 0 {
		t.Errorf("between services: %v", lines)
	}
	c.Revocation.Staple.Unknown, c.Revocation.Revoked[0], c.Revocation.Lists[0].Others, c.Revocation.Answer = true, pkiforge.Issuing, 3, nil
	if d := cmp.Diff([]string{"revoked", "staple Unknown", "answer", "list issuing Others"}, fieldsOf(pkiforge.Diff(b, c))); d != "" {
		t.Errorf("what changed (-want +got):\n%s", d)
	}
	if b.Revocation.Staple.Unknown || b.Revocation.Revoked[0] != pkiforge.Server || b.Revocation.Lists[0].Others != 0 {
		t.Error("the clone shares memory")
	}
}

// fieldsOf are the beginnings of the lines.
func fieldsOf(lines []string) []string {
	fields := make([]string, len(lines))
	for i, line := range lines {
		fields[i], _, _ = strings.Cut(line, ":")
	}
	return slices.Clip(fields)
}
