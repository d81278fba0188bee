package pkiforge

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
)

// PrivatePurpose is a key purpose without a definition, under the arc that
// RFC 5612 reserves for documentation.
var PrivatePurpose = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 1}

// Purposes makes the extended key usage (RFC 5280 4.2.1.12) of a certificate
// those purposes and no other; none at all: it has no such extension.
func Purposes(cert string, known []x509.ExtKeyUsage, others ...asn1.ObjectIdentifier) Change {
	return ChangeCert("purposes", cert, func(c *Cert) error {
		c.ExtKeyUsage, c.UnknownEKU = slices.Clone(known), cloneEach(others)
		return nil
	})
}

// Usage makes the key usage (RFC 5280 4.2.1.3) of a certificate these bits; 0:
// it has no such extension.
func Usage(cert string, usage x509.KeyUsage) Change {
	return ChangeCert("usage", cert, func(c *Cert) error {
		if c.KeyUsage == usage {
			return fmt.Errorf("%w: the key usage of %q is that already", ErrNotApplicable, cert)
		}
		c.KeyUsage = usage
		return nil
	})
}

// Criticality sets whether an extension of a certificate is critical.
func Criticality(cert string, oid asn1.ObjectIdentifier, critical bool) Change {
	return ChangeTBS(fmt.Sprintf("critical %t: extension %v", critical, oid), cert, onExtension(oid, func(e *pkix.Extension) error {
		if e.Critical == critical {
			return fmt.Errorf("%w: extension %v is critical %t already", ErrNotApplicable, oid, critical)
		}
		e.Critical = critical
		return nil
	}))
}

// EmptyPurposes makes the extended key usage of a certificate an empty
// sequence, which RFC 5280 4.2.1.12 does not allow.
func EmptyPurposes(cert string) Change {
	return ChangeTBS("empty extended key usage", cert, onExtension(OIDExtKeyUsage, func(e *pkix.Extension) error {
		e.Value = []byte{0x30, 0}
		return nil
	}))
}

// onExtension is an edit of an extension that must be there.
func onExtension(oid asn1.ObjectIdentifier, edit func(*pkix.Extension) error) func(*TBS) error {
	return func(t *TBS) error {
		e := t.Extension(oid)
		if e == nil {
			return fmt.Errorf("%w: there is no extension %v", ErrNotApplicable, oid)
		}
		return edit(e)
	}
}
