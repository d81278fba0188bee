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
		"paper.custom-ca.broken-chain": {"\nChanged in the PKI, ", "\n*   issuer       CN="},
		"paper.public-ca.root-missing": {"\n*   system       not trusted here"},
		"paper.custom-ca.bad-signature": {
			"\n*   signed with  ECDSA-SHA256; not verified with the issuer's key: ",
		},
		"name.nul":               {"\n*   names        DNS:\"sip.siptrust.test\\x00."},
		"name.many-last":         {"(196 more)", ", DNS:sip.siptrust.test\n"},
		"strength.rsa-2048":      {"\n*   key          RSA, 2048 bits, exponent 65537\n"},
		"time.not-a-date":        {"\n*   parsing      crypto/x509 refuses it: ", "\n*   valid        not to be parsed: "},
		"time.root-expired":      {"\n*   valid        365d ago to 1d ago\n"},
		"encoding.duplicate-san": {"\n    extension    subjectAltName", "\n*   extension    subjectAltName"},
		"encoding.garbage-leaf":  {"\n*   octets       "},
		"encoding.dn-not-utf8":   {"\n*   subject      not to be parsed, "},
		"proof.garbage-tls12":    {"the fault of its Certificate message is \"garbage\""},
		"constraints.ca-false":   {"\n*   constraints  no CA\n"},
		"usage.client-auth-only": {"\n*   purposes     clientAuth\n"},
		"usage.any-only":         {"\n*   purposes     anyExtendedKeyUsage\n"},
		"encoding.v1-leaf":       {"\n*   version      1\n"},
		"revocation.staple.expired": {
			"\n*   stapled      good, 8d ago, the next 1d ago; signed by the issuer\n", "-status_file pki/staple.der",
		},
		"revocation.staple.revoked":       {"\n  revoked: none → server\n"},
		"revocation.staple.on-hold":       {"\n  revoked: none → server (certificateHold)\n"},
		"revocation.staple.try-later":     {"\n  staple Status: successful → tryLater\n"},
		"revocation.delegated.no-purpose": {"\n  The responder\n", "\n*   purposes     clientAuth\n", "OCSP no check"},
		"revocation.list-forged.listed":   {"\n*   revoked      server\n", "\n    list first.crl entries: 0; ", "/issuing.crl out, as application/pkix-crl\n"},
		"revocation.ocsp.silent":          {"\n*   service      takes requests and never answers\n"},
		"revocation.must-staple.absent":   {"\n*   stapled      not here, as in the twin: good", "TLS feature"},
		"conduct.reconnect.expired":       {"\nPresented later, ", "\n  server NotAfter: ", "\n  end the connection once it is registered"},
		"conduct.restarted.wrong-name":    {"\nPresented later, ", "\n  server DNS: ", "start the client again\n"},
		"conduct.two-accounts.first-only": {"\n  and sips:alice@other.siptrust.test:5061, "},
		"conduct.redirect-tcp":            {"what openssl does not do by itself: the server redirects to a sip URI over TCP\n"},
		"paper.self-signed.sound":         {"\n    custom       CN=sip.siptrust.test\n"},
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
