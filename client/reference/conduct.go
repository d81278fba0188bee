package reference

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// recovery is how long the client waits before it replaces a connection that
// the server ended; each further time it waits twice as long.
const recovery = 10 * time.Millisecond

// wait gives false when ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// another makes the attempt of the second account: a connection of its own, to
// be verified by its own name (RFC 5922 7.3), whatever stands already.
func (t *attempt) another() (*attempt, error) {
	var aor sip.Uri
	if err := sip.ParseUri(t.SecondURI, &aor); err != nil || aor.Host == "" {
		return nil, fmt.Errorf("%q is no SIP URI of an account (%v)", t.SecondURI, err)
	}
	second := *t
	second.Host, second.Domain, second.aor = t.SecondHost, t.SecondHost, aor
	second.settled = make(chan struct{})
	return &second, nil
}

// runAll registers the accounts, the second once the first is registered or
// given up.
func (t *attempt) runAll(ctx context.Context) string {
	if t.second == nil {
		return t.run(ctx)
	}
	done := make(chan string, 1)
	go func() {
		why := t.run(ctx)
		t.settle()
		done <- why
	}()
	<-t.settled
	if !t.without(checkReuse) {
		t.second.run(ctx)
	}
	why := <-done
	t.trace = append(t.trace, t.second.trace...)
	return why
}

// settle lets the second account begin. It may be called again, by the same
// goroutine.
func (t *attempt) settle() {
	select {
	case <-t.settled:
	default:
		close(t.settled)
	}
}

// answered takes the final answer to a REGISTER.
func (t *attempt) answered(ctx context.Context, agent *sipgo.UserAgent, f *flow, res *sip.Response) {
	t.step(9, "SIP: REGISTER answered %d %s", res.StatusCode, res.Reason)
	if res.IsSuccess() {
		t.registered = true
	}
	t.misuse(ctx, agent, f, res)
	t.follow(ctx, agent, f, res)
	if t.second != nil && t.without(checkReuse) {
		t.again(ctx, agent, f, t.second.registerRequest("sips", "TLS", f.LocalAddr()))
	}
	t.settle()
}

// follow goes where a redirection sends it (RFC 3261 8.1.3.4), once, and only to
// a sips URI: over a connection of its own, verified by the name in that URI.
func (t *attempt) follow(ctx context.Context, agent *sipgo.UserAgent, f *flow, res *sip.Response) {
	h := res.GetHeader("Contact")
	if res.StatusCode/100 != 3 || h == nil || t.redirected != nil {
		return
	}
	var to sip.Uri
	if _, err := sip.ParseAddressValue(h.Value(), &to, nil); err != nil || to.Scheme != "sips" || to.Host != t.SecondHost {
		return // the only name that this client can resolve besides its own
	}
	next := *t
	next.Host, next.redirected, next.second = to.Host, &to, nil
	t.step(9, "SIP: sent on to %s", to.HostPort())
	if t.without(checkReuse) {
		t.again(ctx, agent, f, next.registerRequest("sips", "TLS", f.LocalAddr()))
		return
	}
	next.trace = nil
	next.run(ctx)
	t.trace = append(t.trace, next.trace...)
}

// again sends another request over the connection of f.
func (t *attempt) again(ctx context.Context, agent *sipgo.UserAgent, f *flow, req *sip.Request) {
	uac, err := sipgo.NewClient(agent)
	if err != nil {
		return
	}
	req.SetTransport("TLS")
	req.SetDestination(f.RemoteAddr().String())
	if res, err := uac.Do(ctx, req); err == nil {
		t.step(9, "SIP: %s again, answered %d", req.Method, res.StatusCode)
	}
}

// misuse is what the mutants do with an answer; the client itself follows no
// answer anywhere, has no password to give away and keeps its scheme.
func (t *attempt) misuse(ctx context.Context, agent *sipgo.UserAgent, f *flow, res *sip.Response) {
	hop, found := clearHop(res)
	switch {
	case found && t.without(checkClearHop):
		if t.sendClear(ctx, hop.network, hop.addr) == nil {
			t.step(9, "SIP: REGISTER in the clear to %s, which the answer named", hop.addr)
		}
	case (res.StatusCode == 416 || res.StatusCode == 480) && t.without(checkScheme):
		t.again(ctx, agent, f, t.registerRequest("sip", "TLS", f.LocalAddr()))
	case res.StatusCode == sip.StatusUnauthorized && t.without(checkBasic):
		req := t.registerRequest("sips", "TLS", f.LocalAddr())
		req.AppendHeader(sip.NewHeader("Authorization", "Basic YWxpY2U6c2VjcmV0"))
		t.again(ctx, agent, f, req)
	}
}

// hop is a place that is reached without TLS.
type hop struct {
	network string
	addr    netip.AddrPort
}

// clearHop is where the mutant clear-hop goes: the hop that an answer names, if
// that is reached without TLS.
func clearHop(res *sip.Response) (hop, bool) {
	name := "Service-Route"
	if res.StatusCode/100 == 3 {
		name = "Contact"
	}
	h := res.GetHeader(name)
	if h == nil {
		return hop{}, false
	}
	var uri sip.Uri
	if _, err := sip.ParseAddressValue(h.Value(), &uri, nil); err != nil {
		return hop{}, false
	}
	network, _ := uri.UriParams.Get("transport")
	addr, err := netip.ParseAddr(uri.Host)
	if err != nil || uri.Scheme != "sip" || network != "tcp" && network != "udp" {
		return hop{}, false
	}
	return hop{network, netip.AddrPortFrom(addr, uint16(uri.Port))}, true
}

// clearTransport is what the mutant uri-transport does: it reads the transport
// parameter of a sips URI as if that were all there is. Empty: the parameter
// names nothing without TLS.
func clearTransport(aor *sip.Uri) string {
	network, _ := aor.UriParams.Get("transport")
	if network != "tcp" && network != "udp" {
		return ""
	}
	return network
}

// trusts says whether a mutant passes over the verification of step 4 to 6.
func (t *attempt) trusts(state tls.ConnectionState) bool {
	if state.DidResume {
		byName, refused := t.without(checkSessionName), t.without(checkRefusedSession)
		if byName || refused {
			t.step(6, "verdict: not verified, the session is resumed: proceed")
			return true
		}
	}
	if t.knows(t.server()) {
		t.step(6, "verdict: not verified, the server is known: proceed")
		return true
	}
	return false
}

// ticketWait is how long the mutant refused-session waits for the ticket of a
// server that it refuses. The ticket comes with the server's Finished.
const ticketWait = 20 * time.Millisecond

// verifyLate is the verification of the mutant refused-session: once the
// handshake is complete, and after a ticket was taken.
func (t *attempt) verifyLate(ctx context.Context, secured *tls.Conn) error {
	err := t.verify(ctx, secured.ConnectionState())
	if err != nil {
		_ = secured.SetReadDeadline(time.Now().Add(ticketWait))
		_, _ = secured.Read(make([]byte, 1)) // takes the ticket on its way
	}
	return err
}

// isClearText: what the server answered is no TLS.
func isClearText(err error) bool {
	var header tls.RecordHeaderError
	return errors.As(err, &header)
}
