package suites

import "siptrust/pkiforge"

// Records that lead out of the domain: an SRV record to a machine elsewhere, a
// NAPTR record to another domain and by its SRV record to a machine of that.
var (
	foreignServer = zone("the client is given a domain, whose SRV record leads to a machine of another",
		`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
		`_sips._tcp.{host} SRV 10 0 {port} {other}`,
		`{other} A {address}`)
	foreignService = zone("the client is given a domain, whose NAPTR record leads to another domain",
		`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{other}`,
		`_sips._tcp.{other} SRV 10 0 {port} edge.{other}`,
		`edge.{other} A {address}`)
)

// foreignCases: DNS leads the client to a machine of another domain, as it does
// for a domain that is hosted, and as it does for whoever forges an answer.
func foreignCases() []Case {
	return []Case{
		{
			ID:    "reference.foreign-target",
			Title: "The SRV record leads to another domain; the certificate names both",
			Why:   "A hosted domain lives on machines of its provider, which has a certificate for its customers.",
			Style: pkiforge.CustomCA,
			Change: both("the SRV record leads to a machine of another domain; the certificate names it and the domain", foreignServer,
				presentsAll("the certificate names the domain and the target", "{host}", "{other}")),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, virtualServers},
			Needs:   asksSRV,
		},
		{
			ID:       "reference.foreign-target-domain-only",
			Title:    "The SRV record leads to another domain; the certificate names the client's own",
			Why:      "The provider holds a certificate for the domain that it hosts: RFC 5922 asks for no more, RFC 3263 for the name of the machine too.",
			Twin:     "reference.foreign-target",
			Change:   presentsAll("the certificate names the domain only", "{host}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Accept, RFC9525: Accept},
			Level:    Must,
			Clauses:  []Clause{compareIdentity, serverLookup, secureInput},
			Needs:    asksSRV,
		},
		{
			ID:      "reference.foreign-target-only",
			Title:   "The SRV record leads to another domain; the certificate names that machine only",
			Why:     "Whoever forges one answer of DNS sends the client to a machine of his own, for which he has a good certificate.",
			Twin:    "reference.foreign-target",
			Change:  presentsAll("the certificate names the target of the SRV record only", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, secureInput, noRegister},
			Needs:   asksSRV,
		},
		{
			ID:      "reference.foreign-target-name-only",
			Title:   "The SRV record leads to another domain; a dNSName of that machine is the only identity",
			Why:     "The same as any public CA issues it: a certificate for the attacker's machine costs nothing.",
			Twin:    "reference.foreign-target",
			Change:  presents("the only identity is a dNSName of the SRV record's target", "DNS:{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, secureInput, noRegister},
			Needs:   asksSRV,
		},
		{
			ID:    "reference.foreign-naptr",
			Title: "The NAPTR record leads to another domain; the certificate names both and the machine",
			Why:   "A NAPTR record may leave its domain: with all three names no reading of the standards has an objection.",
			Style: pkiforge.CustomCA,
			Change: both("the NAPTR record leads to another domain; the certificate names both and the server", foreignService,
				presentsAll("the certificate names both domains and the server", "{host}", "{other}", "edge.{other}")),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup},
			Needs:   asksNAPTR,
		},
		{
			ID:       "reference.foreign-naptr-domain-only",
			Title:    "The NAPTR record leads to another domain; the certificate names the client's own",
			Why:      "RFC 5922 asks for the domain that the client began with, RFC 3263 for those that it came by as well.",
			Twin:     "reference.foreign-naptr",
			Change:   presentsAll("the certificate names the client's domain only", "{host}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Accept, RFC9525: Accept},
			Level:    Must,
			Clauses:  []Clause{compareIdentity, serverLookup, secureInput},
			Needs:    asksNAPTR,
		},
		{
			ID:      "reference.foreign-naptr-only",
			Title:   "The NAPTR record leads to another domain; the certificate names that domain only",
			Why:     "A forged NAPTR record moves the whole domain: the client must not take its replacement for the domain.",
			Twin:    "reference.foreign-naptr",
			Change:  presentsAll("the certificate names the NAPTR record's domain only", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, secureInput, noRegister},
			Needs:   asksNAPTR,
		},
		{
			ID:      "reference.foreign-naptr-target-only",
			Title:   "The NAPTR record leads to another domain; the certificate names its machine only",
			Why:     "Two records led there, and neither can be trusted: the machine at the end is a stranger's.",
			Twin:    "reference.foreign-naptr",
			Change:  presentsAll("the certificate names the target of the SRV record only", "edge.{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, secureInput, noRegister},
			Needs:   asksNAPTR,
		},
	}
}

// aliased makes the server's name an alias of another.
var aliased = Change{
	Name: "the server's name is an alias (CNAME) of another",
	Apply: func(s *Scenario) error {
		s.Zone = []string{`{host} CNAME {other}`, `{other} A {address}`}
		return nil
	},
}

// aliasCases: the client is given a name and a port, and comes by a CNAME
// record or an address record to the server.
func aliasCases() []Case {
	return []Case{
		{
			ID:      "reference.alias",
			Title:   "The server's name is an alias (CNAME); the certificate names the alias",
			Why:     "The client was given the alias, and the alias is what it compares; where DNS leads is nobody's identity.",
			Style:   pkiforge.CustomCA,
			Change:  aliased,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{compareIdentity, secureInput},
			Needs:   asksAlias,
		},
		{
			ID:      "reference.alias-target-only",
			Title:   "The server's name is an alias (CNAME); the certificate names what it leads to",
			Why:     "Resolvers hand the canonical name out for the asking: a client that compares it lets DNS choose the server's name.",
			Twin:    "reference.alias",
			Change:  presentsAll("the certificate names the canonical name only", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, secureInput, noRegister},
			Needs:   asksAlias,
		},
		{
			ID:      "reference.resolved-address",
			Title:   "The client is given a name; the certificate holds the address that it resolves to",
			Why:     "Stacks that hand the resolved address on in place of the name (pjsip #1811, Blink) then compare that.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the only identity is the address of the server", "IP:{address}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, findIdentities, anyIdentity, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "reference.resolved-address-as-name",
			Title:   "The client is given a name; a dNSName is the address that it resolves to",
			Why:     "The same in the field in which the stack expects a name.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the only identity is a dNSName that reads as the server's address", "DNS:{address}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, matchIdentity, matchLabels, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "reference.resolved-address-as-common-name",
			Title:   "The client is given a name; the common name is the address that it resolves to",
			Why:     "Certificates that installers of telephone systems make for themselves often have nothing but the address as common name.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the only name is a common name that is the server's address", "CN:{address}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, findIdentities, noCommonName, noRegister},
			Needs:   aboutNames,
		},
	}
}
