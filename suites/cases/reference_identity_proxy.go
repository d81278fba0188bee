package cases

import (
	"siptrust/client"
	"siptrust/pkiforge"
)

// givesProxy makes the server the client's outbound proxy.
var givesProxy = Change{Name: "the server is the client's outbound proxy, and the certificate names the proxy and the domain", Apply: givenProxy}

// givesProxyByAddress does the same and gives the client only the proxy's address.
var givesProxyByAddress = both("the server is the client's outbound proxy, given by its address, and the certificate has the address and the domain",
	Change{Apply: givenProxyByAddress}, presents("", "IP:{host}", "URI:sip:{host}", "DNS:{host}", "DNS:{domain}", "URI:sip:{domain}"))

var (
	takesProxy        = []client.Feature{client.FeatureProxy, client.FeatureNames}
	takesProxyAddress = []client.Feature{client.FeatureProxy, client.FeatureAddress}
)

// proxyCases: the client registers with a domain through an outbound proxy, which has
// another name. DNS does not lead from the domain itself to any server.
func proxyCases() []Case {
	return []Case{
		{
			ID:      "reference.proxy",
			Title:   "The client is given an outbound proxy; the certificate names the proxy and the domain",
			Why:     "In enterprises the proxy usually has another name than the domain: a certificate with both names satisfies every reading of the standards.",
			Style:   pkiforge.CustomCA,
			Change:  givesProxy,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{nextHop, compareIdentity},
			Needs:   takesProxy,
		},
		{
			ID:       "reference.proxy-only",
			Title:    "The client is given an outbound proxy; the certificate names the proxy but not the domain",
			Why:      "The proxy is the next hop that the client connects to, and RFC 5922 compares that name; some phones require the domain as well.",
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
			Title:   "The client is given an outbound proxy; the certificate names the domain but not the proxy",
			Why:     "RFC 3261 compares the domain with which the client registers, RFC 5922 the next hop: clients follow one or the other.",
			Twin:    "reference.proxy",
			Change:  presentsAll("the certificate names the domain only", "{domain}"),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nextHop, compareIdentity, noRegister, secureInput},
			Needs:   takesProxy,
		},
		{
			ID:      "reference.proxy-other",
			Title:   "The client is given an outbound proxy; the certificate names neither the proxy nor the domain",
			Why:     "Everything that the client sends goes to the proxy: an attacker in its place controls the account.",
			Twin:    "reference.proxy",
			Change:  presentsAll("the certificate names another host", "{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noMatch, noRegister},
			Needs:   takesProxy,
		},
		{
			ID:       "reference.proxy-address",
			Title:    "The client is given an outbound proxy by its address; the certificate has the address as iPAddress, in a SIP URI and as dNSName, and the domain",
			Why:      "A proxy is configured by address where DNS is not reliable: the certificate must then contain the address.",
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
			Why:     "Some clients compare the address and refuse, others compare the domain. Users of the former have been told to switch verification off.",
			Twin:    "reference.proxy-address",
			Change:  presentsAll("the certificate names the domain only", "{domain}"),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nextHop, compareIdentity, noRegister, secureInput},
			Needs:   takesProxyAddress,
		},
		{
			ID:      "reference.proxy-address-other",
			Title:   "The client is given an outbound proxy by its address; the certificate has neither the address nor the domain",
			Why:     "Everything that the client sends goes to the proxy: an attacker in its place controls the account.",
			Twin:    "reference.proxy-address",
			Change:  presents("the certificate has another address and another host's name", "IP:192.0.2.1", "URI:sip:192.0.2.1", "DNS:{other}", "URI:sip:{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIPAddress, compareIdentity, noMatch, noRegister},
			Needs:   takesProxyAddress,
		},
	}
}
