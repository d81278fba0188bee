package fakeserver

import (
	"strconv"
	"time"
)

// Event is one step of the message ladder.
type Event struct {
	At        time.Duration // offset from [Observation.Started]
	From      Side
	Kind      Kind   // what it is: programs decide by it
	What      string // its word for people: "ClientHello", "alert", "REGISTER", "200", "clear SIP", "FIN", ...; never a key
	Detail    string // short, for people; never a key
	Protected bool   // it was encrypted on the wire
}

// Kind says what an [Event] is, whatever word people read for it.
type Kind string

// Handshake messages (RFC 8446 4, RFC 5246 7.4). [KindHandshake] is one of a
// type that is in no standard. Finished in TLS 1.2 is the first message under
// encryption, which cannot be read.
const (
	KindHandshake             Kind = "handshake"
	KindHelloRequest          Kind = "hello_request"
	KindClientHello           Kind = "client_hello"
	KindServerHello           Kind = "server_hello"
	KindHelloRetryRequest     Kind = "hello_retry_request"
	KindHelloVerifyRequest    Kind = "hello_verify_request"
	KindNewSessionTicket      Kind = "new_session_ticket"
	KindEndOfEarlyData        Kind = "end_of_early_data"
	KindEncryptedExtensions   Kind = "encrypted_extensions"
	KindCertificate           Kind = "certificate"
	KindServerKeyExchange     Kind = "server_key_exchange"
	KindCertificateRequest    Kind = "certificate_request"
	KindServerHelloDone       Kind = "server_hello_done"
	KindCertificateVerify     Kind = "certificate_verify"
	KindClientKeyExchange     Kind = "client_key_exchange"
	KindFinished              Kind = "finished"
	KindCertificateURL        Kind = "certificate_url"
	KindCertificateStatus     Kind = "certificate_status"
	KindSupplementalData      Kind = "supplemental_data"
	KindKeyUpdate             Kind = "key_update"
	KindCompressedCertificate Kind = "compressed_certificate"
	KindMessageHash           Kind = "message_hash"
)

// Records (RFC 8446 5.1, RFC 6520).
const (
	KindChangeCipherSpec Kind = "change_cipher_spec"
	KindAlert            Kind = "alert"           // one that was read, or an encrypted one that was not
	KindCloseNotify      Kind = "close_notify"    // the alert that only ends the connection (RFC 8446 6.1)
	KindMalformedAlert   Kind = "malformed_alert" // not of two octets
	KindHeartbeat        Kind = "heartbeat"
	KindRecord           Kind = "record"           // of a type that is in no standard
	KindEncrypted        Kind = "encrypted"        // a record or handshake message that could not be read
	KindApplicationData  Kind = "application_data" // that was never read
)

// What was sent inside TLS, and outside of it.
const (
	KindSIP      Kind = "sip"       // a SIP message
	KindHalfSIP  Kind = "half_sip"  // the first half of one
	KindNotSIP   Kind = "not_sip"   // a line inside TLS that begins no SIP message
	KindCRLF     Kind = "crlf"      // a keep-alive (RFC 5626 3.5.1)
	KindClear    Kind = "clear"     // octets outside TLS that are no SIP
	KindClearSIP Kind = "clear_sip" // SIP outside TLS
)

// The connection.
const (
	KindFIN     Kind = "fin"
	KindRST     Kind = "rst"
	KindNotSent Kind = "not_sent" // the event before it was not sent
	KindGaveUp  Kind = "gave_up"  // nothing moved within the limit
)

// words are what people read for the kinds that have one word.
var words = map[Kind]string{
	KindChangeCipherSpec: "ChangeCipherSpec",
	KindAlert:            "alert",
	KindCloseNotify:      "alert",
	KindMalformedAlert:   "malformed alert",
	KindHeartbeat:        "heartbeat",
	KindRecord:           "unknown record",
	KindApplicationData:  "application data",
	KindHalfSIP:          "half a message",
	KindNotSIP:           "not SIP",
	KindCRLF:             "CRLF",
	KindClear:            "clear text",
	KindClearSIP:         "clear SIP",
	KindFIN:              "FIN",
	KindRST:              "RST",
	KindNotSent:          "not sent",
	KindGaveUp:           "gave up",
}

// Handshake message types (RFC 8446 4, RFC 5246 7.4) that the tap acts on.
const (
	msgClientHello        = 1
	msgServerHello        = 2
	msgHelloRetryRequest  = 6 // in drafts; a ServerHello now (RFC 8446 4.1.4)
	msgCertificate        = 11
	msgServerKeyExchange  = 12
	msgCertificateRequest = 13
	msgFinished           = 20
	msgKeyUpdate          = 24
)

// messages are the registered handshake messages, with the words for them.
var messages = map[uint8]struct {
	kind Kind
	word string
}{
	0:                     {KindHelloRequest, "HelloRequest"},
	msgClientHello:        {KindClientHello, "ClientHello"},
	msgServerHello:        {KindServerHello, "ServerHello"},
	3:                     {KindHelloVerifyRequest, "HelloVerifyRequest"},
	4:                     {KindNewSessionTicket, "NewSessionTicket"},
	5:                     {KindEndOfEarlyData, "EndOfEarlyData"},
	msgHelloRetryRequest:  {KindHelloRetryRequest, "HelloRetryRequest"},
	8:                     {KindEncryptedExtensions, "EncryptedExtensions"},
	msgCertificate:        {KindCertificate, "Certificate"},
	msgServerKeyExchange:  {KindServerKeyExchange, "ServerKeyExchange"},
	msgCertificateRequest: {KindCertificateRequest, "CertificateRequest"},
	14:                    {KindServerHelloDone, "ServerHelloDone"},
	15:                    {KindCertificateVerify, "CertificateVerify"},
	16:                    {KindClientKeyExchange, "ClientKeyExchange"},
	msgFinished:           {KindFinished, "Finished"},
	21:                    {KindCertificateURL, "CertificateURL"},
	22:                    {KindCertificateStatus, "CertificateStatus"},
	23:                    {KindSupplementalData, "SupplementalData"},
	msgKeyUpdate:          {KindKeyUpdate, "KeyUpdate"},
	25:                    {KindCompressedCertificate, "CompressedCertificate"},
	254:                   {KindMessageHash, "MessageHash"},
}

// handshakeEvent says what a handshake message of type t is.
func handshakeEvent(t uint8) Event {
	if m, ok := messages[t]; ok {
		return Event{Kind: m.kind, What: m.word}
	}
	return Event{Kind: KindHandshake, What: "handshake message " + strconv.Itoa(int(t))}
}

// sipEvent says what a SIP message is: people read its method or status.
func sipEvent(m SIPMessage) Event {
	switch {
	case m.Status != 0:
		return Event{Kind: KindSIP, What: strconv.Itoa(m.Status)}
	case m.Request:
		return Event{Kind: KindSIP, What: m.Method}
	}
	return Event{Kind: KindNotSIP}
}
