package pkiforge

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// The extensions that a [Cert] describes (RFC 5280 4.2), for edits that look
// for one of them.
var (
	OIDSubjectKeyID     = asn1.ObjectIdentifier{2, 5, 29, 14}
	OIDKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	OIDSubjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
	OIDBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	OIDCRLPoints        = asn1.ObjectIdentifier{2, 5, 29, 31}
	OIDPolicies         = asn1.ObjectIdentifier{2, 5, 29, 32}
	OIDAuthorityKeyID   = asn1.ObjectIdentifier{2, 5, 29, 35}
	OIDExtKeyUsage      = asn1.ObjectIdentifier{2, 5, 29, 37}
	OIDAuthorityInfo    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1}
)

var (
	oidOCSP      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1}
	oidCAIssuers = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 2}

	// The key purposes of RFC 5280 4.2.1.12. Others go to UnknownEKU.
	purposes = map[x509.ExtKeyUsage]asn1.ObjectIdentifier{
		x509.ExtKeyUsageAny:             {2, 5, 29, 37, 0},
		x509.ExtKeyUsageServerAuth:      {1, 3, 6, 1, 5, 5, 7, 3, 1},
		x509.ExtKeyUsageClientAuth:      {1, 3, 6, 1, 5, 5, 7, 3, 2},
		x509.ExtKeyUsageCodeSigning:     {1, 3, 6, 1, 5, 5, 7, 3, 3},
		x509.ExtKeyUsageEmailProtection: {1, 3, 6, 1, 5, 5, 7, 3, 4},
		x509.ExtKeyUsageTimeStamping:    {1, 3, 6, 1, 5, 5, 7, 3, 8},
		x509.ExtKeyUsageOCSPSigning:     {1, 3, 6, 1, 5, 5, 7, 3, 9},
	}

	// GeneralName alternatives (RFC 5280 4.2.1.6).
	tagDNSName = cbasn1.Tag(2).ContextSpecific()
	tagURI     = cbasn1.Tag(6).ContextSpecific()
	tagIP      = cbasn1.Tag(7).ContextSpecific()

	tagKeyID     = cbasn1.Tag(0).ContextSpecific()               // in AuthorityKeyIdentifier
	tagPointName = cbasn1.Tag(0).ContextSpecific().Constructed() // DistributionPoint and its fullName
)

// extensionList collects extensions and keeps the first error.
type extensionList struct {
	list []pkix.Extension
	err  error
}

func (l *extensionList) add(oid asn1.ObjectIdentifier, critical bool, value cryptobyte.BuilderContinuation) {
	b := cryptobyte.NewBuilder(make([]byte, 0, 64))
	value(b)
	der, err := b.Bytes()
	if err != nil && l.err == nil {
		l.err = fmt.Errorf("encode extension %v: %w", oid, err)
	}
	l.list = append(l.list, pkix.Extension{Id: oid, Critical: critical, Value: der})
}

// usageFor gives the key usage that is written: a TLS server's RSA key is for
// key encipherment, too, as CAs issue such certificates; NSS requires it in TLS
// 1.2 for any key exchange. A usage that says more than digitalSignature, or
// less, is written as it is.
func (c *Cert) usageFor(key crypto.Signer) x509.KeyUsage {
	_, isRSA := key.Public().(*rsa.PublicKey)
	if isRSA && c.KeyUsage == x509.KeyUsageDigitalSignature && slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth) {
		return c.KeyUsage | x509.KeyUsageKeyEncipherment
	}
	return c.KeyUsage
}

