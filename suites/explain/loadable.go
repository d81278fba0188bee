package explain

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"unicode/utf8"
)

// unsendable says why OpenSSL cannot send a certificate as it is; empty: it can.
// OpenSSL reads a certificate and writes its outer structure anew.
func unsendable(der []byte) string {
	var outer struct{ TBS, Algorithm, Signature asn1.RawValue }
	rest, err := asn1.Unmarshal(der, &outer)
	switch {
	case err != nil:
		return "which OpenSSL cannot read or writes differently"
	case len(rest) > 0:
		return "of which OpenSSL leaves out the end"
	}
	if anew, err := asn1.Marshal(outer); err != nil || !bytes.Equal(anew, der) {
		return "which OpenSSL writes differently"
	}
	var c coarseCertificate
	if _, err := asn1.Unmarshal(der, &c); err != nil {
		return "which OpenSSL cannot read"
	}
	if !readable(c.TBS.Issuer.FullBytes) || !readable(c.TBS.Subject.FullBytes) {
		return "with a name that OpenSSL cannot read"
	}
	return ""
}

// unusedByTLS12 says what of a certificate keeps OpenSSL from using it in TLS 1.2 and
// older, in words behind "an ECDSA certificate"; empty: nothing does. OpenSSL then takes
// the key for one that may not sign.
func unusedByTLS12(der []byte) string {
	var c coarseCertificate
	if _, err := asn1.Unmarshal(der, &c); err != nil {
		return ""
	}
	var key struct {
		Algorithm pkix.AlgorithmIdentifier
		Bits      asn1.BitString
	}
	if _, err := asn1.Unmarshal(c.TBS.Key.FullBytes, &key); err != nil || !key.Algorithm.Algorithm.Equal(ecPublicKey) {
		return ""
	}
	times := map[string]int{}
	for _, e := range c.TBS.Extensions {
		id := e.Id.String()
		into, known := readExtensions[id]
		if !known {
			continue
		}
		times[id]++
		if _, err := asn1.Unmarshal(e.Value, into()); err != nil || times[id] > 1 {
			return "whose " + extensionName(e.Id) + " it cannot read"
		}
		if usage := (asn1.BitString{}); extensionName(e.Id) == "keyUsage" {
			if _, err := asn1.Unmarshal(e.Value, &usage); err == nil && usage.At(0) == 0 {
				return "whose keyUsage does not have digitalSignature"
			}
		}
	}
	return ""
}

var ecPublicKey = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}

// readExtensions are extensions that OpenSSL reads before it uses a certificate, each
// with what holds its structure.
var readExtensions = map[string]func() any{
	"2.5.29.15": func() any { return new(asn1.BitString) },
	"2.5.29.17": func() any { return new([]asn1.RawValue) },
	"2.5.29.37": func() any { return new([]asn1.ObjectIdentifier) },
	"2.5.29.35": func() any { return new([]asn1.RawValue) },
	"2.5.29.14": func() any { return new([]byte) },
}

// attribute is one of a distinguished name; its value is not looked into.
type attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

// attributeSET is a relative distinguished name. The end of its name tells
// encoding/asn1 that it is a SET.
type attributeSET []attribute

// readable says whether OpenSSL can bring a distinguished name into the form in
// which it compares names.
func readable(der []byte) bool {
	var name []attributeSET
	if _, err := asn1.Unmarshal(der, &name); err != nil {
		return false
	}
	for _, set := range name {
		for _, a := range set {
			if a.Value.Tag == asn1.TagUTF8String && !utf8.Valid(a.Value.Bytes) || a.Value.Tag == asn1.TagBMPString && len(a.Value.Bytes)%2 != 0 {
				return false
			}
		}
	}
	return true
}

// weak says whether OpenSSL may refuse to load the chain at the security level of
// distributions, 2: because a key or a digest is too weak, or because crypto/x509
// cannot tell.
func weak(chain [][]byte) bool {
	for _, der := range chain {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return true
		}
		switch key := c.PublicKey.(type) {
		case nil:
			return true
		case *rsa.PublicKey:
			if key.N.BitLen() < 2048 {
				return true
			}
		}
		if rarelyAccepted(c.SignatureAlgorithm) {
			return true
		}
	}
	return false
}

// rarelyAccepted says whether clients exist that leave the algorithm out of those
// that they accept in certificates.
func rarelyAccepted(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.UnknownSignatureAlgorithm, x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1, x509.DSAWithSHA256:
		return true
	}
	return false
}
