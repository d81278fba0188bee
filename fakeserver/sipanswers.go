package fakeserver

import "github.com/emiago/sipgo/sip"

func (s *sipSession) answerOptions(req *sip.Request, tx sip.ServerTransaction) {
	res := sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil)
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	_ = tx.Respond(res) // fails when the client is gone, as the tap records
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
	_ = tx.Respond(res) // fails when the client is gone, as the tap records
}
