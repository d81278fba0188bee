package suites

import (
	"strings"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// The demands on server_name.
var (
	// AsksForHost: every ClientHello names the server as the client was given it,
	// without a final dot (RFC 6066 3, RFC 5922 7.8).
	AsksForHost = Demand{
		Name:   "asks-for-host",
		Missed: "the ClientHello does not ask, by server_name, for the name that the client was given",
		met: func(j *judgement) bool {
			return j.everyHello(func(s *seen, c *fakeserver.Connection) bool {
				return strings.EqualFold(c.ClientHello.ServerName, s.host)
			})
		},
	}
	// AsksForNobody: no ClientHello has a server_name: an address is none
	// (RFC 6066 3).
	AsksForNobody = Demand{
		Name:   "asks-for-nobody",
		Missed: "the ClientHello has a server_name, although the client was given an address",
		met:    everyClientHello(func(h *fakeserver.ClientHello) bool { return h.ServerName == "" }),
	}
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
			ID:      "reference.a-label",
			Title:   "The server's name has an A-label, and so has the certificate",
			Why:     "Certificates, DNS and SIP URIs carry internationalized names as A-labels, which are compared like any others.",
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
			Why:     "A client that decodes A-labels and folds accents away takes one name for the other.",
			Twin:    "reference.a-label",
			Change:  presents("the A-label is that of the name with another accent", "DNS:xn--bcher-1ua.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "reference.a-label-unaccented",
			Title:   "The certificate has the name without its accent",
			Why:     "Folded to ASCII the two names are one; the owner of the plain one is another.",
			Twin:    "reference.a-label",
			Change:  presents("the first label is without the accent", "DNS:bucher.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:       "reference.a-label-wildcard",
			Title:    "A * stands for what follows xn-- in the A-label",
			Why:      "A * within an A-label covers every internationalized name of the domain (CVE-2023-28321); only RFC 2818, which is older than A-labels, would have it.",
			Twin:     "reference.a-label",
			Change:   presents("a * stands in place of the A-label behind its prefix", "DNS:xn--*.{parent}"),
			Expect:   Refuse,
			ByPolicy: map[Policy]Expectation{Teams: Observe},
			Level:    Must,
			Clauses:  []Clause{matchIdentity, matchLabels, compareIdentity, httpNames},
			Needs:    aboutNames,
		},
		{
			ID:      "reference.u-label",
			Title:   "The certificate has the name as a U-label, in UTF-8",
			Why:     "A dNSName is an IA5String; what a client makes of other octets depends on the library that prints them.",
			Twin:    "reference.a-label",
			Change:  presents("the dNSName has the U-label in UTF-8", "DNS:b\u00fccher.{parent}"),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{altNames, matchLabels},
			Needs:   aboutNames,
		},
	}
}

// serverNameCases: what the client asks the server for by server_name.
func serverNameCases() []Case {
	return []Case{
		{
			ID:      "reference.asks-for-host",
			Title:   "The client is given a name: it asks the server for it",
			Why:     "A server of several domains cannot choose its certificate without server_name.",
			Style:   pkiforge.PublicCA,
			Expect:  Accept,
			Demands: []Demand{AsksForHost},
			Level:   Should,
			Clauses: []Clause{indicateName, virtualServers},
			Needs:   aboutNames,
		},
		{
			ID:      "reference.virtual-server",
			Title:   "The server has a certificate for the client's name and ends handshakes that ask for none or another",
			Why:     "Hosters serve many domains on one address: a client that does not say which one it wants gets none.",
			Twin:    "paper.public-ca.sound",
			Change:  onlyByName,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{indicateName, virtualServers},
			Needs:   aboutNames,
		},
		{
			ID:       "reference.asks-for-domain",
			Title:    "The client is given a domain: it asks the server for the domain, not for the machine that DNS led to",
			Why:      "RFC 5922 has the client ask for the domain, since that is what the certificate must name; many ask for the machine.",
			Style:    pkiforge.CustomCA,
			Change:   both("the client is given a domain; the certificate names it and its server", ownServers, presentsAll("", "{host}", "edge.{host}")),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Accept},
			Demands:  []Demand{AsksForHost},
			Level:    Should,
			Clauses:  []Clause{virtualServers, indicateName},
			Needs:    asksSRV,
		},
		{
			ID:      "reference.asks-for-nobody",
			Title:   "The client is given an IP address: it sends no server_name",
			Why:     "An address is not permitted there: servers that look it up among their names end the handshake (baresip #1110).",
			Style:   pkiforge.CustomCA,
			Change:  givesAddress,
			Expect:  Accept,
			Demands: []Demand{AsksForNobody},
			Level:   Must,
			Clauses: []Clause{indicateName},
			Needs:   dials,
		},
		{
			ID:      "reference.final-dot",
			Title:   "The client is given a name with a final dot, the certificate has it without",
			Why:     "To DNS both are one name; server_name must be sent without the dot, and what is compared clients see differently.",
			Style:   pkiforge.PublicCA,
			Change:  givesDot,
			Expect:  Observe,
			Demands: []Demand{AsksForHost},
			Level:   Should,
			Clauses: []Clause{indicateName, sipSyntax, matchLabels},
			Needs:   []client.Feature{client.FeatureFinalDot, client.FeatureNames},
		},
	}
}
