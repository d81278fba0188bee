package suites

import (
	"slices"
	"strings"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// Clauses on connections.
var (
	connectionReuse = Clause{"RFC 5923", "9.3"}
	flowRecovery    = Clause{"RFC 5626", "4.5"}
	closureAlerts   = Clause{"RFC 8446", "6.1"}
)

// conductCases: what a client does over several connections, and with servers
// that behave as none should. See paper.go for those of the paper.
func conductCases() []Case {
	return slices.Concat(connectionCases(), reconnectCases(), serverCases(), answerCases())
}

// connectionCases: two domains at one address and port.
func connectionCases() []Case {
	return []Case{
		{
			ID:      "conduct.two-accounts.sound",
			Title:   "Two accounts in two domains at one address and port, whose certificate names both",
			Why:     "Hosted services put many domains on one address; over one connection or two, both accounts must come in.",
			Style:   pkiforge.CustomCA,
			Change:  twoAccounts,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{compareIdentity, connectionReuse},
			Needs:   []client.Feature{client.FeatureSecondAccount, client.FeatureNames},
		},
		{
			ID:      "conduct.two-accounts.first-only",
			Title:   "Two accounts in two domains at one address and port, whose certificate names the first domain only",
			Why:     "A client that finds its connections by address and port sends one domain's calls to another's server (CVE-2020-15260).",
			Twin:    "conduct.two-accounts.sound",
			Change:  firstNameOnly,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, connectionReuse},
			Needs:   []client.Feature{client.FeatureSecondAccount, client.FeatureNames},
		},
		{
			ID:      "conduct.redirect.sound",
			Title:   "A redirection to another sips URI, at the same address and port, whose certificate names both hosts",
			Why:     "Registrars send phones on to the server that is to serve them.",
			Style:   pkiforge.CustomCA,
			Change:  redirected,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{{"RFC 3261", "8.1.3.4"}, compareIdentity},
			Needs:   []client.Feature{client.FeatureRegister, client.FeatureRedirects, client.FeatureNames},
		},
		{
			ID:      "conduct.redirect.first-only",
			Title:   "A redirection to another sips URI, at the same address and port, whose certificate names the first host only",
			Why:     "Where a redirection leads is a new server: what the one before could prove is nothing to it.",
			Twin:    "conduct.redirect.sound",
			Change:  firstNameOnly,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, {"RFC 3261", "8.1.3.4"}},
			Needs:   []client.Feature{client.FeatureRegister, client.FeatureRedirects, client.FeatureNames},
		},
	}
}

// reconnectCases: a server that is another one the second time.
func reconnectCases() []Case {
	return []Case{
		{
			ID:      "conduct.reconnect.sound",
			Title:   "The server ends the connection after it answered, and is the same when the client comes back",
			Why:     "Servers restart and firewalls cut connections: a phone that stays away cannot be called.",
			Style:   pkiforge.CustomCA,
			Change:  endsConnection,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustValidate, flowRecovery},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.after-reset",
			Title:   "The server resets the connection after it answered, and is the same when the client comes back",
			Why:     "What is in the way of a connection resets it more often than it closes it.",
			Twin:    "conduct.reconnect.sound",
			Change:  resetsConnection,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{flowRecovery},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.after-cut",
			Title:   "The server ends TCP without close_notify after it answered, and is the same when the client comes back",
			Why:     "Without close_notify nobody knows whether something is missing; the connection is over all the same.",
			Twin:    "conduct.reconnect.sound",
			Change:  cutsConnection,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{closureAlerts, flowRecovery},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.expired",
			Title:   "When the client comes back the server's certificate has expired",
			Why:     "A phone runs for years: that a server was in order once says nothing of today.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterExpired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.wrong-name",
			Title:   "When the client comes back the server's certificate names another host",
			Why:     "An attacker who cuts a connection is the one that answers the next.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterWrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects, client.FeatureNames},
		},
		{
			ID:      "conduct.reconnect.unknown-root",
			Title:   "When the client comes back the server's chain leads to a root that is not installed",
			Why:     "An attacker who cuts a connection is the one that answers the next.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterUnknownRoot,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.bad-signature",
			Title:   "When the client comes back the signature on the server's certificate does not verify",
			Why:     "A certificate that looks like the one of before is not the one of before.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterBadSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.intermediate-missing",
			Title:   "When the client comes back the server leaves out the issuing CA that it sent before",
			Why:     "Clients that keep certificates they have seen can go on; whether this one does explains errors that come and go.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterWithoutIssuer,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{pathValidation},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.no-handshake",
			Title:   "When the client comes back the server fails every handshake: nothing is sent in the clear",
			Why:     "A client that has registered over TLS once must not take that for permission to go on without.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterFails,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear, ClosesConnection},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, sipsOnlyOverTLS},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.restarted.sound",
			Title:   "The client is started again at the same sound server",
			Why:     "It is what a server that has changed between two starts is compared with.",
			Style:   pkiforge.CustomCA,
			Change:  startedAgain,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustValidate, pathValidation},
		},
		{
			ID:      "conduct.restarted.expired",
			Title:   "When the client is started again the server's certificate has expired",
			Why:     "What a client remembers of a server must not stand in for looking.",
			Twin:    "conduct.restarted.sound",
			Change:  laterExpired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "conduct.restarted.wrong-name",
			Title:   "When the client is started again the server's certificate names another host",
			Why:     "What a client remembers of a server must not stand in for looking.",
			Twin:    "conduct.restarted.sound",
			Change:  laterWrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "conduct.restarted.unknown-root",
			Title:   "When the client is started again the server's chain leads to a root that is not installed",
			Why:     "Trust on first use is no validation: the second server is as unknown as the first would have been.",
			Twin:    "conduct.restarted.sound",
			Change:  laterUnknownRoot,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
		},
		{
			ID:      "conduct.restarted.root-removed",
			Title:   "When the client is started again the root was removed from the endpoint",
			Why:     "An enterprise that withdraws a root wants it to be gone at the next start, not when a cache ends.",
			Twin:    "conduct.restarted.sound",
			Change:  laterRootRemoved,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
		},
		{
			ID:      "conduct.restarted.same-serial",
			Title:   "When the client is started again the server has another certificate with the serial number of the first",
			Why:     "A client that keeps certificates by issuer and serial number stumbles over it; one that keeps none does not see it.",
			Twin:    "conduct.restarted.sound",
			Change:  sameSerial,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{{"RFC 5280", "4.1.2.2"}},
		},
	}
}

