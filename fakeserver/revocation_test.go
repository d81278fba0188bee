package fakeserver

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// published is a behaviour with two documents.
func published(fault ServiceFault) Behaviour {
	return Behaviour{Service: Service{Fault: fault, Documents: []Document{
		{Path: "/ocsp", Type: "application/ocsp-response", Body: []byte("response")},
		{Path: "/a.crl", Type: "application/pkix-crl", Body: []byte("list")},
	}}}
}

// serviceOf starts a server with its revocation service.
func serviceOf(t *testing.T, b Behaviour) (*Server, string) {
	t.Helper()
	r := reserve(t, Config{Places: Places{Service: true}})
	return serve(t, r, Setup{Behaviours: []Behaviour{b}}), r.Service()
}

// ask makes one request on a connection of its own.
func ask(ctx context.Context, method, location, body string) (status int, kind, answer string, err error) {
	request, err := http.NewRequestWithContext(ctx, method, location, strings.NewReader(body))
	if err != nil {
		return 0, "", "", err
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, "", "", err
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	return response.StatusCode, response.Header.Get("Content-Type"), string(all), err
}

func TestServiceGivesDocumentsOut(t *testing.T) {
	t.Parallel()
	s, base := serviceOf(t, published(ServiceSound))
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	if at := netip.MustParseAddrPort(u.Host); at.Addr() != s.Address().Addr() {
		t.Errorf("the service is at %s, the server at %s", at, s.Address())
	}
	for _, tc := range []struct {
		method, path, kind, answer string
		status                     int
	}{
		{"POST", "/ocsp", "application/ocsp-response", "response", 200},
		{"GET", "/ocsp/MFcwVTBT", "application/ocsp-response", "response", 200},
		{"GET", "/a.crl", "application/pkix-crl", "list", 200},
		{"GET", "/b.crl", "text/plain; charset=utf-8", "404 page not found\n", 404},
	} {
		status, kind, answer, err := ask(t.Context(), tc.method, base+tc.path, "asked")
		if err != nil || status != tc.status || kind != tc.kind || answer != tc.answer {
			t.Errorf("%s %s: %d %q %q, %v", tc.method, tc.path, status, kind, answer, err)
		}
	}
	o := s.Observe(t.Context())
	if len(o.Requests) != 4 || len(o.Connections) != 0 {
		t.Fatalf("%d requests and %d connections are recorded, want 4 and none", len(o.Requests), len(o.Connections))
	}
	if r := o.Requests[0]; r.Method != "POST" || r.Path != "/ocsp" || string(r.Body) != "asked" || r.Answer != "200" || !r.Remote.IsValid() || r.At <= 0 {
		t.Errorf("the first request is recorded as %+v", r)
	}
	if r := o.Requests[3]; r.Path != "/b.crl" || r.Answer != "404" {
		t.Errorf("the last request is recorded as %+v", r)
	}
	o.Requests[0].Body[0] = 'x'
	if string(s.Observe(t.Context()).Requests[0].Body) != "asked" {
		t.Error("the observation shares memory with the server")
	}
	s.Next()
	if n := len(s.Observe(t.Context()).Requests); n != 0 {
		t.Errorf("%d requests of the attempt before are left", n)
	}
}

func TestServiceFaults(t *testing.T) {
	t.Parallel()
	t.Run("error", func(t *testing.T) {
		t.Parallel()
		s, base := serviceOf(t, published(ServiceFailing))
		if status, _, _, err := ask(t.Context(), "POST", base+"/ocsp", ""); err != nil || status != 500 {
			t.Errorf("%d, %v", status, err)
		}
		answeredWith(t, s, "500")
	})
	t.Run("reset", func(t *testing.T) {
		t.Parallel()
		s, base := serviceOf(t, published(ServiceReset))
		if _, _, _, err := ask(t.Context(), "POST", base+"/ocsp", "x"); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%v, want a reset", err)
		}
		answeredWith(t, s, "reset")
	})
	t.Run("silent", func(t *testing.T) {
		t.Parallel()
		s, base := serviceOf(t, published(ServiceSilent))
		ctx, cancel := context.WithCancel(t.Context())
		go func() { // the client has had enough once its request is there
			s.Await(t.Context(), func(o *Observation) bool { return len(o.Requests) > 0 })
			cancel()
		}()
		if _, _, answer, err := ask(ctx, "POST", base+"/ocsp", ""); !errors.Is(err, context.Canceled) {
			t.Errorf("%q, %v", answer, err)
		}
		answeredWith(t, s, "none")
	})
}

