package reference

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// maxPaths bounds how many paths are tried: certificates that vouch for one
// another in circles would otherwise keep the client busy for ever.
const maxPaths = 64

// path is a candidate certification path (RFC 5280 6.1): what the server
// presented, end entity first, and the trust anchor that it leads to. The
// anchor is no part of certs, as in RFC 5280 6.1.1 (d).
type path struct {
	certs  []*x509.Certificate
	anchor *x509.Certificate // nil: the path leads nowhere
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
func (p path) leaf() *x509.Certificate { return p.certs[0] }

// top is the last certificate that the server presented.
func (p path) top() *x509.Certificate { return p.certs[len(p.certs)-1] }

// issuer gives whose key signed certs[i]: the next certificate, or the anchor;
// a self-issued one at the top of a path without anchor is its own. Nil: it is
// not known.
func (p path) issuer(i int) *x509.Certificate {
	switch {
	case i+1 < len(p.certs):
		return p.certs[i+1]
	case p.anchor != nil && !p.jumped:
		return p.anchor
	case p.anchor == nil && selfIssued(p.certs[i]):
		return p.certs[i]
	}
	return nil
}

// issuers are the certificates of the path that issued another of it, without
// the anchor.
func (p path) issuers() []*x509.Certificate { return p.certs[1:] }

// issuingAnchor is the anchor where it issued another certificate; nil where
// it is the end-entity certificate itself or is only claimed.
func (p path) issuingAnchor() *x509.Certificate {
	if p.direct || p.copied || p.jumped {
		return nil
	}
	return p.anchor
}

// refusal is why the client does not accept a server.
type refusal struct {
	check  check
	reason string
}

func (r *refusal) Error() string { return r.reason }

func refuse(c check, format string, args ...any) error {
	return &refusal{c, fmt.Sprintf(format, args...)}
}

// validation is the validation of one server's certificates.
type validation struct {
	driver  *Driver
	anchors []*x509.Certificate
	host    string     // reference identity: a DNS name or an IP address
	peer    netip.Addr // the address that the client is connected to
	tried   int
	first   error // of the most promising path that failed
	rank    int   // of first: 2 a path to an anchor, 1 another
}

// find builds paths from the end-entity certificate, presented first, and
// gives the first that every check accepts, or why none is.
func (v *validation) find(presented []*x509.Certificate) (path, error) {
	if len(presented) == 0 {
		return path{}, refuse(checkChainLinks, "the server presented no certificate")
	}
	leaf := presented[0]
	for _, a := range v.anchors {
		if a.Equal(leaf) {
			if p := (path{certs: presented[:1], anchor: a, direct: true}); v.try(p) {
				return p, nil
			}
		}
	}
	if p, ok := v.extend([]*x509.Certificate{leaf}, presented[1:]); ok {
		return p, nil
	}
	return path{}, v.first
}

// extend goes on from the last of certs: to an anchor that issued it, else to
// the presented certificates that may have.
func (v *validation) extend(certs, presented []*x509.Certificate) (path, bool) {
	top := certs[len(certs)-1]
	found := false
	for _, a := range v.anchors {
		if !bytes.Equal(a.RawSubject, top.RawIssuer) {
			continue
		}
		found = true
		p := path{certs: certs, anchor: a, copied: len(certs) == 1 && isCopy(top, a)}
		if v.try(p) {
			return p, true
		}
		if v.driver.without(checkEveryAnchor) {
			break
		}
	}
	for _, c := range presented {
		if !bytes.Equal(c.RawSubject, top.RawIssuer) || slices.ContainsFunc(certs, c.Equal) {
			continue
		}
		found = true
		if v.tried >= maxPaths {
			break
		}
		if p, ok := v.extend(append(slices.Clone(certs), c), presented); ok {
			return p, true
		}
	}
	if found && !v.driver.without(checkTrustAnchor) {
		return path{}, false
	}
	p := path{certs: certs}
	if !found && v.driver.without(checkChainLinks) && len(v.anchors) > 0 {
		p.anchor, p.jumped = v.anchors[0], true
	}
	return p, v.try(p)
}

// try makes every check of p, and keeps the reason when one fails.
func (v *validation) try(p path) bool {
	if v.tried >= maxPaths {
		return false
	}
	v.tried++
	err := v.check(p)
	if err == nil {
		return true
	}
	rank := 1
	if p.anchor != nil {
		rank = 2
	}
	if rank > v.rank {
		v.first, v.rank = err, rank
	}
	return false
}

// check makes the checks of the path validation in their order.
func (v *validation) check(p path) error {
	for _, c := range pathChecks {
		if v.driver.without(c.name) {
			continue
		}
		if err := c.run(v, p); err != nil {
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

// title is how the trace names a certificate.
func title(c *x509.Certificate) string {
	if s := c.Subject.String(); s != "" {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("serial %x", c.SerialNumber)
}

// reasonOf gives the refusal in err; nil: err is none of this client's.
func reasonOf(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}
