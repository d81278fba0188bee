package pkiforge

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Sends makes the server present these certificates of the plan, in this
// order.
func Sends(names ...string) Change {
	return Change{Name: "sends " + strings.Join(names, " "), Apply: func(p *Plan) error {
		for _, name := range names {
			if p.Cert(name) == nil {
				return fmt.Errorf("%w: the plan has no certificate %q", ErrNotApplicable, name)
			}
		}
		p.Send = slices.Clone(names)
		return nil
	}}
}

// SendsStranger makes the server send a CA certificate that has nothing to do
// with its own, at that place of the chain.
func SendsStranger(at int) Change {
	return Change{Name: fmt.Sprintf("stranger at %d", at), Apply: func(p *Plan) error {
		if err := addStranger(p); err != nil {
			return err
		}
		if at > len(p.Send) {
			return fmt.Errorf("%w: the chain has no place %d", ErrNotApplicable, at)
		}
		p.Send = slices.Insert(p.Send, at, Stranger)
		return nil
	}}
}

func addStranger(p *Plan) error {
	return addLike(p, Root, Stranger, Stranger, func(c *Cert) { role(c, "Stranger CA") })
}

// role replaces the words after the run's token in a CA's common name.
func role(c *Cert, words string) {
	old := strings.SplitN(c.Subject.CommonName, " ", 3)
	c.Subject.CommonName = strings.Join(append(old[:min(2, len(old))], words), " ")
}

// WrongIssuer makes the server send a CA certificate that has nothing to do
// with its own in place of its issuer, which nobody sends.
func WrongIssuer() Change {
	return Change{Name: "wrong-issuer", Apply: func(p *Plan) error {
		if err := BrokenChain().Apply(p); err != nil {
			return err
		}
		return SendsStranger(1).Apply(p)
	}}
}

// RootForIssuer makes the server send the root in place of its issuer, which
// nobody sends.
func RootForIssuer() Change {
	return Change{Name: "root-for-issuer", Apply: func(p *Plan) error {
		if err := BrokenChain().Apply(p); err != nil {
			return err
		}
		return Sends(Server, Root).Apply(p)
	}}
}

// IssuerRekeyed makes the server send a certificate of its issuer for another
// key than the one that signed: the name is right, and the root issued it.
func IssuerRekeyed() Change {
	return Change{Name: "issuer-rekeyed", Apply: func(p *Plan) error {
		c := p.Cert(Issuing)
		if c == nil {
			return fmt.Errorf("%w: the plan has no issuing CA", ErrNotApplicable)
		}
		role(c, "Rekeyed Issuing CA") // the key that signed is sent in no other case
		if err := addLike(p, Issuing, Reissued, c.Issuer, nil); err != nil {
			return err
		}
		p.Send = []string{Server, Reissued}
		return nil
	}}
}

// CrossSigned certifies the root's key by an older root. trusted: that is the
// one the endpoint has, instead of the root. ended: the older root and what it
// certified have expired. The server sends the cross-certificate.
func CrossSigned(trusted, ended bool) Change {
	return Change{Name: fmt.Sprintf("cross-signed trusted %t ended %t", trusted, ended), Apply: func(p *Plan) error {
		end := func(c *Cert) {
			if ended {
				c.NotBefore, c.NotAfter = -2*year, -day
			}
		}
		if err := addLike(p, Root, OldRoot, OldRoot, func(c *Cert) { role(c, "Old Root CA"); end(c) }); err != nil {
			return err
		}
		if err := addLike(p, Root, CrossCert, OldRoot, func(c *Cert) { c.SameKeyAs = Root; end(c) }); err != nil {
			return err
		}
		p.Send = append(p.Send, CrossCert)
		if trusted {
			return Installs(OldRoot).Apply(p)
		}
		return nil
	}}
}

// TwoIssuers makes the server send two certificates of its issuing CA, of one
// name and key: first the one that has expired. both: the other has as well.
func TwoIssuers(both bool) Change {
	return Change{Name: fmt.Sprintf("two-issuers both %t", both), Apply: func(p *Plan) error {
		c := p.Cert(Issuing)
		if c == nil {
			return fmt.Errorf("%w: the plan has no issuing CA", ErrNotApplicable)
		}
		role(c, "Twofold Issuing CA")
		if err := addLike(p, Issuing, Reissued, c.Issuer, func(c *Cert) { c.SameKeyAs = Issuing; c.NotBefore = -2 * year }); err != nil {
			return err
		}
		if err := Expired(Issuing).Apply(p); err != nil {
			return err
		}
		if both {
			if err := Expired(Reissued).Apply(p); err != nil {
				return err
			}
		}
		p.Send = []string{Server, Issuing, Reissued}
		return nil
	}}
}

