package fakeserver

import (
	"bytes"
	"crypto/tls"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kindsOf gives the kinds of the events of one side.
func kindsOf(k *Connection, from Side) []Kind {
	var kinds []Kind
	for _, e := range k.Events {
		if e.From == from {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

// wantKinds compares the kinds of the events of an accepted handshake, whose
// words wantLadder compares.
func wantKinds(t *testing.T, k *Connection, version uint16) {
	t.Helper()
	client := []Kind{KindClientHello, KindClientKeyExchange, KindChangeCipherSpec, KindFinished, KindSIP, KindCloseNotify, KindFIN}
	server := []Kind{
		KindServerHello, KindCertificate, KindServerKeyExchange, KindServerHelloDone, KindChangeCipherSpec, KindFinished, KindSIP, KindCloseNotify, KindFIN,
	}
	if version == tls.VersionTLS13 {
		client = []Kind{KindClientHello, KindChangeCipherSpec, KindFinished, KindSIP, KindCloseNotify, KindFIN}
		server = []Kind{
			KindServerHello, KindChangeCipherSpec, KindEncryptedExtensions, KindCertificate, KindCertificateVerify, KindFinished, KindSIP, KindCloseNotify, KindFIN,
		}
	}
	if diff := cmp.Diff(client, kindsOf(k, FromClient)); diff != "" {
		t.Errorf("the client's kinds (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(server, kindsOf(k, FromServer)); diff != "" {
		t.Errorf("the server's kinds (-want +got):\n%s", diff)
	}
}

// A record, a message and clear text have a kind of their own.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		data []byte
		want []Kind
	}{
		{"messages", record(22, 14, 0, 0, 0, 20, 0, 0, 1, 9), []Kind{KindServerHelloDone, KindFinished}},
		{"unknown message", record(22, 99, 0, 0, 0), []Kind{KindHandshake}},
		{"oversized message", append(record(22, 11, 1, 0, 0), record(22, make([]byte, 1<<14)...)...), []Kind{KindCertificate}},
		{"alerts", append(record(21, 1, 90), record(21, 2, 40, 0)...), []Kind{KindAlert, KindMalformedAlert}},
		{
			"after ChangeCipherSpec", bytes.Join([][]byte{record(20, 1), record(22, 7), record(22, 7), record(21, 7), record(20, 1)}, nil),
			[]Kind{KindChangeCipherSpec, KindFinished, KindEncrypted, KindAlert, KindChangeCipherSpec},
		},
		{"heartbeat, data", append(record(24, 1, 2), record(23, 1)...), []Kind{KindHeartbeat, KindApplicationData}},
		{"SIP in the clear", []byte("REGISTER sip:x SIP/2.0\r\n"), []Kind{KindClearSIP}},
		{"other clear text", []byte("GET / HTTP/1.1\r\n"), []Kind{KindClear}},
	} {
		tap, r := newTestTap()
		tap.pour(&tap.in, tc.data, 1)
		k := r.snapshot().Connections[0]
		if diff := cmp.Diff(tc.want, kindsOf(&k, FromClient)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// Every registered message has a word and a kind of its own.
func TestMessageKinds(t *testing.T) {
	t.Parallel()
	seen := map[Kind]bool{}
	for number, m := range messages {
		if m.kind == "" || m.word == "" || seen[m.kind] {
			t.Errorf("message %d: kind %q, word %q", number, m.kind, m.word)
		}
		seen[m.kind] = true
	}
	for kind, word := range words {
		if kind == "" || word == "" || seen[kind] {
			t.Errorf("%q is called %q", kind, word)
		}
	}
}
