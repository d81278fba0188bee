package fakeserver

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// begin does the acts before all moments.
func (c *conn) begin() {
	for _, act := range c.behaviour.Script.course(connected) {
		if s, ok := act.(Segment); ok {
			c.tap.segment = s.Octets
		}
	}
}

// answerHello does the acts for a ClientHello, of which the first octets are read,
// and says whether TLS is to be served.
func (c *conn) answerHello(first []byte) bool {
	acts := c.behaviour.Script.course(AwaitHello)
	if len(acts) == 0 {
		return false
	}
	c.tap.first = first
	if _, atOnce := acts[0].(ServeTLS); !atOnce && !c.awaitHello() {
		return false
	}
	for _, act := range acts {
		switch a := act.(type) {
		case ServeTLS:
			c.tap.holdBack = a.HoldBack
			return true
		case SendAlert:
			c.sendAlert(a)
		case SendText:
			c.tap.sendText(a.Text)
		default:
			c.endOrPause(act)
		}
	}
	return false
}

// awaitHello reads until the ClientHello is there, and keeps what is read for
// the TLS engine. False: it never came.
func (c *conn) awaitHello() bool {
	buf := readBuffers.Get().(*[4096]byte)
	defer readBuffers.Put(buf)
	first := append([]byte(nil), c.tap.first...)
	for !c.helloArrived() {
		n, err := c.tap.readWire(buf[:])
		if err != nil {
			return false
		}
		first = append(first, buf[:n]...)
	}
	c.tap.first = first
	return true
}

func (c *conn) helloArrived() bool {
	k := c.entry.lock()
	defer c.entry.unlock()
	return k.ClientHello != nil
}

// sendAlert sends an alert in the clear.
func (c *conn) sendAlert(a SendAlert) {
	for range max(a.Times, 1) {
		// RFC 8446 5.1 wants 0x0303 in the record, whatever will be negotiated.
		if _, err := c.tap.Write([]byte{recordAlert, 3, 3, 0, 2, a.Level, a.Description}); err != nil {
			return // the tap records a failure
		}
	}
}

// endOrPause does the acts that can be done at any moment.
func (c *conn) endOrPause(act Act) {
	switch a := act.(type) {
	case Pause:
		select {
		case <-time.After(a.For):
		case <-c.done:
		}
	case Ending:
		c.finish(a)
	}
}

// finish ends the connection. New connections get the next behaviour from then
// on.
func (c *conn) finish(how Ending) {
	c.server.advance(c.step)
	switch how {
	case EndReset:
		c.reset()
	case EndCut:
		c.mu.Lock()
		c.session = nil // no close_notify
		c.mu.Unlock()
		c.end()
	default:
		c.end()
	}
}

// advance goes on to the next behaviour, if that of step is still in force.
func (s *Server) advance(step int) {
	s.state.Lock()
	defer s.state.Unlock()
	if step == s.step && step+1 < len(s.behaviours) {
		s.step++
	}
}

// afterHandshake does the acts that follow the handshake.
func (s *sipSession) afterHandshake() {
	for _, act := range s.conn.behaviour.Script.course(AwaitHandshake) {
		if a, ok := act.(SendOptions); ok {
			s.speakFirst(a)
			continue
		}
		s.conn.endOrPause(act)
	}
}

// register does the acts for the first REGISTER of the connection, and answers
// every later one with a 200.
func (s *sipSession) register(req *sip.Request, tx sip.ServerTransaction) {
	acts := Script{Respond{}}
	if s.registers.Add(1) == 1 {
		acts = s.conn.behaviour.Script.course(AwaitRegister)
	}
	if !slices.ContainsFunc(acts, func(a Act) bool { _, is := a.(Respond); return is }) {
		s.expectAnswer(-1) // there will be none
	}
	for _, act := range acts {
		switch a := act.(type) {
		case Respond:
			if !s.respond(req, tx, a) {
				return
			}
		case SendOptions:
			s.sendOptions(req, a)
		default:
			s.registered()
			s.conn.endOrPause(act)
		}
	}
	s.registered()
}

// respond answers a REGISTER (RFC 3261 10.3). False: the client is gone, as the tap
// records.
func (s *sipSession) respond(req *sip.Request, tx sip.ServerTransaction, a Respond) bool {
	status, reason := a.status()
	res := sip.NewResponseFromRequest(req, status, reason, nil)
	if status == sip.StatusOK {
		for _, h := range req.GetHeaders("Contact") {
			if value := h.Value(); value != "*" {
				res.AppendHeader(sip.NewHeader("Contact", value))
			}
		}
		expires := "3600"
		if h := req.GetHeader("Expires"); h != nil {
			expires = h.Value()
		}
		res.AppendHeader(sip.NewHeader("Expires", expires))
	}
	for _, text := range a.fields() {
		res.AppendHeader(sip.NewHeader(s.conn.server.field(text)))
	}
	if a.Half {
		s.half(res.String())
		s.expectAnswer(-1)
		return true
	}
	return tx.Respond(res) == nil
}

