package pkiforge

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

// X509 returns the certificate as the standard library reads it. Some faulty
// certificates it does not read at all; that is the error.
func (c *Certificate) X509() (*x509.Certificate, error) {
	parse := c.parse
	if parse == nil {
		parse = func() (*x509.Certificate, error) { return x509.ParseCertificate(c.DER) }
	}
	cert, err := parse()
	if err != nil {
		return nil, fmt.Errorf("parse certificate %q: %w", c.Name, err)
	}
	return cert, nil
}

// CertPool returns a pool of those certificates that the standard library can
// read.
func CertPool(certs []*Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range certs {
		if parsed, err := c.X509(); err == nil {
			pool.AddCert(parsed)
		}
	}
	return pool
}

// ChainDER returns the certificates' DER in the same order, as crypto/tls
// takes it.
func ChainDER(certs []*Certificate) [][]byte {
	chain := make([][]byte, len(certs))
	for i, c := range certs {
		chain[i] = c.DER
	}
	return chain
}

// CertificatesPEM returns the certificates as PEM (RFC 7468 5), in the same order.
func CertificatesPEM(certs ...*Certificate) []byte {
	var text []byte
	for _, c := range certs {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.DER})...)
	}
	return text
}

// KeyPEM returns a private key as PEM of PKCS #8 (RFC 7468 10).
func KeyPEM(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode private key as PKCS #8: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// WriteCertificates writes a PEM file with mode 0644.
func WriteCertificates(path string, certs ...*Certificate) error {
	return writeFile(path, CertificatesPEM(certs...), 0o644)
}

// WriteKey writes a PEM file with mode 0600.
func WriteKey(path string, key crypto.Signer) error {
	text, err := KeyPEM(key)
	if err != nil {
		return err
	}
	return writeFile(path, text, 0o600)
}

// WriteIdentity writes one PEM file, mode 0600, with the chain, leaf first,
// and the leaf's key.
func WriteIdentity(path string, chain []*Certificate) error {
	if len(chain) == 0 {
		return errors.New("write identity: the chain is empty")
	}
	key, err := KeyPEM(chain[0].Key)
	if err != nil {
		return err
	}
	return writeFile(path, append(CertificatesPEM(chain...), key...), 0o600)
}

// writeFile gives the file its mode before there is anything in it, also
// where it existed with another one.
func writeFile(path string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	err = f.Chmod(mode)
	if err == nil {
		_, err = f.Write(data)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
