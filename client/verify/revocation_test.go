package verify

import (
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"siptrust/client/internal/testpki"
	"siptrust/pkiforge"
)

// What is of no use is left aside, and the answer says why.
func TestUselessSources(t *testing.T) {
	t.Parallel()
	ocspWith := func(edit func(*pkiforge.OCSP)) []pkiforge.Change {
		return []pkiforge.Change{pkiforge.WithOCSPServer(), testpki.Speaking(func(r *pkiforge.Revocation) { edit(r.Answer) })}
	}
	listWith := func(edit func(*pkiforge.CRL)) []pkiforge.Change {
		return []pkiforge.Change{pkiforge.WithCRL(pkiforge.Server), testpki.Speaking(func(r *pkiforge.Revocation) { edit(&r.Lists[0]) })}
	}
	for name, tc := range map[string]struct {
		changes []pkiforge.Change
		said    string
	}{
		"nonce":       {ocspWith(func(o *pkiforge.OCSP) { o.Nonce = []byte("of another request") }), "answers another request"},
		"busy":        {ocspWith(func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater }), "the responder cannot answer: status 3"},
		"no-response": {ocspWith(func(o *pkiforge.OCSP) { o.Garbage = true }), "it is no OCSP response"},
		"no-idea":     {ocspWith(func(o *pkiforge.OCSP) { o.Unknown = true }), "says nothing"},
		"early":       {ocspWith(func(o *pkiforge.OCSP) { o.ThisUpdate, o.NextUpdate = time.Hour, 2*time.Hour }), "is of the future"},
		"moved":       {ocspWith(func(*pkiforge.OCSP) {}), "answered 302 Found"},
		"old-list":    {listWith(func(l *pkiforge.CRL) { l.ThisUpdate, l.NextUpdate = -7*24*time.Hour, -24*time.Hour }), "the list has been out of date"},
		"no-list":     {listWith(func(l *pkiforge.CRL) { l.Garbage = true }), "x509: malformed crl"},
		"no-crl-sign": {append(listWith(func(*pkiforge.CRL) {}), pkiforge.Usage(pkiforge.Issuing, x509.KeyUsageCertSign)), "may not sign lists"},
		"elsewhere": {
			[]pkiforge.Change{{Name: "elsewhere", Apply: func(p *pkiforge.Plan) error {
				p.Cert(pkiforge.Server).OCSPServer = []string{"http://ocsp.example.test/"}
				return nil
			}}}, "is not on this machine: nothing is sent there",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := testpki.Forged(t, pkiforge.CustomCA, testpki.Plan(name, tc.changes...))
			testpki.PublishStatus(m)
			result, err := verifier(t, Options{Policy: "bcp195"}).Verify(t.Context(), serverOf(t, m))
			if err != nil {
				t.Errorf("refused: %v", err)
			}
			if said := fmt.Sprint(result.Answers); !strings.Contains(said, tc.said) {
				t.Errorf("the answers do not say %q: %s", tc.said, said)
			}
		})
	}
}

// golang.org/x/crypto/ocsp reads the requests of this package, and reads the
// same in responses as it does.
func TestOCSPAgainstLibrary(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		edit    func(*pkiforge.OCSP)
		revoked bool
		library int
		want    State
	}{
		"good":    {func(*pkiforge.OCSP) {}, false, ocsp.Good, Good},
		"revoked": {func(*pkiforge.OCSP) {}, true, ocsp.Revoked, IsRevoked},
		"unknown": {func(o *pkiforge.OCSP) { o.Unknown = true }, false, ocsp.Unknown, Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes := []pkiforge.Change{testpki.Stapling(tc.edit)}
			if tc.revoked {
				changes = append(changes, testpki.Revoking(0, pkiforge.Server))
			}
			m := testpki.Forged(t, pkiforge.CustomCA, changes...)
			cert, err := x509.ParseCertificate(m.Certs[pkiforge.Server].DER)
			if err != nil {
				t.Fatal(err)
			}
			issuer, err := x509.ParseCertificate(m.Certs[pkiforge.Issuing].DER)
			if err != nil {
				t.Fatal(err)
			}
			response, err := ocsp.ParseResponseForCert(m.Status.Staple, cert, issuer)
			if err != nil || response.Status != tc.library {
				t.Fatalf("the library reads %+v, %v", response, err)
			}
			got, err := walkTo(t, Options{}, Server{}).readOCSP(m.Status.Staple, nil, cert, issuer)
			if err != nil || got != tc.want {
				t.Errorf("%s, %v; want %s", got, err, tc.want)
			}
			der, err := ocspRequest(cert, issuer, []byte("0123456789abcdef"))
			if err != nil {
				t.Fatal(err)
			}
			request, err := ocsp.ParseRequest(der)
			if err != nil || request.SerialNumber.Cmp(cert.SerialNumber) != 0 {
				t.Errorf("the library reads the request as %+v, %v", request, err)
			}
			mine, err := ocsp.CreateRequest(cert, issuer, nil)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := ocsp.ParseRequest(mine)
			if err != nil || string(theirs.IssuerNameHash) != string(request.IssuerNameHash) || string(theirs.IssuerKeyHash) != string(request.IssuerKeyHash) {
				t.Errorf("the library names the issuer otherwise: %+v, %v", theirs, err)
			}
		})
	}
}

// FuzzReadOCSP: nothing that a server hands out stops it.
func FuzzReadOCSP(f *testing.F) {
	m := testpki.Forged(f, pkiforge.CustomCA, testpki.Stapling(func(*pkiforge.OCSP) {}))
	cert, err := x509.ParseCertificate(m.Certs[pkiforge.Server].DER)
	if err != nil {
		f.Fatal(err)
	}
	issuer, err := x509.ParseCertificate(m.Certs[pkiforge.Issuing].DER)
	if err != nil {
		f.Fatal(err)
	}
	w := walkTo(f, Options{}, Server{})
	f.Add(m.Status.Staple)
	f.Add([]byte{0x30, 3, 0x0a, 1, 3})
	f.Fuzz(func(t *testing.T, der []byte) {
		if said, err := w.readOCSP(der, nil, cert, issuer); err != nil && said != Unknown {
			t.Errorf("%s and %v", said, err)
		}
	})
}
