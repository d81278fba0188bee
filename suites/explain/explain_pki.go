package explain

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"slices"
	"time"

	"siptrust/internal/plain"
	"siptrust/pkiforge"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// pki is the PKI of a case, to be put into words.
type pki struct {
	cs       *catalogue.Case
	scenario *catalogue.Scenario
	servers  []served // the first one is the scenario's own
	now      time.Time
}

// explain writes how the plan of a case differs from its twin's, the certificates that
// the server presents and the roots that the endpoint trusts. A line that the twin's
// material does not have is marked with an asterisk.
func (p *pki) explain(ctx context.Context, w io.Writer, forge *pkiforge.Forge) error {
	s, m := p.scenario, p.servers[0].material
	twin, twinScenario := m, *s // a sound case has nothing to mark
	if !p.cs.Sound() {
		other, err := cases.All().Scenario(p.cs.Twin, s.Names)
		if err != nil {
			return err
		}
		twinScenario = other
		if twin, err = forge.Forge(ctx, other.Plan); err != nil {
			return err
		}
		writeDiff(w, "Changed in the certificates and the trust (times from now); marked with an asterisk below", pkiforge.Diff(other.Plan, s.Plan))
	}
	p.others(w)
	if fault := certificateFault(s.Server.Certificate); fault != "" {
		fmt.Fprintf(w, "\nThe server does not send these certificates as they are: it %s\n", fault)
	}
	for i, c := range m.Chain {
		p.presented(w, i, c, twin)
	}
	fmt.Fprint(w, "\n  Trusted by the endpoint\n")
	writeRoots(w, "system", m, twin, p.now)
	writeRoots(w, "custom", m, twin, p.now)
	explainRevocation(w, s, &twinScenario, m, twin, p.now)
	return nil
}

// others writes how what the later and the second server present differs.
func (p *pki) others(w io.Writer) {
	s := p.scenario
	if s.Later != nil {
		writeDiff(w, "Presented or trusted later, where it differs from the first time (times from now)", pkiforge.Diff(s.Plan, s.Later.Plan))
	}
	if s.Elsewhere == nil {
		return
	}
	if diff := pkiforge.Diff(s.Plan, s.Elsewhere.Plan); len(diff) > 0 {
		writeDiff(w, "Presented by the second server, where it differs from the first one (times from now)", diff)
	} else {
		fmt.Fprint(w, "\nPresented by the second server: the same as by the first one\n")
	}
}

// presented writes a certificate of the chain, counted from 0.
func (p *pki) presented(w io.Writer, i int, c *pkiforge.Certificate, twin *pkiforge.Material) {
	mark := " "
	if !has(twin.Chain, c.Name) {
		mark = "*"
	}
	fmt.Fprintf(w, "\n%s Presented %d: %s\n", mark, i+1, c.Name)
	facts, before := compared(c, twin.Certs[c.Name], p.now)
	for _, f := range facts {
		i := slices.Index(before, f)
		writeFact(w, f, i >= 0)
		if i >= 0 {
			before = slices.Delete(before, i, i+1) // what is there twice is not as before
		}
	}
}

// writeDiff writes the lines of a difference of plans, if there are any.
func writeDiff(w io.Writer, heading string, diff []string) {
	if len(diff) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", heading)
	for _, line := range diff {
		fmt.Fprintf(w, "  %s\n", plain.Quoted(line))
	}
}

// writeRoots names the certificates of a store by their subjects. Of those that
// are not as the twin's it says how, and of the twin's which are missing.
func writeRoots(w io.Writer, store string, m, twin *pkiforge.Material, now time.Time) {
	list := func(m *pkiforge.Material) []*pkiforge.Certificate {
		if store == "system" {
			return m.SystemRoots
		}
		return m.CustomRoots
	}
	for _, c := range list(m) {
		facts, before := compared(c, twin.Certs[c.Name], now)
		writeFact(w, fact{store, subjectOf(c)}, has(list(twin), c.Name))
		for _, f := range facts {
			if before != nil && !slices.Contains(before, f) {
				writeFact(w, f, false)
			}
		}
	}
	for _, c := range list(twin) {
		if !has(list(m), c.Name) {
			writeFact(w, fact{store, "not trusted here, but in the twin: " + subjectOf(c)}, false)
		}
	}
}

func has(list []*pkiforge.Certificate, name string) bool {
	return slices.ContainsFunc(list, func(c *pkiforge.Certificate) bool { return c.Name == name })
}

func subjectOf(cert *pkiforge.Certificate) string {
	c, err := x509.ParseCertificate(cert.DER)
	if err != nil {
		return cert.Name + ", which crypto/x509 cannot parse"
	}
	return orNone(plain.Quoted(c.Subject.String()))
}

func writeFact(w io.Writer, f fact, asBefore bool) {
	mark := "*"
	if asBefore {
		mark = " "
	}
	fmt.Fprintf(w, "%s   %-12s %s\n", mark, f.name, f.value)
}
