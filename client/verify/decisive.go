package verify

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
)

// errNotFetched: without one of the checks something would be asked for that
// was not.
var errNotFetched = errors.New("not asked for")

// memory is what a verification learnt from others and by computing, for those
// that repeat it without one of the checks: they ask nobody.
type memory struct {
	fetched    map[source]fetched
	signatures map[[2]*x509.Certificate]error // by certificate and issuer
}

// source is where something about a certificate was fetched from.
type source struct{ location, about string }

// fetched is what came from a source. nonce is that of the request, if it had
// one.
type fetched struct {
	body, nonce []byte
	err         error
}

func newMemory() *memory {
	return &memory{fetched: map[source]fetched{}, signatures: map[[2]*x509.Certificate]error{}}
}

// decisive gives the checks without which the verification that ended with err
// would have come to something else.
func (w *walk) decisive(ctx context.Context, err error) []Check {
	var checks []Check
	for _, d := range descriptions {
		other := &walk{Verifier: w.Verifier, Server: w.Server, lacks: d.Check, memory: w.memory}
		other.repeats = true
		otherErr := other.verify(ctx)
		if (err == nil) != (otherErr == nil) || other.strayed || !slices.Equal(w.asked, other.asked) {
			checks = append(checks, d.Check)
		}
	}
	return checks
}

// fetch gets what a location says of a certificate. request makes what is
// posted there from a nonce; nil: nothing is posted. The nonce that was used is
// returned with the answer.
func (w *walk) fetch(ctx context.Context, location string, about *x509.Certificate, request func(nonce []byte) ([]byte, error)) (body, nonce []byte, err error) {
	if w.memory == nil {
		return w.exchange(ctx, location, request)
	}
	w.asked = append(w.asked, location)
	from := source{location, string(about.Raw)}
	known, ok := w.memory.fetched[from]
	switch {
	case ok:
	case w.repeats:
		w.strayed, known.err = true, errNotFetched
	default:
		known.body, known.nonce, known.err = w.exchange(ctx, location, request)
		w.memory.fetched[from] = known
	}
	return known.body, known.nonce, known.err
}

// signed verifies the signature of c with the issuer's key.
func (w *walk) signed(c, issuer *x509.Certificate) error {
	if w.memory == nil {
		return w.verified.check(c, issuer)
	}
	key := [2]*x509.Certificate{c, issuer}
	err, known := w.memory.signatures[key]
	if !known {
		err = w.verified.check(c, issuer)
		w.memory.signatures[key] = err
	}
	return err
}
