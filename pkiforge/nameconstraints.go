package pkiforge

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Subtree is one GeneralSubtree of name constraints (RFC 5280 4.2.1.10).
// Nothing in it is checked.
type Subtree struct {
	Text  string // for people: "DNS:example.test"
	Tag   uint8  // of the GeneralName
	Value []byte // its content
	// Explicit: the content is a value of its own, as a directoryName's is.
	Explicit bool
}

// DNSTree is a subtree of DNS names, written as it is.
func DNSTree(name string) Subtree { return Subtree{Text: "DNS:" + name, Tag: 2, Value: []byte(name)} }

// MailTree is a subtree of mailboxes.
func MailTree(name string) Subtree {
	return Subtree{Text: "email:" + name, Tag: 1, Value: []byte(name)}
}

// URITree is a subtree of URIs, by host.
func URITree(host string) Subtree { return Subtree{Text: "URI:" + host, Tag: 6, Value: []byte(host)} }

// IPTree is a subtree of addresses.
func IPTree(p netip.Prefix) Subtree {
	mask := net.CIDRMask(p.Bits(), p.Addr().BitLen())
	return MaskedTree(p.Masked().Addr(), mask)
}

// MaskedTree is a subtree of addresses by a mask that may be any octets.
func MaskedTree(addr netip.Addr, mask []byte) Subtree {
	return Subtree{Text: fmt.Sprintf("IP:%s/%x", addr, mask), Tag: 7, Value: append(addr.AsSlice(), mask...)}
}

// NameTree is a subtree of directory names that begin with this one.
func NameTree(n pkix.Name) (Subtree, error) {
	der, err := asn1.Marshal(n.ToRDNSequence())
	if err != nil {
		return Subtree{}, fmt.Errorf("encode name %v: %w", n, err)
	}
	return Subtree{Text: "dirName:" + n.String(), Tag: 4, Value: der, Explicit: true}, nil
}

// NameConstraints is the extension of RFC 5280 4.2.1.10.
type NameConstraints struct {
	Permitted, Excluded []Subtree
	NotCritical         bool // CAs must mark it critical
}

// String lists the subtrees.
func (c NameConstraints) String() string {
	var words []string
	for _, s := range c.Permitted {
		words = append(words, "permit "+s.Text)
	}
	for _, s := range c.Excluded {
		words = append(words, "exclude "+s.Text)
	}
	if c.NotCritical {
		words = append(words, "not critical")
	}
	return strings.Join(words, " ")
}

// OIDNameConstraints is the type of the extension.
var OIDNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}

// edit adds the extension to a TBSCertificate.
func (c NameConstraints) edit() TBSEdit {
	return TBSEdit{Name: "names " + c.String(), Apply: func(t *TBS) error {
		e, err := c.extension()
		t.Ext = append(t.Ext, e)
		return err
	}}
}

func (c NameConstraints) extension() (pkix.Extension, error) {
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for i, trees := range [][]Subtree{c.Permitted, c.Excluded} {
			if len(trees) == 0 {
				continue
			}
			b.AddASN1(cbasn1.Tag(i).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				for _, s := range trees {
					b.AddASN1(cbasn1.SEQUENCE, s.add)
				}
			})
		}
	})
	der, err := b.Bytes()
	if err != nil {
		return pkix.Extension{}, fmt.Errorf("encode name constraints: %w", err)
	}
	return pkix.Extension{Id: OIDNameConstraints, Critical: !c.NotCritical, Value: der}, nil
}

func (s Subtree) add(b *cryptobyte.Builder) {
	tag := cbasn1.Tag(s.Tag).ContextSpecific()
	if s.Explicit {
		tag = tag.Constructed()
	}
	b.AddASN1(tag, raw(s.Value))
}

// ConstrainNames gives a certificate name constraints, which it must not have
// yet.
func ConstrainNames(cert string, n NameConstraints) Change {
	return ChangeCert("names "+n.String(), cert, func(c *Cert) error {
		for _, e := range c.EditTBS {
			if strings.HasPrefix(e.Name, "names ") {
				return fmt.Errorf("%w: %q has name constraints already", ErrNotApplicable, cert)
			}
		}
		c.EditTBS = append(c.EditTBS, n.edit())
		return nil
	})
}
