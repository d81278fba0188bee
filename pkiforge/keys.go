package pkiforge

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

const (
	rsaBits = 2048
	// rsaAhead keys are made ahead once, about as many as one run of the
	// paper's matrix needs; after these only as many as are asked for, since
	// each takes a core for a tenth of a second.
	rsaAhead = 12
)

// ErrClosed says that the forge was closed.
var ErrClosed = errors.New("the forge is closed")

// key is a private key with what every certificate that carries it repeats.
type key struct {
	crypto.Signer
	spki []byte // DER of the SubjectPublicKeyInfo
	id   []byte // subject key identifier
}

func newKey(signer crypto.Signer) (*key, error) {
	spki, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return nil, fmt.Errorf("encode public key: %w", err)
	}
	return encodedKey(signer, spki)
}

// encodedKey is newKey with the SubjectPublicKeyInfo given.
func encodedKey(signer crypto.Signer, spki []byte) (*key, error) {
	var info, alg cryptobyte.String
	var bits []byte
	in := cryptobyte.String(spki)
	if !in.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1(&alg, cbasn1.SEQUENCE) ||
		!info.ReadASN1BitStringAsBytes(&bits) {
		return nil, errors.New("encode public key: the SubjectPublicKeyInfo does not parse")
	}
	// The leftmost 160 bits of the SHA-256 hash (RFC 7093 2, method 1).
	sum := sha256.Sum256(bits)
	return &key{Signer: signer, spki: spki, id: sum[:20]}, nil
}

func generateECDSA() (*key, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate ECDSA key: %w", err)
	}
	return newKey(k)
}

func generateRSA() (*key, error) {
	k, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return nil, fmt.Errorf("generate RSA key: %w", err)
	}
	return newKey(k)
}

// keyPool makes keys, each in a goroutine of its own that ends when its key is
// in the channel. All of them have ended when close returns.
type keyPool struct {
	generate func() (*key, error)
	ahead    int  // keys made ahead
	cheap    bool // a key costs less than a goroutine: the caller makes it

	slots chan struct{} // as many keys are made at once
	keys  chan made
	done  chan struct{} // closed by close
	wg    sync.WaitGroup

	mu     sync.Mutex
	spare  int // keys ordered for which no caller waits
	closed bool

	// leaves are the keys of end-entity certificates, used again and again.
	// Only the holder of the token may read or write the slice.
	token  chan struct{}
	leaves []*key
}

type made struct {
	key *key
	err error
}

// poolFor returns a pool for an algorithm; it makes nothing until start.
func poolFor(algorithm KeyAlgorithm) *keyPool {
	p := &keyPool{
		generate: kinds[algorithm],
		cheap:    algorithm != RSA,
		slots:    make(chan struct{}, runtime.GOMAXPROCS(0)),
		keys:     make(chan made, rsaAhead),
		done:     make(chan struct{}),
		token:    make(chan struct{}, 1),
	}
	if algorithm == RSA {
		p.ahead = rsaAhead
	}
	return p
}

// start orders the keys that are made ahead.
func (p *keyPool) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range p.ahead {
		p.wg.Go(p.makeOne)
	}
	p.spare = p.ahead
}

// makeOne makes one key and waits until there is room for it in the channel.
func (p *keyPool) makeOne() {
	select {
	case p.slots <- struct{}{}:
	case <-p.done:
		return
	}
	defer func() { <-p.slots }()
	select {
	case <-p.done:
		return
	default:
	}
	k, err := p.generate()
	select {
	case p.keys <- made{k, err}:
	case <-p.done:
	}
}

// take returns a key that has no other owner. It orders one only where none is
// spare, and leaves what it ordered to the next caller if ctx ends first.
func (p *keyPool) take(ctx context.Context) (*key, error) {
	p.mu.Lock()
	switch {
	case p.closed:
		p.mu.Unlock()
		return nil, ErrClosed
	case p.cheap:
		p.mu.Unlock()
		return p.generate()
	case p.spare > 0:
		p.spare--
	default:
		p.wg.Go(p.makeOne)
	}
	p.mu.Unlock()

	select {
	case m := <-p.keys:
		return m.key, m.err
	case <-ctx.Done():
		p.mu.Lock()
		p.spare++
		p.mu.Unlock()
		return nil, fmt.Errorf("wait for a key: %w", context.Cause(ctx))
	case <-p.done:
		return nil, ErrClosed
	}
}

// leaf returns a key for an end-entity certificate. It may be one that other
// chains carry as well, but none of used: keys are expensive, and no client
// compares those of servers that it knows under different names.
func (p *keyPool) leaf(ctx context.Context, used []*key) (*key, error) {
	select {
	case p.token <- struct{}{}:
		defer func() { <-p.token }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a key: %w", context.Cause(ctx))
	}
	for _, k := range p.leaves {
		if !slices.Contains(used, k) {
			return k, nil
		}
	}
	k, err := p.take(ctx)
	if err != nil {
		return nil, err
	}
	p.leaves = append(p.leaves, k)
	return k, nil
}

// close waits for the keys that are being made; later calls of take fail.
func (p *keyPool) close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.done)
	}
	p.mu.Unlock()
	p.wg.Wait()
}
