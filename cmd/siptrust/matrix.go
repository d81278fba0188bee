package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"siptrust/reports"
)

// matrixFormats are the ways to write records, which were read from paths.
var matrixFormats = map[string]func(w io.Writer, records []reports.Record, paths []string) error{
	"html": func(w io.Writer, records []reports.Record, paths []string) error {
		return reports.MatrixHTML(w, reports.NewClientMatrix(records, paths))
	},
	"markdown": func(w io.Writer, records []reports.Record, paths []string) error {
		return reports.MatrixMarkdown(w, reports.NewClientMatrix(records, paths))
	},
	"terminal": func(w io.Writer, records []reports.Record, paths []string) error {
		return reports.MatrixTerminal(w, reports.NewClientMatrix(records, paths), useColor(w))
	},
	"findings": reports.Findings,
}

func matrixCommand() *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use:   "matrix RECORD RECORD... [--format html|markdown|terminal|findings]",
		Short: "Compare clients, or versions of one: cases by records",
		Long: `Writes cases by clients from two records or more: what differs, what is worse
than in the first, which clients share a fault; as findings, what each does
wrong, of one record too. A record is a results.json, a results.jsonl or a
directory with either.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 && (format != "findings" || len(args) == 0) {
				return fmt.Errorf("two records or more are needed, %d given: siptrust matrix A/results.json B/results.json", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			write, ok := matrixFormats[format]
			if !ok {
				return usage(fmt.Errorf("unknown format %q; html, markdown, terminal or findings", format))
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
			return output(c, out, func(w io.Writer) error { return write(w, records, args) })
		},
	}
	c.Flags().StringVar(&format, "format", "html", "html, markdown, terminal or findings")
	c.Flags().StringVar(&out, "out", "", "file to write to instead of stdout")
	return c
}