// The changes of connections.
var (
	twoAccounts = Change{
		Name: "there are two accounts at the same address and port, and the certificate names both domains",
		Apply: func(s *Scenario) error {
			s.SecondAccount = true
			return bothNames(s)
		},
	}
	redirected = Change{
		Name: "the server redirects to another sips URI at the same address and port, and the certificate names both hosts",
		Apply: func(s *Scenario) error {
			s.Redirected = true
			s.Server.Reply = fakeserver.Reply{
				Status: 302, Reason: "Moved Temporarily", Fields: []string{"Contact: <sips:alice@{other}>"},
			}
			return bothNames(s)
		},
	}
	firstNameOnly = Change{
		Name: "the certificate names the first domain only",
		Apply: func(s *Scenario) error {
			return pkiforge.ChangeCert("first name only", pkiforge.Server, func(c *pkiforge.Cert) error {
				other := func(name string) bool { return strings.Contains(name, s.Names.Other) }
				c.DNS, c.URIs = slices.DeleteFunc(c.DNS, other), slices.DeleteFunc(c.URIs, other)
				return nil
			}).Apply(&s.Plan)
		},
	}

	endsConnection = comesBack("the server ends the connection after it answered the REGISTER", func(_, _ *fakeserver.Behaviour) {})

	resetsConnection = ofServer("the server resets the connection", func(b *fakeserver.Behaviour) { b.End = fakeserver.EndReset })
	cutsConnection   = ofServer("the server ends the connection without close_notify", func(b *fakeserver.Behaviour) { b.End = fakeserver.EndCut })

	laterWithoutIssuer = ofLaterPKI("the issuing CA is not sent on the second connection", always(pkiforge.Sends(pkiforge.Server)))
	laterFails         = ofLaterServer("the server fails every handshake after the first", func(b *fakeserver.Behaviour) {
		b.Answer = fakeserver.AnswerAlert
	})

	startedAgain = Change{
		Name: "the client is started twice",
		Apply: func(s *Scenario) error {
			s.Later = &Later{Plan: s.Plan.Clone(), Server: s.Server, Restarted: true}
			return nil
		},
	}
	laterRootRemoved = Change{
		Name: "the root was removed before the second start",
		Apply: func(s *Scenario) error {
			s.Later.Trust = true
			return pkiforge.RootMissing().Apply(&s.Later.Plan)
		},
	}
	sameSerial = Change{
		Name: "both certificates have the same serial number",
		Apply: func(s *Scenario) error {
			serial := pkiforge.Serial(pkiforge.Server, []byte{0x51, 0x50, 1, 2, 3, 4, 5, 6})
			if err := serial.Apply(&s.Plan); err != nil {
				return err
			}
			return serial.Apply(&s.Later.Plan)
		},
	}
)

// bothNames has the certificate name the second domain as it names the first.
func bothNames(s *Scenario) error {
	if err := pkiforge.AlsoDNS(s.Names.Other).Apply(&s.Plan); err != nil {
		return err
	}
	return pkiforge.AlsoURI("sip:" + s.Names.Other).Apply(&s.Plan)
}
