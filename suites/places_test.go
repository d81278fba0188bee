package suites

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/reports"
)

// placed makes what was seen of a client that came to both of two servers, or to
// one, or to none.
func placed(judged Place, here, there Outcome) (*fakeserver.Observation, stage) {
	first, second := observationOf(here), observationOf(there)
	for i := range second.Connections {
		second.Connections[i].Listener.Second = true
	}
	first.Connections = append(first.Connections, second.Connections...)
	first.Datagrams = append(first.Datagrams, second.Datagrams...)
	s := Scenario{Names: stageNames, Elsewhere: &Elsewhere{Judged: judged}}
	return first, s.stage(0)
}

// The verdict is that of the server in question as if the other were not there,
// but for a leak, which counts anywhere, and for a client that stays with the
// first server where it is to come to the second.
func TestJudgeOfTwoServers(t *testing.T) {
	outcomes := []Outcome{Absent, Refused, Stalled, Accepted, Leaked}
	for _, judged := range []Place{"", Here, There} {
		for _, expect := range []Expectation{Accept, Refuse} {
			for _, here := range outcomes {
				for _, there := range outcomes {
					cs := &Case{ID: "x.y", Expect: expect, Level: Must, Twin: "x.sound", MustCome: expect == Accept}
					verdict := func(o *fakeserver.Observation, g stage) reports.Status {
						s := classify(o, client.Outcome{}, g)
						s.hadTime = true
						j := judgement{cs: cs, policy: Interop, windows: DefaultWindows(), twin: TwinAccepted, seen: []seen{s}}
						return j.judge().status
					}
					alone := map[Place]Outcome{Here: here, There: there}[judged]
					if judged == "" {
						alone = here
						if there.rank() > here.rank() {
							alone = there
						}
					}
					want := verdict(observationOf(alone), stage{})
					switch {
					case here == Leaked || there == Leaked:
						want = reports.Fail
					case judged == There && there == Absent && here != Absent && expect == Accept:
						want = reports.Fail
					}
					if got := verdict(placed(judged, here, there)); got != want {
						t.Errorf("%q judged, expected %s, here %s, there %s: %s, want %s", judged, expect, here, there, got, want)
					}
				}
			}
		}
	}
}

// A client is watched until the server in question has its outcome, or another
// has accepted it.
func TestOverWithTwoServers(t *testing.T) {
	for _, tc := range []struct {
		judged      Place
		expect      Expectation
		here, there Outcome
		over        bool
	}{
		{Here, Refuse, Refused, Absent, true},
		{Here, Refuse, Refused, Stalled, true},
		{Here, Refuse, Stalled, Accepted, false},
		{Here, Refuse, Accepted, Absent, true},
		{Here, Refuse, Absent, Refused, false},
		{Here, Refuse, Absent, Accepted, true},
		{There, Accept, Refused, Absent, false},
		{There, Accept, Refused, Stalled, false},
		{There, Accept, Refused, Refused, true},
		{There, Accept, Refused, Accepted, true},
		{There, Accept, Accepted, Absent, true},
		{"", Refuse, Refused, Stalled, false},
		{"", Refuse, Refused, Refused, true},
		{"", Refuse, Refused, Accepted, true},
	} {
		o, g := placed(tc.judged, tc.here, tc.there)
		for i := range o.Connections {
			o.Connections[i].RegisterDone = true
		}
		if got := isOver(o, &Scenario{}, tc.expect, g); got != tc.over {
			t.Errorf("%+v: over %t", tc, got)
		}
	}
}

// The zone names both servers, and where SIP in the clear would be heard.
func TestRecordsOfTwoServers(t *testing.T) {
	s := Scenario{Names: stageNames, Zone: []string{
		`_sips._tcp.{host} SRV 20 0 {elsewhere-port} two.{host}`, `two.{host} A {elsewhere}`, `_sip._udp.{host} SRV 10 0 {clear} one.{host}`,
	}}
	for own, want := range map[string]string{"127.1.1.1:5061": "5060", "127.0.0.1:4321": "4321"} {
		records, err := s.records(netip.MustParseAddrPort(own), netip.MustParseAddrPort("127.2.2.2:7777"))
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, rr := range records {
			lines = append(lines, strings.Join(strings.Fields(rr.String())[3:], " "))
		}
		if !slices.Equal(lines, []string{"SRV 20 0 7777 two.one.test.", "A 127.2.2.2", "SRV 10 0 " + want + " one.one.test."}) {
			t.Errorf("%s: %q", own, lines)
		}
	}
}

// What a server opens besides its address is known before the scenario is
// built, and is what the scenario needs.
func TestPlacesAreKnown(t *testing.T) {
	all := All()
	for i := range all.Cases {
		cs := &all.Cases[i]
		s, err := all.Scenario(cs.ID, pkiforge.Names{Run: "aa", Host: "sip.aa.test", Domain: "sip.aa.test", Other: "other.aa.test", Address: netip.MustParseAddr("127.9.1.1")})
		if err != nil {
			t.Fatal(err)
		}
		want := fakeserver.Places{Second: s.Elsewhere != nil, Service: s.publishes()}
		if got := all.places(cs); got != want {
			t.Errorf("%s: the case says %+v, its scenario needs %+v", cs.ID, got, want)
		}
	}
}
