package suites

import (
	"siptrust/client"
	"siptrust/pkiforge"
)

// givesProxy is the change of the cases in which the server is an outbound
// proxy.
var givesProxy = Change{Name: "the server is the client's outbound proxy, and its certificate names it and the domain", Apply: givenProxy}

var takesProxy = []string{client.LacksProxy}

// proxyCases: the client registers with a domain by an outbound proxy of
// another name. The domain itself leads nowhere.
func proxyCases() []Case {
	return []Case{
		{
			ID:         "reference.proxy",
			Title:      "The client is given an outbound proxy; the certificate names it and the domain",
			Why:        "In enterprises the proxy is mostly called otherwise than the domain: with both names no reading has an objection.",
			Style:      pkiforge.CustomCA,
			Change:     givesProxy,
			Expect:     Accept,
			Level:      Must,
			Clauses:    []Clause{nextHop, compareIdentity},
			Needs:      takesProxy,
			AboutNames: true,
		},
		{
			ID:         "reference.proxy-only",
			Title:      "The client is given an outbound proxy; the certificate names the proxy and not the domain",
			Why:        "The next hop is what the client dials and what RFC 5922 has it compare; some telephones want the domain as well.",
			Twin:       "reference.proxy",
			Change:     presentsAll("the certificate names the proxy only", "{host}"),
			Expect:     Observe,
			ByPolicy:   map[Policy]Expectation{RFC5922: Accept, RFC9525: Accept},
			Level:      Must,
			Clauses:    []Clause{nextHop, compareIdentity, secureInput},
			Needs:      takesProxy,
			AboutNames: true,
		},
		{
			ID:         "reference.proxy-domain-only",
			Title:      "The client is given an outbound proxy; the certificate names the domain and not the proxy",
			Why:        "RFC 3261 asks for the domain that the client registers with, RFC 5922 for the next hop: the client may have been told either.",
			Twin:       "reference.proxy",
			Change:     presentsAll("the certificate names the domain only", "{domain}"),
			Expect:     Observe,
			Level:      Should,
			Clauses:    []Clause{nextHop, compareIdentity, noRegister, secureInput},
			Needs:      takesProxy,
			AboutNames: true,
		},
		{
			ID:         "reference.proxy-other",
			Title:      "The client is given an outbound proxy; the certificate names neither it nor the domain",
			Why:        "All that the client sends goes by the proxy: whoever takes its place has the account.",
			Twin:       "reference.proxy",
			Change:     presentsAll("the certificate names another host", "{other}"),
			Expect:     Refuse,
			Level:      Must,
			Clauses:    []Clause{compareIdentity, noMatch, noRegister},
			Needs:      takesProxy,
			AboutNames: true,
		},
	}
}
