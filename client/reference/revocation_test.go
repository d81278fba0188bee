package reference

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"siptrust/pkiforge"
)

// publisher gives out what was published, by path; [TestMain] closes it.
var (
	publisher = sync.OnceValue(func() *httptest.Server { return httptest.NewServer(http.HandlerFunc(give)) })
	published sync.Map
)

func give(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/moved/ocsp" {
		http.Redirect(w, r, "/elsewhere/ocsp", http.StatusFound)
		return
	}
	body, ok := published.Load(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(body.([]byte))
}

// publish puts the revocation data of m where its certificates say.
func (m material) publish() {
	at := strings.TrimPrefix(m.Plan.Names.Service, publisher().URL)
	if m.Status.Answer != nil {
		published.Store(at+pkiforge.OCSPPath, m.Status.Answer)
	}
	for _, l := range m.Status.Lists {
		published.Store(at+l.Path, l.DER)
	}
}

// plan makes a change of several, whose data lie under that name.
func plan(name string, changes ...pkiforge.Change) pkiforge.Change {
	return pkiforge.Change{Name: name, Apply: func(p *pkiforge.Plan) error {
		p.Names.Service = publisher().URL + "/" + name
		for _, c := range changes {
			if err := c.Apply(p); err != nil {
				return err
			}
		}
		return nil
	}}
}

// speaking edits what the CAs of a plan say.
func speaking(edit func(*pkiforge.Revocation)) pkiforge.Change {
	return pkiforge.Change{Name: "revocation", Apply: func(p *pkiforge.Plan) error { edit(&p.Revocation); return nil }}
}

func revoking(reason pkiforge.Reason, cert string) pkiforge.Change {
	return speaking(func(r *pkiforge.Revocation) { r.Revoked, r.Reason = []string{cert}, reason })
}

// stapling hands out a response that was edited.
func stapling(edit func(*pkiforge.OCSP)) pkiforge.Change {
	return plan("staple", pkiforge.WithStaple(), speaking(func(r *pkiforge.Revocation) { edit(r.Staple) }))
}

// behindList puts a faulty list before the one that says revoked.
func behindList(name string, edit func(*pkiforge.CRL)) pkiforge.Change {
	return plan(name, pkiforge.WithCRL(pkiforge.Server), revoking(0, pkiforge.Server),
		pkiforge.WithSecondCRL(name, func(l *pkiforge.CRL) {
			l.Empty = true
			edit(l)
		}))
}

const lastWeek, yesterday = -7 * 24 * time.Hour, -24 * time.Hour

