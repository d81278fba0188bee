package suites

import (
	"crypto/tls"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// Clauses on resumption.
var (
	resumption13 = Clause{"RFC 8446", "2.2"}
	newTicket    = Clause{"RFC 8446", "4.6.1"}
	earlyData    = Clause{"RFC 8446", "4.2.10"}
	noEarlyData  = Clause{"RFC 8446", "E.5"}
	resumption12 = Clause{"RFC 5246", "7.3"}
	resumedName  = Clause{"RFC 6066", "3"}
)

// Demands on resumption.
var (
	// Resumes: a connection in question took an earlier session up.
	Resumes = Demand{
		Name:   "resumes",
		Missed: "no session was resumed",
		met: func(j *judgement) bool {
			return j.anyAccepted(func(c *fakeserver.Connection) bool { return c.Handshake.Resumed })
		},
	}
	// OffersNoSession: no ClientHello in question offers a session of before.
	OffersNoSession = Demand{
		Name:   "offers-no-session",
		Missed: "the ClientHello offers a session that is not for this server",
		met: everyClientHello(func(h *fakeserver.ClientHello) bool {
			return !h.PSK && h.TicketLen == 0
		}),
	}
	// OffersNoEarlyData: SIP has no profile for early data (RFC 8446 E.5), and the
	// server allowed none (4.2.10).
	OffersNoEarlyData = Demand{
		Name:   "offers-no-early-data",
		Missed: "the ClientHello announces early data",
		met:    everyClientHello(func(h *fakeserver.ClientHello) bool { return !h.EarlyData }),
	}
)

// resumptionCases: session tickets and pre-shared keys. A session stands for a
// verification that was made once: it must not stand for another.
func resumptionCases() []Case {
	return []Case{
		{
			ID:      "resumption.sound",
			Title:   "The server gives a ticket, ends the connection and takes the ticket back",
			Why:     "Phones come back by the thousand after an outage; resumption is what lets the server bear it.",
			Style:   pkiforge.CustomCA,
			Change:  ticketTaken,
			Expect:  Accept,
			Demands: []Demand{OffersNoEarlyData},
			Level:   Must,
			Clauses: []Clause{resumption13, newTicket, earlyData, noEarlyData},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.tls12.sound",
			Title:   "In TLS 1.2 the server gives a ticket, ends the connection and takes the ticket back",
			Why:     "Tickets of TLS 1.2 are another mechanism with the same risks, and most servers in the field have them.",
			Style:   pkiforge.CustomCA,
			Change:  ticketTaken12,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{resumption12},
			TLS:     "1.2",
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.offered",
			Title:   "Whether the client resumes when it comes back",
			Why:     "To resume is the client's choice; who plans for outages wants to know it.",
			Twin:    "resumption.sound",
			Change:  watchedOn,
			Expect:  Observe,
			Demands: []Demand{Resumes},
			Level:   Should,
			Clauses: []Clause{resumption13},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.certificate-expired-meanwhile",
			Title:   "The ticket is taken back by a server whose certificate has expired meanwhile",
			Why:     "A resumed session shows no certificate: how long an old verification holds is left to the client.",
			Twin:    "resumption.sound",
			Change:  laterExpired,
			Expect:  Observe,
			Demands: []Demand{Resumes},
			Level:   Should,
			Clauses: []Clause{newTicket},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.version-changed",
			Title:   "The server that gave a ticket in TLS 1.3 speaks only TLS 1.2 when the client comes back",
			Why:     "After a change of the server the phones that hold tickets must not be the ones that stay out.",
			Twin:    "resumption.sound",
			Change:  laterOnly12,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{versionExtension, resumption13},
			TLS:     TLSOwn,
			Needs:   []client.Feature{client.FeatureReconnects, client.FeatureTLS12, client.FeatureTLS13},
		},
		{
			ID:      "resumption.tls12.suite-changed",
			Title:   "In TLS 1.2 the server has given up the suite of the ticket when the client comes back",
			Why:     "A session cannot be resumed with another suite; a client that insists on it stays out.",
			Twin:    "resumption.tls12.sound",
			Change:  laterOtherSuite,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{resumption12},
			TLS:     "1.2",
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.forgotten.sound",
			Title:   "The server gives a ticket and has forgotten its key when the client comes back",
			Why:     "Keys of tickets change daily and with every restart: the full handshake must follow without fuss.",
			Style:   pkiforge.CustomCA,
			Change:  ticketForgotten,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{resumption13, resumption12},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.forgotten.expired",
			Title:   "The server does not take the ticket and presents an expired certificate",
			Why:     "An offered session proves nothing: a full handshake is a first one.",
			Twin:    "resumption.forgotten.sound",
			Change:  laterExpired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.forgotten.wrong-name",
			Title:   "The server does not take the ticket and presents a certificate for another host",
			Why:     "Who takes over the address of a server forgets its tickets first of all.",
			Twin:    "resumption.forgotten.sound",
			Change:  laterWrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects, client.FeatureNames},
		},
		{
			ID:      "resumption.forgotten.unknown-root",
			Title:   "The server does not take the ticket and presents a chain to a root that is not installed",
			Why:     "Who takes over the address of a server forgets its tickets first of all.",
			Twin:    "resumption.forgotten.sound",
			Change:  laterUnknownRoot,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.forgotten.bad-signature",
			Title:   "The server does not take the ticket and presents a certificate whose signature does not verify",
			Why:     "To know the names from the connection before is not to know the key.",
			Twin:    "resumption.forgotten.sound",
			Change:  laterBadSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
			Needs:   []client.Feature{client.FeatureReconnects},
		},
		{
			ID:      "resumption.two-accounts.sound",
			Title:   "Two accounts in two domains at one address that takes tickets, its certificate for both",
			Why:     "It is what a session that strays between domains is compared with.",
			Style:   pkiforge.CustomCA,
			Change:  twoAccountsTickets,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{newTicket, compareIdentity},
			Needs:   []client.Feature{client.FeatureSecondAccount, client.FeatureNames},
		},
		{
			ID:      "resumption.two-accounts.other-name",
			Title:   "The ticket of the first domain's server is not offered to the second domain, whose name its certificate lacks",
			Why:     "A server that takes any ticket shows no certificate; a client that offers one across names has verified nobody.",
			Twin:    "resumption.two-accounts.sound",
			Change:  firstNameOnly,
			Expect:  Refuse,
			Demands: []Demand{OffersNoSession},
			Level:   Must,
			Clauses: []Clause{newTicket, resumedName, compareIdentity},
			Needs:   []client.Feature{client.FeatureSecondAccount, client.FeatureNames},
		},
		{
			ID:      "resumption.again.sound",
			Title:   "The client is started twice at a server that gives tickets",
			Why:     "It is what a client that keeps the ticket of a server it refused is compared with.",
			Style:   pkiforge.CustomCA,
			Change:  ticketsTwice,
			Expect:  Accept,
			Demands: []Demand{AcceptedEachTime},
			Level:   Must,
			Clauses: []Clause{resumption13, resumption12},
		},
		{
			ID:      "resumption.again.after-refusal",
			Title:   "A server with another name is refused twice, though the first handshake gave a ticket",
			Why:     "A client that verifies after the handshake holds a ticket of the impostor by then; resumed, it shows no certificate.",
			Twin:    "resumption.again.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Demands: []Demand{RefusedEachTime, OffersNoSession},
			Level:   Must,
			Clauses: []Clause{newTicket, compareIdentity, noRegister},
			Needs:   aboutNames,
		},
	}
}

