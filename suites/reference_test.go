package suites_test

import (
	"slices"
	"testing"

	"siptrust/client"
	"siptrust/client/reference"
	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
)

func init() {
	names := []string{"server DNS", "server URIs"}
	all := append([]string{"server Subject"}, names...)
	addresses := append([]string{"server IPs"}, names...)
	for id, c := range map[string]change{
		"domain-without-naptr": {zone: true},
		"domain-without-srv":   {zone: true},
		"naptr-prefers-udp":    {zone: true},
		"first-target-dead":    {zone: true},
		"domain-only":          {plan: names},

		"first-target-wrong-name": {plan: all, scenario: []string{"Elsewhere"}},
		"next-target":             {plan: all, scenario: []string{"Elsewhere"}},
		"both-targets-wrong-name": {plan: all, elsewhere: all, scenario: []string{"Linger"}},

		"target-only":     {plan: names},
		"target-wildcard": {plan: names},
		"service-name":    {plan: names},
		"other-name":      {plan: names},

		"foreign-target-domain-only": {plan: names},
		"foreign-target-only":        {plan: names},
		"foreign-target-name-only":   {plan: names},
		"foreign-naptr-domain-only":  {plan: names},
		"foreign-naptr-only":         {plan: names},
		"foreign-naptr-target-only":  {plan: names},

		"alias-target-only":               {plan: all},
		"resolved-address":                {plan: []string{"server Subject", "server DNS", "server IPs"}},
		"resolved-address-as-name":        {plan: []string{"server Subject", "server DNS"}},
		"resolved-address-as-common-name": {plan: []string{"server Subject", "server DNS"}},

		"proxy-only":        {plan: all},
		"proxy-domain-only": {plan: all},
		"proxy-other":       {plan: all},

		"proxy-address-domain-only": {plan: []string{"server DNS", "server URIs", "server IPs"}},
		"proxy-address-other":       {plan: []string{"server DNS", "server URIs", "server IPs"}},

		"address-only":                       {plan: names},
		"address-uri-only":                   {plan: []string{"server DNS", "server IPs"}},
		"address-other":                      {plan: addresses},
		"address-name-only":                  {plan: addresses},
		"address-as-name":                    {plan: []string{"server IPs", "server URIs"}},
		"address-wildcard":                   {plan: addresses},
		"address-as-common-name":             {plan: append([]string{"server Subject"}, addresses...)},
		"address-as-common-name-beside-name": {plan: append([]string{"server Subject"}, addresses...)},
		"address-mapped":                     {plan: addresses},
		"address-of-five-octets":             {plan: append([]string{"server Extra"}, addresses...)},

		"a-label-other":      {plan: []string{"server Subject", "server DNS"}},
		"a-label-unaccented": {plan: []string{"server Subject", "server DNS"}},
		"a-label-wildcard":   {plan: []string{"server Subject", "server DNS"}},
		"u-label":            {plan: []string{"server Subject", "server DNS"}},
		"virtual-server":     {server: []string{"ServerName"}},
	} {
		changes["reference."+id] = c
	}

	explainReference()

	enforced["reference.address-of-five-octets"] = "x509.ParseCertificate: an iPAddress has four octets or sixteen (RFC 5280 4.2.1.6)"
	enforced["reference.u-label"] = "x509.ParseCertificate: a dNSName is an IA5String (RFC 5280 4.2.1.6)"
}

// inReference puts the group before each name.
func inReference(ids ...string) []string {
	for i := range ids {
		ids[i] = "reference." + ids[i]
	}
	return ids
}

