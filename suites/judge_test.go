package suites

import (
	"crypto/tls"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/reports"
)

// any stands in a row of the table for every value.
const anything = "*"

// row is a line of the table by which attempts are judged.
type row struct {
	expect, outcome, level, demands, twin string
	status                                reports.Status
}

// table is the design's, line by line, with its notes: leaking is never
// softened, a missed SHOULD is a warning where the table says fail, and a
// refusal is worth something only beside a sound twin that is accepted.
var table = []row{
	{anything, "leaked", anything, anything, anything, reports.Fail},

	{"accept", "accepted", anything, "met", anything, reports.Pass},
	{"accept", "accepted", "MUST", "missed", anything, reports.Fail},
	{"accept", "accepted", "SHOULD", "missed", anything, reports.Warn},
	{"accept", "refused", "MUST", anything, anything, reports.Fail},
	{"accept", "refused", "SHOULD", anything, anything, reports.Warn},
	{"accept", "stalled", "MUST", anything, anything, reports.Fail},
	{"accept", "stalled", "SHOULD", anything, anything, reports.Warn},
	{"accept", "absent", anything, anything, anything, reports.Inconclusive},

	{"refuse", "accepted", "MUST", anything, anything, reports.Fail},
	{"refuse", "accepted", "SHOULD", anything, anything, reports.Warn},
	{"refuse", "refused", anything, "met", "accepted", reports.Pass},
	{"refuse", "refused", "MUST", "missed", "accepted", reports.Fail},
	{"refuse", "refused", "SHOULD", "missed", "accepted", reports.Warn},
	{"refuse", "stalled", anything, "met", "accepted", reports.Warn},
	{"refuse", "stalled", "MUST", "missed", "accepted", reports.Fail},
	{"refuse", "stalled", "SHOULD", "missed", "accepted", reports.Warn},
	{"refuse", "refused", anything, anything, "not accepted", reports.Inconclusive},
	{"refuse", "stalled", anything, anything, "not accepted", reports.Inconclusive},
	{"refuse", "refused", anything, anything, "no longer accepted", reports.Inconclusive},
	{"refuse", "stalled", anything, anything, "no longer accepted", reports.Inconclusive},
	{"refuse", "refused", anything, anything, "skipped", reports.Skip},
	{"refuse", "stalled", anything, anything, "skipped", reports.Skip},
	{"refuse", "absent", anything, anything, anything, reports.Inconclusive},

	{"quiet", "accepted", "MUST", anything, anything, reports.Fail},
	{"quiet", "accepted", "SHOULD", anything, anything, reports.Warn},
	{"quiet", "refused", anything, "met", anything, reports.Pass},
	{"quiet", "refused", "MUST", "missed", anything, reports.Fail},
	{"quiet", "refused", "SHOULD", "missed", anything, reports.Warn},
	{"quiet", "stalled", anything, "met", anything, reports.Pass},
	{"quiet", "stalled", "MUST", "missed", anything, reports.Fail},
	{"quiet", "stalled", "SHOULD", "missed", anything, reports.Warn},
	{"quiet", "absent", anything, anything, anything, reports.Inconclusive},

	{"observe", "accepted", anything, anything, anything, reports.Info},
	{"observe", "refused", anything, anything, anything, reports.Info},
	{"observe", "stalled", anything, anything, anything, reports.Info},
	{"observe", "absent", anything, anything, anything, reports.Inconclusive},
}

func (r row) matches(expect Expectation, outcome Outcome, level Level, demands string, twin TwinState) bool {
	for _, pair := range [][2]string{
		{r.expect, string(expect)},
		{r.outcome, string(outcome)},
		{r.level, string(level)},
		{r.demands, demands},
		{r.twin, string(twin)},
	} {
		if pair[0] != anything && pair[0] != pair[1] {
			return false
		}
	}
	return true
}

