package pkiforge

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// check says where a plan contradicts itself.
func (p *Plan) check() error {
	known := make(map[string]bool, len(p.Certs))
	for i := range p.Certs {
		c := &p.Certs[i]
		switch {
		case c.Name == "":
			return fmt.Errorf("certificate %d of the plan has no name", i)
		case known[c.Name]:
			return fmt.Errorf("two certificates of the plan are named %q", c.Name)
		case c.Issuer != c.Name && !known[c.Issuer]:
			return fmt.Errorf("the issuer %q of %q does not come before it in the plan", c.Issuer, c.Name)
		case c.SameKeyAs != "" && !known[c.SameKeyAs]:
			return fmt.Errorf("%q, whose key %q has, does not come before it in the plan", c.SameKeyAs, c.Name)
		case c.CopyOf != "" && !known[c.CopyOf]:
			return fmt.Errorf("%q, of which %q is a copy, does not come before it in the plan", c.CopyOf, c.Name)
		}
		known[c.Name] = true
	}
	for _, list := range []struct {
		what  string
		names []string
	}{
		{"sent by the server", p.Send},
		{"trusted as a system root", p.Trust.System},
		{"trusted as a custom root", p.Trust.Custom},
		{"in the client's chain", p.IdentityChain},
	} {
		for _, name := range list.names {
			if !known[name] {
				return fmt.Errorf("%q, %s, is not in the plan", name, list.what)
			}
		}
	}
	if p.Identity != "" && !slices.Contains(p.IdentityChain, p.Identity) {
		return fmt.Errorf("the client's certificate %q is not in its chain", p.Identity)
	}
	return p.Revocation.check(func(name string) bool { return known[name] })
}

// issues says whether another certificate of the plan has this issuer.
func (p *Plan) issues(name string) bool {
	return slices.ContainsFunc(p.Certs, func(c Cert) bool { return c.Issuer == name && c.Name != name })
}

// appendContent appends everything that describes c's certificate, except its
// issuer. Two certificates with the same content are made once.
func (c *Cert) appendContent(b []byte) []byte {
	n := &c.Subject
	for _, list := range [][]string{
		{c.Name}, // a certificate says in its Name which of the plan it is
		n.Country, n.Organization, n.OrganizationalUnit, n.Locality, n.Province, n.StreetAddress, n.PostalCode,
		{n.SerialNumber, n.CommonName},
		c.DNS, c.URIs, c.OCSPServer, c.IssuingURL, c.CRL,
		{string(c.KeyAlgorithm), c.SameKeyAs, c.CopyOf},
	} {
		b = appendList(b, list)
	}
	b = appendInts(b, int(c.NotBefore), int(c.NotAfter), int(c.KeyUsage), c.PathLen,
		asInt(c.IsCA), asInt(c.BasicConstraints), len(c.ExtKeyUsage), len(c.UnknownEKU), len(c.Policies),
		len(c.IPs), len(n.ExtraNames), len(c.Extra), len(c.EditTBS), len(c.EditDER))
	for _, usage := range c.ExtKeyUsage {
		b = appendInts(b, int(usage))
	}
	for _, oid := range c.UnknownEKU {
		b = appendInts(appendInts(b, len(oid)), oid...)
	}
	for _, oid := range c.Policies {
		b = appendInts(appendInts(b, len(oid)), oid...)
	}
	for _, ip := range c.IPs {
		b = appendList(b, []string{ip.String()})
	}
	for _, name := range n.ExtraNames {
		b = appendList(b, []string{fmt.Sprintf("%v %T %v", name.Type, name.Value, name.Value)})
	}
	for _, e := range c.Extra {
		b = appendList(b, []string{fmt.Sprintf("%v %t", e.Id, e.Critical), string(e.Value)})
	}
	for _, e := range c.EditTBS {
		b = appendList(b, []string{e.Name})
	}
	for _, e := range c.EditDER {
		b = appendList(b, []string{e.Name})
	}
	return b
}

func appendList(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

func appendInts(b []byte, ints ...int) []byte {
	for _, i := range ints {
		b = binary.AppendVarint(b, int64(i))
	}
	return b
}

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
