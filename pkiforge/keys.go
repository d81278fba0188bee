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

// keyPool makes keys ahead of their use. Its goroutines live only while there
// are keys to be made, and are gone when close returns.
type keyPool struct {
	generate func() (*key, error)
	workers  int  // keys made at once at the most
	ahead    int  // keys made ahead
	cheap    bool // a key costs less than a goroutine's turn: made by whoever takes it

	mu      sync.Mutex
	ready   []*key
	waiting []chan made
	owed    int // keys that no worker has begun yet
	begun   int // keys that a worker is making
	running int // workers
	closed  bool
	done    chan struct{}
	wg      sync.WaitGroup

	// leaves are the keys of end-entity certificates, handed out again and
	// again; held by whoever took the token.
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
		cheap:    true,
		done:     make(chan struct{}),
		token:    make(chan struct{}, 1),
	}
	if algorithm == RSA {
		p.workers = runtime.GOMAXPROCS(0)
		p.ahead = rsaAhead
		p.cheap = false
	}
	return p
}

func (p *keyPool) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.owed = p.ahead
	p.hire()
}

// hire starts workers for the keys that are owed. mu is held.
func (p *keyPool) hire() {
	for p.running < p.workers && p.running < p.owed+p.begun {
		p.running++
		p.wg.Go(p.work)
	}
}

func (p *keyPool) work() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.closed && p.owed > 0 {
		p.owed--
		p.begun++
		p.mu.Unlock()
		k, err := p.generate()
		p.mu.Lock()
		p.begun--
		p.deliver(made{k, err})
	}
	p.running--
}

// deliver hands a key to the one who has waited longest. mu is held.
func (p *keyPool) deliver(m made) {
	if len(p.waiting) > 0 {
		p.waiting[0] <- m // it has room for one
		p.waiting = p.waiting[1:]
	} else if m.err == nil {
		p.ready = append(p.ready, m.key)
	}
}

// take returns a key that nobody else has.
func (p *keyPool) take(ctx context.Context) (*key, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	if n := len(p.ready); n > 0 {
		k := p.ready[n-1]
		p.ready = p.ready[:n-1]
		p.mu.Unlock()
		return k, nil
	}
	if p.cheap {
		p.mu.Unlock()
		return p.generate()
	}
	wait := make(chan made, 1)
	p.waiting = append(p.waiting, wait)
	if short := len(p.waiting) - p.owed - p.begun; short > 0 {
		p.owed += short
	}
	p.hire()
	p.mu.Unlock()

	select {
	case m := <-wait:
		return m.key, m.err
	case <-ctx.Done():
		p.giveUp(wait)
		return nil, fmt.Errorf("wait for a key: %w", context.Cause(ctx))
	case <-p.done:
		return nil, ErrClosed
	}
}

// giveUp takes one off the queue. A key that was delivered all the same goes
// to the next.
func (p *keyPool) giveUp(wait chan made) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiting, wait); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
		return
	}
	p.deliver(<-wait)
}

// leaf returns a key for an end-entity certificate. It may be one that other
// chains carry as well, but none of used: keys are dear, and no client compares
// those of servers that it meets under different names.
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

// close waits for the keys that are being made and lets nobody have more.
func (p *keyPool) close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.done)
	}
	p.mu.Unlock()
	p.wg.Wait()
}
