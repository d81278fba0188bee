package fakeserver

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// newTestTap gives a tap without a connection, and what it records.
func newTestTap() (*tap, *recorder) {
	r := &recorder{now: time.Now}
	e := r.begin(Connection{})
	return newTap(nil, e, newLeakFinder([]string{testHost}, "127.9.9.9")), r
}

// pour feeds one direction of a tap in pieces.
func (t *tap) pour(d *direction, data []byte, size int) {
	k := t.entry.lock()
	defer t.entry.unlock()
	for len(data) > 0 {
		n := min(size, len(data))
		t.feed(k, d, 0, data[:n])
		data = data[n:]
	}
}

func record(kind uint8, body ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{kind, 3, 3}, uint16(len(body))), body...)
}

func whats(k *Connection) []string { return append(ladder(k, FromClient), ladder(k, FromServer)...) }

func TestTapRecords(t *testing.T) {
	t.Parallel()
	hello := helloRecord(t)
	body := hello[recordHeader:]
	for _, tc := range []struct {
		name  string
		data  []byte
		want  []string
		hello bool
	}{
		{"one message in a record", hello, []string{"ClientHello"}, true},
		{"split over records", append(record(22, body[:3]...), record(22, body[3:]...)...), []string{"ClientHello"}, true},
		{"several in a record", record(22, 14, 0, 0, 0, 20, 0, 0, 1, 9), []string{"ServerHelloDone", "Finished"}, false},
		{"unknown message", record(22, 99, 0, 0, 0), []string{"handshake message 99"}, false},
		{"oversized message", append(record(22, 11, 1, 0, 0), record(22, make([]byte, 1<<14)...)...), []string{"Certificate"}, false},
		{"malformed ClientHello", record(22, 1, 0, 0, 2, 3, 3), []string{"ClientHello"}, false},
		{"alerts", append(record(21, 1, 90), record(21, 2, 40, 0)...), []string{"alert", "malformed alert"}, false},
		{
			"after ChangeCipherSpec", bytes.Join([][]byte{record(20, 1), record(22, 7), record(22, 7), record(21, 7), record(23, 7)}, nil),
			[]string{"ChangeCipherSpec", "Finished", "encrypted handshake message", "alert"},
			false,
		},
		{"heartbeat", record(24, 1, 2), []string{"heartbeat"}, false},
		{"then clear text", append(record(20, 1), "REGISTER sip:x SIP/2.0\r\n"...), []string{"ChangeCipherSpec", "clear SIP"}, false},
		{"record too long", []byte{22, 3, 3, 0xff, 0xff, 1}, []string{"clear text"}, false},
	} {
		for _, size := range []int{1, 1 << 20} {
			tap, r := newTestTap()
			tap.pour(&tap.in, tc.data, size)
			k := &r.snapshot().Connections[0]
			if diff := cmp.Diff(tc.want, whats(k)); diff != "" || (k.ClientHello != nil) != tc.hello {
				t.Errorf("%s, in pieces of %d: ClientHello %v (-want +got):\n%s", tc.name, size, k.ClientHello != nil, diff)
			}
		}
	}
}

func TestTapIsBounded(t *testing.T) {
	t.Parallel()
	tap, r := newTestTap()
	for range 4 * maxEvents {
		tap.pour(&tap.in, record(21, 1, 90), 1<<20)
		tap.pour(&tap.out, record(20, 1), 1<<20)
	}
	tap.pour(&tap.in, []byte(strings.Repeat("x", 10*maxClear)), 1000)
	o := r.snapshot()
	k := o.Connections[0]
	if len(k.Events) > maxEvents || len(k.ClientAlerts) > maxAlerts || len(k.Clear) != maxClear || o.Dropped == 0 {
		t.Errorf("%d events, %d alerts, %d octets of clear text, %d dropped",
			len(k.Events), len(k.ClientAlerts), len(k.Clear), o.Dropped)
	}
}

func TestServerHelloOfRetry(t *testing.T) {
	t.Parallel()
	body := append([]byte{3, 3}, retryRandom...)
	body = append(body, 0, 0x13, 1, 0, 0, 12, 0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 29)
	tap, r := newTestTap()
	tap.pour(&tap.out, record(22, append([]byte{2, 0, 0, byte(len(body))}, body...)...), 1<<20)
	k := r.snapshot().Connections[0]
	if len(k.Events) != 1 || k.Events[0].What != "HelloRetryRequest" || k.Events[0].Detail != "X25519" || tap.version != 0 {
		t.Errorf("%+v", k.Events)
	}
}

func FuzzTap(f *testing.F) {
	hello := helloRecord(f)
	f.Add(hello, record(22, 2, 0, 0, 1, 3), uint16(7))
	f.Add([]byte("REGISTER sip:"+testHost+" SIP/2.0\r\n\r\n"), record(20, 1), uint16(1))
	server := append([]byte{3, 3}, make([]byte, 32)...)
	server = append(server, 0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4)
	f.Add(append(hello, record(23, make([]byte, 40)...)...),
		append(record(22, append([]byte{2, 0, 0, byte(len(server))}, server...)...), record(23, make([]byte, 60)...)...), uint16(300))
	f.Fuzz(func(t *testing.T, in, out []byte, size uint16) {
		pieces := int(size) + 1
		run := func(pieces int) Connection {
			tap, r := newTestTap()
			secret := bytes.Repeat([]byte{7}, 32)
			for i := range tap.keys.client {
				tap.keys.client[i], tap.keys.server[i] = secret, secret
			}
			tap.pour(&tap.in, in, pieces)
			tap.pour(&tap.out, out, pieces)
			tap.pour(&tap.in, in, pieces)
			if len(tap.in.partial) > recordHeader+maxRecordBody || len(tap.in.message) > maxHandshake {
				t.Fatalf("%d octets of a record, %d of a message are kept", len(tap.in.partial), len(tap.in.message))
			}
			k := r.snapshot().Connections[0]
			if len(k.Events) > maxEvents || len(k.Clear) > maxClear {
				t.Fatalf("%d events, %d octets of clear text", len(k.Events), len(k.Clear))
			}
			k.Opened = 0
			return k
		}
		// How the network cuts the stream makes no difference.
		if a, b := run(pieces), run(1<<20); !reflect.DeepEqual(a, b) {
			t.Fatalf("in pieces of %d: %+v\nin one: %+v", pieces, a, b)
		}
	})
}
