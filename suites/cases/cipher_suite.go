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

// suiteCases: the cipher suites of TLS 1.2, one by one, and the groups of the key
// exchange. No case chooses a suite of TLS 1.3: crypto/tls always enables all three.
func suiteCases() []Case {
	return []Case{
		{
			ID:      "suite.ecdsa.sound",
			Title:   "The server is sound, speaks TLS 1.2 and has an ECDSA certificate",
			Why:     "The cases in which such a server supports other cipher suites are compared with this one.",
			Style:   pkiforge.CustomCA,
			Change:  keyed(tls12Only, pkiforge.ECDSA),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{suites9325},
		},
		{
			ID:      "suite.rsa.sound",
			Title:   "The server is sound, speaks TLS 1.2 and has an RSA certificate",
			Why:     "Most SIP servers have an RSA certificate. The cases in which such a server supports other cipher suites are compared with this one.",
			Style:   pkiforge.CustomCA,
			Change:  keyed(tls12Only, pkiforge.RSA),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{suites9325},
		},
		{
			ID:      "suite.aead-only",
			Title:   "The server speaks TLS 1.2 and supports only cipher suites with forward secrecy and authenticated encryption",
			Why:     "Servers are set up this way today; a client without these cipher suites is locked out.",
			Twin:    "suite.ecdsa.sound",
			Change:  aeadOnly,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{weakSuites, suites9325},
		},
		{
			ID:      "suite.ecdhe-ecdsa-aes128-gcm",
			Title:   "The server supports one cipher suite only, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
			Why:     "RFC 9325 recommends this cipher suite for TLS 1.2; a client that offers it must be able to use it.",
			Twin:    "suite.ecdsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, suites9325},
		},
		{
			ID:      "suite.ecdhe-ecdsa-aes256-gcm",
			Title:   "The server supports one cipher suite only, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
			Why:     "RFC 9325 recommends this cipher suite for TLS 1.2; a client that offers it must be able to use it.",
			Twin:    "suite.ecdsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, suites9325},
		},
		{
			ID:      "suite.ecdhe-ecdsa-chacha20",
			Title:   "The server supports one cipher suite only, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
			Why:     "Servers without AES in hardware prefer this cipher suite; a client that offers it must be able to use it.",
			Twin:    "suite.ecdsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, clause("RFC 7905", "2")},
		},
		{
			ID:      "suite.ecdhe-rsa-aes128-gcm",
			Title:   "The server supports one cipher suite only, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
			Why:     "RFC 9325 recommends this cipher suite for TLS 1.2, and it is the first on Microsoft's list for Teams; a client that offers it must be able to use it.",
			Twin:    "suite.rsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, suites9325},
		},
		{
			ID:      "suite.ecdhe-rsa-aes256-gcm",
			Title:   "The server supports one cipher suite only, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			Why:     "RFC 9325 recommends this cipher suite for TLS 1.2, and it is on Microsoft's list for Teams; a client that offers it must be able to use it.",
			Twin:    "suite.rsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, suites9325},
		},
		{
			ID:      "suite.ecdhe-rsa-chacha20",
			Title:   "The server supports one cipher suite only, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
			Why:     "Servers without AES in hardware prefer this cipher suite; a client that offers it must be able to use it.",
			Twin:    "suite.rsa.sound",
			Change:  onlySuite(tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{chosenSuite, clause("RFC 7905", "2")},
		},
		{
			ID:            "suite.ecdhe-ecdsa-aes128-cbc-sha",
			Title:         "The server supports one cipher suite only, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts; an attacker who measures response times can recover parts of the plaintext (Lucky Thirteen, CVE-2013-0169).",
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
			Title:         "The server supports one cipher suite only, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts; an attacker who measures response times can recover parts of the plaintext (Lucky Thirteen, CVE-2013-0169).",
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
			Title:         "The server supports one cipher suite only, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts; an attacker who measures response times can recover parts of the plaintext (Lucky Thirteen, CVE-2013-0169).",
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
			Title:         "The server supports one cipher suite only, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts; an attacker who measures response times can recover parts of the plaintext (Lucky Thirteen, CVE-2013-0169).",
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
			Title:         "The server supports one cipher suite only, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts; an attacker who measures response times can recover parts of the plaintext (Lucky Thirteen, CVE-2013-0169).",
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
			Title:         "The server supports one cipher suite only, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
			Why:           "In CBC mode TLS 1.2 authenticates before it encrypts; an attacker who measures response times can recover parts of the plaintext (Lucky Thirteen, CVE-2013-0169). Microsoft's list for Teams has it nevertheless.",
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
			Title:         "The server supports one cipher suite only, TLS_RSA_WITH_AES_128_CBC_SHA",
			Why:           "RFC 3261 requires this cipher suite of every SIP client with TLS, but it has no forward secrecy, and RFC 9325 advises against it.",
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
			Title:         "The server supports one cipher suite only, TLS_RSA_WITH_AES_256_CBC_SHA",
			Why:           "This cipher suite has no forward secrecy: an attacker who gets the server's key later can decrypt all traffic that was recorded before.",
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
			Title:         "The server supports one cipher suite only, TLS_RSA_WITH_AES_128_CBC_SHA256",
			Why:           "This cipher suite has no forward secrecy: an attacker who gets the server's key later can decrypt all traffic that was recorded before.",
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
			Title:         "The server supports one cipher suite only, TLS_RSA_WITH_AES_128_GCM_SHA256",
			Why:           "This cipher suite has no forward secrecy: an attacker who gets the server's key later can decrypt all traffic that was recorded before.",
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
			Title:         "The server supports one cipher suite only, TLS_RSA_WITH_AES_256_GCM_SHA384",
			Why:           "This cipher suite has no forward secrecy: an attacker who gets the server's key later can decrypt all traffic that was recorded before.",
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
			Title:         "The server supports one cipher suite only, TLS_RSA_WITH_3DES_EDE_CBC_SHA",
			Why:           "Triple DES has a strength of only 112 bits, and its short blocks leak data on long connections (Sweet32, CVE-2016-2183).",
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
			Title:         "The server supports one cipher suite only, TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
			Why:           "Triple DES has a strength of only 112 bits, and its short blocks leak data on long connections (Sweet32, CVE-2016-2183).",
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
			Title:         "The server supports one cipher suite only, TLS_RSA_WITH_RC4_128_SHA",
			Why:           "The output of RC4 is biased: an attacker who records enough connections can recover passwords (CVE-2015-2808).",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_RSA_WITH_RC4_128_SHA),
			Expect:        Refuse,
			Level:         Must,
			Clauses:       []Clause{noRC4, weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.ecdhe-rsa-rc4",
			Title:         "The server supports one cipher suite only, TLS_ECDHE_RSA_WITH_RC4_128_SHA",
			Why:           "The output of RC4 is biased: an attacker who records enough connections can recover passwords (CVE-2015-2808).",
			Twin:          "suite.rsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA),
			Expect:        Refuse,
			Level:         Must,
			Clauses:       []Clause{noRC4, weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "suite.ecdhe-ecdsa-rc4",
			Title:         "The server supports one cipher suite only, TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
			Why:           "The output of RC4 is biased: an attacker who records enough connections can recover passwords (CVE-2015-2808).",
			Twin:          "suite.ecdsa.sound",
			Change:        onlySuite(tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA),
			Expect:        Refuse,
			Level:         Must,
			Clauses:       []Clause{noRC4, weakSuites},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:      "suite.offered",
			Title:   "The server also supports weak cipher suites: the client offers none that is broken",
			Why:     "Some phones still offer cipher suites without encryption or authentication, export suites or RC4; one server that chooses such a suite is enough to expose them.",
			Twin:    "suite.rsa.sound",
			Change:  everySuite,
			Expect:  Accept,
			Demands: []seen.Demand{seen.OffersNoBrokenSuite},
			Level:   Must,
			Clauses: []Clause{weakSuites, noRC4},
		},
		{
			ID:      "suite.group-p256",
			Title:   "The server supports one key exchange group only, P-256",
			Why:     "Every client of TLS 1.3 must support P-256. A client that sent a key share for another group gets a HelloRetryRequest and must answer it.",
			Twin:    "paper.custom-ca.sound",
			Change:  onlyGroup(tls.CurveP256),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mandatory13, groups13, clause("RFC 8446", "4.1.4")},
		},
		{
			ID:      "suite.group-x25519",
			Title:   "The server supports one key exchange group only, X25519",
			Why:     "Most clients and servers prefer this group today; a client that offers it must be able to use it.",
			Twin:    "paper.custom-ca.sound",
			Change:  onlyGroup(tls.X25519),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{mandatory13, groups13},
		},
		{
			ID:      "suite.group-p384",
			Title:   "The server supports one key exchange group only, P-384",
			Why:     "Sites under government rules may allow no other group; a client that offers it must be able to use it.",
			Twin:    "paper.custom-ca.sound",
			Change:  onlyGroup(tls.CurveP384),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{groups13},
		},
		{
			ID:      "suite.group-p521",
			Title:   "The server supports one key exchange group only, P-521",
			Why:     "A client that offers a group must be able to use it.",
			Twin:    "paper.custom-ca.sound",
			Change:  onlyGroup(tls.CurveP521),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{groups13},
		},
		{
			ID:      "suite.group-x25519mlkem768",
			Title:   "The server supports one key exchange group only, X25519MLKEM768",
			Why:     "This hybrid key exchange protects recorded traffic against future quantum computers. Its key shares are so long that some parsers fail.",
			Twin:    "version.tls13.sound",
			Change:  onlyGroup(tls.X25519MLKEM768),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{groups13},
		},
	}
}

// keyed is the change c of the server, which also gets a key of that algorithm.
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

// onlySuite makes the server support one cipher suite of TLS 1.2.
func onlySuite(id uint16) Change {
	return ofServer("the server supports "+tls.CipherSuiteName(id)+" only", func(b *fakeserver.Behaviour) { b.CipherSuites = []uint16{id} })
}

// onlyGroup makes the server support one group for the key exchange.
func onlyGroup(g tls.CurveID) Change {
	return ofServer("the server supports the group "+fakeserver.GroupName(uint16(g))+" only", func(b *fakeserver.Behaviour) { b.Groups = []tls.CurveID{g} })
}

// The changes of the suites.
var (
	aeadOnly = ofServer("the server supports only cipher suites with authenticated encryption", func(b *fakeserver.Behaviour) {
		b.CipherSuites = []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		}
	})
	everySuite = ofServer("the server also supports weak cipher suites, such as RC4 and Triple DES", func(b *fakeserver.Behaviour) {
		for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			b.CipherSuites = append(b.CipherSuites, s.ID)
		}
	})
)
