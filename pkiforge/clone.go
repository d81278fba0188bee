package pkiforge

import (
	"crypto/x509/pkix"
	"slices"
)

// Clone returns a copy of p that shares no memory with it. Edits are shared:
// they are functions, and hold no state.
func (p Plan) Clone() Plan {
	c := p
	c.Names.IPs = slices.Clone(p.Names.IPs)
	c.Certs = slices.Clone(p.Certs)
	for i := range c.Certs {
		c.Certs[i] = c.Certs[i].Clone()
	}
	c.Send = slices.Clone(p.Send)
	c.Trust.System = slices.Clone(p.Trust.System)
	c.Trust.Custom = slices.Clone(p.Trust.Custom)
	c.IdentityChain = slices.Clone(p.IdentityChain)
	c.Revocation = p.Revocation.clone()
	return c
}

// Clone returns a copy of c that shares no memory with it, except for edits.
func (c Cert) Clone() Cert {
	c.Subject = cloneName(c.Subject)
	c.DNS = slices.Clone(c.DNS)
	c.URIs = slices.Clone(c.URIs)
	c.IPs = slices.Clone(c.IPs)
	c.ExtKeyUsage = slices.Clone(c.ExtKeyUsage)
	c.UnknownEKU = cloneEach(c.UnknownEKU)
	c.Policies = cloneEach(c.Policies)
	c.OCSPServer = slices.Clone(c.OCSPServer)
	c.IssuingURL = slices.Clone(c.IssuingURL)
	c.CRL = slices.Clone(c.CRL)
	c.Extra = cloneExtensions(c.Extra)
	c.EditTBS = slices.Clone(c.EditTBS)
	c.EditDER = slices.Clone(c.EditDER)
	return c
}

// Cert returns the certificate of that name for changing it in place; nil:
// the plan has none. The pointer is good until Certs grows.
func (p *Plan) Cert(name string) *Cert {
	for i := range p.Certs {
		if p.Certs[i].Name == name {
			return &p.Certs[i]
		}
	}
	return nil
}

func cloneName(n pkix.Name) pkix.Name {
	for _, field := range []*[]string{
		&n.Country, &n.Organization, &n.OrganizationalUnit, &n.Locality,
		&n.Province, &n.StreetAddress, &n.PostalCode,
	} {
		*field = slices.Clone(*field)
	}
	for _, attributes := range []*[]pkix.AttributeTypeAndValue{&n.Names, &n.ExtraNames} {
		*attributes = slices.Clone(*attributes)
		for i := range *attributes {
			(*attributes)[i].Type = slices.Clone((*attributes)[i].Type)
		}
	}
	return n
}

func cloneExtensions(s []pkix.Extension) []pkix.Extension {
	s = slices.Clone(s)
	for i := range s {
		s[i].Id = slices.Clone(s[i].Id)
		s[i].Value = slices.Clone(s[i].Value)
	}
	return s
}

func cloneEach[T ~[]E, E any](s []T) []T {
	s = slices.Clone(s)
	for i := range s {
		s[i] = slices.Clone(s[i])
	}
	return s
}