// revocationSituations: the status of certificates, handed out or fetched.
func revocationSituations() []situation {
	stapled := func(name, want string, changes ...pkiforge.Change) situation {
		return situation{name: name, changes: changes, want: want}
	}
	fetched := func(name, want string, changes ...pkiforge.Change) situation {
		return situation{name: name, changes: []pkiforge.Change{plan(name, changes...)}, policy: "bcp195", want: want}
	}
	unknown := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 2}, Critical: true, Value: asn1.NullBytes}
	return []situation{
		stapled("staple-good", "accepted", stapling(func(*pkiforge.OCSP) {})),
		stapled("staple-delegated", "accepted", stapling(func(*pkiforge.OCSP) {}), pkiforge.Delegate(pkiforge.Issuing, "", nil)),
		stapled("staple-revoked", "failed", stapling(func(*pkiforge.OCSP) {}), revoking(0, pkiforge.Server)),
		stapled("staple-on-hold", "failed", stapling(func(*pkiforge.OCSP) {}), revoking(pkiforge.CertificateHold, pkiforge.Server)),
		stapled("staple-unknown", "accepted", stapling(func(o *pkiforge.OCSP) { o.Unknown = true })),
		stapled("staple-busy", "accepted", stapling(func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater })),
		stapled("staple-bare", "failed", stapling(func(o *pkiforge.OCSP) { o.Bare = true })),
		stapled("staple-forged", "failed", stapling(func(o *pkiforge.OCSP) { o.Key = pkiforge.Root })),
		stapled("staple-outdated", "failed", stapling(func(o *pkiforge.OCSP) { o.ThisUpdate, o.NextUpdate = lastWeek, yesterday })),
		stapled("staple-elsewhere", "failed", stapling(func(o *pkiforge.OCSP) { o.OtherSerial = true })),
		stapled("staple-stranger", "failed", stapling(func(*pkiforge.OCSP) {}), pkiforge.Delegate(pkiforge.Root, "", nil)),
		stapled("must-staple", "accepted", stapling(func(*pkiforge.OCSP) {}), pkiforge.MustStaple()),
		stapled("must-staple-missing", "failed", pkiforge.MustStaple()),
		stapled("not-asked", "accepted", plan("not-asked", pkiforge.WithOCSPServer(), pkiforge.WithCRL(pkiforge.Server), revoking(0, pkiforge.Server))),

		fetched("ocsp-good", "accepted", pkiforge.WithOCSPServer()),
		fetched("ocsp-revoked", "failed", pkiforge.WithOCSPServer(), revoking(0, pkiforge.Server)),
		fetched("crl-good", "accepted", pkiforge.WithCRL(pkiforge.Server)),
		fetched("crl-revoked", "failed", pkiforge.WithCRL(pkiforge.Server), revoking(0, pkiforge.Server)),
		fetched("issuer-revoked", "failed", pkiforge.WithCRL(pkiforge.Issuing), revoking(0, pkiforge.Issuing)),
		{
			name: "list-forged", policy: "bcp195", want: "failed",
			changes: []pkiforge.Change{behindList("list-forged", func(l *pkiforge.CRL) { l.Key = pkiforge.Root })},
		},
		{
			name: "list-stranger", policy: "bcp195", want: "failed",
			changes: []pkiforge.Change{behindList("list-stranger", func(l *pkiforge.CRL) { l.Name = pkiforge.Root })},
		},
		{
			name: "list-critical", policy: "bcp195", want: "failed",
			changes: []pkiforge.Change{behindList("list-critical", func(l *pkiforge.CRL) { l.Extra = []pkix.Extension{unknown} })},
		},
	}
}

// lackingRevocation is the part of [lacking] that these situations explain.
var lackingRevocation = map[check]map[string]string{
	checkRevocation: {
		"staple-revoked": "accepted", "staple-on-hold": "accepted", "staple-bare": "accepted", "staple-forged": "accepted",
		"staple-outdated": "accepted", "staple-elsewhere": "accepted", "staple-stranger": "accepted", "must-staple-missing": "accepted",
		"ocsp-revoked": "accepted", "crl-revoked": "accepted", "issuer-revoked": "accepted",
		"list-forged": "accepted", "list-stranger": "accepted", "list-critical": "accepted",
	},
	checkStaple: {
		"staple-revoked": "accepted", "staple-on-hold": "accepted", "staple-bare": "accepted", "staple-forged": "accepted",
		"staple-outdated": "accepted", "staple-elsewhere": "accepted", "staple-stranger": "accepted",
	},
	checkStapleSignature:   {"staple-forged": "accepted"},
	checkStapleValidity:    {"staple-outdated": "accepted"},
	checkStapleCertificate: {"staple-elsewhere": "accepted"},
	checkResponder:         {"staple-stranger": "accepted"},
	checkMustStaple:        {"must-staple-missing": "accepted"},
	checkHold:              {"staple-on-hold": "accepted"},
	checkOCSP:              {"ocsp-revoked": "accepted"},
	checkCRL: {
		"crl-revoked": "accepted", "issuer-revoked": "accepted",
		"list-forged": "accepted", "list-stranger": "accepted", "list-critical": "accepted",
	},
	checkListIssuer:       {"list-stranger": "accepted"},
	checkListSignature:    {"list-forged": "accepted"},
	checkListExtensions:   {"list-critical": "accepted"},
	checkIssuerRevocation: {"issuer-revoked": "accepted"},
}

