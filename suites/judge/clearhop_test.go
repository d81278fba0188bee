package judge_test

import (
	"net/netip"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
	"siptrust/suites/seen"
	"siptrust/suites/seen/seentest"
)

// SIP in the clear is no leak only where the case observes it, and only at the hop
// that the server named once the client had accepted it.
func TestClearHop(t *testing.T) {
	const answered = 10 * time.Millisecond
	listener := func(network, address string, tls bool) fakeserver.Listener {
		return fakeserver.Listener{Network: network, Address: netip.MustParseAddrPort(address), TLS: tls}
	}
	tcp := func(at time.Duration, ear fakeserver.Listener) func(*fakeserver.Observation) {
		return func(o *fakeserver.Observation) {
			o.Connections = append(o.Connections, fakeserver.Connection{Listener: ear, Opened: at, ClearAt: at, ClearKind: fakeserver.ClearSIP, Leak: true})
		}
	}
	udp := func(at time.Duration) func(*fakeserver.Observation) {
		return func(o *fakeserver.Observation) {
			o.Datagrams = append(o.Datagrams, fakeserver.Datagram{
				At: at, Listener: listener("udp", "127.0.0.9:5060", false), Kind: fakeserver.ClearSIP, Leak: true,
			})
		}
	}
	plaintext := listener("tcp", "127.0.0.9:5060", false)
	for name, tc := range map[string]struct {
		hop    string
		expect catalogue.Expectation
		first  seen.Outcome
		leaks  []func(*fakeserver.Observation)
		want   reports.Status
	}{
		"followed over TCP":            {"tcp", catalogue.Observe, seen.Accepted, []func(*fakeserver.Observation){tcp(2*answered, plaintext)}, reports.Info},
		"followed over UDP":            {"udp", catalogue.Observe, seen.Accepted, []func(*fakeserver.Observation){udp(2 * answered), udp(3 * answered)}, reports.Info},
		"not followed":                 {"tcp", catalogue.Observe, seen.Accepted, nil, reports.Info},
		"to the server's own port":     {"tcp", catalogue.Observe, seen.Accepted, []func(*fakeserver.Observation){tcp(2*answered, listener("tcp", "127.0.0.1:40001", true))}, reports.Info},
		"to the port of SIP over TLS":  {"tcp", catalogue.Observe, seen.Accepted, []func(*fakeserver.Observation){tcp(2*answered, seentest.Listener)}, reports.Fail},
		"before the answer":            {"udp", catalogue.Observe, seen.Accepted, []func(*fakeserver.Observation){udp(answered / 2)}, reports.Fail},
		"before and after the answer":  {"udp", catalogue.Observe, seen.Accepted, []func(*fakeserver.Observation){udp(answered / 2), udp(2 * answered)}, reports.Fail},
		"over TCP before the answer":   {"tcp", catalogue.Observe, seen.Accepted, []func(*fakeserver.Observation){tcp(answered/2, plaintext)}, reports.Fail},
		"over the other network":       {"tcp", catalogue.Observe, seen.Accepted, []func(*fakeserver.Observation){udp(2 * answered)}, reports.Fail},
		"over both networks":           {"tcp", catalogue.Observe, seen.Accepted, []func(*fakeserver.Observation){tcp(2*answered, plaintext), udp(2 * answered)}, reports.Fail},
		"refused inside TLS":           {"udp", catalogue.Observe, seen.Refused, []func(*fakeserver.Observation){udp(2 * answered)}, reports.Fail},
		"sent nowhere":                 {"", catalogue.Observe, seen.Accepted, []func(*fakeserver.Observation){udp(2 * answered)}, reports.Fail},
		"the case does not observe it": {"udp", catalogue.Accept, seen.Accepted, []func(*fakeserver.Observation){udp(2 * answered)}, reports.Fail},
	} {
		o := seentest.Observation(tc.first)
		o.Connections[0].Events = []fakeserver.Event{
			{At: answered / 3, From: fakeserver.FromClient, Kind: fakeserver.KindSIP},
			{At: answered, From: fakeserver.FromServer, Kind: fakeserver.KindSIP},
		}
		for _, leak := range tc.leaks {
			leak(o)
		}
		cs := &catalogue.Case{ID: "x.y", Expect: tc.expect, Level: catalogue.Should, Twin: "x.sound", ClearHop: tc.hop}
		j := judge.Judgement{
			Case: cs, Policy: catalogue.Interop, Twin: judge.TwinAccepted, Seen: attempts(seen.Classify(o, client.Outcome{}, seen.Stage{})),
		}
		f := j.Judge()
		if outcome := map[bool]seen.Outcome{true: seen.Leaked, false: seen.Accepted}[tc.want == reports.Fail]; f.Status != tc.want || f.Outcome != outcome {
			t.Errorf("%s: %s, %s (%s), want %s, %s", name, f.Status, f.Outcome, f.Reason, tc.want, outcome)
		}
	}
}
