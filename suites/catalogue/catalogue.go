package catalogue

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"siptrust/internal/nearest"
	"siptrust/internal/plain"
)

// Catalogue is the table of all cases, in the order of the reports.
type Catalogue struct {
	Cases []Case
	byID  map[string]*Case
	// labels of each case, in the order of Cases, and of all in lower case.
	labels   [][]string
	anyLabel map[string]bool
}

// New indexes cases. It refuses a table in which an id appears twice,
// a twin does not exist or is no sound case, or a case lacks a title, a
// reason, a level, an expectation or a clause.
func New(cases []Case) (*Catalogue, error) {
	c := &Catalogue{
		Cases: cases, byID: make(map[string]*Case, len(cases)),
		labels: make([][]string, len(cases)), anyLabel: make(map[string]bool, 2*len(cases)),
	}
	for i := range cases {
		cs := &cases[i]
		if _, dup := c.byID[cs.ID]; dup {
			return nil, fmt.Errorf("catalogue: %s appears twice", cs.ID)
		}
		c.byID[cs.ID] = cs
		c.labels[i] = cs.Labels()
		for _, label := range c.labels[i] {
			c.anyLabel[strings.ToLower(label)] = true
		}
	}
	for i := range cases {
		if err := c.check(&cases[i]); err != nil {
			return nil, fmt.Errorf("catalogue: %s: %w", cases[i].ID, err)
		}
	}
	return c, nil
}

func (c *Catalogue) check(cs *Case) error {
	switch {
	case cs.Title == "" || cs.Why == "" || cs.Level == "" || cs.Expect == "":
		return fmt.Errorf("no title, reason, level or expectation")
	case len(cs.Clauses) == 0:
		return fmt.Errorf("no clause")
	case cs.Sound() && cs.Style == "":
		return fmt.Errorf("neither twin nor style")
	case cs.Sound():
		return nil
	}
	twin, ok := c.byID[cs.Twin]
	if !ok || !twin.Sound() || twin.Expect != Accept {
		return fmt.Errorf("twin %q is no sound case", cs.Twin)
	}
	if cs.Change.Name == "" || cs.Change.Apply == nil {
		return fmt.Errorf("no change")
	}
	return nil
}

// Groups are the first parts of the ids, in the catalogue's order.
func (c *Catalogue) Groups() []string {
	var groups []string
	for i := range c.Cases {
		if g := c.Cases[i].Group(); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	return groups
}

// Lookup finds a case by its id.
func (c *Catalogue) Lookup(id string) (*Case, bool) {
	cs, ok := c.byID[id]
	return cs, ok
}

// Select gives the cases that a Ginkgo label expression over levels and id
// prefixes matches, in the catalogue's order; an empty one selects all. It
// refuses an expression that cannot be parsed, names a label that no case
// has, or selects nothing.
func (c *Catalogue) Select(filter string) ([]*Case, error) {
	match, err := types.ParseLabelFilter(filter)
	if err != nil {
		return nil, fmt.Errorf("filter %q: %s; an expression looks like 'paper && !paper.conduct'", filter, filterProblem(err))
	}
	if err := c.knownLabels(filter); err != nil {
		return nil, err
	}
	var selected []*Case
	for i := range c.Cases {
		if match(c.labels[i]) {
			selected = append(selected, &c.Cases[i])
		}
	}
	if len(selected) == 0 {
		return nil, fmt.Errorf("filter %q selects no case; see 'siptrust list'", filter)
	}
	return selected, nil
}

// knownLabels refuses a filter that names what no case is labelled with: it
// would silently select nothing, or with "!" everything.
func (c *Catalogue) knownLabels(filter string) error {
	if strings.Contains(filter, "/") {
		return nil // a regular expression names no label
	}
	words := strings.FieldsFunc(filter, func(r rune) bool { return strings.ContainsRune("&|!,() \t", r) })
	for _, word := range words {
		if !c.anyLabel[strings.ToLower(word)] {
			return fmt.Errorf("filter %q: no case is labelled %q; see 'siptrust list'%s", filter, word, c.hint(word))
		}
	}
	return nil
}

// hint proposes the labels nearest to a mistyped word.
func (c *Catalogue) hint(word string) string {
	var labels []string
	for i := range c.labels {
		labels = append(labels, c.labels[i]...)
	}
	if near := nearest.To(word, labels); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

// maxProblem is how much of a parser's problem an error holds, in characters.
const maxProblem = 200

// filterProblem takes the words out of Ginkgo's error, which is made for its
// own terminal.
func filterProblem(err error) string {
	var problem types.GinkgoError
	if !errors.As(err, &problem) {
		return err.Error()
	}
	return strings.TrimRight(plain.LastLine(problem.Message, maxProblem), ". ")
}

// Known says in one line that a case does not exist, if so.
func (c *Catalogue) Known(id string) error {
	if _, ok := c.Lookup(id); ok {
		return nil
	}
	ids := make([]string, len(c.Cases))
	for i := range c.Cases {
		ids[i] = c.Cases[i].ID
	}
	if near := nearest.To(id, ids); near != "" {
		return fmt.Errorf("unknown case %q; did you mean %q? 'siptrust list' shows them", id, near)
	}
	return fmt.Errorf("unknown case %q; 'siptrust list' shows them", id)
}
