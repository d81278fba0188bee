package suites

import (
	"crypto/tls"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// Clauses on protocol versions.
var (
	versions9325     = Clause{"RFC 9325", "3.1.1"}
	noFallback       = Clause{"RFC 9325", "3.1.3"}
	downgradeSign    = Clause{"RFC 8446", "4.1.3"}
	versionExtension = Clause{"RFC 8446", "4.2.1"}
)

// versionCases: which versions of TLS are spoken, and what brings a client down to
// a lower one.
func versionCases() []Case {
	return []Case{
		{
			ID:      "version.tls12.sound",
			Title:   "A sound server that speaks TLS 1.2 only",
			Why:     "Most SIP servers in the field speak nothing newer; it is also what every fault of TLS 1.2 is compared with.",
			Style:   pkiforge.CustomCA,
			Change:  tls12Only,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{versions9325, mustValidate},
			TLS:     "1.2",
		},
		{
			ID:      "version.tls13.sound",
			Title:   "A sound server that speaks TLS 1.3 only",
			Why:     "Servers begin to leave TLS 1.2 out; a client that offers TLS 1.3 must be able to speak it.",
			Style:   pkiforge.CustomCA,
			Change:  tls13Only,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{versionExtension, mustValidate},
			TLS:     "1.3",
		},
		{
			ID:             "version.tls10-only",
			Title:          "The server speaks TLS 1.0 only",
			Why:            "TLS 1.0 rests on MD5 and SHA-1 and falls to attacks on its CBC mode (CVE-2011-3389).",
			Twin:           "paper.custom-ca.sound",
			Change:         tls10Only,
			Expect:         Refuse,
			Level:          Must,
			Clauses:        []Clause{{"RFC 8996", "4"}, versions9325},
			TLS:            TLSOwn,
			RefusedByOffer: true,
		},
		{
			ID:             "version.tls11-only",
			Title:          "The server speaks TLS 1.1 only",
			Why:            "TLS 1.1 signs its key exchange with MD5 and SHA-1 and has no suite with authenticated encryption.",
			Twin:           "paper.custom-ca.sound",
			Change:         tls11Only,
			Expect:         Refuse,
			Level:          Must,
			Clauses:        []Clause{{"RFC 8996", "5"}, versions9325},
			TLS:            TLSOwn,
			RefusedByOffer: true,
		},
		{
			ID:       "version.offered-range",
			Title:    "A server that speaks everything from TLS 1.0 on: the client offers nothing before TLS 1.2",
			Why:      "What the ClientHello offers is what an attacker can bring the client down to.",
			Twin:     "paper.custom-ca.sound",
			Change:   everyVersion,
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{BCP195: Accept},
			Demands:  []Demand{OffersNoOldVersion},
			Level:    Must,
			Clauses:  []Clause{{"RFC 8996", "4"}, {"RFC 8996", "5"}, versions9325},
			TLS:      TLSOwn,
		},
		{
			ID:      "version.downgrade-sign-tls12",
			Title:   "The server picks TLS 1.2 and its random ends with the sign of a downgrade to TLS 1.2",
			Why:     "An attacker who strips TLS 1.3 off the ClientHello is seen by this sign only.",
			Twin:    "version.tls12.sound",
			Change:  downgradeSignTLS12,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{downgradeSign},
			TLS:     "1.2",
			Hello:   []Precondition{OffersTLS13},
		},
		{
			ID:      "version.downgrade-sign-tls11",
			Title:   "The server picks TLS 1.2 and its random ends with the sign of a downgrade to TLS 1.1 or older",
			Why:     "The sign of a fall below TLS 1.2 means no good in TLS 1.2 either: a client that looks for one of the two signs only misses it.",
			Twin:    "version.tls12.sound",
			Change:  downgradeSignTLS11,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{downgradeSign},
			TLS:     "1.2",
			Hello:   []Precondition{OffersTLS13},
		},
		{
			ID:      "version.hello-extended-master-secret",
			Title:   "A server of TLS 1.2: the client offers extended_master_secret",
			Why:     "Without it two handshakes can be made to share their secrets (Triple Handshake, CVE-2014-1295).",
			Twin:    "paper.custom-ca.sound",
			Change:  tls12Only,
			Expect:  Accept,
			Demands: []Demand{OffersExtendedMaster},
			Level:   Should,
			Clauses: []Clause{{"RFC 7627", "5.2"}, {"RFC 9325", "3.5"}},
			TLS:     "1.2",
		},
		{
			ID:      "version.hello-renegotiation-info",
			Title:   "A server of TLS 1.2: the client offers renegotiation_info or its signal",
			Why:     "Without it an attacker can put words of its own before the client's (CVE-2009-3555).",
			Twin:    "paper.custom-ca.sound",
			Change:  tls12Only,
			Expect:  Accept,
			Demands: []Demand{OffersRenegotiationInfo},
			Level:   Must,
			Clauses: []Clause{{"RFC 5746", "3.4"}, {"RFC 9325", "3.5"}},
			TLS:     "1.2",
		},
		{
			ID:      "version.hello-no-compression",
			Title:   "A server of TLS 1.2: the client offers no compression",
			Why:     "The length of what is compressed gives away what stands in it (CRIME, CVE-2012-4929).",
			Twin:    "paper.custom-ca.sound",
			Change:  tls12Only,
			Expect:  Accept,
			Demands: []Demand{OffersNoCompression},
			Level:   Should,
			Clauses: []Clause{{"RFC 9325", "3.3"}},
			TLS:     "1.2",
		},
		{
			ID:       "version.hello-no-broken-digest",
			Title:    "A server of TLS 1.2: the client lets it sign with neither MD5 nor SHA-1",
			Why:      "Collisions of these digests let an attacker take part in the handshake (SLOTH, CVE-2015-7575).",
			Twin:     "paper.custom-ca.sound",
			Change:   tls12Only,
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{BCP195: Accept},
			Demands:  []Demand{OffersNoBrokenDigest},
			Level:    Must,
			Clauses:  []Clause{{"RFC 9155", "2"}, {"RFC 9325", "4.5"}},
			TLS:      "1.2",
		},
		{
			ID:      "version.no-fallback-after-alert",
			Title:   "The server answers every ClientHello with handshake_failure: no second try with a lower version",
			Why:     "Who can break a handshake could otherwise choose the version: that is how POODLE worked (CVE-2014-3566).",
			Twin:    "paper.custom-ca.sound",
			Change:  failsHandshakes,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear, NoLowerVersion},
			Level:   Must,
			Clauses: []Clause{noFallback, noSIPSDowngrade},
		},
		{
			ID:      "version.no-fallback-after-reset",
			Title:   "The server resets the connection on every ClientHello: no second try with a lower version",
			Why:     "Who can break a handshake could otherwise choose the version: that is how POODLE worked (CVE-2014-3566).",
			Twin:    "paper.custom-ca.sound",
			Change:  resetsHandshakes,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear, NoLowerVersion},
			Level:   Must,
			Clauses: []Clause{noFallback, noSIPSDowngrade},
		},
	}
}

