package suites

import "siptrust/pkiforge"

// givenAddress has the client dial the server by its address. The certificate
// of the style presents it as iPAddress and, where it has SIP URIs, in one.
func givenAddress(s *Scenario) error {
	s.Given = GivenAddress
	return s.rename(s.Names.Address.String())
}

// givenProxy has the client reach a domain by the server as outbound proxy. The
// certificate names both.
func givenProxy(s *Scenario) error {
	s.Given, s.Names.Domain = GivenProxy, topLevelName(s.Names.Host)
	plan, err := pkiforge.NewPlan(s.Plan.Style, s.Names)
	s.Plan = plan
	return err
}

// givenProxyByAddress is givenProxy where the proxy has no name.
func givenProxyByAddress(s *Scenario) error {
	s.Given, s.Names.Domain, s.Names.Host = GivenProxy, topLevelName(s.Names.Host), s.Names.Address.String()
	plan, err := pkiforge.NewPlan(s.Plan.Style, s.Names)
	s.Plan = plan
	return err
}

// internationalized renames the server: its first label is the A-label of
// "bücher".
func internationalized(s *Scenario) error { return s.rename(internationalName(s.Names.Host)) }

// beneathTop renames the server: its name is directly beneath a top-level
// domain.
func beneathTop(s *Scenario) error { return s.rename(topLevelName(s.Names.Host)) }
