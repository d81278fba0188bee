package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"siptrust/internal/plain"
)

// matrixNotes say in what the records differ besides the client, which makes
// them less comparable.
func matrixNotes(records []Record, clients []MatrixClient) []string {
	var said []string
	for _, f := range []struct {
		what string
		of   func(*Record) string
	}{
		{"policies", func(r *Record) string { return plain.Line(r.Policy) }},
		{"TLS versions", func(r *Record) string { return r.Settings.versionWords() }},
		{"server keys", func(r *Record) string { return r.Settings.keyWords() }},
		{"filters", func(r *Record) string { return r.Settings.filterWords() }},
		{"catalogues", func(r *Record) string { return plain.Line(r.Tool.Edition) }},
	} {
		var values []string
		by := map[string][]int{}
		for i := range records {
			value := f.of(&records[i])
			if by[value] == nil {
				values = append(values, value)
			}
			by[value] = append(by[value], i)
		}
		if len(values) < 2 {
			continue
		}
		for i, value := range values {
			values[i] = fmt.Sprintf("%s (%s)", value, spans(by[value]))
		}
		said = append(said, fmt.Sprintf("different %s: %s", f.what, strings.Join(values, "; ")))
	}
	for i := range clients {
		if !clients[i].Complete {
			said = append(said, fmt.Sprintf("the run of %s (%d) did not finish", clients[i].Label, i+1))
		}
	}
	return said
}

// spans prints indices as numbers from 1: "1–3, 7".
func spans(indices []int) string {
	var words []string
	for i := 0; i < len(indices); {
		j := i
		for j+1 < len(indices) && indices[j+1] == indices[j]+1 {
			j++
		}
		switch {
		case j == i:
			words = append(words, strconv.Itoa(indices[i]+1))
		case j == i+1:
			words = append(words, strconv.Itoa(indices[i]+1), strconv.Itoa(indices[j]+1))
		default:
			words = append(words, fmt.Sprintf("%d–%d", indices[i]+1, indices[j]+1))
		}
		i = j + 1
	}
	return strings.Join(words, ", ")
}

// names prints up to four clients by name, more by number.
func (m *ClientMatrix) names(indices []int) string {
	if len(indices) == len(m.Clients) && len(indices) > 2 {
		return "every client"
	}
	if len(indices) > 4 {
		return spans(indices)
	}
	words := make([]string, len(indices))
	for i, at := range indices {
		words[i] = fmt.Sprintf("%d %s", at+1, m.Clients[at].Label)
	}
	return strings.Join(words, ", ")
}

// observed is a result that some clients have in common in one case.
type observed struct {
	Clients []int
	Result  *Result
}

// observations group the clients of a row by their results, the worst first.
// Clients that passed are grouped by the outcome alone.
func (row *MatrixRow) observations() []observed {
	index := map[string]int{}
	var list []observed
	for i, r := range row.Cells {
		if r == nil {
			continue
		}
		key := r.statusWords() + "\x00" + r.outcomeWords()
		if r.Status != Pass {
			key += "\x00" + r.reasonWords()
		}
		at, found := index[key]
		if !found {
			at = len(list)
			index[key] = at
			list = append(list, observed{Result: r})
		}
		list[at].Clients = append(list[at].Clients, i)
	}
	slices.SortStableFunc(list, func(a, b observed) int { return cmp.Compare(rank(b.Result), rank(a.Result)) })
	return list
}

// says is an observation in words.
func (o *observed) says() string {
	if o.Result.Status == Pass {
		return o.Result.outcomeWords()
	}
	return o.Result.reasonWords()
}
