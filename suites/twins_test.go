package suites_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// change is what may differ between a case and its twin: fields of the plan,
// fields of the server's behaviour, the way to the server, the number of
// attempts, what the endpoint is given besides; the plan and behaviour of the
// later server, and the plan of a second one.
type change struct {
	plan, server       []string
	given, zone        bool
	attempts           int // 0: as the twin
	scenario           []string
	later, laterServer []string
	elsewhere          []string // fields of the second server's plan
}

var (
	expiredLeaf  = change{plan: []string{"server NotBefore", "server NotAfter"}}
	otherName    = change{plan: []string{"server Subject", "server DNS", "server URIs"}}
	otherDNSName = change{plan: []string{"server Subject", "server DNS"}}
	damagedLeaf  = change{plan: []string{"server EditDER"}}
	unsentIssuer = change{plan: []string{"issuing Subject", "send"}}
	hasIdentity  = []string{"client-root", "client", "identity chain", "identity"}
	noHandshake  = "-ClientHello: serve TLS"
	failsAll     = []string{noHandshake, "+ClientHello: send fatal handshake_failure (40)", "+ClientHello: close"}
)

// changes of every case that has a twin; the groups' own tests add theirs.
var changes = map[string]change{
	"paper.custom-ca.expired":       expiredLeaf,
	"paper.custom-ca.wrong-name":    otherName,
	"paper.custom-ca.bad-signature": damagedLeaf,
	"paper.custom-ca.broken-chain":  unsentIssuer,
	"paper.custom-ca.root-missing":  {plan: []string{"trust custom"}},

	"paper.self-signed.expired":    expiredLeaf,
	"paper.self-signed.wrong-name": otherName,
	// The sound copy stays installed, the presented one is damaged.
	"paper.self-signed.bad-signature": {plan: []string{"server CopyOf", "server EditDER", "installed", "trust custom"}},
	"paper.self-signed.broken-chain":  {plan: []string{"server Issuer", "installed", "issuing", "trust custom"}},
	"paper.self-signed.root-missing":  {plan: []string{"trust custom"}},

	"paper.public-ca.expired":       expiredLeaf,
	"paper.public-ca.wrong-name":    otherDNSName,
	"paper.public-ca.bad-signature": damagedLeaf,
	// As a public CA's the sound certificate says where its issuer lies; a
	// broken chain has nothing that names the missing issuer.
	"paper.public-ca.broken-chain": {plan: []string{"issuing Subject", "send", "server IssuingURL"}},
	"paper.public-ca.root-missing": {plan: []string{"trust system"}},

	"paper.client-auth.sent":          {plan: hasIdentity, server: []string{"ClientAuth"}},
	"paper.client-auth.none-optional": {server: []string{"ClientAuth"}},
	"paper.client-auth.none-required": {server: []string{"ClientAuth"}},
	"paper.client-auth.refused":       {plan: hasIdentity, server: []string{"ClientAuth"}},

	"paper.conduct.exchange":              {server: []string{"+REGISTER: send OPTIONS"}},
	"paper.conduct.close-after-refusal":   {plan: otherName.plan, server: []string{"KeepOpen"}},
	"paper.conduct.silent-before-verdict": {server: []string{noHandshake}},
	"paper.conduct.no-exception":          {plan: []string{"issuing IsCA", "issuing PathLen"}, attempts: 3},
	"paper.conduct.no-plaintext-fallback": {server: failsAll},
}

func namesOf(run string) pkiforge.Names {
	host := "sip." + run + ".test"
	return pkiforge.Names{
		Run: run, Host: host, Domain: host, Other: "other." + run + ".test",
		Address: netip.AddrFrom4([4]byte{127, 9, run[0], run[1]}),
	}
}

