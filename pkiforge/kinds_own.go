package pkiforge

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// ownRSA is an RSA key that crypto/rsa refuses to use because it is short, or
// would take minutes to make: the product of many primes (RFC 8017 3.2), which a
// verifier cannot tell from the product of two.
type ownRSA struct {
	public    rsa.PublicKey
	primes    []*big.Int
	exponents []*big.Int // the private one, by prime
	units     []*big.Int // 1 modulo the prime, 0 modulo all others
}

// rsaOfPrimes makes a key of that many bits from count primes.
func rsaOfPrimes(bits, count int) func() (*key, error) {
	return func() (*key, error) {
		k := &ownRSA{public: rsa.PublicKey{N: big.NewInt(1), E: 65537}}
		for draws := 0; len(k.primes) < count; draws++ {
			size := bits / count
			if len(k.primes) == count-1 {
				// The others' product is a few bits short of what they are together;
				// one of two lengths makes up for it.
				size = bits - k.public.N.BitLen() + draws%2
			}
			p, err := rand.Prime(rand.Reader, size)
			if err != nil {
				return nil, fmt.Errorf("generate RSA key of %d bits: %w", bits, err)
			}
			k.add(p, bits, count)
		}
		for _, p := range k.primes {
			others := new(big.Int).Div(k.public.N, p)
			k.units = append(k.units, others.Mul(others, new(big.Int).ModInverse(others, p)))
		}
		return newKey(k)
	}
}

// add takes a prime if the key can have it: a new one, of which the last makes
// the modulus as long as it has to be.
func (k *ownRSA) add(p *big.Int, bits, count int) {
	d := new(big.Int).ModInverse(big.NewInt(int64(k.public.E)), new(big.Int).Sub(p, big.NewInt(1)))
	n := new(big.Int).Mul(k.public.N, p)
	last := len(k.primes) == count-1
	if d == nil || slices.ContainsFunc(k.primes, func(q *big.Int) bool { return p.Cmp(q) == 0 }) || last && n.BitLen() != bits {
		return
	}
	k.primes, k.exponents, k.public.N = append(k.primes, p), append(k.exponents, d), n
}

// Public returns the public key.
func (k *ownRSA) Public() crypto.PublicKey { return &k.public }

// Sign signs a SHA-256 hash by RSASSA-PKCS1-v1_5 (RFC 8017 8.2.1).
func (k *ownRSA) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if _, pss := opts.(*rsa.PSSOptions); pss || opts.HashFunc() != crypto.SHA256 {
		return nil, errors.New("sign with an RSA key of many primes: only PKCS #1 v1.5 with SHA-256 is supported")
	}
	size := k.public.Size()
	m := new(big.Int).SetBytes(padded(digest, size))
	s := new(big.Int)
	for i, p := range k.primes {
		residue := new(big.Int).Exp(new(big.Int).Mod(m, p), k.exponents[i], p)
		s.Add(s, residue.Mul(residue, k.units[i]))
	}
	return s.Mod(s, k.public.N).FillBytes(make([]byte, size)), nil
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

// p192 is the curve secp192r1 (RFC 5480 2.1.1.1), which crypto/elliptic leaves
// out for its 96 bits of strength.
var p192 = &elliptic.CurveParams{
	Name: "P-192", BitSize: 192,
	P:  hexadecimal("fffffffffffffffffffffffffffffffeffffffffffffffff"),
	N:  hexadecimal("ffffffffffffffffffffffff99def836146bc9b1b4d22831"),
	B:  hexadecimal("64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1"),
	Gx: hexadecimal("188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012"),
	Gy: hexadecimal("07192b95ffc8da78631011ed6b24cdd573f977a11e794811"),
}

func hexadecimal(digits string) *big.Int {
	n, _ := new(big.Int).SetString(digits, 16) // a constant of this file
	return n
}

// generateP192 makes a key whose SubjectPublicKeyInfo crypto/x509 would not
// write.
func generateP192() (*key, error) {
	k, err := ecdsa.GenerateKey(p192, rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate a key on P-192: %w", err)
	}
	point := slices.Concat([]byte{4}, k.X.FillBytes(make([]byte, 24)), k.Y.FillBytes(make([]byte, 24)))
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1})
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 1})
		})
		b.AddASN1BitString(point)
	})
	spki, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode a key on P-192: %w", err)
	}
	return encodedKey(k, spki)
}
