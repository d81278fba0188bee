package pkiforge

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// damageSignature inverts the lowest bit of the signature value, the last bit
// of a certificate. An RSA signature stays below the modulus, and an ECDSA
// signature stays a SEQUENCE of two INTEGERs of the same length, since that
// bit belongs to the last octet of s.
func damageSignature(der []byte) ([]byte, error) {
	signature, err := signatureValue(der)
	if err != nil {
		return nil, fmt.Errorf("damage the signature: %w", err)
	}
	if len(signature) == 0 {
		return nil, errors.New("damage the signature: it is empty")
	}
	der = slices.Clone(der)
	der[len(der)-1] ^= 1
	return der, nil
}

// signatureValue returns the content of signatureValue (RFC 5280 4.1.1.3), with which
// the certificate ends.
func signatureValue(der []byte) ([]byte, error) {
	var cert, tbs, alg cryptobyte.String
	var signature []byte
	in := cryptobyte.String(der)
	if !in.ReadASN1(&cert, cbasn1.SEQUENCE) || !in.Empty() ||
		!cert.ReadASN1(&tbs, cbasn1.SEQUENCE) ||
		!cert.ReadASN1(&alg, cbasn1.SEQUENCE) ||
		!cert.ReadASN1BitStringAsBytes(&signature) || !cert.Empty() {
		return nil, errors.New("this is not a certificate: not a SEQUENCE of TBSCertificate, algorithm and BIT STRING")
	}
	return signature, nil
}
