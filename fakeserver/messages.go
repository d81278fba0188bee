package fakeserver

import (
	"crypto/tls"
	"strconv"
	"strings"
	"time"

	"siptrust/internal/plain"
)

// handshake takes handshake data of one direction: messages may be split over
// records, and a record may hold several (RFC 8446 5.1).
func (t *tap) handshake(k *Connection, d *direction, at time.Duration, data []byte, protected bool) {
	for len(data) > 0 {
		if d.skip > 0 {
			n := min(d.skip, len(data))
			d.skip -= n
			data = data[n:]
			continue
		}
		d.protected = protected
		if d.messageSize == 0 {
			n := min(4-len(d.message), len(data))
			d.message = append(d.message, data[:n]...)
			data = data[n:]
			if len(d.message) < 4 {
				return
			}
			m := d.message
			d.messageSize = 4 + int(m[1])<<16 + int(m[2])<<8 + int(m[3])
			if d.messageSize > maxHandshake {
				event := handshakeEvent(m[0])
				event.At, event.From, event.Detail, event.Protected = at, d.from, octets(d.messageSize)+", not kept", protected
				t.entry.event(k, event)
				d.skip = d.messageSize - 4
				d.message, d.messageSize = d.message[:0], 0
				continue
			}
		}
		n := min(d.messageSize-len(d.message), len(data))
		d.message = append(d.message, data[:n]...)
		data = data[n:]
		if len(d.message) == d.messageSize {
			t.message(k, d, at, d.message[0], d.message[4:])
			d.message, d.messageSize = d.message[:0], 0
		}
	}
}

// message takes one whole handshake message.
func (t *tap) message(k *Connection, d *direction, at time.Duration, kind uint8, body []byte) {
	event, detail := handshakeEvent(kind), ""
	switch {
	case kind == msgClientHello && d.from == FromClient:
		detail = t.clientHello(k, at, body)
	case kind == msgServerHello && d.from == FromServer:
		event, detail = t.serverHello(k, body)
	case kind == msgServerKeyExchange && d.from == FromServer:
		// RFC 8422 5.4: named_curve (3), then the curve.
		if len(body) >= 3 && body[0] == 3 {
			k.Handshake.Group = uint16(body[1])<<8 | uint16(body[2])
			detail = GroupName(k.Handshake.Group)
		}
	case kind == msgCertificate && d.from == FromServer:
		k.Handshake.CertificateSent = true
		detail = octets(len(body))
	case kind == msgCertificate:
		t.clientCert = true
		certs, ok := parseCertificates(body, t.version == tls.VersionTLS13)
		k.Handshake.ClientCertificates = certs
		detail = strconv.Itoa(len(certs)) + " certificates"
		if !ok {
			detail += ", then malformed"
		}
	case kind == msgCertificateRequest && d.from == FromServer:
		k.Handshake.CertificateRequested = true
	}
	event.At, event.From, event.Detail, event.Protected = at, d.from, detail, d.protected
	t.entry.event(k, event)

	if t.version == tls.VersionTLS13 && d.protected {
		switch kind {
		case msgFinished:
			d.epoch, d.open = epochApplication, nil
		case msgKeyUpdate:
			if d.open != nil {
				d.open = d.open.next()
			}
		}
	}
}

// clientHello records what the client offered. The first ClientHello counts;
// one after a HelloRetryRequest repeats it (RFC 8446 4.1.2).
func (t *tap) clientHello(k *Connection, at time.Duration, body []byte) (detail string) {
	h, err := ParseClientHello(body)
	if err != nil {
		return "malformed"
	}
	if k.ClientHello == nil {
		k.ClientHello, k.HelloAt = h, at
		if t.nothingInCommon != nil {
			k.NothingInCommon = t.nothingInCommon(h)
		}
	}
	var b strings.Builder
	for _, v := range h.Versions {
		if v&0x0f0f != 0x0a0a { // GREASE (RFC 8701)
			b.WriteString(VersionName(v) + ", ")
		}
	}
	if h.ServerName == "" {
		return b.String() + "no server name"
	}
	return b.String() + plain.Dots(h.ServerName, maxWord)
}

// serverHello records what was negotiated and, in TLS 1.3, turns both
// directions to handshake keys.
func (t *tap) serverHello(k *Connection, body []byte) (event Event, detail string) {
	event = handshakeEvent(msgServerHello)
	h, ok := parseServerHello(body)
	if !ok {
		return event, "malformed"
	}
	if h.retry {
		return handshakeEvent(msgHelloRetryRequest), GroupName(h.group)
	}
	t.version, t.cipher, t.sentHello = h.version, h.cipher, true
	k.Handshake.Resumed = h.resumes(k.ClientHello)
	k.Handshake.Version, k.Handshake.Cipher, k.Handshake.Group = h.version, h.cipher, h.group
	if h.version == tls.VersionTLS13 {
		t.in.epoch, t.out.epoch = epochHandshake, epochHandshake
		t.in.open, t.out.open = nil, nil
	}
	return event, VersionName(h.version) + ", " + CipherName(h.cipher)
}

// How much of what a client sent an event shows, in characters.
const (
	maxWord      = 256 // a name, a start line
	maxClearLine = 80  // of what came in the clear
)
