package fakeserver

import (
	"bytes"
	"crypto/tls"
	"errors"

	"golang.org/x/crypto/cryptobyte"
)

// Extension types (RFC 8446 4.2, RFC 6066, RFC 7301, RFC 7627, RFC 5746).
const (
	extServerName          = 0
	extStatusRequest       = 5
	extSupportedGroups     = 10
	extSignatureAlgorithms = 13
	extALPN                = 16
	extExtendedMaster      = 23
	extSessionTicket       = 35
	extPreSharedKey        = 41
	extEarlyData           = 42
	extSupportedVersions   = 43
	extSignatureAlgsCert   = 50
	extKeyShare            = 51
	extRenegotiationInfo   = 0xff01
)

// scsvRenegotiation in the cipher suites stands for an empty
// renegotiation_info extension (RFC 5746 3.3).
const scsvRenegotiation = 0x00ff

var errClientHello = errors.New("the ClientHello does not parse")

// ParseClientHello reads the body of a ClientHello message, without the four
// octets of its handshake header. Extensions that do not parse are listed in
// Extensions and otherwise left out; an error means that the fixed part or
// the framing of the extensions is wrong.
func ParseClientHello(body []byte) (*ClientHello, error) {
	h := &ClientHello{}
	in := cryptobyte.String(body)
	var session, suites, compression cryptobyte.String
	if !in.ReadUint16(&h.LegacyVersion) || !in.CopyBytes(makeRandom(h)) ||
		!in.ReadUint8LengthPrefixed(&session) ||
		!in.ReadUint16LengthPrefixed(&suites) || len(suites)%2 != 0 ||
		!in.ReadUint8LengthPrefixed(&compression) {
		return nil, errClientHello
	}
	h.SessionID = append([]byte(nil), session...)
	h.CompressionMethods = append([]uint8(nil), compression...)
	h.CipherSuites = uint16s(suites)
	for _, s := range h.CipherSuites {
		h.RenegotiationInfo = h.RenegotiationInfo || s == scsvRenegotiation
	}
	if !in.Empty() { // a client without extensions may end here (RFC 5246 7.4.1.2)
		var extensions cryptobyte.String
		if !in.ReadUint16LengthPrefixed(&extensions) || !in.Empty() {
			return nil, errClientHello
		}
		for !extensions.Empty() {
			var kind uint16
			var data cryptobyte.String
			if !extensions.ReadUint16(&kind) || !extensions.ReadUint16LengthPrefixed(&data) {
				return nil, errClientHello
			}
			h.Extensions = append(h.Extensions, kind)
			h.extension(kind, data)
		}
	}
	if len(h.Versions) == 0 {
		v := h.LegacyVersion
		if v > tls.VersionTLS12 { // RFC 8446 4.2.1: TLS 1.3 is offered by the extension only
			v = tls.VersionTLS12
		}
		h.Versions = []uint16{v}
	}
	return h, nil
}

// makeRandom gives h room for its random and returns it.
func makeRandom(h *ClientHello) []byte {
	h.Random = make([]byte, 32)
	return h.Random
}

// extension reads one extension into h.
func (h *ClientHello) extension(kind uint16, data cryptobyte.String) {
	var list cryptobyte.String
	switch kind {
	case extServerName: // RFC 6066 3
		var names, name cryptobyte.String
		var nameType uint8
		if data.ReadUint16LengthPrefixed(&names) && names.ReadUint8(&nameType) &&
			names.ReadUint16LengthPrefixed(&name) && nameType == 0 {
			h.ServerName = string(name)
		}
	case extStatusRequest:
		h.StatusRequest = true
	case extSupportedGroups:
		if data.ReadUint16LengthPrefixed(&list) {
			h.Groups = uint16s(list)
		}
	case extSignatureAlgorithms:
		if data.ReadUint16LengthPrefixed(&list) {
			h.SignatureSchemes = uint16s(list)
		}
	case extSignatureAlgsCert:
		if data.ReadUint16LengthPrefixed(&list) {
			h.CertSignatureSchemes = uint16s(list)
		}
	case extALPN: // RFC 7301 3.1
		if data.ReadUint16LengthPrefixed(&list) {
			var protocol cryptobyte.String
			for list.ReadUint8LengthPrefixed(&protocol) {
				h.ALPN = append(h.ALPN, string(protocol))
			}
		}
	case extExtendedMaster:
		h.ExtendedMasterSecret = true
	case extSessionTicket:
		h.SessionTicket = true
		h.TicketLen = len(data)
	case extPreSharedKey:
		h.PSK = true
	case extEarlyData:
		h.EarlyData = true
	case extSupportedVersions:
		if data.ReadUint8LengthPrefixed(&list) {
			h.Versions = uint16s(list)
		}
	case extRenegotiationInfo:
		h.RenegotiationInfo = true
	}
}

