package fakeserver

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
)

// setAcceptableCAs makes the CertificateRequest name the acceptable authorities of
// b. crypto/tls names the authorities that it verifies with, so the verifying is
// done here.
func (b *Behaviour) setAcceptableCAs(config *tls.Config) {
	roots, required := config.ClientCAs, b.ClientAuth != AuthOptional
	named := x509.NewCertPool()
	for i, name := range b.AcceptableCAs {
		named.AddCert(nameOnly(name, i))
	}
	config.ClientCAs, config.ClientAuth = named, tls.RequestClientCert
	if required {
		config.ClientAuth = tls.RequireAnyClientCert
	}
	config.VerifyPeerCertificate = func(certs [][]byte, _ [][]*x509.Certificate) error {
		return verifyClient(certs, roots, config)
	}
}

// nameOnly is a certificate of which a pool can give the subject, and nothing else.
func nameOnly(name pkix.Name, serial int) *x509.Certificate {
	subject, err := asn1.Marshal(name.ToRDNSequence())
	if err != nil {
		subject = nil // a name that cannot be written names nobody
	}
	return &x509.Certificate{Raw: binary.BigEndian.AppendUint32(nil, uint32(serial)), RawSubject: subject}
}

// verifyClient verifies a client's chain as crypto/tls does.
func verifyClient(certs [][]byte, roots *x509.CertPool, config *tls.Config) error {
	if len(certs) == 0 {
		return nil
	}
	options := x509.VerifyOptions{
		Roots: roots, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if config.Time != nil {
		options.CurrentTime = config.Time()
	}
	var leaf *x509.Certificate
	for i, der := range certs {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("the client's certificate does not parse: %w", err)
		}
		if i == 0 {
			leaf = c
		} else {
			options.Intermediates.AddCert(c)
		}
	}
	if _, err := leaf.Verify(options); err != nil {
		return fmt.Errorf("the client's certificate: %w", err)
	}
	return nil
}
