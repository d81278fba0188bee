package verify

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// Bounds of what is fetched of one certificate. maxFetched is how many issuers
// above one another.
const (
	fetchLimit = time.Second
	fetchSize  = 1 << 20
	maxFetched = 8
)

// Dial makes a connection, as net.Dialer's DialContext does. It is the one way
// out of this package, and so the place for a guard: an address that is not to
// be reached is refused there, names resolved by it included.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// ForbiddenError says that a guard let nothing out to an address.
type ForbiddenError struct{ Address string }

func (e *ForbiddenError) Error() string {
	return e.Address + " is not on this machine: nothing is sent there"
}

// Loopback is the [Dial] that reaches loopback addresses only and resolves no
// name. All else is a [*ForbiddenError].
func Loopback(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.Unmap().IsLoopback() {
		return nil, &ForbiddenError{address}
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, address)
}

// exchange makes one HTTP request. request makes what is posted from a nonce;
// nil: the location is read.
func (v *Verifier) exchange(ctx context.Context, location string, request func(nonce []byte) ([]byte, error)) (body, nonce []byte, err error) {
	if request == nil {
		body, err = v.http(ctx, http.MethodGet, location, nil)
		return body, nil, err
	}
	nonce = make([]byte, 32) // RFC 9654 2.1
	_, _ = rand.Read(nonce)
	posted, err := request(nonce)
	if err != nil {
		return nil, nil, err
	}
	body, err = v.http(ctx, http.MethodPost, location, posted)
	return body, nonce, err
}

// http makes one request, without TLS and without following a redirection.
func (v *Verifier) http(ctx context.Context, method, location string, body []byte) ([]byte, error) {
	u, err := url.Parse(location)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" {
		return nil, fmt.Errorf("%s is not fetched: only http is", location)
	}
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, location, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/ocsp-request")
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: v.dial}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", location, response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, fetchSize))
}

// fetchIssuers fetches what the last of certs says are its issuers (RFC 5280
// 4.2.2.1): single certificates in DER. What cannot be had or read is passed
// over; what is fetched is verified like what was sent.
func (w *walk) fetchIssuers(ctx context.Context, certs []*x509.Certificate) []*x509.Certificate {
	if !w.issuers || len(certs) > maxFetched {
		return nil
	}
	var issuers []*x509.Certificate
	top := certs[len(certs)-1]
	for _, location := range top.IssuingCertificateURL {
		body, _, err := w.fetch(ctx, location, top, nil)
		if err != nil {
			continue
		}
		if c, err := x509.ParseCertificate(body); err == nil {
			issuers = append(issuers, c)
		}
	}
	return issuers
}
