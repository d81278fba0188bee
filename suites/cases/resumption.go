package cases

import (
	"crypto/tls"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// Clauses on resumption.
var (
	resumption13 = clause("RFC 8446", "2.2")
	newTicket    = clause("RFC 8446", "4.6.1")
	resumption12 = clause("RFC 5246", "7.3")
	resumedName  = clause("RFC 6066", "3")
)

// resumptionCases: session tickets and pre-shared keys. A resumed session relies on
// an earlier verification: it must not replace the verification of another server.
//
// No case is about early data (RFC 8446 E.5): a client sends none where the ticket
// does not allow it, and the server's tickets cannot, since crypto/tls writes
// max_early_data_size for QUIC only.
func resumptionCases() []Case {
	return []Case{
		{
			ID:      "resumption.sound",
			Title:   "The server issues a session ticket, closes the connection and accepts the ticket when the client reconnects",
			Why:     "After an outage thousands of phones reconnect at once, and without resumption many servers cannot serve them all. A client that fails here cannot reconnect.",
			Style:   pkiforge.CustomCA,
			Change:  ticketTaken,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{resumption13, newTicket},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.tls12.sound",
			Title:   "In TLS 1.2 the server issues a session ticket, closes the connection and accepts the ticket when the client reconnects",
			Why:     "Tickets of TLS 1.2 are a different mechanism with the same risks, and most servers in the field use them. A client that fails here cannot reconnect.",
			Style:   pkiforge.CustomCA,
			Change:  ticketTaken12,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{resumption12},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.offered",
			Title:   "Does the client resume the session when it reconnects?",
			Why:     "Resumption is the client's choice; an operator who plans for outages needs to know.",
			Twin:    "resumption.sound",
			Change:  watchedOn,
			Expect:  Observe,
			Demands: []seen.Demand{seen.Resumes},
			Level:   Should,
			Clauses: []Clause{resumption13},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.certificate-expired-meanwhile",
			Title:   "The server accepts the ticket although its certificate has expired meanwhile",
			Why:     "In a resumed session the server sends no certificate: the client decides for how long it relies on the earlier verification.",
			Twin:    "resumption.sound",
			Change:  laterExpired,
			Expect:  Observe,
			Demands: []seen.Demand{seen.Resumes},
			Level:   Should,
			Clauses: []Clause{newTicket},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.version-changed",
			Title:   "The server issued a ticket in TLS 1.3 and speaks only TLS 1.2 when the client reconnects",
			Why:     "After a server has been replaced, a client that insists on its old ticket is locked out. No standard forbids that in so many words.",
			Twin:    "resumption.sound",
			Change:  laterOnly12,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{versionExtension, resumption13},
			Needs:   []client.Feature{client.FeatureReconnects, client.FeatureTLS12, client.FeatureTLS13},
		},
		{
			ID:      "resumption.tls12.suite-changed",
			Title:   "In TLS 1.2 the server no longer supports the cipher suite of the ticket when the client reconnects",
			Why:     "A session cannot be resumed with another cipher suite: a client that does not accept a full handshake instead is locked out.",
			Twin:    "resumption.tls12.sound",
			Change:  laterOtherSuite,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{resumption12},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.forgotten.sound",
			Title:   "The server issues a ticket but has lost the ticket's key when the client reconnects",
			Why:     "Ticket keys change daily and at every restart of the server: a client that does not continue with a full handshake is locked out.",
			Style:   pkiforge.CustomCA,
			Change:  ticketForgotten,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{resumption13, resumption12},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.forgotten.expired",
			Title:   "The server does not accept the ticket and presents an expired certificate",
			Why:     "That the client has a session proves nothing about this handshake: it must verify the certificate as if it had never connected before.",
			Twin:    "resumption.forgotten.sound",
			Change:  laterExpired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.forgotten.wrong-name",
			Title:   "The server does not accept the ticket and presents a certificate for another host",
			Why:     "An attacker who takes over the server's address cannot accept the server's tickets: a client that does not verify the full handshake that follows accepts the attacker.",
			Twin:    "resumption.forgotten.sound",
			Change:  laterWrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects, client.FeatureNames},
		},
		{
			ID:      "resumption.forgotten.unknown-root",
			Title:   "The server does not accept the ticket and presents a chain to a root that is not installed",
			Why:     "An attacker who takes over the server's address cannot accept the server's tickets: a client that does not verify the full handshake that follows accepts the attacker.",
			Twin:    "resumption.forgotten.sound",
			Change:  laterUnknownRoot,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.forgotten.bad-signature",
			Title:   "The server does not accept the ticket and presents a certificate whose signature is invalid",
			Why:     "A client that only compares the names with those of the earlier connection accepts a forged certificate.",
			Twin:    "resumption.forgotten.sound",
			Change:  laterBadSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.two-accounts.sound",
			Title:   "Two accounts in two domains use one address; the server accepts tickets, and its certificate names both domains",
			Why:     "The case in which the certificate names only one of the domains is compared with this one.",
			Style:   pkiforge.CustomCA,
			Change:  twoAccountsTickets,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{newTicket, compareIdentity},
			Needs:   []client.Feature{client.FeatureSecondAccount, client.FeatureNames},
		},
		{
			ID:      "resumption.two-accounts.other-name",
			Title:   "The certificate names the first domain only: the client does not offer the ticket of the first domain for the second",
			Why:     "A server that accepts a ticket sends no certificate: a client that offers a ticket under another name registers there without verifying that name.",
			Twin:    "resumption.two-accounts.sound",
			Change:  firstNameOnly,
			Expect:  Refuse,
			Demands: []seen.Demand{seen.OffersNoSession},
			Level:   Must,
			Clauses: []Clause{newTicket, resumedName, compareIdentity},
			Needs:   []client.Feature{client.FeatureSecondAccount, client.FeatureNames},
		},
		{
			ID:      "resumption.again.sound",
			Title:   "The client is started twice, and the server issues tickets and accepts them",
			Why:     "The case in which the client has refused the server that issued the ticket is compared with this one.",
			Style:   pkiforge.CustomCA,
			Change:  ticketsTwice,
			Expect:  Accept,
			Demands: []seen.Demand{seen.AcceptedEachTime},
			Level:   Must,
			Clauses: []Clause{resumption13, resumption12},
		},
		{
			ID:      "resumption.again.after-refusal",
			Title:   "The certificate names another host: the client refuses twice, although the first handshake gave it a ticket",
			Why:     "A client that verifies only after the handshake already holds a ticket of the impostor. If it resumes that session, it sees no certificate that it could refuse.",
			Twin:    "resumption.again.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Demands: []seen.Demand{seen.RefusedEachTime, seen.OffersNoSession},
			Level:   Must,
			Clauses: []Clause{newTicket, compareIdentity, noRegister},
			Needs:   aboutNames,
		},
	}
}