// explainReference says which cases each mutant fails for what it lacks.
func explainReference() {
	for mutant, ids := range map[string][]string{
		"name": {
			"service-name", "other-name", "foreign-target-only", "foreign-target-name-only", "foreign-naptr-only",
			"proxy-other", "proxy-address-other", "foreign-naptr-target-only", "alias-target-only", "resolved-address", "resolved-address-as-name",
			"resolved-address-as-common-name", "address-other", "address-name-only", "address-as-name", "address-wildcard",
			"address-as-common-name-beside-name", "a-label-other", "a-label-unaccented", "a-label-wildcard",
			"first-target-wrong-name", "both-targets-wrong-name",
		},
		"whole-name":        {"service-name"},
		"wildcards":         {"a-label-wildcard"},
		"srv-target":        {"foreign-target-only", "foreign-target-name-only", "foreign-naptr-target-only"},
		"naptr-replacement": {"foreign-naptr-only"},
		"canonical-name":    {"alias", "alias-target-only"}, // which does not name what the alias leads to
		"name-behind-srv": {
			"service-name", "other-name", "foreign-target-only", "foreign-target-name-only", "foreign-naptr-only",
			"foreign-naptr-target-only", "first-target-wrong-name", "both-targets-wrong-name",
		},
		"resolved-address":    {"resolved-address", "resolved-address-as-name", "resolved-address-as-common-name"},
		"address-text":        {"address-as-name", "address-wildcard", "address-as-common-name-beside-name"},
		"next-target":         {"first-target-dead"},
		"every-target":        {"both-targets-wrong-name"},
		"clear-service":       {"both-targets-wrong-name"},
		"naptr-service":       {"naptr-prefers-udp"},
		"server-name":         {"asks-for-host", "virtual-server"},
		"server-name-address": {"asks-for-nobody"},
	} {
		explains(mutant, inReference(ids...)...)
	}
	// crypto/tls keeps sessions by the name that was asked for: without one, what
	// it has for the address will do for another domain.
	explains("server-name", "resumption.two-accounts.other-name")
	for policy, byMutant := range map[catalogue.Policy]map[string][]string{
		catalogue.RFC5922: {
			"name":               {"target-only", "target-wildcard", "address-only", "address-as-common-name"},
			"whole-name":         {"target-only"},
			"wildcards":          {"target-wildcard"},
			"srv-target":         {"domain-only", "target-only", "foreign-target-domain-only", "foreign-naptr-domain-only"},
			"naptr-replacement":  {"foreign-naptr-domain-only"},
			"proxy-domain":       {"proxy-only"},
			"name-behind-srv":    {"target-only", "target-wildcard"},
			"address-text":       {"address-as-common-name"},
			"server-name":        {"asks-for-domain"},
			"server-name-target": {"asks-for-domain"},
		},
		catalogue.RFC9525: {
			"name":       {"target-only", "target-wildcard", "address-as-common-name"},
			"whole-name": {"target-only"},
			"wildcards":  {"target-wildcard"},
			// Wildcards count under this policy, and one covers the target.
			"srv-target": {
				"domain-only", "target-only", "target-wildcard", "foreign-target-domain-only",
				"foreign-naptr-domain-only",
			},
			"naptr-replacement": {"foreign-naptr-domain-only"},
			"proxy-domain":      {"proxy-only"},
			"name-behind-srv":   {"target-only", "target-wildcard"},
			"address-text":      {"address-as-common-name"},
		},
		catalogue.Apple: {"name": {"address-uri-only", "address-as-common-name"}, "address-text": {"address-as-common-name"}},
		catalogue.Teams: {"name": {"address-uri-only", "address-as-common-name"}, "address-text": {"address-as-common-name"}},
	} {
		for mutant, ids := range byMutant {
			explainUnder(policy, mutant, inReference(ids...)...)
		}
	}
}

// A case needs DNS if and only if its scenario has a zone, and a zone can be
// answered.
func TestZones(t *testing.T) {
	t.Parallel()
	all := cases.All()
	for i := range all.Cases {
		cs := &all.Cases[i]
		s, err := all.Scenario(cs.ID, namesOf("zz"))
		if err != nil {
			t.Fatal(err)
		}
		if needs := slices.Contains(cs.Needs, client.FeatureDNS); needs != (s.Zone != nil) {
			t.Errorf("%s: needs DNS: %t, its zone: %q", cs.ID, needs, s.Zone)
		}
		if needs := slices.Contains(cs.Needs, client.FeatureSRV); needs != (s.Given == catalogue.GivenDomain) {
			t.Errorf("%s: looks for SRV records: %t, and is given %q", cs.ID, needs, s.Given)
		}
	}
}

// near is the reference client as one that takes ports of its own.
type near struct{ client.Driver }

func (n near) Traits() client.Traits {
	traits := n.Driver.Traits()
	traits.NearTraps = true
	return traits
}

// At near traps there is no default port; the cases that need one are skipped
// and all others pass.
func TestReferenceNear(t *testing.T) {
	t.Parallel()
	record := execute(t, near{reference.New(reference.Options{})}, func(s *run.Settings) { s.Filter = "reference" })
	if skipped := with(record, reports.Skip); !slices.Equal(skipped, []string{"reference.domain-without-srv"}) {
		t.Errorf("skipped: %v", skipped)
	}
	if record.Verdict != reports.ConformsWithGaps {
		t.Errorf("%s: failed %v, inconclusive %v", record.Verdict, failed(record), with(record, reports.Inconclusive))
	}
}

// A client that lacks DNS is not asked for what DNS knows, and no DNS server is
// started for it: the cases are skipped, with the reason.
func TestReferenceWithoutDNS(t *testing.T) {
	t.Parallel()
	lacking := lackingDNS{reference.New(reference.Options{})}
	record := execute(t, lacking, func(s *run.Settings) { s.Filter = "reference" })
	for i := range record.Results {
		r := &record.Results[i]
		s, err := cases.All().Scenario(r.ID, namesOf("zz"))
		if err != nil {
			t.Fatal(err)
		}
		if skipped := r.Status == reports.Skip; skipped != (s.Zone != nil) || skipped && r.Reason == "" {
			t.Errorf("%s: %s (%s)", r.ID, r.Status, r.Reason)
		}
	}
}

type lackingDNS struct{ client.Driver }

func (l lackingDNS) Traits() client.Traits {
	traits := l.Driver.Traits()
	traits.Lacks = map[client.Feature]string{client.FeatureDNS: "it has a list of its own"}
	return traits
}