func init() {
	for c, table := range lackingRevocation {
		lacking[c] = table
	}
}

// What is of no use is left aside, and the trace says why.
func TestUselessSources(t *testing.T) {
	t.Parallel()
	ocspWith := func(edit func(*pkiforge.OCSP)) []pkiforge.Change {
		return []pkiforge.Change{pkiforge.WithOCSPServer(), speaking(func(r *pkiforge.Revocation) { edit(r.Answer) })}
	}
	listWith := func(edit func(*pkiforge.CRL)) []pkiforge.Change {
		return []pkiforge.Change{pkiforge.WithCRL(pkiforge.Server), speaking(func(r *pkiforge.Revocation) { edit(&r.Lists[0]) })}
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
		"old-list":    {listWith(func(l *pkiforge.CRL) { l.ThisUpdate, l.NextUpdate = lastWeek, yesterday }), "the list has been out of date"},
		"no-list":     {listWith(func(l *pkiforge.CRL) { l.Garbage = true }), "x509: malformed crl"},
		"no-crl-sign": {append(listWith(func(*pkiforge.CRL) {}), pkiforge.Usage(pkiforge.Issuing, x509.KeyUsageCertSign)), "may not sign lists"},
		"elsewhere": {
			[]pkiforge.Change{{Name: "elsewhere", Apply: func(p *pkiforge.Plan) error {
				p.Cert(pkiforge.Server).OCSPServer = []string{"http://ocsp.example.test/"}
				return nil
			}}}, "is not on this machine: not fetched",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := forged(t, pkiforge.CustomCA, plan(name, tc.changes...))
			m.publish()
			server := &testServer{config: m.config()}
			out, got := attemptOnce(t, New(Options{Policy: "bcp195"}), server, m.attemptAt(server.serve(t)))
			if word := observe(got, server); word != "accepted" {
				t.Errorf("%s, want accepted", word)
			}
			if trace := strings.Join(out.Trace.Lines(), "\n"); !strings.Contains(trace, tc.said) {
				t.Errorf("the trace does not say %q:\n%s", tc.said, trace)
			}
		})
	}
}

// golang.org/x/crypto/ocsp reads the requests of this client, and reads the
// same in responses as it does.
func TestOCSPAgainstLibrary(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		edit    func(*pkiforge.OCSP)
		revoked bool
		library int
		want    answer
	}{
		"good":    {func(*pkiforge.OCSP) {}, false, ocsp.Good, isGood},
		"revoked": {func(*pkiforge.OCSP) {}, true, ocsp.Revoked, isRevoked},
		"unknown": {func(o *pkiforge.OCSP) { o.Unknown = true }, false, ocsp.Unknown, unanswered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes := []pkiforge.Change{stapling(tc.edit)}
			if tc.revoked {
				changes = append(changes, revoking(0, pkiforge.Server))
			}
			m := forged(t, pkiforge.CustomCA, changes...)
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
			got, err := New(Options{}).readOCSP(m.Status.Staple, nil, cert, issuer)
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

// FuzzReadOCSP: nothing that a server hands out stops the client.
func FuzzReadOCSP(f *testing.F) {
	m := forged(f, pkiforge.CustomCA, stapling(func(*pkiforge.OCSP) {}))
	cert, err := x509.ParseCertificate(m.Certs[pkiforge.Server].DER)
	if err != nil {
		f.Fatal(err)
	}
	issuer, err := x509.ParseCertificate(m.Certs[pkiforge.Issuing].DER)
	if err != nil {
		f.Fatal(err)
	}
	d := New(Options{})
	f.Add(m.Status.Staple)
	f.Add([]byte{0x30, 3, 0x0a, 1, 3})
	f.Fuzz(func(t *testing.T, der []byte) {
		if said, err := d.readOCSP(der, nil, cert, issuer); err != nil && said != unanswered {
			t.Errorf("%s and %v", said, err)
		}
	})
}
