package exec

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"siptrust/client"
	"siptrust/client/profile"
	"siptrust/pkiforge"
)

// tinyDNS answers every A question for host with the address.
func tinyDNS(t *testing.T, host string, address netip.Addr) netip.AddrPort {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	done := make(chan struct{})
	s := &dns.Server{
		PacketConn:        c,
		NotifyStartedFunc: func() { close(started) },
		Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
			m := new(dns.Msg).SetReply(q)
			m.Authoritative = true
			if q.Question[0].Qtype == dns.TypeA && strings.EqualFold(q.Question[0].Name, dns.Fqdn(host)) {
				m.Answer = []dns.RR{&dns.A{
					Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1},
					A:   address.AsSlice(),
				}}
			}
			_ = w.WriteMsg(m)
		}),
	}
	go func() {
		defer close(done)
		_ = s.ActivateAndServe()
	}()
	<-started
	t.Cleanup(func() { _ = s.Shutdown(); <-done })
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// realClients runs a test with a driver for each embedded profile and each of its
// means that give the client a name, as far as this machine has them.
func realClients(t *testing.T, test func(t *testing.T, e *Driver)) {
	if testing.Short() {
		t.Skip("real clients are slow to start")
	}
	for _, p := range profile.Embedded() {
		for _, m := range p.Names {
			if m == profile.MeansAddress {
				continue
			}
			t.Run(p.Name+"/"+string(m), func(t *testing.T) {
				t.Parallel()
				only := *p
				only.Names = []profile.Means{m}
				e, err := New(&only)
				if err != nil {
					t.Skip(err)
				}
				test(t, prepared(t, e))
			})
		}
	}
}

// drive runs an attempt until the server reports something or the attempt has
// ended, and returns both.
func drive(t *testing.T, e *Driver, a client.Attempt, reports <-chan seen) (seen, client.Outcome) {
	t.Helper()
	if e.Traits().DNS {
		a.DNS = tinyDNS(t, a.Host, a.Server.Addr())
	}
	ctx, cancel := context.WithTimeout(t.Context(), a.Timeout)
	defer cancel()
	type end struct {
		out client.Outcome
		err error
	}
	ended := make(chan end, 1)
	go func() {
		out, err := e.Attempt(ctx, a)
		ended <- end{out, err}
	}()
	var s seen
	select {
	case s = <-reports:
	case <-ctx.Done():
	}
	cancel()
	got := <-ended
	if got.err != nil {
		t.Fatal(got.err)
	}
	return s, got.out
}

func TestRealClientsRegister(t *testing.T) {
	t.Parallel()
	realClients(t, func(t *testing.T, e *Driver) {
		const host = "sound.siptrust.test"
		root := certificate(t, "root", nil)
		server, reports := tinyServer(t, certificate(t, host, root), tls.NoClientCert)
		got, out := drive(t, e, attempt(t, host, server, root), reports)
		if !strings.HasPrefix(got.first, "REGISTER sip") {
			t.Errorf("inside TLS came %q (%v), want a REGISTER; the client said:\n%s", got.first, got.err, out.Output)
		}
		if got.sni != "" && got.sni != host {
			t.Errorf("server name indication %q, want %q", got.sni, host)
		}
		if _, lacks := e.Traits().Lacks[client.FeatureTLS13]; lacks != (got.version != tls.VersionTLS13) {
			t.Errorf("%s was negotiated; the profile says lacks tls13: %v", tls.VersionName(got.version), lacks)
		}
	})
}

func TestRealClientsPresentTheirIdentity(t *testing.T) {
	t.Parallel()
	realClients(t, func(t *testing.T, e *Driver) {
		const host = "mutual.siptrust.test"
		root := certificate(t, "root", nil)
		server, reports := tinyServer(t, certificate(t, host, root), tls.RequireAnyClientCert)
		a := attempt(t, host, server, root)
		a.Identity = []*pkiforge.Certificate{certificate(t, "alice", root), root}
		got, out := drive(t, e, a, reports)
		if _, lacks := e.Traits().Lacks[client.FeatureClientAuth]; lacks {
			if got.peer != 0 {
				t.Errorf("%d client certificates, though the profile says lacks client-auth", got.peer)
			}
			return
		}
		if got.peer == 0 || !strings.HasPrefix(got.first, "REGISTER ") {
			t.Errorf("%d client certificates, then %q (%v); the client said:\n%s", got.peer, got.first, got.err, out.Output)
		}
	})
}

// neverVerifies reports a client that is known to take any certificate:
// baresip 1.0 has no setting that makes it verify a server.
func neverVerifies(t *testing.T, e *Driver) bool {
	return e.Name() == "baresip" && strings.HasPrefix(e.Version(t.Context()), "1.0.")
}

func TestRealClientsRefuseAnUnknownRoot(t *testing.T) {
	t.Parallel()
	realClients(t, func(t *testing.T, e *Driver) {
		const host = "unknown.siptrust.test"
		server, reports := tinyServer(t, certificate(t, host, certificate(t, "root", nil)), tls.NoClientCert)
		got, out := drive(t, e, attempt(t, host, server, certificate(t, "bystander", nil)), reports)
		if neverVerifies(t, e) {
			if !strings.HasPrefix(got.first, "REGISTER ") {
				t.Errorf("a client that never verifies sent %q (%v), want a REGISTER", got.first, got.err)
			}
			return
		}
		if got.first != "" || got.err == nil {
			t.Errorf("inside TLS came %q, want nothing; the client said:\n%s", got.first, out.Output)
		}
	})
}

// TestClients looks for the programs of this machine. A program that takes too long
// does not fail it.
func TestClients(t *testing.T) {
	t.Parallel()
	found := Clients(t.Context())
	for i, p := range profile.Embedded() {
		in := found[i]
		if in.Name != p.Name {
			t.Fatalf("client %d is %q, want %q", i, in.Name, p.Name)
		}
		if in.Program == "" {
			if len(in.Notes) == 0 || !strings.HasSuffix(in.Notes[0], hint(p)) {
				t.Errorf("%s is not installed, but the notes %q do not say how to get it", in.Name, in.Notes)
			}
			continue
		}
		if in.Version == "" && in.Name != "sipgo" { // a build for tests does not know its modules
			if _, err := askVersion(t.Context(), p, versionLimit); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s is installed, but its version was not read: %v", in.Name, err)
			}
		}
		t.Logf("%s %s by %s, notes %q", in.Name, in.Version, in.Names, in.Notes)
	}
}
