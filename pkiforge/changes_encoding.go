package pkiforge

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// OIDUnknown is an extension without a definition, under the enterprise number
// for documentation (RFC 5612).
var OIDUnknown = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 1}

// UnknownExtension adds the extension [OIDUnknown] to a certificate.
func UnknownExtension(cert string, critical bool) Change {
	return MoreExtension(cert, pkix.Extension{Id: slices.Clone(OIDUnknown), Critical: critical, Value: asn1.NullBytes})
}

// MoreExtension adds an extension to a certificate, behind those it has.
func MoreExtension(cert string, e pkix.Extension) Change {
	name := fmt.Sprintf("additional extension %v, critical %t, value %x", e.Id, e.Critical, e.Value)
	return ChangeCert(name, cert, func(c *Cert) error {
		c.Extra = append(c.Extra, e)
		return nil
	})
}

// ManyExtensions adds n extensions without a definition, each of a different
// type.
func ManyExtensions(cert string, n int) Change {
	return ChangeCert(fmt.Sprintf("%d unknown extensions", n), cert, func(c *Cert) error {
		for i := range n {
			c.Extra = append(c.Extra, pkix.Extension{Id: append(slices.Clone(OIDUnknown), i), Value: asn1.NullBytes})
		}
		return nil
	})
}

// changeExtensions is the change of a certificate's extensions around the
// first of a type, which must be there.
func changeExtensions(name, cert string, oid asn1.ObjectIdentifier, edit func(t *TBS, i int)) Change {
	return ChangeTBS(fmt.Sprintf("%s %v", name, oid), cert, func(t *TBS) error {
		i := slices.IndexFunc(t.Ext, func(e pkix.Extension) bool { return e.Id.Equal(oid) })
		if i < 0 {
			return fmt.Errorf("%w: the certificate has no extension %v", ErrNotApplicable, oid)
		}
		edit(t, i)
		return nil
	})
}

// TwiceExtension repeats an extension of a certificate octet for octet, at
// the end (RFC 5280 4.2 forbids two of a kind).
func TwiceExtension(cert string, oid asn1.ObjectIdentifier) Change {
	return changeExtensions("duplicate extension", cert, oid, func(t *TBS, i int) { t.Ext = append(t.Ext, t.Ext[i]) })
}

// BeforeExtension puts another extension of the same type, with other content,
// before the one that a certificate has.
func BeforeExtension(cert string, oid asn1.ObjectIdentifier, value []byte) Change {
	return changeExtensions(fmt.Sprintf("additional value %x before extension", value), cert, oid, func(t *TBS, i int) {
		t.Ext = slices.Insert(t.Ext, i, pkix.Extension{Id: oid, Critical: t.Ext[i].Critical, Value: slices.Clone(value)})
	})
}

// LongerExtension puts octets after the end of an extension's value, within
// the OCTET STRING that holds it.
func LongerExtension(cert string, oid asn1.ObjectIdentifier, octets []byte) Change {
	return changeExtensions(fmt.Sprintf("octets %x after the value of extension", octets), cert, oid, func(t *TBS, i int) {
		t.Ext[i].Value = slices.Concat(t.Ext[i].Value, octets)
	})
}

// WithoutExtension leaves an extension of a certificate out.
func WithoutExtension(cert string, oid asn1.ObjectIdentifier) Change {
	return changeExtensions("without extension", cert, oid, func(t *TBS, i int) { t.Ext = slices.Delete(t.Ext, i, i+1) })
}

// CriticalExtension marks an extension of a certificate as critical.
func CriticalExtension(cert string, oid asn1.ObjectIdentifier) Change {
	return changeExtensions("critical extension", cert, oid, func(t *TBS, i int) { t.Ext[i].Critical = true })
}

// ExtensionValue gives an extension of a certificate other content.
func ExtensionValue(cert string, oid asn1.ObjectIdentifier, value []byte) Change {
	return changeExtensions(fmt.Sprintf("value %x of extension", value), cert, oid, func(t *TBS, i int) {
		t.Ext[i].Value = slices.Clone(value)
	})
}

// Version sets the version of a certificate, 3 meaning v3, and leaves its
// extensions as they are.
func Version(cert string, version int) Change {
	return ChangeTBS(fmt.Sprintf("version %d", version), cert, func(t *TBS) error {
		t.Version = version
		return nil
	})
}

// BareVersion1 makes a certificate one of version 1, which has no extensions.
func BareVersion1(cert string) Change {
	return ChangeTBS("version 1 without extensions", cert, func(t *TBS) error {
		t.Version, t.Ext = 1, nil
		return nil
	})
}

// Serial gives a certificate another serial number. The octets are those of
// an INTEGER in two's complement.
func Serial(cert string, octets []byte) Change {
	return ChangeTBS(fmt.Sprintf("serial %x", octets), cert, func(t *TBS) error {
		if len(octets) == 0 {
			return errors.New("give a serial number: it has no octets")
		}
		n := new(big.Int).SetBytes(octets)
		if octets[0]&0x80 != 0 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(octets))))
		}
		t.Serial = n
		return nil
	})
}

// UniqueIDs gives a certificate an issuer and a subject unique identifier
// (RFC 5280 4.1.2.8). They come between the key and the extensions.
func UniqueIDs(cert string) Change {
	return ChangeTBS("unique identifiers", cert, func(t *TBS) error {
		t.SPKI = slices.Concat(t.SPKI, []byte{0x81, 2, 0, 0x15, 0x82, 2, 0, 0x2a})
		return nil
	})
}