func answeredWith(t *testing.T, s *Server, answer string) {
	t.Helper()
	if o := s.Observe(t.Context()); len(o.Requests) != 1 || o.Requests[0].Answer != answer {
		t.Errorf("recorded: %+v, want one request answered %q", o.Requests, answer)
	}
}

// The server closes the service with itself, also while a client waits for its
// answer. A client that waits does not block another one.
func TestServiceEndsWithTheServer(t *testing.T) {
	t.Parallel()
	s, base := serviceOf(t, published(ServiceSilent))
	waiting := make(chan error, 3)
	for range cap(waiting) {
		go func() {
			_, _, _, err := ask(t.Context(), "POST", base+"/ocsp", "")
			waiting <- err
		}()
	}
	if !s.Await(t.Context(), func(o *Observation) bool { return len(o.Requests) == cap(waiting) }) {
		t.Fatal("the requests did not come")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range cap(waiting) {
		if err := <-waiting; err == nil {
			t.Error("a request was answered")
		}
	}
	u, _ := url.Parse(base)
	if c, err := net.DialTimeout("tcp", u.Host, time.Second); err == nil {
		c.Close()
		t.Error("the port is still open")
	}
}

// No request is kept beyond the bound, and none stops the service.
func TestServiceIsBounded(t *testing.T) {
	t.Parallel()
	s, base := serviceOf(t, published(ServiceSound))
	for range maxRequests + 3 {
		if status, _, _, err := ask(t.Context(), "POST", base+"/ocsp", strings.Repeat("x", maxRequestBody+1)); err != nil || status != 200 {
			t.Fatalf("%d, %v", status, err)
		}
	}
	if o := s.Observe(t.Context()); len(o.Requests) != maxRequests || o.Dropped != 3 || len(o.Requests[0].Body) != maxRequestBody {
		t.Errorf("%d requests of %d octets are kept, %d dropped", len(o.Requests), len(o.Requests[0].Body), o.Dropped)
	}
}

// The staple is sent to a client that asks for it, in both versions.
func TestStaple(t *testing.T) {
	t.Parallel()
	pki := testPKI()
	b := serving(pki.ecdsa)
	b.Staple = []byte("any octets")
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		b.MinVersion, b.MaxVersion = version, version
		s := start(t, b)
		c, err := tls.Dial("tcp", s.Address().String(), pki.trusting())
		if err != nil {
			t.Fatal(err)
		}
		if got := string(c.ConnectionState().OCSPResponse); got != "any octets" {
			t.Errorf("%s: %q was handed out", tls.VersionName(version), got)
		}
		_ = c.Close()
	}
}

// More connections than there is room for wait until another ends; a server that
// is full closes all the same.
func TestServiceConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	s, base := serviceOf(t, published(ServiceSound))
	u, _ := url.Parse(base)
	var idle []*net.TCPConn
	for range maxServiceConns {
		idle = append(idle, dial(t, u.Host))
	}
	late := dial(t, u.Host)
	if _, err := io.WriteString(late, "GET /a.crl HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	_ = late.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := late.Read(make([]byte, 1)); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("one connection more than there is room for read %d octets, %v", n, err)
	}
	_ = idle[0].Close()
	_ = late.SetReadDeadline(time.Now().Add(20 * time.Second))
	if answer, err := io.ReadAll(late); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.0 200 OK\r\n") {
		t.Errorf("%q, %v", answer, err)
	}
	idle = append(idle, dial(t, u.Host), dial(t, u.Host))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, c := range idle[1:] {
		if n, err := c.Read(make([]byte, 1)); n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a connection outlived the server: %d octets, %v", n, err)
		}
	}
}
