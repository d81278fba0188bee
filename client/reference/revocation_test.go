package reference

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"time"

	"siptrust/client/internal/testpki"
	"siptrust/client/verify"
	"siptrust/pkiforge"
)

// behindList puts a faulty list before the one that says revoked.
func behindList(name string, edit func(*pkiforge.CRL)) pkiforge.Change {
	return testpki.Plan(name, pkiforge.WithCRL(pkiforge.Server), testpki.Revoking(0, pkiforge.Server),
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
		return situation{name: name, changes: []pkiforge.Change{testpki.Plan(name, changes...)}, policy: "bcp195", want: want}
	}
	unknown := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 2}, Critical: true, Value: asn1.NullBytes}
	return []situation{
		stapled("staple-good", "accepted", testpki.Stapling(func(*pkiforge.OCSP) {})),
		stapled("staple-delegated", "accepted", testpki.Stapling(func(*pkiforge.OCSP) {}), pkiforge.Delegate(pkiforge.Issuing, "", nil)),
		stapled("staple-revoked", "failed", testpki.Stapling(func(*pkiforge.OCSP) {}), testpki.Revoking(0, pkiforge.Server)),
		stapled("staple-on-hold", "failed", testpki.Stapling(func(*pkiforge.OCSP) {}), testpki.Revoking(pkiforge.CertificateHold, pkiforge.Server)),
		stapled("staple-unknown", "accepted", testpki.Stapling(func(o *pkiforge.OCSP) { o.Unknown = true })),
		stapled("staple-busy", "accepted", testpki.Stapling(func(o *pkiforge.OCSP) { o.Status = pkiforge.TryLater })),
		stapled("staple-bare", "failed", testpki.Stapling(func(o *pkiforge.OCSP) { o.Bare = true })),
		stapled("staple-forged", "failed", testpki.Stapling(func(o *pkiforge.OCSP) { o.Key = pkiforge.Root })),
		stapled("staple-outdated", "failed", testpki.Stapling(func(o *pkiforge.OCSP) { o.ThisUpdate, o.NextUpdate = lastWeek, yesterday })),
		stapled("staple-elsewhere", "failed", testpki.Stapling(func(o *pkiforge.OCSP) { o.OtherSerial = true })),
		stapled("staple-stranger", "failed", testpki.Stapling(func(*pkiforge.OCSP) {}), pkiforge.Delegate(pkiforge.Root, "", nil)),
		stapled("must-staple", "accepted", testpki.Stapling(func(*pkiforge.OCSP) {}), pkiforge.MustStaple()),
		stapled("must-staple-missing", "failed", pkiforge.MustStaple()),
		stapled("not-asked", "accepted", testpki.Plan("not-asked", pkiforge.WithOCSPServer(), pkiforge.WithCRL(pkiforge.Server), testpki.Revoking(0, pkiforge.Server))),

		fetched("ocsp-good", "accepted", pkiforge.WithOCSPServer()),
		fetched("ocsp-revoked", "failed", pkiforge.WithOCSPServer(), testpki.Revoking(0, pkiforge.Server)),
		fetched("crl-good", "accepted", pkiforge.WithCRL(pkiforge.Server)),
		fetched("crl-revoked", "failed", pkiforge.WithCRL(pkiforge.Server), testpki.Revoking(0, pkiforge.Server)),
		fetched("issuer-revoked", "failed", pkiforge.WithCRL(pkiforge.Issuing), testpki.Revoking(0, pkiforge.Issuing)),
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
	verify.CheckRevocation: {
		"staple-revoked": "accepted", "staple-on-hold": "accepted", "staple-bare": "accepted", "staple-forged": "accepted",
		"staple-outdated": "accepted", "staple-elsewhere": "accepted", "staple-stranger": "accepted", "must-staple-missing": "accepted",
		"ocsp-revoked": "accepted", "crl-revoked": "accepted", "issuer-revoked": "accepted",
		"list-forged": "accepted", "list-stranger": "accepted", "list-critical": "accepted",
	},
	verify.CheckStaple: {
		"staple-revoked": "accepted", "staple-on-hold": "accepted", "staple-bare": "accepted", "staple-forged": "accepted",
		"staple-outdated": "accepted", "staple-elsewhere": "accepted", "staple-stranger": "accepted",
	},
	verify.CheckStapleSignature:   {"staple-forged": "accepted"},
	verify.CheckStapleValidity:    {"staple-outdated": "accepted"},
	verify.CheckStapleCertificate: {"staple-elsewhere": "accepted"},
	verify.CheckResponder:         {"staple-stranger": "accepted"},
	verify.CheckMustStaple:        {"must-staple-missing": "accepted"},
	verify.CheckHold:              {"staple-on-hold": "accepted"},
	verify.CheckOCSP:              {"ocsp-revoked": "accepted"},
	verify.CheckCRL: {
		"crl-revoked": "accepted", "issuer-revoked": "accepted",
		"list-forged": "accepted", "list-stranger": "accepted", "list-critical": "accepted",
	},
	verify.CheckListIssuer:       {"list-stranger": "accepted"},
	verify.CheckListSignature:    {"list-forged": "accepted"},
	verify.CheckListExtensions:   {"list-critical": "accepted"},
	verify.CheckIssuerRevocation: {"issuer-revoked": "accepted"},
}

func init() {
	for c, table := range lackingRevocation {
		lacking[c] = table
	}
}
