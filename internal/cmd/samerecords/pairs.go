package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"siptrust/reports"
)

// records are two records that belong together. A path is empty where a
// directory has no record of that name.
type records struct {
	name          string // of the pair; empty: the only one
	before, after string
	or            []string // further runs of the old program
}

// pair finds the records at two paths, and those of further runs for each pair.
func pair(before, after string, or []string) ([]records, error) {
	was, err := recordsAt(before)
	if err != nil {
		return nil, err
	}
	is, err := recordsAt(after)
	if err != nil {
		return nil, err
	}
	if (was[""] == "") != (is[""] == "") {
		return nil, fmt.Errorf("one of %s and %s is a record, the other a directory of records; name two of a kind", before, after)
	}
	further := make([]map[string]string, len(or))
	for i, path := range or {
		if further[i], err = recordsAt(path); err != nil {
			return nil, err
		}
	}
	names := slices.Sorted(maps.Keys(was))
	for name := range is {
		if was[name] == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	pairs := make([]records, 0, len(names))
	for _, name := range names {
		p := records{name: name, before: was[name], after: is[name]}
		for _, found := range further {
			if found[name] != "" {
				p.or = append(p.or, found[name])
			}
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}

// recordsAt gives the records at a path, by name: one without a name when the
// path is a record, else one for each directory in it that holds a record.
func recordsAt(path string) (map[string]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() || holdsRecord(path) {
		return map[string]string{"": path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, entry := range entries {
		if dir := filepath.Join(path, entry.Name()); holdsRecord(dir) {
			found[entry.Name()] = dir
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: neither a record nor a directory of output directories", path)
	}
	return found, nil
}

func holdsRecord(dir string) bool {
	for _, name := range []string{reports.RecordFile, reports.LinesFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// differences reads the records of a pair and gives one line a difference.
func (p *records) differences(without []string) ([]string, error) {
	switch {
	case p.before == "":
		return []string{"only the new side has it"}, nil
	case p.after == "":
		return []string{"only the old side has it"}, nil
	}
	after, err := reports.Read(p.after)
	if err != nil {
		return nil, err
	}
	var found []difference
	for i, path := range append([]string{p.before}, p.or...) {
		before, err := reports.Read(path)
		if err != nil {
			return nil, err
		}
		differs := compare(&before, &after, without)
		if i == 0 {
			found = differs
			continue
		}
		found = slices.DeleteFunc(found, func(d difference) bool {
			return !slices.ContainsFunc(differs, func(e difference) bool { return e.id == d.id && e.field == d.field })
		})
	}
	lines := make([]string, len(found))
	for i, d := range found {
		lines[i] = d.String()
	}
	return lines, nil
}
