package fakeserver

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"sync"
)

// SignatureFault is what is wrong with the signature by which the server
// proves that it holds the key of its certificate: that of ServerKeyExchange
// (RFC 5246 7.4.3) or of CertificateVerify (RFC 8446 4.4.3).
type SignatureFault string

// The faults. The zero value is [SignatureSound].
const (
	SignatureSound        SignatureFault = ""
	SignatureOtherKey     SignatureFault = "other-key"     // made with another key of the same kind
	SignatureDamaged      SignatureFault = "damaged"       // one bit of it is flipped
	SignatureOtherMessage SignatureFault = "other-message" // made with the right key for another handshake
	SignatureZero         SignatureFault = "zero"          // ECDSA: r = s = 0; RSA: the number 0
	SignatureOrder        SignatureFault = "order"         // ECDSA: r = s = n, the order of the curve
	SignatureEmpty        SignatureFault = "empty"         // no octets
)

// CertificateFault is what is wrong with the Certificate message.
type CertificateFault string

// The faults. The zero value is [CertificateSound].
const (
	CertificateSound   CertificateFault = ""
	CertificateNone    CertificateFault = "none"    // an empty list
	CertificateGarbage CertificateFault = "garbage" // octets that are no certificate
	CertificateSecond  CertificateFault = "second"  // the server's own certificate is the second
)

// message gives the list of certificates to send instead of chain.
func (f CertificateFault) message(chain [][]byte) [][]byte {
	switch f {
	case CertificateNone:
		return nil
	case CertificateGarbage:
		return [][]byte{[]byte("this is no certificate")}
	case CertificateSecond:
		if len(chain) > 1 {
			return append([][]byte{chain[1], chain[0]}, chain[2:]...)
		}
	}
	return chain
}

// signer gives what signs instead of key.
func (f SignatureFault) signer(key crypto.Signer) crypto.Signer {
	if f == SignatureSound {
		return key
	}
	return faultySigner{key, f}
}

// prepare does what takes time, before a client waits for it.
func (f SignatureFault) prepare(key crypto.Signer) {
	if f != SignatureOtherKey || key == nil {
		return
	}
	if _, ok := key.Public().(*rsa.PublicKey); ok {
		_, _ = otherRSA() // an error shows when it signs
	}
}

// faultySigner has the public key of key, and signs wrongly.
type faultySigner struct {
	key   crypto.Signer
	fault SignatureFault
}

// Public is the key of the certificate.
func (s faultySigner) Public() crypto.PublicKey { return s.key.Public() }

// Sign gives a signature that does not verify.
func (s faultySigner) Sign(random io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	signature, err := s.key.Sign(random, digest, o)
	if err != nil {
		return nil, err
	}
	public, curve := s.key.Public().(*ecdsa.PublicKey)
	switch s.fault {
	case SignatureEmpty:
		return nil, nil
	case SignatureOtherMessage:
		other := append([]byte(nil), digest...)
		other[0] ^= 1
		return s.key.Sign(random, other, o)
	case SignatureOtherKey:
		var other crypto.Signer
		if curve {
			other, err = ecdsa.GenerateKey(public.Curve, rand.Reader)
		} else {
			other, err = otherRSA()
		}
		if err != nil {
			return nil, fmt.Errorf("make another key: %w", err)
		}
		return other.Sign(random, digest, o)
	case SignatureZero:
		if curve {
			return asn1.Marshal(struct{ R, S int }{})
		}
		return make([]byte, len(signature)), nil
	case SignatureOrder:
		if !curve {
			return nil, errors.New("the order of a curve needs a key on one")
		}
		n := public.Curve.Params().N
		return asn1.Marshal(struct{ R, S any }{n, n})
	}
	signature[len(signature)-1] ^= 1
	return signature, nil
}

// otherRSA is a key that is in no certificate.
var otherRSA = sync.OnceValues(func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// randomWithTail is a source of randomness that makes every 32 octets read at once, as
// crypto/tls reads the server's random, end with its own.
type randomWithTail []byte

// Read fills b.
func (t randomWithTail) Read(b []byte) (int, error) {
	n, err := rand.Read(b)
	if n == randomLen {
		copy(b[randomLen-len(t):], t)
	}
	return n, err
}

// randomLen is the length of the random in a hello message.
const randomLen = 32
