package pkiforge

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// SignedByOther replaces the signature of a certificate by one that another
// key of the same kind made.
func SignedByOther(cert string) Change {
	return ChangeDER("signed-by-other", cert, func(der []byte) ([]byte, error) {
		return resigned(der, func(tbs, algorithm []byte) ([]byte, error) {
			other, err := otherSigner(algorithm)
			if err != nil {
				return nil, err
			}
			digest := sha256.Sum256(tbs)
			return other.Sign(rand.Reader, digest[:], crypto.SHA256)
		})
	})
}

func otherSigner(algorithm []byte) (crypto.Signer, error) {
	switch {
	case bytes.Equal(algorithm, algECDSAWithSHA256):
		return kinds[ECDSA]()
	case bytes.Equal(algorithm, algSHA256WithRSA):
		return kinds[RSA1024]()
	}
	return nil, fmt.Errorf("%w: it is signed with neither ECDSA nor RSA", ErrNotApplicable)
}

// Tampered inverts the lowest bit of the serial number of a certificate after
// it was signed.
func Tampered(cert string) Change {
	return ChangeDER("tampered", cert, func(der []byte) ([]byte, error) {
		der = slices.Clone(der)
		var whole, tbs, serial cryptobyte.String
		in := cryptobyte.String(der)
		if !in.ReadASN1(&whole, cbasn1.SEQUENCE) || !whole.ReadASN1(&tbs, cbasn1.SEQUENCE) ||
			!tbs.SkipOptionalASN1(tagVersion) || !tbs.ReadASN1(&serial, cbasn1.INTEGER) || serial.Empty() {
			return nil, errors.New("find the serial number: this is not a certificate")
		}
		serial[len(serial)-1] ^= 1
		return der, nil
	})
}

// SignatureEmpty replaces the signature of a certificate by a BIT STRING
// without bits.
func SignatureEmpty(cert string) Change {
	return ChangeDER("signature-empty", cert, func(der []byte) ([]byte, error) {
		return resigned(der, func(_, _ []byte) ([]byte, error) { return nil, nil })
	})
}

// ECDSAZero gives a certificate an ECDSA signature whose r and s are 0.
func ECDSAZero(cert string) Change { return ecdsaValue("zero", cert, new(big.Int)) }

// ECDSAOrder gives a certificate an ECDSA signature whose r and s are the
// order of the group, which is 0 again once it is reduced.
func ECDSAOrder(cert string) Change {
	return ecdsaValue("order", cert, elliptic.P256().Params().N)
}

func ecdsaValue(name, cert string, v *big.Int) Change {
	value := ChangeDER("ecdsa-"+name, cert, func(der []byte) ([]byte, error) {
		return resigned(der, func(_, _ []byte) ([]byte, error) {
			return asn1.Marshal(struct{ R, S *big.Int }{v, v})
		})
	})
	return withIssuerKey(value, cert, ECDSA)
}

// resigned replaces the signature of a certificate by what sign makes of its
// TBSCertificate and its signatureAlgorithm.
func resigned(der []byte, sign func(tbs, algorithm []byte) ([]byte, error)) ([]byte, error) {
	var cert, tbs, algorithm cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&cert, cbasn1.SEQUENCE) ||
		!cert.ReadASN1Element(&tbs, cbasn1.SEQUENCE) ||
		!cert.ReadASN1Element(&algorithm, cbasn1.SEQUENCE) {
		return nil, errors.New("sign again: this is not a certificate")
	}
	signature, err := sign(tbs, algorithm)
	if err != nil {
		return nil, fmt.Errorf("sign again: %w", err)
	}
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddBytes(algorithm)
		b.AddASN1BitString(signature)
	})
	return b.Bytes()
}

// withIssuerKey applies change, and gives the issuer of cert a key of that
// algorithm, without which there is nothing to change.
func withIssuerKey(change Change, cert string, algorithm KeyAlgorithm) Change {
	return Change{Name: change.Name, Apply: func(p *Plan) error {
		if err := keyOf(p, cert, algorithm, true); err != nil {
			return err
		}
		return change.Apply(p)
	}}
}

// withKey is the same for the key of cert itself.
func withKey(change Change, cert string, algorithm KeyAlgorithm) Change {
	return Change{Name: change.Name, Apply: func(p *Plan) error {
		if err := keyOf(p, cert, algorithm, false); err != nil {
			return err
		}
		return change.Apply(p)
	}}
}

