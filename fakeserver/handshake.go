package fakeserver

import "time"

// handshake serves TLS on the connection until it is over.
func (c *conn) handshake() {
	c.began()
	session, err := c.engine.handshake()
	if err != nil {
		c.tap.named(c.engine.alertOf(err))
		if refused := c.failed(err); !refused || !c.behaviour.KeepOpen {
			c.end()
		}
		c.readRest()
		return
	}
	c.completed(session)
	c.serveSIP(session)
	c.readRest()
}

func (c *conn) began() {
	k := c.entry.lock()
	defer c.entry.unlock()
	k.Handshake.Started = true
}

// completed records a handshake that the server finished.
func (c *conn) completed(s session) {
	n := s.negotiated()
	c.mu.Lock()
	c.session = s
	c.mu.Unlock()
	k := c.entry.lock()
	defer c.entry.unlock()
	h := &k.Handshake
	h.Completed, h.DoneAt = true, c.entry.r.since()
	h.Version, h.Cipher, h.Group = n.version, n.cipher, n.group
	h.CertificateVerifyValid = n.clientVerified
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
		k.NothingInCommon = c.engine.nothingInCommon(k.ClientHello)
		if k.NothingInCommon == "" && !t.sentHello && foundNothing(k.ServerAlerts) {
			k.NothingInCommon = err.Error()
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

// foundNothing says whether the alerts are those of a server that finds
// nothing to agree on: handshake_failure, protocol_version,
// insufficient_security (RFC 8446 6.2).
func foundNothing(alerts []Alert) bool {
	for _, a := range alerts {
		if a.Description == alertHandshakeFailure || a.Description == alertProtocolVersion ||
			a.Description == alertInsufficient {
			return true
		}
	}
	return false
}
