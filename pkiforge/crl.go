package pkiforge

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// crl makes the list that l describes. crypto/x509 requires an issuer that
// may sign lists; here the plan alone says which key signs.
func (j *job) crl(p *Plan, l CRL) ([]byte, error) {
	if l.Garbage {
		return []byte(garbage), nil
	}
	name, key := j.certs[l.Issuer], j.certs[l.Issuer]
	if l.Name != "" {
		name = j.certs[l.Name]
	}
	if l.Key != "" {
		key = j.certs[l.Key]
	}
	template := &x509.RevocationList{
		Number:          big.NewInt(1),
		ThisUpdate:      j.at(l.ThisUpdate),
		NextUpdate:      j.at(l.NextUpdate),
		ExtraExtensions: l.Extra,
	}
	add := func(serial *big.Int) {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, x509.RevocationListEntry{
			SerialNumber: serial, RevocationTime: j.at(min(-hour, l.ThisUpdate)), ReasonCode: int(p.Revocation.Reason),
		})
	}
	for range l.Others {
		serial, err := j.forge.serial()
		if err != nil {
			return nil, err
		}
		add(serial)
	}
	for _, revoked := range p.Revocation.Revoked {
		if c := p.Cert(revoked); c.Issuer == l.Issuer && !l.Empty {
			serial, err := j.certs[revoked].serial()
			if err != nil {
				return nil, err
			}
			add(serial)
		}
	}
	issuer := &x509.Certificate{RawSubject: name.subject, SubjectKeyId: j.certs[l.Issuer].key.id, KeyUsage: x509.KeyUsageCRLSign}
	der, err := x509.CreateRevocationList(rand.Reader, template, issuer, key.Key)
	if err != nil {
		return nil, fmt.Errorf("sign the list of %q: %w", l.Issuer, err)
	}
	return der, nil
}

func (p *Plan) revoked(cert string) bool { return slices.Contains(p.Revocation.Revoked, cert) }

// Status is the revocation data of a plan once it was signed.
type Status struct {
	Staple []byte // DER of the OCSP response; nil: none
	Answer []byte // DER of the responder's OCSP response; nil: none
	Lists  []List
}

// List is a signed CRL. Path is its location below [Names.Service].
type List struct {
	Path string
	DER  []byte
}

// status signs what the plan says of revocation.
func (j *job) status(p *Plan) (s Status, err error) {
	if s.Staple, err = j.ocsp(p, p.Revocation.Staple); err != nil {
		return Status{}, err
	}
	if s.Answer, err = j.ocsp(p, p.Revocation.Answer); err != nil {
		return Status{}, err
	}
	for _, l := range p.Revocation.Lists {
		der, err := j.crl(p, l)
		if err != nil {
			return Status{}, err
		}
		s.Lists = append(s.Lists, List{Path: l.Path(), DER: der})
	}
	return s, nil
}

// check says where r names certificates that the plan does not have.
func (r *Revocation) check(known func(string) bool) error {
	names := slices.Clone(r.Revoked)
	for _, o := range []*OCSP{r.Staple, r.Answer} {
		if o != nil {
			names = append(names, Server, o.Issuer, o.Signer, o.Key)
		}
	}
	for _, l := range r.Lists {
		names = append(names, l.Issuer, l.Name, l.Key)
		if !l.Garbage && l.NextUpdate <= l.ThisUpdate {
			return fmt.Errorf("the list of %q ends %v after it began", l.Issuer, time.Duration(l.NextUpdate-l.ThisUpdate))
		}
	}
	for _, name := range names {
		if name != "" && !known(name) {
			return fmt.Errorf("%q, named by the revocation data, is not in the plan", name)
		}
	}
	return nil
}
