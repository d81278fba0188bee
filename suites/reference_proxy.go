package suites

import (
	"siptrust/client"
	"siptrust/pkiforge"
)

// givesProxy is the change of the cases in which the server is an outbound
// proxy.
var givesProxy = Change{Name: "the server is the client's outbound proxy, and its certificate names it and the domain", Apply: givenProxy}

// givesProxyByAddress is the same where the client knows the proxy by its
// address only.
var givesProxyByAddress = both("the server is the client's outbound proxy, given by its address, and its certificate has that and the domain",
	Change{Apply: givenProxyByAddress}, presents("", "IP:{host}", "URI:sip:{host}", "DNS:{host}", "DNS:{domain}", "URI:sip:{domain}"))

var (
	takesProxy        = []client.Feature{client.FeatureProxy, client.FeatureNames}
	takesProxyAddress = []client.Feature{client.FeatureProxy, client.FeatureAddress}
)

// proxyCases: the client registers with a domain by an outbound proxy of
// another name. The domain itself leads nowhere.
func proxyCases() []Case {
	return []Case{
		{
			ID:      "reference.proxy",
			Title:   "The client is given an outbound proxy; the certificate names it and the domain",
			Why:     "In enterprises the proxy is mostly called otherwise than the domain: with both names no reading has an objection.",
			Style:   pkiforge.CustomCA,
			Change:  givesProxy,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{nextHop, compareIdentity},
			Needs:   takesProxy,
		},
		{
			ID:       "reference.proxy-only",
			Title:    "The client is given an outbound proxy; the certificate names the proxy and not the domain",
			Why:      "The next hop is what the client dials and what RFC 5922 has it compare; some telephones want the domain as well.",
			Twin:     "reference.proxy",
			Change:   presentsAll("the certificate names the proxy only", "{host}"),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Accept, RFC9525: Accept},
			Level:    Must,
			Clauses:  []Clause{nextHop, compareIdentity, secureInput},
			Needs:    takesProxy,
		},
		{
			ID:      "reference.proxy-domain-only",
			Title:   "The client is given an outbound proxy; the certificate names the domain and not the proxy",
			Why:     "RFC 3261 asks for the domain that the client registers with, RFC 5922 for the next hop: the client may have been told either.",
			Twin:    "reference.proxy",
			Change:  presentsAll("the certificate names the domain only", "{domain}"),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nextHop, compareIdentity, noRegister, secureInput},
			Needs:   takesProxy,
		},
		{
			ID:      "reference.proxy-other",
			Title:   "The client is given an outbound proxy; the certificate names neither it nor the domain",
			Why:     "All that the client sends goes by the proxy: whoever takes its place has the account.",
			Twin:    "reference.proxy",
			Change:  presentsAll("the certificate names another host", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noMatch, noRegister},
			Needs:   takesProxy,
		},
		{
			ID:       "reference.proxy-address",
			Title:    "The client is given an outbound proxy by its address; the certificate has that as iPAddress, in a SIP URI and as dNSName, and names the domain",
			Why:      "Proxies are set by address where DNS is not to be relied on; the certificate then has to hold it.",
			Style:    pkiforge.CustomCA,
			Change:   givesProxyByAddress,
			Expect:   Accept,
			ByPolicy: map[Policy]Expectation{RFC5922: Observe},
			Level:    Must,
			Clauses:  []Clause{nextHop, matchIPAddress},
			Needs:    takesProxyAddress,
		},
		{
			ID:      "reference.proxy-address-domain-only",
			Title:   "The client is given an outbound proxy by its address; the certificate names the domain and has no address",
			Why:     "Some clients compare what they dial and refuse, others the domain: users of the former have been told to switch verification off.",
			Twin:    "reference.proxy-address",
			Change:  presentsAll("the certificate names the domain only", "{domain}"),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nextHop, compareIdentity, noRegister, secureInput},
			Needs:   takesProxyAddress,
		},
		{
			ID:      "reference.proxy-address-other",
			Title:   "The client is given an outbound proxy by its address; the certificate has neither that nor the domain",
			Why:     "An address is an identity like any other: whoever takes the proxy's place has the account.",
			Twin:    "reference.proxy-address",
			Change:  presents("the certificate has another address and another host's name", "IP:192.0.2.1", "URI:sip:192.0.2.1", "DNS:{other}", "URI:sip:{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIPAddress, compareIdentity, noMatch, noRegister},
			Needs:   takesProxyAddress,
		},
	}
}
