package pkiforge_test

import (
	"bytes"
	"crypto"
	_ "crypto/md5" // a certificate of a test is signed with it
	"crypto/rsa"
	_ "crypto/sha512" // likewise
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siptrust/pkiforge"
)

// forgeEdited forges a custom-CA plan with one edit of the server's TBS.
func forgeEdited(t *testing.T, algorithm pkiforge.KeyAlgorithm, edit func(*pkiforge.TBS) error) *pkiforge.Material {
	t.Helper()
	f := forgeOf(t, algorithm)
	return forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.ChangeTBS("edited", pkiforge.Server, edit)))
}

// writeDER writes a certificate for openssl to read.
func writeDER(t *testing.T, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cert.der")
	if err := os.WriteFile(path, der, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func checkSignature(t *testing.T, m *pkiforge.Material, algorithm x509.SignatureAlgorithm) {
	t.Helper()
	issuer, err := m.Certs[pkiforge.Issuing].X509()
	if err != nil {
		t.Fatal(err)
	}
	var cert struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if rest, err := asn1.Unmarshal(m.Chain[0].DER, &cert); err != nil || len(rest) > 0 {
		t.Fatalf("the certificate does not parse: %v, %d octets left", err, len(rest))
	}
	if err := issuer.CheckSignature(algorithm, cert.TBS.FullBytes, cert.Signature.Bytes); err != nil {
		t.Errorf("the edited certificate is not signed again: %v", err)
	}
}

func TestTBSDuplicateExtension(t *testing.T) {
	t.Parallel()
	m := forgeEdited(t, pkiforge.ECDSA, func(tbs *pkiforge.TBS) error {
		tbs.Ext = append(tbs.Ext, *tbs.Extension(pkiforge.OIDKeyUsage))
		return nil
	})
	if _, err := m.Chain[0].X509(); err == nil || !strings.Contains(err.Error(), "duplicate extension") {
		t.Errorf("crypto/x509 says: %v", err)
	}
	checkSignature(t, m, x509.ECDSAWithSHA256)
	text := opensslOK(t, "x509", "-inform", "DER", "-in", writeDER(t, m.Chain[0].DER), "-noout", "-text")
	if n := strings.Count(text, "X509v3 Key Usage: critical"); n != 2 {
		t.Errorf("openssl sees %d key usages:\n%s", n, text)
	}
}

func TestTBSVersion1(t *testing.T) {
	t.Parallel()
	m := forgeEdited(t, pkiforge.ECDSA, func(tbs *pkiforge.TBS) error {
		tbs.Version = 1
		tbs.Ext = nil
		return nil
	})
	cert, err := m.Chain[0].X509()
	if err != nil {
		t.Fatal(err)
	}
	if cert.Version != 1 || len(cert.Extensions) != 0 {
		t.Errorf("version %d with %d extensions", cert.Version, len(cert.Extensions))
	}
	checkSignature(t, m, x509.ECDSAWithSHA256)
	text := opensslOK(t, "x509", "-inform", "DER", "-in", writeDER(t, m.Chain[0].DER), "-noout", "-text")
	if !strings.Contains(text, "Version: 1 (0x0)") || strings.Contains(text, "X509v3") {
		t.Errorf("openssl sees no bare v1 certificate:\n%s", text)
	}
}

// The algorithm inside differs from the one outside (RFC 5280 4.1.1.2).
func TestTBSAlgorithmMismatch(t *testing.T) {
	t.Parallel()
	sha384 := asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}
	m := forgeEdited(t, pkiforge.ECDSA, func(tbs *pkiforge.TBS) (err error) {
		tbs.Signature, err = pkiforge.AlgorithmIdentifier(sha384, nil)
		return err
	})
	if _, err := m.Chain[0].X509(); err == nil {
		t.Error("crypto/x509 did not notice")
	}
	checkSignature(t, m, x509.ECDSAWithSHA256)
	text := opensslOK(t, "asn1parse", "-inform", "DER", "-in", writeDER(t, m.Chain[0].DER))
	if strings.Count(text, ":ecdsa-with-SHA384") != 1 || strings.Count(text, ":ecdsa-with-SHA256") != 1 {
		t.Errorf("openssl sees other algorithms:\n%s", text)
	}
}

// Really signed with MD5, not only said to be.
func TestTBSMD5(t *testing.T) {
	t.Parallel()
	md5WithRSA := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 4}
	m := forgeEdited(t, pkiforge.RSA, func(tbs *pkiforge.TBS) error {
		algorithm, err := pkiforge.AlgorithmIdentifier(md5WithRSA, asn1.NullBytes)
		tbs.Signature, tbs.OuterSignature, tbs.SignerOpts = algorithm, algorithm, crypto.MD5
		return err
	})
	var cert struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(m.Chain[0].DER, &cert); err != nil {
		t.Fatal(err)
	}
	hash := crypto.MD5.New()
	hash.Write(cert.TBS.FullBytes)
	key := m.Certs[pkiforge.Issuing].Key.Public().(*rsa.PublicKey)
	if err := rsa.VerifyPKCS1v15(key, crypto.MD5, hash.Sum(nil), cert.Signature.Bytes); err != nil {
		t.Error(err)
	}
	text := opensslOK(t, "x509", "-inform", "DER", "-in", writeDER(t, m.Chain[0].DER), "-noout", "-text")
	if strings.Count(text, "Signature Algorithm: md5WithRSAEncryption") != 2 {
		t.Errorf("openssl sees another algorithm:\n%s", text)
	}
}

