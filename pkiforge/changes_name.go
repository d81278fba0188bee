package pkiforge

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/net/idna"
)

// Nameless is the common name of a certificate whose subject must not be the
// name of a server. [Presents] writes it where no other is given.
const Nameless = "SIP server"

var (
	oidCommonName = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidIssuerAlt  = asn1.ObjectIdentifier{2, 5, 29, 18}                      // issuerAltName (RFC 5280 4.2.1.7)
	oidNetscape   = asn1.ObjectIdentifier{2, 16, 840, 1, 113730, 1, 12}      // Netscape's name of an SSL server
	oidDNSSRV     = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 8, 7}         // id-on-dnsSRV (RFC 4985 2)
	oidPrincipal  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 3}   // user principal name
	oidSiptrust   = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 3, 14, 1} // of the arc for documentation (RFC 5612)

	tagOtherName    = cbasn1.Tag(0).ContextSpecific().Constructed()
	tagMail         = cbasn1.Tag(1).ContextSpecific()
	tagDirectory    = cbasn1.Tag(4).ContextSpecific().Constructed()
	tagRegisteredID = cbasn1.Tag(8).ContextSpecific()
)

// Presents makes the server's certificate present these identities and no
// others, each written as its kind, a colon and its value:
//
//	CN     a common name; several are several, in this order; an empty one: an empty subject
//	OU     an organizational unit
//	DC     domain components, the labels of the value from the last to the first
//	IAN    dNSName of an issuer alternative name
//	NSN    Netscape's SSL server name, an extension
//	DNS    dNSName
//	URI    uniformResourceIdentifier
//	IP     iPAddress, the address, or the octets as written where the value is not an address
//	MAIL   rfc822Name
//	DIR    directoryName with this common name
//	SRV    otherName, SRVName (RFC 4985)
//	UPN    otherName, a user principal name
//	RID    registeredID; the value does not matter
//	SAN    nothing: the extension is present, even if empty
//
// Without any from DNS on there is no subject alternative name. Without
// CN the common name is [Nameless]. In a value {host}, {other} and {run} are
// those of the plan's names, {domain} the SIP domain, {HOST} is the host in upper case, {label} the
// host's first label, {first} and {last} that label's first and last letter,
// {parent} what follows it, {twin} an A-label that looks like it, {address} the
// address at which the server listens.
func Presents(identities ...string) Change {
	name := "presents " + strings.Join(identities, " ")
	return Change{Name: name, Apply: func(p *Plan) error {
		c := p.Cert(Server)
		if c == nil {
			return fmt.Errorf("%w: the plan has no certificate %q", ErrNotApplicable, Server)
		}
		fill, err := placeholders(p.Names)
		if err != nil {
			return err
		}
		if !p.Names.Address.IsValid() && strings.Contains(name, "{address}") {
			return fmt.Errorf("%w: the plan's names have no address", ErrNotApplicable)
		}
		c.Subject, c.DNS, c.URIs, c.IPs = pkix.Name{CommonName: Nameless}, nil, nil, nil
		var names []generalName
		for _, identity := range identities {
			kind, value, ok := strings.Cut(fill.Replace(identity), ":")
			if !ok {
				return fmt.Errorf("present %q: it does not say of which kind it is", identity)
			}
			if !c.addElsewhere(kind, value) {
				names = append(names, generalName{kind, value})
			}
		}
		return c.setAltNames(names)
	}}
}

// placeholders fills in what depends on the names of a plan.
func placeholders(n Names) (*strings.Replacer, error) {
	label, parent, ok := strings.Cut(n.Host, ".")
	if !ok || len(label) < 2 {
		return nil, fmt.Errorf("%w: %q has no first label of two letters and a parent", ErrNotApplicable, n.Host)
	}
	// The Cyrillic dze looks like an s.
	twin, err := idna.Lookup.ToASCII("\u0455" + label[1:])
	if err != nil {
		return nil, fmt.Errorf("make a look-alike of %q: %w", label, err)
	}
	domain := n.Domain
	if domain == "" {
		domain = n.Host
	}
	return strings.NewReplacer("{host}", n.Host, "{domain}", domain, "{HOST}", strings.ToUpper(n.Host), "{other}", n.Other, "{run}", n.Run,
		"{address}", n.Address.String(), "{label}", label, "{parent}", parent, "{first}", label[:1], "{last}", label[len(label)-1:], "{twin}", twin), nil
}

// addElsewhere adds an identity that is not in the subject alternative name.
// False: the identity belongs there.
func (c *Cert) addElsewhere(kind, value string) bool {
	var l extensionList
	switch kind {
	case "CN":
		c.addCommonName(value)
	case "OU":
		c.Subject.OrganizationalUnit = append(c.Subject.OrganizationalUnit, value)
	case "DC":
		labels := strings.Split(value, ".")
		slices.Reverse(labels)
		for _, label := range labels {
			c.Subject.ExtraNames = append(c.Subject.ExtraNames, pkix.AttributeTypeAndValue{Type: OIDDomainComponent, Value: label})
		}
	case "IAN":
		l.add(oidIssuerAlt, false, sequence(func(b *cryptobyte.Builder) { b.AddASN1(tagDNSName, raw(value)) }))
	case "NSN":
		l.add(oidNetscape, false, func(b *cryptobyte.Builder) { b.AddASN1(cbasn1.IA5String, raw(value)) })
	default:
		return false
	}
	c.Extra = append(c.Extra, l.list...)
	return true
}

