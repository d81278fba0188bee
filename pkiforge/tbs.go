package pkiforge

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// TBS is an editable TBSCertificate (RFC 5280 4.1.2) with the signature
// algorithm outside it. Nothing in it is checked: wrong values are encoded as
// they are.
type TBS struct {
	Version   int              // 3 is v3. 1 and below: the field is left out
	Serial    *big.Int         // any integer
	Signature []byte           // DER of the AlgorithmIdentifier inside
	Issuer    []byte           // DER of the issuer's Name
	NotBefore time.Time        // UTCTime up to 2049, GeneralizedTime from 2050 on
	NotAfter  time.Time        // as NotBefore
	Validity  []byte           // DER; not empty: written in place of the two times
	Subject   []byte           // DER of the subject's Name
	SPKI      []byte           // DER of the SubjectPublicKeyInfo
	Ext       []pkix.Extension // in this order, duplicates and all; empty: left out

	// OuterSignature is the AlgorithmIdentifier after the TBSCertificate.
	OuterSignature []byte
	// SignerOpts is how the signature is made, even where the two
	// AlgorithmIdentifiers say otherwise; nil: PKCS #1 v1.5 or ECDSA with SHA-256, or
	// Ed25519.
	SignerOpts crypto.SignerOpts
}

var (
	oidECDSAWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidSHA256WithRSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}

	algECDSAWithSHA256 = mustAlgorithm(oidECDSAWithSHA256, nil)
	algSHA256WithRSA   = mustAlgorithm(oidSHA256WithRSA, asn1.NullBytes)
	algEd25519         = mustAlgorithm(asn1.ObjectIdentifier{1, 3, 101, 112}, nil)

	tagVersion    = cbasn1.Tag(0).ContextSpecific().Constructed()
	tagExtensions = cbasn1.Tag(3).ContextSpecific().Constructed()
)

// AlgorithmIdentifier returns the DER of an AlgorithmIdentifier (RFC 5280
// 4.1.1.2). params is DER too; empty: left out.
func AlgorithmIdentifier(oid asn1.ObjectIdentifier, params []byte) ([]byte, error) {
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddBytes(params)
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode algorithm identifier %v: %w", oid, err)
	}
	return der, nil
}

func mustAlgorithm(oid asn1.ObjectIdentifier, params []byte) []byte {
	der, err := AlgorithmIdentifier(oid, params)
	if err != nil {
		panic(err)
	}
	return der
}

// signatureAlgorithm is the AlgorithmIdentifier of what key signs by default.
func signatureAlgorithm(key crypto.Signer) ([]byte, error) {
	switch key.Public().(type) {
	case *ecdsa.PublicKey:
		return algECDSAWithSHA256, nil
	case *rsa.PublicKey:
		return algSHA256WithRSA, nil
	case ed25519.PublicKey:
		return algEd25519, nil
	case *dsaPublic:
		return algDSAWithSHA256, nil
	}
	return nil, fmt.Errorf("no signature algorithm is known for a key of type %T", key.Public())
}

// Encode returns the DER of the TBSCertificate.
func (t *TBS) Encode() ([]byte, error) {
	b := cryptobyte.NewBuilder(make([]byte, 0, 1024))
	b.AddASN1(cbasn1.SEQUENCE, t.encodeFields)
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode TBSCertificate: %w", err)
	}
	return der, nil
}

func (t *TBS) encodeFields(b *cryptobyte.Builder) {
	if t.Serial == nil {
		b.SetError(errors.New("the serial number is missing"))
		return
	}
	if t.Version > 1 {
		b.AddASN1(tagVersion, func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(t.Version - 1)) })
	}
	b.AddASN1BigInt(t.Serial)
	b.AddBytes(t.Signature)
	b.AddBytes(t.Issuer)
	if len(t.Validity) > 0 {
		b.AddBytes(t.Validity)
	} else {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addTime(b, t.NotBefore)
			addTime(b, t.NotAfter)
		})
	}
	b.AddBytes(t.Subject)
	b.AddBytes(t.SPKI)
	if len(t.Ext) == 0 {
		return
	}
	b.AddASN1(tagExtensions, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, e := range t.Ext {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(e.Id)
					if e.Critical {
						b.AddASN1Boolean(true)
					}
					b.AddASN1OctetString(e.Value)
				})
			}
		})
	})
}

// addTime picks the type by the year (RFC 5280 4.1.2.5).
func addTime(b *cryptobyte.Builder, t time.Time) {
	t = t.UTC()
	if year := t.Year(); 1950 <= year && year < 2050 {
		b.AddASN1UTCTime(t)
	} else {
		b.AddASN1GeneralizedTime(t)
	}
}

// Sign encodes t, signs it with key and returns the DER of the certificate.
// The signature is not verified.
func (t *TBS) Sign(rand io.Reader, key crypto.Signer) ([]byte, error) {
	tbs, err := t.Encode()
	if err != nil {
		return nil, err
	}
	opts := t.SignerOpts
	if opts == nil {
		opts = crypto.SHA256
		if _, whole := key.Public().(ed25519.PublicKey); whole {
			opts = crypto.Hash(0) // it signs the message itself (RFC 8410 6)
		}
	}
	digest := tbs
	if h := opts.HashFunc(); h != 0 {
		if !h.Available() {
			return nil, fmt.Errorf("sign certificate: hash %v is not linked into this program", h)
		}
		hash := h.New()
		hash.Write(tbs)
		digest = hash.Sum(nil)
	}
	signature, err := key.Sign(rand, digest, opts)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	b := cryptobyte.NewBuilder(make([]byte, 0, len(tbs)+len(signature)+64))
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddBytes(t.OuterSignature)
		b.AddASN1BitString(signature)
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode certificate: %w", err)
	}
	return der, nil
}

// Extension returns the first extension of that type for changing it in
// place; nil: there is none.
func (t *TBS) Extension(oid asn1.ObjectIdentifier) *pkix.Extension {
	for i := range t.Ext {
		if t.Ext[i].Id.Equal(oid) {
			return &t.Ext[i]
		}
	}
	return nil
}
