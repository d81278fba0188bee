package pkiforge

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Impostor is the end-entity certificate that [IssuedByLeaf] makes an issuer.
const Impostor = "impostor"

// WithoutBasicConstraints leaves the extension (RFC 5280 4.2.1.9) out of a
// certificate.
func WithoutBasicConstraints(cert string) Change {
	return ChangeCert("without-basic-constraints", cert, func(c *Cert) error {
		if !c.BasicConstraints {
			return fmt.Errorf("%w: %q has no basic constraints", ErrNotApplicable, cert)
		}
		c.BasicConstraints = false
		return nil
	})
}

// PathLength sets how many CAs a CA allows below it (RFC 5280 4.2.1.9); -1: it
// does not say.
func PathLength(cert string, n int) Change {
	return ChangeCert("path-length", cert, func(c *Cert) error {
		if !c.IsCA || c.PathLen == n {
			return fmt.Errorf("%w: %q is no CA, or its path length is that already", ErrNotApplicable, cert)
		}
		c.PathLen = n
		return nil
	})
}

// RawPathLength writes a pathLenConstraint of any value, also below zero, into
// basic constraints, which say CA or not as before.
func RawPathLength(cert string, n int64) Change {
	return ChangeCert("raw-path-length", cert, func(c *Cert) error {
		if !c.BasicConstraints {
			return fmt.Errorf("%w: %q has no basic constraints", ErrNotApplicable, cert)
		}
		ca := c.IsCA
		c.EditTBS = append(c.EditTBS, TBSEdit{
			Name: fmt.Sprintf("path length %d", n),
			Apply: onExtension(OIDBasicConstraints, func(e *pkix.Extension) error {
				b := cryptobyte.NewBuilder(nil)
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					if ca {
						b.AddASN1Boolean(true)
					}
					b.AddASN1Int64(n)
				})
				der, err := b.Bytes()
				e.Value = der
				return err
			}),
		})
		return nil
	})
}

// ServerIsCA makes the server's certificate say that it is a CA's; its key
// usage stays.
func ServerIsCA() Change {
	return ChangeCert("is-ca", Server, func(c *Cert) error {
		c.IsCA = true
		return nil
	})
}

// IssuedByLeaf makes an end-entity certificate of the upper CA, one for another
// name and without key usage, the issuer of the server's certificate.
func IssuedByLeaf(n Names) Change {
	return Change{Name: "issued-by-leaf", Apply: func(p *Plan) error {
		server := p.Cert(Server)
		if server == nil || p.Cert(Upper) == nil {
			return fmt.Errorf("%w: there is no upper CA that could have issued another certificate", ErrNotApplicable)
		}
		if n.Other == "" {
			return errors.New("issue by a leaf: no other name is given")
		}
		leaf := server.Clone()
		leaf.Name, leaf.Issuer = Impostor, Upper
		leaf.Subject.CommonName = n.Other
		leaf.DNS, leaf.URIs, leaf.IPs = []string{n.Other}, nil, nil
		leaf.KeyUsage = 0 // which would forbid it as well
		server.Issuer = Impostor
		p.Certs = slices.Insert(p.Certs, p.index(Server), leaf)
		p.Send = []string{Server, Impostor, Upper}
		return nil
	}}
}

// AlsoDNS adds DNS names to those of the server's certificate.
func AlsoDNS(names ...string) Change {
	return ChangeCert("also-dns", Server, func(c *Cert) error {
		c.DNS = append(c.DNS, names...)
		return nil
	})
}

// AlsoURI adds URIs to those of the server's certificate.
func AlsoURI(uris ...string) Change {
	return ChangeCert("also-uri", Server, func(c *Cert) error {
		c.URIs = append(c.URIs, uris...)
		return nil
	})
}

// AlsoIP adds addresses to those of the server's certificate.
func AlsoIP(addrs ...netip.Addr) Change {
	return ChangeCert("also-ip", Server, func(c *Cert) error {
		c.IPs = append(c.IPs, addrs...)
		return nil
	})
}

// The extensions about certificate policies, [OIDPolicies] apart.
var (
	OIDPolicyMappings    = asn1.ObjectIdentifier{2, 5, 29, 33}
	OIDPolicyConstraints = asn1.ObjectIdentifier{2, 5, 29, 36}
	OIDInhibitAnyPolicy  = asn1.ObjectIdentifier{2, 5, 29, 54}
)

// PrivatePolicy is a certificate policy without a definition, under the arc
// of [PrivatePurpose].
var PrivatePolicy = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 2}

// AnyPolicy matches every policy (RFC 5280 4.2.1.4).
var AnyPolicy = asn1.ObjectIdentifier{2, 5, 29, 32, 0}

// Policy makes the certificate policies of a certificate that one alone.
func Policy(cert string, oid asn1.ObjectIdentifier) Change {
	return ChangeCert("policy", cert, func(c *Cert) error {
		c.Policies = []asn1.ObjectIdentifier{slices.Clone(oid)}
		return nil
	})
}

// RequirePolicy makes a CA require an acceptable policy of every path with at
// least skip more certificates (requireExplicitPolicy, RFC 5280 4.2.1.11).
func RequirePolicy(cert string, skip int) Change {
	return addExtension("require-policy", cert, OIDPolicyConstraints, struct {
		Require int `asn1:"tag:0"`
	}{skip})
}

// InhibitAnyPolicy makes a CA forbid anyPolicy below it (RFC 5280 4.2.1.14).
func InhibitAnyPolicy(cert string) Change {
	return addExtension("inhibit-any-policy", cert, OIDInhibitAnyPolicy, 0)
}

// MapPolicy makes a CA hold one policy for another (RFC 5280 4.2.1.5).
func MapPolicy(cert string, from, to asn1.ObjectIdentifier) Change {
	return addExtension("map-policy", cert, OIDPolicyMappings, []struct{ From, To asn1.ObjectIdentifier }{{from, to}})
}

// addExtension adds a critical extension to a certificate.
func addExtension(name, cert string, oid asn1.ObjectIdentifier, value any) Change {
	return ChangeCert(name, cert, func(c *Cert) error {
		der, err := asn1.Marshal(value)
		if err != nil {
			return fmt.Errorf("encode extension %v: %w", oid, err)
		}
		c.Extra = append(c.Extra, pkix.Extension{Id: oid, Critical: true, Value: der})
		return nil
	})
}
