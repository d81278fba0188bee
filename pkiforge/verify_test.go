package pkiforge_test

import (
	"crypto/x509"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"siptrust/pkiforge"
)

// verifyGo is what the standard library says of what the server presents.
func verifyGo(m *pkiforge.Material, name string) error {
	leaf, err := m.Chain[0].X509()
	if err != nil {
		return err
	}
	_, err = leaf.Verify(x509.VerifyOptions{
		DNSName:       name,
		Roots:         pkiforge.CertPool(append(m.SystemRoots[:len(m.SystemRoots):len(m.SystemRoots)], m.CustomRoots...)),
		Intermediates: pkiforge.CertPool(m.Chain[1:]),
	})
	return err
}

// verifyOpenSSL is what `openssl verify` says of it.
func verifyOpenSSL(t *testing.T, m *pkiforge.Material, name string, options ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	leaf, chain, roots := filepath.Join(dir, "leaf"), filepath.Join(dir, "chain"), filepath.Join(dir, "roots")
	for path, certs := range map[string][]*pkiforge.Certificate{
		leaf:  m.Chain[:1],
		chain: m.Chain,
		roots: append(m.SystemRoots[:len(m.SystemRoots):len(m.SystemRoots)], m.CustomRoots...),
	} {
		if err := pkiforge.WriteCertificates(path, certs...); err != nil {
			t.Fatal(err)
		}
	}
	args := append([]string{
		"verify", "-no-CApath", "-no-CAstore", "-CAfile", roots, "-untrusted", chain,
		"-purpose", "sslserver", "-verify_hostname", name,
	}, options...)
	return openssl(t, append(args, leaf)...)
}

func TestSoundIsSound(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		f := forgeOf(t, algorithm)
		for _, style := range styles {
			t.Run(string(algorithm)+"/"+string(style), func(t *testing.T) {
				t.Parallel()
				m := forge(t, f, sound(t, style))
				for _, name := range []string{testNames().Host, testNames().Domain} {
					if err := verifyGo(m, name); err != nil {
						t.Errorf("crypto/x509 refuses it for %s: %v", name, err)
					}
					if out, err := verifyOpenSSL(t, m, name, "-x509_strict"); err != nil {
						t.Errorf("openssl verify refuses it for %s: %v\n%s", name, err, out)
					}
				}
			})
		}
	}
}

