package pkiforge

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strings"
	"sync"
)

// Kinds of key that single certificates have, by [Cert].KeyAlgorithm. A key of
// RSA1024, RSA3072 or RSA4096 is made once a process, when it is first needed,
// and is the same in every certificate: their making takes too long.
const (
	P224    KeyAlgorithm = "ecdsa-p224"
	P384    KeyAlgorithm = "ecdsa-p384"
	P521    KeyAlgorithm = "ecdsa-p521"
	Ed25519 KeyAlgorithm = "ed25519" // RFC 8410
	RSA512  KeyAlgorithm = "rsa-512" // signs certificates only
	RSA1024 KeyAlgorithm = "rsa-1024"
	RSA3072 KeyAlgorithm = "rsa-3072"
	RSA4096 KeyAlgorithm = "rsa-4096"
)

// kinds says how a key of each algorithm is made.
var kinds = map[KeyAlgorithm]func() (*key, error){
	ECDSA:   generateECDSA,
	RSA:     generateRSA,
	P224:    generateOn(elliptic.P224()),
	P384:    generateOn(elliptic.P384()),
	P521:    generateOn(elliptic.P521()),
	Ed25519: generateEd25519,
	RSA512:  sync.OnceValues(generateRSA512),
	RSA1024: lastingRSA(1024),
	RSA3072: lastingRSA(3072),
	RSA4096: lastingRSA(4096),
}

// knownKinds lists the algorithms for people.
func knownKinds() string {
	var names []string
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

func generateOn(curve elliptic.Curve) func() (*key, error) {
	return func() (*key, error) {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("generate a key on %s: %w", curve.Params().Name, err)
		}
		return newKey(k)
	}
}

func generateEd25519() (*key, error) {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate Ed25519 key: %w", err)
	}
	return newKey(k)
}

func lastingRSA(bits int) func() (*key, error) {
	return sync.OnceValues(func() (*key, error) {
		k, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			return nil, fmt.Errorf("generate RSA key of %d bits: %w", bits, err)
		}
		return newKey(k)
	})
}

// shortRSA is an RSA key that crypto/rsa thinks too short to be used.
type shortRSA struct {
	public   rsa.PublicKey
	exponent *big.Int // the private one
}

// generateRSA512 makes a key of 512 bits.
func generateRSA512() (*key, error) {
	const e = 65537
	one := big.NewInt(1)
	for {
		p, err := rand.Prime(rand.Reader, 256)
		if err != nil {
			return nil, fmt.Errorf("generate RSA key of 512 bits: %w", err)
		}
		q, err := rand.Prime(rand.Reader, 256)
		if err != nil {
			return nil, fmt.Errorf("generate RSA key of 512 bits: %w", err)
		}
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(big.NewInt(e), phi)
		if p.Cmp(q) == 0 || d == nil {
			continue
		}
		return newKey(&shortRSA{rsa.PublicKey{N: new(big.Int).Mul(p, q), E: e}, d})
	}
}

// Public returns the public key.
func (k *shortRSA) Public() crypto.PublicKey { return &k.public }

// Sign signs a SHA-256 hash by RSASSA-PKCS1-v1_5 (RFC 8017 8.2.1).
func (k *shortRSA) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if _, pss := opts.(*rsa.PSSOptions); pss || opts.HashFunc() != crypto.SHA256 {
		return nil, errors.New("sign with an RSA key of 512 bits: only PKCS #1 v1.5 with SHA-256 fits")
	}
	size := k.public.Size()
	m := new(big.Int).SetBytes(padded(digest, size))
	return m.Exp(m, k.exponent, k.public.N).FillBytes(make([]byte, size)), nil
}

// infoSHA256 is the DER of a DigestInfo up to the hash (RFC 8017 9.2, note 1).
var infoSHA256 = []byte{
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
}

// padded is EMSA-PKCS1-v1_5 (RFC 8017 9.2) of a SHA-256 hash, for a modulus of
// size octets.
func padded(digest []byte, size int) []byte {
	info := slices.Concat(infoSHA256, digest)
	em := slices.Repeat([]byte{0xff}, size)
	em[0], em[1], em[size-len(info)-1] = 0, 1, 0
	copy(em[size-len(info):], info)
	return em
}
