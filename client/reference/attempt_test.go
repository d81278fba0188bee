package reference

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"siptrust/client"
	"siptrust/client/internal/testpki"
	"siptrust/pkiforge"
)

// steps are the numbers of the steps in a trace; one at which the client went no
// further has a bang.
func steps(trace client.Trace) string {
	var numbers []string
	for _, s := range trace {
		number := strconv.Itoa(s.Number)
		if s.State == client.StepRefused {
			number += "!"
		}
		numbers = append(numbers, number)
	}
	return strings.Join(slices.Compact(numbers), "")
}

// TestAccepted: the nine steps in their order, a REGISTER of the account over
// TLS (RFC 3261 8.1.1, 10.2, 18.1.1), and a good end.
func TestAccepted(t *testing.T) {
	t.Parallel()
	m := forged(t, pkiforge.CustomCA)
	s := &testServer{config: m.config(), options: true}
	var sni string
	s.config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		sni = hello.ServerName
		return nil, nil
	}
	a := m.attemptAt(s.serve(t))
	out, got := attemptOnce(t, New(Options{}), s, a)
	if !out.Started || out.Ended || out.Diagnosis != "" || out.Took <= 0 {
		t.Errorf("the outcome of an attempt that its caller ended: %+v", out)
	}
	if steps(out.Trace) != "123456789" {
		t.Errorf("steps %s in the trace:\n%s", steps(out.Trace), strings.Join(out.Trace.Lines(), "\n"))
	}
	for _, one := range out.Trace.Nine() {
		if one.State != client.StepDone || one.Detail() == "" {
			t.Errorf("step %d, %s, is %s: %q", one.Number, one.Name(), one.State, one.Detail())
		}
	}
	if sni != testHost {
		t.Errorf("server_name %q, want %q", sni, testHost)
	}
	if want := "REGISTER sips:sip.example.test:" + fmt.Sprint(a.Server.Port()) + " SIP/2.0"; got.request != want {
		t.Errorf("request line %q, want %q", got.request, want)
	}
	for header, want := range map[string]string{
		"Via": "SIP/2.0/TLS 127.0.0.1:", "Contact": "<sips:alice@127.0.0.1:", "To": "<sips:alice@sip.example.test>",
		"From": "<sips:alice@sip.example.test>;tag=", "Cseq": "1 REGISTER", "Max-Forwards": "70", "Content-Length": "0",
	} {
		if !strings.HasPrefix(got.headers.Get(header), want) {
			t.Errorf("%s: %q, want it to begin with %q", header, got.headers.Get(header), want)
		}
	}
	if got.options != "SIP/2.0 200 OK" {
		t.Errorf("OPTIONS answered %q", got.options)
	}
	if got.lateErr != nil {
		t.Errorf("the connection ended with %v, want a close_notify", got.lateErr)
	}
}

// TestRefused: the server hears it by an alert, not by a reset, and the
// client ends by itself without a step beyond the verdict.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		m := forged(t, pkiforge.CustomCA, pkiforge.Expired(pkiforge.Server))
		s := &testServer{config: m.config()}
		s.config.MinVersion, s.config.MaxVersion = version, version
		out, got := attemptOnce(t, New(Options{}), s, m.attemptAt(s.serve(t)))
		if !out.Ended || steps(out.Trace) != "1234!6!" {
			t.Errorf("%s: ended %t, steps %s", tls.VersionName(version), out.Ended, steps(out.Trace))
		}
		if line := out.Trace.Lines()[3]; !strings.HasPrefix(line, "4 path validation: refused: ") || !strings.Contains(line, "expired at ") {
			t.Errorf("%s: the trace says %q", tls.VersionName(version), line)
		}
		if got.handshake == nil || got.handshake.Error() != "remote error: tls: bad certificate" {
			t.Errorf("%s: the server's handshake ended with %v, want the client's alert", tls.VersionName(version), got.handshake)
		}
	}
}

