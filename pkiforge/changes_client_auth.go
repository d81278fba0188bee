package pkiforge

import (
	"crypto/x509"
	"fmt"
	"slices"
)

// ClientIssuing is the issuing CA between the client's identity and its root,
// in the plans to which [IssuedIdentity] was applied.
const ClientIssuing = "client-issuing"

// ServerKey gives the server's certificate a key of one kind, whatever the
// run's. An RSA key may also encipher keys, as RSA key exchange needs
// (RFC 5246 7.4.2).
func ServerKey(algorithm KeyAlgorithm) Change {
	return ChangeCert("server-key "+string(algorithm), Server, func(c *Cert) error {
		c.KeyAlgorithm = algorithm
		if algorithm == RSA && c.KeyUsage != 0 {
			c.KeyUsage |= x509.KeyUsageKeyEncipherment
		}
		return nil
	})
}

// IssuedIdentity puts an issuing CA between the client's identity, which the
// plan must have, and its root. The client has both certificates to send.
func IssuedIdentity(n Names) Change {
	return Change{Name: "issued-identity", Apply: func(p *Plan) error {
		client := p.Cert(Client)
		if client == nil || client.Issuer != ClientRoot {
			return fmt.Errorf("%w: the client has no identity that its root issued", ErrNotApplicable)
		}
		client.Issuer = ClientIssuing
		between := issuingCA(n, "Client Issuing CA")
		between.Name, between.Issuer = ClientIssuing, ClientRoot
		p.Certs = slices.Insert(p.Certs, p.index(Client), between)
		p.IdentityChain = []string{Client, ClientIssuing}
		return nil
	}}
}