// EmptyIssuer makes the issuer name of a certificate empty; the issuer's own
// certificate keeps its name.
func EmptyIssuer(cert string) Change {
	return ChangeTBS("empty issuer", cert, func(t *TBS) error {
		t.Issuer = []byte{0x30, 0}
		return nil
	})
}

// EmptySubject makes the subject of a certificate empty, and with it the issuer
// name of the certificates that it issued.
func EmptySubject(cert string) Change {
	return ChangeTBS("empty subject", cert, func(t *TBS) error {
		t.Subject = []byte{0x30, 0}
		return nil
	})
}

// Attribute is one attribute of a distinguished name (RFC 5280 4.1.2.4) with
// the string type it is written in.
type Attribute struct {
	Type  asn1.ObjectIdentifier
	Tag   cbasn1.Tag
	Value []byte // content octets, in the encoding of the type
}

// The string types of attributes that no other package names (X.680).
const (
	TagUniversalString = cbasn1.Tag(28)
	TagBMPString       = cbasn1.Tag(30)
)

// The attribute types of the changes of names (RFC 5280 appendix A.1).
var (
	OIDOrganization    = asn1.ObjectIdentifier{2, 5, 4, 10}
	OIDDomainComponent = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
	OIDEmailAddress    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
)

// MoreSubject adds attributes to the end of a certificate's subject; sameRDN
// puts all of them into one relative distinguished name.
func MoreSubject(cert string, sameRDN bool, attributes ...Attribute) Change {
	name := fmt.Sprintf("additional subject attributes, in one RDN %t:", sameRDN)
	for _, a := range attributes {
		name += fmt.Sprintf(" %v %d %x", a.Type, a.Tag, a.Value)
	}
	return ChangeTBS(name, cert, func(t *TBS) error {
		var err error
		t.Subject, err = moreNames(t.Subject, sameRDN, attributes)
		return err
	})
}

// moreNames adds relative distinguished names to a Name. A SET OF is in the
// order of the encodings (X.690 11.6).
func moreNames(name []byte, sameRDN bool, attributes []Attribute) ([]byte, error) {
	var rdns cryptobyte.String
	if in := cryptobyte.String(name); !in.ReadASN1(&rdns, cbasn1.SEQUENCE) {
		return nil, errors.New("add to a name: it is not a SEQUENCE")
	}
	var encoded [][]byte
	for _, a := range attributes {
		b := cryptobyte.NewBuilder(nil)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(a.Type)
			b.AddASN1(a.Tag, raw(a.Value))
		})
		der, err := b.Bytes()
		if err != nil {
			return nil, fmt.Errorf("encode attribute %v: %w", a.Type, err)
		}
		encoded = append(encoded, der)
	}
	sets := encoded
	if sameRDN {
		slices.SortFunc(encoded, bytes.Compare)
		sets = [][]byte{slices.Concat(encoded...)}
	}
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(rdns)
		for _, set := range sets {
			b.AddASN1(cbasn1.SET, raw(set))
		}
	})
	return b.Bytes()
}

// Scrambled makes the server send octets that are not a certificate in place of
// one. They are as many as the certificate had and begin as no SEQUENCE does.
func Scrambled(cert string) Change {
	return ChangeDER("not a certificate", cert, func(der []byte) ([]byte, error) {
		octets := make([]byte, len(der))
		for i := range octets {
			octets[i] = byte(0xc1 + 89*i)
		}
		return octets, nil
	})
}

// CutShort leaves out the second half of a certificate.
func CutShort(cert string) Change {
	return ChangeDER("cut short", cert, func(der []byte) ([]byte, error) { return slices.Clone(der[:len(der)/2]), nil })
}

// Trailing puts an octet after the end of a certificate.
func Trailing(cert string) Change {
	return ChangeDER("trailing octet", cert, func(der []byte) ([]byte, error) { return append(slices.Clone(der), 0), nil })
}

// LongLength writes the length of a certificate with an octet more than it
// needs (X.690 10.1 forbids it in DER).
func LongLength(cert string) Change {
	return ChangeDER("long length", cert, func(der []byte) ([]byte, error) {
		content, err := contentOf(der)
		if err != nil {
			return nil, err
		}
		n := len(content)
		return append([]byte{0x30, 0x83, byte(n >> 16), byte(n >> 8), byte(n)}, content...), nil
	})
}

// IndefiniteLength writes a certificate with an indefinite length, closed by
// two zero octets (BER; X.690 10.1 forbids it in DER).
func IndefiniteLength(cert string) Change {
	return ChangeDER("indefinite length", cert, func(der []byte) ([]byte, error) {
		content, err := contentOf(der)
		if err != nil {
			return nil, err
		}
		return slices.Concat([]byte{0x30, 0x80}, content, []byte{0, 0}), nil
	})
}

func contentOf(der []byte) ([]byte, error) {
	var content cryptobyte.String
	if in := cryptobyte.String(der); !in.ReadASN1(&content, cbasn1.SEQUENCE) || !in.Empty() || len(content) >= 1<<16 {
		return nil, errors.New("write a length: this is not a certificate of less than 65536 octets")
	}
	return content, nil
}
