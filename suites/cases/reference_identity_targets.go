package cases

import (
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// twoTargets gives the client a domain that has two servers, the second with a lower
// priority, and offers SIP without TLS too.
var twoTargets = Change{
	Name: "the client is given a domain with two servers that share a certificate; the domain also offers SIP without TLS",
	Apply: func(s *Scenario) error {
		way := both("", zone("",
			`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
			`{host} NAPTR 20 10 "s" "SIP+D2T" "" _sip._tcp.{host}`,
			`{host} NAPTR 30 10 "s" "SIP+D2U" "" _sip._udp.{host}`,
			`_sips._tcp.{host} SRV 10 0 {port} one.{host}`,
			`_sips._tcp.{host} SRV 20 0 {elsewhere-port} two.{host}`,
			`_sip._tcp.{host} SRV 10 0 {clear} one.{host}`,
			`_sip._udp.{host} SRV 10 0 {clear} one.{host}`,
			`one.{host} A {address}`,
			`two.{host} A {elsewhere}`),
			presentsAll("", "{host}", "one.{host}", "two.{host}"))
		if err := way.Apply(s); err != nil {
			return err
		}
		s.Elsewhere = &Elsewhere{Plan: s.Plan.Clone(), Server: fakeserver.Behaviour{}}
		return nil
	},
}

// firstWrongName makes the certificate of the first of two servers name another host;
// the verdict is about the server at judged.
func firstWrongName(judged seen.About) Change {
	return Change{
		Name: "the certificate of the first server names another host",
		Apply: func(s *Scenario) error {
			s.Elsewhere.Judged = judged
			return wrongName.Apply(s)
		},
	}
}

var bothWrongName = Change{
	Name: "the certificates of both servers name another host",
	Apply: func(s *Scenario) error {
		s.Linger = true
		if err := pkiforge.WrongName(s.Names.Other).Apply(&s.Elsewhere.Plan); err != nil {
			return err
		}
		return wrongName.Apply(s)
	},
}

// targetCases: the domain has two servers. A client that refuses the first has not
// reached it, and tries the next one (RFC 3263 4.3).
func targetCases() []Case {
	const twin = "reference.two-targets"
	return []Case{
		{
			ID:      twin,
			Title:   "The client is given a domain with two servers that share a certificate; the domain also offers SIP without TLS",
			Why:     "Domains that must not fail have a second server, and many offer SIP without TLS for old phones.",
			Style:   pkiforge.CustomCA,
			Change:  twoTargets,
			Places:  fakeserver.Places{Second: true},
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, portLookup},
			Needs:   asksSRV,
		},
		{
			ID:      "reference.first-target-wrong-name",
			Title:   "The certificate of the first of two servers names another host: the client sends it no SIP",
			Why:     "That there is a second server is no reason to accept the first: a client that accepts it registers with an impostor.",
			Twin:    twin,
			Change:  firstWrongName(seen.AboutHere),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noMatch, noRegister},
			Needs:   asksSRV,
		},
		{
			ID:       "reference.next-target",
			Title:    "The certificate of the first of two servers names another host, the second server is sound: does the client register with the second?",
			Why:      "With a client that stops at the first, one server with a wrong certificate makes the whole domain unreachable. RFC 3263 names lost connections, timeouts and the answer 503 as reasons to go on, not a bad certificate.",
			Twin:     twin,
			Change:   firstWrongName(seen.AboutThere),
			Expect:   Observe,
			Level:    Should,
			Clauses:  []Clause{tryNext},
			MustCome: true,
			Needs:    asksSRV,
		},
		{
			ID:      "reference.both-targets-wrong-name",
			Title:   "The certificates of both servers name another host: the client sends no SIP to them, nor to the service without TLS",
			Why:     "After the servers with TLS the domain's list continues with services without TLS: a client that follows it sends its registration in the clear.",
			Twin:    twin,
			Change:  bothWrongName,
			Expect:  Refuse,
			Demands: []seen.Demand{seen.NothingInClear},
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, noSIPSDowngrade, noRegister},
			Needs:   asksSRV,
		},
	}
}
