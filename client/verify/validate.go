package verify

import (
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"time"
)

// pathChecks is the path validation of RFC 5280 6.1, one check an entry, the
// cheap ones before the signatures. Of the trust anchor nothing counts but its
// name and key (RFC 5280 6.1.1 (d), 6.2), and whether it says of itself that
// it issues nothing.
var pathChecks = []struct {
	name Check
	run  func(*walk, Path) error
}{
	{CheckChainLinks, (*walk).chainLinks},
	{CheckTrustAnchor, (*walk).trustAnchor},
	{CheckExpiry, (*walk).expiry},
	{CheckBasicConstraints, (*walk).basicConstraints},
	{CheckCertSign, (*walk).certSign},
	{CheckPathLength, (*walk).pathLength},
	{CheckCritical, (*walk).critical},
	{CheckNameConstraints, (*walk).nameConstraints},
	{CheckKeyUsage, (*walk).keyUsage},
	{CheckExtKeyUsage, (*walk).extKeyUsage},
	{CheckPolicies, (*walk).certificatePolicies},
	{CheckDigests, (*walk).digests},
	{CheckKeyLengths, (*walk).keyLengths},
	{CheckSignature, (*walk).signatures},
}

// chainLinks requires that every certificate has an issuer (RFC 5280 6.1.3
// (a)(4)). A path may also end at an authority that the server presented: that
// it is no trust anchor is the next check's matter.
func (w *walk) chainLinks(p Path) error {
	top := p.top()
	if p.Anchor != nil || selfIssued(top) || len(p.Certs) > 1 && isCA(top) {
		return nil
	}
	return refuse(CheckChainLinks, "the issuer of %s, %q, was neither sent nor is it installed", title(top), top.Issuer)
}

// trustAnchor requires that the path ends at an installed root (RFC 5280 6.1.1
// (d)).
func (w *walk) trustAnchor(p Path) error {
	if p.Anchor != nil {
		return nil
	}
	if selfIssued(p.top()) {
		return refuse(CheckTrustAnchor, "%s is self-signed and not installed", title(p.top()))
	}
	return refuse(CheckTrustAnchor, "no root %q is installed", p.top().Issuer)
}

// expiry compares the validity of every certificate with the clock (RFC 5280
// 6.1.3 (a)(2)), also of an end-entity certificate that is itself installed.
func (w *walk) expiry(p Path) error {
	now := w.now()
	for i, c := range p.Certs {
		if i > 0 && w.without(CheckIssuerValidity) {
			break
		}
		if now.Before(c.NotBefore) && !w.without(CheckNotBefore) {
			return refuse(CheckExpiry, "%s is not valid before %s", title(c), c.NotBefore.Format(time.RFC3339))
		}
		if now.After(c.NotAfter) {
			return refuse(CheckExpiry, "%s expired at %s", title(c), c.NotAfter.Format(time.RFC3339))
		}
	}
	return nil
}

// basicConstraints requires that every issuer is a CA (RFC 5280 6.1.4 (k)). An
// anchor that says that it is no CA vouches for itself alone.
func (w *walk) basicConstraints(p Path) error {
	if a := p.issuingAnchor(); a != nil && a.BasicConstraintsValid && !a.IsCA {
		return refuse(CheckBasicConstraints, "the installed %s is no CA and vouches for itself alone", title(a))
	}
	for _, c := range p.issuers() {
		if !isCA(c) {
			return refuse(CheckBasicConstraints, "%s issued a certificate and is no CA", title(c))
		}
	}
	return nil
}

// critical refuses critical extensions that were not processed (RFC 5280
// 6.1.4 (o), 6.1.5 (f)).
func (w *walk) critical(p Path) error {
	for _, c := range p.Certs {
		if unknown := unprocessed(c); len(unknown) > 0 {
			return refuse(CheckCritical, "%s has the unknown critical extension %s", title(c), unknown[0])
		}
	}
	return nil
}

// digests refuses signatures over broken digests (RFC 8446 4.4.2.4, RFC 9325
// 4.5). What an anchor is signed with, and a directly trusted certificate is
// one, does not matter.
func (w *walk) digests(p Path) error {
	if p.direct {
		return nil
	}
	for _, c := range p.Certs {
		switch c.SignatureAlgorithm {
		case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
			return refuse(CheckDigests, "%s is signed with %s", title(c), c.SignatureAlgorithm)
		}
	}
	return nil
}

// keyLengths refuses RSA keys shorter than the policy's (RFC 9325 4.5).
func (w *walk) keyLengths(p Path) error {
	for _, c := range p.Certs {
		if k, ok := c.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() < w.policy.minRSA {
			return refuse(CheckKeyLengths, "%s has an RSA key of %d bits, fewer than %d", title(c), k.N.BitLen(), w.policy.minRSA)
		}
	}
	return nil
}

// signatures verifies the signature of every certificate with its issuer's
// key (RFC 5280 6.1.3 (a)(1)). A directly trusted certificate needs none: the
// store vouches for its very octets. A copy of it does, by the anchor's key.
func (w *walk) signatures(p Path) error {
	if p.direct {
		return nil
	}
	for i, c := range p.Certs {
		issuer := p.issuer(i)
		if issuer == nil {
			continue
		}
		if err := w.signed(c, issuer); err != nil {
			return refuse(CheckSignature, "the signature of %s does not verify with the key of %s: %v", title(c), title(issuer), err)
		}
	}
	return nil
}

// signedBy verifies the signature of c. crypto/x509 does not for MD5, which
// this client refuses by a check of its own.
func signedBy(c, issuer *x509.Certificate) error {
	if k, ok := issuer.PublicKey.(*rsa.PublicKey); ok && c.SignatureAlgorithm == x509.MD5WithRSA {
		digest := md5.Sum(c.RawTBSCertificate)
		return rsa.VerifyPKCS1v15(k, crypto.MD5, digest[:], c.Signature)
	}
	return issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
}
