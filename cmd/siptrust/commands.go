package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"siptrust/client/exec"
	"siptrust/client/reference"
	"siptrust/pkiforge"
	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/explain"
)

func listCommand() *cobra.Command {
	var filter, policy, format string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the cases",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := explain.List(c.OutOrStdout(), filter, catalogue.Policy(policy), format); err != nil {
				return usage(err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&filter, "filter", "", "label expression over groups, levels and id prefixes")
	c.Flags().StringVar(&policy, "policy", string(catalogue.Interop), "whose expectations to show")
	c.Flags().StringVar(&format, "format", "table", "table, json or markdown")
	return c
}

func explainCommand() *cobra.Command {
	var rules bool
	c := &cobra.Command{
		Use:   "explain CASE | --rules",
		Short: "Say what a case is, why it matters and how to reproduce it by hand; or how cases are judged",
		Example: `  siptrust explain paper.custom-ca.expired
  siptrust explain --rules`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case rules && len(args) > 0:
				return errors.New("explain takes a case or --rules, not both: siptrust explain --rules shows the rules for all cases")
			case rules || len(args) == 1:
				return nil
			case len(args) == 0:
				return errors.New("one case is needed, or --rules: siptrust explain CASE; 'siptrust list' shows the cases")
			}
			return oneCase(nil, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if rules {
				if err := explain.Rules(c.OutOrStdout()); err != nil {
					return unable(err)
				}
				return nil
			}
			if err := explain.Case(c.Context(), c.OutOrStdout(), args[0]); err != nil {
				return usage(err)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&rules, "rules", false, "show the rules by which every case is judged, in their order")
	return c
}

func forgeCommand() *cobra.Command {
	var out, key string
	c := &cobra.Command{
		Use:   "forge CASE --out DIR",
		Short: "Write the chain, key and roots of a case as files",
		Args:  oneCase,
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usage(fmt.Errorf("forge needs a directory: siptrust forge %s --out DIR", args[0]))
			}
			if err := cases.All().Known(args[0]); err != nil {
				return usage(err)
			}
			files, err := explain.Forge(c.Context(), args[0], pkiforge.KeyAlgorithm(key), out)
			if err != nil {
				return unable(err)
			}
			for _, file := range files {
				fmt.Fprintln(c.OutOrStdout(), file)
			}
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "", "directory for the files")
	c.Flags().StringVar(&key, "tls-key", string(pkiforge.ECDSA), "keys of the certificates, where the case does not set them: ecdsa or rsa")
	return c
}

func oneCase(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("one case is needed, %d given; 'siptrust list' shows them", len(args))
	}
	return nil
}

func clientsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "clients",
		Short: "List the client profiles and which of them are installed here",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			clients := exec.Clients(c.Context())
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tINSTALLED\tVERSION\tNAMES BY\tLACKS")
			fmt.Fprintf(w, "reference\tbuilt in\t%s\t-\t-\n", version())
			for _, p := range clients {
				installed := p.Program
				if installed == "" {
					installed = "no"
				}
				var lacks []string
				for feature := range p.Lacks {
					lacks = append(lacks, string(feature))
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Name, installed, dash(p.Version), dash(string(p.Names)), dash(strings.Join(sorted(lacks), ", ")))
			}
			if err := w.Flush(); err != nil {
				return unable(err)
			}
			for _, p := range clients {
				for _, note := range p.Notes {
					fmt.Fprintf(c.ErrOrStderr(), "note: %s: %s\n", p.Name, note)
				}
			}
			fmt.Fprintln(c.OutOrStdout(), "\nAlso: exec -- PROGRAM (any program, by environment), FILE.yaml (a profile of yours),")
			var names []string
			for _, m := range reference.Mutants() {
				names = append(names, m.Name)
			}
			fmt.Fprintf(c.OutOrStdout(), "mutant:NAME (the reference without one check; siptrust clients mutants says more):\n%s", wrapped(names, 78))
			return nil
		},
	}
	c.AddCommand(checkCommand(), mutantsCommand())
	return c
}

// wrapped sets words into indented lines of at most so many columns.
func wrapped(words []string, columns int) string {
	var b strings.Builder
	column := columns
	for i, word := range words {
		if i < len(words)-1 {
			word += ","
		}
		if column+1+len(word) > columns {
			if i > 0 {
				b.WriteString("\n")
			}
			b.WriteString(" ")
			column = 1
		}
		b.WriteString(" " + word)
		column += 1 + len(word)
	}
	b.WriteString("\n")
	return b.String()
}

func reportCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "report RECORD --format html|junit|markdown",
		Short: "Write a report from a record: results.json, results.jsonl or a directory with either",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("one record is needed, %d given: siptrust report RECORD --format html", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			write, ok := map[string]func(io.Writer, reports.Record) error{
				"html": reports.HTML, "junit": reports.JUnit, "markdown": reports.Markdown,
			}[format]
			if !ok {
				return usage(fmt.Errorf("unknown format %q; html, junit or markdown", format))
			}
			record, err := reports.Read(args[0])
			if errors.Is(err, fs.ErrNotExist) {
				return usage(err)
			}
			if err != nil {
				return unable(err)
			}
			if err := write(c.OutOrStdout(), record); err != nil {
				return unable(err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "html", "html, junit or markdown")
	return c
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}
