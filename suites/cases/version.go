package cases

import (
	"crypto/tls"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// Clauses on protocol versions.
var (
	versions9325     = clause("RFC 9325", "3.1.1")
	noFallback       = clause("RFC 9325", "3.1.3")
	noRetry          = clause("RFC 8446", "D.1")
	downgradeSign    = clause("RFC 8446", "4.1.3")
	versionExtension = clause("RFC 8446", "4.2.1")
)

// versionCases: the versions of TLS that server and client speak, and what could
// make a client fall back to a lower one.
func versionCases() []Case {
	return []Case{
		{
			ID:      "version.tls12.sound",
			Title:   "The server is sound and speaks TLS 1.2 only",
			Why:     "Many SIP servers in the field speak nothing newer. The faults that only TLS 1.2 can have are compared with this case.",
			Style:   pkiforge.CustomCA,
			Change:  tls12Only,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{versions9325, mustValidate},
		},
		{
			ID:      "version.tls13.sound",
			Title:   "The server is sound and speaks TLS 1.3 only",
			Why:     "Some servers no longer speak TLS 1.2; a client that offers TLS 1.3 must be able to use it.",
			Style:   pkiforge.CustomCA,
			Change:  tls13Only,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{versionExtension, mustValidate},
		},
		{
			ID:            "version.tls10-only",
			Title:         "The server speaks TLS 1.0 only",
			Why:           "An attacker can read parts of what is sent in TLS 1.0 (BEAST, CVE-2011-3389), and its handshake depends on MD5 and SHA-1.",
			Twin:          "paper.custom-ca.sound",
			Change:        tls10Only,
			Expect:        Refuse,
			Level:         Must,
			Clauses:       []Clause{clause("RFC 8996", "4"), versions9325},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:            "version.tls11-only",
			Title:         "The server speaks TLS 1.1 only",
			Why:           "The handshake of TLS 1.1 depends on MD5 and SHA-1, which are broken, and no cipher suite of TLS 1.1 has authenticated encryption.",
			Twin:          "paper.custom-ca.sound",
			Change:        tls11Only,
			Expect:        Refuse,
			Level:         Must,
			Clauses:       []Clause{clause("RFC 8996", "5"), versions9325},
			RefusalCounts: seen.AfterClientHello,
		},
		{
			ID:       "version.offered-range",
			Title:    "The server speaks TLS 1.0 to 1.3: the client offers no version older than TLS 1.2",
			Why:      "An attacker can try to force a client down to any version that its ClientHello offers.",
			Twin:     "paper.custom-ca.sound",
			Change:   everyVersion,
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{BCP195: Accept},
			Demands:  []seen.Demand{seen.OffersNoOldVersion},
			Level:    Must,
			Clauses:  []Clause{clause("RFC 8996", "4"), clause("RFC 8996", "5"), versions9325},
		},
		{
			ID:      "version.downgrade-sign-tls12",
			Title:   "The server chooses TLS 1.2, and its random ends with the marker of a downgrade to TLS 1.2 (DOWNGRD 01)",
			Why:     "An attacker who removes TLS 1.3 from the ClientHello forces both sides down to TLS 1.2; a client that ignores the marker does not notice.",
			Twin:    "version.tls12.sound",
			Change:  downgradeSignTLS12,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{downgradeSign},
			Hello:   []seen.Precondition{seen.OffersTLS13},
		},
		{
			ID:      "version.downgrade-sign-tls11",
			Title:   "The server chooses TLS 1.2, and its random ends with the marker of a downgrade to TLS 1.1 or older (DOWNGRD 00)",
			Why:     "RFC 8446 requires a client that offers TLS 1.3 to check for both markers; a client that checks for one of them only misses this one.",
			Twin:    "version.tls12.sound",
			Change:  downgradeSignTLS11,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{downgradeSign},
			Hello:   []seen.Precondition{seen.OffersTLS13},
		},
		{
			ID:      "version.hello-extended-master-secret",
			Title:   "The server speaks TLS 1.2: the client offers extended_master_secret",
			Why:     "Without this extension an attacker can give two connections the same master secret and pose as the client (Triple Handshake, CVE-2014-1295).",
			Twin:    "paper.custom-ca.sound",
			Change:  tls12Only,
			Expect:  Accept,
			Demands: []seen.Demand{seen.OffersExtendedMaster},
			Level:   Should,
			Clauses: []Clause{clause("RFC 7627", "5.2"), clause("RFC 9325", "3.5")},
		},
		{
			ID:      "version.hello-renegotiation-info",
			Title:   "The server speaks TLS 1.2: the client sends renegotiation_info or TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
			Why:     "Without it an attacker can insert data of its own before the data of the client (CVE-2009-3555).",
			Twin:    "paper.custom-ca.sound",
			Change:  tls12Only,
			Expect:  Accept,
			Demands: []seen.Demand{seen.OffersRenegotiationInfo},
			Level:   Must,
			Clauses: []Clause{clause("RFC 5746", "3.4"), clause("RFC 9325", "3.5")},
		},
		{
			ID:      "version.hello-no-compression",
			Title:   "The server speaks TLS 1.2: the client offers no compression",
			Why:     "An attacker can guess secrets from the length of compressed records (CRIME, CVE-2012-4929).",
			Twin:    "paper.custom-ca.sound",
			Change:  tls12Only,
			Expect:  Accept,
			Demands: []seen.Demand{seen.OffersNoCompression},
			Level:   Should,
			Clauses: []Clause{clause("RFC 9325", "3.3")},
		},
		{
			ID:       "version.hello-no-broken-digest",
			Title:    "The server speaks TLS 1.2: the client offers no signature algorithm with MD5 or SHA-1",
			Why:      "With collisions of these digests an attacker can misuse the signatures of a handshake (SLOTH, CVE-2015-7575).",
			Twin:     "paper.custom-ca.sound",
			Change:   tls12Only,
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{BCP195: Accept},
			Demands:  []seen.Demand{seen.OffersNoBrokenDigest},
			Level:    Must,
			Clauses:  []Clause{clause("RFC 9155", "2"), clause("RFC 9325", "4.5")},
		},
		{
			ID:      "version.no-fallback-after-alert",
			Title:   "The server answers every ClientHello with handshake_failure: the client does not try again with a lower version",
			Why:     "An attacker who can break a handshake could otherwise choose the TLS version: POODLE worked that way (CVE-2014-3566). A client must not go below TLS 1.2, and should not go from TLS 1.3 to TLS 1.2.",
			Twin:    "paper.custom-ca.sound",
			Change:  failsHandshakes,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear, seen.NoOldFallback, seen.NoLowerVersion},
			Level:   Must,
			Clauses: []Clause{noFallback, noRetry, noSIPSDowngrade},
		},
		{
			ID:      "version.no-fallback-after-reset",
			Title:   "The server resets the connection on every ClientHello: the client does not try again with a lower version",
			Why:     "An attacker who can break a handshake could otherwise choose the TLS version: POODLE worked that way (CVE-2014-3566). A client must not go below TLS 1.2, and should not go from TLS 1.3 to TLS 1.2.",
			Twin:    "paper.custom-ca.sound",
			Change:  resetsHandshakes,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear, seen.NoOldFallback, seen.NoLowerVersion},
			Level:   Must,
			Clauses: []Clause{noFallback, noRetry, noSIPSDowngrade},
		},
	}
}

// ofServer turns an edit of the server's behaviour into a change of the scenario.
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

	downgradeSignTLS12 = ofServer("the server's random ends with the marker of a downgrade to TLS 1.2", func(b *fakeserver.Behaviour) {
		b.RandomTail = []byte("DOWNGRD\x01")
	})
	downgradeSignTLS11 = ofServer("the server's random ends with the marker of a downgrade to TLS 1.1 or older", func(b *fakeserver.Behaviour) {
		b.RandomTail = []byte("DOWNGRD\x00")
	})
	resetsHandshakes = answers("the server resets the connection on every ClientHello", fakeserver.EndReset)
)
