package reports

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"siptrust/internal/plain"
)

// ClientMatrix is cases by clients: the results of several records for the same
// cases, each compared with the first record.
type ClientMatrix struct {
	Clients []MatrixClient
	Groups  []MatrixGroup // in the catalogue's order, those without a difference last
	Faults  []SharedFault // those of most clients first
	// Notes say in what the records differ besides the client.
	Notes []string
}

// MatrixClient is one record: a column.
type MatrixClient struct {
	Label    string // client and version; where two are the same, with the record's directory
	Short    string // the client's name, where no other has it; else Label
	Policy   string
	Verdict  Verdict
	Complete bool
	Summary  Summary
	// Worse and Better count the cases with a worse or better result than the
	// first client's; Alone those that no other client fails.
	Worse, Better, Alone int
}

// MatrixGroup is the cases of one group.
type MatrixGroup struct {
	Name string
	Rows []MatrixRow // those that differ first
	// Differ is the number of rows in which clients differ.
	Differ int
}

// MatrixRow is one case; Cells has one result a client, nil where the case was
// not run with the client or ran only as a control.
type MatrixRow struct {
	Case    *Result // of the first record that has it: id, title, clauses
	Cells   []*Result
	Differs bool
}

// SharedFault is the cases that the same clients fail, waived or not.
type SharedFault struct {
	Clients []int // indices of two or more clients
	Cases   []string
}

// NewClientMatrix compares records with the first of them. Paths are where they
// were read from, to distinguish records of the same client; nil: unknown.
func NewClientMatrix(records []Record, paths []string) ClientMatrix {
	m := ClientMatrix{Clients: make([]MatrixClient, len(records))}
	for i := range records {
		r := &records[i]
		m.Clients[i] = MatrixClient{
			Label: r.subjectWords(), Policy: plain.Line(r.Policy), Verdict: r.Verdict, Complete: r.Complete, Summary: Summarise(r.Results),
		}
	}
	m.setLabels(records, paths)
	m.addRows(records)
	m.count()
	m.addFaults()
	m.Notes = matrixNotes(records, m.Clients)
	return m
}

// setLabels adds to labels that would be the same the directory of the record;
// where that is the same, too, its path, or else the number of the column.
func (m *ClientMatrix) setLabels(records []Record, paths []string) {
	same, named := map[string]int{}, map[string]int{}
	for i := range m.Clients {
		same[m.Clients[i].Label]++
		named[plain.Line(records[i].Subject.Name)]++
	}
	places := make([]string, len(records))
	short := map[string]int{}
	for i := range places {
		if len(paths) == len(records) {
			places[i] = placeOf(paths[i])
		}
		short[filepath.Base(places[i])]++
	}
	taken := map[string]bool{}
	for i := range m.Clients {
		c := &m.Clients[i]
		if same[c.Label] == 1 {
			if c.Short = plain.Line(records[i].Subject.Name); c.Short == "" || named[c.Short] > 1 {
				c.Short = c.Label
			}
			continue
		}
		where := places[i]
		if base := filepath.Base(where); short[base] == 1 {
			where = base
		}
		if where == "" || taken[where] {
			where = strconv.Itoa(i + 1)
		}
		taken[where] = true
		c.Label += " (" + plain.Line(where) + ")"
		c.Short = c.Label
	}
}

// placeOf is the directory of a record.
func placeOf(path string) string {
	if base := filepath.Base(path); base == RecordFile || base == LinesFile {
		path = filepath.Dir(path)
	}
	return filepath.Clean(path)
}

