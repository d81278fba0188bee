package cases

import (
	"time"

	"siptrust/pkiforge"
)

// appleTrusted is what Apple has required of the certificates of TLS servers since
// iOS 13 and macOS 10.15. The document has no numbered sections.
var appleTrusted = clause("Apple HT210176", "")

// validFor makes the server's certificate one that was issued an hour ago, for that
// number of days.
func validFor(words string, days int) Change {
	const begun = -time.Hour
	return ofPKI(words, pkiforge.Valid(pkiforge.Server, begun, begun+time.Duration(days)*24*time.Hour))
}

// issuedAt makes the server's certificate valid from that date, a UTCTime.
func issuedAt(words, date string) Change {
	return ofPKI(words, pkiforge.TimeForms(pkiforge.Server, pkiforge.TimeForm{Text: date}, pkiforge.TimeForm{}))
}

// appleCases are the cases of the group apple: how long Apple allows a server's
// certificate to be valid. Apple's other requirements are judged, under its policy,
// in the groups name, usage and strength.
func appleCases() []Case {
	return []Case{
		{
			ID:      "apple.399-days",
			Title:   "The server certificate of the enterprise's CA is valid for 399 days",
			Why:     "Apple's limit of 398 days applies only to the roots that Apple ships; a client that applies it to roots that the user added locks enterprises out.",
			Twin:    customSound,
			Change:  validFor("the server certificate is valid for 399 days", 399),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{appleTrusted, clause("Apple HT211025", "")},
		},
		{
			ID:      "apple.820-days",
			Title:   "The server certificate is valid for 820 days",
			Why:     "The certificate is within Apple's limit of 825 days, whichever way the days are counted; a client that refuses it locks out sites that follow the limit.",
			Twin:    customSound,
			Change:  validFor("the server certificate is valid for 820 days", 820),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{appleTrusted},
		},
		{
			ID:       "apple.825-days",
			Title:    "The server certificate is valid for 825 days, and its last second counts as well",
			Why:      "A validity period includes its last second (RFC 5280 4.1.2.5), so this one is a second longer than 825 days; implementations differ on whether that second begins another day.",
			Twin:     customSound,
			Change:   validFor("the server certificate is valid for 825 days", 825),
			Expect:   Accept,
			ByPolicy: map[Policy]Expectation{Apple: Observe},
			Level:    Should,
			Clauses:  []Clause{appleTrusted},
		},
		{
			ID:       "apple.826-days",
			Title:    "The server certificate is valid for 826 days",
			Why:      "Apple's devices refuse this certificate and hardly say why. The RFCs set no limit, so other clients have no reason to refuse it.",
			Twin:     customSound,
			Change:   validFor("the server certificate is valid for 826 days", 826),
			Expect:   Accept,
			ByPolicy: appleRefuses,
			Level:    Should,
			Clauses:  []Clause{appleTrusted},
		},
		{
			ID:      "apple.issued-before-july-2019",
			Title:   "The server certificate was issued in June 2019 and is still valid",
			Why:     "Apple's limit applies to certificates issued after 1 July 2019; a client that applies it to older ones locks out servers that still use them.",
			Twin:    customSound,
			Change:  issuedAt("the validity of the server certificate began in June 2019", "190601000000Z"),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{appleTrusted},
		},
		{
			ID:       "apple.issued-after-july-2019",
			Title:    "The server certificate was issued in August 2019 and is still valid",
			Why:      "The certificate was issued after 1 July 2019 and has a validity period longer than the 825 days that Apple then allows; the RFCs set no limit.",
			Twin:     customSound,
			Change:   issuedAt("the validity of the server certificate began in August 2019", "190801000000Z"),
			Expect:   Accept,
			ByPolicy: appleRefuses,
			Level:    Should,
			Clauses:  []Clause{appleTrusted},
		},
	}
}
