package cases

import "siptrust/pkiforge"

// Records that lead out of the domain: an SRV record to a host of another domain, and
// a NAPTR record to another domain, whose SRV record leads to a host within it.
var (
	foreignServer = zone("the client is given a domain, whose SRV record leads to a host of another domain",
		`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
		`_sips._tcp.{host} SRV 10 0 {port} {other}`,
		`{other} A {address}`)
	foreignService = zone("the client is given a domain, whose NAPTR record leads to another domain",
		`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{other}`,
		`_sips._tcp.{other} SRV 10 0 {port} edge.{other}`,
		`edge.{other} A {address}`)
)

// foreignCases: DNS leads the client to a host of another domain. That is so for a
// hosted domain, and also when an attacker forges an answer.
func foreignCases() []Case {
	return []Case{
		{
			ID:    "reference.foreign-target",
			Title: "The SRV record leads to a host of another domain; the certificate names the domain and the host",
			Why:   "A hosted domain has its servers at a provider, whose certificate also names its customers' domains.",
			Style: pkiforge.CustomCA,
			Change: both("the SRV record leads to a host of another domain; the certificate names it and the domain", foreignServer,
				presentsAll("the certificate names the domain and the target", "{host}", "{other}")),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, virtualServers},
			Needs:   asksSRV,
		},
		{
			ID:       "reference.foreign-target-domain-only",
			Title:    "The SRV record leads to a host of another domain; the certificate names only the client's domain",
			Why:      "The provider has a certificate for the domain that it hosts. RFC 5922 requires no more; RFC 3263 also requires the name of the host.",
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
			Title:   "The SRV record leads to a host of another domain; the certificate names only that host",
			Why:     "An attacker who forges one DNS answer sends the client to the attacker's own host, which has a valid certificate.",
			Twin:    "reference.foreign-target",
			Change:  presentsAll("the certificate names the target of the SRV record only", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, secureInput, noRegister},
			Needs:   asksSRV,
		},
		{
			ID:      "reference.foreign-target-name-only",
			Title:   "The SRV record leads to a host of another domain; the only identity is a dNSName of that host",
			Why:     "This is the same attack with a certificate of the kind that public CAs issue: an attacker gets one for the attacker's own host at no cost.",
			Twin:    "reference.foreign-target",
			Change:  presents("the only identity is a dNSName of the SRV record's target", "DNS:{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, secureInput, noRegister},
			Needs:   asksSRV,
		},
		{
			ID:    "reference.foreign-naptr",
			Title: "The NAPTR record leads to another domain; the certificate names both domains and the host",
			Why:   "A NAPTR record may lead to another domain: a certificate with all three names satisfies every reading of the standards.",
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
			Title:    "The NAPTR record leads to another domain; the certificate names only the client's domain",
			Why:      "RFC 5922 requires the domain that the client was given; RFC 3263 also requires the names that DNS led to.",
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
			Title:   "The NAPTR record leads to another domain; the certificate names only that domain",
			Why:     "An attacker who forges a NAPTR record moves the whole domain: a client that compares the new domain instead of its own accepts the attacker.",
			Twin:    "reference.foreign-naptr",
			Change:  presentsAll("the certificate names the NAPTR record's domain only", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, secureInput, noRegister},
			Needs:   asksNAPTR,
		},
		{
			ID:      "reference.foreign-naptr-target-only",
			Title:   "The NAPTR record leads to another domain; the certificate names only the host in that domain",
			Why:     "Two DNS records led to this host, and an attacker can forge both: its name must not count.",
			Twin:    "reference.foreign-naptr",
			Change:  presentsAll("the certificate names the target of the SRV record only", "edge.{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, secureInput, noRegister},
			Needs:   asksNAPTR,
		},
	}
}

// aliased makes the server's name an alias of another name.
var aliased = Change{
	Name: "the server's name is an alias (CNAME) of another name",
	Apply: func(s *Scenario) error {
		s.Zone = []string{`{host} CNAME {other}`, `{other} A {address}`}
		return nil
	},
}

// aliasCases: the client is given a name and a port, and a CNAME record or an address
// record leads it to the server.
func aliasCases() []Case {
	return []Case{
		{
			ID:      "reference.alias",
			Title:   "The server's name is an alias (CNAME); the certificate names the alias",
			Why:     "The alias is the name that the client was given, and so the name to compare: a client that compares the canonical name instead locks itself out.",
			Style:   pkiforge.CustomCA,
			Change:  aliased,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{compareIdentity, secureInput},
			Needs:   asksAlias,
		},
		{
			ID:      "reference.alias-target-only",
			Title:   "The server's name is an alias (CNAME); the certificate names only the canonical name",
			Why:     "A client that compares the canonical name, which its resolver returns, lets DNS choose the server's name: an attacker who forges the record is accepted.",
			Twin:    "reference.alias",
			Change:  presentsAll("the certificate names the canonical name only", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, secureInput, noRegister},
			Needs:   asksAlias,
		},
		{
			ID:      "reference.resolved-address",
			Title:   "The client is given a name; the certificate has only the address that the name resolves to",
			Why:     "Some SIP stacks replace the name by the resolved address and then compare that (pjsip #1811, Blink): an attacker who forges DNS is accepted.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the only identity is the address of the server", "IP:{address}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, findIdentities, anyIdentity, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "reference.resolved-address-as-name",
			Title:   "The client is given a name; the certificate has only the address that the name resolves to, as a dNSName",
			Why:     "This is the same mistake, with the address in the field in which a SIP stack expects a name.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the only identity is a dNSName with the text of the server's address", "DNS:{address}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, matchIdentity, matchLabels, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "reference.resolved-address-as-common-name",
			Title:   "The client is given a name; the certificate has only the address that the name resolves to, as common name",
			Why:     "Installers of phone systems often make certificates that have nothing but the address as common name: such a certificate does not prove the name.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the only name is the server's address as common name", "CN:{address}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, findIdentities, noCommonName, noRegister},
			Needs:   aboutNames,
		},
	}
}
