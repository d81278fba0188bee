package pkiforge

import (
	"bytes"
	"crypto"
	_ "crypto/md5"  // certificates are signed with it on purpose
	_ "crypto/sha1" // as well
	_ "crypto/sha512"
	"encoding/asn1"
	"fmt"
	"slices"
)

// digests are the object identifiers of the signature algorithms that use a
// hash, with ECDSA and with RSA; nil: there is none.
var digests = map[crypto.Hash]struct{ ecdsa, rsa asn1.ObjectIdentifier }{
	crypto.MD5:    {nil, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 4}},
	crypto.SHA1:   {asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}},
	crypto.SHA384: {oidECDSAWithSHA384, oidSHA384WithRSA},
	crypto.SHA512: {asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}},
}

// SignedWith makes the issuer of a certificate sign it with another hash, and
// name that hash: MD5, SHA-1, SHA-384 or SHA-512. For MD5 and SHA-1 the issuer
// gets an RSA key: ECDSA has no algorithm with MD5, and hardly a CA ever signed
// with ECDSA over SHA-1, so that a client may just not know it.
func SignedWith(cert string, hash crypto.Hash) Change {
	name := fmt.Sprintf("signed-with %v", hash)
	change := ChangeTBS(name, cert, func(t *TBS) (err error) {
		if t.Signature, err = digestAlgorithm(t.OuterSignature, hash); err != nil {
			return err
		}
		t.OuterSignature, t.SignerOpts = t.Signature, hash
		return nil
	})
	if hash == crypto.MD5 || hash == crypto.SHA1 {
		return withIssuerKey(change, cert, RSA)
	}
	return change
}

// digestAlgorithm is the AlgorithmIdentifier of the same kind of key over
// another hash.
func digestAlgorithm(algorithm []byte, hash crypto.Hash) ([]byte, error) {
	oids := digests[hash]
	oid, params := oids.ecdsa, []byte(nil)
	if bytes.Equal(algorithm, algSHA256WithRSA) {
		oid, params = oids.rsa, asn1.NullBytes
	}
	if oid == nil {
		return nil, fmt.Errorf("%w: no signature algorithm is known for %v and this key", ErrNotApplicable, hash)
	}
	return AlgorithmIdentifier(oid, params)
}

// ChainKeys gives every certificate that a server may present or that leads to one
// a key of that algorithm, whatever the run's; bystanders and clients keep theirs.
func ChainKeys(algorithm KeyAlgorithm) Change {
	others := []string{BystanderCustom, BystanderSystem, Client, ClientRoot, ClientIssuing}
	return Change{Name: fmt.Sprintf("chain keys %s", algorithm), Apply: func(p *Plan) error {
		for i := range p.Certs {
			if !slices.Contains(others, p.Certs[i].Name) {
				p.Certs[i].KeyAlgorithm = algorithm
			}
		}
		return nil
	}}
}

// KeyKind gives a certificate a key of that algorithm.
func KeyKind(cert string, algorithm KeyAlgorithm) Change {
	return ChangeCert(fmt.Sprintf("key %s", algorithm), cert, func(c *Cert) error {
		c.KeyAlgorithm = algorithm
		return nil
	})
}
