package exec

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"siptrust/client"
	"siptrust/client/profile"
)

// Limits of the commands that come before the attempts.
const (
	needsLimit   = 30 * time.Second // loading a runtime on a busy machine included
	prepareLimit = 2 * time.Minute  // a compiler takes its time
)

// Prepare makes what the attempts of one run share: it writes out what lies
// beside an embedded profile and runs the profile's prepare. The driver that it
// gives is for that run alone; dir, which must exist and be empty, must stay as
// long, and is the caller's to remove. The error says in one line which command
// failed and the last that it said.
func (d *Driver) Prepare(ctx context.Context, dir string) (client.Driver, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("prepare client %s: %w", d.profile.Name, err)
	}
	run := *d
	run.at, err = place(d.profile, dir)
	if err != nil {
		return nil, fmt.Errorf("prepare client %s: %w", d.profile.Name, err)
	}
	run.databases = &databases{dir: filepath.Join(dir, "nss")}
	for _, command := range d.profile.Prepare {
		if err := run.at.command(ctx, command); err != nil {
			return nil, fmt.Errorf("prepare client %s: %w", d.profile.Name, err)
		}
	}
	return &run, nil
}

// places are where a run keeps what its attempts share.
type places struct {
	scripts, prepared string
	siptrust          string // the program that runs
}

// place gives a run its places below dir.
func place(p *profile.Profile, dir string) (at places, err error) {
	at.prepared = filepath.Join(dir, "prepared")
	if err := os.Mkdir(at.prepared, 0o700); err != nil {
		return places{}, err
	}
	if at.siptrust, err = os.Executable(); err != nil {
		return places{}, err
	}
	if at.scripts, err = p.WriteScripts(filepath.Join(dir, "scripts")); err != nil {
		return places{}, err
	}
	return at, nil
}

// command runs one command of a profile's prepare.
func (at places) command(ctx context.Context, words []profile.Template) error {
	argv, err := profile.RenderAll(words, profile.Values{Scripts: at.scripts, Prepared: at.prepared, Siptrust: at.siptrust})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, prepareLimit)
	defer cancel()
	_, err = tool(ctx, at.prepared, argv...)
	return err
}

// tool runs a program that is no client: to prepare one or to look for one. The
// error has the last line that it printed.
func tool(ctx context.Context, dir string, argv ...string) (output string, err error) {
	path, err := lookUp(argv[0])
	if err != nil {
		return "", err
	}
	p := &program{argv: append([]string{path}, argv[1:]...), env: os.Environ(), dir: dir, closeStdin: true}
	res, err := p.run(ctx)
	said := strings.Join(argv, " ")
	switch {
	case err != nil:
		return "", err
	case !res.ended:
		return "", fmt.Errorf("%s: it did not end in time: %w", said, ctx.Err())
	case res.signal != "" || res.status != 0:
		return res.output, errors.New(joinNonEmpty(said+" failed", firstLine(res.output)))
	}
	return res.output, nil
}

// firstLine is where compilers and interpreters say what is wrong.
func firstLine(s string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	const enough = 100
	if first = strings.TrimSpace(first); len(first) > enough {
		first = strings.ToValidUTF8(first[:enough], "") + "…"
	}
	return first
}

// missing says in one line what the program lacks on this machine; nil:
// nothing.
func missing(ctx context.Context, p *profile.Profile) error {
	ctx, cancel := context.WithTimeout(ctx, needsLimit)
	defer cancel()
	for _, need := range p.Needs {
		var err error
		if len(need) == 1 {
			_, err = lookUp(need[0])
		} else {
			var said string
			if said, err = tool(ctx, "", need...); err != nil && firstLine(said) != "" {
				err = fmt.Errorf("%s: %s", need[0], firstLine(said))
			}
		}
		if err != nil {
			return fmt.Errorf("%w%s", err, hint(p))
		}
	}
	return nil
}

// hint says how the program is installed.
func hint(p *profile.Profile) string {
	switch {
	case p.Debian != "" && p.NPM != "":
		return fmt.Sprintf("; on Debian: apt-get install %s && npm install -g %s", p.Debian, p.NPM)
	case p.Debian != "":
		return "; on Debian: apt-get install " + p.Debian
	case p.NPM != "":
		return "; npm install -g " + p.NPM
	}
	return ""
}
