package suites

import (
	"slices"

	"siptrust/client"
	"siptrust/pkiforge"
)

// Clauses of the reference identity and of the way to the server.
var (
	nextHop        = Clause{"RFC 3263", "4"}
	serverLookup   = Clause{"RFC 3263", "4.1"}
	portLookup     = Clause{"RFC 3263", "4.2"}
	tryNext        = Clause{"RFC 3263", "4.3"}
	secureInput    = Clause{"RFC 9525", "6.1.1"}
	matchIPAddress = Clause{"RFC 9525", "6.4"}
	indicateName   = Clause{"RFC 6066", "3"}
)

// referenceCases are the cases of the group reference: which name the client
// compares with the certificate, whatever DNS says, and asks the server for.
func referenceCases() []Case {
	return slices.Concat(domainCases(), targetCases(), foreignCases(), aliasCases(), proxyCases(), addressCases(), internationalCases(), serverNameCases())
}

// What a client needs to find its way by DNS.
var (
	asksAlias = []client.Feature{client.FeatureDNS, client.FeatureNames}
	asksSRV   = []client.Feature{client.FeatureDNS, client.FeatureSRV, client.FeatureNames}
	asksNAPTR = []client.Feature{client.FeatureDNS, client.FeatureSRV, client.FeatureNAPTR, client.FeatureNames}
)

// zone makes the client find its way from a bare domain by these records.
func zone(words string, records ...string) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		s.Given, s.Zone = GivenDomain, records
		return nil
	}}
}

// both makes one change of two.
func both(words string, first, second Change) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		if err := first.Apply(s); err != nil {
			return err
		}
		return second.Apply(s)
	}}
}

// presentsAll presents each name as dNSName and in a SIP URI, so that it is an
// identity under every policy.
func presentsAll(words string, names ...string) Change {
	var identities []string
	for _, n := range names {
		identities = append(identities, "DNS:"+n, "URI:sip:"+n)
	}
	return presents(words, identities...)
}