// ofServer makes a change of the server's behaviour a change of the scenario.
func ofServer(words string, edit func(*fakeserver.Behaviour)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { edit(&s.Server); return nil }}
}

// speaking makes the server speak the versions from lowest to highest.
func speaking(words string, lowest, highest uint16) Change {
	return ofServer(words, func(b *fakeserver.Behaviour) { b.MinVersion, b.MaxVersion = lowest, highest })
}

// The changes of the versions.
var (
	tls10Only    = speaking("the server speaks TLS 1.0 only", tls.VersionTLS10, tls.VersionTLS10)
	tls11Only    = speaking("the server speaks TLS 1.1 only", tls.VersionTLS11, tls.VersionTLS11)
	tls12Only    = speaking("the server speaks TLS 1.2 only", tls.VersionTLS12, tls.VersionTLS12)
	tls13Only    = speaking("the server speaks TLS 1.3 only", tls.VersionTLS13, tls.VersionTLS13)
	everyVersion = speaking("the server speaks TLS 1.0 to 1.3", tls.VersionTLS10, tls.VersionTLS13)

	downgradeSignTLS12 = ofServer("the server's random ends with the sign of a downgrade to TLS 1.2", func(b *fakeserver.Behaviour) {
		b.RandomTail = []byte("DOWNGRD\x01")
	})
	downgradeSignTLS11 = ofServer("the server's random ends with the sign of a downgrade to TLS 1.1 or older", func(b *fakeserver.Behaviour) {
		b.RandomTail = []byte("DOWNGRD\x00")
	})
	resetsHandshakes = answers("the server resets the connection on every ClientHello", fakeserver.EndReset)
)
