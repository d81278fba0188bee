package cases

import (
	"slices"
	"strings"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// Clauses on connections.
var (
	connectionReuse = clause("RFC 5923", "9.3")
	flowRecovery    = clause("RFC 5626", "4.5")
	closureAlerts   = clause("RFC 8446", "6.1")
)

// conductCases: what a client does over several connections, and with servers that
// misbehave. The cases of the paper are in paper.go.
func conductCases() []Case {
	return slices.Concat(connectionCases(), reconnectCases(), serverCases(), answerCases())
}

// connectionCases: two domains at one address and port.
func connectionCases() []Case {
	return []Case{
		{
			ID:      "conduct.two-accounts.sound",
			Title:   "Two accounts in two domains use the same address and port, and the certificate names both domains",
			Why:     "Hosting providers serve many domains at one address: the client must be able to register both accounts, over one connection or two.",
			Style:   pkiforge.CustomCA,
			Change:  twoAccounts,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{compareIdentity, connectionReuse},
			Needs:   []client.Feature{client.FeatureSecondAccount, client.FeatureNames},
		},
		{
			ID:      "conduct.two-accounts.first-only",
			Title:   "Two accounts in two domains use the same address and port, and the certificate names the first domain only",
			Why:     "A client that reuses a connection because address and port are the same sends one domain's calls to another domain's server (CVE-2020-15260).",
			Twin:    "conduct.two-accounts.sound",
			Change:  firstNameOnly,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, connectionReuse},
			Needs:   []client.Feature{client.FeatureSecondAccount, client.FeatureNames},
		},
		{
			ID:      "conduct.redirect.sound",
			Title:   "The server redirects to another sips URI at the same address and port, and the certificate names both hosts",
			Why:     "Registrars redirect phones to the server that is responsible for them; a client that does not follow cannot register.",
			Style:   pkiforge.CustomCA,
			Change:  redirected,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{clause("RFC 3261", "8.1.3.4"), compareIdentity},
			Needs:   []client.Feature{client.FeatureRegister, client.FeatureRedirects, client.FeatureNames},
		},
		{
			ID:      "conduct.redirect.first-only",
			Title:   "The server redirects to another sips URI at the same address and port, and the certificate names the first host only",
			Why:     "The target of a redirection is a new server: a client that does not compare its name with the certificate registers with a server that has not proved its identity.",
			Twin:    "conduct.redirect.sound",
			Change:  firstNameOnly,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, clause("RFC 3261", "8.1.3.4")},
			Needs:   []client.Feature{client.FeatureRegister, client.FeatureRedirects, client.FeatureNames},
		},
	}
}