// The changes of resumption.
var (
	ticketTaken = comesBack("the server gives tickets, ends the first connection and takes tickets back",
		func(first, later *fakeserver.Behaviour) {
			first.Tickets, later.Tickets = fakeserver.TicketsTaken, fakeserver.TicketsTaken
		})
	ticketTaken12 = comesBack("the server speaks TLS 1.2, gives tickets, ends the first connection and takes tickets back",
		func(first, later *fakeserver.Behaviour) {
			for _, b := range []*fakeserver.Behaviour{first, later} {
				b.Tickets, b.MinVersion, b.MaxVersion = fakeserver.TicketsTaken, tls.VersionTLS12, tls.VersionTLS12
			}
		})
	ticketForgotten = comesBack("the server gives tickets, ends the first connection and takes no tickets back",
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
		Name: "the server has one suite on the first connection and another on the second",
		Apply: func(s *Scenario) error {
			s.Server.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
			s.Later.Server.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}
			return nil
		},
	}

	twoAccountsTickets = Change{
		Name: "there are two accounts, the certificate names both domains, and the server takes any ticket",
		Apply: func(s *Scenario) error {
			s.Server.Tickets = fakeserver.TicketsTaken
			return twoAccounts.Apply(s)
		},
	}
	ticketsTwice = Change{
		Name: "the server gives tickets and takes them back, and the client is started twice",
		Apply: func(s *Scenario) error {
			s.Server.Tickets, s.Attempts = fakeserver.TicketsTaken, 2
			return nil
		},
	}
)
