package suites

import (
	"siptrust/client"
	"siptrust/pkiforge"
)

// givesAddress is the change of every case in which the client is given an
// address in place of a name. Sound is what has the address in every field in
// which a client looks for it: verifiers without iPAddress are about.
var givesAddress = both("the client is given the address of the server, which its certificate has in every field",
	Change{Apply: givenAddress}, presents("", "IP:{address}", "URI:sip:{address}", "DNS:{address}"))

// dials is what a client of these cases needs.
var dials = []client.Feature{client.FeatureAddress}

// addressCases: the client is given an IP address.
func addressCases() []Case {
	return []Case{
		{
			ID:       "reference.address",
			Title:    "The client is given an IP address; the certificate has it as iPAddress, in a SIP URI and as dNSName",
			Why:      "Telephone systems are often set up by address; their certificates then have to say so.",
			Style:    pkiforge.CustomCA,
			Change:   givesAddress,
			Expect:   Accept,
			ByPolicy: map[Policy]Expectation{RFC5922: Observe},
			Level:    Must,
			Clauses:  []Clause{matchIPAddress, anyIdentity, altNames},
			Needs:    dials,
		},
		{
			ID:       "reference.address-only",
			Title:    "The client is given an IP address; the certificate has it as iPAddress only",
			Why:      "RFC 9525 and nearly every verifier match it; RFC 5922 knows SIP URIs and DNS names and nothing else.",
			Twin:     "reference.address",
			Change:   presents("the only identity is an iPAddress of the server's address", "IP:{address}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Refuse, RFC9525: Accept, Apple: Accept, Teams: Accept},
			Level:    Must,
			Clauses:  []Clause{findIdentities, matchIPAddress, httpNames},
			Needs:    dials,
		},
		{
			ID:       "reference.address-uri-only",
			Title:    "The client is given an IP address; the certificate has it in a SIP URI only",
			Why:      "Whether the host of such a URI can be an address the standards leave open; verifiers made for the web do not look at it.",
			Twin:     "reference.address",
			Change:   presents("the only identity is a SIP URI of the server's address", "URI:sip:{address}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{Apple: Refuse, Teams: Refuse},
			Level:    Must,
			Clauses:  []Clause{findIdentities, matchIdentity, httpNames},
			Needs:    dials,
		},
		{
			ID:      "reference.address-other",
			Title:   "The client is given an IP address; the certificate has another",
			Why:     "An address is an identity like any other: a certificate for one machine must not answer for the next.",
			Twin:    "reference.address",
			Change:  presents("the certificate has another address", "IP:192.0.2.1", "URI:sip:192.0.2.1", "DNS:192.0.2.1"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIPAddress, compareIdentity, noMatch, noRegister},
			Needs:   dials,
		},
		{
			ID:      "reference.address-name-only",
			Title:   "The client is given an IP address; the certificate has a name and no address",
			Why:     "Laboratories switch the check off because the server is dialled by its address: the certificate then proves nothing.",
			Twin:    "reference.address",
			Change:  presentsAll("the certificate has a name and no address", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{uriIdentity, matchIPAddress, compareIdentity, noRegister},
			Needs:   dials,
		},
		{
			ID:       "reference.address-as-name",
			Title:    "The client is given an IP address; a dNSName reads like it",
			Why:      "An address is compared as octets with an iPAddress; a CA that was asked for names checked no address.",
			Twin:     "reference.address",
			Change:   presents("the only identity is a dNSName that reads as the server's address", "DNS:{address}"),
			Expect:   Refuse,
			ByPolicy: map[Policy]Expectation{RFC5922: Observe},
			Level:    Should,
			Clauses:  []Clause{anyIdentity, matchIPAddress, altNames},
			Needs:    dials,
		},
		{
			ID:      "reference.address-wildcard",
			Title:   "The client is given an IP address; a dNSName has a * in place of its first number",
			Why:     "A client that reads the address as a name lets one certificate answer for a whole network: CVE-2014-0139.",
			Twin:    "reference.address",
			Change:  presents("the only identity is a dNSName with a * in place of the first number of the server's address", "DNS:*.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{anyIdentity, matchIPAddress, matchIdentity, noRegister},
			Needs:   dials,
		},
		{
			ID:       "reference.address-as-common-name",
			Title:    "The client is given an IP address; the common name is that address, and there is no alternative name",
			Why:      "Telephone systems make such certificates for themselves, and telephones of the same maker take them.",
			Twin:     "reference.address",
			Change:   presents("the only name is a common name that is the server's address", "CN:{address}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Refuse, RFC9525: Refuse, Apple: Refuse, Teams: Refuse},
			Level:    Must,
			Clauses:  []Clause{findIdentities, noCommonName, httpNames},
			Needs:    dials,
		},
		{
			ID:      "reference.address-as-common-name-beside-name",
			Title:   "The client is given an IP address; the common name is that address beside a dNSName of another host",
			Why:     "Where there is a subject alternative name the common name says nothing: who chose it was not asked for proof.",
			Twin:    "reference.address",
			Change:  presents("the common name is the server's address, the dNSName another host's", "CN:{address}", "DNS:{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{findIdentities, noCommonName, httpNames, noRegister},
			Needs:   dials,
		},
		{
			ID:      "reference.address-mapped",
			Title:   "The client is given an IPv4 address; the iPAddress is that address mapped into IPv6",
			Why:     "Four octets and sixteen are not the same octets; libraries that keep both in one form take them for equal.",
			Twin:    "reference.address",
			Change:  presents("the only identity is an iPAddress of the server's address, mapped into IPv6", "IP:::ffff:{address}"),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{matchIPAddress, altNames},
			Needs:   dials,
		},
		{
			ID:      "reference.address-of-five-octets",
			Title:   "The client is given an IPv4 address; the iPAddress is that address and one octet more",
			Why:     "A client that compares as many octets as it expects does not see the fifth.",
			Twin:    "reference.address",
			Change:  addressAndMore,
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{altNames, matchIPAddress},
			Needs:   dials,
		},
	}
}

// addressAndMore has an iPAddress of five octets.
var addressAndMore = Change{
	Name: "the only identity is an iPAddress of five octets, the first four the server's address",
	Apply: func(s *Scenario) error {
		octets := string(s.Names.Address.AsSlice()) + "\x01"
		return pkiforge.Presents("IP:" + octets).Apply(&s.Plan)
	},
}
