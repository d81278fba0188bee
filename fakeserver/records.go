package fakeserver

import (
	"crypto/tls"
	"encoding/binary"
	"strconv"
	"time"

	"siptrust/internal/plain"
)

// Record content types (RFC 8446 5.1, RFC 6520).
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
	recordApplicationData  = 23
	recordHeartbeat        = 24

	recordHeader  = 5
	maxRecordBody = 1<<14 + 2048 // RFC 5246 6.2.3, the larger of the two
	maxHandshake  = 1 << 16      // of a message that is kept for parsing
)

// direction is the state of one side's stream of records.
type direction struct {
	from    Side
	partial []byte // an incomplete record
	clear   bool   // this is not TLS, or not any more

	// TLS 1.2 and before: everything after ChangeCipherSpec is encrypted.
	sealed   bool
	finished bool // the Finished under encryption was named
	// An encrypted alert of TLS 1.2 waits until the engine says what it was.
	alertAt time.Duration
	alerted bool

	epoch epoch // TLS 1.3
	open  *opener

	message     []byte // handshake message under way
	messageSize int    // its size with header, once known
	skip        int    // octets of an oversized message still to come
	protected   bool   // the message under way was encrypted
}

// feed takes octets of one direction. The recorder's lock must be held, here
// and below.
func (t *tap) feed(k *Connection, d *direction, at time.Duration, data []byte) {
	if d.clear {
		t.clearText(k, d, at, data)
		return
	}
	if len(d.partial) > 0 {
		d.partial = append(d.partial, data...)
		data = d.partial
	}
	for len(data) > 0 {
		if !plausible(data) {
			d.partial, d.clear = nil, true
			t.clearText(k, d, at, data)
			return
		}
		if len(data) < recordHeader {
			break
		}
		size := recordHeader + int(binary.BigEndian.Uint16(data[3:5]))
		if len(data) < size {
			break
		}
		t.record(k, d, at, data[:recordHeader], data[recordHeader:size])
		data = data[size:]
	}
	// data may lie in d.partial: append copies forward, which is safe.
	d.partial = append(d.partial[:0], data...)
}

// plausible says whether data can begin with a TLS record.
func plausible(data []byte) bool {
	if data[0] < recordChangeCipherSpec || data[0] > recordHeartbeat {
		return false
	}
	if len(data) > 1 && data[1] != 3 {
		return false
	}
	return len(data) < recordHeader || int(binary.BigEndian.Uint16(data[3:5])) <= maxRecordBody
}

// record takes one whole record.
func (t *tap) record(k *Connection, d *direction, at time.Duration, header, body []byte) {
	t.unresolved(k, d)
	switch kind := header[0]; {
	case kind == recordChangeCipherSpec:
		t.entry.event(k, Event{At: at, From: d.from, Kind: KindChangeCipherSpec})
		if t.version != tls.VersionTLS13 {
			d.sealed = true
		}
	case kind == recordApplicationData && d.epoch != epochPlain:
		t.encrypted(k, d, at, header, body)
	case d.sealed && kind == recordAlert:
		d.alertAt, d.alerted = at, true
	case d.sealed && kind == recordHandshake:
		event := Event{Kind: KindEncrypted, What: "encrypted handshake message"}
		if !d.finished {
			event, d.finished = handshakeEvent(msgFinished), true
		}
		event.At, event.From, event.Protected = at, d.from, true
		t.entry.event(k, event)
	case d.sealed && kind == recordApplicationData:
		t.appData(k, d, at, len(body), true)
	default:
		t.content(k, d, at, kind, body, false)
	}
}

// encrypted takes a protected record of TLS 1.3 (RFC 8446 5.2).
func (t *tap) encrypted(k *Connection, d *direction, at time.Duration, header, body []byte) {
	if d.open == nil {
		secret := t.keys.client[d.epoch]
		if d.from == FromServer {
			secret = t.keys.server[d.epoch]
		}
		if len(secret) > 0 {
			d.open = newOpener(t.cipher, secret)
		}
	}
	if d.open != nil {
		if content, kind, ok := d.open.open(header, body); ok {
			t.content(k, d, at, kind, content, true)
			return
		}
	}
	t.entry.event(k, Event{At: at, From: d.from, Kind: KindEncrypted, What: "encrypted record", Detail: octets(len(body)), Protected: true})
}