// reconnectCases: the server has changed when the client connects again.
func reconnectCases() []Case {
	return []Case{
		{
			ID:      "conduct.reconnect.sound",
			Title:   "The server closes the connection after its answer and is unchanged when the client reconnects",
			Why:     "Servers restart and firewalls cut connections: a phone that does not reconnect cannot be called.",
			Style:   pkiforge.CustomCA,
			Change:  endsConnection,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustValidate, flowRecovery},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.after-reset",
			Title:   "The server resets the connection after its answer and is unchanged when the client reconnects",
			Why:     "Firewalls and other devices on the path often reset a connection instead of closing it: a phone that does not reconnect cannot be called.",
			Twin:    "conduct.reconnect.sound",
			Change:  resetsConnection,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{flowRecovery},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.after-cut",
			Title:   "The server closes TCP without close_notify after its answer and is unchanged when the client reconnects",
			Why:     "Without close_notify the client cannot know whether data is missing, but the connection is over: a phone that does not reconnect cannot be called.",
			Twin:    "conduct.reconnect.sound",
			Change:  cutsConnection,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{closureAlerts, flowRecovery},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.expired",
			Title:   "When the client reconnects, the server's certificate has expired",
			Why:     "Phones run for years: a client that verifies only its first connection does not notice that a certificate has expired.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterExpired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.wrong-name",
			Title:   "When the client reconnects, the server's certificate names another host",
			Why:     "An attacker who cuts a connection can answer the next one: a client that verifies only its first connection accepts the attacker.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterWrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects, client.FeatureNames},
		},
		{
			ID:      "conduct.reconnect.unknown-root",
			Title:   "When the client reconnects, the server's chain leads to a root that is not installed",
			Why:     "An attacker who cuts a connection can answer the next one: a client that verifies only its first connection accepts the attacker.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterUnknownRoot,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.bad-signature",
			Title:   "When the client reconnects, the signature on the server's certificate is invalid",
			Why:     "A client that only compares the certificate's fields with those of the earlier one accepts a forged certificate.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterBadSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.intermediate-missing",
			Title:   "When the client reconnects, the server no longer sends the issuing CA's certificate",
			Why:     "A client that keeps certificates it has seen can continue. An operator who knows this can explain errors that come and go.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterWithoutIssuer,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{pathValidation},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.reconnect.no-handshake",
			Title:   "When the client reconnects, the server fails every handshake: the client sends nothing in the clear",
			Why:     "A client that has registered over TLS once must not continue without TLS when the handshake fails.",
			Twin:    "conduct.reconnect.sound",
			Change:  laterFails,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear, seen.ClosesConnection},
			Level:   Must,
			Clauses: []Clause{noSIPSDowngrade, sipsOnlyOverTLS},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "conduct.restarted.sound",
			Title:   "The client is started twice, and the server is sound and unchanged",
			Why:     "The cases in which the server changes between the two starts are compared with this one.",
			Style:   pkiforge.CustomCA,
			Change:  startedAgain,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mustValidate, pathValidation},
		},
		{
			ID:      "conduct.restarted.expired",
			Title:   "When the client is started again, the server's certificate has expired",
			Why:     "A client that remembers the server instead of verifying it again accepts an expired certificate.",
			Twin:    "conduct.restarted.sound",
			Change:  laterExpired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "conduct.restarted.wrong-name",
			Title:   "When the client is started again, the server's certificate names another host",
			Why:     "A client that remembers the server instead of verifying it again accepts an impostor.",
			Twin:    "conduct.restarted.sound",
			Change:  laterWrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   aboutNames,
		},
		{
			ID:      "conduct.restarted.unknown-root",
			Title:   "When the client is started again, the server's chain leads to a root that is not installed",
			Why:     "A client that remembers the server instead of verifying it again accepts a CA that nobody installed.",
			Twin:    "conduct.restarted.sound",
			Change:  laterUnknownRoot,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
		},
		{
			ID:      "conduct.restarted.root-removed",
			Title:   "When the client is started again, the root has been removed from the endpoint",
			Why:     "An enterprise that removes a root expects it to be untrusted from the next start on; a client that keeps the root in a cache still trusts it.",
			Twin:    "conduct.restarted.sound",
			Change:  laterRootRemoved,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
		},
		{
			ID:      "conduct.restarted.same-serial",
			Title:   "When the client is started again, the server has another certificate with the serial number of the first",
			Why:     "A client that stores certificates by issuer and serial number can confuse the two; a client that stores none does not notice.",
			Twin:    "conduct.restarted.sound",
			Change:  sameSerial,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{clause("RFC 5280", "4.1.2.2")},
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
			s.Server.Script = fakeserver.Script{fakeserver.AwaitRegister, fakeserver.Respond{
				Status: 302, Reason: "Moved Temporarily", Header: "Contact: <sips:alice@{other}>",
			}}
			return bothNames(s)
		},
	}
	firstNameOnly = Change{
		Name: "the certificate names only the first of the two names",
		Apply: func(s *Scenario) error {
			return pkiforge.ChangeCert("first name only", pkiforge.Server, func(c *pkiforge.Cert) error {
				other := func(name string) bool { return strings.Contains(name, s.Names.Other) }
				c.DNS, c.URIs = slices.DeleteFunc(c.DNS, other), slices.DeleteFunc(c.URIs, other)
				return nil
			}).Apply(&s.Plan)
		},
	}

	endsConnection = comesBack("the server closes the connection after it has answered the REGISTER", func(_, _ *fakeserver.Behaviour) {})

	// A reset destroys what the client has not read, and nothing tells when it has
	// read the answer.
	resetsConnection = ofServer("the server resets the connection", func(b *fakeserver.Behaviour) {
		b.Script = fakeserver.Script{fakeserver.AwaitRegister, fakeserver.Respond{}, fakeserver.Pause{For: 250 * time.Millisecond}, fakeserver.EndReset}
	})
	cutsConnection = ofServer("the server closes TCP without close_notify", func(b *fakeserver.Behaviour) {
		b.Script = fakeserver.Script{fakeserver.AwaitRegister, fakeserver.Respond{}, fakeserver.EndCut}
	})

	laterWithoutIssuer = ofLaterPKI("the issuing CA is not sent on the second connection", always(pkiforge.Sends(pkiforge.Server)))
	laterFails         = ofLaterServer("the server fails every handshake after the first", func(b *fakeserver.Behaviour) {
		b.Script = handshakeFailure
	})

	startedAgain = Change{
		Name: "the client is started twice",
		Apply: func(s *Scenario) error {
			s.Later = &Later{Plan: s.Plan.Clone(), Server: s.Server, Restarted: true}
			return nil
		},
	}
	laterRootRemoved = Change{
		Name: "the root has been removed before the second start",
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

// bothNames makes the certificate name the second domain as well, in the same fields.
func bothNames(s *Scenario) error {
	if err := pkiforge.AlsoDNS(s.Names.Other).Apply(&s.Plan); err != nil {
		return err
	}
	return pkiforge.AlsoURI("sip:" + s.Names.Other).Apply(&s.Plan)
}
