// Package exec drives any program as the client under test, by a client profile
// or by the environment alone. It prepares the program, makes the server's name
// known to it, runs it and ends all that it started. It must never know
// what a case expects.
package exec

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"siptrust/client"
	"siptrust/client/profile"
	"siptrust/internal/plain"
)

// Exit statuses that mean something to siptrust.
const (
	// ExitUnsupported is how a program says that it cannot do what the case
	// asks.
	ExitUnsupported = 89

	exitNotExecutable = 126 // as shells have it
	exitNotFound      = 127
)

// Driver is the [client.Driver] for programs. Make one with [New] or [NewCommand].
type Driver struct {
	profile *profile.Profile
	means   profile.Means
	notes   []string

	// What Prepare made.
	dirs      runDirs
	databases *databases
}

var (
	_ client.Driver   = (*Driver)(nil)
	_ client.Preparer = (*Driver)(nil)
)

// New makes a driver from a profile. It tries once what this machine allows. The
// error says in one line what is missing: the program, or a way to make the
// server's name known to it.
func New(p *profile.Profile) (*Driver, error) {
	means, notes, err := choose(p.Names, probe)
	if err != nil {
		return nil, fmt.Errorf("client %s: %w", p.Name, err)
	}
	d := &Driver{profile: p, means: means, notes: notes}
	if err := d.Check(); err != nil {
		return nil, err
	}
	return d, nil
}

// NewCommand makes a driver for a program that reads its task from the
// environment (SIPTRUST_URI and so on) and gets argv as it is. Where the
// machine allows, the server's name resolves for it. A missing program shows at
// the attempt, as in a shell: exit status 127.
func NewCommand(argv []string) *Driver {
	p := &profile.Profile{
		Name:    "exec",
		Title:   strings.Join(argv, " "),
		Names:   []profile.Means{profile.MeansHosts, profile.MeansWrapper, profile.MeansNone},
		Settle:  profile.DefaultSettle,
		Silence: profile.DefaultSilence,

		Identity: profile.IdentityPEM,
		Trust:    profile.TrustFile,
	}
	for _, arg := range argv {
		p.Command = append(p.Command, profile.Literal(arg))
	}
	means, notes, err := choose(p.Names, probe)
	if err != nil {
		means = profile.MeansNone // which is always allowed; choose cannot fail here
	}
	return &Driver{profile: p, means: means, notes: notes}
}

// Check says in one line why the program cannot be run here; nil: it is there, or
// its name depends on the attempt.
func (d *Driver) Check() error {
	if len(d.profile.Command) == 0 {
		return fmt.Errorf("client %s: no program given", d.profile.Name)
	}
	if err := missing(context.Background(), d.profile); err != nil {
		return fmt.Errorf("client %s: %w", d.profile.Name, err)
	}
	program := d.profile.Command[0]
	if !program.Fixed() {
		return nil
	}
	if _, err := lookUp(program.String()); err != nil {
		return fmt.Errorf("client %s: %w%s", d.profile.Name, err, hint(d.profile))
	}
	return nil
}

// Name is the profile's.
func (d *Driver) Name() string { return d.profile.Name }

// Kind is "exec".
func (d *Driver) Kind() string { return "exec" }

// Version runs the profile's version command, for at most half a minute.
func (d *Driver) Version(ctx context.Context) string { return version(ctx, d.profile) }

// Traits are the profile's, with what follows from the way in which the server's
// name is made known here.
func (d *Driver) Traits() client.Traits {
	p := d.profile
	lacks := map[client.Feature]string{}
	if d.means != profile.MeansDNS && d.means != profile.MeansHosts {
		lacks[client.FeatureDNS] = fmt.Sprintf("its names are made known by %s, not by DNS", d.means)
		if d.means == profile.MeansNone {
			lacks[client.FeatureDNS] = "it is given name and address apart"
		}
	}
	maps.Copy(lacks, p.Lacks)
	return client.Traits{
		Files:     true,
		DNS:       d.means == profile.MeansDNS || d.means == profile.MeansHosts,
		Parallel:  p.Parallel,
		Settle:    p.Settle,
		Silence:   p.Silence,
		Timeout:   p.Timeout,
		NearTraps: p.NearTraps,
		ByAddress: d.means == profile.MeansAddress,
		Lacks:     lacks,
		Policy:    p.Policy,
		Notes:     slices.Clone(d.notes),
	}
}

