package main

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"siptrust/reports"
)

// difference is one field that differs between two records.
type difference struct {
	id, field string // id: of the case; empty: of the run
	was, is   string
}

// String gives the difference as one line.
func (d difference) String() string {
	where := d.field
	if d.id != "" {
		where = d.id + ": " + d.field
	}
	return fmt.Sprintf("%s: was %s, is %s", where, d.was, d.is)
}

// The fields of the run, besides those of its cases.
const (
	fieldRun   = "run"   // policy, verdict, whether it finished
	fieldIDs   = "ids"   // which cases there are
	fieldOrder = "order" // of the cases
)

// field is something of a case that two runs must agree on, in words.
type field struct {
	name string
	of   func(*reports.Result) string
}

// fields of a case, in the order in which differences are printed.
var fields = []field{
	{"expect", func(r *reports.Result) string { return r.Expect }},
	{"level", func(r *reports.Result) string { return r.Level }},
	{"twin", func(r *reports.Result) string { return r.Twin }},
	{"control", func(r *reports.Result) string { return fmt.Sprint(r.Control) }},
	{"outcome", func(r *reports.Result) string { return r.Outcome }},
	{"status", status},
	{"demands", demands},
	{"alert", func(r *reports.Result) string { return r.Alert }},
	{"tls", func(r *reports.Result) string { return strings.TrimSpace(r.TLS.Version + " " + r.TLS.Cipher) }},
	{"sni", func(r *reports.Result) string { return serverName(r.TLS.SNI) }},
	{"evidence", func(r *reports.Result) string { return kinds(r.Evidence) }},
}

// fieldNames are the names that --without takes.
func fieldNames() []string {
	names := []string{fieldRun, fieldIDs, fieldOrder}
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names
}

func status(r *reports.Result) string {
	if r.Waived {
		return string(r.Status) + " (waived)"
	}
	return string(r.Status)
}

func demands(r *reports.Result) string {
	words := make([]string, len(r.Demands))
	for i, d := range r.Demands {
		words[i] = d.Name + " not met"
		if d.Met {
			words[i] = d.Name + " met"
		}
	}
	return strings.Join(words, ", ")
}

// runName is what is random in the name of a run's server: its number, which
// is taken when the attempt starts, and the run's own word.
var runName = regexp.MustCompile(`^(.*?\b[a-z]+)\d+([.-])r[0-9a-f]{8}\.test$`)

// serverName is a server name indication without what is random in it. The
// address of a server is random, too.
func serverName(name string) string {
	if _, err := netip.ParseAddr(name); err == nil {
		return "an address"
	}
	return runName.ReplaceAllString(name, "${1}N${2}RUN.test")
}

// compare gives what differs between two records, fields left out excepted.
func compare(before, after *reports.Record, without []string) []difference {
	skip := map[string]bool{}
	for _, name := range without {
		skip[name] = true
	}
	var found []difference
	add := func(id, field, was, is string) {
		if was != is && !skip[field] {
			found = append(found, difference{id, field, quoted(was), quoted(is)})
		}
	}
	add("", fieldRun, runWords(before), runWords(after))
	was, is := byID(before), byID(after)
	var wasOrder, isOrder []string // the ids that both have
	for i := range before.Results {
		id := before.Results[i].ID
		if is[id] == nil {
			add(id, fieldIDs, "in the record", "")
			continue
		}
		wasOrder = append(wasOrder, id)
	}
	for i := range after.Results {
		r := &after.Results[i]
		if was[r.ID] == nil {
			add(r.ID, fieldIDs, "", "in the record")
			continue
		}
		isOrder = append(isOrder, r.ID)
		for _, f := range fields {
			add(r.ID, f.name, f.of(was[r.ID]), f.of(r))
		}
	}
	for i := range wasOrder { // one line: the other places follow from the first
		if wasOrder[i] != isOrder[i] {
			add("", fieldOrder, fmt.Sprintf("%s in place %d", wasOrder[i], i+1), isOrder[i])
			break
		}
	}
	return found
}

func runWords(r *reports.Record) string {
	words := string(r.Verdict) + ", policy " + r.Policy
	if !r.Complete {
		words += ", not finished"
	}
	return words
}

func byID(r *reports.Record) map[string]*reports.Result {
	index := make(map[string]*reports.Result, len(r.Results))
	for i := range r.Results {
		index[r.Results[i].ID] = &r.Results[i]
	}
	return index
}

// quoted keeps a line a line, whatever a record holds.
func quoted(s string) string {
	if s == "" {
		return "nothing"
	}
	q := fmt.Sprintf("%q", s)
	return q[1 : len(q)-1]
}