func TestJudgeWalksTheWholeTable(t *testing.T) {
	used := make([]int, len(table))
	for _, expect := range []Expectation{Accept, Refuse, Quiet, Observe} {
		for _, outcome := range []Outcome{Absent, Refused, Stalled, Accepted, Leaked} {
			for _, level := range []Level{Must, Should} {
				for _, demands := range []string{"met", "missed"} {
					for _, twin := range []TwinState{TwinAccepted, TwinNot, TwinSkipped, TwinNoLonger} {
						name := fmt.Sprintf("%s/%s/%s/%s/%s", expect, outcome, level, demands, twin)
						at := slices.IndexFunc(table, func(r row) bool { return r.matches(expect, outcome, level, demands, twin) })
						if at < 0 {
							t.Errorf("%s: the table has no row", name)
							continue
						}
						used[at]++
						j := judgement{
							cs: &Case{
								ID: "x.y", Expect: expect, Level: level, Twin: "x.sound",
								Demands: []Demand{{Name: "d", Missed: "d was missed", met: func(*judgement) bool { return demands == "met" }}},
							},
							policy: Interop, windows: DefaultWindows(), twin: twin,
							seen: []seen{classify(observationOf(outcome), client.Outcome{Started: true, Ended: true}, stage{})},
						}
						if got := j.seen[0].outcome; got != outcome {
							t.Fatalf("%s: the sample was classified %s", name, got)
						}
						f := j.judge()
						if f.status != table[at].status || f.outcome != outcome || f.reason == "" {
							t.Errorf("%s: judged %s (outcome %s, reason %q), want %s", name, f.status, f.outcome, f.reason, table[at].status)
						}
					}
				}
			}
		}
	}
	for i, n := range used {
		if n == 0 {
			t.Errorf("row %+v decides nothing", table[i])
		}
	}
}

var tlsListener = fakeserver.Listener{Network: "tcp", Address: netip.MustParseAddrPort("127.0.0.9:5061"), TLS: true}

// observationOf makes the plainest observation of an outcome.
func observationOf(outcome Outcome) *fakeserver.Observation {
	o := &fakeserver.Observation{Started: time.Unix(0, 0)}
	c := fakeserver.Connection{Listener: tlsListener, ClientHello: &fakeserver.ClientHello{}, HelloAt: time.Millisecond}
	c.Handshake.Started, c.Handshake.CertificateSent = true, true
	switch outcome {
	case Absent:
		return o
	case Refused:
		c.ClientAlerts = []fakeserver.Alert{{At: 2 * time.Millisecond, Level: 2, Description: 42}}
	case Accepted:
		c.Handshake.Completed, c.AppData = true, true
		c.AppDataAt = 3 * time.Millisecond
		c.SIP = []fakeserver.SIPMessage{{StartLine: "REGISTER sip:a SIP/2.0", Request: true, Method: "REGISTER", CSeq: "1 REGISTER"}}
	case Leaked:
		o.Datagrams = []fakeserver.Datagram{{Kind: "sip", Leak: true}}
	}
	o.Connections = append(o.Connections, c)
	return o
}

