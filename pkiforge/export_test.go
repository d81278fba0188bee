package pkiforge_test

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"software.sslmate.com/src/go-pkcs12"

	"siptrust/pkiforge"
)

// withIdentity forges a custom-CA plan whose endpoint has an identity.
func withIdentity(t *testing.T, algorithm pkiforge.KeyAlgorithm) *pkiforge.Material {
	t.Helper()
	p := sound(t, pkiforge.CustomCA)
	pkiforge.WithIdentity(&p, testNames())
	return forge(t, forgeOf(t, algorithm), p)
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sameKey(t *testing.T, got any, want crypto.Signer) {
	t.Helper()
	signer, ok := got.(crypto.Signer)
	if !ok || !signer.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(want.Public()) {
		t.Errorf("read back another key: %T", got)
	}
}

func TestExportAll(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		t.Run(string(algorithm), func(t *testing.T) {
			t.Parallel()
			m := withIdentity(t, algorithm)
			dir := filepath.Join(t.TempDir(), "out")
			paths, err := pkiforge.ExportAll(dir, m)
			if err != nil {
				t.Fatal(err)
			}
			checkFiles(t, dir, paths)

			for _, pair := range [][2]string{
				{"server-chain.pem", "server-key.pem"},
				{"server.pem", "server.pem"},
				{"client.pem", "client-key.pem"},
			} {
				got, err := tls.LoadX509KeyPair(filepath.Join(dir, pair[0]), filepath.Join(dir, pair[1]))
				if err != nil {
					t.Errorf("%s: %v", pair, err)
					continue
				}
				want := m.Chain
				if strings.HasPrefix(pair[0], "client") {
					want = m.Identity
				}
				if d := cmp.Diff(pkiforge.ChainDER(want), got.Certificate); d != "" {
					t.Errorf("%s holds another chain:\n%s", pair[0], d)
				}
			}

			key, cert, chain, err := pkcs12.DecodeChain(readFile(t, filepath.Join(dir, "client.p12")), pkiforge.ExportPassword)
			if err != nil {
				t.Fatal(err)
			}
			sameKey(t, key, m.Identity[0].Key)
			if !bytes.Equal(cert.Raw, m.Identity[0].DER) || len(chain) != len(m.Identity)-1 {
				t.Error("client.p12 holds another identity")
			}
			store, err := pkcs12.DecodeTrustStore(readFile(t, filepath.Join(dir, "roots.p12")), pkiforge.ExportPassword)
			if err != nil {
				t.Fatal(err)
			}
			if len(store) != 3 || !bytes.Equal(store[1].Raw, m.Certs[pkiforge.Root].DER) {
				t.Errorf("roots.p12 holds %d others", len(store))
			}
			opensslOK(t, "pkcs12", "-in", filepath.Join(dir, "client.p12"), "-passin", "pass:"+pkiforge.ExportPassword, "-noenc")
			opensslOK(t, "pkey", "-in", filepath.Join(dir, "server-key.pem"), "-noout", "-check")
		})
	}
}

// checkFiles compares what is in dir with what ExportAll says it wrote, and
// sees that nothing with a key in it is open to others.
func checkFiles(t *testing.T, dir string, written []string) {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		want := fs.FileMode(0o644)
		switch name {
		case "server-key.pem", "server.pem", "client.pem", "client-key.pem", "client.p12", "siptrust.mobileconfig":
			want = 0o600
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
		if strings.HasPrefix(name, "roots"+string(filepath.Separator)) {
			name = "roots"
		}
		if !slices.Contains(found, name) {
			found = append(found, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, path := range written {
		name, err := filepath.Rel(dir, path)
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, name)
	}
	slices.Sort(said)
	slices.Sort(found)
	if d := cmp.Diff(found, said); d != "" {
		t.Errorf("what is there and what was said to be (-there +said):\n%s", d)
	}
}

// A faulty chain that the standard library cannot read is exported all the same.
func TestExportOfUnreadable(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	m := forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.ChangeTBS("twice", pkiforge.Server, func(tbs *pkiforge.TBS) error {
		tbs.Ext = append(tbs.Ext, tbs.Ext...)
		return nil
	})))
	dir := t.TempDir()
	if _, err := pkiforge.ExportAll(dir, m); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(readFile(t, filepath.Join(dir, "der", "server.cer")), m.Chain[0].DER) {
		t.Error("another certificate was written")
	}
}

// A key written over a file that others may read becomes unreadable to them.
func TestWriteKeyTightensMode(t *testing.T) {
	t.Parallel()
	m := withIdentity(t, pkiforge.ECDSA)
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, bytes.Repeat([]byte("old "), 1000), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := pkiforge.WriteKey(path, m.Chain[0].Key); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if bytes.Contains(readFile(t, path), []byte("old")) {
		t.Error("the old content is still there")
	}
}

func TestExportErrors(t *testing.T) {
	t.Parallel()
	m := withIdentity(t, pkiforge.ECDSA)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pkiforge.ExportAll(filepath.Join(file, "sub"), m); err == nil {
		t.Error("exported into a file")
	}
	if err := pkiforge.WriteIdentity(file, nil); err == nil {
		t.Error("wrote an empty identity")
	}
	if _, err := pkiforge.IdentityPKCS12(nil, "x"); err == nil {
		t.Error("encoded an empty identity")
	}
}

// OpenSSL names and finds roots as the hashed directory has them.
func TestHashDir(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	m := forge(t, f, sound(t, pkiforge.CustomCA))
	dir := t.TempDir()
	roots, leaf, issuing := filepath.Join(dir, "roots"), filepath.Join(dir, "leaf"), filepath.Join(dir, "issuing")
	// A second root of the same name: the first number is taken.
	namesake := forge(t, newForge(t, pkiforge.Options{}), sound(t, pkiforge.CustomCA)).Certs[pkiforge.Root]
	for _, err := range []error{
		pkiforge.WriteHashDir(roots, m.Certs[pkiforge.BystanderSystem]), // to be gone afterwards
		pkiforge.WriteHashDir(roots, namesake, m.Certs[pkiforge.Root], m.Certs[pkiforge.BystanderCustom]),
		pkiforge.WriteCertificates(leaf, m.Chain[0]),
		pkiforge.WriteCertificates(issuing, m.Chain[1]),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(roots)
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	opensslOK(t, "verify", "-no-CAfile", "-no-CAstore", "-CApath", roots, "-untrusted", issuing, leaf)
	if out, err := openssl(t, "verify", "-no-CAfile", "-no-CAstore", "-CApath", dir, "-untrusted", issuing, leaf); err == nil {
		t.Errorf("openssl verifies without the directory: %s", out)
	}
}

func TestCertPoolAndChain(t *testing.T) {
	t.Parallel()
	m := withIdentity(t, pkiforge.ECDSA)
	broken := &pkiforge.Certificate{Name: "broken", DER: []byte{1}}
	pool := pkiforge.CertPool(append([]*pkiforge.Certificate{broken}, m.CustomRoots...))
	want := x509.NewCertPool()
	for _, der := range pkiforge.ChainDER(m.CustomRoots) {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		want.AddCert(cert)
	}
	if !pool.Equal(want) {
		t.Error("the pool holds other certificates")
	}
}
