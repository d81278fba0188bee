package pkiforge

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ExportAll writes everything of m into dir, which is created if it is not
// there, and returns the paths of what it wrote, directories by their own
// name. Private keys, and files that contain one, have mode 0600.
//
//	server-chain.pem server-key.pem       what the server presents, leaf first, and its key
//	server.pem                            both in one
//	system-roots.pem custom-roots.pem     what the endpoint trusts, by kind
//	roots.pem roots.p12 roots/            all of it: PEM, PKCS#12, hashed for OpenSSL
//	client.pem client-key.pem client.p12  the endpoint's identity, if it has one
//	client-roots.pem                      what the server verifies it with
//	staple.der ocsp.der                   the OCSP response of the handshake and that of the responder, if any
//	NAME.crl                              the CRL of that CA of the plan (DER), if it publishes one
//	der/NAME.cer                          every certificate of the plan
//	siptrust.mobileconfig                 roots and identity for Apple's systems
//
// The password of the PKCS#12 files is [ExportPassword].
func ExportAll(dir string, m *Material) ([]string, error) {
	e := exporter{dir: dir}
	e.mkdir("")
	if len(m.Chain) > 0 {
		e.write("server-chain.pem", CertificatesPEM(m.Chain...), 0o644)
		e.key("server-key.pem", m.Chain[0])
		e.do("server.pem", func(path string) error { return WriteIdentity(path, m.Chain) })
	}
	roots := append(slices.Clone(m.SystemRoots), m.CustomRoots...)
	e.write("system-roots.pem", CertificatesPEM(m.SystemRoots...), 0o644)
	e.write("custom-roots.pem", CertificatesPEM(m.CustomRoots...), 0o644)
	e.write("roots.pem", CertificatesPEM(roots...), 0o644)
	e.make("roots.p12", 0o644, func() ([]byte, error) { return TrustPKCS12(roots, ExportPassword) })
	e.do("roots", func(path string) error { return WriteHashDir(path, roots...) })
	if len(m.Identity) > 0 {
		e.do("client.pem", func(path string) error { return WriteIdentity(path, m.Identity) })
		e.key("client-key.pem", m.Identity[0])
		e.make("client.p12", 0o600, func() ([]byte, error) { return IdentityPKCS12(m.Identity, ExportPassword) })
		e.write("client-roots.pem", CertificatesPEM(m.ClientRoots...), 0o644)
	}
	e.mkdir("der")
	for _, c := range m.Plan.Certs {
		e.write(filepath.Join("der", c.Name+".cer"), m.Certs[c.Name].DER, 0o644)
	}
	if m.Status.Staple != nil {
		e.write("staple.der", m.Status.Staple, 0o644)
	}
	if m.Status.Answer != nil {
		e.write("ocsp.der", m.Status.Answer, 0o644)
	}
	for _, l := range m.Status.Lists {
		e.write(strings.TrimPrefix(l.Path, "/"), l.DER, 0o644)
	}
	mode := os.FileMode(0o644)
	if len(m.Identity) > 0 {
		mode = 0o600
	}
	e.make("siptrust.mobileconfig", mode, func() ([]byte, error) { return MobileConfig(roots, m.Identity) })
	if e.err != nil {
		return nil, fmt.Errorf("export to %s: %w", dir, e.err)
	}
	return e.written, nil
}

// exporter does nothing more after its first error.
type exporter struct {
	dir     string
	written []string
	err     error
}

func (e *exporter) do(name string, write func(path string) error) {
	if e.err != nil {
		return
	}
	path := filepath.Join(e.dir, name)
	if e.err = write(path); e.err == nil {
		e.written = append(e.written, path)
	}
}

func (e *exporter) mkdir(name string) {
	if e.err == nil {
		e.err = os.MkdirAll(filepath.Join(e.dir, name), 0o755)
	}
}

func (e *exporter) write(name string, data []byte, mode os.FileMode) {
	e.do(name, func(path string) error { return writeFile(path, data, mode) })
}

func (e *exporter) make(name string, mode os.FileMode, data func() ([]byte, error)) {
	if e.err != nil {
		return
	}
	made, err := data()
	if err != nil {
		e.err = err
		return
	}
	e.write(name, made, mode)
}

func (e *exporter) key(name string, c *Certificate) {
	e.do(name, func(path string) error { return WriteKey(path, c.Key) })
}
