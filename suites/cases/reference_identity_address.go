package cases

import (
	"siptrust/client"
	"siptrust/pkiforge"
)

// givesAddress is the change of every case in which the client is given an address
// in place of a name. The sound certificate has the address in every field in which
// a client looks for it: some verifiers do not look at iPAddress.
var givesAddress = both("the client is given the server's address, which the certificate has in every field",
	Change{Apply: givenAddress}, presents("", "IP:{address}", "URI:sip:{address}", "DNS:{address}"))

// dials is the feature that a client needs for these cases.
var dials = []client.Feature{client.FeatureAddress}

// addressCases: the client is given an IP address.
func addressCases() []Case {
	return []Case{
		{
			ID:       "reference.address",
			Title:    "The client is given an IP address; the certificate has it as iPAddress, in a SIP URI and as dNSName",
			Why:      "Phone systems are often configured by address, and their certificates then contain it: a client that cannot compare an address is locked out.",
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
			Title:    "The client is given an IP address; the certificate has it only as iPAddress",
			Why:      "RFC 9525 and nearly every verifier compare iPAddress; RFC 5922 knows only SIP URIs and DNS names.",
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
			Title:    "The client is given an IP address; the certificate has it only in a SIP URI",
			Why:      "The standards do not say whether the host of such a URI can be an address; verifiers made for the web do not look at SIP URIs.",
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
			Title:   "The client is given an IP address; the certificate has another address",
			Why:     "An address is an identity like any other: otherwise the certificate of one host is good for every other host.",
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
			Why:     "Some installers switch the name check off because the client uses an address: any certificate of a trusted CA is then accepted.",
			Twin:    "reference.address",
			Change:  presentsAll("the certificate has a name and no address", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{uriIdentity, matchIPAddress, compareIdentity, noRegister},
			Needs:   dials,
		},
		{
			ID:       "reference.address-as-name",
			Title:    "The client is given an IP address; the certificate has it only as a dNSName",
			Why:      "An address must be compared, byte by byte, with an iPAddress. A CA that was asked for a DNS name has not checked who owns the address.",
			Twin:     "reference.address",
			Change:   presents("the only identity is a dNSName with the text of the server's address", "DNS:{address}"),
			Expect:   Refuse,
			ByPolicy: map[Policy]Expectation{RFC5922: Observe},
			Level:    Should,
			Clauses:  []Clause{anyIdentity, matchIPAddress, altNames},
			Needs:    dials,
		},
		{
			ID:      "reference.address-wildcard",
			Title:   "The client is given an IP address; a dNSName has a wildcard in place of its first number",
			Why:     "A client that compares the address as if it were a name accepts one certificate for a whole range of addresses (CVE-2014-0139).",
			Twin:    "reference.address",
			Change:  presents("the only identity is a dNSName with a wildcard in place of the first number of the server's address", "DNS:*.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{anyIdentity, matchIPAddress, matchIdentity, noRegister},
			Needs:   dials,
		},
		{
			ID:       "reference.address-as-common-name",
			Title:    "The client is given an IP address; the certificate has it only as common name, and no subject alternative name",
			Why:      "Phone systems make such certificates for themselves, and phones of the same maker accept them.",
			Twin:     "reference.address",
			Change:   presents("the only name is the server's address as common name", "CN:{address}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Refuse, RFC9525: Refuse, Apple: Refuse, Teams: Refuse},
			Level:    Must,
			Clauses:  []Clause{findIdentities, noCommonName, httpNames},
			Needs:    dials,
		},
		{
			ID:      "reference.address-as-common-name-beside-name",
			Title:   "The client is given an IP address; the common name is that address, and a dNSName names another host",
			Why:     "If there is a subject alternative name, the common name does not count: the CA may have put it there unchecked.",
			Twin:    "reference.address",
			Change:  presents("the common name is the server's address, and the dNSName names another host", "CN:{address}", "DNS:{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{findIdentities, noCommonName, httpNames, noRegister},
			Needs:   dials,
		},
		{
			ID:      "reference.address-mapped",
			Title:   "The client is given an IPv4 address; the iPAddress is that address mapped into IPv6",
			Why:     "Four bytes are not equal to sixteen; libraries that store both in one form treat them as equal.",
			Twin:    "reference.address",
			Change:  presents("the only identity is an iPAddress of the server's address, mapped into IPv6", "IP:::ffff:{address}"),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{matchIPAddress, altNames},
			Needs:   dials,
		},
		{
			ID:      "reference.address-of-five-octets",
			Title:   "The client is given an IPv4 address; the iPAddress is that address and one more byte",
			Why:     "A client that compares only the first four bytes accepts an iPAddress that is not a valid address.",
			Twin:    "reference.address",
			Change:  addressAndMore,
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{altNames, matchIPAddress},
			Needs:   dials,
		},
	}
}

// addressAndMore puts an iPAddress of five bytes into the certificate.
var addressAndMore = Change{
	Name: "the only identity is an iPAddress of five bytes: the server's address and one more byte",
	Apply: func(s *Scenario) error {
		octets := string(s.Names.Address.AsSlice()) + "\x01"
		return pkiforge.Presents("IP:" + octets).Apply(&s.Plan)
	},
}