// TestVersions: the client offers what its options say.
func TestVersions(t *testing.T) {
	t.Parallel()
	m := forged(t, pkiforge.CustomCA)
	for _, tt := range []struct {
		lowest, highest uint16
		want            []uint16
	}{
		{0, 0, []uint16{tls.VersionTLS13, tls.VersionTLS12}},
		{tls.VersionTLS13, 0, []uint16{tls.VersionTLS13}},
		{0, tls.VersionTLS12, []uint16{tls.VersionTLS12}},
		{tls.VersionTLS10, 0, []uint16{tls.VersionTLS13, tls.VersionTLS12}},
	} {
		s := &testServer{config: m.config()}
		var offered []uint16
		s.config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			offered = hello.SupportedVersions
			return nil, nil
		}
		attemptOnce(t, New(Options{MinVersion: tt.lowest, MaxVersion: tt.highest}), s, m.attemptAt(s.serve(t)))
		if !slices.Equal(offered, tt.want) {
			t.Errorf("%x to %x: offered %x, want %x", tt.lowest, tt.highest, offered, tt.want)
		}
	}
}

// TestByAddress: an address is compared with iPAddress and is no server_name
// (RFC 6066 3).
func TestByAddress(t *testing.T) {
	t.Parallel()
	m := forged(t, pkiforge.CustomCA, testpki.EditServer("address", func(c *pkiforge.Cert) {
		c.IPs = []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	}))
	m.host = "127.0.0.1"
	s := &testServer{config: m.config()}
	sni := "none seen"
	s.config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		sni = hello.ServerName
		return nil, nil
	}
	_, got := attemptOnce(t, New(Options{}), s, m.attemptAt(s.serve(t)))
	if !strings.HasPrefix(got.request, "REGISTER sips:127.0.0.1:") || sni != "" {
		t.Errorf("request %q, server_name %q", got.request, sni)
	}
}

// TestNothingThere: an attempt that reaches nobody says why.
func TestNothingThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.MustParseAddrPort(l.Addr().String())
	l.Close()
	out, err := New(Options{}).Attempt(t.Context(), forged(t, pkiforge.CustomCA).attemptAt(addr))
	if err != nil || !strings.HasPrefix(out.Diagnosis, "nothing connected: ") || steps(out.Trace) != "1!" {
		t.Errorf("%+v, %v", out, err)
	}
}

// TestBadInput: what cannot be installed or called is the caller's mistake.
func TestBadInput(t *testing.T) {
	t.Parallel()
	a := forged(t, pkiforge.CustomCA).attemptAt(freeAddr)
	a.CustomRoots = []*pkiforge.Certificate{{Name: "broken", DER: []byte("no certificate")}}
	if _, err := New(Options{}).Attempt(t.Context(), a); err == nil || !strings.Contains(err.Error(), `"broken"`) {
		t.Errorf("the error does not name the root: %v", err)
	}
	a = forged(t, pkiforge.CustomCA).attemptAt(freeAddr)
	a.URI = "alice"
	if _, err := New(Options{}).Attempt(t.Context(), a); err == nil || !strings.Contains(err.Error(), `"alice"`) {
		t.Errorf("the error does not name the account: %v", err)
	}
}

// TestWaiting: in silence the client waits until its time is up, which is its
// own doing, or until its caller ends it, which is not.
func TestWaiting(t *testing.T) {
	t.Parallel()
	m := forged(t, pkiforge.CustomCA)
	s := &testServer{}
	a := m.attemptAt(s.serve(t))
	a.Timeout = 30 * time.Millisecond
	out, _ := attemptOnce(t, New(Options{}), s, a)
	if !out.Ended || out.Took < a.Timeout {
		t.Errorf("its own time limit: %+v", out)
	}
	a.Timeout = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	out, err := New(Options{}).Attempt(ctx, a)
	if err != nil || out.Ended || out.Took > 10*time.Second {
		t.Errorf("ended by its caller: %+v, %v", out, err)
	}
	if got := s.connection(); !errors.Is(got.lateErr, io.EOF) {
		t.Errorf("the connection ended with %v, want a FIN", got.lateErr)
	}
}

// TestTraits: what the runner builds on.
func TestTraits(t *testing.T) {
	t.Parallel()
	d := New(Options{})
	if diff := cmp.Diff(client.Traits{Silence: 300 * time.Millisecond, Forgets: true}, d.Traits()); diff != "" {
		t.Errorf("traits (-want +got):\n%s", diff)
	}
	if d.Name() != "reference" || d.Kind() != "reference" || !strings.Contains(d.Version(t.Context()), "go1.") {
		t.Errorf("%s, %s, %s", d.Name(), d.Kind(), d.Version(t.Context()))
	}
}
