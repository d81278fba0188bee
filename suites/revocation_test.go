package suites_test

import (
	"slices"
	"testing"

	"siptrust/client/reference"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
)

// named puts the group before names of cases.
func named(group string, names ...string) []string {
	ids := make([]string, len(names))
	for i, name := range names {
		ids[i] = "revocation." + group + name
	}
	return ids
}

func init() {
	revoked := change{plan: []string{"revoked"}}
	staple := func(fields ...string) change {
		c := change{}
		for _, f := range fields {
			c.plan = append(c.plan, "staple "+f)
		}
		return c
	}
	responder := func(fields ...string) change {
		c := change{}
		for _, f := range fields {
			c.plan = append(c.plan, "responder "+f)
		}
		return c
	}
	fault := change{server: []string{"Service"}}
	times := staple("ThisUpdate", "NextUpdate")
	for id, c := range map[string]change{
		"staple.revoked":            revoked,
		"staple.on-hold":            revoked,
		"staple.unknown":            staple("Unknown"),
		"staple.expired":            times,
		"staple.future":             times,
		"staple.no-next-update":     staple("NextUpdate"),
		"staple.other-serial":       staple("OtherSerial"),
		"staple.other-issuer":       staple("Issuer"),
		"staple.other-key":          staple("Key"),
		"staple.by-server":          staple("Signer", "Attach"),
		"staple.garbage":            staple("Garbage"),
		"staple.bare":               staple("Bare"),
		"staple.try-later":          staple("Status"),
		"staple.sha1":               staple("Digest"),
		"delegated.revoked":         revoked,
		"delegated.no-purpose":      responder("ExtKeyUsage"),
		"delegated.any-purpose":     responder("ExtKeyUsage"),
		"delegated.expired":         responder("NotBefore", "NotAfter"),
		"delegated.other-ca":        responder("Issuer"),
		"delegated.by-root":         responder("Issuer"),
		"must-staple.absent":        {plan: []string{"staple"}},
		"must-staple.try-later":     staple("Status"),
		"must-staple.expired":       times,
		"ocsp.revoked":              revoked,
		"ocsp.unknown":              {plan: []string{"answer Unknown"}},
		"ocsp.other-nonce":          {plan: []string{"answer Nonce"}},
		"ocsp.try-later":            {plan: []string{"answer Status"}},
		"ocsp.garbage":              {plan: []string{"answer Garbage"}},
		"ocsp.silent":               fault,
		"ocsp.reset":                fault,
		"ocsp.error":                fault,
		"crl.listed":                revoked,
		"crl.on-hold":               revoked,
		"crl.expired":               {plan: []string{"list issuing ThisUpdate", "list issuing NextUpdate"}},
		"crl.long":                  {plan: []string{"list issuing Others"}},
		"crl.no-crl-sign":           {plan: []string{"issuing KeyUsage"}},
		"crl.garbage":               {plan: []string{"list issuing Garbage"}},
		"crl.silent":                fault,
		"crl.reset":                 fault,
		"crl.error":                 fault,
		"issuing.listed":            revoked,
		"sources.revoked":           revoked,
		"responder-busy.listed":     revoked,
		"responder-forged.listed":   revoked,
		"responder-outdated.listed": revoked,
		"responder-misled.listed":   revoked,

		"list-forged.listed":           revoked,
		"list-outdated.listed":         revoked,
		"list-stranger.listed":         revoked,
		"list-unknown-critical.listed": revoked,
		"list-cas-only.listed":         revoked,
	} {
		changes["revocation."+id] = c
	}

	signed := named("staple.", "revoked", "on-hold", "expired", "future", "other-serial", "other-issuer", "other-key", "by-server", "garbage", "bare")
	delegated := named("delegated.", "revoked", "no-purpose", "expired", "other-ca")
	demanded := named("must-staple.", "expired")
	faulty := slices.Concat(signed, delegated, demanded)
	explains("revocation", faulty...)
	explains("staple", faulty...)
	explains("staple-signature", named("staple.", "other-key")...)
	explains("staple-validity", append(named("staple.", "expired", "future"), demanded...)...)
	explains("staple-certificate", named("staple.", "other-serial", "other-issuer")...)
	explains("responder", append(named("delegated.", "no-purpose", "expired", "other-ca"), named("staple.", "by-server")...)...)
	explains("certificate-hold", named("staple.", "on-hold")...)

	const policy = catalogue.BCP195
	missing := named("must-staple.", "absent", "try-later")
	asked := named("ocsp.", "revoked")
	listed := named("", "crl.listed", "crl.on-hold", "issuing.listed",
		"responder-busy.listed", "responder-forged.listed", "responder-outdated.listed", "responder-misled.listed",
		"list-forged.listed", "list-outdated.listed", "list-stranger.listed", "list-unknown-critical.listed", "list-cas-only.listed")
	explainUnder(policy, "revocation", slices.Concat(missing, asked, listed, named("sources.", "revoked"))...)
	explainUnder(policy, "staple", named("must-staple.", "try-later")...)
	explainUnder(policy, "must-staple", missing...)
	explainUnder(policy, "ocsp", asked...)
	explainUnder(policy, "crl", listed...)
	explainUnder(policy, "certificate-hold", named("crl.", "on-hold")...)
	explainUnder(policy, "issuer-revocation", named("issuing.", "listed")...)
	explainUnder(policy, "staple-signature", named("responder-forged.", "listed")...)
	explainUnder(policy, "staple-validity", named("", "responder-outdated.listed", "list-outdated.listed")...)
	explainUnder(policy, "staple-certificate", named("responder-misled.", "listed")...)
	explainUnder(policy, "crl-signature", named("list-forged.", "listed")...)
	explainUnder(policy, "crl-issuer", named("list-stranger.", "listed")...)
	explainUnder(policy, "crl-extensions", named("", "list-unknown-critical.listed", "list-cas-only.listed")...)

	disagree("crypto/tls", "it asks for the OCSP response and leaves it to the program (RFC 6066 8)", faulty...)
	disagree("gnutls-cli", "GnuTLS takes every responder whose certificate leads to a trusted root (RFC 6960 4.2.2.2)", named("delegated.", "other-ca")...)
	disagree("gnutls-cli", "GnuTLS does not look whether a response is of the future (RFC 6960 4.2.2.1)", named("staple.", "future")...)
	disagree("openssl s_client", "it does not ask for the OCSP response, so these cases are not applicable (RFC 6066 8)", faulty...)
}

