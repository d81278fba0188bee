package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"siptrust/client/reference"
	"siptrust/client/sipgoua"
	"siptrust/internal/plain"
	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
)

// checkCommand tries a profile out.
func checkCommand() *cobra.Command {
	var timeout time.Duration
	c := &cobra.Command{
		Use:   "check NAME|FILE.yaml",
		Short: "Make a first attempt with one client and say how far it came",
		Long: `Reads a client profile, prepares the client and lets it register once with a
sound server: how far it came, stage by stage, and what to fix.

Exit status: 0 it came through; 1 it refused the sound server or fell short of
what the case demands; 2 wrong usage, a mistake in the profile included; 3
nothing came that could be judged, or the client is not installed.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("one client is needed, %d given: siptrust clients check my-phone.yaml", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return check(c, args[0], timeout) },
	}
	c.Flags().DurationVar(&timeout, "timeout", 0, "limit of the attempt (0: the client's own, else 10s)")
	return c
}

func check(c *cobra.Command, name string, timeout time.Duration) error {
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if timeout < 0 {
		return usage(errors.New("timeout must not be negative"))
	}
	driver, err := openClient(name, nil, catalogue.Interop)
	if err != nil {
		return err
	}
	for _, note := range driver.Traits().Notes {
		fmt.Fprintf(c.ErrOrStderr(), "note: %s\n", note)
	}
	out := c.OutOrStdout()
	fmt.Fprintln(out, strings.TrimSpace(driver.Name()+" "+driver.Version(ctx)))
	checkup, err := run.Check(ctx, driver, timeout)
	if err != nil {
		return unable(err)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, stage := range checkup.Steps {
		word := "ok"
		if !stage.OK {
			word = "no"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", word, stage.Name, plain.Fold(stage.Said))
	}
	if err := w.Flush(); err != nil {
		return unable(err)
	}
	last := checkup.Steps[len(checkup.Steps)-1]
	if !last.OK {
		fmt.Fprintf(out, "fix: %s\n", last.Fix)
		if text := strings.TrimSpace(checkup.Output); text != "" {
			fmt.Fprintf(out, "the program last said:\n  %s\n", strings.ReplaceAll(text, "\n", "\n  "))
		}
	}
	switch {
	case checkup.Status == reports.Pass && last.OK:
		return nil
	case checkup.Status == reports.Inconclusive || checkup.Status == reports.Skip:
		return &statusError{status: exitInconclusive}
	default:
		return &statusError{status: exitFailed}
	}
}

// mutantsCommand prints what the mutants are.
func mutantsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "mutants",
		Short: "List the mutants: what each does wrong, and the clause that it violates",
		Long: `A mutant is the built-in reference client without one check. It shows that a case
can be failed: siptrust run --client mutant:NAME says which cases find it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "MUTANT\tCLAUSE\tWHAT IT DOES WRONG")
			for _, m := range reference.Mutants() {
				fmt.Fprintf(w, "%s\t%s\t%s\n", m.Name, m.Clause, m.Lacks)
			}
			if err := w.Flush(); err != nil {
				return unable(err)
			}
			return nil
		},
	}
}

// sipgoCommand is the client that the profile sipgo runs: no command of the
// user's.
func sipgoCommand() *cobra.Command {
	return &cobra.Command{
		Use:    sipgoua.Command,
		Short:  "Register $SIPTRUST_URI by sipgo as it is",
		Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if status := sipgoua.Main(ctx, args, c.OutOrStdout()); status != 0 {
				return &statusError{status: status}
			}
			return nil
		},
	}
}
