package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/net/netutil"
)

// ServiceFault says how the HTTP service treats every request.
type ServiceFault string

// The faults. The zero value is none: the documents are served.
const (
	ServiceSound   ServiceFault = ""
	ServiceSilent  ServiceFault = "silent" // reads the request and never answers
	ServiceReset   ServiceFault = "reset"  // resets the connection instead of answering
	ServiceFailing ServiceFault = "error"  // answers 500
)

// Service is what the HTTP service does with every request. The zero value has
// no documents and answers 404.
type Service struct {
	Documents []Document
	Fault     ServiceFault
}

// Document is what the HTTP service serves at a path.
type Document struct {
	Path string // with a slash at its beginning, as in the request
	Type string // media type
	Body []byte
}

// Request is one HTTP request to the HTTP service.
type Request struct {
	At     time.Duration
	Remote netip.AddrPort
	Method string
	Path   string
	Body   []byte // at most the first 4096 octets
	Answer string // "200", "404", "500", "none", "reset"
}

// Bounds of the HTTP service.
const (
	maxRequests     = 256
	maxRequestBody  = 4096
	maxServiceConns = 64 // at once; more wait in the kernel's queue
)

// service is the HTTP server of a server.
type service struct{ http http.Server }

// serveHTTP serves the documents at the port of l.
func (s *Server) serveHTTP(l *net.TCPListener) {
	accepted := &rememberingListener{TCPListener: l}
	limited := netutil.LimitListener(accepted, maxServiceConns)
	v := &service{}
	v.http = http.Server{
		Handler:        http.HandlerFunc(s.serveDocument),
		ReadTimeout:    s.cfg.IdleLimit,
		MaxHeaderBytes: 16 << 10,
		// It is called after each Accept, by the goroutine that accepts.
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, tcpKey{}, accepted.last)
		},
		ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				s.running.Add(1) // the goroutine of Serve is counted while this is called
			case http.StateClosed, http.StateHijacked:
				s.running.Done()
			}
		},
	}
	v.http.SetKeepAlivesEnabled(false)
	s.service = v
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		_ = v.http.Serve(limited) // ends when it is closed
	}()
}

// serveDocument answers one request and records it.
func (s *Server) serveDocument(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxRequestBody)) // a body that is cut is recorded as far as it came
	s.state.Lock()
	service := s.behaviours[s.step].Service
	s.state.Unlock()
	remote, _ := netip.ParseAddrPort(r.RemoteAddr)
	request := Request{Remote: remote, Method: r.Method, Path: r.URL.Path, Body: body}
	i := slices.IndexFunc(service.Documents, func(d Document) bool { return d.Path == documentPath(r) })
	switch {
	case service.Fault == ServiceSilent:
		request.Answer = "none"
		s.request(request)
		select { // until the client gives up
		case <-r.Context().Done():
		case <-s.closed:
		}
		panic(http.ErrAbortHandler)
	case service.Fault == ServiceReset:
		request.Answer = "reset"
		s.request(request)
		resetRequest(w, r)
	case service.Fault == ServiceFailing:
		request.Answer = "500"
		s.request(request)
		http.Error(w, "out of order", http.StatusInternalServerError)
	case i < 0:
		request.Answer = "404"
		s.request(request)
		http.NotFound(w, r)
	default:
		request.Answer = "200"
		s.request(request)
		w.Header().Set("Content-Type", service.Documents[i].Type)
		_, _ = w.Write(service.Documents[i].Body) // fails when the client is gone
	}
}

// documentPath is the path of the document: an OCSP request by GET is appended to
// it (RFC 6960 A.1).
func documentPath(r *http.Request) string {
	const ocsp = "/ocsp"
	if r.Method == http.MethodGet && len(r.URL.Path) > len(ocsp) && r.URL.Path[:len(ocsp)+1] == ocsp+"/" {
		return ocsp
	}
	return r.URL.Path
}

// rememberingListener knows the connection that it accepted last: the one that
// LimitListener returns in its place cannot be reset.
type rememberingListener struct {
	*net.TCPListener
	last *net.TCPConn
}

// Accept waits for the next connection.
func (r *rememberingListener) Accept() (net.Conn, error) {
	conn, err := r.AcceptTCP()
	if err != nil {
		return nil, err
	}
	r.last = conn
	return conn, nil
}

// tcpKey is the key of a request's TCP connection in its context.
type tcpKey struct{}

// resetRequest ends the connection of a request by a reset. After Hijack the
// connection belongs to the handler.
func resetRequest(w http.ResponseWriter, r *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	_ = r.Context().Value(tcpKey{}).(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

// request records one.
func (r *recorder) request(request Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	request.At = r.since()
	if len(r.obs.Requests) < maxRequests {
		r.obs.Requests = append(r.obs.Requests, request)
	} else {
		r.obs.Dropped++
	}
	r.notify()
}

// close ends the service; its goroutines are counted in [Server.running].
func (v *service) close() error {
	if v == nil {
		return nil
	}
	if err := v.http.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close the HTTP service: %w", err)
	}
	return nil
}
