package exec

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"siptrust/client"
	"siptrust/client/profile"
)

// versionLimit is for a program that hangs when it is asked for its version: to
// start a runtime takes many seconds on a busy machine.
const versionLimit = 30 * time.Second

// Installed says what this machine has of one embedded profile.
type Installed struct {
	Name, Title string
	Program     string        // absolute path; empty: not installed
	Version     string        // empty: unknown
	Names       profile.Means // the means that is used here; empty: none is possible
	Lacks       map[client.Feature]string
	Notes       []string // one line each, for people
}

// Clients looks for the programs of all embedded profiles at once and returns them
// in the order of their names. Where programs hang it takes a minute: the limits of
// a profile's needs and of asking for a version.
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

// programOf says which program is run; [Driver.Check] has found it.
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

// version asks the program for its version; empty: it is not known.
func version(ctx context.Context, p *profile.Profile) string {
	said, _ := askVersion(ctx, p, versionLimit)
	return said
}

// askVersion waits for at most limit, and reads what the program printed even if
// it has not ended by then. The error says why there is no version, but for a
// profile that asks for none.
func askVersion(ctx context.Context, p *profile.Profile, limit time.Duration) (string, error) {
	if len(p.Version.Command) == 0 {
		return "", nil
	}
	me, err := os.Executable()
	if err != nil {
		return "", err
	}
	argv, err := profile.RenderAll(p.Version.Command, profile.Values{Siptrust: me})
	if err != nil {
		return "", err
	}
	if argv[0], err = lookUp(argv[0]); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	prog := &program{argv: argv, env: os.Environ(), closeStdin: true}
	res, err := prog.run(ctx)
	if err != nil {
		return "", err
	}
	switch m := p.Version.Pattern.FindStringSubmatch(res.output); {
	case len(m) > 1:
		return m[1], nil
	case len(m) == 1:
		return m[0], nil
	case !res.ended:
		return "", fmt.Errorf("%s did not say its version in time: %w", argv[0], ctx.Err())
	}
	return "", fmt.Errorf("no version in what %s said: %q", argv[0], res.output)
}
