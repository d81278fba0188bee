package pkiforge_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"siptrust/pkiforge"
)

// Every faulty plan differs from its twin, made for other names, in what the
// change is about and in nothing else.
func TestChangesChangeOneThing(t *testing.T) {
	t.Parallel()
	renewed := pkiforge.Names{Run: "zz81", Host: "pbx.zz81.test", Domain: "zz81.test", Other: "else.zz81.test"}
	issued := []pkiforge.Style{pkiforge.CustomCA, pkiforge.PublicCA, pkiforge.DirectRoot}
	tests := []struct {
		change pkiforge.Change
		styles []pkiforge.Style
		fields []string // "certificate Field", without the values
	}{
		{pkiforge.Expired(pkiforge.Server), styles, []string{"server NotBefore", "server NotAfter"}},
		{pkiforge.Expired(pkiforge.Issuing), []pkiforge.Style{pkiforge.CustomCA}, []string{"issuing NotAfter"}},
		{pkiforge.NotYetValid(pkiforge.Server), styles, []string{"server NotBefore"}},
		{
			pkiforge.WrongName(renewed.Other),
			[]pkiforge.Style{pkiforge.CustomCA, pkiforge.SelfSigned, pkiforge.DirectRoot},
			[]string{"server Subject", "server DNS", "server URIs"},
		},
		{pkiforge.WrongName(renewed.Other), []pkiforge.Style{pkiforge.PublicCA}, []string{"server Subject", "server DNS"}},
		{pkiforge.BadSignature(pkiforge.Server), issued, []string{"server EditDER"}},
		{
			pkiforge.BadSignature(pkiforge.Server),
			[]pkiforge.Style{pkiforge.SelfSigned},
			[]string{"server CopyOf", "server EditDER", "installed", "trust custom"},
		},
		{
			pkiforge.BrokenChain(),
			[]pkiforge.Style{pkiforge.CustomCA},
			[]string{"issuing Subject", "send"},
		},
		{
			pkiforge.BrokenChain(),
			[]pkiforge.Style{pkiforge.PublicCA},
			[]string{"issuing Subject", "server IssuingURL", "send"},
		},
		{
			pkiforge.BrokenChain(),
			[]pkiforge.Style{pkiforge.SelfSigned},
			[]string{"server Issuer", "installed", "issuing", "trust custom"},
		},
		{pkiforge.RootMissing(), []pkiforge.Style{pkiforge.PublicCA}, []string{"trust system"}},
		{
			pkiforge.RootMissing(),
			[]pkiforge.Style{pkiforge.CustomCA, pkiforge.SelfSigned, pkiforge.DirectRoot},
			[]string{"trust custom"},
		},
		{pkiforge.NotCA(pkiforge.Issuing), []pkiforge.Style{pkiforge.CustomCA}, []string{"issuing IsCA", "issuing PathLen"}},
	}
	for _, test := range tests {
		for _, style := range test.styles {
			t.Run(string(style)+"/"+test.change.Name, func(t *testing.T) {
				t.Parallel()
				twin := sound(t, style)
				renamed, err := pkiforge.NewPlan(style, renewed)
				if err != nil {
					t.Fatal(err)
				}
				if lines := pkiforge.Diff(twin, renamed); len(lines) > 0 {
					t.Fatalf("sound plans for different names differ:\n%s", strings.Join(lines, "\n"))
				}
				changed, err := with(renamed, test.change)
				if err != nil {
					t.Fatal(err)
				}
				var fields []string
				for _, line := range pkiforge.Diff(twin, changed) {
					field, _, _ := strings.Cut(line, ":")
					fields = append(fields, field)
				}
				want := slices.Sorted(slices.Values(test.fields))
				if d := cmp.Diff(want, slices.Sorted(slices.Values(fields))); d != "" {
					t.Errorf("what changed (-want +got):\n%s", d)
				}
				if lines := pkiforge.Diff(twin, renamed); len(lines) > 0 {
					t.Errorf("the twin was changed too:\n%s", strings.Join(lines, "\n"))
				}
			})
		}
	}
}

func TestDiffNamesTheValues(t *testing.T) {
	t.Parallel()
	a := sound(t, pkiforge.CustomCA)
	b := a.Clone()
	server := b.Cert(pkiforge.Server)
	server.DNS = []string{testNames().Host, "evil." + testNames().Other, "more" + testNames().Domain}
	b.Certs = append(b.Certs, pkiforge.Cert{Name: "extra", Issuer: pkiforge.Root})
	b.Identity = "extra"
	want := []string{
		`server DNS: ["{host}" "{domain}"] → ["{host}" "evil.{other}" "morer4t9.test"]`,
		`extra: added`,
		`identity: "" → "extra"`,
	}
	if d := cmp.Diff(want, pkiforge.Diff(a, b)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if lines := pkiforge.Diff(b, a); !slices.Contains(lines, "extra: removed") {
		t.Errorf("the other way round: %q", lines)
	}
}

// What a token of the run means in a name must not depend on its length.
func TestDiffOfShortNames(t *testing.T) {
	t.Parallel()
	var plans []pkiforge.Plan
	for _, run := range []string{"a", "ca", "longer-token"} {
		p, err := pkiforge.NewPlan(pkiforge.PublicCA, pkiforge.Names{Run: run, Host: "sip." + run + ".test"})
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, p)
	}
	for _, p := range plans[1:] {
		if lines := pkiforge.Diff(plans[0], p); len(lines) > 0 {
			t.Errorf("%s: %q", p.Names.Run, lines)
		}
	}
}