func keyOf(p *Plan, cert string, algorithm KeyAlgorithm, issuer bool) error {
	c := p.Cert(cert)
	if c != nil && issuer {
		c = p.Cert(c.Issuer)
	}
	if c == nil {
		return fmt.Errorf("%w: the plan has no certificate %q, or none of its issuer", ErrNotApplicable, cert)
	}
	c.KeyAlgorithm = algorithm
	return nil
}

var (
	oidECDSAWithSHA384 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}
	oidSHA384WithRSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}
)

// AlgorithmMismatch makes a certificate name another signature algorithm inside
// the TBSCertificate than outside (RFC 5280 4.1.1.2). The outer one is the
// algorithm of the signature.
func AlgorithmMismatch(cert string) Change {
	return ChangeTBS("algorithm-mismatch", cert, func(t *TBS) error {
		t.Signature = mustAlgorithm(oidECDSAWithSHA384, nil)
		if bytes.Equal(t.OuterSignature, algSHA256WithRSA) {
			t.Signature = mustAlgorithm(oidSHA384WithRSA, asn1.NullBytes)
		}
		return nil
	})
}

// AlgorithmUnknown makes a certificate say, inside and outside, that it is
// signed with an algorithm that has no definition.
func AlgorithmUnknown(cert string) Change {
	return ChangeTBS("algorithm-unknown", cert, func(t *TBS) error {
		t.Signature = mustAlgorithm(OIDUnknown, nil)
		t.OuterSignature = t.Signature
		return nil
	})
}

// WithoutNull leaves the NULL out of the signature algorithm of a certificate
// that an RSA key signed. Readers must take both forms (RFC 4055 5).
func WithoutNull(cert string) Change {
	return withIssuerKey(ChangeTBS("without-null", cert, func(t *TBS) error {
		t.Signature = mustAlgorithm(oidSHA256WithRSA, nil)
		t.OuterSignature = t.Signature
		return nil
	}), cert, RSA)
}

// SignedPSS makes an issuer with an RSA key sign a certificate with RSASSA-PSS
// and SHA-256 (RFC 4055 3.1); the salt has 32 octets.
func SignedPSS(cert string) Change {
	return withIssuerKey(ChangeTBS("signed-pss", cert, func(t *TBS) (err error) {
		t.Signature, err = pssAlgorithm()
		t.OuterSignature = t.Signature
		t.SignerOpts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
		return err
	}), cert, RSA)
}

// pssAlgorithm is id-RSASSA-PSS with its parameters (RFC 4055 3.1).
func pssAlgorithm() ([]byte, error) {
	sha256 := mustAlgorithm(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, asn1.NullBytes)
	mgf1 := mustAlgorithm(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}, sha256)
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), raw(sha256))
		b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), raw(mgf1))
		b.AddASN1(cbasn1.Tag(2).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Int64(32) })
	})
	params, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode the parameters of RSASSA-PSS: %w", err)
	}
	return AlgorithmIdentifier(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}, params)
}

// ForgedPadding gives the issuer of cert an RSA key with the exponent 3, and
// cert a signature that was made without the private key: the cube root of an
// octet string which begins as EMSA-PKCS1-v1_5 requires and ends in garbage.
func ForgedPadding(cert string) Change {
	return exponent(cert, 3, "forged-padding", func(tbs []byte) ([]byte, error) {
		digest := sha256.Sum256(tbs)
		begin := padded(digest[:], 8+3+len(infoSHA256)+sha256.Size) // the eight octets of padding that are the least
		block := make([]byte, rsaBits/8)
		for i := copy(block, begin); i < len(block); i++ {
			block[i] = 0xff
		}
		root := cubeRoot(new(big.Int).SetBytes(block))
		cube := new(big.Int).Exp(root, big.NewInt(3), nil).FillBytes(make([]byte, rsaBits/8))
		if !bytes.HasPrefix(cube, begin) {
			return nil, errors.New("forge a signature: the cube root is too coarse")
		}
		return root.FillBytes(make([]byte, rsaBits/8)), nil
	})
}