func TestClassify(t *testing.T) {
	const ms = time.Millisecond
	hello := func(edit func(*fakeserver.Connection)) fakeserver.Connection {
		c := observationOf(Stalled).Connections[0]
		edit(&c)
		return c
	}
	alert := func(at time.Duration, level, description uint8) []fakeserver.Alert {
		return []fakeserver.Alert{{At: at, Level: level, Description: description}}
	}
	complete := func(c *fakeserver.Connection) { c.Handshake.Completed, c.Handshake.DoneAt = true, 2*ms }
	sent := func(c *fakeserver.Connection) { complete(c); c.AppData, c.AppDataAt = true, 3*ms }

	for _, tc := range []struct {
		name   string
		conns  []fakeserver.Connection
		frozen time.Duration
		want   Outcome
		how    string
	}{
		{"nobody came", nil, 0, Absent, "nothing connected"},
		{"a port scan", []fakeserver.Connection{{Listener: tlsListener}}, 0, Absent, "connected and sent nothing"},
		{"no TLS", []fakeserver.Connection{{Listener: tlsListener, Clear: []byte("GET / HTTP/1.0")}}, 0, Absent, "connected and sent what is no TLS"},
		{"a scan of a trap", []fakeserver.Connection{{Clear: []byte("x")}}, 0, Absent, "nothing connected"},
		{"fatal alert", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientAlerts = alert(ms, 2, 48) })}, 0, Refused, "by alert"},
		{"close_notify is no refusal by itself", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientAlerts = alert(ms, 1, 0) })}, 0, Stalled, "neither data nor closing"},
		{"FIN", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientClosed, c.ClientClosedAt = "fin", 2*ms })}, 0, Refused, "by closing"},
		{"RST", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientClosed, c.ClientClosedAt = "rst", 2*ms })}, 0, Refused, "by reset"},
		{"late alert", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { complete(c); c.ClientAlerts = alert(3*ms, 2, 42) })}, 0, Refused, "late, by alert"},
		{"late closing", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { complete(c); c.ClientClosed, c.ClientClosedAt = "fin", 3*ms })}, 0, Refused, "late, by closing"},
		{"accepted, then an alert", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { sent(c); c.ClientAlerts = alert(9*ms, 2, 80) })}, 0, Accepted, "data inside TLS"},
		{"data behind a failed handshake is evidence only", []fakeserver.Connection{hello(func(c *fakeserver.Connection) {
			c.AppData, c.AppDataAt = true, 3*ms
			c.ClientClosed, c.ClientClosedAt = "fin", 4*ms
		})}, 0, Refused, "by closing"},
		{"what dies with the process is no refusal", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientClosed, c.ClientClosedAt = "rst", 20*ms })}, 10 * ms, Stalled, "neither data nor closing"},
		{"an alert of the dying process is no refusal", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientAlerts = alert(20*ms, 2, 80) })}, 10 * ms, Stalled, "neither data nor closing"},
		{"the server ended first", []fakeserver.Connection{hello(func(c *fakeserver.Connection) {
			c.ServerEnded, c.ServerEndedAt, c.Handshake.Err = true, 2*ms, "tls: whatever"
			c.ClientClosed, c.ClientClosedAt = "fin", 3*ms
		})}, 0, Refused, "closed after the server had ended the handshake"},
		{"nothing in common", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.NothingInCommon = "no version in common" })}, 0, Refused, "nothing in common"},
		{"stalled over refused", []fakeserver.Connection{
			hello(func(c *fakeserver.Connection) { c.ClientAlerts = alert(ms, 2, 48) }),
			hello(func(*fakeserver.Connection) {}),
		}, 0, Stalled, "neither data nor closing"},
		{"accepted over stalled", []fakeserver.Connection{hello(func(*fakeserver.Connection) {}), hello(sent)}, 0, Accepted, "data inside TLS"},
	} {
		o := &fakeserver.Observation{Connections: tc.conns, Frozen: tc.frozen}
		if got := classify(o, client.Outcome{}, stage{}); got.outcome != tc.want || got.how != tc.how {
			t.Errorf("%s: %s (%s), want %s (%s)", tc.name, got.outcome, got.how, tc.want, tc.how)
		}
	}
}

// A leak counts whenever it came: after the end, or beside an acceptance.
func TestLeakOverridesEverything(t *testing.T) {
	o := observationOf(Accepted)
	o.Frozen = time.Millisecond
	o.Datagrams = []fakeserver.Datagram{{At: time.Second, Leak: true, Kind: "sip"}}
	if got := classify(o, client.Outcome{}, stage{}).outcome; got != Leaked {
		t.Errorf("outcome %s, want leaked", got)
	}
}

