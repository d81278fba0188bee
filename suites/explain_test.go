package suites_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siptrust/pkiforge"
	"siptrust/suites/explain"
)

// What a server presents later is forged too, in a directory of its own.
func TestForgeLater(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	paths, err := explain.Forge(t.Context(), "conduct.restarted.expired", pkiforge.ECDSA, dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, when := range []string{"", "later"} {
		data, err := os.ReadFile(filepath.Join(dir, when, "server-chain.pem"))
		if err != nil {
			t.Fatalf("%v among %v", err, paths)
		}
		block, _ := pem.Decode(data)
		leaf, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if expired := leaf.NotAfter.Before(time.Now()); expired != (i == 1) {
			t.Errorf("%q: it ends on %v", when, leaf.NotAfter)
		}
	}
}

// What is explained shows the change, whether or not the certificate can be
// parsed.
func TestExplain(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][]string{
		"paper.custom-ca.sound":        {"\n  Presented 1: server\n", "\n  Presented 2: issuing\n", "\n    key          ECDSA P-256\n"},
		"paper.custom-ca.broken-chain": {"\nChanged in the certificates and the trust (times from now); ", "\n*   issuer       CN="},
		"paper.public-ca.root-missing": {"\n*   system       not trusted here"},
		"paper.custom-ca.bad-signature": {
			"\n*   signed with  ECDSA-SHA256; not verified with the issuer's key: ",
		},
		"name.nul":               {"\n*   names        DNS:\"sip.siptrust.test\\x00."},
		"name.many-last":         {"(196 more)", ", DNS:sip.siptrust.test\n"},
		"strength.rsa-2048":      {"\n*   key          RSA, 2048 bits, exponent 65537\n"},
		"time.not-a-date":        {"\n*   parsing      crypto/x509 refuses it: ", "\n*   valid        cannot be parsed: "},
		"time.root-expired":      {"\n*   valid        365d ago to 1d ago\n"},
		"encoding.duplicate-san": {"\n    extension    subjectAltName", "\n*   extension    subjectAltName"},
		"encoding.garbage-leaf":  {"\n*   bytes        "},
		"encoding.dn-not-utf8":   {"\n*   subject      cannot be parsed, "},
		"proof.garbage-tls12":    {"\nThe server does not send these certificates as they are: it sends a Certificate message with bytes that are not a certificate\n"},
		"constraints.ca-false":   {"\n*   constraints  not a CA\n"},
		"usage.client-auth-only": {"\n*   purposes     clientAuth\n"},
		"usage.any-only":         {"\n*   purposes     anyExtendedKeyUsage\n"},
		"encoding.v1-leaf":       {"\n*   version      1\n"},
		"revocation.staple.expired": {
			"\n*   stapled      good; thisUpdate 8d ago, nextUpdate 1d ago; signed by the issuer\n", "-status_file pki/staple.der",
		},
		"revocation.staple.revoked":       {"\n  revoked: none → server\n"},
		"revocation.staple.on-hold":       {"\n  revoked: none → server (certificateHold)\n"},
		"revocation.staple.try-later":     {"\n  staple Status: successful → tryLater\n"},
		"revocation.delegated.no-purpose": {"\n  The responder\n", "\n*   purposes     clientAuth\n", "OCSP no check"},
		"revocation.list-forged.listed":   {"\n*   revoked      server\n", "\n    list first.crl entries: 0; ", "/issuing.crl is the file pki/issuing.crl.\n"},
		"revocation.ocsp.silent":          {"\n*   service      accepts requests and never answers\n"},
		"revocation.must-staple.absent":   {"\n*   stapled      not here, but in the twin: good", "TLS feature"},
		"conduct.reconnect.expired":       {"\nPresented or trusted later, ", "\n  server NotAfter: ", "\n  # As soon as the REGISTER appears, end openssl (Ctrl-C)", " -cert pki/later/server-chain.pem"},
		"conduct.restarted.wrong-name":    {"\nPresented or trusted later, ", "\n  server DNS: ", "start the client again:\n"},
		"conduct.two-accounts.first-only": {" and sips:alice@other.siptrust.test:5061.\n"},
		"conduct.redirect-tcp":            {"\n  - It answers the REGISTER with 302 Moved Temporarily, Contact: <sip:alice@127.0.0.1:5060;transport=tcp>.\n"},
		"paper.self-signed.sound":         {"\n    custom       CN=sip.siptrust.test\n"},
		"version.tls10-only":              {"\n  openssl s_server -accept 5061 -tls1 ", "@SECLEVEL=0", "\n         pass also if its ClientHello offers nothing that the server supports\n"},
		"proof.empty-rsa-tls13":           {"\n  - It signs the handshake with an empty signature.\n", "\n  siptrust does all of it: siptrust run --client YOURS --filter proof.empty-rsa-tls13\n"},
		"paper.conduct.exchange":          {"\nDemand   answers-options, which is missed if the client did not answer the server's OPTIONS\n", "\nVerdict  pass if the client accepts, fail if it does not or misses a demand\n"},
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := explain.Case(t.Context(), &b, id); err != nil {
				t.Fatal(err)
			}
			for _, text := range want {
				if !strings.Contains(b.String(), text) {
					t.Errorf("%q is not in\n%s", text, b.String())
				}
			}
			if strings.Contains(want[0], "Presented 1") && strings.Contains(b.String(), "\n*") {
				t.Errorf("a sound case has something marked:\n%s", b.String())
			}
		})
	}
}
