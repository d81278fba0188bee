package seen_test

import (
	"crypto/tls"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/suites/seen"
	"siptrust/suites/seen/seentest"
)

func TestClassify(t *testing.T) {
	const ms = time.Millisecond
	hello := func(edit func(*fakeserver.Connection)) fakeserver.Connection {
		c := seentest.Observation(seen.Stalled).Connections[0]
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
		want   seen.Outcome
		how    string
	}{
		{"nobody came", nil, 0, seen.Absent, "nothing connected"},
		{"a port scan", []fakeserver.Connection{{Listener: seentest.Listener}}, 0, seen.Absent, "connected and sent nothing"},
		{"no TLS", []fakeserver.Connection{{Listener: seentest.Listener, Clear: []byte("GET / HTTP/1.0")}}, 0, seen.Absent, "connected and sent data that is not TLS"},
		{"a scan of a trap", []fakeserver.Connection{{Clear: []byte("x")}}, 0, seen.Absent, "nothing connected"},
		{"fatal alert", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientAlerts = alert(ms, 2, 48) })}, 0, seen.Refused, "by alert"},
		{"close_notify is no refusal by itself", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientAlerts = alert(ms, 1, 0) })}, 0, seen.Stalled, "neither data nor closing"},
		{"FIN", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientClosed, c.ClientClosedAt = "fin", 2*ms })}, 0, seen.Refused, "by closing"},
		{"RST", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientClosed, c.ClientClosedAt = "rst", 2*ms })}, 0, seen.Refused, "by reset"},
		{"late alert", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { complete(c); c.ClientAlerts = alert(3*ms, 2, 42) })}, 0, seen.Refused, "late, by alert"},
		{"late closing", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { complete(c); c.ClientClosed, c.ClientClosedAt = "fin", 3*ms })}, 0, seen.Refused, "late, by closing"},
		{"accepted, then an alert", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { sent(c); c.ClientAlerts = alert(9*ms, 2, 80) })}, 0, seen.Accepted, "data inside TLS"},
		{"data behind a failed handshake is evidence only", []fakeserver.Connection{hello(func(c *fakeserver.Connection) {
			c.AppData, c.AppDataAt = true, 3*ms
			c.ClientClosed, c.ClientClosedAt = "fin", 4*ms
		})}, 0, seen.Refused, "by closing"},
		{"what dies with the process is no refusal", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientClosed, c.ClientClosedAt = "rst", 20*ms })}, 10 * ms, seen.Stalled, "neither data nor closing"},
		{"an alert of the dying process is no refusal", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.ClientAlerts = alert(20*ms, 2, 80) })}, 10 * ms, seen.Stalled, "neither data nor closing"},
		{"the server ended first", []fakeserver.Connection{hello(func(c *fakeserver.Connection) {
			c.ServerEnded, c.ServerEndedAt, c.Handshake.Err = true, 2*ms, "tls: whatever"
			c.ClientClosed, c.ClientClosedAt = "fin", 3*ms
		})}, 0, seen.Refused, "closed after the server had ended the handshake"},
		{"nothing in common", []fakeserver.Connection{hello(func(c *fakeserver.Connection) { c.NothingInCommon = "no version in common" })}, 0, seen.Refused, "nothing in common"},
		{"stalled over refused", []fakeserver.Connection{
			hello(func(c *fakeserver.Connection) { c.ClientAlerts = alert(ms, 2, 48) }),
			hello(func(*fakeserver.Connection) {}),
		}, 0, seen.Stalled, "neither data nor closing"},
		{"accepted over stalled", []fakeserver.Connection{hello(func(*fakeserver.Connection) {}), hello(sent)}, 0, seen.Accepted, "data inside TLS"},
	} {
		o := &fakeserver.Observation{Connections: tc.conns, Frozen: tc.frozen}
		if got := seen.Classify(o, client.Outcome{}, seen.Stage{}); got.Verdict.Outcome != tc.want || got.Verdict.How != tc.how {
			t.Errorf("%s: %s (%s), want %s (%s)", tc.name, got.Verdict.Outcome, got.Verdict.How, tc.want, tc.how)
		}
	}
}