// What the ClientHello or the client itself makes moot is skipped, with the
// reason; once a ClientHello came, exit status 89 excuses nothing.
func TestSkips(t *testing.T) {
	cs := &Case{ID: "x.y", Expect: Accept, Level: Must}
	moot := observationOf(Stalled)
	moot.Connections[0].NothingInCommon = "no version in common"
	for _, tc := range []struct {
		name string
		seen seen
		want reports.Status
	}{
		{"unsupported, nothing came", classify(observationOf(Absent), client.Outcome{Unsupported: "no TLS here"}, stage{}), reports.Skip},
		{"unsupported, but it came", classify(observationOf(Accepted), client.Outcome{Unsupported: "no TLS here"}, stage{}), reports.Pass},
		{"moot ClientHello", classify(moot, client.Outcome{}, stage{}), reports.Skip},
	} {
		j := judgement{cs: cs, policy: Interop, seen: []seen{tc.seen}}
		if f := j.judge(); f.status != tc.want || f.reason == "" {
			t.Errorf("%s: %s (%s), want %s", tc.name, f.status, f.reason, tc.want)
		}
	}
}

// Where a case says so, a client that finds its twin, asks DNS and does not come
// in time has failed; in any other case, and without one of the three, it proves
// nothing.
func TestMustCome(t *testing.T) {
	now := time.Now()
	for _, tc := range []struct {
		mustCome bool
		invited  time.Time
		hadTime  bool
		twin     TwinState
		want     reports.Status
	}{
		{true, now, true, TwinAccepted, reports.Fail},
		{true, time.Time{}, true, TwinAccepted, reports.Inconclusive},
		{true, now, false, TwinAccepted, reports.Inconclusive},
		{true, now, true, TwinNot, reports.Inconclusive},
		{false, now, true, TwinAccepted, reports.Inconclusive},
	} {
		s := classify(observationOf(Absent), client.Outcome{}, stage{})
		s.invited, s.hadTime = tc.invited, tc.hadTime
		j := judgement{
			cs: &Case{ID: "x.y", Expect: Accept, Level: Must, MustCome: tc.mustCome}, policy: Interop, twin: tc.twin, seen: []seen{s},
		}
		if f := j.judge(); f.status != tc.want {
			t.Errorf("%+v: %s (%s)", tc, f.status, f.reason)
		}
	}
}

// A refusal before the faulty certificate was sent proves nothing of it.
func TestRefusalNeedsTheCertificate(t *testing.T) {
	o := observationOf(Refused)
	o.Connections[0].Handshake.CertificateSent = false
	j := judgement{cs: &Case{ID: "x.y", Expect: Refuse, Level: Must}, policy: Interop, twin: TwinAccepted, seen: []seen{classify(o, client.Outcome{}, stage{})}}
	if f := j.judge(); f.status != reports.Inconclusive {
		t.Errorf("judged %s (%s), want inconclusive", f.status, f.reason)
	}
}

// Data that comes only as the harness ends the client is no acceptance where
// one is wanted, and one where it is a fault.
func TestDataAfterTheEnd(t *testing.T) {
	o := observationOf(Accepted)
	o.Frozen = time.Millisecond
	for expect, want := range map[Expectation]struct {
		outcome Outcome
		status  reports.Status
	}{
		Accept: {Stalled, reports.Fail},
		Refuse: {Accepted, reports.Fail},
		Quiet:  {Accepted, reports.Fail},
	} {
		j := judgement{
			cs: &Case{ID: "x.y", Expect: expect, Level: Must}, policy: Interop, twin: TwinAccepted,
			seen: []seen{classify(o, client.Outcome{}, stage{})},
		}
		if f := j.judge(); f.outcome != want.outcome || f.status != want.status {
			t.Errorf("%s: %s, %s (%s), want %s, %s", expect, f.outcome, f.status, f.reason, want.outcome, want.status)
		}
	}
}

// A ClientHello without what the case needs makes it moot whatever came of it,
// but a leak.
func TestPreconditions(t *testing.T) {
	for _, outcome := range []Outcome{Refused, Stalled, Accepted, Leaked} {
		for _, offered := range []bool{true, false} {
			o := observationOf(outcome)
			if offered && outcome != Leaked {
				o.Connections[0].ClientHello.Versions = []uint16{tls.VersionTLS12, tls.VersionTLS13}
			}
			j := judgement{
				cs:     &Case{ID: "x.y", Expect: Refuse, Level: Must, Hello: []Precondition{OffersTLS13}},
				policy: Interop, twin: TwinAccepted, seen: []seen{classify(o, client.Outcome{}, stage{})},
			}
			f := j.judge()
			if skipped := f.status == reports.Skip; skipped != (!offered && outcome != Leaked) {
				t.Errorf("%s, TLS 1.3 offered: %t: judged %s (%s)", outcome, offered, f.status, f.reason)
			}
		}
	}
}

