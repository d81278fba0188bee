package cases

import (
	"siptrust/client"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

var (
	givesInternational = Change{Name: "the server has an internationalized name", Apply: internationalized}
	onlyByName         = Change{
		Name: "the server ends handshakes whose server_name is not its name",
		Apply: func(s *Scenario) error {
			s.Server.ServerName = s.Names.Host
			return nil
		},
	}
	givesDot = Change{
		Name:  "the client is given the server's name with a final dot",
		Apply: func(s *Scenario) error { s.Given = GivenDotted; return nil },
	}
)

// internationalCases: the server's name has an A-label, the form in which DNS and URIs
// have it (RFC 3261 25.1 allows no other letters).
func internationalCases() []Case {
	return []Case{
		{
			ID:      "reference.a-label",
			Title:   "The server's name is internationalized (an A-label), and the certificate has the same A-label",
			Why:     "Certificates, DNS and SIP URIs have internationalized names as A-labels: a client that cannot compare them like other names is locked out.",
			Style:   pkiforge.PublicCA,
			Change:  givesInternational,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{matchIdentity, matchLabels, altNames},
			Needs:   aboutNames,
		},
		{
			ID:      "reference.a-label-other",
			Title:   "The certificate has the A-label of another internationalized name",
			Why:     "A client that decodes A-labels and removes accents confuses the two names: the owner of one can pose as the other.",
			Twin:    "reference.a-label",
			Change:  presents("the certificate has the A-label of the name with another accent", "DNS:xn--bcher-1ua.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "reference.a-label-unaccented",
			Title:   "The certificate has the name without its accent",
			Why:     "A client that removes accents confuses the two names: the owner of the name without the accent can pose as the server.",
			Twin:    "reference.a-label",
			Change:  presents("the certificate has the name without its accent", "DNS:bucher.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:       "reference.a-label-wildcard",
			Title:    "The certificate has a wildcard after the prefix xn-- of the A-label",
			Why:      "Such a wildcard covers every internationalized name of the domain (CVE-2023-28321); only RFC 2818, which is older than A-labels, would allow it.",
			Twin:     "reference.a-label",
			Change:   presents("the certificate has a wildcard after the prefix xn-- of the A-label", "DNS:xn--*.{parent}"),
			Expect:   Refuse,
			ByPolicy: map[Policy]Expectation{Teams: Observe},
			Level:    Must,
			Clauses:  []Clause{matchIdentity, matchLabels, compareIdentity, httpNames},
			Needs:    aboutNames,
		},
		{
			ID:      "reference.u-label",
			Title:   "The certificate has the name as a U-label, in UTF-8",
			Why:     "A dNSName may contain only ASCII (IA5String): which name a client reads from other bytes depends on the library that it uses.",
			Twin:    "reference.a-label",
			Change:  presents("the dNSName has the U-label in UTF-8", "DNS:b\u00fccher.{parent}"),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{altNames, matchLabels},
			Needs:   aboutNames,
		},
	}
}

// serverNameCases: what the client sends in server_name.
func serverNameCases() []Case {
	return []Case{
		{
			ID:      "reference.asks-for-host",
			Title:   "The client is given a name: it sends that name in server_name",
			Why:     "A server with several domains needs server_name to choose its certificate: without it the client gets the wrong one.",
			Style:   pkiforge.PublicCA,
			Expect:  Accept,
			Demands: []seen.Demand{seen.AsksForHost},
			Level:   Should,
			Clauses: []Clause{indicateName, virtualServers},
			Needs:   aboutNames,
		},
		{
			ID:      "reference.virtual-server",
			Title:   "The server has a certificate for the client's name and ends handshakes whose server_name is missing or different",
			Why:     "Hosting providers serve many domains at one address: a client that does not send server_name is locked out.",
			Twin:    "paper.public-ca.sound",
			Change:  onlyByName,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{indicateName, virtualServers},
			Needs:   aboutNames,
		},
		{
			ID:       "reference.asks-for-domain",
			Title:    "The client is given a domain: it sends the domain in server_name, not the host that DNS leads to",
			Why:      "RFC 5922 says that the client should ask for the domain, because the certificate must name it; many clients ask for the host.",
			Style:    pkiforge.CustomCA,
			Change:   both("the client is given a domain; the certificate names it and its server", ownServers, presentsAll("", "{host}", "edge.{host}")),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Accept},
			Demands:  []seen.Demand{seen.AsksForHost},
			Level:    Should,
			Clauses:  []Clause{virtualServers, indicateName},
			Needs:    asksSRV,
		},
		{
			ID:      "reference.asks-for-nobody",
			Title:   "The client is given an IP address: it sends no server_name",
			Why:     "RFC 6066 does not permit an address in server_name: some servers find no such name and end the handshake (baresip #1110).",
			Style:   pkiforge.CustomCA,
			Change:  givesAddress,
			Expect:  Accept,
			Demands: []seen.Demand{seen.AsksForNobody},
			Level:   Must,
			Clauses: []Clause{indicateName},
			Needs:   dials,
		},
		{
			ID:      "reference.final-dot",
			Title:   "The client is given a name with a final dot; the certificate has it without the dot",
			Why:     "For DNS both are the same name. In server_name the dot must be left out; clients differ on what they compare with the certificate.",
			Style:   pkiforge.PublicCA,
			Change:  givesDot,
			Expect:  Observe,
			Demands: []seen.Demand{seen.AsksForHost},
			Level:   Should,
			Clauses: []Clause{indicateName, sipSyntax, matchLabels},
			Needs:   []client.Feature{client.FeatureFinalDot, client.FeatureNames},
		},
	}
}
