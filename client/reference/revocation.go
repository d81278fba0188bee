package reference

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"
)

// Bounds of what is fetched of one certificate.
const (
	fetchLimit = time.Second
	fetchSize  = 1 << 20
)

// oidTLSFeature is id-pe-tlsfeature (RFC 7633 4.1).
var oidTLSFeature = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}

// notRevoked is RFC 5280 6.1.3 (a)(3): no certificate of the path is revoked.
// What the server handed out counts first. Where that says nothing and the
// policy asks for more, the responder is asked and then the list is fetched;
// what neither says is taken for good (RFC 9325 7.5).
func (t *attempt) notRevoked(ctx context.Context, p path, staple []byte) error {
	if t.without(checkRevocation) || p.direct {
		return nil
	}
	known, err := t.stapled(p, staple)
	if err != nil || !t.policy.fetches {
		return err
	}
	for i, c := range p.certs {
		issuer := p.issuer(i)
		if i == 0 && known || issuer == nil {
			continue
		}
		if i > 0 && t.without(checkIssuerRevocation) {
			break
		}
		if err := t.fetched(ctx, c, issuer); err != nil {
			return err
		}
	}
	return nil
}

// stapled judges the OCSP response of the handshake (RFC 6066 8), and says
// whether it is known by it that the server's certificate is good.
func (t *attempt) stapled(p path, staple []byte) (known bool, err error) {
	leaf, said := p.leaf(), unanswered
	issuer := p.issuer(0)
	if len(staple) > 0 && issuer != nil && !t.without(checkStaple) {
		said, err = t.readOCSP(staple, nil, leaf, issuer)
		if err != nil && !errors.Is(err, errUnavailable) {
			return false, err
		}
		t.step(5, "revocation: the OCSP response of the handshake says %s", said)
	}
	if said == isRevoked {
		return false, refuse(checkStaple, "%s is revoked, by the OCSP response of the handshake", title(leaf))
	}
	satisfied := said == isGood || t.without(checkStaple) && len(staple) > 0
	if demandsStaple(leaf) && !satisfied && !t.without(checkMustStaple) {
		return false, refuse(checkMustStaple, "%s demands an OCSP response in the handshake, and none says that it is good", title(leaf))
	}
	return said == isGood, nil
}

// String is the answer in words.
func (a answer) String() string {
	return [...]string{unanswered: "nothing", isGood: "good", isRevoked: "revoked"}[a]
}

// demandsStaple: the certificate names the feature status_request (RFC 7633
// 4.3.3), which this client always offers.
func demandsStaple(c *x509.Certificate) bool {
	i := slices.IndexFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidTLSFeature) })
	if i < 0 {
		return false
	}
	var features []int
	const statusRequest = 5
	_, err := asn1.Unmarshal(c.Extensions[i].Value, &features)
	return err == nil && slices.Contains(features, statusRequest)
}

// fetched asks the sources that c names, one after the other, until one knows.
func (t *attempt) fetched(ctx context.Context, c, issuer *x509.Certificate) error {
	type source struct {
		check check
		url   string
		read  func(context.Context, string) (answer, error)
	}
	var sources []source
	for _, u := range c.OCSPServer {
		sources = append(sources, source{checkOCSP, u, func(ctx context.Context, u string) (answer, error) { return t.askResponder(ctx, u, c, issuer) }})
	}
	for _, u := range c.CRLDistributionPoints {
		sources = append(sources, source{checkCRL, u, func(ctx context.Context, u string) (answer, error) { return t.list(ctx, u, c, issuer) }})
	}
	for _, s := range sources {
		if t.without(s.check) {
			continue
		}
		said, err := s.read(ctx, s.url)
		if err != nil {
			t.step(5, "revocation: %s of %s: %v", s.check, title(c), err)
			continue
		}
		t.step(5, "revocation: %s of %s says %s", s.check, title(c), said)
		switch said {
		case isRevoked:
			return refuse(s.check, "%s is revoked, as %s says", title(c), s.url)
		case isGood:
			return nil
		}
	}
	return nil
}

// askResponder asks an OCSP responder (RFC 6960 A.1).
func (t *attempt) askResponder(ctx context.Context, u string, c, issuer *x509.Certificate) (answer, error) {
	nonce := make([]byte, 32) // RFC 9654 2.1
	_, _ = rand.Read(nonce)
	request, err := ocspRequest(c, issuer, nonce)
	if err != nil {
		return unanswered, err
	}
	body, err := fetch(ctx, http.MethodPost, u, request)
	if err != nil {
		return unanswered, err
	}
	return t.readOCSP(body, nonce, c, issuer)
}

// list looks for c on its issuer's CRL (RFC 5280 6.3.3). This client knows
// complete lists only, signed by the issuer itself.
func (t *attempt) list(ctx context.Context, u string, c, issuer *x509.Certificate) (answer, error) {
	body, err := fetch(ctx, http.MethodGet, u, nil)
	if err != nil {
		return unanswered, err
	}
	crl, err := x509.ParseRevocationList(body)
	if err != nil {
		return unanswered, err
	}
	if err := t.fresh(crl.ThisUpdate, crl.NextUpdate); err != nil {
		return unanswered, fmt.Errorf("the list %w", err)
	}
	switch {
	case !bytes.Equal(crl.RawIssuer, c.RawIssuer) && !t.without(checkListIssuer):
		return unanswered, errors.New("the list is another CA's")
	case issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCRLSign == 0:
		return unanswered, errors.New("the CA may not sign lists, by its key usage")
	}
	err = issuer.CheckSignature(crl.SignatureAlgorithm, crl.RawTBSRevocationList, crl.Signature)
	if err != nil && !t.without(checkListSignature) {
		return unanswered, err
	}
	for _, e := range crl.Extensions {
		if e.Critical && !t.without(checkListExtensions) { // also those of delta lists and of lists in parts
			return unanswered, fmt.Errorf("the list has the critical extension %v (RFC 5280 5.2)", e.Id)
		}
	}
	for i := range crl.RevokedCertificateEntries {
		one := &crl.RevokedCertificateEntries[i]
		if one.SerialNumber.Cmp(c.SerialNumber) == 0 && (one.ReasonCode != certificateHold || !t.without(checkHold)) {
			return isRevoked, nil
		}
	}
	return isGood, nil
}

// fetch makes one HTTP request, to a loopback address only and without any
// name to resolve: this client has no business elsewhere.
func fetch(ctx context.Context, method, location string, body []byte) ([]byte, error) {
	u, err := url.Parse(location)
	if err != nil {
		return nil, err
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err != nil || !ip.IsLoopback() || u.Scheme != "http" {
		return nil, fmt.Errorf("%s is not on this machine: not fetched", location)
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
	transport := &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{}).DialContext}
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
