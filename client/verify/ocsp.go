package verify

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// The structures of RFC 6960 4.2.1.
type (
	ocspResponse struct {
		Status asn1.Enumerated
		Bytes  ocspBytes `asn1:"explicit,tag:0,optional"`
	}
	ocspBytes struct {
		Type  asn1.ObjectIdentifier
		Value []byte
	}
	basicResponse struct {
		Data      responseData
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
		Certs     []asn1.RawValue `asn1:"explicit,tag:0,optional"`
	}
	responseData struct {
		Raw        asn1.RawContent
		Version    int `asn1:"optional,default:0,explicit,tag:0"`
		Responder  asn1.RawValue
		ProducedAt time.Time `asn1:"generalized"`
		Responses  []singleResponse
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	singleResponse struct {
		Cert       certID
		Good       asn1.Flag        `asn1:"tag:0,optional"`
		Revoked    revokedInfo      `asn1:"tag:1,optional"`
		Unknown    asn1.Flag        `asn1:"tag:2,optional"`
		ThisUpdate time.Time        `asn1:"generalized"`
		NextUpdate time.Time        `asn1:"generalized,explicit,tag:0,optional"`
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	revokedInfo struct {
		Time   time.Time       `asn1:"generalized"`
		Reason asn1.Enumerated `asn1:"explicit,tag:0,optional"`
	}
	certID struct {
		Hash      pkix.AlgorithmIdentifier
		Name, Key []byte
		Serial    *big.Int
	}
)

var (
	oidBasicResponse = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
	oidNonce         = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
	oidSHA1          = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}

	// ocspSignatures are the algorithms that responses are verified by.
	ocspSignatures = map[string]x509.SignatureAlgorithm{
		"1.2.840.10045.4.3.2":   x509.ECDSAWithSHA256,
		"1.2.840.10045.4.3.3":   x509.ECDSAWithSHA384,
		"1.2.840.10045.4.3.4":   x509.ECDSAWithSHA512,
		"1.2.840.113549.1.1.11": x509.SHA256WithRSA,
		"1.2.840.113549.1.1.12": x509.SHA384WithRSA,
		"1.2.840.113549.1.1.13": x509.SHA512WithRSA,
	}
)

// certificateHold is the CRLReason of a revocation that may be taken back (RFC
// 5280 5.3.1).
const certificateHold = 6

// errUnavailable: the responder says that it cannot answer (RFC 6960 2.3).
var errUnavailable = errors.New("the responder cannot answer")

// readOCSP takes what an OCSP response says of c, which issuer issued. The
// checks are those of RFC 6960 3.2. nonce is that of the request; nil: none.
// An error is a [*Refusal] of the response, or errUnavailable.
func (w *walk) readOCSP(der, nonce []byte, c, issuer *x509.Certificate) (State, error) {
	var response ocspResponse
	if rest, err := asn1.Unmarshal(der, &response); err != nil || len(rest) > 0 {
		return Unknown, refuse(CheckStaple, "it is no OCSP response")
	}
	if response.Status != 0 {
		return Unknown, fmt.Errorf("%w: status %d", errUnavailable, response.Status)
	}
	var basic basicResponse
	if rest, err := asn1.Unmarshal(response.Bytes.Value, &basic); err != nil || len(rest) > 0 ||
		!response.Bytes.Type.Equal(oidBasicResponse) {
		return Unknown, refuse(CheckStaple, "the OCSP response holds no answer that can be read")
	}
	one, err := w.findResponse(&basic.Data, c, issuer)
	if err != nil {
		return Unknown, err
	}
	if err := w.fresh(one.ThisUpdate, one.NextUpdate); err != nil {
		return Unknown, refuse(CheckStapleValidity, "the OCSP response %v", err)
	}
	signer, err := w.signer(&basic, issuer)
	if err != nil {
		return Unknown, err
	}
	if !w.without(CheckStapleSignature) {
		algorithm := ocspSignatures[basic.Algorithm.Algorithm.String()]
		if err := signer.CheckSignature(algorithm, basic.Data.Raw, basic.Signature.RightAlign()); err != nil {
			return Unknown, refuse(CheckStapleSignature, "the signature of the OCSP response does not verify: %v", err)
		}
	}
	if !sameNonce(basic.Data.Extensions, nonce) {
		return Unknown, refuse(CheckStaple, "the OCSP response answers another request")
	}
	switch {
	case bool(one.Good):
		return Good, nil
	case bool(one.Unknown):
		return Unknown, nil
	case one.Revoked.Reason == certificateHold && w.without(CheckHold):
		return Good, nil
	}
	return IsRevoked, nil
}

// findResponse finds the answer that is about c.
func (w *walk) findResponse(data *responseData, c, issuer *x509.Certificate) (*singleResponse, error) {
	for i := range data.Responses {
		one := &data.Responses[i]
		if w.without(CheckStapleCertificate) || one.Cert.names(c, issuer) {
			return one, nil
		}
	}
	return nil, refuse(CheckStapleCertificate, "the OCSP response is about another certificate than %s", title(c))
}

// names says whether the CertID is that of c (RFC 6960 4.1.1).
func (id *certID) names(c, issuer *x509.Certificate) bool {
	hash := crypto.SHA1
	switch {
	case id.Hash.Algorithm.Equal(oidSHA256):
		hash = crypto.SHA256
	case !id.Hash.Algorithm.Equal(oidSHA1):
		return false
	}
	name, key, err := issuerHashes(hash, c, issuer)
	return err == nil && id.Serial != nil && id.Serial.Cmp(c.SerialNumber) == 0 && bytes.Equal(id.Name, name) && bytes.Equal(id.Key, key)
}

// issuerHashes are those of the issuer's name and key.
func issuerHashes(hash crypto.Hash, c, issuer *x509.Certificate) (name, key []byte, err error) {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(issuer.RawSubjectPublicKeyInfo, &info); err != nil {
		return nil, nil, fmt.Errorf("read the key of %s: %w", title(issuer), err)
	}
	sum := func(octets []byte) []byte {
		h := hash.New()
		h.Write(octets)
		return h.Sum(nil)
	}
	return sum(c.RawIssuer), sum(info.Key.RightAlign()), nil
}

// fresh holds the times of a response or a list against the clock (RFC 6960
// 4.2.2.1). next may be zero: then there is always something newer.
func (w *walk) fresh(this, next time.Time) error {
	now := w.now()
	switch {
	case w.without(CheckStapleValidity):
		return nil
	case this.After(now):
		return fmt.Errorf("is of the future, %s", this.Format(time.RFC3339))
	case !next.IsZero() && next.Before(now):
		return fmt.Errorf("has been out of date since %s", next.Format(time.RFC3339))
	}
	return nil
}

// signer gives whose key has to have signed: the issuer itself or a responder
// that the issuer has authorised (RFC 6960 4.2.2.2).
func (w *walk) signer(basic *basicResponse, issuer *x509.Certificate) (*x509.Certificate, error) {
	if isResponder(basic.Data.Responder, issuer) {
		return issuer, nil
	}
	for _, raw := range basic.Certs {
		c, err := x509.ParseCertificate(raw.FullBytes)
		if err != nil || !isResponder(basic.Data.Responder, c) {
			continue
		}
		if w.without(CheckResponder) {
			return c, nil
		}
		now := w.now()
		switch {
		case !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning):
			err = refuse(CheckResponder, "the responder %s is not for signing OCSP responses", title(c))
		case !bytes.Equal(c.RawIssuer, issuer.RawSubject) || signedBy(c, issuer) != nil:
			err = refuse(CheckResponder, "the responder %s was not authorised by %s", title(c), title(issuer))
		case now.Before(c.NotBefore) || now.After(c.NotAfter):
			err = refuse(CheckResponder, "the certificate of the responder %s is not valid now", title(c))
		}
		return c, err
	}
	return nil, refuse(CheckResponder, "the responder is not %s, and shows no certificate", title(issuer))
}

