package fakeserver

import "net"

// engine makes handshakes: a TLS implementation, seen from the server's side of
// one connection. It reads and writes through the tap of the connection, which
// records what passes. What the tap cannot read, the engine tells it: secrets of
// TLS 1.3 as soon as they are made (RFC 8446 7.1), and by alertOf the alerts
// that TLS 1.2 and older encrypt.
type engine interface {
	// handshake serves one handshake as the behaviour of the connection says. What
	// was read of the ClientHello already comes first.
	handshake() (session, error)
	// alertOf gives the alert that an error of the engine, or of one of its
	// sessions, is about; false: none.
	alertOf(err error) (namedAlert, bool)
	// nothingInCommon says in words why the engine could not have answered the
	// ClientHello, whatever the server's certificate is; empty: it could.
	nothingInCommon(*ClientHello) string
}

// session is a connection after its handshake: what is read and written is
// application data.
type session interface {
	net.Conn
	// CloseWrite sends close_notify, and leaves TCP open.
	CloseWrite() error
	negotiated() negotiated
}

// negotiated is what a handshake agreed on.
type negotiated struct {
	version, cipher, group uint16 // as in crypto/tls; group 0: none
	// clientVerified: the client presented a certificate and proved its key.
	clientVerified bool
}

// namedAlert is an alert that an engine knows of.
type namedAlert struct {
	from               Side
	level, description uint8
}
