// Package open finds the client that a name means: the reference client, one of
// its mutants, a profile or any program. It must never know what a rule set
// asks for: of those it knows the names that it is given.
package open

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"siptrust/client"
	"siptrust/client/exec"
	"siptrust/client/profile"
	"siptrust/client/reference"
	"siptrust/internal/nearest"
)

// The names that are no profile's. That of a mutant has MutantPrefix before it.
const (
	Reference    = "reference"
	Exec         = "exec" // any program, by environment
	MutantPrefix = "mutant:"
)

// Options are what a name alone does not say. The zero value opens every client
// but Exec.
type Options struct {
	// Program is the argv of the program for Exec, and of no use to others.
	Program []string
	// Policy is the rule set that the reference client follows; "": its own
	// default.
	Policy string
	// Policies are the names of the rule sets that there are. Policy, and the one
	// that a profile has for its client, must be among them; nil: any may be.
	Policies []string
}

// UnavailableError says in one line what this machine lacks for a client that
// there is.
type UnavailableError struct{ Err error }

func (e *UnavailableError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// Client gives the driver that a name means: Reference or "", MutantPrefix and a
// mutant's name, the name of an embedded profile, the file of a profile, or Exec.
// The error says in one line what is wrong: an [*UnavailableError] if it is the
// machine, else the words that were given.
func Client(name string, o Options) (client.Driver, error) {
	if len(o.Program) > 0 && name != Exec {
		return nil, fmt.Errorf("a program after -- goes with --client exec, not with %q", name)
	}
	if err := o.known(o.Policy); err != nil {
		return nil, err
	}
	switch mutant, isMutant := strings.CutPrefix(name, MutantPrefix); {
	case name == "" || name == Reference:
		return openReference(reference.Options{Policy: o.Policy})
	case isMutant:
		return openReference(reference.Options{Policy: o.Policy, Mutant: mutant})
	case name == Exec:
		if len(o.Program) == 0 {
			return nil, errors.New("--client exec needs a program: siptrust run --client exec -- PROGRAM [ARGUMENT...]")
		}
		return exec.NewCommand(o.Program), nil
	case isFile(name):
		own, err := profile.Load(name)
		if err != nil {
			return nil, err
		}
		return o.openProfile(own)
	}
	embedded, err := profile.Named(name)
	if err != nil {
		return nil, unknownClient(name)
	}
	return o.openProfile(embedded)
}

func openReference(o reference.Options) (client.Driver, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return reference.New(o), nil
}

func (o Options) openProfile(p *profile.Profile) (client.Driver, error) {
	if p.Policy != "" {
		if err := o.known(p.Policy); err != nil {
			return nil, fmt.Errorf("client %s: its profile: %w", p.Name, err)
		}
	}
	d, err := exec.New(p)
	if err != nil {
		return nil, &UnavailableError{err}
	}
	return d, nil
}

func (o Options) known(policy string) error {
	if o.Policies == nil || slices.Contains(o.Policies, policy) {
		return nil
	}
	return fmt.Errorf("unknown policy %q; one of %s", policy, strings.Join(o.Policies, ", "))
}

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
	known := []string{Reference, Exec}
	for _, p := range profile.Embedded() {
		known = append(known, p.Name)
	}
	for _, m := range reference.Mutants() {
		known = append(known, MutantPrefix+m.Name)
	}
	if near := nearest.To(name, known); near != "" {
		return fmt.Errorf("unknown client %q; did you mean %q? 'siptrust clients' lists them", name, near)
	}
	return fmt.Errorf("unknown client %q; 'siptrust clients' lists them", name)
}
