package verify

import (
	"bytes"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
)

// oidTLSFeature is id-pe-tlsfeature (RFC 7633 4.1).
var oidTLSFeature = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}

// State is what is known of a certificate.
type State uint8

// The states. The zero value is that nobody said anything, or that the responder
// does not know the certificate.
const (
	Unknown State = iota
	Good
	IsRevoked
)

// String is the state in words.
func (s State) String() string {
	return [...]string{Unknown: "nothing", Good: "good", IsRevoked: "revoked"}[s]
}

// Answer is what one source said of one certificate.
type Answer struct {
	Check       Check  // CheckStaple, CheckOCSP or CheckCRL: the kind of source
	Location    string // where it was fetched from; empty for the OCSP response of the handshake
	Certificate *x509.Certificate
	State       State
	Err         error // why the source was of no use; nil: it was
}

// String is the answer for people.
func (a Answer) String() string {
	switch {
	case a.Check == CheckStaple:
		return fmt.Sprintf("the OCSP response of the handshake says %s", a.State)
	case a.Err != nil:
		return fmt.Sprintf("%s of %s: %v", a.Check, title(a.Certificate), a.Err)
	}
	return fmt.Sprintf("%s of %s says %s", a.Check, title(a.Certificate), a.State)
}

// learn keeps an answer for the result.
func (w *walk) learn(a Answer) { w.result.Answers = append(w.result.Answers, a) }

// notRevoked is RFC 5280 6.1.3 (a)(3): no certificate of the path is revoked.
// What the server handed out counts first. Where that says nothing and the
// policy asks for more, the responder is asked and then the list is fetched;
// what neither says is taken for good (RFC 9325 7.5).
func (w *walk) notRevoked(ctx context.Context, p Path, staple []byte) error {
	if w.without(CheckRevocation) || p.direct {
		return nil
	}
	known, err := w.stapled(p, staple)
	if err != nil || !w.fetches {
		return err
	}
	for i, c := range p.Certs {
		issuer := p.issuer(i)
		if i == 0 && known || issuer == nil {
			continue
		}
		if i > 0 && w.without(CheckIssuerRevocation) {
			break
		}
		if err := w.lookUp(ctx, c, issuer); err != nil {
			return err
		}
	}
	return nil
}

// stapled judges the OCSP response of the handshake (RFC 6066 8), and says
// whether it is known by it that the server's certificate is good.
func (w *walk) stapled(p Path, staple []byte) (known bool, err error) {
	leaf, said := p.leaf(), Unknown
	issuer := p.issuer(0)
	if len(staple) > 0 && issuer != nil && !w.without(CheckStaple) {
		said, err = w.readOCSP(staple, nil, leaf, issuer)
		if err != nil && !errors.Is(err, errUnavailable) {
			return false, err
		}
		w.learn(Answer{Check: CheckStaple, Certificate: leaf, State: said, Err: err})
	}
	if said == IsRevoked {
		return false, refuse(CheckStaple, "%s is revoked, by the OCSP response of the handshake", title(leaf))
	}
	satisfied := said == Good || w.without(CheckStaple) && len(staple) > 0
	if requiresStaple(leaf) && !satisfied && !w.without(CheckMustStaple) {
		return false, refuse(CheckMustStaple, "%s requires an OCSP response in the handshake, and none says that it is good", title(leaf))
	}
	return said == Good, nil
}

// requiresStaple: the certificate names the feature status_request (RFC 7633
// 4.3.3), which a client that reads such responses offers.
func requiresStaple(c *x509.Certificate) bool {
	i := slices.IndexFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidTLSFeature) })
	if i < 0 {
		return false
	}
	var features []int
	const statusRequest = 5
	_, err := asn1.Unmarshal(c.Extensions[i].Value, &features)
	return err == nil && slices.Contains(features, statusRequest)
}

// lookUp asks the sources that c names, one after the other, until one knows.
func (w *walk) lookUp(ctx context.Context, c, issuer *x509.Certificate) error {
	for _, kind := range []struct {
		check     Check
		locations []string
		ask       func(context.Context, string, *x509.Certificate, *x509.Certificate) (State, error)
	}{
		{CheckOCSP, c.OCSPServer, w.askResponder},
		{CheckCRL, c.CRLDistributionPoints, w.readList},
	} {
		if w.without(kind.check) {
			continue
		}
		for _, location := range kind.locations {
			said, err := kind.ask(ctx, location, c, issuer)
			w.learn(Answer{kind.check, location, c, said, err})
			switch {
			case err != nil:
			case said == IsRevoked:
				return refuse(kind.check, "%s is revoked, as %s says", title(c), location)
			case said == Good:
				return nil
			}
		}
	}
	return nil
}

// askResponder asks an OCSP responder (RFC 6960 A.1).
func (w *walk) askResponder(ctx context.Context, location string, c, issuer *x509.Certificate) (State, error) {
	body, nonce, err := w.fetch(ctx, location, c, func(nonce []byte) ([]byte, error) { return ocspRequest(c, issuer, nonce) })
	if err != nil {
		return Unknown, err
	}
	return w.readOCSP(body, nonce, c, issuer)
}

// readList looks for c on its issuer's CRL (RFC 5280 6.3.3). Only complete lists
// are known, signed by the issuer itself.
func (w *walk) readList(ctx context.Context, location string, c, issuer *x509.Certificate) (State, error) {
	body, _, err := w.fetch(ctx, location, c, nil)
	if err != nil {
		return Unknown, err
	}
	crl, err := x509.ParseRevocationList(body)
	if err != nil {
		return Unknown, err
	}
	if err := w.fresh(crl.ThisUpdate, crl.NextUpdate); err != nil {
		return Unknown, fmt.Errorf("the list %w", err)
	}
	switch {
	case !bytes.Equal(crl.RawIssuer, c.RawIssuer) && !w.without(CheckListIssuer):
		return Unknown, errors.New("the list is another CA's")
	case issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCRLSign == 0:
		return Unknown, errors.New("the CA may not sign lists, by its key usage")
	}
	err = issuer.CheckSignature(crl.SignatureAlgorithm, crl.RawTBSRevocationList, crl.Signature)
	if err != nil && !w.without(CheckListSignature) {
		return Unknown, err
	}
	for _, e := range crl.Extensions {
		if e.Critical && !w.without(CheckListExtensions) { // also those of delta lists and of lists in parts
			return Unknown, fmt.Errorf("the list has the critical extension %v (RFC 5280 5.2)", e.Id)
		}
	}
	for i := range crl.RevokedCertificateEntries {
		one := &crl.RevokedCertificateEntries[i]
		if one.SerialNumber.Cmp(c.SerialNumber) == 0 && (one.ReasonCode != certificateHold || !w.without(CheckHold)) {
			return IsRevoked, nil
		}
	}
	return Good, nil
}
