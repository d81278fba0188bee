package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"siptrust/client"
	"siptrust/client/open"
	"siptrust/pkiforge"
	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
)

type runOptions struct {
	client, filter, policy, out string
	tlsVersion, tlsKey, waivers string
	jobs, confirm               int
	timeout                     time.Duration
	keep                        bool
}

func runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [flags] [-- PROGRAM [ARGUMENT...]]",
		Short: "Run the cases against a client and write the reports",
		Long: `Runs the cases against a client and writes results.json, junit.xml, report.html
and report.md.

Exit status: 0 nothing failed; 1 a case failed; 2 wrong usage; 3 nothing failed
but something was inconclusive, nothing was judged, the run was interrupted, or
siptrust could not work. A waiver that is unsigned, expired or not needed any
more counts as a failure.`,
		Args: func(c *cobra.Command, args []string) error {
			if at := c.ArgsLenAtDash(); len(args) > 0 && at != 0 {
				return fmt.Errorf("unexpected argument %q; a program goes after --", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	f := c.Flags()
	f.StringVar(&o.client, "client", "reference", "client under test: reference, mutant:NAME, a profile's name or FILE.yaml, or exec")
	f.StringVar(&o.filter, "filter", "", "label expression over groups, levels and id prefixes: 'paper && !paper.conduct'")
	f.StringVar(&o.policy, "policy", string(catalogue.Interop), "rule set where standards disagree: "+policyNames())
	f.IntVar(&o.jobs, "jobs", 0, "cases at once (0: by cores and client)")
	f.StringVar(&o.out, "out", "siptrust-out", "output directory")
	f.DurationVar(&o.timeout, "timeout", 0, "limit of one attempt (0: the client's own, else 10s)")
	f.StringVar(&o.tlsVersion, "tls-version", "", "pin the servers to TLS 1.2 or 1.3")
	f.StringVar(&o.tlsKey, "tls-key", string(pkiforge.ECDSA), "keys of all certificates: ecdsa or rsa")
	f.IntVar(&o.confirm, "confirm", 0, "run each failed case again, so often; a failure that is not reproduced is inconclusive, unless a faulty server was accepted")
	f.StringVar(&o.waivers, "waivers", "", "YAML file of known failures; 'siptrust waivers RECORD' writes one to fill in")
	f.BoolVar(&o.keep, "keep", false, "keep the attempts' directories")
	return c
}

// policyNames lists the policies.
func policyNames() string {
	var names []string
	for _, p := range catalogue.Policies() {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

// openClient finds a client; its errors have the exit status.
func openClient(name string, argv []string, policy catalogue.Policy) (client.Driver, error) {
	var policies []string
	for _, p := range catalogue.Policies() {
		policies = append(policies, string(p))
	}
	driver, err := open.Client(name, open.Options{Program: argv, Policy: string(policy), Policies: policies})
	var unavailable *open.UnavailableError
	switch {
	case errors.As(err, &unavailable):
		return nil, unable(err)
	case err != nil:
		return nil, usage(err)
	}
	return driver, nil
}

func (o *runOptions) run(c *cobra.Command, argv []string) error {
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	driver, err := openClient(o.client, argv, catalogue.Policy(o.policy))
	if err != nil {
		return err
	}
	var waivers *run.Waivers
	if o.waivers != "" {
		if waivers, err = run.OpenWaivers(o.waivers); err != nil {
			return usage(err)
		}
	}
	if hint := driver.Traits().Policy; hint != "" && !c.Flags().Changed("policy") {
		o.policy = hint
		fmt.Fprintf(c.ErrOrStderr(), "note: policy %s, as the profile of %s says; --policy overrides it\n", hint, driver.Name())
	}
	show := newProgress(c.ErrOrStderr())
	var writer *reports.Writer
	var writing error
	settings := run.Settings{
		Driver: driver, Version: version(), Policy: catalogue.Policy(o.policy), Filter: o.filter, Jobs: o.jobs,
		TLSVersion: o.tlsVersion, TLSKey: pkiforge.KeyAlgorithm(o.tlsKey), Timeout: o.timeout, Keep: o.keep,
		Confirm: o.confirm, Waivers: waivers,
		OnResult: func(r reports.Result) {
			if err := writer.Add(r); err != nil && writing == nil {
				writing = err
			}
			show.add(r)
		},
	}
	run, err := run.New(settings)
	if err != nil {
		return usage(err)
	}
	if writer, err = reports.Create(o.out, run.Header(ctx)); err != nil {
		return unable(err)
	}
	defer writer.Close()
	for _, note := range driver.Traits().Notes {
		fmt.Fprintf(c.ErrOrStderr(), "note: %s\n", note)
	}
	show.start(run.Total())
	record, err := run.Execute(ctx)
	show.done()
	if err != nil {
		return unable(fmt.Errorf("%w; what is known is in %s", err, o.out))
	}
	files, err := writer.Finish(record)
	if err = errors.Join(writing, err); err != nil {
		return unable(err)
	}
	if kept := run.Kept(); kept != "" {
		fmt.Fprintf(c.ErrOrStderr(), "note: the attempts' directories are in %s\n", kept)
	}
	if err := reports.Terminal(c.OutOrStdout(), record, useColor(c.OutOrStdout()), files.HTML, files.Record); err != nil {
		return unable(err)
	}
	if ctx.Err() != nil {
		return unable(fmt.Errorf("interrupted after %d of %d results", len(record.Results), run.Total()))
	}
	if problems := run.WaiverProblems(); len(problems) > 0 {
		printProblems(c.ErrOrStderr(), problems)
		return &statusError{status: exitFailed}
	}
	return exitStatus(record)
}

// printProblems prints what is wrong with the waivers, one line each.
func printProblems(w io.Writer, problems []string) {
	for _, problem := range problems {
		fmt.Fprintf(w, "siptrust: %s\n", problem)
	}
}

// exitStatus is what a finished run says to its caller.
func exitStatus(record reports.Record) error {
	s := record.Summary
	switch {
	case s.Fail > 0:
		return &statusError{status: exitFailed}
	case s.Inconclusive > 0 || s.Pass+s.Warn+s.Info+s.Waived == 0 || !record.Complete:
		return &statusError{status: exitInconclusive}
	default:
		return nil
	}
}

// progress shows results as they come: a bar on a terminal, else a line each.
type progress struct {
	w   io.Writer
	bar *reports.Bar
}

func newProgress(w io.Writer) *progress { return &progress{w: w} }

func (p *progress) start(total int) {
	if f, ok := p.w.(*os.File); ok && reports.UseColor(f) {
		p.bar = reports.Progress(p.w, total)
	}
}

func (p *progress) add(r reports.Result) {
	if p.bar != nil {
		p.bar.Add(r)
		return
	}
	fmt.Fprintln(p.w, reports.Line(r))
}

func (p *progress) done() {
	if p.bar != nil {
		p.bar.Done()
	}
}

func useColor(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && reports.UseColor(f)
}
