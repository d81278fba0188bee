package reference

import (
	"context"
	"io"
	"net"
	"net/netip"
	"time"
)

// clearPort is where SIP without TLS is served (RFC 3261 19.1.1).
const clearPort = 5060

// fallBack is what the mutant plaintext-fallback does when the server turned
// it away: it registers without TLS, over UDP at the usual port and at the
// server's own, and over TCP. It does so even when the attempt is being ended,
// within a short bound: otherwise what it does would be a matter of luck.
func (t *attempt) fallBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), linger)
	defer cancel()
	usual := netip.AddrPortFrom(t.Server.Addr(), clearPort)
	for _, try := range []struct {
		network string
		addr    netip.AddrPort
	}{{"udp", usual}, {"udp", t.Server}, {"tcp", usual}} {
		if t.sendClear(ctx, try.network, try.addr) == nil {
			t.step(9, "SIP: REGISTER in the clear over %s to %s", try.network, try.addr)
		}
	}
}

// sendClear sends one REGISTER without TLS and waits for no answer.
func (t *attempt) sendClear(ctx context.Context, network string, addr netip.AddrPort) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, addr.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	transport := "UDP"
	if network == "tcp" {
		transport = "TCP"
	}
	if _, err := conn.Write(t.clearRegister(transport, conn.LocalAddr())); err != nil {
		return err
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
		_ = tcp.SetReadDeadline(time.Now().Add(linger))
		_, _ = io.Copy(io.Discard, tcp)
	}
	return nil
}

// clearRegister is a REGISTER of the account as it stands on the wire without
// TLS.
func (t *attempt) clearRegister(transport string, local net.Addr) []byte {
	return []byte(t.registerRequest("sip", transport, local).String())
}
