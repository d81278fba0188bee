package explain

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"slices"
	"time"

	"siptrust/fakeserver"
	"siptrust/internal/plain"
	"siptrust/pkiforge"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// explainPKI writes how the plan of a case differs from its twin's, the
// certificates that the server presents and the roots that the endpoint trusts.
// A line that the twin's material does not have is marked with an asterisk.
func explainPKI(ctx context.Context, w io.Writer, cs *catalogue.Case, s *catalogue.Scenario) error {
	now := time.Now()
	forge := pkiforge.New(pkiforge.Options{Now: func() time.Time { return now }})
	defer forge.Close()
	m, err := forge.Forge(ctx, s.Plan)
	if err != nil {
		return err
	}
	twin, twinScenario := m, *s // a sound case has nothing to mark
	if !cs.Sound() {
		other, err := cases.All().Scenario(cs.Twin, s.Names)
		if err != nil {
			return err
		}
		twinScenario = other
		if twin, err = forge.Forge(ctx, other.Plan); err != nil {
			return err
		}
		if diff := pkiforge.Diff(other.Plan, s.Plan); len(diff) > 0 {
			fmt.Fprint(w, "\nChanged in the PKI, and below marked with an asterisk\n")
			for _, line := range diff {
				fmt.Fprintf(w, "  %s\n", plain.Quoted(line))
			}
		}
	}
	if s.Later != nil {
		if diff := pkiforge.Diff(s.Plan, s.Later.Plan); len(diff) > 0 {
			fmt.Fprint(w, "\nPresented later, where it differs from what is presented first\n")
			for _, line := range diff {
				fmt.Fprintf(w, "  %s\n", plain.Quoted(line))
			}
		}
	}
	if s.Elsewhere != nil {
		fmt.Fprint(w, "\nPresented by the second server: ")
		diff := pkiforge.Diff(s.Plan, s.Elsewhere.Plan)
		if len(diff) == 0 {
			fmt.Fprint(w, "the same\n")
		} else {
			fmt.Fprint(w, "this is other than at the first one\n")
		}
		for _, line := range diff {
			fmt.Fprintf(w, "  %s\n", plain.Quoted(line))
		}
	}
	if fault := s.Server.Certificate; fault != fakeserver.CertificateSound {
		fmt.Fprintf(w, "\nThe server does not send these certificates as they are: the fault of its Certificate message is %q\n", fault)
	}
	for i, c := range m.Chain {
		mark := " "
		if !has(twin.Chain, c.Name) {
			mark = "*"
		}
		fmt.Fprintf(w, "\n%s Presented %d: %s\n", mark, i+1, c.Name)
		facts, before := compared(c, twin.Certs[c.Name], now)
		for _, f := range facts {
			i := slices.Index(before, f)
			writeFact(w, f, i >= 0)
			if i >= 0 {
				before = slices.Delete(before, i, i+1) // what stands there twice is not as before
			}
		}
	}
	fmt.Fprint(w, "\n  Trusted by the endpoint\n")
	writeRoots(w, "system", m, twin, now)
	writeRoots(w, "custom", m, twin, now)
	explainRevocation(w, s, &twinScenario, m, twin, now)
	return nil
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
			writeFact(w, fact{store, "not trusted here, as it is in the twin: " + subjectOf(c)}, false)
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
