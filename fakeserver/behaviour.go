package fakeserver

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
)

// ClientAuth says whether the server asks for a client certificate.
type ClientAuth string

// The modes. The zero value is [AuthNone].
const (
	AuthNone     ClientAuth = ""         // no CertificateRequest
	AuthOptional ClientAuth = "optional" // asks; goes on without one; verifies what comes
	AuthRequired ClientAuth = "required" // asks; ends the handshake without one; verifies what comes
)

// Answer says how the server treats a ClientHello.
type Answer string

// The answers. The zero value is [AnswerHandshake].
const (
	AnswerHandshake Answer = ""        // a TLS handshake
	AnswerSilence   Answer = "silence" // accepts TCP, reads, and never writes an octet
	AnswerAlert     Answer = "alert"   // handshake_failure to every ClientHello, then half-closes
	AnswerReset     Answer = "reset"   // resets the TCP connection on every ClientHello
	AnswerClose     Answer = "close"   // half-closes on every ClientHello without a word
	AnswerSIP       Answer = "sip"     // a SIP 400 in the clear, then half-closes
	AnswerHTTP      Answer = "http"    // an HTTP 400 in the clear, then half-closes
	// AnswerUnfinished is a handshake of which the server holds back the last
	// record of its first flight: Finished in TLS 1.3, ServerHelloDone before.
	AnswerUnfinished Answer = "unfinished"
)

// Behaviour is what the server does with a connection. It is plain data but
// for the keys, and apart from the listener: [Server.SetBehaviour] changes it
// for the connections that come after. The zero value offers TLS 1.2 and 1.3
// with no certificate, which can complete no handshake.
type Behaviour struct {
	// MinVersion and MaxVersion as in crypto/tls; zero: 1.2 and 1.3.
	MinVersion, MaxVersion uint16
	// Chain is sent as it is (DER, leaf first); Key signs the handshake.
	Chain [][]byte
	Key   crypto.Signer

	// CipherSuites of TLS 1.2 and older and Groups of the key exchange; nil:
	// those that crypto/tls serves by default.
	CipherSuites []uint16
	Groups       []tls.CurveID
	// RandomTail replaces the last octets of the 32 of the server's random,
	// where RFC 8446 4.1.3 has the sign of a downgrade; nil: all are random.
	RandomTail []byte
	// Signature spoils the proof that the server holds Key; Certificate
	// replaces the Certificate message that Chain makes.
	Signature   SignatureFault
	Certificate CertificateFault

	// Staple is the OCSP response for the first certificate of Chain (DER),
	// handed to clients that ask for it (RFC 6066 8, RFC 8446 4.4.2.1); empty:
	// none.
	Staple []byte
	// Documents are what the revocation service gives out; Service is how it
	// fails. See [Places.Service].
	Documents []Document
	Service   ServiceFault
	// ServerName is the only name that the server has a certificate for: it ends
	// the handshake with unrecognized_name when the client asks for another by
	// server_name, or for none (RFC 6066 3); empty: it does not matter.
	ServerName string

	Answer     Answer
	ClientAuth ClientAuth
	// ClientRoots verify a client's certificate; RefuseClient refuses every
	// one all the same (alert bad_certificate).
	ClientRoots  *x509.CertPool
	RefuseClient bool
	// AcceptableCAs are the authorities that the CertificateRequest names; nil:
	// the subjects of ClientRoots; empty: none. They verify nothing.
	AcceptableCAs []pkix.Name

	// KeepOpen leaves a connection whose handshake the client refused open
	// from the server's side: no half-close, until the server is closed.
	KeepOpen bool
	// SendOptions makes the server send an OPTIONS of its own once it answered
	// a REGISTER.
	SendOptions bool
	// OptionsFrom is the domain that this OPTIONS says it is from; empty: the
	// server's own address.
	OptionsFrom string
	// SpeaksFirst makes it send one as soon as the handshake is complete.
	SpeaksFirst bool

	Tickets Tickets
	// Reply to the first REGISTER of a connection, and how the connection is
	// ended then.
	Reply Reply
	End   Ending
	// HangsUp ends the connection as soon as the handshake is complete.
	HangsUp bool
	// Octetwise writes every octet by itself.
	Octetwise bool
	// Warnings are alerts of level warning, by their descriptions, that the
	// server sends in the clear before its ServerHello.
	Warnings []uint8
}

// TrapMode says where the ears are.
type TrapMode string

// The trap modes. The zero value is [TrapsOwn] on Linux, [TrapsNear] elsewhere.
const (
	TrapsOwn  TrapMode = "own"  // an own loopback address: TLS on TCP 5061, traps on TCP 5060, UDP 5060 and 5061
	TrapsNear TrapMode = "near" // a free port P on 127.0.0.1 for TLS, UDP P as trap
)

// versions gives the range of TLS versions that b offers.
func (b *Behaviour) versions() (lowest, highest uint16) {
	lowest, highest = b.MinVersion, b.MaxVersion
	if lowest == 0 {
		lowest = tls.VersionTLS12
	}
	if highest == 0 {
		highest = tls.VersionTLS13
	}
	return lowest, highest
}