// Where a case says so, a ClientHello that leaves out what the server insists
// on is a refusal; it needs its sound twin like any other.
func TestRefusedByOffer(t *testing.T) {
	for _, tc := range []struct {
		expect Expectation
		twin   TwinState
		want   reports.Status
	}{
		{Refuse, TwinAccepted, reports.Pass},
		{Refuse, TwinNot, reports.Inconclusive},
		{Observe, TwinAccepted, reports.Info},
		{Accept, TwinAccepted, reports.Skip},
	} {
		o := observationOf(Stalled)
		o.Connections[0].NothingInCommon = "no version in common"
		o.Connections[0].Handshake.CertificateSent = false
		j := judgement{
			cs:     &Case{ID: "x.y", Expect: tc.expect, Level: Must, RefusedByOffer: true},
			policy: Interop, twin: tc.twin, seen: []seen{classify(o, client.Outcome{}, stage{})},
		}
		if f := j.judge(); f.status != tc.want {
			t.Errorf("%s, twin %s: judged %s (%s), want %s", tc.expect, tc.twin, f.status, f.reason, tc.want)
		}
	}
}

// The demands on the ClientHello look at every connection.
func TestDemandsOnTheClientHello(t *testing.T) {
	hello := func(versions []uint16, suites ...uint16) fakeserver.Connection {
		return fakeserver.Connection{Listener: tlsListener, ClientHello: &fakeserver.ClientHello{Versions: versions, CipherSuites: suites}}
	}
	today, old := []uint16{0x7a7a, tls.VersionTLS13, tls.VersionTLS12}, []uint16{tls.VersionTLS12, tls.VersionTLS11}
	for _, tc := range []struct {
		name   string
		demand Demand
		conns  []fakeserver.Connection
		met    bool
	}{
		{"nothing old", OffersNoOldVersion, []fakeserver.Connection{hello(today)}, true},
		{"TLS 1.1 too", OffersNoOldVersion, []fakeserver.Connection{hello(today), hello(old)}, false},
		{"nobody came", OffersNoOldVersion, nil, false},
		{"the same again", NoLowerVersion, []fakeserver.Connection{hello(today), hello(today)}, true},
		{"lower the second time", NoLowerVersion, []fakeserver.Connection{hello(today), hello(old)}, false},
		{"what is usual", OffersNoBrokenSuite, []fakeserver.Connection{hello(nil, 0x0a0a, 0x1301, 0xc02f, 0xc013, 0x009c, 0x002f, 0x000a, 0x00ff, 0x5600)}, true},
		{"RC4", OffersNoBrokenSuite, []fakeserver.Connection{hello(nil, 0x0005)}, false},
		{"no encryption", OffersNoBrokenSuite, []fakeserver.Connection{hello(nil, 0xc006)}, false},
		{"for export", OffersNoBrokenSuite, []fakeserver.Connection{hello(nil, 0x0014)}, false},
		{"anonymous", OffersNoBrokenSuite, []fakeserver.Connection{hello(nil, 0xc018)}, false},
	} {
		j := judgement{seen: []seen{{observation: &fakeserver.Observation{Connections: tc.conns}}}}
		if got := tc.demand.met(&j); got != tc.met {
			t.Errorf("%s: met %t", tc.name, got)
		}
	}
}

// The list of broken suites has all that crypto/tls knows of the kind and none
// of its others.
func TestBrokenSuites(t *testing.T) {
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if got := brokenSuite(s.ID); got != strings.Contains(s.Name, "_RC4_") {
			t.Errorf("%s: broken %t", s.Name, got)
		}
	}
}
