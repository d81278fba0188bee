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
	// see [Scenario.records]. Without a zone there is nothing but the address
	// records of the server's name and of the other.
	Given Given
	Zone  []string
	// Attempts in a row at the same server; 0 means 1, or 2 for Later.Restarted.
	Attempts int

	// Elsewhere is a second server, at an address that only DNS leads to; nil: there
	// is none.
	Elsewhere *Elsewhere
	// Later is the server as the client meets it after the first connection;
	// nil: as before.
	Later *Later
	// SecondAccount gives the client another account to register, in the domain
	// Names.Other at the same address and port.
	SecondAccount bool
	// Redirected: the server sends the client on to Names.Other, at the same
	// address and port.
	Redirected bool
	// Linger has the client watched for a third of the window of silence after it
	// was served, too.
	Linger bool
	// URIParams are appended to the URI of the account: ";transport=tcp".
	URIParams string
}

// Later is a server at the same address and port as before.
type Later struct {
	Plan   pkiforge.Plan // what it presents
	Server fakeserver.Behaviour
	// Restarted: it is met by the client's next start; otherwise by the connections
	// that come after the server ended one (an Ending in the script of the first).
	Restarted bool
	// Trust: at that start the endpoint trusts what Plan says; otherwise what it
	// trusts stays as it was.
	Trust bool
}

// Elsewhere is a server at an address of its own, {elsewhere} in the zone.
type Elsewhere struct {
	Plan   pkiforge.Plan // what it presents
	Server fakeserver.Behaviour
	Judged Place
}

// Place says which of two servers the verdict is about.
type Place string

// The places. At the zero value it is about both.
const (
	Here  Place = "here"  // the scenario's own server
	There Place = "there" // the one elsewhere
)

// attempts gives the number of attempts, at least one.
func (s *Scenario) attempts() int {
	if s.Later != nil && s.Later.Restarted {
		return max(s.Attempts, 2)
	}
	return max(s.Attempts, 1)
}

// withService are the places of a scenario that publishes.
var withService = fakeserver.Places{Service: true}

// places are what the server opens for a case, known before its scenario is
// built.
func (c *Catalogue) places(cs *Case) fakeserver.Places {
	if twin, ok := c.Lookup(cs.Twin); ok {
		return cs.Places.With(twin.Places)
	}
	return cs.Places
}

// publishes says whether certificates of the scenario point to the revocation
// service, which gives certificates out too.
func (s *Scenario) publishes() bool {
	return s.Plan.Revocation.Answer != nil || len(s.Plan.Revocation.Lists) > 0 || len(s.Plan.Fetchable()) > 0
}

// documents are what the revocation service gives out.
func documents(m *pkiforge.Material) []fakeserver.Document {
	var all []fakeserver.Document
	for _, name := range m.Plan.Fetchable() {
		all = append(all, fakeserver.Document{Path: pkiforge.CertPath(name), Type: "application/pkix-cert", Body: m.Certs[name].DER})
	}
	s := &m.Status
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
