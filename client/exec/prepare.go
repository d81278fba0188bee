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
	"siptrust/internal/plain"
)

// Limits of the commands that come before the attempts.
const (
	needsLimit   = 30 * time.Second // loading a runtime on a busy machine included
	prepareLimit = 2 * time.Minute  // a compiler takes its time
)

// Prepare makes what the attempts of one run share: it writes the files that
// belong to an embedded profile and runs the profile's prepare. The driver that
// it returns is for that run only. dir must exist, be empty and stay until the run
// is over; the caller removes it. The error says in one line which command failed
// and what it printed first.
func (d *Driver) Prepare(ctx context.Context, dir string) (client.Driver, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("prepare client %s: %w", d.profile.Name, err)
	}
	run := *d
	run.dirs, err = makeDirs(d.profile, dir)
	if err != nil {
		return nil, fmt.Errorf("prepare client %s: %w", d.profile.Name, err)
	}
	run.databases = &databases{dir: filepath.Join(dir, "nss")}
	for _, command := range d.profile.Prepare {
		if err := run.dirs.command(ctx, command); err != nil {
			return nil, fmt.Errorf("prepare client %s: %w", d.profile.Name, err)
		}
	}
	return &run, nil
}

// runDirs are the directories that the attempts of a run share.
type runDirs struct {
	scripts, prepared string
	siptrust          string // path of the program that runs
}

// makeDirs makes them below dir.
func makeDirs(p *profile.Profile, dir string) (dirs runDirs, err error) {
	dirs.prepared = filepath.Join(dir, "prepared")
	if err := os.Mkdir(dirs.prepared, 0o700); err != nil {
		return runDirs{}, err
	}
	if dirs.siptrust, err = os.Executable(); err != nil {
		return runDirs{}, err
	}
	if dirs.scripts, err = p.WriteScripts(filepath.Join(dir, "scripts")); err != nil {
		return runDirs{}, err
	}
	return dirs, nil
}

// command runs one command of a profile's prepare.
func (dirs runDirs) command(ctx context.Context, words []profile.Template) error {
	argv, err := profile.RenderAll(words, profile.Values{Scripts: dirs.scripts, Prepared: dirs.prepared, Siptrust: dirs.siptrust})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, prepareLimit)
	defer cancel()
	_, err = tool(ctx, dirs.prepared, argv...)
	return err
}

// tool runs a program that is not the client itself, to prepare the client or to
// look for it. The error has the first line that the program printed.
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
		return res.output, errors.New(joinNonEmpty(said+" failed", plain.FirstLine(res.output, firstWords)))
	}
	return res.output, nil
}

// firstWords is how much an error holds of a tool's first line, which is where
// compilers and interpreters say what is wrong; in characters.
const firstWords = 101

// missing says in one line which of the profile's needs this machine does not
// have; nil: it has all.
func missing(ctx context.Context, p *profile.Profile) error {
	ctx, cancel := context.WithTimeout(ctx, needsLimit)
	defer cancel()
	for _, need := range p.Needs {
		var err error
		if len(need) == 1 {
			_, err = lookUp(need[0])
		} else {
			var said string
			if said, err = tool(ctx, "", need...); err != nil && plain.FirstLine(said, firstWords) != "" {
				err = fmt.Errorf("%s: %s", need[0], plain.FirstLine(said, firstWords))
			}
		}
		if err != nil {
			return fmt.Errorf("%w%s", err, hint(p))
		}
	}
	return nil
}

// hint says how to install the program.
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
