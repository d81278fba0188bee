package verify

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
)

// maxPaths bounds how many paths are tried: certificates that vouch for one
// another in circles would otherwise keep the client busy for ever.
const maxPaths = 64

// Path is a certification path (RFC 5280 6.1): certificates that the server
// presented or that were fetched, end entity first, and the trust anchor that it leads to. The anchor is no part of
// Certs, as in RFC 5280 6.1.1 (d).
type Path struct {
	Certs  []*x509.Certificate
	Anchor *x509.Certificate // nil: the path leads nowhere
	// direct: the end-entity certificate is itself the trust anchor.
	direct bool
	// copied: it is not, but says in every word what the anchor says, under
	// another signature.
	copied bool
	// jumped: no one looked whether the anchor is the issuer. Only without
	// the check chain-links.
	jumped bool
}

// leaf is the server's own certificate.
func (p Path) leaf() *x509.Certificate { return p.Certs[0] }

// top is the last certificate before the trust anchor.
func (p Path) top() *x509.Certificate { return p.Certs[len(p.Certs)-1] }

// issuer gives whose key signed certs[i]: the next certificate, or the anchor;
// a self-issued one at the top of a path without anchor is its own. Nil: it is
// not known.
func (p Path) issuer(i int) *x509.Certificate {
	switch {
	case i+1 < len(p.Certs):
		return p.Certs[i+1]
	case p.Anchor != nil && !p.jumped:
		return p.Anchor
	case p.Anchor == nil && selfIssued(p.Certs[i]):
		return p.Certs[i]
	}
	return nil
}

// issuers are the certificates of the path that issued another of it, without
// the anchor.
func (p Path) issuers() []*x509.Certificate { return p.Certs[1:] }

// issuingAnchor is the anchor where it issued another certificate; nil where
// it is the end-entity certificate itself or is only claimed.
func (p Path) issuingAnchor() *x509.Certificate {
	if p.direct || p.copied || p.jumped {
		return nil
	}
	return p.Anchor
}

// String is the path for people, end entity first.
func (p Path) String() string {
	switch {
	case len(p.Certs) == 0:
		return "no path"
	case p.direct:
		return title(p.leaf()) + " is itself installed"
	case p.Anchor == nil:
		return title(p.leaf()) + " and no trust anchor"
	}
	names := make([]string, 0, len(p.Certs)+1)
	for _, c := range p.Certs {
		names = append(names, title(c))
	}
	return strings.Join(append(names, title(p.Anchor)+" (installed)"), " ← ")
}

// find builds paths from the end-entity certificate, presented first, and
// gives the first that every check accepts, or why none is.
func (w *walk) find(ctx context.Context, presented []*x509.Certificate) (Path, error) {
	if len(presented) == 0 {
		return Path{}, refuse(CheckChainLinks, "the server presented no certificate")
	}
	leaf := presented[0]
	for _, a := range w.Roots {
		if a.Equal(leaf) {
			if p := (Path{Certs: presented[:1], Anchor: a, direct: true}); w.try(p) {
				return p, nil
			}
		}
	}
	if p, ok := w.extend(ctx, []*x509.Certificate{leaf}, presented[1:]); ok {
		return p, nil
	}
	return Path{}, w.first
}

// extend goes on from the last of certs: to an anchor that issued it, else to
// the presented certificates that may have, else to those that can be fetched.
func (w *walk) extend(ctx context.Context, certs, presented []*x509.Certificate) (Path, bool) {
	top := certs[len(certs)-1]
	found := false
	for _, a := range w.Roots {
		if !bytes.Equal(a.RawSubject, top.RawIssuer) {
			continue
		}
		found = true
		p := Path{Certs: certs, Anchor: a, copied: len(certs) == 1 && isCopy(top, a)}
		if w.try(p) {
			return p, true
		}
		if w.without(CheckEveryAnchor) {
			break
		}
	}
	above := issuersIn(presented, certs)
	if !found && len(above) == 0 {
		above = issuersIn(w.fetchIssuers(ctx, certs), certs)
	}
	for _, c := range above {
		found = true
		if w.tried >= maxPaths {
			break
		}
		if p, ok := w.extend(ctx, append(slices.Clone(certs), c), presented); ok {
			return p, true
		}
	}
	if found && !w.without(CheckTrustAnchor) {
		return Path{}, false
	}
	p := Path{Certs: certs}
	if !found && w.without(CheckChainLinks) && len(w.Roots) > 0 {
		p.Anchor, p.jumped = w.Roots[0], true
	}
	return p, w.try(p)
}

// issuersIn gives the certificates of a list that may have issued the last of
// certs, by its name, and are not among them.
func issuersIn(list, certs []*x509.Certificate) []*x509.Certificate {
	var issuers []*x509.Certificate
	for _, c := range list {
		if bytes.Equal(c.RawSubject, certs[len(certs)-1].RawIssuer) && !slices.ContainsFunc(certs, c.Equal) {
			issuers = append(issuers, c)
		}
	}
	return issuers
}

// try makes every check of p, and keeps the reason when one fails.
func (w *walk) try(p Path) bool {
	if w.tried >= maxPaths {
		return false
	}
	w.tried++
	err := w.check(p)
	if err == nil {
		return true
	}
	rank := 1
	if p.Anchor != nil {
		rank = 2
	}
	if rank > w.rank {
		w.first, w.rank = err, rank
	}
	return false
}

// check makes the checks of the path validation in their order.
func (w *walk) check(p Path) error {
	for _, c := range pathChecks {
		if w.without(c.name) {
			continue
		}
		if err := c.run(w, p); err != nil {
			return err
		}
	}
	return nil
}

// isCopy says whether c claims to be the anchor a: the same certificate but for
// the signature value.
func isCopy(c, a *x509.Certificate) bool {
	return selfIssued(c) && bytes.Equal(c.RawTBSCertificate, a.RawTBSCertificate)
}

// selfIssued: subject and issuer are the same (RFC 5280 3.2).
func selfIssued(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer)
}

// isCA: the certificate says that its subject may issue certificates. One of
// version 1 cannot say it (RFC 5280 6.1.4 (k)).
func isCA(c *x509.Certificate) bool { return c.BasicConstraintsValid && c.IsCA }

// title names a certificate for people.
func title(c *x509.Certificate) string {
	if s := c.Subject.String(); s != "" {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("serial %x", c.SerialNumber)
}
