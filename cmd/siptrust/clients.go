package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"siptrust/client/sipgoua"
)

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