// extensions encodes those that c describes. The authority key identifier is
// there in self-signed certificates as well: only CAs may leave it out of
// theirs (RFC 5280 4.2.1.1).
func extensions(c *Cert, own *key, issuerKeyID []byte) ([]pkix.Extension, error) {
	l := extensionList{list: make([]pkix.Extension, 0, 10+len(c.Extra))}
	if usage := c.usageFor(own); usage != 0 {
		l.add(OIDKeyUsage, true, func(b *cryptobyte.Builder) { addKeyUsage(b, usage) })
	}
	if len(c.ExtKeyUsage)+len(c.UnknownEKU) > 0 {
		l.add(OIDExtKeyUsage, false, func(b *cryptobyte.Builder) { addPurposes(b, c) })
	}
	if c.BasicConstraints {
		l.add(OIDBasicConstraints, true, func(b *cryptobyte.Builder) { addBasicConstraints(b, c) })
	}
	l.add(OIDSubjectKeyID, false, func(b *cryptobyte.Builder) { b.AddASN1OctetString(own.id) })
	l.add(OIDAuthorityKeyID, false, sequence(func(b *cryptobyte.Builder) {
		b.AddASN1(tagKeyID, raw(issuerKeyID))
	}))
	if len(c.OCSPServer)+len(c.IssuingURL) > 0 {
		l.add(OIDAuthorityInfo, false, sequence(func(b *cryptobyte.Builder) {
			addAccess(b, oidOCSP, c.OCSPServer)
			addAccess(b, oidCAIssuers, c.IssuingURL)
		}))
	}
	if len(c.DNS)+len(c.URIs)+len(c.IPs) > 0 {
		// Critical where it alone names the subject (RFC 5280 4.2.1.6).
		critical := len(c.Subject.ToRDNSequence()) == 0
		l.add(OIDSubjectAltName, critical, sequence(func(b *cryptobyte.Builder) { addAltNames(b, c) }))
	}
	if len(c.Policies) > 0 {
		l.add(OIDPolicies, false, sequence(func(b *cryptobyte.Builder) {
			for _, oid := range c.Policies {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid) })
			}
		}))
	}
	if len(c.CRL) > 0 {
		l.add(OIDCRLPoints, false, sequence(func(b *cryptobyte.Builder) { addCRLPoints(b, c.CRL) }))
	}
	return append(l.list, c.Extra...), l.err
}

func sequence(f cryptobyte.BuilderContinuation) cryptobyte.BuilderContinuation {
	return func(b *cryptobyte.Builder) { b.AddASN1(cbasn1.SEQUENCE, f) }
}

func raw[T ~string | ~[]byte](v T) cryptobyte.BuilderContinuation {
	return func(b *cryptobyte.Builder) { b.AddBytes([]byte(v)) }
}

// addKeyUsage writes a named bit list: bit 0 is the first of the first octet,
// and trailing zero bits are left out (X.690 11.2.2).
func addKeyUsage(b *cryptobyte.Builder, usage x509.KeyUsage) {
	reversed := bits.Reverse16(uint16(usage))
	octets := []byte{byte(reversed >> 8), byte(reversed)}
	if octets[1] == 0 {
		octets = octets[:1]
	}
	b.AddASN1(cbasn1.BIT_STRING, func(b *cryptobyte.Builder) {
		b.AddUint8(uint8(bits.TrailingZeros8(octets[len(octets)-1])))
		b.AddBytes(octets)
	})
}

func addPurposes(b *cryptobyte.Builder, c *Cert) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, usage := range c.ExtKeyUsage {
			oid, ok := purposes[usage]
			if !ok {
				b.SetError(fmt.Errorf("no object identifier is known for %v: put it into UnknownEKU", usage))
				return
			}
			b.AddASN1ObjectIdentifier(oid)
		}
		for _, oid := range c.UnknownEKU {
			b.AddASN1ObjectIdentifier(oid)
		}
	})
}

func addBasicConstraints(b *cryptobyte.Builder, c *Cert) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		if c.IsCA {
			b.AddASN1Boolean(true)
		}
		if c.PathLen >= 0 {
			b.AddASN1Int64(int64(c.PathLen))
		}
	})
}

func addAccess(b *cryptobyte.Builder, method asn1.ObjectIdentifier, urls []string) {
	for _, url := range urls {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(method)
			b.AddASN1(tagURI, raw(url))
		})
	}
}

func addAltNames(b *cryptobyte.Builder, c *Cert) {
	for _, name := range c.DNS {
		b.AddASN1(tagDNSName, raw(name))
	}
	for _, uri := range c.URIs {
		b.AddASN1(tagURI, raw(uri))
	}
	for _, ip := range c.IPs {
		b.AddASN1(tagIP, raw(ip.Unmap().AsSlice()))
	}
}

func addCRLPoints(b *cryptobyte.Builder, urls []string) {
	for _, url := range urls {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tagPointName, func(b *cryptobyte.Builder) {
				b.AddASN1(tagPointName, func(b *cryptobyte.Builder) { b.AddASN1(tagURI, raw(url)) })
			})
		})
	}
}
