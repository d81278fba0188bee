package client

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

// Exec is the [Driver] for programs. Make one with [NewExec] or [NewCommand].
type Exec struct {
	profile *Profile
	means   Means
	notes   []string

	// What Prepare made.
	places    places
	databases *databases
}

var (
	_ Driver   = (*Exec)(nil)
	_ Preparer = (*Exec)(nil)
)

// NewExec makes a driver from a profile. It finds out once what this machine
// lets it do; the error says in one line what is missing: the program, or any
// means of name resolution that the profile knows.
func NewExec(p *Profile) (*Exec, error) {
	means, notes, err := choose(p.Names, probe)
	if err != nil {
		return nil, fmt.Errorf("client %s: %w", p.Name, err)
	}
	e := &Exec{profile: p, means: means, notes: notes}
	if err := e.Check(); err != nil {
		return nil, err
	}
	return e, nil
}

// NewCommand makes a driver for a program that reads its task from the
// environment (SIPTRUST_URI and so on) and gets argv as it stands. Where the
// machine allows, the server's name resolves for it. A missing program is
// found out by the attempt, as a shell would: exit status 127.
func NewCommand(argv []string) *Exec {
	p := &Profile{
		Name:    "exec",
		Title:   strings.Join(argv, " "),
		Names:   []Means{MeansHosts, MeansWrapper, MeansNone},
		Settle:  DefaultSettle,
		Silence: DefaultSilence,

		Identity: IdentityPEM,
		Trust:    TrustFile,
	}
	for _, arg := range argv {
		p.Command = append(p.Command, Template{text: arg})
	}
	means, notes, err := choose(p.Names, probe)
	if err != nil {
		means = MeansNone // which is always allowed; choose cannot fail here
	}
	return &Exec{profile: p, means: means, notes: notes}
}

// Check says in one line whether the program is there; nil: it is, or its name
// depends on the attempt.
func (e *Exec) Check() error {
	if len(e.profile.Command) == 0 {
		return fmt.Errorf("client %s: no program given", e.profile.Name)
	}
	if err := e.profile.missing(context.Background()); err != nil {
		return fmt.Errorf("client %s: %w", e.profile.Name, err)
	}
	program := e.profile.Command[0]
	if program.parsed != nil {
		return nil
	}
	if _, err := lookUp(program.text); err != nil {
		return fmt.Errorf("client %s: %w%s", e.profile.Name, err, e.profile.hint())
	}
	return nil
}

// Name is the profile's.
func (e *Exec) Name() string { return e.profile.Name }

// Kind is "exec".
func (e *Exec) Kind() string { return "exec" }

// Means is how the program learns the server's address.
func (e *Exec) Means() Means { return e.means }

// Version runs the profile's version command, for at most three seconds.
func (e *Exec) Version(ctx context.Context) string { return e.profile.version(ctx) }

// Traits are the profile's, and what this machine made of its names.
func (e *Exec) Traits() Traits {
	p := e.profile
	lacks := map[string]string{}
	if e.means != MeansDNS && e.means != MeansHosts {
		lacks[LacksDNS] = fmt.Sprintf("its names are made known by %s, not by DNS", e.means)
		if e.means == MeansNone {
			lacks[LacksDNS] = "it is given name and address apart"
		}
	}
	maps.Copy(lacks, p.Lacks)
	return Traits{
		Files:     true,
		DNS:       e.means == MeansDNS || e.means == MeansHosts,
		Parallel:  p.Parallel,
		Settle:    p.Settle,
		Silence:   p.Silence,
		Timeout:   p.Timeout,
		NearTraps: p.NearTraps,
		ByAddress: e.means == MeansAddress,
		Lacks:     lacks,
		Policy:    p.Policy,
		Notes:     slices.Clone(e.notes),
	}
}

// Attempt writes the attempt's files into a.Dir, which must exist, and runs
// the program until it ends or ctx is done. When it returns, every process that
// the program started is gone, but for one that left its process group and hid
// its environment as well, and, on other systems than Linux, one that left its
// group.
func (e *Exec) Attempt(ctx context.Context, a Attempt) (Outcome, error) {
	begin := time.Now()
	if a.Dir == "" {
		return Outcome{}, errors.New("run client: the attempt has no directory")
	}
	if a.Lookup && e.means == MeansHosts && a.DNS.Port() != resolverPort {
		return Outcome{Unsupported: "it asks DNS at port 53 only, which siptrust may not open here"}, nil
	}
	ports, release, err := freePorts(e.profile.Ports)
	if err != nil {
		return Outcome{}, fmt.Errorf("run client: %w", err)
	}
	defer release()
	v, err := e.endow(ctx, a, ports)
	if refused, ok := errors.AsType[*importError](err); ok {
		return Outcome{Unsupported: "what the case installs cannot be installed: " + refused.Error()}, nil
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("prepare client %s: %w", e.profile.Name, err)
	}
	prog, err := e.program(a, v)
	if err != nil {
		return notStarted(err)
	}
	res, err := prog.run(ctx)
	if err != nil {
		return notStarted(err)
	}
	out := Outcome{Started: true, Ended: res.ended, Output: res.output, Took: time.Since(begin)}
	if res.ended {
		out.explain(res)
	}
	return out, nil
}

// explain reads what the end of a program means.
func (o *Outcome) explain(res result) {
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

// notStarted turns an error of starting the program into an outcome, where the
// user's program is to blame for it.
func notStarted(err error) (Outcome, error) {
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return Outcome{Ended: true, ExitStatus: exitNotFound, Diagnosis: err.Error()}, nil
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOEXEC):
		return Outcome{Ended: true, ExitStatus: exitNotExecutable, Diagnosis: err.Error()}, nil
	}
	return Outcome{}, err
}

// program puts argv, environment and input together.
func (e *Exec) program(a Attempt, v vars) (*program, error) {
	p := e.profile
	var argv []string
	for _, t := range p.Command {
		s, err := t.render(v)
		if err != nil {
			return nil, fmt.Errorf("command: %w", err)
		}
		if s != "" || t.parsed == nil {
			argv = append(argv, s)
		}
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
	env = append(env, v.environ()...)
	for _, x := range p.Env {
		s, err := x.Value.render(v)
		if err != nil {
			return nil, fmt.Errorf("env.%s: %w", x.Name, err)
		}
		env = append(env, x.Name+"="+s)
	}
	input, err := p.Stdin.Text.render(v)
	if err != nil {
		return nil, fmt.Errorf("stdin: %w", err)
	}
	prog := &program{argv: argv, env: env, stdin: input, closeStdin: p.Stdin.Close}
	if err := e.means.apply(prog, a); err != nil {
		return nil, fmt.Errorf("names by %s: %w", e.means, err)
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