// addCommonName adds a common name in an RDN of its own. The first takes the
// place of [Nameless].
func (c *Cert) addCommonName(value string) {
	switch s := &c.Subject; {
	case s.CommonName == Nameless && len(s.ExtraNames) == 0:
		s.CommonName = value
	default:
		if len(s.ExtraNames) == 0 {
			s.ExtraNames = []pkix.AttributeTypeAndValue{{Type: oidCommonName, Value: s.CommonName}}
		}
		s.ExtraNames = append(s.ExtraNames, pkix.AttributeTypeAndValue{Type: oidCommonName, Value: value})
	}
}

// generalName is a GeneralName (RFC 5280 4.2.1.6) of one of the kinds that
// [Presents] knows.
type generalName struct{ kind, value string }

// setAltNames describes the names by c's fields or, where one of them is of a
// kind that has no field, by an extension of its own.
func (c *Cert) setAltNames(names []generalName) error {
	dns, uris, ips := []string(nil), []string(nil), []netip.Addr(nil)
	plain := true
	for _, n := range names {
		ip, err := netip.ParseAddr(n.value)
		switch {
		case n.kind == "DNS":
			dns = append(dns, n.value)
		case n.kind == "URI":
			uris = append(uris, n.value)
		case n.kind == "IP" && err == nil:
			ips = append(ips, ip)
		default:
			plain = false
		}
	}
	if plain {
		c.DNS, c.URIs, c.IPs = dns, uris, ips
		return nil
	}
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, n := range names {
			n.add(b)
		}
	})
	der, err := b.Bytes()
	if err != nil {
		return fmt.Errorf("encode the subject alternative name %v: %w", names, err)
	}
	c.Extra = append(c.Extra, pkix.Extension{Id: OIDSubjectAltName, Critical: len(c.Subject.ToRDNSequence()) == 0, Value: der})
	return nil
}

func (n generalName) add(b *cryptobyte.Builder) {
	switch n.kind {
	case "DNS":
		b.AddASN1(tagDNSName, raw(n.value))
	case "URI":
		b.AddASN1(tagURI, raw(n.value))
	case "IP":
		octets := []byte(n.value)
		if ip, err := netip.ParseAddr(n.value); err == nil {
			octets = ip.AsSlice()
		}
		b.AddASN1(tagIP, raw(octets))
	case "MAIL":
		b.AddASN1(tagMail, raw(n.value))
	case "DIR":
		name, err := asn1.Marshal(pkix.Name{CommonName: n.value}.ToRDNSequence())
		if err != nil {
			b.SetError(err)
			return
		}
		b.AddASN1(tagDirectory, raw(name)) // explicit: Name is a CHOICE
	case "SRV":
		addOtherName(b, oidDNSSRV, cbasn1.IA5String, n.value)
	case "UPN":
		addOtherName(b, oidPrincipal, cbasn1.UTF8String, n.value)
	case "RID":
		b.AddASN1(tagRegisteredID, func(b *cryptobyte.Builder) { addObjectIdentifier(b, oidSiptrust) })
	case "SAN":
	default:
		b.SetError(fmt.Errorf("a name of the unknown kind %q", n.kind))
	}
}

func addOtherName(b *cryptobyte.Builder, kind asn1.ObjectIdentifier, tag cbasn1.Tag, value string) {
	b.AddASN1(tagOtherName, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(kind)
		b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1(tag, raw(value)) })
	})
}

// addObjectIdentifier adds the contents of an OBJECT IDENTIFIER without its
// tag and length.
func addObjectIdentifier(b *cryptobyte.Builder, oid asn1.ObjectIdentifier) {
	der, err := asn1.Marshal(oid)
	if err != nil {
		b.SetError(err)
		return
	}
	b.AddBytes(der[2:]) // it is shorter than 128 octets
}

// CriticalAltName makes the subject alternative name of the server's
// certificate critical though the subject is not empty (RFC 5280 4.2.1.6 says
// that it should not be).
func CriticalAltName() Change {
	return ChangeTBS("critical-alt-name", Server, setAltNameCriticality(true))
}

func setAltNameCriticality(critical bool) func(*TBS) error {
	return func(t *TBS) error {
		e := t.Extension(OIDSubjectAltName)
		if e == nil {
			return fmt.Errorf("%w: there is no subject alternative name", ErrNotApplicable)
		}
		e.Critical = critical
		return nil
	}
}

// NoncriticalAltName makes the server's certificate, whose subject is then
// empty, carry its subject alternative name as a non-critical extension
// (RFC 5280 4.2.1.6 requires a critical one).
func NoncriticalAltName() Change {
	const name = "noncritical-alt-name"
	return Change{Name: name, Apply: func(p *Plan) error {
		if err := Presents("CN:", "DNS:{host}").Apply(p); err != nil {
			return err
		}
		c := p.Cert(Server)
		c.EditTBS = append(c.EditTBS, TBSEdit{Name: name, Apply: setAltNameCriticality(false)})
		return nil
	}}
}