// uint16s reads a list of 16-bit numbers; a last odd octet is left out.
func uint16s(s cryptobyte.String) []uint16 {
	if len(s) < 2 {
		return nil
	}
	list := make([]uint16, 0, len(s)/2)
	var v uint16
	for s.ReadUint16(&v) {
		list = append(list, v)
	}
	return list
}

// serverHello is what the tap reads from a ServerHello (RFC 8446 4.1.3).
type serverHello struct {
	version, cipher, group uint16
	retry                  bool // a HelloRetryRequest
	session                []byte
	psk                    bool // a pre-shared key was chosen
}

// resumes says whether the server takes up the session that the client offered:
// by the key it chose in TLS 1.3 (RFC 8446 4.2.11), by the session id it repeats
// before that (RFC 5246 7.4.1.3, RFC 5077 3.4).
func (h *serverHello) resumes(offer *ClientHello) bool {
	if h.version == tls.VersionTLS13 {
		return h.psk
	}
	return offer != nil && len(h.session) > 0 && bytes.Equal(h.session, offer.SessionID)
}

// retryRandom is the fixed random of a HelloRetryRequest, the SHA-256 of
// "HelloRetryRequest" (RFC 8446 4.1.3).
const retryRandom = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91" +
	"\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

// parseServerHello reads the body of a ServerHello message.
func parseServerHello(body []byte) (h serverHello, ok bool) {
	in := cryptobyte.String(body)
	var random []byte
	var session, extensions cryptobyte.String
	if !in.ReadUint16(&h.version) || !in.ReadBytes(&random, 32) ||
		!in.ReadUint8LengthPrefixed(&session) || !in.ReadUint16(&h.cipher) || !in.Skip(1) {
		return h, false
	}
	h.retry, h.session = string(random) == retryRandom, session
	if in.Empty() {
		return h, true
	}
	if !in.ReadUint16LengthPrefixed(&extensions) {
		return h, false
	}
	for !extensions.Empty() {
		var kind uint16
		var data cryptobyte.String
		if !extensions.ReadUint16(&kind) || !extensions.ReadUint16LengthPrefixed(&data) {
			return h, false
		}
		switch kind {
		case extSupportedVersions:
			data.ReadUint16(&h.version)
		case extKeyShare:
			data.ReadUint16(&h.group)
		case extPreSharedKey:
			h.psk = true
		}
	}
	return h, true
}

// parseCertificates reads the certificates of a Certificate message, of
// TLS 1.3 (RFC 8446 4.4.2) or of an older version (RFC 5246 7.4.2).
func parseCertificates(body []byte, tls13 bool) (certs [][]byte, ok bool) {
	in := cryptobyte.String(body)
	var reqContext, list cryptobyte.String
	if tls13 && !in.ReadUint8LengthPrefixed(&reqContext) {
		return nil, false
	}
	if !in.ReadUint24LengthPrefixed(&list) {
		return nil, false
	}
	for !list.Empty() {
		var der, extensions cryptobyte.String
		if !list.ReadUint24LengthPrefixed(&der) {
			return certs, false
		}
		if tls13 && !list.ReadUint16LengthPrefixed(&extensions) {
			return certs, false
		}
		certs = append(certs, append([]byte(nil), der...))
	}
	return certs, true
}