// The changes of resumption.
var (
	ticketTaken = comesBack("the server issues tickets, closes the first connection and then accepts tickets",
		func(first, later *fakeserver.Behaviour) {
			first.Tickets, later.Tickets = fakeserver.TicketsTaken, fakeserver.TicketsTaken
		})
	ticketTaken12 = comesBack("the server speaks TLS 1.2, issues tickets, closes the first connection and then accepts tickets",
		func(first, later *fakeserver.Behaviour) {
			for _, b := range []*fakeserver.Behaviour{first, later} {
				b.Tickets, b.MinVersion, b.MaxVersion = fakeserver.TicketsTaken, tls.VersionTLS12, tls.VersionTLS12
			}
		})
	ticketForgotten = comesBack("the server issues tickets, closes the first connection and then accepts no tickets",
		func(first, later *fakeserver.Behaviour) {
			first.Tickets, later.Tickets = fakeserver.TicketsTaken, fakeserver.TicketsForgotten
		})
	watchedOn = Change{Name: "the client is watched a while longer", Apply: func(s *Scenario) error { s.Linger = true; return nil }}

	laterOnly12 = Change{
		Name: "the server speaks TLS 1.2 only on the second connection",
		Apply: func(s *Scenario) error {
			s.Server.MinVersion, s.Server.MaxVersion = tls.VersionTLS12, tls.VersionTLS13
			s.Later.Server.MinVersion, s.Later.Server.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
			return nil
		},
	}
	laterOtherSuite = Change{
		Name: "the server supports one cipher suite on the first connection and another on the second",
		Apply: func(s *Scenario) error {
			s.Server.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
			s.Later.Server.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}
			return nil
		},
	}

	twoAccountsTickets = Change{
		Name: "there are two accounts, the certificate names both domains, and the server accepts any ticket",
		Apply: func(s *Scenario) error {
			s.Server.Tickets = fakeserver.TicketsTaken
			return twoAccounts.Apply(s)
		},
	}
	ticketsTwice = Change{
		Name: "the server issues tickets and accepts them, and the client is started twice",
		Apply: func(s *Scenario) error {
			s.Server.Tickets, s.Attempts = fakeserver.TicketsTaken, 2
			return nil
		},
	}
)
