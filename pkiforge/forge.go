package pkiforge

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Options are what a forge is made with. The zero value is good.
type Options struct {
	// KeyAlgorithm of every certificate that does not name its own; empty: [ECDSA].
	KeyAlgorithm KeyAlgorithm
	// Now is the clock that validity is counted from; nil: time.Now.
	Now func() time.Time
	// Rand is where serial numbers come from; nil: crypto/rand. Keys and
	// signatures always draw from crypto/rand.
	Rand io.Reader
}

// Forge signs plans. Its methods may be called from several goroutines. CA
// certificates of equal description are signed once and shared by all the
// material of one forge; end-entity certificates are signed each time.
type Forge struct {
	options Options
	flights singleflight.Group

	mu     sync.Mutex
	closed bool
	pools  map[KeyAlgorithm]*keyPool
	cached map[string]*Certificate // by description and issuer

	randMu sync.Mutex // held while Options.Rand is read
}

// New returns a forge, which makes keys from now on until it is closed. An
// algorithm that it does not know is an error of [Forge.Forge].
func New(o Options) *Forge {
	if o.KeyAlgorithm == "" {
		o.KeyAlgorithm = ECDSA
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	f := &Forge{options: o, pools: map[KeyAlgorithm]*keyPool{}, cached: map[string]*Certificate{}}
	_, _ = f.pool(o.KeyAlgorithm) // so that keys are being made when the first plan comes
	return f
}

// Close ends the making of keys and waits for the end; of RSA keys that are
// under way it takes some tenths of a second. What was forged stays good.
func (f *Forge) Close() {
	f.mu.Lock()
	f.closed = true
	pools := f.pools
	f.mu.Unlock()
	for _, p := range pools { // nobody writes to it any more
		p.close()
	}
}

// Forge signs a plan. It fails with [ErrClosed] after Close, with ctx's error,
// and when the plan contradicts itself.
func (f *Forge) Forge(ctx context.Context, p Plan) (*Material, error) {
	err := p.check()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("forge a %s PKI: %w", p.Style, err)
	}
	j := job{
		forge:   f,
		now:     f.options.Now(),
		certs:   make(map[string]*Certificate, len(p.Certs)),
		content: make(map[string]string, len(p.Certs)),
	}
	for i := range p.Certs {
		c := &p.Certs[i]
		cert, err := j.certificate(ctx, c, p.issues(c.Name))
		if err != nil {
			return nil, fmt.Errorf("forge %q of a %s PKI: %w", c.Name, p.Style, err)
		}
		j.certs[c.Name] = cert
	}
	m := j.material(p)
	if m.Status, err = j.status(&p); err != nil {
		return nil, fmt.Errorf("forge the revocation data of a %s PKI: %w", p.Style, err)
	}
	return m, nil
}

func (f *Forge) pool(algorithm KeyAlgorithm) (*keyPool, error) {
	if algorithm == "" {
		algorithm = f.options.KeyAlgorithm
	}
	if _, ok := kinds[algorithm]; !ok {
		return nil, fmt.Errorf("unknown key algorithm %q; known are %s", algorithm, knownKinds())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, ErrClosed
	}
	p, ok := f.pools[algorithm]
	if !ok {
		p = poolFor(algorithm)
		if algorithm != f.options.KeyAlgorithm {
			p.ahead = 0 // a case here and there asks for it
			if s := shared.Load(); s != nil && algorithm == RSA {
				p.generate = s.generator()
			}
		}
		p.start()
		f.pools[algorithm] = p
	}
	return p, nil
}

// serial returns a random positive serial number of 128 bits (RFC 5280
// 4.1.2.2: at most 20 octets).
func (f *Forge) serial() (*big.Int, error) {
	var octets [16]byte
	f.randMu.Lock()
	_, err := io.ReadFull(f.options.Rand, octets[:])
	f.randMu.Unlock()
	if err != nil {
		return nil, fmt.Errorf("draw a serial number: %w", err)
	}
	octets[0] |= 0x80
	return new(big.Int).SetBytes(octets[:]), nil
}

// job is the forging of one plan.
type job struct {
	forge *Forge
	now   time.Time
	certs map[string]*Certificate // by name in the plan
	// content of the certificates that are shared, by name; an entry is
	// missing where the certificate is this job's own.
	content map[string]string
	leaves  []*key // keys of end-entity certificates so far
}

// certificate forges c, or returns the one that was forged before.
func (j *job) certificate(ctx context.Context, c *Cert, issues bool) (*Certificate, error) {
	if c.CopyOf != "" {
		return j.copied(c)
	}
	own := c.SameKeyAs != "" || !c.IsCA && !issues
	var content string
	if !own {
		issuer, ok := j.content[c.Issuer]
		own = !ok && c.Issuer != c.Name
		content = string(c.appendContent([]byte(issuer)))
	}
	if own {
		return j.sign(ctx, c, !issues && !c.IsCA)
	}
	j.content[c.Name] = content
	return j.forge.share(ctx, content, func() (*Certificate, error) { return j.sign(ctx, c, false) })
}