// Every case differs from its twin in its change and in nothing else, though
// both are made for names of their own.
func TestOneChange(t *testing.T) {
	t.Parallel()
	all := cases.All()
	for i := range all.Cases {
		cs := &all.Cases[i]
		if cs.Sound() {
			continue
		}
		want, ok := changes[original(cs)]
		if !ok {
			t.Errorf("%s: it is not said what it changes. Add it to changes in the test of its topic in suites, with those of the fields below that it means to change",
				cs.ID)
		}
		twin, err := all.Scenario(cs.Twin, namesOf("aa"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := all.Scenario(cs.ID, namesOf("bb"))
		if err != nil {
			t.Fatal(err)
		}
		oneChange(t, cs.ID, want, twin, s)
	}
}

// oneChange compares what differs in a scenario with what may.
func oneChange(t *testing.T, id string, want change, twin, s catalogue.Scenario) {
	t.Helper()
	planDiff(t, id+": the plan", want.plan, twin.Plan, s.Plan)
	if d := cmp.Diff(want.server, serverDiff(twin.Server, s.Server), asSet, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s: the server (-want +got):\n%s", id, d)
	}
	if given := s.Given != twin.Given; given != want.given {
		t.Errorf("%s: the client is given %q, its twin %q", id, s.Given, twin.Given)
	}
	if zone := !slices.Equal(s.Zone, twin.Zone); zone != want.zone {
		t.Errorf("%s: the zone is %q, its twin's %q", id, s.Zone, twin.Zone)
	}
	if attempts := twin.Attempts + want.attempts; s.Attempts != attempts {
		t.Errorf("%s: %d attempts, want %d", id, s.Attempts, attempts)
	}
	if d := cmp.Diff(want.scenario, scenarioDiff(twin, s), asSet, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s: the scenario (-want +got):\n%s", id, d)
	}
	if (twin.Elsewhere == nil) != (s.Elsewhere == nil) {
		t.Errorf("%s: one of it and its twin has a second server", id)
	} else if s.Elsewhere != nil {
		planDiff(t, id+": the plan of the second server", want.elsewhere, twin.Elsewhere.Plan, s.Elsewhere.Plan)
	}
	if (twin.Later == nil) != (s.Later == nil) {
		t.Errorf("%s: one of it and its twin has a later server", id)
	} else if s.Later != nil {
		planDiff(t, id+": the later plan", want.later, twin.Later.Plan, s.Later.Plan)
		if d := cmp.Diff(want.laterServer, serverDiff(twin.Later.Server, s.Later.Server), asSet, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: the later server (-want +got):\n%s", id, d)
		}
	}
}

// planDiff compares the fields in which two plans differ with those that may.
func planDiff(t *testing.T, what string, want []string, a, b pkiforge.Plan) {
	t.Helper()
	diff := pkiforge.Diff(a, b)
	var fields []string
	for _, line := range diff {
		field, _, _ := strings.Cut(line, ":")
		fields = append(fields, field)
	}
	if d := cmp.Diff(want, fields, asSet, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s (-want +got):\n%s%s", what, d, strings.Join(diff, "\n"))
	}
}

// scenarioDiff gives what differs in the scenarios besides plans, servers, the
// way to them, attempts and the names, which are always fresh.
func scenarioDiff(a, b catalogue.Scenario) []string {
	r := &fieldReporter{}
	cmp.Equal(a, b, cmp.Reporter(r), cmpopts.IgnoreFields(catalogue.Scenario{}, "Plan", "Server", "Names", "Attempts", "Given", "Zone"),
		cmpopts.IgnoreFields(catalogue.Later{}, "Plan", "Server"), cmpopts.IgnoreFields(catalogue.Elsewhere{}, "Plan"))
	return r.fields
}

var asSet = cmpopts.SortSlices(func(a, b string) bool { return a < b })

// fieldReporter collects the names of the top-level fields that differ.
type fieldReporter struct {
	path   cmp.Path
	fields []string
}

func (r *fieldReporter) PushStep(s cmp.PathStep) { r.path = append(r.path, s) }
func (r *fieldReporter) PopStep()                { r.path = r.path[:len(r.path)-1] }
func (r *fieldReporter) Report(result cmp.Result) {
	if result.Equal() {
		return
	}
	for _, step := range r.path {
		if field, ok := step.(cmp.StructField); ok {
			if !slices.Contains(r.fields, field.Name()) {
				r.fields = append(r.fields, field.Name())
			}
			return
		}
	}
}

// serverDiff names the fields in which two behaviours differ, and of their
// scripts the acts, each with the moment it is done at.
func serverDiff(a, b fakeserver.Behaviour) []string {
	r := &fieldReporter{}
	cmp.Equal(a, b, cmp.Reporter(r), cmpopts.IgnoreFields(fakeserver.Behaviour{}, "Script"))
	return append(r.fields, scriptDiff(a.Script, b.Script)...)
}

func scriptDiff(a, b fakeserver.Script) []string {
	var diff []string
	was, is := courseOf(a), courseOf(b)
	for _, act := range was {
		if i := slices.Index(is, act); i >= 0 {
			is = slices.Delete(is, i, i+1)
		} else {
			diff = append(diff, "-"+act)
		}
	}
	for _, act := range is {
		diff = append(diff, "+"+act)
	}
	return diff
}

// courseOf lists what a server does, "REGISTER: respond 200 OK".
func courseOf(s fakeserver.Script) []string {
	var course []string
	moment := "connection"
	for _, act := range s.Course() {
		if await, ok := act.(fakeserver.Await); ok {
			moment = string(await)
			continue
		}
		course = append(course, moment+": "+act.String())
	}
	return course
}