// addRows puts the cases in the order in which they first appear in the
// records.
func (m *ClientMatrix) addRows(records []Record) {
	type place struct{ group, row int }
	at := map[string]place{}
	groups := map[string]int{}
	for i := range records {
		for j := range records[i].Results {
			r := &records[i].Results[j]
			if r.Control {
				continue
			}
			p, known := at[r.ID]
			if !known {
				name := plain.Line(r.Group)
				if name == "" {
					name = r.prefix()
				}
				g, found := groups[name]
				if !found {
					g = len(m.Groups)
					groups[name] = g
					m.Groups = append(m.Groups, MatrixGroup{Name: name})
				}
				p = place{g, len(m.Groups[g].Rows)}
				at[r.ID] = p
				m.Groups[g].Rows = append(m.Groups[g].Rows, MatrixRow{Case: r, Cells: make([]*Result, len(records))})
			}
			m.Groups[p.group].Rows[p.row].Cells[i] = r
		}
	}
	for g := range m.Groups {
		group := &m.Groups[g]
		for i := range group.Rows {
			if group.Rows[i].Differs = differs(group.Rows[i].Cells); group.Rows[i].Differs {
				group.Differ++
			}
		}
		slices.SortStableFunc(group.Rows, func(a, b MatrixRow) int { return last(!a.Differs, !b.Differs) })
	}
	slices.SortStableFunc(m.Groups, func(a, b MatrixGroup) int { return last(a.Differ == 0, b.Differ == 0) })
}

// last orders true behind false.
func last(a, b bool) int {
	rank := map[bool]int{true: 1}
	return cmp.Compare(rank[a], rank[b])
}

// cellWord is a result in one word: its status, or the outcome where nothing is
// judged.
func cellWord(r *Result) string {
	switch {
	case r == nil:
		return ""
	case r.Waived:
		return "waived"
	case r.Status == Info && r.Outcome != "":
		return plain.Line(r.Outcome)
	}
	return string(r.Status)
}

// withoutWaiver is the result as if it had no waiver: a waiver does not change
// what the client did.
func withoutWaiver(r *Result) *Result {
	if r == nil || !r.Waived {
		return r
	}
	bare := *r
	bare.Waived = false
	return &bare
}

// differs says whether two clients have different results in a case. A waiver is
// no difference of clients.
func differs(cells []*Result) bool {
	word := ""
	for _, r := range cells {
		switch is := cellWord(withoutWaiver(r)); {
		case is == "":
		case word == "":
			word = is
		case word != is:
			return true
		}
	}
	return false
}

// against compares a cell with the first client's: worse (1), better (-1),
// neither or unknown (0); waivers do not count.
func (row *MatrixRow) against(i int) int {
	first, r := row.Cells[0], row.Cells[i]
	if first == nil || r == nil {
		return 0
	}
	return cmp.Compare(rank(withoutWaiver(r)), rank(withoutWaiver(first)))
}

func (m *ClientMatrix) rows(visit func(*MatrixRow)) {
	for g := range m.Groups {
		for i := range m.Groups[g].Rows {
			visit(&m.Groups[g].Rows[i])
		}
	}
}

func (m *ClientMatrix) count() {
	m.rows(func(row *MatrixRow) {
		failing := row.failing()
		if len(failing) == 1 {
			m.Clients[failing[0]].Alone++
		}
		for i := range row.Cells {
			switch row.against(i) {
			case 1:
				m.Clients[i].Worse++
			case -1:
				m.Clients[i].Better++
			}
		}
	})
}

// failing are the clients that fail the case, with a waiver or without.
func (row *MatrixRow) failing() []int {
	var list []int
	for i, r := range row.Cells {
		if r != nil && r.Status == Fail {
			list = append(list, i)
		}
	}
	return list
}

func (m *ClientMatrix) addFaults() {
	index := map[string]int{}
	m.rows(func(row *MatrixRow) {
		failing := row.failing()
		if len(failing) < 2 {
			return
		}
		key := fmt.Sprint(failing)
		at, found := index[key]
		if !found {
			at = len(m.Faults)
			index[key] = at
			m.Faults = append(m.Faults, SharedFault{Clients: failing})
		}
		m.Faults[at].Cases = append(m.Faults[at].Cases, row.Case.ID)
	})
	slices.SortStableFunc(m.Faults, func(a, b SharedFault) int {
		if by := cmp.Compare(len(b.Clients), len(a.Clients)); by != 0 {
			return by
		}
		return cmp.Compare(len(b.Cases), len(a.Cases))
	})
}

// totals are the number of cases and of those in which clients differ.
func (m *ClientMatrix) totals() (cases, differ int) {
	for g := range m.Groups {
		cases += len(m.Groups[g].Rows)
		differ += m.Groups[g].Differ
	}
	return cases, differ
}
