package pkiforge_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"siptrust/pkiforge"
)

// effect is what a change does to a plan, and what verifiers say of it.
type effect struct {
	change  pkiforge.Change
	style   pkiforge.Style // empty: custom CA
	fields  []string       // of the plan that differ
	refused string         // by crypto/x509, with these words; empty: it accepts
	// openssl says that openssl does the other of what crypto/x509 does.
	openssl bool
}

// check holds a change against its effect.
func (e effect) check(t *testing.T, f *pkiforge.Forge) {
	t.Helper()
	if e.style == "" {
		e.style = pkiforge.CustomCA
	}
	plan := faulty(t, e.style, e.change)
	var fields []string
	for _, line := range pkiforge.Diff(sound(t, e.style), plan) {
		field, _, _ := strings.Cut(line, ":")
		fields = append(fields, field)
	}
	asSet := cmpopts.SortSlices(func(a, b string) bool { return a < b })
	if d := cmp.Diff(e.fields, fields, asSet, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s changes (-want +got):\n%s", e.change.Name, d)
	}
	m := forge(t, f, plan)
	host := testNames().Host
	err := verifyGo(m, host)
	if e.refused == "" && err != nil || e.refused != "" && (err == nil || !strings.Contains(err.Error(), e.refused)) {
		t.Errorf("%s: crypto/x509 says %v, want %q", e.change.Name, err, e.refused)
	}
	out, err := verifyOpenSSL(t, m, host)
	if accepts := (e.refused == "") != e.openssl; accepts != (err == nil) {
		t.Errorf("%s: openssl accepts: %t, want %t:\n%s", e.change.Name, err == nil, accepts, out)
	}
}

const unknownAuthority = "certificate signed by unknown authority"

// What ends a path, and what only looks as if it did.
func TestTrustChanges(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	for _, e := range []effect{
		{change: pkiforge.UnknownRoot(), fields: []string{"send", "trust custom"}, refused: unknownAuthority},
		{change: pkiforge.FakeRootSigns(false), fields: []string{"fake-root", "issuing Issuer"}, refused: unknownAuthority},
		{change: pkiforge.FakeRootSigns(true), fields: []string{"fake-root", "issuing Issuer", "send"}, refused: unknownAuthority},
		{
			change: pkiforge.LeafNamedAsRoot(), fields: []string{"server Subject", "server Issuer", "send"},
			refused: unknownAuthority,
		},
		{change: pkiforge.OtherStore(), fields: []string{"trust custom", "trust system"}},
		{change: pkiforge.OtherStore(), style: pkiforge.PublicCA, fields: []string{"trust custom", "trust system"}},
		{change: pkiforge.RootRollover(), fields: []string{"next-root", "issuing Issuer", "trust custom"}},
		{change: pkiforge.RootRollover(), style: pkiforge.PublicCA, fields: []string{"next-root", "issuing Issuer", "trust system"}},
		{change: pkiforge.RolloverLink(), fields: []string{"next-root", "issuing Issuer", "send"}},
		// openssl wants a self-signed root unless it is told otherwise.
		{change: pkiforge.Installs(pkiforge.Issuing), fields: []string{"trust custom"}, openssl: true},
		{change: pkiforge.Installs(pkiforge.Server), fields: []string{"trust custom"}, openssl: true},
		{change: pkiforge.SelfSignedAgain(false), style: pkiforge.SelfSigned, fields: []string{"installed", "trust custom"}, refused: unknownAuthority},
		{
			change: pkiforge.InstalledIssues(), style: pkiforge.SelfSigned, refused: unknownAuthority,
			fields: []string{"installed", "server Issuer", "server Subject", "trust custom"},
		},
		{change: pkiforge.OtherLeafInstalled(), fields: []string{"installed", "trust custom"}, refused: unknownAuthority},
		{change: pkiforge.RootForClients(), fields: []string{"root ExtKeyUsage"}, refused: "incompatible key usage"},
		{change: pkiforge.RootWithoutCAs(), fields: []string{"root PathLen"}, refused: "too many intermediates"},
	} {
		t.Run(string(e.style)+e.change.Name, func(t *testing.T) {
			t.Parallel()
			e.check(t, f)
		})
	}
}

// A change that finds nothing to change says so.
func TestTrustChangesThatDoNotApply(t *testing.T) {
	t.Parallel()
	for _, c := range []pkiforge.Change{pkiforge.SelfSignedAgain(true), pkiforge.InstalledIssues()} {
		if _, err := with(sound(t, pkiforge.CustomCA), c); !errors.Is(err, pkiforge.ErrNotApplicable) {
			t.Errorf("%s applies to a CA's certificate: %v", c.Name, err)
		}
	}
	for _, c := range []pkiforge.Change{
		pkiforge.OtherLeafInstalled(), pkiforge.FakeRootSigns(true), pkiforge.LeafNamedAsRoot(), pkiforge.OtherStore(),
		pkiforge.RootRollover(), pkiforge.RolloverLink(), pkiforge.Installs("nobody"), pkiforge.RootForClients(),
	} {
		if _, err := with(sound(t, pkiforge.SelfSigned), c); !errors.Is(err, pkiforge.ErrNotApplicable) {
			t.Errorf("%s applies to a self-signed certificate: %v", c.Name, err)
		}
	}
	twice := pkiforge.RootRollover()
	if _, err := with(sound(t, pkiforge.CustomCA), twice, twice); !errors.Is(err, pkiforge.ErrNotApplicable) {
		t.Errorf("a second successor: %v", err)
	}
}
