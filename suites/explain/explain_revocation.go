package explain

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/catalogue"
)

// explainRevocation writes what the CAs say about the revocation of their
// certificates, if anything, and the certificate of the responder that they have
// authorised. What the twin does not have is marked.
func explainRevocation(w io.Writer, s, twin *catalogue.Scenario, m, twinMaterial *pkiforge.Material, now time.Time) {
	facts, before := statusFacts(s, now), statusFacts(twin, now)
	if len(facts)+len(before) == 0 {
		return
	}
	fmt.Fprint(w, "\n  Revocation data\n")
	for _, f := range facts {
		writeFact(w, f, slices.Contains(before, f))
	}
	for _, f := range before {
		if !slices.ContainsFunc(facts, func(other fact) bool { return other.name == f.name }) {
			writeFact(w, fact{f.name, "not here, but in the twin: " + f.value}, false)
		}
	}
	if c := m.Certs[pkiforge.Responder]; c != nil {
		fmt.Fprint(w, "\n  The responder\n")
		facts, before := compared(c, twinMaterial.Certs[pkiforge.Responder], now)
		for _, f := range facts {
			writeFact(w, f, slices.Contains(before, f))
		}
	}
}

// statusFacts are the revocation data, and where they are.
func statusFacts(s *catalogue.Scenario, now time.Time) []fact {
	r := &s.Plan.Revocation
	var facts []fact
	if len(r.Revoked) > 0 {
		reason := ""
		if r.Reason == pkiforge.CertificateHold {
			reason = ", for the reason certificateHold"
		}
		facts = append(facts, fact{"revoked", strings.Join(r.Revoked, ", ") + reason})
	}
	if r.Staple != nil {
		facts = append(facts, fact{"stapled", responseWords(r.Staple, r, now)})
	}
	if r.Answer != nil {
		facts = append(facts, fact{"responder", responseWords(r.Answer, r, now)})
	}
	for i := range r.Lists {
		facts = append(facts, fact{"list " + r.Lists[i].Path()[1:], listWords(&r.Lists[i], r, &s.Plan, now)})
	}
	switch s.Server.Service.Fault {
	case fakeserver.ServiceSilent:
		facts = append(facts, fact{"service", "accepts requests and never answers"})
	case fakeserver.ServiceReset:
		facts = append(facts, fact{"service", "resets every connection"})
	case fakeserver.ServiceFailing:
		facts = append(facts, fact{"service", "answers 500"})
	}
	return facts
}

func responseWords(o *pkiforge.OCSP, r *pkiforge.Revocation, now time.Time) string {
	switch {
	case o.Garbage:
		return "text that is not an OCSP response"
	case o.Status == pkiforge.TryLater:
		return "the error tryLater"
	case o.Bare:
		return "the status successful and no response bytes"
	}
	status, next := "good", "no nextUpdate"
	switch {
	case o.Unknown:
		status = "unknown"
	case slices.Contains(r.Revoked, pkiforge.Server) && !o.Good:
		status = "revoked"
	}
	if o.NextUpdate != 0 {
		next = "nextUpdate " + fromNow(now.Add(o.NextUpdate), now)
	}
	words := fmt.Sprintf("%s; thisUpdate %s, %s; signed by %s", status, fromNow(now.Add(o.ThisUpdate), now), next, orIssuer(o.Signer))
	if o.Key != "" {
		words += ", with the key of " + o.Key
	}
	if o.Digest != 0 {
		words += fmt.Sprintf(", over %v", o.Digest)
	}
	if o.OtherSerial {
		words += "; for another serial number"
	}
	if o.Issuer != "" {
		words += "; for a certificate of " + o.Issuer
	}
	if len(o.Nonce) > 0 {
		words += "; with a nonce"
	}
	return words
}

func orIssuer(name string) string {
	if name == "" {
		return "the issuer"
	}
	return name
}

func listWords(l *pkiforge.CRL, r *pkiforge.Revocation, p *pkiforge.Plan, now time.Time) string {
	if l.Garbage {
		return "text that is not a CRL"
	}
	entries := l.Others
	for _, name := range r.Revoked {
		if c := p.Cert(name); c != nil && c.Issuer == l.Issuer && !l.Empty {
			entries++
		}
	}
	words := fmt.Sprintf("entries: %d; thisUpdate %s, nextUpdate %s", entries, fromNow(now.Add(l.ThisUpdate), now), fromNow(now.Add(l.NextUpdate), now))
	if l.Key != "" {
		words += "; signed with the key of " + l.Key
	}
	if l.Name != "" {
		words += "; names " + l.Name + " as its issuer"
	}
	if extensions := otherExtensions(l.Extra); extensions != "" {
		words += "; " + extensions
	}
	return words
}