func TestTBSPSS(t *testing.T) {
	t.Parallel()
	m := forgeEdited(t, pkiforge.RSA, func(tbs *pkiforge.TBS) error {
		tbs.SignerOpts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA512}
		return nil
	})
	checkSignature(t, m, x509.SHA512WithRSAPSS)
}

func TestTBSSerials(t *testing.T) {
	t.Parallel()
	tests := []struct{ serial, openssl string }{ // hexadecimal
		{"0", "00"},
		{"-1", "-01"},
		{"80", "80"},
		{"7f" + strings.Repeat("00", 20), "7F" + strings.Repeat("00", 20)}, // 21 octets, one more than allowed
	}
	for _, test := range tests {
		serial, ok := new(big.Int).SetString(test.serial, 16)
		if !ok {
			t.Fatal(test.serial)
		}
		m := forgeEdited(t, pkiforge.ECDSA, func(tbs *pkiforge.TBS) error {
			tbs.Serial = serial
			return nil
		})
		checkSignature(t, m, x509.ECDSAWithSHA256)
		text := opensslOK(t, "x509", "-inform", "DER", "-in", writeDER(t, m.Chain[0].DER), "-noout", "-serial")
		if want := "serial=" + test.openssl; strings.TrimSpace(text) != want {
			t.Errorf("openssl reads %q, not %q", text, want)
		}
	}
}

// Names and times that no encoder of the library writes.
func TestTBSRaw(t *testing.T) {
	t.Parallel()
	// CN as a BMPString, "SIP".
	subject := []byte{
		0x30, 0x11, 0x31, 0x0f, 0x30, 0x0d, 0x06, 0x03, 0x55, 0x04, 0x03,
		0x1e, 0x06, 0, 'S', 0, 'I', 0, 'P',
	}
	validity := []byte("\x30\x22\x18\x0f20200101000000Z\x18\x0f20400101000000Z") // GeneralizedTime before 2050
	m := forgeEdited(t, pkiforge.ECDSA, func(tbs *pkiforge.TBS) error {
		tbs.Subject = subject
		tbs.Validity = validity
		return nil
	})
	if !bytes.Contains(m.Chain[0].DER, append(append([]byte{}, validity...), subject...)) {
		t.Error("the DER is not what was asked for")
	}
	checkSignature(t, m, x509.ECDSAWithSHA256)
	text := opensslOK(t, "asn1parse", "-inform", "DER", "-in", writeDER(t, m.Chain[0].DER))
	for _, want := range []string{"BMPSTRING", "GENERALIZEDTIME   :20200101000000Z", "GENERALIZEDTIME   :20400101000000Z"} {
		if !strings.Contains(text, want) {
			t.Errorf("openssl sees no %s:\n%s", want, text)
		}
	}
}

// UTCTime until the end of 2049, GeneralizedTime from 2050 on (RFC 5280 4.1.2.5).
func TestTBSTimes(t *testing.T) {
	t.Parallel()
	m := forgeEdited(t, pkiforge.ECDSA, func(tbs *pkiforge.TBS) error {
		tbs.NotBefore = time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC)
		tbs.NotAfter = tbs.NotBefore.Add(time.Second).In(time.FixedZone("", -3600))
		return nil
	})
	if !bytes.Contains(m.Chain[0].DER, []byte("\x17\x0d491231235959Z\x18\x0f20500101000000Z")) {
		t.Error("the validity is encoded in another way")
	}
}

// What an issuing CA is called after an edit is what its certificates name.
func TestTBSEditedIssuerStaysLinked(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	name, err := asn1.Marshal(pkix.Name{CommonName: "another name"}.ToRDNSequence())
	if err != nil {
		t.Fatal(err)
	}
	m := forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.ChangeTBS("rename", pkiforge.Issuing, func(tbs *pkiforge.TBS) error {
		tbs.Subject = name
		return nil
	})))
	if err := verifyGo(m, testNames().Host); err != nil {
		t.Error(err)
	}
}

func TestEditsThatFail(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	broken := errors.New("broken edit")
	for name, change := range map[string]pkiforge.Change{
		"TBS": pkiforge.ChangeTBS("x", pkiforge.Issuing, func(*pkiforge.TBS) error { return broken }),
		"DER": pkiforge.ChangeDER("x", pkiforge.Server, func([]byte) ([]byte, error) { return nil, broken }),
	} {
		if _, err := f.Forge(t.Context(), faulty(t, pkiforge.CustomCA, change)); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	unserialled := pkiforge.ChangeTBS("x", pkiforge.Server, func(tbs *pkiforge.TBS) error {
		tbs.Serial = nil
		return nil
	})
	if _, err := f.Forge(t.Context(), faulty(t, pkiforge.CustomCA, unserialled)); err == nil {
		t.Error("a certificate without a serial number was forged")
	}
}
