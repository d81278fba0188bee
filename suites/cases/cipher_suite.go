package cases

import (
	"crypto/tls"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// Clauses on cipher suites and groups.
var (
	tlsForSIP   = clause("RFC 3261", "26.2.1")
	weakSuites  = clause("RFC 9325", "4.1")
	suites9325  = clause("RFC 9325", "4.2")
	noRC4       = clause("RFC 7465", "2")
	chosenSuite = clause("RFC 5246", "7.4.1.3")
	groups13    = clause("RFC 8446", "4.2.7")
	mandatory13 = clause("RFC 8446", "9.1")
)

// suiteCases: cipher suites of TLS 1.2, one by one, and the groups of the key
// exchange. A suite of TLS 1.3 cannot be chosen: crypto/tls takes all three.
func suiteCases() []Case {
	return []Case{
		{
			ID:      "suite.ecdsa.sound",
			Title:   "A sound server of TLS 1.2 with an ECDSA certificate",
			Why:     "It is what every other choice of suite for such a certificate is compared with.",
			Style:   pkiforge.CustomCA,
			Change:  keyed(tls12Only, pkiforge.ECDSA),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{suites9325},
		},
		{
			ID:      "suite.rsa.sound",
			Title:   "A sound server of TLS 1.2 with an RSA certificate",
			Why:     "Most SIP servers have an RSA certificate; it is what every other choice of suite for one is compared with.",
			Style:   pkiforge.CustomCA,
			Change:  keyed(tls12Only, pkiforge.RSA),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{suites9325},
		},
		{
			ID:      "suite.aead-only",
			Title:   "The server of TLS 1.2 has suites with forward secrecy and authenticated encryption only",
			Why:     "That is how a server is set up today; a client that has fallen behind is locked out.",
			Twin:    "suite.ecdsa.sound",
			Change:  aeadOnly,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{weakSuites, suites9325},
		},
		{
			ID:      "suite.ecdhe-ecdsa-aes128-gcm",
			Title:   "The server has one suite only, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
			Why:     "It is among the four suites that are recommended for TLS 1.2.",
			Twin:    "suite.ecdsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, suites9325},
		},
		{
			ID:      "suite.ecdhe-ecdsa-aes256-gcm",
			Title:   "The server has one suite only, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
			Why:     "It is among the four suites that are recommended for TLS 1.2.",
			Twin:    "suite.ecdsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, suites9325},
		},
		{
			ID:      "suite.ecdhe-ecdsa-chacha20",
			Title:   "The server has one suite only, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
			Why:     "Servers without AES in hardware prefer it; who offers it must be able to speak it.",
			Twin:    "suite.ecdsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, clause("RFC 7905", "2")},
		},
		{
			ID:      "suite.ecdhe-rsa-aes128-gcm",
			Title:   "The server has one suite only, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
			Why:     "It is among the four suites that are recommended for TLS 1.2, and the first of Microsoft's for Teams.",
			Twin:    "suite.rsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, suites9325},
		},
		{
			ID:      "suite.ecdhe-rsa-aes256-gcm",
			Title:   "The server has one suite only, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			Why:     "It is among the four suites that are recommended for TLS 1.2, and Microsoft has it for Teams.",
			Twin:    "suite.rsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, suites9325},
		},
		{
			ID:      "suite.ecdhe-rsa-chacha20",
			Title:   "The server has one suite only, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
			Why:     "Servers without AES in hardware prefer it; who offers it must be able to speak it.",
			Twin:    "suite.rsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, clause("RFC 7905", "2")},
		},
		{
			ID:            "suite.ecdhe-ecdsa-aes128-cbc-sha",
			Title:         "The server has one suite only, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts: Lucky Thirteen (CVE-2013-0169) and its kin read from the time that takes.",
			Twin:          "suite.ecdsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{suites9325},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.ecdhe-ecdsa-aes256-cbc-sha",
			Title:         "The server has one suite only, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts: Lucky Thirteen (CVE-2013-0169) and its kin read from the time that takes.",
			Twin:          "suite.ecdsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{suites9325},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.ecdhe-ecdsa-aes128-cbc-sha256",
			Title:         "The server has one suite only, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts: Lucky Thirteen (CVE-2013-0169) and its kin read from the time that takes.",
			Twin:          "suite.ecdsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{suites9325},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.ecdhe-rsa-aes128-cbc-sha",
			Title:         "The server has one suite only, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts: Lucky Thirteen (CVE-2013-0169) and its kin read from the time that takes.",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{suites9325},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.ecdhe-rsa-aes256-cbc-sha",
			Title:         "The server has one suite only, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts: Lucky Thirteen (CVE-2013-0169) and its kin read from the time that takes.",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{suites9325},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.ecdhe-rsa-aes128-cbc-sha256",
			Title:         "The server has one suite only, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts: Lucky Thirteen (CVE-2013-0169) and its kin read from the time that takes. Microsoft has this one for Teams all the same.",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse, Teams: Accept},
			Level:         Should,
			Clauses:       []Clause{suites9325},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.rsa-aes128-cbc-sha",
			Title:         "The server has one suite only, TLS_RSA_WITH_AES_128_CBC_SHA",
			Why:           "RFC 3261 makes every SIP client support it, and it has no forward secrecy: RFC 9325 wants it gone.",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_RSA_WITH_AES_128_CBC_SHA),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{tlsForSIP, weakSuites, clause("RFC 9325", "4.2.1")},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.rsa-aes256-cbc-sha",
			Title:         "The server has one suite only, TLS_RSA_WITH_AES_256_CBC_SHA",
			Why:           "Without forward secrecy whoever gets the server's key one day reads every call that was recorded before.",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_RSA_WITH_AES_256_CBC_SHA),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.rsa-aes128-cbc-sha256",
			Title:         "The server has one suite only, TLS_RSA_WITH_AES_128_CBC_SHA256",
			Why:           "Without forward secrecy whoever gets the server's key one day reads every call that was recorded before.",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_RSA_WITH_AES_128_CBC_SHA256),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.rsa-aes128-gcm",
			Title:         "The server has one suite only, TLS_RSA_WITH_AES_128_GCM_SHA256",
			Why:           "Without forward secrecy whoever gets the server's key one day reads every call that was recorded before.",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_RSA_WITH_AES_128_GCM_SHA256),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.rsa-aes256-gcm",
			Title:         "The server has one suite only, TLS_RSA_WITH_AES_256_GCM_SHA384",
			Why:           "Without forward secrecy whoever gets the server's key one day reads every call that was recorded before.",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_RSA_WITH_AES_256_GCM_SHA384),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.rsa-3des",
			Title:         "The server has one suite only, TLS_RSA_WITH_3DES_EDE_CBC_SHA",
			Why:           "Triple DES has 112 bits of strength and blocks so short that long connections leak (CVE-2016-2183).",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{tlsForSIP, weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.ecdhe-rsa-3des",
			Title:         "The server has one suite only, TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
			Why:           "Triple DES has 112 bits of strength and blocks so short that long connections leak (CVE-2016-2183).",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA),
			Expect:        Observe,
			ByPolicy:      map[Policy]Expectation{BCP195: Refuse},
			Level:         Should,
			Clauses:       []Clause{weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.rsa-rc4",
			Title:         "The server has one suite only, TLS_RSA_WITH_RC4_128_SHA",
			Why:           "The biases of RC4 give up passwords and cookies to whoever records enough of them (CVE-2015-2808).",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_RSA_WITH_RC4_128_SHA),
			Expect:        Refuse,
			Level:         Must,
			Clauses:       []Clause{noRC4, weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.ecdhe-rsa-rc4",
			Title:         "The server has one suite only, TLS_ECDHE_RSA_WITH_RC4_128_SHA",
			Why:           "The biases of RC4 give up passwords and cookies to whoever records enough of them (CVE-2015-2808).",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA),
			Expect:        Refuse,
			Level:         Must,
			Clauses:       []Clause{noRC4, weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.ecdhe-ecdsa-rc4",
			Title:         "The server has one suite only, TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
			Why:           "The biases of RC4 give up passwords and cookies to whoever records enough of them (CVE-2015-2808).",
			Twin:          "suite.ecdsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA),
			Expect:        Refuse,
			Level:         Must,
			Clauses:       []Clause{noRC4, weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:      "suite.offered",
			Title:   "A server that takes every suite: the client offers none that is broken",
			Why:     "Phones still offer suites without encryption, without authentication, for export or with RC4; one server that picks one is enough.",
			Twin:    "suite.rsa.sound",
			Change:  everySuite,
			Expect:  Accept,
			Demands: []seen.Demand{seen.OffersNoBrokenSuite},
			Level:   Must,
			Clauses: []Clause{weakSuites, noRC4},
		},
		{
			ID:      "suite.group-p256",
			Title:   "The server has one group for the key exchange only, P-256",
			Why:     "Every client of TLS 1.3 must have it; one that sends a share of another group is asked again (HelloRetryRequest) and must answer.",
			Twin:    "paper.custom-ca.sound",
			Change:  onlyGroup(tls.CurveP256),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mandatory13, groups13, clause("RFC 8446", "4.1.4")},
		},
		{
			ID:      "suite.group-x25519",
			Title:   "The server has one group for the key exchange only, X25519",
			Why:     "It is the group that clients and servers prefer today.",
			Twin:    "paper.custom-ca.sound",
			Change:  onlyGroup(tls.X25519),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mandatory13, groups13},
		},
		{
			ID:      "suite.group-p384",
			Title:   "The server has one group for the key exchange only, P-384",
			Why:     "Sites under government rules run with it alone.",
			Twin:    "paper.custom-ca.sound",
			Change:  onlyGroup(tls.CurveP384),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{groups13},
		},
		{
			ID:      "suite.group-p521",
			Title:   "The server has one group for the key exchange only, P-521",
			Why:     "Who offers a group must be able to use it.",
			Twin:    "paper.custom-ca.sound",
			Change:  onlyGroup(tls.CurveP521),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{groups13},
		},
		{
			ID:      "suite.group-x25519mlkem768",
			Title:   "The server has one group for the key exchange only, X25519MLKEM768",
			Why:     "The hybrid key exchange is what keeps recorded calls safe from quantum computers; its shares are long enough to break naive parsers.",
			Twin:    "version.tls13.sound",
			Change:  onlyGroup(tls.X25519MLKEM768),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{groups13},
		},
	}
}

