package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"siptrust/reports"
)

func waiversCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "waivers RECORD",
		Short: "Write a file of waivers for what failed, to fill in and sign",
		Long: `Writes a file of waivers with an entry for every case of the record that failed
or was warned of. As it stands it waives nothing: each entry needs a reason, an
owner and the last day on which it holds. Then: siptrust run --waivers FILE`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("one record is needed, %d given: siptrust waivers RECORD > waivers.yaml", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			record, err := readRecord(args[0])
			if err != nil {
				return err
			}
			if err := reports.WaiverTemplate(c.OutOrStdout(), record); err != nil {
				return unable(err)
			}
			return nil
		},
	}
}

// readRecord reads a record: one that is not there is the user's mistake, one
// that cannot be read is not.
func readRecord(path string) (reports.Record, error) {
	record, err := reports.Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return record, usage(err)
	case err != nil:
		return record, unable(err)
	}
	return record, nil
}