// ExponentOne gives the issuer of cert an RSA key with the exponent 1, with
// which everybody can sign: the signature is the padded hash itself.
func ExponentOne(cert string) Change {
	return exponent(cert, 1, "exponent-one", func(tbs []byte) ([]byte, error) {
		digest := sha256.Sum256(tbs)
		return padded(digest[:], rsaBits/8), nil
	})
}

// exponent changes the public exponent of the issuer's key and replaces the
// signature that the issuer made.
func exponent(cert string, e int, name string, sign func(tbs []byte) ([]byte, error)) Change {
	return Change{Name: name + " " + cert, Apply: func(p *Plan) error {
		if err := keyOf(p, cert, RSA, true); err != nil {
			return err
		}
		c := p.Cert(cert)
		issuer := p.Cert(c.Issuer)
		issuer.EditTBS = append(issuer.EditTBS, TBSEdit{Name: fmt.Sprintf("exponent-%d", e), Apply: func(t *TBS) error {
			public, err := x509.ParsePKIXPublicKey(t.SPKI)
			if err != nil {
				return fmt.Errorf("read the key of the issuer: %w", err)
			}
			t.SPKI, err = x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: public.(*rsa.PublicKey).N, E: e})
			return err
		}})
		c.EditDER = append(c.EditDER, DEREdit{Name: name, Apply: func(der []byte) ([]byte, error) {
			return resigned(der, func(tbs, _ []byte) ([]byte, error) { return sign(tbs) })
		}})
		return nil
	}}
}

// cubeRoot gives the greatest integer whose cube is not above n.
func cubeRoot(n *big.Int) *big.Int {
	root, three := new(big.Int), big.NewInt(3)
	for bit := n.BitLen()/3 + 1; bit >= 0; bit-- {
		root.SetBit(root, bit, 1)
		if new(big.Int).Exp(root, three, nil).Cmp(n) > 0 {
			root.SetBit(root, bit, 0)
		}
	}
	return root
}

// ExplicitCurve makes the key of a certificate spell the parameters of its
// curve out, P-256 as it is, instead of naming it (RFC 5480 2.1.1).
func ExplicitCurve(cert string) Change {
	return withKey(ChangeTBS("explicit-curve", cert, func(t *TBS) error {
		params, err := explicitP256()
		if err != nil {
			return err
		}
		return rewriteSPKI(t, params, nil)
	}), cert, ECDSA)
}

// PointOffCurve makes the public key of a certificate a point that is not
// on its curve.
func PointOffCurve(cert string) Change {
	return withKey(ChangeTBS("point-off-curve", cert, func(t *TBS) error {
		return rewriteSPKI(t, nil, func(point []byte) { point[len(point)-1] ^= 1 })
	}), cert, ECDSA)
}

// rewriteSPKI changes the parameters (nil: as they are) and the point of an EC
// key.
func rewriteSPKI(t *TBS, params []byte, edit func(point []byte)) error {
	var info, algorithm cryptobyte.String
	var oid asn1.ObjectIdentifier
	var point []byte
	in := cryptobyte.String(slices.Clone(t.SPKI))
	if !in.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!algorithm.ReadASN1ObjectIdentifier(&oid) || !info.ReadASN1BitStringAsBytes(&point) || len(point) == 0 {
		return errors.New("rewrite the key: this is not a SubjectPublicKeyInfo")
	}
	if params == nil {
		params = algorithm
	}
	if edit != nil {
		edit(point)
	}
	identifier, err := AlgorithmIdentifier(oid, params)
	if err != nil {
		return err
	}
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(identifier)
		b.AddASN1BitString(point)
	})
	t.SPKI, err = b.Bytes()
	return err
}

// explicitP256 is the ECParameters of P-256 with a specified curve (X9.62).
func explicitP256() ([]byte, error) {
	p := elliptic.P256().Params()
	a := new(big.Int).Sub(p.P, big.NewInt(3))
	size := (p.BitSize + 7) / 8
	octets := func(n *big.Int) []byte { return n.FillBytes(make([]byte, size)) }
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 1}) // prime-field
			b.AddASN1BigInt(p.P)
		})
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1OctetString(octets(a))
			b.AddASN1OctetString(octets(p.B))
		})
		b.AddASN1OctetString(slices.Concat([]byte{4}, octets(p.Gx), octets(p.Gy)))
		b.AddASN1BigInt(p.N)
		b.AddASN1Int64(1)
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode the parameters of P-256: %w", err)
	}
	return der, nil
}
