package cases

import (
	"slices"

	"siptrust/client"
	"siptrust/pkiforge"
)

// Clauses on the reference identity and on how the client finds the server.
var (
	nextHop        = clause("RFC 3263", "4")
	serverLookup   = clause("RFC 3263", "4.1")
	portLookup     = clause("RFC 3263", "4.2")
	tryNext        = clause("RFC 3263", "4.3")
	secureInput    = clause("RFC 9525", "6.1.1")
	matchIPAddress = clause("RFC 9525", "6.4")
	indicateName   = clause("RFC 6066", "3")
)

// referenceCases are the cases of the group reference: which name the client
// compares with the certificate, whatever DNS says, and sends in server_name.
func referenceCases() []Case {
	return slices.Concat(domainCases(), targetCases(), foreignCases(), aliasCases(), proxyCases(), addressCases(), internationalCases(), serverNameCases())
}

// The features that a client needs to find its server by DNS.
var (
	asksAlias = []client.Feature{client.FeatureDNS, client.FeatureNames}
	asksSRV   = []client.Feature{client.FeatureDNS, client.FeatureSRV, client.FeatureNames}
	asksNAPTR = []client.Feature{client.FeatureDNS, client.FeatureSRV, client.FeatureNAPTR, client.FeatureNames}
)

// zone gives the client a domain, from which these records lead to the server.
func zone(words string, records ...string) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		s.Given, s.Zone = GivenDomain, records
		return nil
	}}
}

// both combines two changes into one.
func both(words string, first, second Change) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		if err := first.Apply(s); err != nil {
			return err
		}
		return second.Apply(s)
	}}
}

// presentsAll puts each name into the certificate as dNSName and in a SIP URI, so that
// it is an identity under every policy.
func presentsAll(words string, names ...string) Change {
	var identities []string
	for _, n := range names {
		identities = append(identities, "DNS:"+n, "URI:sip:"+n)
	}
	return presents(words, identities...)
}

// The records of a domain whose server is a host within it.
var ownServers = zone("the client is given a domain, whose server is a host within it",
	`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
	`_sips._tcp.{host} SRV 10 0 {port} edge.{host}`,
	`edge.{host} A {address}`)

// domainCases: the client is given a domain, and DNS leads it to a host within that
// domain.
func domainCases() []Case {
	return []Case{
		{
			ID:    "reference.domain",
			Title: "The client is given a domain; the certificate names the domain and the host that DNS leads to",
			Why:   "RFC 5922 requires that the certificate names the domain; RFC 3263 also requires the host. This certificate satisfies both: a client that refuses it is locked out.",
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
			Why:   "Most domains have no NAPTR records: for a SIPS URI the client must then look up the SRV records of SIP over TLS, or it cannot connect.",
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
			Title:    "The domain has an address record but no NAPTR or SRV records",
			Why:      "A small site has one server: the client must then connect to port 5061 of the domain itself, or it cannot register.",
			Twin:     "reference.domain",
			Change:   zone("the domain has an address record only", `{host} A {address}`),
			Expect:   Accept,
			Level:    Must,
			Clauses:  []Clause{serverLookup, portLookup},
			MustCome: true,
			Needs:    append([]client.Feature{client.FeatureDefaultPort}, asksSRV...),
		},
		{
			ID:    "reference.naptr-prefers-udp",
			Title: "The domain's NAPTR records prefer SIP over UDP to SIP over TLS",
			Why:   "A SIPS URI allows TLS only: a client that follows the preferred record lets DNS switch off its encryption.",
			Twin:  "reference.domain",
			Change: zone("the NAPTR records prefer SIP over UDP to SIP over TLS",
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
			Title: "Nothing listens at the first of the domain's two SRV targets",
			Why:   "A domain has several targets so that it can be reached when one is down: a client that tries only the first is cut off.",
			Twin:  "reference.domain",
			Change: zone("nothing listens at the first of two targets",
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
			Title:    "The certificate names the domain but not the host that DNS leads to",
			Why:      "RFC 5922 compares the domain. RFC 3263 requires both names, so a client that follows it may refuse. Users of Linphone have seen both.",
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
			Title:    "The certificate names the host that DNS leads to but not the domain",
			Why:      "RFC 3261 accepts a host within the domain. Under RFC 5922 the certificate of one host is not enough to answer for the whole domain.",
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
			Title:    "The certificate names, by a wildcard, every host of the domain but not the domain",
			Why:      "The wildcard covers the host that DNS leads to, but it does not cover the domain above it.",
			Twin:     "reference.domain",
			Change:   presents("the only identity is a wildcard below the domain", "DNS:*.{host}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Refuse, RFC9525: Refuse},
			Level:    Must,
			Clauses:  []Clause{compareIdentity, matchIdentity, matchLabels, noRegister},
			Needs:    asksSRV,
		},
		{
			ID:      "reference.service-name",
			Title:   "The certificate names only the owner of the SRV record, _sips._tcp.DOMAIN",
			Why:     "This is the name of a service in DNS: it is neither the domain nor one of its hosts, so the certificate proves neither.",
			Twin:    "reference.domain",
			Change:  presentsAll("the certificate names only the owner of the SRV record", "_sips._tcp.{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, matchIdentity, matchLabels},
			Needs:   asksSRV,
		},
		{
			ID:      "reference.other-name",
			Title:   "The certificate names neither the domain nor the host that DNS leads to",
			Why:     "Some clients compare names only if they were given a host: after a lookup of SRV records they accept any server.",
			Twin:    "reference.domain",
			Change:  presentsAll("the certificate names another host", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, noMatch, noRegister},
			Needs:   asksSRV,
		},
	}
}
