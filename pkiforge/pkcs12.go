package pkiforge

import (
	"crypto/x509"
	"errors"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"
)

// ExportPassword protects the PKCS#12 files of [ExportAll]. It is no secret:
// several systems refuse a file that has none.
const ExportPassword = "siptrust"

// IdentityPKCS12 returns a chain and its leaf's key as PKCS#12 (RFC 7292), in
// the old encryption that every system still reads.
func IdentityPKCS12(chain []*Certificate, password string) ([]byte, error) {
	if len(chain) == 0 {
		return nil, errors.New("encode identity as PKCS#12: the chain is empty")
	}
	certs, err := parseAll(chain)
	if err != nil {
		return nil, err
	}
	data, err := pkcs12.LegacyDES.Encode(chain[0].Key, certs[0], certs[1:], password)
	if err != nil {
		return nil, fmt.Errorf("encode identity as PKCS#12: %w", err)
	}
	return data, nil
}

// TrustPKCS12 returns a PKCS#12 trust store in the form that Java reads.
func TrustPKCS12(roots []*Certificate, password string) ([]byte, error) {
	certs, err := parseAll(roots)
	if err != nil {
		return nil, err
	}
	var entries []pkcs12.TrustStoreEntry
	for i, cert := range certs {
		entries = append(entries, pkcs12.TrustStoreEntry{Cert: cert, FriendlyName: roots[i].Name})
	}
	data, err := pkcs12.LegacyDES.EncodeTrustStoreEntries(entries, password)
	if err != nil {
		return nil, fmt.Errorf("encode trust store as PKCS#12: %w", err)
	}
	return data, nil
}

func parseAll(certs []*Certificate) ([]*x509.Certificate, error) {
	var parsed []*x509.Certificate
	for _, c := range certs {
		cert, err := c.X509()
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, cert)
	}
	return parsed, nil
}