// The client's certificate is one for clients, under the root that servers get.
func TestIdentityVerifies(t *testing.T) {
	t.Parallel()
	p := sound(t, pkiforge.CustomCA)
	pkiforge.WithIdentity(&p, testNames())
	m := forge(t, newForge(t, pkiforge.Options{}), p)
	leaf, err := m.Identity[0].X509()
	if err != nil {
		t.Fatal(err)
	}
	options := x509.VerifyOptions{
		Roots:     pkiforge.CertPool(m.ClientRoots),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if _, err := leaf.Verify(options); err != nil {
		t.Errorf("not valid for client authentication: %v", err)
	}
	options.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if _, err := leaf.Verify(options); err == nil {
		t.Error("valid for server authentication")
	}
	if err := verifyGo(m, testNames().Host); err != nil {
		t.Errorf("the server's certificate suffered: %v", err)
	}
}

func goExpired(err error) bool {
	var invalid x509.CertificateInvalidError
	return errors.As(err, &invalid) && invalid.Reason == x509.Expired
}

func goWrongName(err error) bool {
	var wrong x509.HostnameError
	return errors.As(err, &wrong)
}

func goUnknown(err error) bool {
	var unknown x509.UnknownAuthorityError
	return errors.As(err, &unknown)
}

// Every change is refused for its own reason, in every style it applies to.
func TestChangesAreRefused(t *testing.T) {
	t.Parallel()
	const (
		signatureFailure = "error 7 "
		notYetValid      = "error 9 "
		hasExpired       = "error 10 "
		selfSignedLeaf   = "error 18 "
		noIssuer         = "error 20 "
		invalidCA        = "invalid CA certificate" // 24 in OpenSSL 1.1, 79 in 3
		hostnameMismatch = "error 62 "
	)
	withIssuing := []pkiforge.Style{pkiforge.CustomCA, pkiforge.PublicCA}
	chained := append([]pkiforge.Style{pkiforge.DirectRoot}, withIssuing...)
	selfSigned := []pkiforge.Style{pkiforge.SelfSigned}
	tests := []struct {
		change  pkiforge.Change
		styles  []pkiforge.Style
		goSays  func(error) bool
		openssl string
	}{
		{pkiforge.Expired(pkiforge.Server), styles, goExpired, hasExpired},
		{pkiforge.NotYetValid(pkiforge.Server), styles, goExpired, notYetValid},
		{pkiforge.WrongName(testNames().Other), styles, goWrongName, hostnameMismatch},
		{pkiforge.BadSignature(pkiforge.Server), chained, goUnknown, signatureFailure},
		{pkiforge.BadSignature(pkiforge.Server), selfSigned, goUnknown, selfSignedLeaf},
		{pkiforge.BrokenChain(), withIssuing, goUnknown, noIssuer},
		{pkiforge.BrokenChain(), selfSigned, goUnknown, noIssuer},
		{pkiforge.RootMissing(), chained, goUnknown, noIssuer},
		{pkiforge.RootMissing(), selfSigned, goUnknown, selfSignedLeaf},
		{pkiforge.Expired(pkiforge.Issuing), withIssuing, goExpired, hasExpired},
		{pkiforge.NotYetValid(pkiforge.Issuing), withIssuing, goExpired, notYetValid},
		{pkiforge.BadSignature(pkiforge.Issuing), withIssuing, goUnknown, signatureFailure},
		{pkiforge.NotCA(pkiforge.Issuing), withIssuing, goUnknown, invalidCA},
	}
	for _, algorithm := range algorithms {
		f := forgeOf(t, algorithm)
		for _, test := range tests {
			for _, style := range test.styles {
				t.Run(strings.Join([]string{string(algorithm), string(style), test.change.Name}, "/"), func(t *testing.T) {
					t.Parallel()
					m := forge(t, f, faulty(t, style, test.change))
					if err := verifyGo(m, testNames().Host); !test.goSays(err) {
						t.Errorf("crypto/x509 says: %v (%T)", err, err)
					}
					out, err := verifyOpenSSL(t, m, testNames().Host)
					if err == nil || !strings.Contains(out, test.openssl) {
						t.Errorf("openssl verify says: %v, not %s\n%s", err, test.openssl, out)
					}
				})
			}
		}
	}
}

// A change says so where there is nothing to change.
func TestChangesThatDoNotApply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		style  pkiforge.Style
		change pkiforge.Change
	}{
		{pkiforge.DirectRoot, pkiforge.BrokenChain()},
		{pkiforge.SelfSigned, pkiforge.NotCA(pkiforge.Issuing)},
		{pkiforge.SelfSigned, pkiforge.Expired(pkiforge.Root)},
		{pkiforge.CustomCA, pkiforge.NotCA(pkiforge.Server)},
		{pkiforge.CustomCA, pkiforge.BadSignature(pkiforge.Client)},
	}
	for _, test := range tests {
		if _, err := with(sound(t, test.style), test.change); !errors.Is(err, pkiforge.ErrNotApplicable) {
			t.Errorf("%s of %s: %v", test.change.Name, test.style, err)
		}
	}
	missing := faulty(t, pkiforge.CustomCA, pkiforge.RootMissing())
	if _, err := with(missing, pkiforge.RootMissing()); !errors.Is(err, pkiforge.ErrNotApplicable) {
		t.Errorf("a root that is missing already: %v", err)
	}
	for _, other := range []string{"", "SIP.r4t9.test"} {
		if _, err := with(sound(t, pkiforge.CustomCA), pkiforge.WrongName(other)); err == nil {
			t.Errorf("the name %q passes for a wrong one", other)
		}
	}
}
