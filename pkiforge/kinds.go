package pkiforge

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Kinds of key that single certificates have, by [Cert].KeyAlgorithm. An RSA key
// of these lengths is made once a process, when it is first needed, and is the
// same in every certificate: their making takes too long. Those of RSA512,
// RSA8192 and RSA16384 sign nothing but certificates, and so do DSA and P192.
const (
	DSA      KeyAlgorithm = "dsa-2048"
	P192     KeyAlgorithm = "ecdsa-p192"
	P224     KeyAlgorithm = "ecdsa-p224"
	P384     KeyAlgorithm = "ecdsa-p384"
	P521     KeyAlgorithm = "ecdsa-p521"
	Ed25519  KeyAlgorithm = "ed25519" // RFC 8410
	RSA512   KeyAlgorithm = "rsa-512"
	RSA1024  KeyAlgorithm = "rsa-1024"
	RSA3072  KeyAlgorithm = "rsa-3072"
	RSA4096  KeyAlgorithm = "rsa-4096"
	RSA8192  KeyAlgorithm = "rsa-8192"
	RSA16384 KeyAlgorithm = "rsa-16384"
)

// kinds says how a key of each algorithm is made.
var kinds = map[KeyAlgorithm]func() (*key, error){
	ECDSA:    generateECDSA,
	RSA:      generateRSA,
	DSA:      generateDSA,
	P192:     generateP192,
	P224:     generateOn(elliptic.P224()),
	P384:     generateOn(elliptic.P384()),
	P521:     generateOn(elliptic.P521()),
	Ed25519:  generateEd25519,
	RSA512:   sync.OnceValues(rsaOfPrimes(512, 2)),
	RSA1024:  lastingRSA(1024),
	RSA3072:  lastingRSA(3072),
	RSA4096:  lastingRSA(4096),
	RSA8192:  sync.OnceValues(rsaOfPrimes(8192, 16)),
	RSA16384: sync.OnceValues(rsaOfPrimes(16384, 32)),
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
