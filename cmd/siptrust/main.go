// Command siptrust tests whether a SIP client uses TLS as the standards
// demand.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"siptrust/internal/nearest"
	"siptrust/internal/plain"
	"siptrust/suites/run"
)

// The exit statuses.
const (
	exitOK           = 0 // nothing failed
	exitFailed       = 1 // a case failed
	exitUsage        = 2 // wrong usage
	exitInconclusive = 3 // nothing failed, but not all could be judged
)

// statusError ends the program with a status. A nil Err prints nothing.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// usage marks an error as the user's.
func usage(err error) error { return &statusError{exitUsage, err} }

// unable marks an error as one that kept siptrust from working.
func unable(err error) error { return &statusError{exitInconclusive, err} }

func main() {
	run.TuneGC()
	os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
}

// execute is the program: it gives the exit status.
func execute(args []string, stdout, stderr io.Writer) int {
	root := command()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	if err == nil {
		return exitOK
	}
	var status *statusError
	if !errors.As(err, &status) {
		status = &statusError{exitUsage, err} // what cobra refuses is the user's
	}
	if status.err != nil {
		fmt.Fprintf(stderr, "siptrust: %s\n", plain.Fold(status.err.Error()))
	}
	return status.status
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:   "siptrust",
		Short: "Tests whether a SIP client uses TLS as the standards require",
		Long: `siptrust forges certificates that are sound or wrong in exactly one way, serves
them to the SIP client under test, watches the wire, and says for every case
whether the client did what the standards require.`,
		Example: `  siptrust run                                    the built-in reference client
  siptrust run --client linphonec                 a client with a profile
  siptrust run --client exec -- ./my-client.sh    any program, by environment
  siptrust list --filter paper.custom-ca`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(&cobra.Command{Use: "no-help", Hidden: true})
	root.AddCommand(runCommand(), listCommand(), explainCommand(), forgeCommand(), clientsCommand(), reportCommand(),
		waiversCommand(), diffCommand(), matrixCommand())
	root.AddCommand(sipgoCommand())
	return root
}

// flagError proposes the flag that was meant, or where the flags are.
func flagError(c *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return err
	}
	var flags []string
	c.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
	if near := nearest.To(unknown.GetSpecifiedName(), flags); near != "" {
		return fmt.Errorf("%w (did you mean --%s?)", err, near)
	}
	return fmt.Errorf("%w (%s --help lists them)", err, c.CommandPath())
}

// version is the module's, where the build knows it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
