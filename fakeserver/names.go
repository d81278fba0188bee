package fakeserver

import (
	"crypto/tls"
	"strconv"
)

// VersionName gives the usual name of a protocol version ("TLS 1.3").
func VersionName(v uint16) string { return tls.VersionName(v) }

// CipherName gives the registered name of a cipher suite, or its number in
// hexadecimal when crypto/tls does not know it.
func CipherName(id uint16) string { return tls.CipherSuiteName(id) }

// GroupName gives the name of a key exchange group ("X25519").
func GroupName(id uint16) string { return tls.CurveID(id).String() }

// SchemeName gives the name of a signature scheme ("ECDSAWithP256AndSHA256").
func SchemeName(id uint16) string { return tls.SignatureScheme(id).String() }

// alertNames are the descriptions of RFC 8446 6 and, where TLS 1.3 dropped
// them, of RFC 5246 7.2.
var alertNames = map[uint8]string{
	0:   "close_notify",
	10:  "unexpected_message",
	20:  "bad_record_mac",
	21:  "decryption_failed",
	22:  "record_overflow",
	30:  "decompression_failure",
	40:  "handshake_failure",
	41:  "no_certificate",
	42:  "bad_certificate",
	43:  "unsupported_certificate",
	44:  "certificate_revoked",
	45:  "certificate_expired",
	46:  "certificate_unknown",
	47:  "illegal_parameter",
	48:  "unknown_ca",
	49:  "access_denied",
	50:  "decode_error",
	51:  "decrypt_error",
	60:  "export_restriction",
	70:  "protocol_version",
	71:  "insufficient_security",
	80:  "internal_error",
	86:  "inappropriate_fallback",
	90:  "user_canceled",
	100: "no_renegotiation",
	109: "missing_extension",
	110: "unsupported_extension",
	111: "certificate_unobtainable",
	112: "unrecognized_name",
	113: "bad_certificate_status_response",
	114: "bad_certificate_hash_value",
	115: "unknown_psk_identity",
	116: "certificate_required",
	120: "no_application_protocol",
	121: "ech_required",
}

// AlertName gives the name of an alert description as the TLS standards write
// it ("unknown_ca"), or "alert N" when none is registered.
func AlertName(description uint8) string {
	if name, ok := alertNames[description]; ok {
		return name
	}
	return "alert " + strconv.Itoa(int(description))
}

// String writes an alert as people read it: "fatal unknown_ca (48)".
func (a Alert) String() string {
	level := "level " + strconv.Itoa(int(a.Level))
	switch a.Level {
	case levelWarning:
		level = "warning"
	case levelFatal:
		level = "fatal"
	}
	return level + " " + AlertName(a.Description) + " (" + strconv.Itoa(int(a.Description)) + ")"
}

// Alert levels (RFC 8446 6).
const (
	levelWarning = 1
	levelFatal   = 2
)

// Alert descriptions that the server itself has to know.
const (
	alertCloseNotify      = 0
	alertHandshakeFailure = 40
	alertProtocolVersion  = 70
	alertInsufficient     = 71
	alertUserCanceled     = 90 // is followed by close_notify (RFC 8446 6.1)
)
