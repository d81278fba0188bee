// Package seentest makes observations for the tests of what is read off them.
package seentest

import (
	"net/netip"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/suites/seen"
)

// Listener is the TLS listener of every connection of an [Observation].
var Listener = fakeserver.Listener{Network: "tcp", Address: netip.MustParseAddrPort("127.0.0.9:5061"), TLS: true}

// Observation makes the plainest observation of an outcome: one connection, but
// for [seen.Absent], of which there is none.
func Observation(outcome seen.Outcome) *fakeserver.Observation {
	o := &fakeserver.Observation{Started: time.Unix(0, 0)}
	c := fakeserver.Connection{Listener: Listener, ClientHello: &fakeserver.ClientHello{}, HelloAt: time.Millisecond}
	c.Handshake.Started, c.Handshake.CertificateSent = true, true
	switch outcome {
	case seen.Absent:
		return o
	case seen.Refused:
		c.ClientAlerts = []fakeserver.Alert{{At: 2 * time.Millisecond, Level: 2, Description: 42}}
	case seen.Accepted:
		c.Handshake.Completed, c.AppData = true, true
		c.AppDataAt = 3 * time.Millisecond
		c.SIP = []fakeserver.SIPMessage{{StartLine: "REGISTER sip:a SIP/2.0", Request: true, Method: "REGISTER", CSeq: "1 REGISTER"}}
	case seen.Leaked:
		o.Datagrams = []fakeserver.Datagram{{Kind: "sip", Leak: true}}
	}
	o.Connections = append(o.Connections, c)
	return o
}

// Attempts are those of one attempt, of which nothing but the observation is
// known.
func Attempts(o *fakeserver.Observation) seen.Attempts {
	return seen.Attempts{All: []seen.Attempt{seen.Classify(o, client.Outcome{}, seen.Stage{})}, Windows: seen.DefaultWindows()}
}
