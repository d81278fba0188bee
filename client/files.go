package client

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"siptrust/pkiforge"
)

// ownDir is the directory within an attempt's for what siptrust itself writes.
const ownDir = "siptrust"

// prepare writes the endpoint's trust and identity and the profile's files
// into the attempt's directory and gives the values for its templates.
func (e *Exec) prepare(a Attempt, ports []uint16) (vars, error) {
	dir, err := filepath.Abs(a.Dir)
	if err != nil {
		return vars{}, err
	}
	own := filepath.Join(dir, ownDir)
	if err := os.MkdirAll(own, 0o700); err != nil {
		return vars{}, err
	}
	in := func(name string) string { return filepath.Join(own, name) }
	v := vars{
		URI: a.URI, Domain: a.Domain, Host: a.Host, Port: a.Server.Port(), Address: a.Server.Addr().String(),
		CAFile: in("ca.pem"), SystemCAFile: in("system-ca.pem"), CustomCAFile: in("custom-ca.pem"),
		Dir: dir, Case: a.Case, Timeout: int((a.Timeout + time.Second - 1) / time.Second),
		SecondURI: a.SecondURI, SecondHost: a.SecondHost, LocalPorts: ports,
	}
	_, v.HostPort, _ = strings.Cut(a.URI, "@")
	if v.Proxy = a.Proxy; v.Proxy != "" {
		_, v.HostPort, _ = strings.Cut(v.Proxy, ":")
	}
	if isAddress(a.Host) {
		v.Literal = a.Host
	}
	if a.DNS.IsValid() {
		v.DNS = a.DNS.String()
	}
	for name, certs := range map[string][]*pkiforge.Certificate{
		v.CAFile:       slices.Concat(a.SystemRoots, a.CustomRoots),
		v.SystemCAFile: a.SystemRoots, v.CustomCAFile: a.CustomRoots,
	} {
		if err := pkiforge.WriteCertificates(name, certs...); err != nil {
			return vars{}, err
		}
	}
	if len(a.Identity) > 0 {
		v.CertFile, v.KeyFile, v.IdentityFile = in("cert.pem"), in("key.pem"), in("identity.pem")
		if err := writeIdentity(v, a.Identity); err != nil {
			return vars{}, err
		}
		if e.profile.OnePEM {
			v.CertFile, v.KeyFile = v.IdentityFile, v.IdentityFile
		}
	}
	for _, f := range e.profile.Files {
		if err := f.write(v); err != nil {
			return vars{}, fmt.Errorf("files.%s: %w", f.Path, err)
		}
	}
	return v, nil
}

func (f File) write(v vars) error {
	name := filepath.Join(v.Dir, filepath.FromSlash(f.Path))
	if strings.HasSuffix(f.Path, "/") {
		return os.MkdirAll(name, 0o700)
	}
	text, err := f.Text.render(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o600)
}

func writeIdentity(v vars, chain []*pkiforge.Certificate) error {
	if err := pkiforge.WriteCertificates(v.CertFile, chain...); err != nil {
		return err
	}
	if err := pkiforge.WriteKey(v.KeyFile, chain[0].Key); err != nil {
		return err
	}
	return pkiforge.WriteIdentity(v.IdentityFile, chain)
}