// Every case of the group puts the client before the revocation data that it
// speaks of, and leaves no other to it.
func TestRevocationIsServed(t *testing.T) {
	t.Parallel()
	all := cases.All()
	for i := range all.Cases {
		cs := &all.Cases[i]
		if cs.Group() != "revocation" {
			continue
		}
		s, err := all.Scenario(cs.ID, namesOf("aa"))
		if err != nil {
			t.Fatal(err)
		}
		r := s.Plan.Revocation
		if cs.ID == "revocation.must-staple.absent" {
			continue // of which there is none
		}
		if r.Staple == nil && r.Answer == nil && len(r.Lists) == 0 {
			t.Errorf("%s: no CA says anything", cs.ID)
		}
		server := s.Plan.Cert(pkiforge.Server)
		if (r.Answer != nil) != (len(server.OCSPServer) > 0) {
			t.Errorf("%s: the responder answers: %t, the certificate names %v", cs.ID, r.Answer != nil, server.OCSPServer)
		}
		if lists := len(server.CRL) + len(s.Plan.Cert(pkiforge.Issuing).CRL); lists != len(r.Lists) {
			t.Errorf("%s: %d lists are published and %d named", cs.ID, len(r.Lists), lists)
		}
		if s.Server.Service.Fault != fakeserver.ServiceSound && r.Answer == nil && len(r.Lists) == 0 {
			t.Errorf("%s: nobody asks the service that is to fail", cs.ID)
		}
	}
}

// A client that fetches leaves a trace of it in the evidence, one that does
// not leaves none.
func TestFetchingIsEvidence(t *testing.T) {
	t.Parallel()
	for policy, want := range map[catalogue.Policy]map[string]string{
		catalogue.Interop: {"revocation.ocsp.sound": "", "revocation.crl.sound": ""},
		catalogue.BCP195: {
			"revocation.ocsp.sound": "/ocsp, answered: 200", "revocation.crl.sound": "/issuing.crl, answered: 200",
			"revocation.issuing.sound": "/root.crl, answered: 200", "revocation.ocsp.error": "/ocsp, answered: 500",
			"revocation.crl.reset": "/issuing.crl, answered: reset", "revocation.ocsp.silent": "/ocsp, answered: none",
		},
	} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			record := execute(t, reference.New(reference.Options{Policy: string(policy)}), func(s *run.Settings) { s.Policy, s.Filter = policy, "revocation" })
			for id, detail := range want {
				i := slices.IndexFunc(record.Results, func(r reports.Result) bool { return r.ID == id })
				if i < 0 {
					t.Errorf("%s was not run", id)
					continue
				}
				got := ""
				for _, e := range record.Results[i].Evidence {
					if e.What == "HTTP POST" || e.What == "HTTP GET" {
						got = e.Detail
					}
				}
				if got != detail {
					t.Errorf("%s: the evidence has %q, want %q", id, got, detail)
				}
			}
			for _, status := range []reports.Status{reports.Fail, reports.Warn, reports.Inconclusive, reports.Skip} {
				if ids := with(record, status); len(ids) > 0 {
					t.Errorf("%s: %v", status, ids)
				}
			}
		})
	}
}
