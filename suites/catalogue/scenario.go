package catalogue

import (
	"crypto/tls"
	"fmt"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
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
	// Judged says which of the two servers the verdict is about:
	// [seen.AboutHere], the scenario's own, or [seen.AboutThere], this one; at
	// the zero value it is about both.
	Judged seen.About
}

// Stage tells which connections of attempt n, counted from 0, the verdict is
// about.
func (s *Scenario) Stage(n int) seen.Stage {
	g := seen.Stage{Names: s.Names}
	switch {
	case s.Elsewhere != nil:
		g.About = s.Elsewhere.Judged
	case s.Later != nil && s.Later.Restarted && n == 0:
		g.About = seen.AboutNextStart
	case s.Later != nil && s.Later.Restarted:
		g.About = seen.AboutThisStart
	case s.Later != nil:
		g.About = seen.AboutLater
	case s.Redirected:
		g.About = seen.AboutRedirected
	case s.SecondAccount:
		g.About = seen.AboutSecondAccount
	}
	return g
}

// Servers are those of the scenario: its own, the later one and the second one,
// where there are such.
func (s *Scenario) Servers() []*fakeserver.Behaviour {
	servers := []*fakeserver.Behaviour{&s.Server}
	if s.Later != nil {
		servers = append(servers, &s.Later.Server)
	}
	if s.Elsewhere != nil {
		servers = append(servers, &s.Elsewhere.Server)
	}
	return servers
}

// Plans are what those servers present, in the same order.
func (s *Scenario) Plans() []*pkiforge.Plan {
	plans := []*pkiforge.Plan{&s.Plan}
	if s.Later != nil {
		plans = append(plans, &s.Later.Plan)
	}
	if s.Elsewhere != nil {
		plans = append(plans, &s.Elsewhere.Plan)
	}
	return plans
}

// TLSOwn is what [Scenario.TLS] says of versions that no run can be pinned to.
const TLSOwn = "own"

// TLS gives the versions that the scenario's servers set themselves: "1.2" or
// "1.3" alone, or [TLSOwn] for others. Empty: they speak what the run says.
func (s *Scenario) TLS() string {
	versions := ""
	for i, b := range s.Servers() {
		own := ownVersions(b)
		if i > 0 && own != versions {
			return TLSOwn
		}
		versions = own
	}
	return versions
}

func ownVersions(b *fakeserver.Behaviour) string {
	switch [2]uint16{b.MinVersion, b.MaxVersion} {
	case [2]uint16{}:
		return ""
	case [2]uint16{tls.VersionTLS12, tls.VersionTLS12}:
		return "1.2"
	case [2]uint16{tls.VersionTLS13, tls.VersionTLS13}:
		return "1.3"
	}
	return TLSOwn
}

// Starts gives the number of attempts, at least one.
func (s *Scenario) Starts() int {
	if s.Later != nil && s.Later.Restarted {
		return max(s.Attempts, 2)
	}
	return max(s.Attempts, 1)
}

// Places are what the server opens for a case, known before its scenario is
// built.
func (c *Catalogue) Places(cs *Case) fakeserver.Places {
	if twin, ok := c.Lookup(cs.Twin); ok {
		return cs.Places.With(twin.Places)
	}
	return cs.Places
}

// Publishes says whether certificates of the scenario point to the revocation
// service, which gives certificates out too.
func (s *Scenario) Publishes() bool {
	return s.Plan.Revocation.Answer != nil || len(s.Plan.Revocation.Lists) > 0 || len(s.Plan.Fetchable()) > 0
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