// Circle makes n CAs certify one another, each all the others, the server's
// issuing CA being the first; no other CA certifies any of them. n is at least 2. All
// but the first have ECDSA keys, as in [Deep].
func Circle(n int) Change {
	return Change{Name: fmt.Sprintf("circle of %d", n), Apply: func(p *Plan) error {
		c := p.Cert(Issuing)
		if c == nil || n < 2 {
			return fmt.Errorf("%w: the plan has no issuing CA, or %d are no circle", ErrNotApplicable, n)
		}
		c.Issuer, c.PathLen = Issuing, -1
		role(c, "Circle CA 1")
		members := []string{Issuing} // the holders of the keys; nobody sends them
		for i := 2; i <= n; i++ {
			name := fmt.Sprintf("circle-%d", i)
			if err := addLike(p, Issuing, name, name, func(c *Cert) {
				role(c, fmt.Sprintf("Circle CA %d", i))
				c.KeyAlgorithm = ECDSA
			}); err != nil {
				return err
			}
			members = append(members, name)
		}
		p.Send = []string{Server}
		for _, subject := range members {
			for _, issuer := range members {
				if subject == issuer {
					continue
				}
				name := subject + "-by-" + issuer
				model := p.Cert(subject).Clone()
				model.Name, model.Issuer, model.SameKeyAs = name, issuer, subject
				p.Certs = slices.Insert(p.Certs, p.index(Server), model)
				p.Send = append(p.Send, name)
			}
		}
		return nil
	}}
}

// Loop makes the server send, before the certificate of its issuing CA, one of
// the same CA that a CA below it signed: a way that leads back to itself.
func Loop() Change {
	return Change{Name: "loop", Apply: func(p *Plan) error {
		c := p.Cert(Issuing)
		if c == nil {
			return fmt.Errorf("%w: the plan has no issuing CA", ErrNotApplicable)
		}
		c.PathLen = -1
		role(c, "Looped Issuing CA")
		if err := addLike(p, Issuing, Stranger, Issuing, func(c *Cert) { role(c, "Looping CA") }); err != nil {
			return err
		}
		if err := addLike(p, Issuing, Reissued, Stranger, func(c *Cert) { c.SameKeyAs = Issuing }); err != nil {
			return err
		}
		p.Send = []string{Server, Reissued, Stranger, Issuing}
		return nil
	}}
}

// Bridged makes another root sign the issuing CA, to which a bridge CA, that
// the installed root certified, leads.
func Bridged() Change {
	return Change{Name: "bridged", Apply: func(p *Plan) error {
		if p.Cert(Issuing) == nil {
			return fmt.Errorf("%w: the plan has no issuing CA", ErrNotApplicable)
		}
		if err := addLike(p, Root, OldRoot, OldRoot, func(c *Cert) { role(c, "Partner Root CA") }); err != nil {
			return err
		}
		if err := addLike(p, Root, Bridge, Root, func(c *Cert) { role(c, "Bridge CA") }); err != nil {
			return err
		}
		if err := addLike(p, OldRoot, CrossCert, Bridge, func(c *Cert) { c.SameKeyAs = OldRoot }); err != nil {
			return err
		}
		p.Cert(Issuing).Issuer = OldRoot
		p.Send = []string{Server, Issuing, CrossCert, Bridge}
		return nil
	}}
}

// Deep puts CAs between the root and the issuing CA until n CAs are sent. They
// have ECDSA keys in every run: so many RSA keys take seconds.
func Deep(n int) Change {
	return Change{Name: fmt.Sprintf("deep %d", n), Apply: func(p *Plan) error {
		if p.Cert(Issuing) == nil || n < 2 {
			return fmt.Errorf("%w: the plan has no issuing CA, or %d is not deep", ErrNotApplicable, n)
		}
		above, send := Root, []string(nil)
		for i := 1; i < n; i++ {
			name := fmt.Sprintf("deep-%d", i)
			if err := addLike(p, Root, name, above, func(c *Cert) {
				role(c, fmt.Sprintf("Deep CA %d", i))
				c.KeyAlgorithm = ECDSA
			}); err != nil {
				return err
			}
			above, send = name, append([]string{name}, send...)
		}
		p.Cert(Issuing).Issuer = above
		p.Send = append([]string{Server, Issuing}, send...)
		return nil
	}}
}

