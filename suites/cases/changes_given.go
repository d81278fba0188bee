package cases

import (
	"siptrust/pkiforge"

	"siptrust/suites/catalogue"
)

// givenAddress has the client dial the server by its address. The certificate
// of the style presents it as iPAddress and, where it has SIP URIs, in one.
func givenAddress(s *Scenario) error {
	s.Given = GivenAddress
	return s.Rename(s.Names.Address.String())
}

// givenProxy has the client reach a domain by the server as outbound proxy. The
// certificate names both.
func givenProxy(s *Scenario) error {
	s.Given, s.Names.Domain = GivenProxy, catalogue.TopLevelName(s.Names.Host)
	plan, err := pkiforge.NewPlan(s.Plan.Style, s.Names)
	s.Plan = plan
	return err
}

// givenProxyByAddress is givenProxy where the proxy has no name.
func givenProxyByAddress(s *Scenario) error {
	s.Given, s.Names.Domain, s.Names.Host = GivenProxy, catalogue.TopLevelName(s.Names.Host), s.Names.Address.String()
	plan, err := pkiforge.NewPlan(s.Plan.Style, s.Names)
	s.Plan = plan
	return err
}

// internationalized renames the server: its first label is the A-label of
// "bücher".
func internationalized(s *Scenario) error { return s.Rename(catalogue.InternationalName(s.Names.Host)) }

// belowTopLevel renames the server: its name is directly below a top-level
// domain.
func belowTopLevel(s *Scenario) error { return s.Rename(catalogue.TopLevelName(s.Names.Host)) }