// keyed is a change of the server with a key of one kind besides.
func keyed(c Change, algorithm pkiforge.KeyAlgorithm) Change {
	words := "an ECDSA certificate"
	if algorithm == pkiforge.RSA {
		words = "an RSA certificate"
	}
	return Change{Name: c.Name + ", with " + words, Apply: func(s *Scenario) error {
		if err := c.Apply(s); err != nil {
			return err
		}
		return pkiforge.ServerKey(algorithm).Apply(&s.Plan)
	}}
}

// onlySuite leaves the server one cipher suite of TLS 1.2.
func onlySuite(id uint16) Change {
	return ofServer("the server has "+tls.CipherSuiteName(id)+" only", func(b *fakeserver.Behaviour) { b.CipherSuites = []uint16{id} })
}

// onlyGroup leaves the server one group for the key exchange.
func onlyGroup(g tls.CurveID) Change {
	return ofServer("the server has "+fakeserver.GroupName(uint16(g))+" only", func(b *fakeserver.Behaviour) { b.Groups = []tls.CurveID{g} })
}

// The changes of the suites.
var (
	aeadOnly = ofServer("the server has suites with authenticated encryption only", func(b *fakeserver.Behaviour) {
		b.CipherSuites = []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		}
	})
	everySuite = ofServer("the server takes every suite, those with RC4 and Triple DES too", func(b *fakeserver.Behaviour) {
		for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			b.CipherSuites = append(b.CipherSuites, s.ID)
		}
	})
)