// A leak counts whenever it came: after the end, or beside an acceptance.
func TestLeakOverridesEverything(t *testing.T) {
	o := seentest.Observation(seen.Accepted)
	o.Frozen = time.Millisecond
	o.Datagrams = []fakeserver.Datagram{{At: time.Second, Leak: true, Kind: "sip"}}
	if got := seen.Classify(o, client.Outcome{}, seen.Stage{}).Verdict.Outcome; got != seen.Leaked {
		t.Errorf("outcome %s, want leaked", got)
	}
}

// The demands on the ClientHello look at every connection.
func TestDemandsOnTheClientHello(t *testing.T) {
	hello := func(versions []uint16, suites ...uint16) fakeserver.Connection {
		return fakeserver.Connection{Listener: seentest.Listener, ClientHello: &fakeserver.ClientHello{Versions: versions, CipherSuites: suites}}
	}
	today, old := []uint16{0x7a7a, tls.VersionTLS13, tls.VersionTLS12}, []uint16{tls.VersionTLS12, tls.VersionTLS11}
	tls11, tls10 := []uint16{tls.VersionTLS11, tls.VersionTLS10}, []uint16{tls.VersionTLS10}
	for _, tc := range []struct {
		name   string
		demand seen.Demand
		conns  []fakeserver.Connection
		met    bool
	}{
		{"nothing old", seen.OffersNoOldVersion, []fakeserver.Connection{hello(today)}, true},
		{"TLS 1.1 too", seen.OffersNoOldVersion, []fakeserver.Connection{hello(today), hello(old)}, false},
		{"nobody came", seen.OffersNoOldVersion, nil, false},
		{"the same again", seen.NoLowerVersion, []fakeserver.Connection{hello(today), hello(today)}, true},
		{"lower the second time", seen.NoLowerVersion, []fakeserver.Connection{hello(today), hello(old)}, false},
		{"TLS 1.2 at the most, the second time", seen.NoOldFallback, []fakeserver.Connection{hello(today), hello(old)}, true},
		{"TLS 1.1 the second time", seen.NoOldFallback, []fakeserver.Connection{hello(today), hello(tls11)}, false},
		{"TLS 1.1 the third time", seen.NoOldFallback, []fakeserver.Connection{hello(today), hello(old), hello(tls11)}, false},
		{"TLS 1.1, then TLS 1.0", seen.NoOldFallback, []fakeserver.Connection{hello(tls11), hello(tls10)}, false},
		{"TLS 1.1 each time", seen.NoOldFallback, []fakeserver.Connection{hello(tls11), hello(tls11)}, true},
		{"what is usual", seen.OffersNoBrokenSuite, []fakeserver.Connection{hello(nil, 0x0a0a, 0x1301, 0xc02f, 0xc013, 0x009c, 0x002f, 0x000a, 0x00ff, 0x5600)}, true},
		{"RC4", seen.OffersNoBrokenSuite, []fakeserver.Connection{hello(nil, 0x0005)}, false},
		{"no encryption", seen.OffersNoBrokenSuite, []fakeserver.Connection{hello(nil, 0xc006)}, false},
		{"for export", seen.OffersNoBrokenSuite, []fakeserver.Connection{hello(nil, 0x0014)}, false},
		{"anonymous", seen.OffersNoBrokenSuite, []fakeserver.Connection{hello(nil, 0xc018)}, false},
	} {
		a := seen.Attempts{All: []seen.Attempt{{Observation: &fakeserver.Observation{Connections: tc.conns}}}}
		if got := tc.demand.Met(&a); got != tc.met {
			t.Errorf("%s: met %t", tc.name, got)
		}
	}
}
