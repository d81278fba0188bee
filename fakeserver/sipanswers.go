package fakeserver

import (
	"context"
	"math/rand/v2"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// register answers a REGISTER (RFC 3261 10.3) as the behaviour says, sends an
// OPTIONS and ends the connection, if it says so.
func (s *sipSession) register(req *sip.Request, tx sip.ServerTransaction) {
	reply := Reply{}
	if s.registers.Add(1) == 1 {
		reply = s.conn.behaviour.Reply
	}
	status, words := statusWords(reply)
	res := sip.NewResponseFromRequest(req, status, words, nil)
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
	for _, text := range reply.Fields {
		res.AppendHeader(sip.NewHeader(s.conn.server.field(text)))
	}
	switch {
	case reply.None:
		s.expectAnswer(-1)
	case reply.Half:
		s.half(res.String())
		s.expectAnswer(-1)
	default:
		if err := tx.Respond(res); err != nil {
			return // the client is gone; the tap has it
		}
	}
	if s.conn.behaviour.SendOptions {
		s.sendOptions(req)
	}
	s.registered()
	s.conn.part()
}

// registered records that the server is done with a REGISTER.
func (s *sipSession) registered() {
	k := s.conn.entry.lock()
	k.RegisterDone = true
	s.conn.entry.unlock()
}

func (s *sipSession) answerOptions(req *sip.Request, tx sip.ServerTransaction) {
	res := sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil)
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	_ = tx.Respond(res) // the client is gone; the tap has it
}

const allowed = "REGISTER, OPTIONS"

// decline answers every other request: 405 to methods of RFC 3261 and its
// extensions that this server does not serve, 501 to those it does not know
// (RFC 3261 21.4.6, 21.5.2).
func (s *sipSession) decline(req *sip.Request, tx sip.ServerTransaction) {
	status, reason := sip.StatusNotImplemented, "Not Implemented"
	switch req.Method {
	case sip.ACK:
		return
	case sip.INVITE, sip.BYE, sip.CANCEL, sip.SUBSCRIBE, sip.NOTIFY, sip.REFER, sip.INFO, sip.MESSAGE, sip.PRACK, sip.UPDATE, sip.PUBLISH:
		status, reason = sip.StatusMethodNotAllowed, "Method Not Allowed"
	}
	res := sip.NewResponseFromRequest(req, status, reason, nil)
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	_ = tx.Respond(res) // the client is gone; the tap has it
}

// sendOptions sends an OPTIONS over the client's connection and waits for the
// answer, which the session's own reader records.
func (s *sipSession) sendOptions(register *sip.Request) {
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
	if domain := s.conn.behaviour.OptionsFrom; domain != "" {
		tag := sip.NewParams()
		tag.Add("tag", sip.GenerateTagN(16))
		req.AppendHeader(&sip.FromHeader{Address: sip.Uri{Scheme: "sips", User: "carol", Host: domain}, Params: tag})
	}
	// The pool knows the client's connection by its remote address.
	req.SetTransport("TLS")
	req.SetDestination(s.conn.raw.RemoteAddr().String())
	ctx, cancel := context.WithTimeout(s.ctx, optionsLimit)
	defer cancel()
	_, _ = client.Do(ctx, req) // what came back is recorded by the reader
}