// isResponder says whether a ResponderID, by name or by key, is c's.
func isResponder(id asn1.RawValue, c *x509.Certificate) bool {
	switch id.Tag {
	case 1:
		return bytes.Equal(id.Bytes, c.RawSubject)
	case 2:
		var hash []byte
		_, key, err := issuerHashes(crypto.SHA1, c, c)
		_, parsed := asn1.Unmarshal(id.Bytes, &hash)
		return err == nil && parsed == nil && bytes.Equal(hash, key)
	}
	return false
}

// sameNonce: a response may leave the nonce of the request out, but not have
// another (RFC 6960 4.4.1).
func sameNonce(extensions []pkix.Extension, nonce []byte) bool {
	i := slices.IndexFunc(extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidNonce) })
	if i < 0 || nonce == nil {
		return true
	}
	var value []byte
	_, err := asn1.Unmarshal(extensions[i].Value, &value)
	return err == nil && bytes.Equal(value, nonce)
}

// ocspRequest asks for the status of c (RFC 6960 4.1.1).
func ocspRequest(c, issuer *x509.Certificate, nonce []byte) ([]byte, error) {
	name, key, err := issuerHashes(crypto.SHA1, c, issuer)
	if err != nil {
		return nil, err
	}
	b := cryptobyte.NewBuilder(nil)
	sequence := func(f func(*cryptobyte.Builder)) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddASN1(cbasn1.SEQUENCE, f) }
	}
	id := sequence(func(b *cryptobyte.Builder) {
		sequence(func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidSHA1)
			b.AddASN1NULL()
		})(b)
		b.AddASN1OctetString(name)
		b.AddASN1OctetString(key)
		b.AddASN1BigInt(c.SerialNumber)
	})
	sequence(sequence(func(b *cryptobyte.Builder) {
		sequence(sequence(id))(b)
		b.AddASN1(cbasn1.Tag(2).ContextSpecific().Constructed(), sequence(sequence(func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidNonce)
			b.AddASN1(cbasn1.OCTET_STRING, func(b *cryptobyte.Builder) { b.AddASN1OctetString(nonce) })
		})))
	}))(b)
	return b.Bytes()
}
