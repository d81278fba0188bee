// Command samerecords says whether two runs have the same results. After a
// change that must not change behaviour, it compares records of the old program
// with records of the new one.
//
//	samerecords [--without FIELD,FIELD] [--or RECORDS]... OLD NEW
//
// OLD and NEW are two records (a results.json, a results.jsonl or an output
// directory, of any schema that siptrust reads), or two directories of output
// directories, which are paired by their names. It prints one line a
// difference: which pair, which case, which field, what it was and what it is.
// Exit status: 0 the same, 1 different, 2 wrong usage or nothing to read.
//
// It compares the run (policy, verdict, whether it finished), the ids and their
// order, and of each case expectation, level, twin, whether it is a control,
// outcome, status with waiver, demands met, alert, TLS parameters and the kinds
// of evidence. Texts for people and times are not compared. The names of servers
// are compared without what is random in them, see [serverName].
//
// # Kinds of evidence
//
// Evidence compares by party ("from") and kind ("what"), and as follows,
// because two runs of the same program differ in the rest:
//
//   - The client's messages are in order and so are the server's, for each
//     connection of each attempt. The order between the two parties is left
//     out, and that between two connections: they run at the same time.
//   - The connections of an attempt are compared as a set with counts: two
//     that the client opens at once may be numbered either way.
//   - FIN and RST are both "end", and several in a row count once. The kernel
//     sends RST instead of FIN when a connection is closed while data is unread,
//     which depends on timing. For the same reason the server's "not sent", its
//     failure to write to a reset connection, is left out.
//   - A connection on which nothing was sent is left out: when the tool
//     ends a client, it may have opened its next connection or not.
//   - The tool's "end" is left out: it says that the client still ran when the
//     outcome was known, and a client that is about to exit may run or not.
//
// A client whose own behaviour varies (its answer is sent before the run ends,
// or not) still differs. A second run of the old program shows such cases: with
// --or, what NEW has in common with one of these runs is not a difference.
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// Exit statuses.
const (
	same = iota
	different
	unusable
)

func run(args []string, stdout, stderr io.Writer) int {
	differ, err := report(args, stdout)
	switch {
	case err != nil:
		_, _ = fmt.Fprintf(stderr, "samerecords: %v\n", err) // nowhere else to say it
		return unusable
	case differ:
		return different
	}
	return same
}

// report compares what the arguments name and writes the differences.
func report(args []string, out io.Writer) (differ bool, err error) {
	flags := pflag.NewFlagSet("samerecords", pflag.ContinueOnError)
	flags.Usage = func() {}
	without := flags.StringSlice("without", nil, "fields to leave out: "+strings.Join(fieldNames(), ", "))
	or := flags.StringArray("or", nil, "records of another run of the old program: what NEW has in common with them is not a difference")
	if err := flags.Parse(args); err != nil {
		return false, fmt.Errorf("%w\nusage: samerecords [flags] OLD NEW\n%s", err, strings.TrimRight(flags.FlagUsages(), "\n"))
	}
	if flags.NArg() != 2 {
		return false, fmt.Errorf("two records or directories of records are needed, OLD and NEW; %d given", flags.NArg())
	}
	for _, name := range *without {
		if !slices.Contains(fieldNames(), name) {
			return false, fmt.Errorf("--without %s: no such field; one of %s", name, strings.Join(fieldNames(), ", "))
		}
	}
	pairs, err := pair(flags.Arg(0), flags.Arg(1), *or)
	if err != nil {
		return false, err
	}
	for _, p := range pairs {
		found, err := p.differences(*without)
		if err != nil {
			return differ, err
		}
		for _, line := range found {
			differ = true
			if p.name != "" {
				line = p.name + ": " + line
			}
			if _, err := fmt.Fprintln(out, line); err != nil {
				return differ, fmt.Errorf("writing a difference: %w", err)
			}
		}
	}
	return differ, nil
}
