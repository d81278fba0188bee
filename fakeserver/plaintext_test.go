package fakeserver

import (
	"io"
	"net"
	"strings"
	"testing"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		data string
		want ClearKind
	}{
		{"REGISTER sips:pbx.test SIP/2.0\r\n", ClearSIP},
		{"\r\n\r\nREGISTER sip:pbx.test SIP/2.0\r\n", ClearSIP},
		{"SIP/2.0 200 OK\r\n", ClearSIP},
		{"INVITE urn:service:sos SIP/2.0\r\n", ClearSIP},
		{"REGISTER sips:pbx.test", ClearSIP}, // cut short after the Request-URI
		{"FOO-BAR sip:a@b SIP/2.0", ClearSIP},
		{"REGISTER", ClearOther},
		{"REGISTER ", ClearOther},
		{"GET http://pbx.test/ HTTP/1.1\r\n", ClearOther},
		{"GET /sip: HTTP/1.1\r\n", ClearOther},
		{"{} sip:pbx.test SIP/2.0", ClearOther},
		{"SIP/3.0 200 OK", ClearOther},
		{"", ClearOther},
		{"\r\n", ClearCRLF},
		{"\r\n\r\n", ClearCRLF},
		{"\x00\x01\x00\x00\x21\x12\xa4\x42012345678901", ClearSTUN},
		{"\x00\x01\x00\x00\x21\x12\xa4\x43012345678901", ClearOther},
		{"\x16\x03\x01\x00\x05", ClearOther},
	} {
		if got := classify([]byte(tc.data)); got != tc.want {
			t.Errorf("%q is %s, want %s", tc.data, got, tc.want)
		}
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	f := newLeakFinder([]string{"pbx.test", ""}, "127.1.2.3")
	for data, want := range map[string]bool{
		"REGISTER sip:pbx.test SIP/2.0":              true,
		"REGISTER sip:PBX.Test:5061 SIP/2.0":         true,
		"REGISTER sip:pbx.test. SIP/2.0":             true,
		"REGISTER sip:alice@127.1.2.3 SIP/2.0":       true,
		"REGISTER sip:127.1.2.34 SIP/2.0":            false,
		"REGISTER sip:pbx.test.example SIP/2.0":      false,
		"REGISTER sip:xpbx.test SIP/2.0":             false,
		"REGISTER sip:xpbx.test, sip:pbx.test":       true,
		"REGISTER sip:other.test SIP/2.0":            false,
		"":                                           false,
		"REGISTER sip:x SIP/2.0\r\nTo: <a@pbx.test>": true,
	} {
		if got := f.mentions([]byte(data)); got != want {
			t.Errorf("%q mentions the account: %v", data, got)
		}
	}
}

// TestEveryListenerTakesPlaintext: SIP of the account is a leak at every
// listener; other clear text is recorded at every listener and is none.
func TestEveryListenerTakesPlaintext(t *testing.T) {
	t.Parallel()
	own := "REGISTER sip:" + testHost + " SIP/2.0\r\n\r\n"
	foreign := "REGISTER sip:carol.test SIP/2.0\r\n\r\n"
	for _, mode := range []TrapMode{"", TrapsNear} {
		s := start(t, serving(testPKI().ecdsa), func(c *Config) { c.Traps = mode })
		for _, listener := range s.snapshot().Listeners {
			for _, tc := range []struct {
				data string
				kind ClearKind
				leak bool
			}{
				{own, ClearSIP, true},
				{"OPTIONS sip:" + nameInText(s.Address()), ClearSIP, true},
				{foreign, ClearSIP, false},
				{"\r\n\r\n", ClearCRLF, false},
				{"\x00\x01\x00\x00\x21\x12\xa4\x42012345678901", ClearSTUN, false},
				{"GET / HTTP/1.1\r\nHost: " + testHost + "\r\n\r\n", ClearOther, false},
			} {
				s.Next()
				c, err := net.Dial(listener.Network, listener.Address.String())
				if err != nil {
					t.Fatal(err)
				}
				// In two pieces over TCP: what counts is the whole.
				half := len(tc.data) / 2
				if listener.Network == "udp" {
					half = 0
				}
				for _, part := range []string{tc.data[:half], tc.data[half:]} {
					if part != "" {
						if _, err := io.WriteString(c, part); err != nil {
							t.Fatal(err)
						}
					}
				}
				_ = c.Close()
				o := s.Observe(t.Context())
				if listener.Network == "tcp" {
					k := one(t, o)
					if k.Leak != tc.leak || string(k.Clear) != tc.data || k.Listener != listener || classify(k.Clear) != tc.kind {
						t.Errorf("%v, %q: leak %v, clear %q", listener, tc.data, k.Leak, k.Clear)
					}
					continue
				}
				if len(o.Datagrams) != 1 {
					t.Fatalf("%v: %s", listener, describe(o))
				}
				d := o.Datagrams[0]
				if d.Leak != tc.leak || d.Kind != tc.kind || string(d.Data) != tc.data || d.Listener != listener {
					t.Errorf("%v, %q: %+v", listener, tc.data, d)
				}
			}
		}
	}
}

// TestClearTextAfterTLS: clear SIP after a handshake that was begun is recorded.
func TestClearTextAfterTLS(t *testing.T) {
	t.Parallel()
	s := start(t, Behaviour{Script: handshakeFailure})
	c := dial(t, s.Address().String())
	if _, err := c.Write(helloRecord(t)); err != nil {
		t.Fatal(err)
	}
	await(t, s, "the alert", func(o *Observation) bool {
		return len(o.Connections) == 1 && o.Connections[0].ServerEnded
	})
	if _, err := io.WriteString(c, "REGISTER sip:"+testHost+" SIP/2.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	_ = c.CloseWrite()
	if k := one(t, s.Observe(t.Context())); !k.Leak || !strings.HasPrefix(string(k.Clear), "REGISTER") || k.ClientHello == nil {
		t.Errorf("leak %v, clear %q", k.Leak, k.Clear)
	}
}
