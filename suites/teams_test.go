package suites_test

import (
	"siptrust/suites/catalogue"
)

func init() {
	names := change{plan: []string{"server Subject", "server DNS"}}
	changes["teams.base-and-wildcard"] = names
	changes["teams.wildcard-other-domain"] = names
	explains("name", "teams.wildcard-other-domain")
	for _, policy := range []catalogue.Policy{catalogue.Apple, catalogue.Teams} {
		explainUnder(policy, "all-names", "teams.base-and-wildcard")
	}
	explainUnder(catalogue.RFC5922, "name", "teams.base-and-wildcard")
	explainUnder(catalogue.RFC5922, "wildcards", "teams.base-and-wildcard")
	explainUnder(catalogue.RFC5922, "whole-name", "teams.base-and-wildcard") // the host ends with the domain
}
