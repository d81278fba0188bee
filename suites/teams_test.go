package suites_test

import "siptrust/suites"

func init() {
	names := change{plan: []string{"server Subject", "server DNS"}}
	changes["teams.base-and-wildcard"] = names
	changes["teams.wildcard-other-domain"] = names
	explain("name", "teams.wildcard-other-domain")
	for _, policy := range []suites.Policy{suites.Apple, suites.Teams} {
		explainUnder(policy, "all-names", "teams.base-and-wildcard")
	}
	explainUnder(suites.RFC5922, "name", "teams.base-and-wildcard")
	explainUnder(suites.RFC5922, "wildcards", "teams.base-and-wildcard")
	explainUnder(suites.RFC5922, "whole-name", "teams.base-and-wildcard") // the host ends with the domain
}
