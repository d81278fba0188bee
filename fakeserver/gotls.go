package fakeserver

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// goTLS is crypto/tls as [engine].
type goTLS struct{ conn *conn }

// goSession is a session of crypto/tls.
type goSession struct{ *tls.Conn }

// errRefuseClient is why a certificate is refused under [AuthRefused].
var errRefuseClient = errors.New("the behaviour refuses every client certificate")

func (e goTLS) handshake() (session, error) {
	c := e.conn
	config := c.behaviour.tlsConfig(keyLog{c.tap}, c.server.cfg.Now)
	c.behaviour.Tickets.configure(config, c.server.ticketKey)
	server := tls.Server(c.tap, config)
	if err := server.Handshake(); err != nil {
		return nil, err
	}
	return goSession{server}, nil
}

func (s goSession) negotiated() negotiated {
	state := s.ConnectionState()
	return negotiated{
		version: state.Version, cipher: state.CipherSuite, group: uint16(state.CurveID),
		clientVerified: len(state.PeerCertificates) > 0,
	}
}

// alertOf reads the alert off the text of the error: crypto/tls has no type for
// alerts on TCP connections. At the end of the stream an alert that waits for its
// name was close_notify.
func (goTLS) alertOf(err error) (namedAlert, bool) {
	var op *net.OpError
	switch {
	case errors.Is(err, io.EOF):
		return namedAlert{FromClient, levelWarning, alertCloseNotify}, true
	case !errors.As(err, &op):
		return namedAlert{}, false
	}
	description, ok := alertByText[op.Err.Error()]
	switch {
	case ok && op.Op == "remote error":
		return namedAlert{FromClient, levelFatal, description}, true
	case ok && op.Op == "local error":
		return namedAlert{FromServer, levelFatal, description}, true
	}
	return namedAlert{}, false
}

// alertByText finds the description of an alert by the text of crypto/tls's
// error.
var alertByText = func() map[string]uint8 {
	m := make(map[string]uint8, 256)
	for i := range 256 {
		m[tls.AlertError(i).Error()] = uint8(i)
	}
	return m
}()

// keyLog takes the key log of crypto/tls.
type keyLog struct{ *tap }

// Write takes one line.
func (l keyLog) Write(line []byte) (int, error) {
	l.entry.r.mu.Lock()
	defer l.entry.r.mu.Unlock()
	l.keys.add(string(bytes.TrimSpace(line)))
	return len(line), nil
}

// tlsConfig makes the configuration for one connection.
func (b *Behaviour) tlsConfig(keys io.Writer, now func() time.Time) *tls.Config {
	config := &tls.Config{
		SessionTicketsDisabled: true,
		KeyLogWriter:           keys,
		Time:                   now,
	}
	config.MinVersion, config.MaxVersion = b.versions()
	config.CipherSuites, config.CurvePreferences = b.CipherSuites, b.Groups
	if b.RandomTail != nil {
		config.Rand = randomWithTail(b.RandomTail)
	}
	if len(b.Chain) > 0 && b.Key != nil {
		config.Certificates = []tls.Certificate{{Certificate: b.Certificate.message(b.Chain), PrivateKey: b.Signature.signer(b.Key), OCSPStaple: b.Staple}}
	}
	if b.ServerName != "" {
		b.requireServerName(config)
	}
	b.askClient(config)
	return config
}

// requireServerName gives the certificate only to clients that ask for it by name.
// To others crypto/tls sends unrecognized_name.
func (b *Behaviour) requireServerName(config *tls.Config) {
	certs := config.Certificates
	config.Certificates = nil
	config.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if len(certs) == 0 || !strings.EqualFold(h.ServerName, b.ServerName) {
			return nil, nil
		}
		return &certs[0], nil
	}
}

// configure sets resumption up; key is that of the server's tickets.
func (t Tickets) configure(config *tls.Config, key [32]byte) {
	switch t {
	case TicketsTaken:
		config.SessionTicketsDisabled = false
		config.SetSessionTicketKeys([][32]byte{key})
	case TicketsForgotten:
		config.SessionTicketsDisabled = false // with a key of this connection alone
	}
}

// askClient sets client authentication up.
func (b *Behaviour) askClient(config *tls.Config) {
	switch b.ClientAuth {
	case AuthNone:
		return
	case AuthOptional:
		config.ClientAuth = tls.VerifyClientCertIfGiven
	case AuthRequired, AuthRefused:
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	config.ClientCAs = b.ClientRoots
	if config.ClientCAs == nil {
		config.ClientCAs = x509.NewCertPool() // nil would mean the system's roots
	}
	if b.AcceptableCAs != nil {
		b.setAcceptableCAs(config)
	}
	if b.ClientAuth == AuthRefused {
		config.VerifyPeerCertificate = func(certs [][]byte, _ [][]*x509.Certificate) error {
			if len(certs) == 0 {
				return nil
			}
			return errRefuseClient
		}
	}
}
