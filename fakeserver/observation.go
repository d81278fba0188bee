package fakeserver

import (
	"net/netip"
	"time"
)

// Side says who sent something.
type Side string

// The sides. The server is siptrust's own.
const (
	FromClient Side = "client"
	FromServer Side = "server"
)

// Closing says how a client ended its direction of a connection.
type Closing string

// The ways. The zero value: it did not.
const (
	ClosedNotify Closing = "close_notify" // inside TLS (RFC 8446 6.1)
	ClosedFIN    Closing = "fin"
	ClosedRST    Closing = "rst"
)

// ClearKind says what octets outside TLS are.
type ClearKind string

// The kinds. The zero value: there are none.
const (
	ClearSIP   ClearKind = "sip"
	ClearCRLF  ClearKind = "crlf" // a keep-alive (RFC 5626 3.5.1)
	ClearSTUN  ClearKind = "stun" // a keep-alive (RFC 5626 3.5.2)
	ClearOther ClearKind = "other"
)

// Observation is all that one server received and sent: a value that can be
// printed, compared and stored. Times are offsets from Started.
type Observation struct {
	Started     time.Time
	Address     netip.AddrPort // of the listener for TLS
	Listeners   []Listener
	Connections []Connection // in the order they were accepted, on every TCP listener
	Datagrams   []Datagram   // on every UDP listener
	Requests    []Request    // to the HTTP service
	// Frozen is when [Server.Freeze] was called; zero: it was not. A connection
	// that is closed later may have been closed by siptrust, which ends the client.
	Frozen time.Duration
	// Dropped counts what was seen but not kept, because a bound was reached.
	Dropped int
}

// Listener is one open port.
type Listener struct {
	Network string // "tcp" or "udp"
	Address netip.AddrPort
	TLS     bool // false: a plaintext listener
	Second  bool // it is at the second address, see [Places.Second]
}

// Connection is one TCP connection, to the listener for TLS or to a plaintext
// listener.
type Connection struct {
	Listener Listener
	Remote   netip.AddrPort
	Opened   time.Duration
	// Step is the place of the behaviour that it met among those that
	// [Server.SetBehaviour] was given.
	Step int

	ClientHello *ClientHello // nil: none that could be parsed arrived
	HelloAt     time.Duration
	// NothingInCommon is why no server of this behaviour could have answered the
	// ClientHello (no common version, suite, group or signature scheme); empty: it
	// could be answered.
	NothingInCommon string

	Handshake Handshake
	// Events is the message ladder: every handshake message, change of cipher,
	// alert, SIP message and clear text, in both directions, as they passed.
	Events []Event

	// Clear is what arrived outside TLS, at most the first 4096 octets.
	Clear   []byte
	ClearAt time.Duration
	// ClearKind says what Clear is; empty: nothing came.
	ClearKind ClearKind
	// Leak is set when Clear holds SIP of the account under test.
	Leak bool

	// AppDataAt is when the first application data of the client arrived
	// after a handshake that the server completed; zero and !AppData: none.
	AppData   bool
	AppDataAt time.Duration
	// SIP is what the client sent inside TLS, message by message as the
	// server's own reader found them, in order.
	SIP []SIPMessage
	// Answered200 says that a 200 to the client's REGISTER was written.
	Answered200 bool
	// Answered200At is when the first one was written; zero: none was.
	Answered200At time.Duration
	// RegisterDone says that the server has done what its script says about a
	// REGISTER, but for ending the connection: it answered, or will not.
	RegisterDone bool
	// OptionsSent and OptionsStatus: the server's own OPTIONS over this
	// connection and the status code that came back (0: none).
	OptionsSent   bool
	OptionsStatus int

	// ClientAlerts and ServerAlerts in the order they passed.
	ClientAlerts []Alert
	ServerAlerts []Alert

	// ClientClosed says that the client ended its direction, and how first; empty:
	// it did not. ServerEnded says that the server had ended its own before.
	ClientClosed   Closing
	ClientClosedAt time.Duration
	ServerEnded    bool
	ServerEndedAt  time.Duration
	// ServerReset: the server ended it by a reset, which leaves the client
	// nothing to close.
	ServerReset bool
}

// Handshake is the server's view of a TLS handshake.
type Handshake struct {
	Started   bool
	Completed bool // the client's Finished was verified
	DoneAt    time.Duration
	Err       string // why it failed; empty while it runs or when it completed
	Version   uint16 // as in crypto/tls
	Cipher    uint16
	Group     uint16 // key exchange group, 0 if none
	// CertificateSent: the server's Certificate message went out.
	CertificateSent bool
	// Resumed: the server resumed an earlier session, without a Certificate.
	Resumed bool
	// CertificateRequested, ClientCertificates (leaf first, DER) and
	// CertificateVerifyValid: client authentication. Valid means that
	// the TLS engine verified the client's CertificateVerify.
	CertificateRequested   bool
	ClientCertificates     [][]byte
	CertificateVerifyValid bool
	// ClientRefused: the server refused the client's certificate, or refused the
	// client because it sent none.
	ClientRefused bool
}

// Alert is a TLS alert (RFC 8446 6).
type Alert struct {
	At          time.Duration
	Level       uint8 // 1 warning, 2 fatal
	Description uint8
	// Protected: it was encrypted. OpenSSL clients send some alerts in the
	// clear in TLS 1.3.
	Protected bool
}

// SIPMessage is one SIP message as the plaintext reader found it.
type SIPMessage struct {
	At        time.Duration
	StartLine string // the first line, at most 256 octets
	Request   bool   // a request line (RFC 3261 7.1)
	Method    string // of a request
	Status    int    // of a response
	CSeq      string // value of the CSeq header field; empty: none was found
	To        string // value of the To header field, at most 256 octets
	CallID    string // value of the Call-ID header field, at most 256 octets
	// Authorization is the scheme of the Authorization or Proxy-Authorization
	// header field, in lower case; empty: there is none.
	Authorization string
}

// Datagram is one UDP packet.
type Datagram struct {
	At       time.Duration
	Listener Listener
	Remote   netip.AddrPort
	Data     []byte // at most the first 2048 octets
	Kind     ClearKind
	// Leak is set when Data is SIP of the account under test.
	Leak bool
}

// ClientHello is what the client offered (RFC 8446 4.1.2, RFC 5246 7.4.1.2).
type ClientHello struct {
	LegacyVersion        uint16
	Random               []byte
	SessionID            []byte
	Versions             []uint16 // supported_versions, or the legacy version alone
	CipherSuites         []uint16
	CompressionMethods   []uint8
	ServerName           string // SNI; empty: none
	Groups               []uint16
	SignatureSchemes     []uint16
	CertSignatureSchemes []uint16 // signature_algorithms_cert
	ALPN                 []string
	StatusRequest        bool
	ExtendedMasterSecret bool
	SessionTicket        bool // the extension is present; TicketLen octets of ticket
	TicketLen            int
	PSK                  bool
	EarlyData            bool
	RenegotiationInfo    bool
	Extensions           []uint16 // all types in order
}
