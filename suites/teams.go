package suites

// teamsNames is where Microsoft says which names a certificate for Direct
// Routing may have.
var teamsNames = Clause{"Microsoft Teams Direct Routing", "Public trusted certificate for the SBC"}

// teamsCases are the cases of the group teams: names as carriers have them in
// their certificates. What else Microsoft demands are cases of the groups name,
// usage and suite, which its policy decides.
func teamsCases() []Case {
	return []Case{
		{
			ID:       "teams.base-and-wildcard",
			Title:    "The certificate names a domain and, by a wildcard, every host in it",
			Why:      "A carrier has one such certificate for the trunks of all its customers; it is the second name that counts.",
			Twin:     publicSound,
			Change:   presents("the certificate names the parent domain and a * beneath it", "CN:{parent}", "DNS:{parent}", "DNS:*.{parent}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Refuse, Apple: Accept, Teams: Accept},
			Level:    Must,
			Clauses:  []Clause{matchIdentity, matchLabels, teamsNames},
			Needs:    aboutNames,
		},
		{
			ID:      "teams.wildcard-other-domain",
			Title:   "The certificate names every host of another domain",
			Why:     "A customer's trunk has a name of its own: the wildcard of one carrier must not answer for another.",
			Twin:    publicSound,
			Change:  presents("the certificate names the hosts of another domain", "DNS:*.{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
	}
}
