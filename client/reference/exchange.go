package reference

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// errNoDial keeps sipgo on the connection that was verified.
var errNoDial = errors.New("this client speaks over the verified connection only")

// agent makes a SIP user agent that lives on one connection. It never dials
// and never resolves a name: a second connection would be an unverified one.
func (t *attempt) agent() (*sipgo.UserAgent, error) {
	closed := &sip.TransportTCP{DialerCreate: func(net.Addr) net.Dialer {
		return net.Dialer{Control: func(string, string, syscall.RawConn) error { return errNoDial }}
	}}
	nobody := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errNoDial
	}}
	return sipgo.NewUA(
		sipgo.WithUserAgent("siptrust"),
		sipgo.WithUserAgentParser(t.parser),
		sipgo.WithUserAgentDNSResolver(nobody),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerTransports(sip.TransportsConfig{
			TLS: &sip.TransportTLS{TransportTCP: closed},
		})),
	)
}

// exchange is step 9: SIP in both directions until ctx is done or the server
// ends the connection, which is closed in any case.
func (t *attempt) exchange(ctx context.Context, tcp *net.TCPConn, secured *tls.Conn) {
	agent, err := t.agent()
	if err != nil {
		t.stop(9, "SIP: %v: close", err)
		_ = secured.Close()
		return
	}
	defer agent.Close()
	// sipgo's own option to end transactions with their connection crashes
	// when a connection ends before the transaction has begun (v1.7.2).
	live, ended := context.WithCancel(ctx)
	defer ended()
	var f *flow
	late := time.AfterFunc(answerLimit, ended)
	late.Stop()
	defer late.Stop()
	f = newFlow(secured, func() {
		if f.whole.Load() {
			late.Reset(answerLimit)
		} else {
			ended()
		}
	})
	t.registered = false
	var answered atomic.Int32
	if err := t.answer(agent, &answered); err != nil {
		t.stop(9, "SIP: %v: close", err)
		_ = secured.Close()
		return
	}
	// Serving ends with the listener, at once; the connection stays.
	if err := agent.TransportLayer().ServeTLS(&single{conn: f}); !errors.Is(err, net.ErrClosed) {
		t.stop(9, "SIP: %v: close", err)
		_ = secured.Close()
		return
	}
	t.register(live, agent, f)
	select {
	case <-ctx.Done():
	case <-f.gone:
	}
	if n := answered.Load(); n > 0 {
		t.step(9, "SIP: answered %d OPTIONS of the server", n)
	}
	if f.over() {
		t.turnedAway = !f.heard.Load()
		t.lost = t.registered
		t.step(9, "SIP: the server ended the connection: %s: close", f.reason())
	}
	if t.turnedAway && t.without(checkClose) {
		<-ctx.Done()
	}
	f.part(tcp)
}

// register sends the REGISTER and awaits the final answer until ctx is done.
func (t *attempt) register(ctx context.Context, agent *sipgo.UserAgent, f *flow) {
	uac, err := sipgo.NewClient(agent)
	if err != nil {
		t.stop(9, "SIP: %v", err)
		return
	}
	req := t.registerRequest("sips", "TLS", f.LocalAddr())
	req.SetTransport("TLS")
	req.SetDestination(f.RemoteAddr().String())
	res, err := uac.Do(ctx, req)
	switch {
	case err == nil:
		t.answered(ctx, agent, f, res)
	case ctx.Err() != nil:
		t.step(9, "SIP: REGISTER sent, no answer taken before the end")
	default:
		t.stop(9, "SIP: REGISTER not sent: %v", err)
	}
}

// answer makes the agent answer the requests of the server: OPTIONS with what
// it can do (RFC 3261 11.2), others with 405.
func (t *attempt) answer(agent *sipgo.UserAgent, answered *atomic.Int32) error {
	uas, err := sipgo.NewServer(agent)
	if err != nil {
		return err
	}
	uas.OnOptions(func(req *sip.Request, tx sip.ServerTransaction) {
		if t.without(checkOptions) {
			return
		}
		res := sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil)
		res.AppendHeader(sip.NewHeader("Allow", "OPTIONS"))
		if tx.Respond(res) == nil {
			answered.Add(1)
		}
	})
	return nil
}

// registerRequest builds the REGISTER of the account (RFC 3261 10.2) as it is
// sent from the address local: the domain as Request-URI, the address of
// record, which has no port (19.1.1), in To and From.
func (t *attempt) registerRequest(scheme, transport string, local net.Addr) *sip.Request {
	aor, from := t.aor, netip.MustParseAddrPort(local.String())
	host := from.Addr().String()
	if from.Addr().Is6() {
		host = "[" + host + "]"
	}
	user := sip.Uri{Scheme: scheme, User: aor.User, Host: aor.Host}
	contact := sip.Uri{Scheme: scheme, User: aor.User, Host: host, Port: int(from.Port())}

	target := sip.Uri{Scheme: scheme, Host: aor.Host, Port: aor.Port}
	if t.redirected != nil {
		target.Host, target.Port = t.redirected.Host, t.redirected.Port
	}
	req := sip.NewRequest(sip.REGISTER, target)
	via := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: transport,
		Host: host, Port: int(from.Port()),
	}
	via.Params.Add("branch", sip.GenerateBranch())
	via.Params.Add("rport", "")
	tag := sip.NewParams()
	tag.Add("tag", sip.GenerateTagN(16))
	callID := sip.CallIDHeader(rand.Text())
	forwards := sip.MaxForwardsHeader(70)
	expires := sip.ExpiresHeader(60)
	req.AppendHeader(via)
	req.AppendHeader(&forwards)
	req.AppendHeader(&sip.FromHeader{Address: user, Params: tag})
	req.AppendHeader(&sip.ToHeader{Address: user})
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.REGISTER})
	req.AppendHeader(&sip.ContactHeader{Address: contact})
	req.AppendHeader(&expires)
	req.SetBody(nil)
	return req
}