// Bulky gives a certificate an extension, not critical, of that many octets
// and of an undefined type.
func Bulky(cert string, octets int) Change {
	return ChangeCert(fmt.Sprintf("bulky %d", octets), cert, func(c *Cert) error {
		c.Extra = append(c.Extra, extension(slices.Clone(OIDUnknown), false, append([]byte{4, 0x82, byte(octets >> 8), byte(octets)}, make([]byte, octets)...)))
		return nil
	})
}

func extension(oid asn1.ObjectIdentifier, critical bool, value []byte) pkix.Extension {
	return pkix.Extension{Id: oid, Critical: critical, Value: value}
}

// IssuerNameWrong makes a certificate name an issuer that does not exist; it
// is signed by its issuer's key, and the key identifier is the right one.
func IssuerNameWrong(cert string) Change {
	return ChangeTBS("issuer-name-wrong", cert, func(t *TBS) error {
		der, err := asn1.Marshal(pkix.Name{CommonName: "siptrust Nobody CA"}.ToRDNSequence())
		t.Issuer = der
		return err
	})
}

// IssuerNameUpper writes the common name of a certificate's issuer in upper
// case: the same name by the rules of RFC 5280 7.1.
func IssuerNameUpper(cert string) Change {
	return rewriteIssuer("issuer-name-upper", cert, func(v *asn1.RawValue) { v.Bytes = bytes.ToUpper(v.Bytes) })
}

// IssuerNameUTF8 writes the common name of a certificate's issuer as
// UTF8String instead of PrintableString: by the same rules the same name.
func IssuerNameUTF8(cert string) Change {
	return rewriteIssuer("issuer-name-utf8", cert, func(v *asn1.RawValue) { v.Tag = asn1.TagUTF8String })
}

func rewriteIssuer(name, cert string, edit func(*asn1.RawValue)) Change {
	type attribute struct {
		Type  asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	type attributeSET []attribute
	return ChangeTBS(name, cert, func(t *TBS) error {
		var rdns []attributeSET
		if _, err := asn1.Unmarshal(t.Issuer, &rdns); err != nil {
			return fmt.Errorf("read the issuer's name: %w", err)
		}
		for _, set := range rdns {
			for i := range set {
				if set[i].Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 3}) {
					set[i].Value.FullBytes = nil
					edit(&set[i].Value)
				}
			}
		}
		der, err := asn1.Marshal(rdns)
		t.Issuer = der
		return err
	})
}

// KeyIDWrong makes the authority key identifier of a certificate point to a
// key that its issuer does not have (RFC 5280 4.2.1.1).
func KeyIDWrong(cert string) Change {
	return ChangeTBS("key-id-wrong", cert, func(t *TBS) error {
		e := t.Extension(OIDAuthorityKeyID)
		if e == nil {
			return fmt.Errorf("%w: it has no authority key identifier", ErrNotApplicable)
		}
		b := cryptobyte.NewBuilder(nil)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tagKeyID, raw(bytes.Repeat([]byte{0x5a}, 20)))
		})
		der, err := b.Bytes()
		e.Value = der
		return err
	})
}

// UpperMissing makes the server leave out the CA above its issuing CA, one that
// nobody else sends.
func UpperMissing() Change {
	return Change{Name: "upper-missing", Apply: func(p *Plan) error {
		c := p.Cert(Upper)
		if c == nil {
			return fmt.Errorf("%w: the %s style has no upper CA", ErrNotApplicable, p.Style)
		}
		role(c, "Unsent Upper CA")
		p.Send = []string{Server, Issuing}
		return nil
	}}
}

// NewKeySelfIssued puts a certificate of the issuing CA for a new key, which it
// issued to itself (RFC 5280 3.2), between that CA and the server. It does not
// count against the path length (RFC 5280 6.1.4 (l)).
func NewKeySelfIssued() Change {
	return Change{Name: "new-key-self-issued", Apply: func(p *Plan) error {
		if err := addLike(p, Issuing, Reissued, Issuing, nil); err != nil {
			return err
		}
		p.Cert(Server).Issuer = Reissued
		p.Send = []string{Server, Reissued, Issuing}
		return nil
	}}
}
