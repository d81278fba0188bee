package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// output writes to a file, or to stdout when it has no name. A file is there
// whole or not at all.
func output(c *cobra.Command, path string, write func(io.Writer) error) error {
	if path == "" {
		if err := write(c.OutOrStdout()); err != nil {
			return unable(err)
		}
		return nil
	}
	draft := path + ".tmp"
	file, err := os.Create(draft)
	if err != nil {
		return unable(fmt.Errorf("%s cannot be written: %w; name another with --out", path, err))
	}
	err = write(file)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(draft, path)
	}
	if err != nil {
		os.Remove(draft)
		return unable(fmt.Errorf("%s cannot be written: %w; name another with --out", path, err))
	}
	return nil
}
