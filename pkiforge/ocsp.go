package pkiforge

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidOCSPBasic = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
	oidOCSPNonce = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
	oidSHA1      = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}

	tagContext = [...]cbasn1.Tag{
		cbasn1.Tag(0).ContextSpecific().Constructed(),
		cbasn1.Tag(1).ContextSpecific().Constructed(),
	}
)

// garbage is sent in place of a response or a list.
const garbage = "this is neither a response nor a list"

// responder is the certificate of a responder (RFC 6960 4.2.2.2).
func responder(n Names, issuer string) Cert {
	return Cert{
		Name:             Responder,
		Issuer:           issuer,
		Subject:          caName(n, "OCSP Responder"),
		NotBefore:        -hour,
		NotAfter:         30 * day,
		BasicConstraints: true,
		PathLen:          -1,
		KeyUsage:         x509.KeyUsageDigitalSignature,
		ExtKeyUsage:      []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning},
		Extra:            []pkix.Extension{{Id: OIDNoCheck, Value: asn1.NullBytes}},
	}
}

// ocsp makes the response that o describes; nil: o is nil.
func (j *job) ocsp(p *Plan, o *OCSP) ([]byte, error) {
	switch {
	case o == nil:
		return nil, nil
	case o.Garbage:
		return []byte(garbage), nil
	case o.Status != 0 || o.Bare:
		return encoded(sequence(func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(o.Status)) }))
	}
	subject := j.certs[Server]
	if subject == nil {
		return nil, errors.New("respond on the server's certificate: the plan has none")
	}
	signer := subject.Issuer
	if o.Signer != "" {
		signer = j.certs[o.Signer]
	}
	key := signer
	if o.Key != "" {
		key = j.certs[o.Key]
	}
	data, err := j.responseData(p, o, subject, signer)
	if err != nil {
		return nil, err
	}
	algorithm, signature, err := signOctets(key.Key, data, o.Digest)
	if err != nil {
		return nil, err
	}
	basic, err := encoded(sequence(func(b *cryptobyte.Builder) {
		b.AddBytes(data)
		b.AddBytes(algorithm)
		b.AddASN1BitString(signature)
		if o.Attach {
			b.AddASN1(tagContext[0], sequence(raw(signer.DER)))
		}
	}))
	if err != nil {
		return nil, err
	}
	return encoded(sequence(func(b *cryptobyte.Builder) {
		b.AddASN1Enum(0)
		b.AddASN1(tagContext[0], sequence(func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidOCSPBasic)
			b.AddASN1OctetString(basic)
		}))
	}))
}

// responseData is what is signed. The responder is named by its name, the
// certificate by SHA-1, which every client knows (RFC 6960 4.3).
func (j *job) responseData(p *Plan, o *OCSP, subject, signer *Certificate) ([]byte, error) {
	issuer := subject.Issuer
	if o.Issuer != "" {
		issuer = j.certs[o.Issuer]
	}
	serial, err := subject.serial()
	if err != nil {
		return nil, err
	}
	if o.OtherSerial {
		serial = new(big.Int).Add(serial, big.NewInt(1))
	}
	nameHash, keyHash, err := issuer.hashes()
	if err != nil {
		return nil, err
	}
	return encoded(sequence(func(b *cryptobyte.Builder) {
		b.AddASN1(tagContext[1], raw(signer.subject))
		b.AddASN1GeneralizedTime(j.at(0))
		b.AddASN1(cbasn1.SEQUENCE, sequence(func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oidSHA1)
					b.AddASN1NULL()
				})
				b.AddASN1OctetString(nameHash)
				b.AddASN1OctetString(keyHash)
				b.AddASN1BigInt(serial)
			})
			j.addStatus(b, p, o)
			b.AddASN1GeneralizedTime(j.at(o.ThisUpdate))
			if o.NextUpdate != 0 {
				b.AddASN1(tagContext[0], func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(j.at(o.NextUpdate)) })
			}
		}))
		if len(o.Nonce) > 0 {
			b.AddASN1(tagContext[1], sequence(sequence(func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidOCSPNonce)
				b.AddASN1(cbasn1.OCTET_STRING, func(b *cryptobyte.Builder) { b.AddASN1OctetString(o.Nonce) })
			})))
		}
	}))
}

// addStatus writes the CertStatus of the server's certificate.
func (j *job) addStatus(b *cryptobyte.Builder, p *Plan, o *OCSP) {
	switch {
	case o.Unknown:
		b.AddASN1(cbasn1.Tag(2).ContextSpecific(), raw(""))
	case p.revoked(Server) && !o.Good:
		b.AddASN1(tagContext[1], func(b *cryptobyte.Builder) {
			b.AddASN1GeneralizedTime(j.at(-hour))
			if p.Revocation.Reason != 0 {
				b.AddASN1(tagContext[0], func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(p.Revocation.Reason)) })
			}
		})
	default:
		b.AddASN1(cbasn1.Tag(0).ContextSpecific(), raw(""))
	}
}

// at is a moment in whole seconds: GeneralizedTime has no others here (RFC 5280
// 4.1.2.5.2).
func (j *job) at(d time.Duration) time.Time { return j.now.Add(d).UTC().Truncate(time.Second) }

func encoded(value cryptobyte.BuilderContinuation) ([]byte, error) {
	b := cryptobyte.NewBuilder(nil)
	value(b)
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode an OCSP response: %w", err)
	}
	return der, nil
}

// signOctets signs with a key and also returns the AlgorithmIdentifier.
func signOctets(key crypto.Signer, octets []byte, hash crypto.Hash) (algorithm, signature []byte, err error) {
	if algorithm, err = signatureAlgorithm(key); err != nil {
		return nil, nil, err
	}
	if hash == 0 {
		hash = crypto.SHA256
	} else if algorithm, err = digestAlgorithm(algorithm, hash); err != nil {
		return nil, nil, err
	}
	h := hash.New()
	h.Write(octets)
	if signature, err = key.Sign(rand.Reader, h.Sum(nil), hash); err != nil {
		return nil, nil, fmt.Errorf("sign: %w", err)
	}
	return algorithm, signature, nil
}

// serial is the certificate's serial number as it was signed.
func (c *Certificate) serial() (*big.Int, error) {
	parsed, err := c.parse()
	if err != nil {
		return nil, fmt.Errorf("read the serial number of %q: %w", c.Name, err)
	}
	return parsed.SerialNumber, nil
}

// hashes are those by which a CertID names an issuer (RFC 6960 4.1.1): of its
// name, and of its key without tag, length and count of unused bits.
func (c *Certificate) hashes() (name, key []byte, err error) {
	var info, algorithm cryptobyte.String
	var bits []byte
	in := cryptobyte.String(c.key.spki)
	if !in.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!info.ReadASN1BitStringAsBytes(&bits) {
		return nil, nil, fmt.Errorf("read the key of %q: the SubjectPublicKeyInfo does not parse", c.Name)
	}
	n, k := sha1.Sum(c.subject), sha1.Sum(bits)
	return n[:], k[:], nil
}
