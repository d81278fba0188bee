package cases

// teamsNames is the page on which Microsoft says which names a certificate for
// Direct Routing may have.
var teamsNames = clause("Microsoft Teams Direct Routing", "Public trusted certificate for the SBC")

// teamsCases are the cases of the group teams: names as carriers have them in
// their certificates. Microsoft's other requirements are judged, under its policy,
// in the groups name, usage and suite.
func teamsCases() []Case {
	return []Case{
		{
			ID:       "teams.base-and-wildcard",
			Title:    "The certificate names a domain and, by a wildcard, every host in it",
			Why:      "A carrier uses one such certificate for the trunks of all its customers; only the wildcard matches the name of a trunk.",
			Twin:     publicSound,
			Change:   presents("the certificate names the parent domain and, by a wildcard, every host in it", "CN:{parent}", "DNS:{parent}", "DNS:*.{parent}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Refuse, Apple: Accept, Teams: Accept},
			Level:    Must,
			Clauses:  []Clause{matchIdentity, matchLabels, teamsNames},
			Needs:    aboutNames,
		},
		{
			ID:      "teams.wildcard-other-domain",
			Title:   "The certificate names, by a wildcard, every host of another domain",
			Why:     "A customer's trunk has a name of its own; a client that accepts the wildcard of another domain lets one carrier pose as another.",
			Twin:    publicSound,
			Change:  presents("the certificate names, by a wildcard, every host of another domain", "DNS:*.{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
	}
}
