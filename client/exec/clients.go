package exec

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"

	"siptrust/client"
	"siptrust/client/profile"
)

// versionLimit bounds the asking for one program's version.
const versionLimit = 3 * time.Second

// Installed says what this machine has of one embedded profile.
type Installed struct {
	Name, Title string
	Program     string        // absolute path; empty: not installed
	Version     string        // empty: unknown
	Names       profile.Means // the means that is used here; empty: none is possible
	Lacks       map[client.Feature]string
	Notes       []string // one line each, for people
}

// Clients looks for the program of every embedded profile, all at once, and
// gives them by name in order. It is bounded by the limits of what a profile
// needs and of asking for a version: some ten seconds where a program hangs.
func Clients(ctx context.Context) []Installed {
	profiles := profile.Embedded()
	found := make([]Installed, len(profiles))
	var all sync.WaitGroup
	for i, p := range profiles {
		all.Go(func() { found[i] = installed(ctx, p) })
	}
	all.Wait()
	return found
}

func installed(ctx context.Context, p *profile.Profile) Installed {
	in := Installed{Name: p.Name, Title: p.Title, Lacks: p.Lacks}
	d := &Driver{profile: p}
	if err := d.Check(); err != nil {
		in.Notes = append(in.Notes, err.Error())
		return in
	}
	in.Program = programOf(p)
	means, notes, err := choose(p.Names, probe)
	if err != nil {
		notes = []string{err.Error()}
	}
	in.Names, in.Notes = means, append(in.Notes, notes...)
	in.Version = version(ctx, p)
	return in
}

// programOf names what is run, for people; [Driver.Check] has found it.
func programOf(p *profile.Profile) string {
	switch t := p.Command[0]; {
	case t.Fixed():
		path, _ := lookUp(t.String())
		return path
	case strings.HasPrefix(t.String(), "{{.Siptrust}}"):
		return "built in"
	default:
		return "made for each run"
	}
}

// version asks the program; empty: it did not say.
func version(ctx context.Context, p *profile.Profile) string {
	if len(p.Version.Command) == 0 {
		return ""
	}
	me, err := os.Executable()
	if err != nil {
		return ""
	}
	argv, err := profile.RenderAll(p.Version.Command, profile.Values{Siptrust: me})
	if err != nil {
		return ""
	}
	if argv[0], err = lookUp(argv[0]); err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	prog := &program{
		argv:       argv,
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
