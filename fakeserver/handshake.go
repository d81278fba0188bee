package fakeserver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"strings"
	"time"
)

// errRefuseClient is why a certificate is refused under [AuthRefused].
var errRefuseClient = errors.New("the behaviour refuses every client certificate")

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
		config.Rand = tailed(b.RandomTail)
	}
	if len(b.Chain) > 0 && b.Key != nil {
		config.Certificates = []tls.Certificate{{Certificate: b.Certificate.message(b.Chain), PrivateKey: b.Signature.signer(b.Key), OCSPStaple: b.Staple}}
	}
	if b.ServerName != "" {
		b.onlyNamed(config)
	}
	switch b.ClientAuth {
	case AuthOptional:
		config.ClientAuth = tls.VerifyClientCertIfGiven
	case AuthRequired, AuthRefused:
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if b.ClientAuth != AuthNone {
		config.ClientCAs = b.ClientRoots
		if config.ClientCAs == nil {
			config.ClientCAs = x509.NewCertPool() // nil would mean the system's roots
		}
		if b.AcceptableCAs != nil {
			b.nameCAs(config)
		}
	}
	if b.ClientAuth == AuthRefused {
		config.VerifyPeerCertificate = func(certs [][]byte, _ [][]*x509.Certificate) error {
			if len(certs) == 0 {
				return nil
			}
			return errRefuseClient
		}
	}
	return config
}

// onlyNamed keeps the certificates for clients that ask for them by name.
// Where it has none crypto/tls sends unrecognized_name.
func (b *Behaviour) onlyNamed(config *tls.Config) {
	certs := config.Certificates
	config.Certificates = nil
	config.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if len(certs) == 0 || !strings.EqualFold(h.ServerName, b.ServerName) {
			return nil, nil
		}
		return &certs[0], nil
	}
}

// handshake serves TLS on the connection until it is over.
func (c *conn) handshake() {
	config := c.behaviour.tlsConfig(keyLog{c.tap}, c.server.cfg.Now)
	c.tickets(config)
	server := tls.Server(c.tap, config)
	c.began()
	if err := server.Handshake(); err != nil {
		c.tap.tlsError(err)
		if refused := c.failed(err); !refused || !c.behaviour.KeepOpen {
			c.end()
		}
		c.readRest()
		return
	}
	c.completed(server)
	c.serveSIP(server)
	c.readRest()
}

// tickets sets resumption up as the behaviour says.
func (c *conn) tickets(config *tls.Config) {
	switch c.behaviour.Tickets {
	case TicketsTaken:
		config.SessionTicketsDisabled = false
		config.SetSessionTicketKeys([][32]byte{c.server.ticketKey})
	case TicketsForgotten:
		config.SessionTicketsDisabled = false // with a key of this connection alone
	}
}

func (c *conn) began() {
	k := c.entry.lock()
	defer c.entry.unlock()
	k.Handshake.Started = true
}

// completed records a handshake that the server finished.
func (c *conn) completed(server *tls.Conn) {
	state := server.ConnectionState()
	c.mu.Lock()
	c.tls = server
	c.mu.Unlock()
	k := c.entry.lock()
	defer c.entry.unlock()
	h := &k.Handshake
	h.Completed, h.DoneAt = true, c.entry.r.since()
	h.Version, h.Cipher, h.Group = state.Version, state.CipherSuite, uint16(state.CurveID)
	h.CertificateVerifyValid = len(state.PeerCertificates) > 0
	c.tap.served = true
	c.tap.until = time.Time{}
}

// failed records a handshake that did not complete, and says whether it was
// the client that ended it.
func (c *conn) failed(err error) (byClient bool) {
	k := c.entry.lock()
	defer c.entry.unlock()
	t, h := c.tap, &k.Handshake
	h.Err = err.Error()
	t.failed = true
	if t.early > 0 {
		c.entry.event(k, Event{At: t.earlyAt, From: FromClient, Kind: KindApplicationData, Detail: octets(t.early), Protected: true})
	}
	byServer := !t.refused && hasFatal(k.ServerAlerts)
	h.ClientRefused = byServer && h.CertificateRequested && t.clientCert
	if byServer && k.ClientHello != nil {
		k.MootHello = mootHello(k.ClientHello, &c.behaviour)
		if k.MootHello == "" && !t.sentHello && noCommonGround(k.ServerAlerts) {
			k.MootHello = err.Error()
		}
	}
	return t.refused
}

func hasFatal(alerts []Alert) bool {
	for _, a := range alerts {
		if a.Level == levelFatal {
			return true
		}
	}
	return false
}

// noCommonGround says whether the alerts are those of a server that finds
// nothing to agree on: handshake_failure, protocol_version,
// insufficient_security (RFC 8446 6.2).
func noCommonGround(alerts []Alert) bool {
	for _, a := range alerts {
		if a.Description == alertHandshakeFailure || a.Description == alertProtocolVersion ||
			a.Description == alertInsufficient {
			return true
		}
	}
	return false
}
