package suites_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega/types"

	"siptrust/fakeserver"
	"siptrust/suites/specs"
)

// refusal is an observation of a client that refused by alert.
func refusal() fakeserver.Observation {
	listener := fakeserver.Listener{Network: "tcp", Address: netip.MustParseAddrPort("127.1.2.3:5061"), TLS: true}
	return fakeserver.Observation{
		Listeners: []fakeserver.Listener{listener},
		Connections: []fakeserver.Connection{{
			Listener: listener, ClientHello: &fakeserver.ClientHello{ServerName: "sip.test"},
			ClientAlerts: []fakeserver.Alert{{At: 3 * time.Millisecond, Level: 2, Description: 48}},
			Events: []fakeserver.Event{
				{At: time.Millisecond, From: fakeserver.FromClient, What: "ClientHello", Detail: "TLS 1.3, sip.test"},
				{At: 2 * time.Millisecond, From: fakeserver.FromServer, What: "Certificate", Protected: true},
				{At: 3 * time.Millisecond, From: fakeserver.FromClient, What: "alert", Detail: "fatal unknown_ca (48)"},
			},
		}},
	}
}

func TestMatchers(t *testing.T) {
	t.Parallel()
	leak := refusal()
	leak.Datagrams = []fakeserver.Datagram{{Kind: "sip", Leak: true, Data: []byte("REGISTER sip:sip.test SIP/2.0\r\n")}}
	silent := refusal()
	silent.Connections[0].ClientAlerts = nil
	for _, tc := range []struct {
		name    string
		matcher types.GomegaMatcher
		actual  any
		want    bool
	}{
		{"refused", specs.BeRefused(), refusal(), true},
		{"refused is not accepted", specs.BeAccepted(), refusal(), false},
		{"refused is not stalled", specs.BeStalled(), refusal(), false},
		{"no answer is stalled", specs.BeStalled(), silent, true},
		{"nothing is absent", specs.BeAbsent(), fakeserver.Observation{}, true},
		{"the alert", specs.HaveAlert(48), refusal(), true},
		{"another alert", specs.HaveAlert(42), refusal(), false},
		{"no leak", specs.HaveLeakedNothing(), refusal(), true},
		{"a leak", specs.HaveLeakedNothing(), leak, false},
		{"a leak is no refusal", specs.BeRefused(), leak, false},
	} {
		got, err := tc.matcher.Match(tc.actual)
		if err != nil || got != tc.want {
			t.Errorf("%s: %t, %v", tc.name, got, err)
		}
	}
	if _, err := specs.BeRefused().Match("no observation"); err == nil {
		t.Error("a matcher takes a string for an observation")
	}
}

// A failing matcher prints what was observed, a line a message.
func TestMatcherMessages(t *testing.T) {
	t.Parallel()
	o := refusal()
	message := specs.BeAccepted().FailureMessage(&o)
	for _, want := range []string{
		"expected the client to be accepted",
		"outcome: refused (by alert)",
		"1.000 ms  client → ClientHello  (TLS 1.3, sip.test)",
		"2.000 ms  server ← Certificate",
		"3.000 ms  client → alert  (fatal unknown_ca (48))",
	} {
		if !strings.Contains(message, want) {
			t.Errorf("the message does not say %q:\n%s", want, message)
		}
	}
}