// half sends the first half of a message and records so.
func (s *sipSession) half(message string) {
	line, _, _ := strings.Cut(message, "\r\n")
	e := s.conn.entry
	k := e.lock()
	e.event(k, Event{At: e.r.since(), From: FromServer, Kind: KindHalfSIP, Detail: line, Protected: true})
	e.unlock()
	_, _ = s.tls.Write([]byte(message[:len(message)/2])) // fails when the client is gone, as the tap records
}

// registered records that the server is done with a REGISTER.
func (s *sipSession) registered() {
	k := s.conn.entry.lock()
	k.RegisterDone = true
	s.conn.entry.unlock()
}

// speakFirst sends an OPTIONS after the handshake, before the client has sent
// anything.
func (s *sipSession) speakFirst(a SendOptions) {
	e := s.conn.entry
	k := e.lock()
	s.options = "1 OPTIONS"
	k.OptionsSent = true
	e.event(k, Event{
		At: e.r.since(), From: FromServer, Kind: KindSIP, What: "OPTIONS",
		Detail: "OPTIONS sips:alice@" + s.conn.raw.RemoteAddr().String() + " SIP/2.0", Protected: true,
	})
	e.unlock()
	local := s.conn.server.main.address.String()
	from := "sips:" + local
	if a.From != "" {
		from = "sips:carol@" + a.From
	}
	_, _ = fmt.Fprintf(s.tls, "OPTIONS sips:alice@%[1]s SIP/2.0\r\nVia: SIP/2.0/TLS %[2]s;branch=z9hG4bK.first\r\nMax-Forwards: 70\r\n"+
		"From: <%[3]s>;tag=first\r\nTo: <sips:alice@%[1]s>\r\nCall-ID: first@%[2]s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
		s.conn.raw.RemoteAddr(), local, from) // fails when the client is gone, as the tap records
}

// sendOptions sends an OPTIONS over the client's connection and waits for the
// answer, which the session's own reader records. A connection gets one at most.
func (s *sipSession) sendOptions(register *sip.Request, a SendOptions) {
	cseq := sip.CSeqHeader{SeqNo: rand.Uint32N(1<<31-1) + 1, MethodName: sip.OPTIONS}
	k := s.conn.entry.lock()
	first := s.options == ""
	if first {
		s.options = cseq.Value()
		k.OptionsSent = true
	}
	s.conn.entry.unlock()
	if !first {
		return
	}
	client, err := sipgo.NewClient(s.ua, sipgo.WithClientHostname(s.conn.server.main.address.Addr().String()))
	if err != nil {
		return
	}
	target := sip.Uri{Scheme: "sips", Host: "localhost"}
	if contact := register.Contact(); contact != nil {
		target = contact.Address
	} else if to := register.To(); to != nil {
		target = to.Address
	}
	req := sip.NewRequest(sip.OPTIONS, target)
	req.AppendHeader(&cseq)
	if a.From != "" {
		tag := sip.NewParams()
		tag.Add("tag", sip.GenerateTagN(16))
		req.AppendHeader(&sip.FromHeader{Address: sip.Uri{Scheme: "sips", User: "carol", Host: a.From}, Params: tag})
	}
	// The pool knows the client's connection by its remote address.
	req.SetTransport("TLS")
	req.SetDestination(s.conn.raw.RemoteAddr().String())
	ctx, cancel := context.WithTimeout(s.ctx, optionsLimit)
	defer cancel()
	_, _ = client.Do(ctx, req) // what came back is recorded by the reader
}

// clearAddress is the address of a plaintext listener for TCP.
func (s *Server) clearAddress() string {
	for _, listener := range s.main.list {
		if listener.Network == "tcp" && !listener.TLS {
			return listener.Address.String()
		}
	}
	return s.main.address.String()
}

// host is the name of the account, or the server's address.
func (s *Server) host() string {
	if account := s.lease.Load().setup.Account; len(account) > 0 {
		return account[0]
	}
	return s.main.address.Addr().String()
}

// field writes a header field of an answer.
func (s *Server) field(text string) (name, value string) {
	name, value, _ = strings.Cut(text, ":")
	other := ""
	if name := s.lease.Load().setup.Other; name != "" {
		other = name + ":" + strconv.Itoa(int(s.main.address.Port()))
	}
	words := strings.NewReplacer("{host}", s.host(), "{other}", other, "{clear}", s.clearAddress())
	return name, words.Replace(strings.TrimSpace(value))
}
