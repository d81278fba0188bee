package suites

import (
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// twoTargets gives the client a domain with two servers, a second one behind the
// first, and with SIP without TLS besides.
var twoTargets = Change{
	Name: "the client is given a domain with two servers of one certificate, and with SIP without TLS besides",
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

// firstWrongName has the first of two servers present another host's name; the
// verdict is about the server at judged.
func firstWrongName(judged Place) Change {
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

// targetCases: the domain has two servers. To refuse one is a failure to reach
// it, after which the client turns to the next (RFC 3263 4.3).
func targetCases() []Case {
	const twin = "reference.two-targets"
	return []Case{
		{
			ID:      twin,
			Title:   "The client is given a domain with two servers and one certificate, and with SIP without TLS besides",
			Why:     "Domains that can be relied on have a second server; old telephones are the reason for what they offer without TLS.",
			Style:   pkiforge.CustomCA,
			Change:  twoTargets,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, portLookup},
			Needs:   asksSRV,
		},
		{
			ID:      "reference.first-target-wrong-name",
			Title:   "The certificate of the first of two servers names another host: nothing is sent to it",
			Why:     "That another server is there to be tried is no reason to be lenient with this one.",
			Twin:    twin,
			Change:  firstWrongName(Here),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noMatch, noRegister},
			Needs:   asksSRV,
		},
		{
			ID:     "reference.next-target",
			Title:  "The certificate of the first of two servers names another host, that of the second is sound: the client registers there",
			Why:    "One server with a forgotten certificate must not take the domain down; a client that stops there is safe, and of no use.",
			Twin:   twin,
			Change: firstWrongName(There),
			Expect: Accept,
			// That a refusal is a failure of the transport is a reading: the RFC
			// names lost connections.
			Level:    Should,
			Clauses:  []Clause{tryNext},
			MustCome: true,
			Needs:    asksSRV,
		},
		{
			ID:      "reference.both-targets-wrong-name",
			Title:   "The certificates of both servers name another host: neither gets anything, nor does a service without TLS",
			Why:     "When all that is secure has failed, the list of servers goes on with what is not: a SIPS URI ends before that.",
			Twin:    twin,
			Change:  bothWrongName,
			Expect:  Refuse,
			Demands: []Demand{NothingInClear},
			Level:   Must,
			Clauses: []Clause{compareIdentity, serverLookup, noSIPSDowngrade, noRegister},
			Needs:   asksSRV,
		},
	}
}