// The records of a domain whose servers are machines of its own.
var ownServers = zone("the client is given a domain, whose server is a machine of its own",
	`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
	`_sips._tcp.{host} SRV 10 0 {port} edge.{host}`,
	`edge.{host} A {address}`)

// domainCases: the client is given a domain, and DNS leads it to a machine of
// that domain.
func domainCases() []Case {
	return []Case{
		{
			ID:    "reference.domain",
			Title: "The client is given a domain; the certificate names it and the machine that DNS leads to",
			Why:   "RFC 5922 wants the domain on the certificate, RFC 3263 the machine as well: the one certificate that all accept names both.",
			Style: pkiforge.CustomCA,
			Change: both("the client is given a domain; the certificate names it and its server", ownServers,
				presentsAll("the certificate names the domain and its server", "{host}", "edge.{host}")),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, portLookup},
			Needs:   asksSRV,
		},
		{
			ID:    "reference.domain-without-naptr",
			Title: "The domain has SRV records and no NAPTR records",
			Why:   "Most domains have no NAPTR records: for a SIPS URI the client then asks for the SRV records of TLS by itself.",
			Twin:  "reference.domain",
			Change: zone("the domain has no NAPTR record",
				`_sips._tcp.{host} SRV 10 0 {port} edge.{host}`,
				`edge.{host} A {address}`),
			Expect:   Accept,
			Level:    Must,
			Clauses:  []Clause{serverLookup, portLookup},
			MustCome: true,
			Needs:    asksSRV,
		},
		{
			ID:       "reference.domain-without-srv",
			Title:    "The domain has an address and neither NAPTR nor SRV records",
			Why:      "A small site has one machine: the client goes to port 5061 of the domain itself.",
			Twin:     "reference.domain",
			Change:   zone("the domain has nothing but an address", `{host} A {address}`),
			Expect:   Accept,
			Level:    Must,
			Clauses:  []Clause{serverLookup, portLookup},
			MustCome: true,
			Needs:    append([]client.Feature{client.FeatureDefaultPort}, asksSRV...),
		},
		{
			ID:    "reference.naptr-prefers-udp",
			Title: "The domain's NAPTR records put SIP over UDP before SIP over TLS",
			Why:   "A SIPS URI leaves TLS only: a client that takes the first record lets DNS switch its encryption off.",
			Twin:  "reference.domain",
			Change: zone("SIP over UDP comes before SIP over TLS",
				`{host} NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.{host}`,
				`{host} NAPTR 20 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
				`_sip._udp.{host} SRV 10 0 {port} edge.{host}`,
				`_sips._tcp.{host} SRV 10 0 {port} edge.{host}`,
				`edge.{host} A {address}`),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{serverLookup, noSIPSDowngrade},
			Needs:   asksSRV,
		},
		{
			ID:    "reference.first-target-dead",
			Title: "Nothing listens at the first of the domain's two targets",
			Why:   "Several targets are there for the day on which one is down.",
			Twin:  "reference.domain",
			Change: zone("the first target does not listen, the second one does",
				`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
				`_sips._tcp.{host} SRV 10 0 {closed} edge.{host}`,
				`_sips._tcp.{host} SRV 20 0 {port} edge.{host}`,
				`edge.{host} A {address}`),
			Expect:   Accept,
			Level:    Should,
			Clauses:  []Clause{tryNext},
			MustCome: true,
			Needs:    asksSRV,
		},
		{
			ID:       "reference.domain-only",
			Title:    "The certificate names the domain and not the machine that DNS leads to",
			Why:      "By RFC 5922 the domain is what is compared; RFC 3263 wants both names, so that a client that follows it may refuse. Users of Linphone met both readings.",
			Twin:     "reference.domain",
			Change:   presentsAll("the certificate names the domain only", "{host}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Accept, RFC9525: Accept},
			Level:    Must,
			Clauses:  []Clause{compareIdentity, serverLookup, secureInput},
			Needs:    asksSRV,
		},
		{
			ID:       "reference.target-only",
			Title:    "The certificate names the machine that DNS leads to and not the domain",
			Why:      "RFC 3261 is content with a host within the domain; by RFC 5922 whoever gets the certificate of one machine must not answer for the domain.",
			Twin:     "reference.domain",
			Change:   presentsAll("the certificate names the target of the SRV record only", "edge.{host}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Refuse, RFC9525: Refuse},
			Level:    Must,
			Clauses:  []Clause{compareIdentity, noRegister, serverLookup, secureInput},
			Needs:    asksSRV,
		},
		{
			ID:       "reference.target-wildcard",
			Title:    "The certificate names every machine of the domain and not the domain",
			Why:      "A * that covers the target says nothing of the domain above it.",
			Twin:     "reference.domain",
			Change:   presents("the only identity is a * beneath the domain", "DNS:*.{host}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Refuse, RFC9525: Refuse},
			Level:    Must,
			Clauses:  []Clause{compareIdentity, matchIdentity, matchLabels, noRegister},
			Needs:    asksSRV,
		},
		{
			ID:      "reference.service-name",
			Title:   "The certificate names the owner of the SRV record",
			Why:     "_sips._tcp is a service's name in DNS and no host's: it is neither the domain nor a machine of it.",
			Twin:    "reference.domain",
			Change:  presentsAll("the certificate names the owner of the SRV record", "_sips._tcp.{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, matchIdentity, matchLabels},
			Needs:   asksSRV,
		},
		{
			ID:      "reference.other-name",
			Title:   "The certificate names neither the domain nor the machine that DNS leads to",
			Why:     "Some clients check names only where they dial one: found by an SRV record, any server will do.",
			Twin:    "reference.domain",
			Change:  presentsAll("the certificate names another host", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, noMatch, noRegister},
			Needs:   asksSRV,
		},
	}
}
