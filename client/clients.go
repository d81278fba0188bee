package client

import (
	"context"
	"os"
	"sync"
	"time"
)

// versionLimit bounds the asking for one program's version.
const versionLimit = 3 * time.Second

// Installed says what this machine has of one embedded profile.
type Installed struct {
	Name, Title string
	Program     string // absolute path; empty: not installed
	Version     string // empty: unknown
	Names       Means  // the means that is used here; empty: none is possible
	Lacks       map[string]string
	Notes       []string // one line each, for people
}

// Clients looks for the program of every embedded profile, all at once, and
// gives them by name in order. It takes three seconds at the most.
func Clients(ctx context.Context) []Installed {
	profiles := Embedded()
	found := make([]Installed, len(profiles))
	var all sync.WaitGroup
	for i, p := range profiles {
		all.Go(func() { found[i] = p.installed(ctx) })
	}
	all.Wait()
	return found
}

func (p *Profile) installed(ctx context.Context) Installed {
	in := Installed{Name: p.Name, Title: p.Title, Lacks: p.Lacks}
	e := &Exec{profile: p}
	if err := e.Check(); err != nil {
		in.Notes = append(in.Notes, err.Error())
		return in
	}
	in.Program, _ = lookUp(p.Command[0].text) // Check found it
	means, notes, err := choose(p.Names, probe)
	if err != nil {
		notes = []string{err.Error()}
	}
	in.Names, in.Notes = means, append(in.Notes, notes...)
	in.Version = p.version(ctx)
	return in
}

// version asks the program; empty: it did not say.
func (p *Profile) version(ctx context.Context) string {
	if len(p.Version.Command) == 0 {
		return ""
	}
	path, err := lookUp(p.Version.Command[0])
	if err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	prog := &program{
		argv:       append([]string{path}, p.Version.Command[1:]...),
		env:        os.Environ(),
		closeStdin: true,
	}
	res, err := prog.run(ctx)
	if err != nil {
		return ""
	}
	m := p.Version.Pattern.FindStringSubmatch(res.output)
	switch len(m) {
	case 0:
		return ""
	case 1:
		return m[0]
	}
	return m[1]
}
