package fakeserver

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"runtime"
)

// ClientAuth says whether the server asks for a client certificate.
type ClientAuth string

// The modes. The zero value is [AuthNone].
const (
	AuthNone     ClientAuth = ""         // no CertificateRequest
	AuthOptional ClientAuth = "optional" // asks; goes on without one; verifies what comes
	AuthRequired ClientAuth = "required" // asks; ends the handshake without one; verifies what comes
	AuthRefused  ClientAuth = "refused"  // as required, but also refuses what verifies (alert bad_certificate)
)

// Tickets says what the server does about resumption: tickets of RFC 5077 in
// TLS 1.2, pre-shared keys of RFC 8446 4.6.1 in TLS 1.3.
type Tickets string

// The modes. The zero value is [TicketsOff].
const (
	TicketsOff Tickets = "" // gives none and takes none
	// TicketsTaken: gives tickets and takes back what any connection of the same
	// server was given, whatever name is asked for.
	TicketsTaken Tickets = "taken"
	// TicketsForgotten: gives tickets and takes none.
	TicketsForgotten Tickets = "forgotten"
)

// Behaviour is what the server does with a connection: how its TLS is configured,
// and in [Behaviour.Script] what it does otherwise than a sound server. It is plain
// data but for the keys, and says nothing of addresses: [Server.SetBehaviour]
// changes it for new connections. The zero value offers TLS 1.2 and 1.3 without a
// certificate, and can complete no handshake.
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
	// where RFC 8446 4.1.3 puts the sign of a downgrade; nil: all are random.
	RandomTail []byte
	// Signature is what is wrong with the proof that the server holds Key,
	// Certificate what is wrong with the Certificate message.
	Signature   SignatureFault
	Certificate CertificateFault

	// Staple is the OCSP response for the first certificate of Chain (DER),
	// sent to clients that ask for it (RFC 6066 8, RFC 8446 4.4.2.1); empty:
	// none.
	Staple []byte
	// Service is what the HTTP service serves; see [Places.Service].
	Service Service
	// ServerName is the only name that the server has a certificate for: when the
	// client asks for another name by server_name, or for none, the server ends the
	// handshake with unrecognized_name (RFC 6066 3); empty: any name will do.
	ServerName string

	// ClientAuth says whether the server asks for a client certificate, and
	// ClientRoots verify it.
	ClientAuth  ClientAuth
	ClientRoots *x509.CertPool
	// AcceptableCAs are the authorities that the CertificateRequest names; nil:
	// the subjects of ClientRoots; empty: none. They verify nothing.
	AcceptableCAs []pkix.Name
	Tickets       Tickets

	// KeepOpen: when the client refuses the handshake, the server does not end its
	// direction of the connection, until the server is closed.
	KeepOpen bool
	// Script is what the server does otherwise than a sound one; nil: nothing.
	Script Script
}

// TrapMode says where the plaintext listeners are.
type TrapMode string

// The trap modes. The zero value is [TrapsOwn] on Linux, [TrapsNear] elsewhere.
const (
	TrapsOwn  TrapMode = "own"  // a loopback address of its own: TLS on TCP 5061, plaintext on TCP 5060, UDP 5060 and 5061
	TrapsNear TrapMode = "near" // a free port of 127.0.0.1: TLS by TCP, plaintext by UDP
)

// OrDefault gives the mode, for the zero value that of this operating system:
// only Linux has every address of 127.0.0.0/8.
func (m TrapMode) OrDefault() TrapMode {
	switch {
	case m != "":
		return m
	case runtime.GOOS == "linux":
		return TrapsOwn
	}
	return TrapsNear
}

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
