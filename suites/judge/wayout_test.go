package judge_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"siptrust/client"
	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
	"siptrust/suites/seen"
	"siptrust/suites/seen/seentest"
)

// A client that can only use RSA keys is told the flag that gives it servers with
// such keys, and no other client is.
func TestWayOut(t *testing.T) {
	for _, tc := range []struct {
		name     string
		suites   []uint16
		versions []uint16
		told     bool
	}{
		{"RSA keys only", []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_128_CBC_SHA}, nil, true},
		{"both", []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}, nil, false},
		{"TLS 1.3 as well", []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, []uint16{tls.VersionTLS13}, false},
		{"RSA key transport only", []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}, nil, false},
	} {
		o := seentest.Observation(seen.Stalled)
		c := &o.Connections[0]
		c.NothingInCommon = "no common cipher suite"
		c.ClientHello.CipherSuites, c.ClientHello.Versions = tc.suites, tc.versions
		j := judge.Judgement{
			Case:   &catalogue.Case{ID: "x.y", Expect: catalogue.Accept, Level: catalogue.Must},
			Policy: catalogue.Interop, Seen: attempts(seen.Classify(o, client.Outcome{}, seen.Stage{})),
		}
		f := j.Judge()
		if told := strings.Contains(f.Reason, "--tls-key rsa"); f.Rule != "nothing-in-common" || told != tc.told {
			t.Errorf("%s: %s: %s", tc.name, f.Rule, f.Reason)
		}
	}
}
