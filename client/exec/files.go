package exec

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"siptrust/client"
	"siptrust/client/profile"
	"siptrust/pkiforge"
)

// install writes the endpoint's trust and identity and the profile's files into
// the attempt's directory. It returns the values for the profile's texts.
func (d *Driver) install(ctx context.Context, a client.Attempt, ports []uint16) (profile.Values, error) {
	dir, err := filepath.Abs(a.Dir)
	if err != nil {
		return profile.Values{}, err
	}
	own := filepath.Join(dir, profile.OwnDir)
	if err := os.MkdirAll(own, 0o700); err != nil {
		return profile.Values{}, err
	}
	in := func(name string) string { return filepath.Join(own, name) }
	v := profile.Values{
		URI: a.URI, Domain: a.Domain, Host: a.Host, Port: a.Server.Port(), Address: a.Server.Addr().String(),
		CAFile: in("ca.pem"), SystemCAFile: in("system-ca.pem"), CustomCAFile: in("custom-ca.pem"),
		Dir: dir, ID: a.ID, Timeout: int((a.Timeout + time.Second - 1) / time.Second),
		SecondURI: a.SecondURI, SecondHost: a.SecondHost, LocalPorts: ports,
		Scripts: d.dirs.scripts, Prepared: d.dirs.prepared, Siptrust: d.dirs.siptrust,
	}
	_, v.HostPort, _ = strings.Cut(a.URI, "@")
	v.HostPort, _, _ = strings.Cut(v.HostPort, ";") // the parameters belong to the URI
	if v.Proxy = a.Proxy; v.Proxy != "" {
		_, v.HostPort, _ = strings.Cut(v.Proxy, ":")
	}
	if isAddress(a.Host) {
		v.Literal = a.Host
	}
	if a.DNS.IsValid() {
		v.DNS, v.DNSAddress, v.DNSPort = a.DNS.String(), a.DNS.Addr().String(), strconv.Itoa(int(a.DNS.Port()))
	}
	for name, certs := range map[string][]*pkiforge.Certificate{
		v.CAFile:       slices.Concat(a.SystemRoots, a.CustomRoots),
		v.SystemCAFile: a.SystemRoots, v.CustomCAFile: a.CustomRoots,
	} {
		if err := pkiforge.WriteCertificates(name, certs...); err != nil {
			return profile.Values{}, err
		}
	}
	v.CAPEM = string(pkiforge.CertificatesPEM(slices.Concat(a.SystemRoots, a.CustomRoots)...))
	if len(a.Identity) > 0 {
		v.CertFile, v.KeyFile, v.IdentityFile = in("cert.pem"), in("key.pem"), in("identity.pem")
		if err := writeIdentity(v, a.Identity); err != nil {
			return profile.Values{}, err
		}
		text, err := os.ReadFile(v.IdentityFile)
		if err != nil {
			return profile.Values{}, err
		}
		v.IdentityPEM = string(text)
	}
	if err := d.convert(ctx, a, &v, in); err != nil {
		return profile.Values{}, err
	}
	for _, f := range d.profile.Files {
		if err := write(f, v); err != nil {
			return profile.Values{}, fmt.Errorf("files.%s: %w", f.Path, err)
		}
	}
	return v, nil
}

// convert writes roots and identity in the formats that the profile asks for; in
// gives the path of one of siptrust's own files.
func (d *Driver) convert(ctx context.Context, a client.Attempt, v *profile.Values, in func(string) string) error {
	roots := slices.Concat(a.SystemRoots, a.CustomRoots)
	switch d.profile.Trust {
	case profile.TrustDirectory:
		v.CADir = in("roots")
		if err := pkiforge.WriteHashDir(v.CADir, roots...); err != nil {
			return err
		}
	case profile.TrustPKCS12:
		v.TrustFile = in("roots.p12")
		data, err := pkiforge.TrustPKCS12(roots, pkiforge.ExportPassword)
		if err != nil {
			return &importError{err}
		}
		if err := os.WriteFile(v.TrustFile, data, 0o600); err != nil {
			return err
		}
	case profile.TrustNSS:
		if d.databases == nil {
			return errors.New("an attempt came before Prepare")
		}
		var err error
		if v.NSS, err = d.databases.open(ctx, roots, a.Identity); err != nil {
			return err
		}
	}
	if len(a.Identity) == 0 {
		return nil
	}
	switch d.profile.Identity {
	case profile.IdentityOnePEM:
		v.CertFile, v.KeyFile = v.IdentityFile, v.IdentityFile
	case profile.IdentityPKCS12:
		v.IdentityFile = in("identity.p12")
		data, err := pkiforge.IdentityPKCS12(a.Identity, pkiforge.ExportPassword)
		if err != nil {
			return &importError{err}
		}
		return os.WriteFile(v.IdentityFile, data, 0o600)
	case profile.IdentityNSS:
		v.Nickname = nickname
	}
	return nil
}

func write(f profile.File, v profile.Values) error {
	name := filepath.Join(v.Dir, filepath.FromSlash(f.Path))
	if strings.HasSuffix(f.Path, "/") {
		return os.MkdirAll(name, 0o700)
	}
	text, err := f.Text.Render(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o600)
}

func writeIdentity(v profile.Values, chain []*pkiforge.Certificate) error {
	if err := pkiforge.WriteCertificates(v.CertFile, chain...); err != nil {
		return err
	}
	if err := pkiforge.WriteKey(v.KeyFile, chain[0].Key); err != nil {
		return err
	}
	return pkiforge.WriteIdentity(v.IdentityFile, chain)
}
