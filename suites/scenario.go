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
	// Attempts in a row at the same server; 0 means 1.
	Attempts int
}

// attempts gives the number of attempts, at least one.
func (s *Scenario) attempts() int { return max(s.Attempts, 1) }

// publishes says whether certificates of the scenario point to the revocation
// service.
func (s *Scenario) publishes() bool {
	return s.Plan.Revocation.Answer != nil || len(s.Plan.Revocation.Lists) > 0
}

// documents are what the revocation service gives out.
func documents(s *pkiforge.Status) []fakeserver.Document {
	var all []fakeserver.Document
	if s.Answer != nil {
		all = append(all, fakeserver.Document{Path: pkiforge.OCSPPath, Type: "application/ocsp-response", Body: s.Answer})
	}
	for _, l := range s.Lists {
		all = append(all, fakeserver.Document{Path: l.Path, Type: "application/pkix-crl", Body: l.DER})
	}
	return all
}

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