// share returns the certificate of that content, made once.
func (f *Forge) share(ctx context.Context, content string, sign func() (*Certificate, error)) (*Certificate, error) {
	for {
		f.mu.Lock()
		cert, closed := f.cached[content], f.closed
		f.mu.Unlock()
		if closed {
			return nil, ErrClosed
		}
		if cert != nil {
			return cert, nil
		}
		_, err, _ := f.flights.Do(content, func() (any, error) {
			// An earlier flight may have landed since: what was issued by its
			// certificate must not lose its issuer to another of the same name.
			f.mu.Lock()
			made := f.cached[content] != nil
			f.mu.Unlock()
			if made {
				return nil, nil
			}
			cert, err := sign()
			if err == nil {
				f.mu.Lock()
				f.cached[content] = cert
				f.mu.Unlock()
			}
			return nil, err
		})
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		// Another's context may have ended; then this one tries for itself.
		if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			return nil, err
		}
	}
}

// sign makes a certificate of this job's own, with a fresh key or, for a leaf,
// one that no other certificate of this plan has.
func (j *job) sign(ctx context.Context, c *Cert, leaf bool) (*Certificate, error) {
	k, err := j.key(ctx, c, leaf)
	if err != nil {
		return nil, err
	}
	cert := &Certificate{Name: c.Name, Key: k.Signer, key: k}
	cert.Issuer = cert
	if c.Issuer != c.Name {
		cert.Issuer = j.certs[c.Issuer]
	}
	tbs, err := j.tbs(c, cert)
	if err != nil {
		return nil, err
	}
	for _, edit := range c.EditTBS {
		if err := edit.Apply(tbs); err != nil {
			return nil, fmt.Errorf("edit %q before signing: %w", edit.Name, err)
		}
	}
	cert.subject = tbs.Subject
	if cert.DER, err = tbs.Sign(rand.Reader, cert.Issuer.Key); err != nil {
		return nil, err
	}
	return cert, cert.edit(c.EditDER)
}

// edit applies what changes the signed certificate; cert is then complete.
func (c *Certificate) edit(edits []DEREdit) error {
	for _, edit := range edits {
		der, err := edit.Apply(c.DER)
		if err != nil {
			return fmt.Errorf("edit %q after signing: %w", edit.Name, err)
		}
		c.DER = der
	}
	der := c.DER
	c.parse = sync.OnceValues(func() (*x509.Certificate, error) { return x509.ParseCertificate(der) })
	return nil
}

func (j *job) copied(c *Cert) (*Certificate, error) {
	cert := *j.certs[c.CopyOf]
	cert.Name = c.Name
	if cert.Issuer.Name == c.CopyOf {
		cert.Issuer = &cert
	}
	return &cert, cert.edit(c.EditDER)
}

func (j *job) key(ctx context.Context, c *Cert, leaf bool) (*key, error) {
	if c.SameKeyAs != "" {
		return j.certs[c.SameKeyAs].key, nil
	}
	pool, err := j.forge.pool(c.KeyAlgorithm)
	if err != nil {
		return nil, err
	}
	if !leaf {
		return pool.take(ctx)
	}
	k, err := pool.leaf(ctx, j.leaves)
	j.leaves = append(j.leaves, k)
	return k, err
}

// tbs describes c as a TBSCertificate. Of cert, the key and issuer are set.
func (j *job) tbs(c *Cert, cert *Certificate) (*TBS, error) {
	serial, err := j.forge.serial()
	if err != nil {
		return nil, err
	}
	subject, err := asn1.Marshal(c.Subject.ToRDNSequence())
	if err != nil {
		return nil, fmt.Errorf("encode subject %v: %w", c.Subject, err)
	}
	issuer := subject
	if cert.Issuer != cert {
		issuer = cert.Issuer.subject
	}
	algorithm, err := signatureAlgorithm(cert.Issuer.Key)
	if err != nil {
		return nil, err
	}
	ext, err := extensions(c, cert.key, cert.Issuer.key.id)
	if err != nil {
		return nil, err
	}
	// The slices that certificates share are cloned: an edit may write to its own.
	return &TBS{
		Version:        3,
		Serial:         serial,
		Signature:      slices.Clone(algorithm),
		Issuer:         slices.Clone(issuer),
		NotBefore:      j.now.Add(c.NotBefore),
		NotAfter:       j.now.Add(c.NotAfter),
		Subject:        subject,
		SPKI:           slices.Clone(cert.key.spki),
		Ext:            ext,
		OuterSignature: slices.Clone(algorithm),
	}, nil
}

// material gathers what was forged.
func (j *job) material(p Plan) *Material {
	named := func(names []string) []*Certificate {
		var list []*Certificate
		for _, name := range names {
			list = append(list, j.certs[name])
		}
		return list
	}
	m := &Material{
		Plan:        p.Clone(),
		Certs:       j.certs,
		Chain:       named(p.Send),
		SystemRoots: named(p.Trust.System),
		CustomRoots: named(p.Trust.Custom),
		Identity:    named(p.IdentityChain),
	}
	if p.Identity != "" {
		root := j.certs[p.Identity]
		for root.Issuer != root {
			root = root.Issuer
		}
		m.ClientRoots = []*Certificate{root}
	}
	return m
}