// content takes the readable content of a record.
func (t *tap) content(k *Connection, d *direction, at time.Duration, kind uint8, body []byte, protected bool) {
	switch kind {
	case recordHandshake:
		t.handshake(k, d, at, body, protected)
	case recordAlert:
		if len(body) != 2 {
			t.entry.event(k, Event{At: at, From: d.from, Kind: KindMalformedAlert, Detail: octets(len(body)), Protected: protected})
			return
		}
		t.alert(k, d, Alert{At: at, Level: body[0], Description: body[1], Protected: protected})
	case recordApplicationData:
		t.appData(k, d, at, len(body), protected)
	case recordHeartbeat:
		t.entry.event(k, Event{At: at, From: d.from, Kind: KindHeartbeat, Detail: octets(len(body)), Protected: protected})
	default:
		t.entry.event(k, Event{At: at, From: d.from, Kind: KindRecord, Detail: "type " + strconv.Itoa(int(kind)), Protected: protected})
	}
}

// alert records an alert and what follows from it.
func (t *tap) alert(k *Connection, d *direction, a Alert) {
	t.entry.alert(k, d.from, a)
	if d.from != FromClient {
		return
	}
	if a.Description == alertCloseNotify {
		t.closed(k, a.At, ClosedNotify)
	} else if a.Level == levelFatal || t.version == tls.VersionTLS13 && a.Description != alertUserCanceled {
		t.refused = true // in TLS 1.3 the level means nothing (RFC 8446 6)
	}
}

// resolve records the encrypted alert of TLS 1.2 that waits for its name.
func (t *tap) resolve(k *Connection, d *direction, level, description uint8) {
	if d.alerted {
		d.alerted = false
		t.alert(k, d, Alert{At: d.alertAt, Level: level, Description: description, Protected: true})
	}
}

// unresolved records an encrypted alert of TLS 1.2 whose name is not known.
func (t *tap) unresolved(k *Connection, d *direction) {
	if d.alerted {
		d.alerted = false
		t.entry.event(k, Event{At: d.alertAt, From: d.from, Kind: KindAlert, Detail: "encrypted", Protected: true})
	}
}

// appData records application data that is never read, because the server failed
// the handshake. While the handshake runs, the first of it waits: it may arrive
// together with the client's Finished, and is then read after it.
func (t *tap) appData(k *Connection, d *direction, at time.Duration, size int, protected bool) {
	switch {
	case t.served:
	case t.failed || !protected:
		t.entry.event(k, Event{At: at, From: d.from, Kind: KindApplicationData, Detail: octets(size), Protected: protected})
	case t.early == 0:
		t.earlyAt, t.early = at, size
	}
}

// clearText records what is outside TLS.
func (t *tap) clearText(k *Connection, d *direction, at time.Duration, data []byte) {
	if d.from != FromClient {
		return
	}
	if len(k.Clear) == 0 {
		k.ClearAt = at
	}
	room := maxClear - len(k.Clear)
	if room <= 0 {
		return
	}
	k.Clear = append(k.Clear, data[:min(room, len(data))]...)
	event := Event{At: at, From: d.from, Kind: KindClear}
	k.ClearKind = classify(k.Clear)
	if k.ClearKind == ClearSIP {
		event.Kind = KindClearSIP
		k.Leak = k.Leak || t.leaks.mentions(k.Clear)
	}
	event.What, event.Detail = words[event.Kind], plain.DotsOfLine(string(k.Clear), maxClearLine)
	// There is one rung for all of it, which is changed when more arrives.
	if i := t.clearRung - 1; i >= 0 && i < len(k.Events) {
		event.At = k.Events[i].At
		k.Events[i] = event
		return
	}
	if t.entry.event(k, event) {
		t.clearRung = len(k.Events)
	}
}

// octets writes a size.
func octets(n int) string { return strconv.Itoa(n) + " octets" }
