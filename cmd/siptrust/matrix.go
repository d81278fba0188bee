package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"siptrust/reports"
)

func matrixCommand() *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use:   "matrix RECORD RECORD... [--format html|markdown|terminal]",
		Short: "Compare clients, or versions of one: cases by records",
		Long: `Writes cases by clients from two records or more: what differs, what is worse
than in the first, which clients share a fault. A record is a results.json, a
results.jsonl or a directory with either.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return fmt.Errorf("two records or more are needed, %d given: siptrust matrix A/results.json B/results.json", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			write, ok := map[string]func(io.Writer, reports.ClientMatrix) error{
				"html": reports.MatrixHTML, "markdown": reports.MatrixMarkdown,
				"terminal": func(w io.Writer, m reports.ClientMatrix) error { return reports.MatrixTerminal(w, m, useColor(w)) },
			}[format]
			if !ok {
				return usage(fmt.Errorf("unknown format %q; html, markdown or terminal", format))
			}
			records := make([]reports.Record, len(args))
			for i, path := range args {
				record, err := readRecord(path)
				if err != nil {
					return err
				}
				for k := range record.Results {
					record.Results[k].Evidence = nil // the matrix shows none, and there are many records
				}
				records[i] = record
			}
			m := reports.NewClientMatrix(records, args)
			return output(c, out, func(w io.Writer) error { return write(w, m) })
		},
	}
	c.Flags().StringVar(&format, "format", "html", "html, markdown or terminal")
	c.Flags().StringVar(&out, "out", "", "file to write to instead of stdout")
	return c
}
