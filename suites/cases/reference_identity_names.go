package cases

import (
	"siptrust/client"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

var (
	givesInternational = Change{Name: "the server has an internationalized name", Apply: internationalized}
	onlyByName         = Change{
		Name: "the server ends handshakes in which it is not asked for by name",
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

// internationalCases: the server's name has an A-label, as it stands in DNS and
// in URIs (RFC 3261 25.1 has no other letters).
func internationalCases() []Case {
	return []Case{
		{
			ID:         "reference.a-label",
			Title:      "The server's name has an A-label, and so has the certificate",
			Why:        "Certificates, DNS and SIP URIs carry internationalized names as A-labels, which are compared like any others.",
			Style:      pkiforge.PublicCA,
			Change:     givesInternational,
			Expect:     Accept,
			Level:      Should,
			Clauses:    []Clause{matchIdentity, matchLabels, altNames},
			AboutNames: true,
		},
		{
			ID:         "reference.a-label-other",
			Title:      "The certificate has the A-label of another internationalized name",
			Why:        "A client that decodes A-labels and folds accents away takes one name for the other.",
			Twin:       "reference.a-label",
			Change:     presents("the A-label is that of the name with another accent", "DNS:xn--bcher-1ua.{parent}"),
			Expect:     Refuse,
			Level:      Must,
			Clauses:    []Clause{matchIdentity, matchLabels, compareIdentity},
			AboutNames: true,
		},
		{
			ID:         "reference.a-label-unaccented",
			Title:      "The certificate has the name without its accent",
			Why:        "Folded to ASCII the two names are one; the owner of the plain one is another.",
			Twin:       "reference.a-label",
			Change:     presents("the first label is without the accent", "DNS:bucher.{parent}"),
			Expect:     Refuse,
			Level:      Must,
			Clauses:    []Clause{matchIdentity, matchLabels, compareIdentity},
			AboutNames: true,
		},
		{
			ID:         "reference.a-label-wildcard",
			Title:      "A * stands for what follows xn-- in the A-label",
			Why:        "A * within an A-label covers every internationalized name of the domain (CVE-2023-28321); only RFC 2818, which is older than A-labels, would have it.",
			Twin:       "reference.a-label",
			Change:     presents("a * stands in place of the A-label behind its prefix", "DNS:xn--*.{parent}"),
			Expect:     Refuse,
			ByPolicy:   map[Policy]Expectation{Teams: Observe},
			Level:      Must,
			Clauses:    []Clause{matchIdentity, matchLabels, compareIdentity, httpNames},
			AboutNames: true,
		},
		{
			ID:         "reference.u-label",
			Title:      "The certificate has the name as a U-label, in UTF-8",
			Why:        "A dNSName is an IA5String; what a client makes of other octets depends on the library that prints them.",
			Twin:       "reference.a-label",
			Change:     presents("the dNSName has the U-label in UTF-8", "DNS:b\u00fccher.{parent}"),
			Expect:     Refuse,
			Level:      Should,
			Clauses:    []Clause{altNames, matchLabels},
			AboutNames: true,
		},
	}
}

// serverNameCases: what the client asks the server for by server_name.
func serverNameCases() []Case {
	return []Case{
		{
			ID:         "reference.asks-for-host",
			Title:      "The client is given a name: it asks the server for it",
			Why:        "A server of several domains cannot choose its certificate without server_name.",
			Style:      pkiforge.PublicCA,
			Expect:     Accept,
			Demands:    []seen.Demand{seen.AsksForHost},
			Level:      Should,
			Clauses:    []Clause{indicateName, virtualServers},
			AboutNames: true,
		},
		{
			ID:         "reference.virtual-server",
			Title:      "The server has a certificate for the client's name and ends handshakes that ask for none or another",
			Why:        "Hosters serve many domains on one address: a client that does not say which one it wants gets none.",
			Twin:       "paper.public-ca.sound",
			Change:     onlyByName,
			Expect:     Accept,
			Level:      Should,
			Clauses:    []Clause{indicateName, virtualServers},
			AboutNames: true,
		},
		{
			ID:         "reference.asks-for-domain",
			Title:      "The client is given a domain: it asks the server for the domain, not for the machine that DNS led to",
			Why:        "RFC 5922 has the client ask for the domain, since that is what the certificate must name; many ask for the machine.",
			Style:      pkiforge.CustomCA,
			Change:     both("the client is given a domain; the certificate names it and its server", ownServers, presentsAll("", "{host}", "edge.{host}")),
			Expect:     Observe,
			ByPolicy:   map[Policy]Expectation{RFC5922: Accept},
			Demands:    []seen.Demand{seen.AsksForHost},
			Level:      Should,
			Clauses:    []Clause{virtualServers, indicateName},
			Needs:      asksSRV,
			AboutNames: true,
		},
		{
			ID:      "reference.asks-for-nobody",
			Title:   "The client is given an IP address: it sends no server_name",
			Why:     "An address is not permitted there: servers that look it up among their names end the handshake (baresip #1110).",
			Style:   pkiforge.CustomCA,
			Change:  givesAddress,
			Expect:  Accept,
			Demands: []seen.Demand{seen.AsksForNobody},
			Level:   Must,
			Clauses: []Clause{indicateName},
			Needs:   dials,
		},
		{
			ID:         "reference.final-dot",
			Title:      "The client is given a name with a final dot, the certificate has it without",
			Why:        "To DNS both are one name; server_name must be sent without the dot, and what is compared clients see differently.",
			Style:      pkiforge.PublicCA,
			Change:     givesDot,
			Expect:     Observe,
			Demands:    []seen.Demand{seen.AsksForHost},
			Level:      Should,
			Clauses:    []Clause{indicateName, sipSyntax, matchLabels},
			Needs:      []string{client.LacksFinalDot},
			AboutNames: true,
		},
	}
}
