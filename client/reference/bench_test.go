package reference

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/netip"
	"net/textproto"
	"testing"

	"siptrust/pkiforge"
)

// BenchmarkAttempt sets an attempt of the reference client beside the least
// that one can do with crypto/tls: the same handshake and verification, one
// REGISTER and its answer.
func BenchmarkAttempt(b *testing.B) {
	for _, situation := range []struct {
		name    string
		changes []pkiforge.Change
	}{
		{"accepted", nil},
		{"refused", []pkiforge.Change{pkiforge.RootMissing()}},
	} {
		m := forged(b, pkiforge.CustomCA, situation.changes...)
		b.Run(situation.name+"/reference", func(b *testing.B) {
			s := &testServer{config: m.config()}
			a := m.attemptAt(s.serve(b))
			d := New(Options{})
			for b.Loop() {
				ctx, cancel := context.WithCancel(b.Context())
				s.certain = cancel
				if _, err := d.Attempt(ctx, a); err != nil {
					b.Fatal(err)
				}
				s.connection()
				cancel()
			}
		})
		b.Run(situation.name+"/bare", func(b *testing.B) {
			s := &testServer{config: m.config()}
			addr := s.serve(b)
			roots := x509.NewCertPool()
			for _, r := range append(m.SystemRoots, m.CustomRoots...) {
				c, err := x509.ParseCertificate(r.DER)
				if err != nil {
					b.Fatal(err)
				}
				roots.AddCert(c)
			}
			for b.Loop() {
				if err := bare(addr, m.host, roots); (err == nil) != (situation.changes == nil) {
					b.Fatal(err)
				}
				s.connection()
			}
		})
	}
}

// bare is the client that the reference is measured by.
func bare(addr netip.AddrPort, host string, roots *x509.CertPool) error {
	c, err := tls.Dial("tcp", addr.String(), &tls.Config{RootCAs: roots, ServerName: host})
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Fprintf(c, "REGISTER sips:%[1]s SIP/2.0\r\nVia: SIP/2.0/TLS %[2]s;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"+
		"From: <sips:alice@%[1]s>;tag=a\r\nTo: <sips:alice@%[1]s>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n"+
		"Contact: <sips:alice@%[2]s>\r\nContent-Length: 0\r\n\r\n", host, c.LocalAddr())
	if _, _, err := readMessage(textproto.NewReader(bufio.NewReader(c))); err != nil {
		return err
	}
	if err := c.CloseWrite(); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, c)
	return err
}
