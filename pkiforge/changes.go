package pkiforge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Change is one thing that is made wrong in a sound plan. Name says what and
// where. Apply changes the plan in place; it fails with [ErrNotApplicable]
// where the plan has nothing to make wrong in this way.
type Change struct {
	Name  string
	Apply func(*Plan) error
}

// ErrNotApplicable says that a plan has no place for a change.
var ErrNotApplicable = errors.New("the change does not apply")

// ChangeCert is the change of the description of one certificate.
func ChangeCert(name, cert string, edit func(*Cert) error) Change {
	return Change{Name: name + " " + cert, Apply: func(p *Plan) error {
		c := p.Cert(cert)
		if c == nil {
			return fmt.Errorf("%w: the plan has no certificate %q", ErrNotApplicable, cert)
		}
		return edit(c)
	}}
}

// ChangeTBS is the change of the TBSCertificate of one certificate, which is
// then signed again. name must contain every parameter of the edit.
func ChangeTBS(name, cert string, edit func(*TBS) error) Change {
	return ChangeCert(name, cert, func(c *Cert) error {
		c.EditTBS = append(c.EditTBS, TBSEdit{Name: name, Apply: edit})
		return nil
	})
}

// ChangeDER is the change of one certificate after it was signed. name must
// contain every parameter of the edit.
func ChangeDER(name, cert string, edit func(der []byte) ([]byte, error)) Change {
	return ChangeCert(name, cert, func(c *Cert) error {
		c.EditDER = append(c.EditDER, DEREdit{Name: name, Apply: edit})
		return nil
	})
}

// Expired makes a certificate's validity (RFC 5280 4.1.2.5) end a day ago. A
// validity that began later than that is moved back as a whole.
func Expired(cert string) Change {
	return ChangeCert("expired", cert, func(c *Cert) error {
		lifetime := c.NotAfter - c.NotBefore
		c.NotAfter = -day
		if c.NotBefore >= c.NotAfter {
			c.NotBefore = c.NotAfter - lifetime
		}
		return nil
	})
}

// NotYetValid makes a certificate's validity begin in a day.
func NotYetValid(cert string) Change {
	return ChangeCert("not-yet-valid", cert, func(c *Cert) error {
		lifetime := c.NotAfter - c.NotBefore
		c.NotBefore = day
		if c.NotAfter <= c.NotBefore {
			c.NotAfter = c.NotBefore + lifetime
		}
		return nil
	})
}

// WrongName makes the server's certificate one for another host: its common
// name and every subject alternative name.
func WrongName(other string) Change {
	return ChangeCert("wrong-name", Server, func(c *Cert) error {
		if other == "" {
			return errors.New("make the name wrong: no other name is given")
		}
		if slices.ContainsFunc(c.DNS, func(name string) bool { return strings.EqualFold(name, other) }) ||
			strings.EqualFold(c.Subject.CommonName, other) {
			return fmt.Errorf("make the name wrong: %q is the name in the certificate; give another", other)
		}
		c.Subject.CommonName = other
		c.DNS = []string{other}
		c.IPs = nil
		if len(c.URIs) > 0 {
			c.URIs = []string{"sip:" + other}
		}
		return nil
	})
}

// NotCA makes a CA certificate say that it is not a CA's (cA FALSE, RFC 5280
// 4.2.1.9) while it goes on issuing. Its key usage stays.
func NotCA(cert string) Change {
	return ChangeCert("not-ca", cert, func(c *Cert) error {
		if !c.IsCA {
			return fmt.Errorf("%w: %q is no CA certificate", ErrNotApplicable, cert)
		}
		c.IsCA = false
		c.PathLen = -1 // only a CA may have the constraint
		return nil
	})
}

// BadSignature damages the signature value of a certificate; it stays well
// formed and as long as it was. In the self-signed style the sound copy is
// installed and the damaged one presented, since path validation does not
// look at the signature of a trust anchor (RFC 5280 6.1).
func BadSignature(cert string) Change {
	damage := ChangeDER("bad-signature", cert, damageSignature)
	return Change{Name: damage.Name, Apply: func(p *Plan) error {
		if p.Style == SelfSigned && cert == Server {
			if err := splitInstalled(p); err != nil {
				return err
			}
			p.Cert(Server).CopyOf = Installed
		}
		return damage.Apply(p)
	}}
}

// BrokenChain makes the server send its certificate alone, issued by a CA of
// this change's own that nobody sends and no certificate points to. In the
// self-signed style that CA is itself issued by the installed certificate.
func BrokenChain() Change {
	return Change{Name: "broken-chain", Apply: func(p *Plan) error {
		const role = "Unsent Issuing CA"
		switch {
		case p.Style == SelfSigned:
			if err := splitInstalled(p); err != nil {
				return err
			}
			unsent := issuingCA(p.Names, role)
			unsent.Issuer = Installed
			p.Certs = slices.Insert(p.Certs, p.index(Server), unsent)
			p.Cert(Server).Issuer = Issuing
		case p.Cert(Issuing) != nil:
			c := p.Cert(Issuing)
			c.Subject.CommonName = strings.TrimSuffix(c.Subject.CommonName, "Issuing CA") + role
		default:
			return fmt.Errorf("%w: the %s style has no issuing CA to leave out", ErrNotApplicable, p.Style)
		}
		p.Cert(Server).IssuingURL = nil
		p.Send = []string{Server}
		return nil
	}}
}

// RootMissing takes the root that the server's certificate leads to off the
// endpoint. Everything else stays.
func RootMissing() Change {
	return Change{Name: "root-missing", Apply: func(p *Plan) error {
		anchor := Server
		for c := p.Cert(anchor); c != nil && c.Issuer != anchor; c = p.Cert(anchor) {
			anchor = c.Issuer
		}
		isAnchor := func(name string) bool { return name == anchor }
		before := len(p.Trust.System) + len(p.Trust.Custom)
		p.Trust.System = slices.DeleteFunc(p.Trust.System, isAnchor)
		p.Trust.Custom = slices.DeleteFunc(p.Trust.Custom, isAnchor)
		if len(p.Trust.System)+len(p.Trust.Custom) == before {
			return fmt.Errorf("%w: the endpoint does not trust %q anyway", ErrNotApplicable, anchor)
		}
		return nil
	}}
}

// splitInstalled makes the installed and the presented certificate of a
// self-signed plan two, so that they can differ.
func splitInstalled(p *Plan) error {
	server := p.Cert(Server)
	if server == nil || p.Cert(Installed) != nil {
		return fmt.Errorf("%w: the installed certificate is changed already", ErrNotApplicable)
	}
	installed := server.Clone()
	installed.Name, installed.Issuer = Installed, Installed
	p.Certs = slices.Insert(p.Certs, p.index(Server), installed)
	for _, roots := range [][]string{p.Trust.System, p.Trust.Custom} {
		for i, name := range roots {
			if name == Server {
				roots[i] = Installed
			}
		}
	}
	return nil
}

func (p *Plan) index(cert string) int {
	return slices.IndexFunc(p.Certs, func(c Cert) bool { return c.Name == cert })
}
