package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"siptrust/client"
	"siptrust/client/exec"
	"siptrust/client/profile"
	"siptrust/client/reference"
	"siptrust/internal/nearest"
	"siptrust/suites/catalogue"
)

// ExecClient is the name of the driver that runs any program by environment.
const ExecClient = "exec"

// OpenClient gives the driver that --client names: "reference" or "",
// "mutant:NAME", the name of an embedded profile, a profile's file, or "exec"
// with the argv of the program. The error says in one line what is wrong.
func OpenClient(name string, argv []string, p catalogue.Policy) (client.Driver, error) {
	if len(argv) > 0 && name != ExecClient {
		return nil, fmt.Errorf("a program after -- goes with --client exec, not with %q", name)
	}
	if err := p.Unknown(); err != nil {
		return nil, err
	}
	switch mutant, isMutant := strings.CutPrefix(name, "mutant:"); {
	case name == "" || name == "reference":
		return openReference(reference.Options{Policy: string(p)})
	case isMutant:
		return openReference(reference.Options{Policy: string(p), Mutant: mutant})
	case name == ExecClient:
		if len(argv) == 0 {
			return nil, errors.New("--client exec needs a program: siptrust run --client exec -- PROGRAM [ARGUMENT...]")
		}
		return exec.NewCommand(argv), nil
	case isFile(name):
		own, err := profile.Load(name)
		if err != nil {
			return nil, err
		}
		return openProfile(own)
	}
	embedded, err := profile.Named(name)
	if err != nil {
		return nil, unknownClient(name)
	}
	return openProfile(embedded)
}

func openReference(o reference.Options) (client.Driver, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return reference.New(o), nil
}

// UnavailableError says what this machine lacks for a client that exists.
type UnavailableError struct{ Err error }

func (e *UnavailableError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

func openProfile(p *profile.Profile) (client.Driver, error) {
	if hint := catalogue.Policy(p.Policy); hint != "" {
		if err := hint.Unknown(); err != nil {
			return nil, fmt.Errorf("client %s: its profile: %w", p.Name, err)
		}
	}
	d, err := exec.New(p)
	if err != nil {
		return nil, &UnavailableError{err}
	}
	return d, nil
}

// Clients are the embedded profiles and what of them is installed here.
func Clients(ctx context.Context) []exec.Installed { return exec.Clients(ctx) }

// Mutants are the reference client's, each without one check.
func Mutants() []reference.Mutant { return reference.Mutants() }

// isFile: a name with a separator or a YAML ending is a path, as is one that
// exists.
func isFile(name string) bool {
	if strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		return true
	}
	_, noProfile := profile.Named(name)
	info, err := os.Stat(name)
	return noProfile != nil && err == nil && info.Mode().IsRegular()
}

func unknownClient(name string) error {
	known := []string{"reference", ExecClient}
	for _, p := range profile.Embedded() {
		known = append(known, p.Name)
	}
	for _, m := range reference.Mutants() {
		known = append(known, "mutant:"+m.Name)
	}
	if near := nearest.To(name, known); near != "" {
		return fmt.Errorf("unknown client %q; did you mean %q? 'siptrust clients' lists them", name, near)
	}
	return fmt.Errorf("unknown client %q; 'siptrust clients' lists them", name)
}
