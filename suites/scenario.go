package suites

import (
	"fmt"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// Scenario is everything a case needs: the PKI, what the endpoint trusts and
// how the server behaves. Keys and chains are filled in by the runner.
type Scenario struct {
	Plan   pkiforge.Plan
	Server fakeserver.Behaviour
	// Names the plan was made for.
	Names pkiforge.Names
	// Given is what leads the client to the server; Zone is what DNS answers,
	// see [Scenario.records]. Without a zone there is nothing but an address
	// record of the server's name.
	Given Given
	Zone  []string
	// Attempts in a row at the same server; 0 means 1.
	Attempts int
}

// attempts gives the number of attempts, at least one.
func (s *Scenario) attempts() int { return max(s.Attempts, 1) }

// Scenario builds the scenario of a case of the catalogue for fresh names:
// the sound one of its twin, or of its style, with its change applied.
func (c *Catalogue) Scenario(id string, n pkiforge.Names) (Scenario, error) {
	cs, ok := c.Lookup(id)
	if !ok {
		return Scenario{}, fmt.Errorf("scenario: no case %q", id)
	}
	if cs.Sound() {
		plan, err := pkiforge.NewPlan(cs.Style, n)
		if err != nil {
			return Scenario{}, fmt.Errorf("scenario of %s: %w", id, err)
		}
		s := Scenario{Plan: plan, Names: n}
		if cs.Change.Apply != nil {
			if err := cs.Change.Apply(&s); err != nil {
				return Scenario{}, fmt.Errorf("scenario of %s: %w", id, err)
			}
		}
		return s, nil
	}
	s, err := c.Scenario(cs.Twin, n)
	if err != nil {
		return Scenario{}, err
	}
	if cs.Change.Apply == nil {
		return Scenario{}, fmt.Errorf("scenario of %s: it has a twin and no change", id)
	}
	if err := cs.Change.Apply(&s); err != nil {
		return Scenario{}, fmt.Errorf("scenario of %s: %w", id, err)
	}
	return s, nil
}