// Attempt writes the attempt's files into a.Dir, which must exist, and runs
// the program until it ends or ctx is done. When it returns, every process that
// the program started has ended. The exceptions: on Linux, one that left the
// process group and cleared its environment; on other systems, one that left the
// process group.
func (d *Driver) Attempt(ctx context.Context, a client.Attempt) (client.Outcome, error) {
	begin := time.Now()
	if a.Dir == "" {
		return client.Outcome{}, errors.New("run client: the attempt has no directory")
	}
	if a.Lookup && d.means == profile.MeansHosts && a.DNS.Port() != resolverPort {
		return client.Outcome{Unsupported: "it asks DNS at port 53 only, which siptrust may not open here"}, nil
	}
	ports, release, err := freePorts(d.profile.Ports)
	if err != nil {
		return client.Outcome{}, fmt.Errorf("run client: %w", err)
	}
	defer release()
	v, err := d.install(ctx, a, ports)
	if refused, ok := errors.AsType[*importError](err); ok {
		return client.Outcome{Unsupported: "what the case installs cannot be installed: " + refused.Error()}, nil
	}
	if err != nil {
		return client.Outcome{}, fmt.Errorf("prepare client %s: %w", d.profile.Name, err)
	}
	prog, err := d.program(a, v)
	if err != nil {
		return notStarted(err)
	}
	res, err := prog.run(ctx)
	if err != nil {
		return notStarted(err)
	}
	out := client.Outcome{Started: true, Ended: res.ended, Output: res.output, Took: time.Since(begin)}
	if res.ended {
		explain(&out, res)
	}
	return out, nil
}

// explain adds to an outcome what the end of the program means.
func explain(o *client.Outcome, res result) {
	o.ExitStatus = res.status
	last := plain.LastLine(res.output, lastWords)
	switch {
	case res.signal != "":
		o.Diagnosis = "the program was ended by a signal: " + res.signal
	case res.status == ExitUnsupported:
		o.Unsupported = last
		if last == "" {
			o.Unsupported = fmt.Sprintf("the program exited %d", ExitUnsupported)
		}
	case res.status == exitNotExecutable:
		o.Diagnosis = joinNonEmpty("program not executable (exit status 126)", last)
	case res.status == exitNotFound:
		o.Diagnosis = joinNonEmpty("program not found (exit status 127)", last)
	}
}

// notStarted turns an error of starting the program into an outcome, where it is
// the program that is missing or cannot be run.
func notStarted(err error) (client.Outcome, error) {
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return client.Outcome{Ended: true, ExitStatus: exitNotFound, Diagnosis: err.Error()}, nil
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOEXEC):
		return client.Outcome{Ended: true, ExitStatus: exitNotExecutable, Diagnosis: err.Error()}, nil
	}
	return client.Outcome{}, err
}

// program has the argv, environment and input of an attempt.
func (d *Driver) program(a client.Attempt, v profile.Values) (*program, error) {
	p := d.profile
	argv, err := p.RenderCommand(v)
	if err != nil {
		return nil, fmt.Errorf("command: %w", err)
	}
	if len(argv) == 0 {
		return nil, errors.New("the command is empty; name a program")
	}
	path, err := lookUp(argv[0])
	if err != nil {
		return nil, err
	}
	argv[0] = path
	env := slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "SIPTRUST_") })
	env = append(env, v.Environ()...)
	for _, x := range p.Env {
		s, err := x.Value.Render(v)
		if err != nil {
			return nil, fmt.Errorf("env.%s: %w", x.Name, err)
		}
		env = append(env, x.Name+"="+s)
	}
	input, err := p.Stdin.Text.Render(v)
	if err != nil {
		return nil, fmt.Errorf("stdin: %w", err)
	}
	prog := &program{argv: argv, env: env, stdin: input, closeStdin: p.Stdin.Close}
	if err := apply(d.means, prog, a); err != nil {
		return nil, fmt.Errorf("names by %s: %w", d.means, err)
	}
	return prog, nil
}

// lookUp finds a program as a shell would and makes its path absolute.
func lookUp(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil && !errors.Is(err, exec.ErrDot) {
		if errors.Is(err, fs.ErrPermission) {
			return "", fmt.Errorf("program not executable: %s: %w", name, fs.ErrPermission)
		}
		return "", fmt.Errorf("program not found: %s: %w", name, exec.ErrNotFound)
	}
	return filepath.Abs(path)
}

// lastWords is how much of a program's last line an outcome holds, in
// characters.
const lastWords = 500

func joinNonEmpty(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ": ")
}
