package pkiforge

import (
	"crypto"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// The group of RFC 5114 2.3: 2048 bits, with a subgroup of 256. To make another
// one would take seconds.
var (
	dsaP = hexadecimal("87a8e61db4b6663cffbbd19c651959998ceef608660dd0f25d2ceed4435e3b00e00df8f1d61957d4faf7df4561b2aa30" +
		"16c3d91134096faa3bf4296d830e9a7c209e0c6497517abd5a8a9d306bcf67ed91f9e6725b4758c022e0b1ef4275bf7b" +
		"6c5bfc11d45f9088b941f54eb1e59bb8bc39a0bf12307f5c4fdb70c581b23f76b63acae1caa6b7902d52526735488a0e" +
		"f13c6d9a51bfa4ab3ad8347796524d8ef6a167b5a41825d967e144e5140564251ccacb83e6b486f6b3ca3f7971506026" +
		"c0b857f689962856ded4010abd0be621c3a3960a54e710c375f26375d7014103a4b54330c198af126116d2276e11715f" +
		"693877fad7ef09cadb094ae91e1a1597")
	dsaQ = hexadecimal("8cf83642a709a097b447997640129da299b1a47d1eb3750ba308b0fe64f5fbd3")
	dsaG = hexadecimal("3fb32c9b73134d0b2e77506660edbd484ca7b18f21ef205407f4793a1a0ba12510dbc15077be463fff4fed4aac0bb555" +
		"be3a6c1b0c6b47b1bc3773bf7e8c6f62901228f8c28cbb18a55ae31341000a650196f931c77a57f2ddf463e5e9ec144b" +
		"777de62aaab8a8628ac376d282d6ed3864e67982428ebc831d14348f6f2f9193b5045af2767164e1dfc967c1fb3f2e55" +
		"a4bd1bffe83b9c80d052b985d182ea0adb2a3b7313d3fe14c8484b1e052588b9b7d2bbd2df016199ecd06e1557cd0915" +
		"b3353bbb64e0ec377fd028370df92b52c7891428cdc67eb6184b523d1db246c32f63078490f00ef8d647d148d4795451" +
		"5e2327cfef98c582664b4c0f6cc41659")
)

// algDSAWithSHA256 is the signature algorithm dsa-with-SHA256 (RFC 5758 3.1).
var algDSAWithSHA256 = mustAlgorithm(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 2}, nil)

// dsaKey is a DSA key that is a crypto.Signer, which that of crypto/dsa is not.
type dsaKey struct {
	x      *big.Int // the private one
	public dsaPublic
}

type dsaPublic struct{ y *big.Int }

func generateDSA() (*key, error) {
	x, err := belowQ()
	if err != nil {
		return nil, fmt.Errorf("generate DSA key: %w", err)
	}
	k := &dsaKey{x, dsaPublic{new(big.Int).Exp(dsaG, x, dsaP)}}
	// RFC 3279 2.3.2.
	point, err := asn1.Marshal(k.public.y)
	if err != nil {
		return nil, fmt.Errorf("encode DSA key: %w", err)
	}
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1})
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1BigInt(dsaP)
				b.AddASN1BigInt(dsaQ)
				b.AddASN1BigInt(dsaG)
			})
		})
		b.AddASN1BitString(point)
	})
	spki, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode DSA key: %w", err)
	}
	return encodedKey(k, spki)
}

// belowQ draws a number from 1 to q-1.
func belowQ() (*big.Int, error) {
	one := big.NewInt(1)
	n, err := rand.Int(rand.Reader, new(big.Int).Sub(dsaQ, one))
	if err != nil {
		return nil, err
	}
	return n.Add(n, one), nil
}

// Public returns the public key.
func (k *dsaKey) Public() crypto.PublicKey { return &k.public }

// Sign signs a hash as long as q (FIPS 186-4 4.6).
func (k *dsaKey) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != crypto.SHA256 {
		return nil, errors.New("sign with a DSA key: only SHA-256 is supported")
	}
	for {
		once, err := belowQ()
		if err != nil {
			return nil, err
		}
		r := new(big.Int).Exp(dsaG, once, dsaP)
		r.Mod(r, dsaQ)
		s := new(big.Int).Mul(k.x, r)
		s.Add(s, new(big.Int).SetBytes(digest))
		s.Mul(s, once.ModInverse(once, dsaQ)).Mod(s, dsaQ)
		if r.Sign() != 0 && s.Sign() != 0 {
			return asn1.Marshal(struct{ R, S *big.Int }{r, s})
		}
	}
}
