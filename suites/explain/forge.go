package explain

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"time"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// Files that the recipes need besides those of [pkiforge.ExportAll].
const (
	issuersFile    = "server-issuers.pem" // the chain without its first certificate
	acceptableFile = "acceptable-cas.pem" // certificates with the names of the acceptable authorities
)

// served is a server of a scenario with what it presents.
type served struct {
	dir      string // of its files, below the directory of the first server's, which has ""
	material *pkiforge.Material
	// behaviour is whole: the scenario's, completed with the material as a run
	// completes it.
	behaviour fakeserver.Behaviour
}

// Forge writes a case's certificates, keys and roots into dir, for use by hand
// with the server name sip.siptrust.test, and gives the paths. What the server
// presents later is in the directory "later" below dir, and what a second server
// presents in "elsewhere". The files are those of [pkiforge.ExportAll] and, where
// there is something to write,
//
//	server-issuers.pem   the chain without the server's own certificate
//	acceptable-cas.pem   certificates whose subjects are what the CertificateRequest names
//
// Key is the algorithm of all keys whose kind the case leaves open. An unknown case
// gives an error that names the nearest one.
func Forge(ctx context.Context, id string, key pkiforge.KeyAlgorithm, dir string) ([]string, error) {
	if err := cases.All().Known(id); err != nil {
		return nil, err
	}
	scenario, err := cases.All().Scenario(id, handNames())
	if err != nil {
		return nil, err
	}
	forge := pkiforge.New(pkiforge.Options{KeyAlgorithm: key})
	defer forge.Close()
	servers, err := forgeServers(ctx, forge, &scenario)
	if err != nil {
		return nil, fmt.Errorf("forge %s: %w", id, err)
	}
	var paths []string
	for _, v := range servers {
		more, err := v.export(filepath.Join(dir, v.dir))
		paths = append(paths, more...)
		if err != nil {
			return paths, fmt.Errorf("forge %s: %w", id, err)
		}
	}
	return paths, nil
}

// forgeServers forges what the servers of a scenario present: the first one, then
// the later one and the second one, if there are any.
func forgeServers(ctx context.Context, forge *pkiforge.Forge, s *catalogue.Scenario) ([]served, error) {
	type planned struct {
		dir       string
		plan      *pkiforge.Plan
		behaviour fakeserver.Behaviour
	}
	plans := []planned{{"", &s.Plan, s.Server}}
	if s.Later != nil {
		plans = append(plans, planned{laterDir, &s.Later.Plan, s.Later.Server})
	}
	if s.Elsewhere != nil {
		plans = append(plans, planned{elsewhereDir, &s.Elsewhere.Plan, s.Elsewhere.Server})
	}
	var servers []served
	for _, p := range plans {
		m, err := forge.Forge(ctx, *p.plan)
		if err != nil {
			return nil, err
		}
		servers = append(servers, served{dir: p.dir, material: m, behaviour: completed(p.behaviour, m)})
	}
	return servers, nil
}

// Directories of the servers besides the first.
const (
	laterDir     = "later"
	elsewhereDir = "elsewhere"
)

// completed is a behaviour with what a run adds of the material.
func completed(b fakeserver.Behaviour, m *pkiforge.Material) fakeserver.Behaviour {
	b.Chain, b.Key, b.Staple = pkiforge.ChainDER(m.Chain), m.Chain[0].Key, m.Status.Staple
	for _, name := range m.Plan.Fetchable() {
		b.Service.Documents = append(b.Service.Documents, fakeserver.Document{Path: pkiforge.CertPath(name), Type: "application/pkix-cert", Body: m.Certs[name].DER})
	}
	if m.Status.Answer != nil {
		b.Service.Documents = append(b.Service.Documents, fakeserver.Document{Path: pkiforge.OCSPPath, Type: "application/ocsp-response", Body: m.Status.Answer})
	}
	for _, l := range m.Status.Lists {
		b.Service.Documents = append(b.Service.Documents, fakeserver.Document{Path: l.Path, Type: "application/pkix-crl", Body: l.DER})
	}
	if len(m.ClientRoots) > 0 {
		b.ClientRoots = pkiforge.CertPool(m.ClientRoots)
	}
	return b
}

// export writes the files of one server.
func (v *served) export(dir string) ([]string, error) {
	paths, err := pkiforge.ExportAll(dir, v.material)
	if err != nil {
		return paths, err
	}
	if chain := v.material.Chain; len(chain) > 1 {
		path := filepath.Join(dir, issuersFile)
		if err := pkiforge.WriteCertificates(path, chain[1:]...); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	if names := v.behaviour.AcceptableCAs; len(names) > 0 {
		text, err := named(names)
		if err != nil {
			return paths, err
		}
		path := filepath.Join(dir, acceptableFile)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return paths, fmt.Errorf("write the acceptable authorities: %w", err)
		}
		paths = append(paths, path)
	}
	return slices.Clip(paths), nil
}

// named gives PEM certificates with those subjects, which certify nothing: OpenSSL
// takes the names of a CertificateRequest from certificates. All have one key, which
// is not kept.
func named(names []pkix.Name) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key for the acceptable authorities: %w", err)
	}
	var text []byte
	now := time.Now()
	for i, name := range names {
		template := &x509.Certificate{
			Subject: name, SerialNumber: big.NewInt(int64(i) + 1), NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(10, 0, 0),
			IsCA: true, BasicConstraintsValid: true,
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			return nil, fmt.Errorf("make a certificate with the name %s: %w", name, err)
		}
		text = append(text, pkiforge.CertificatesPEM(&pkiforge.Certificate{DER: der})...)
	}
	return text, nil
}
