package pkiforge

import (
	"fmt"
	"slices"
)

// CertPath is the location of a certificate of a plan below [Names.Service].
func CertPath(name string) string { return "/der/" + name + ".cer" }

// Fetchable names the certificates whose location others of the plan name
// (RFC 5280 4.2.2.1).
func (p Plan) Fetchable() []string {
	var names []string
	for i := range p.Certs {
		place := p.Names.service() + CertPath(p.Certs[i].Name)
		if slices.ContainsFunc(p.Certs, func(c Cert) bool { return slices.Contains(c.IssuingURL, place) }) {
			names = append(names, p.Certs[i].Name)
		}
	}
	return names
}

// UnsentFetchable is [BrokenChain], but the server's certificate names a
// location of its issuer's. There is the certificate of that name, which may be
// another one.
func UnsentFetchable(name string) Change {
	return Change{Name: "unsent, fetchable " + name, Apply: func(p *Plan) error {
		if err := BrokenChain().Apply(p); err != nil {
			return err
		}
		if name == Stranger {
			if err := addStranger(p); err != nil {
				return err
			}
		}
		if p.Cert(name) == nil {
			return fmt.Errorf("%w: the plan has no certificate %q", ErrNotApplicable, name)
		}
		p.Cert(Server).IssuingURL = []string{p.Names.service() + CertPath(name)}
		return nil
	}}
}
