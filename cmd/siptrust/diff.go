package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"siptrust/reports"
)

func diffCommand() *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use:   "diff OLD NEW [--format terminal|markdown]",
		Short: "Say what got worse and what got better between two records",
		Long: `Says what fails, passes, is inconclusive, is warned of or skipped in the new
record and was not in the old, and which cases only one of the records has. Of the
cases that only the new record has, those that fail or are inconclusive count
as worse.

Exit status: 0 nothing got worse; 1 something did, or the new run did not
finish; 2 wrong usage; 3 a record cannot be read.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("two records are needed, %d given: siptrust diff OLD NEW", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if format != "terminal" && format != "markdown" {
				return usage(fmt.Errorf("unknown format %q; terminal or markdown", format))
			}
			before, err := readRecord(args[0])
			if err != nil {
				return err
			}
			after, err := readRecord(args[1])
			if err != nil {
				return err
			}
			d := reports.Compare(before, after)
			if err := output(c, out, func(w io.Writer) error {
				if format == "markdown" {
					return reports.DiffMarkdown(w, d)
				}
				return reports.DiffTerminal(w, d, useColor(w))
			}); err != nil {
				return err
			}
			if d.Worse > 0 {
				return &statusError{status: exitFailed}
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "terminal", "terminal or markdown")
	c.Flags().StringVar(&out, "out", "", "file to write to instead of stdout")
	return c
}
