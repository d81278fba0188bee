package cases

import (
	"time"

	"siptrust/pkiforge"
)

// appleTrusted is what Apple asks of the certificates of TLS servers since iOS
// 13 and macOS 10.15. It has no numbered sections.
var appleTrusted = clause("Apple HT210176", "")

// validFor makes the server's certificate one that was issued for so many days,
// an hour ago.
func validFor(words string, days int) Change {
	const begun = -time.Hour
	return ofPKI(words, pkiforge.Valid(pkiforge.Server, begun, begun+time.Duration(days)*24*time.Hour))
}

// issuedAt makes the server's certificate begin at that date, in the form of
// UTCTime.
func issuedAt(words, date string) Change {
	return ofPKI(words, pkiforge.TimeForms(pkiforge.Server, pkiforge.TimeForm{Text: date}, pkiforge.TimeForm{}))
}

// appleCases are the cases of the group apple: how long Apple lets a server's
// certificate be valid. What else Apple demands are cases of the groups name,
// usage and strength, which its policy decides.
func appleCases() []Case {
	return []Case{
		{
			ID:      "apple.399-days",
			Title:   "The server certificate of the enterprise's CA is valid for 399 days",
			Why:     "The limit of 398 days is for the roots that Apple ships; who applies it to a root that the user added locks out enterprises.",
			Twin:    customSound,
			Change:  validFor("the server certificate is valid for 399 days", 399),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{appleTrusted, clause("Apple HT211025", "")},
		},
		{
			ID:      "apple.820-days",
			Title:   "The server certificate is valid for 820 days",
			Why:     "It is within the limit of 825 days, however days are counted.",
			Twin:    customSound,
			Change:  validFor("the server certificate is valid for 820 days", 820),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{appleTrusted},
		},
		{
			ID:       "apple.825-days",
			Title:    "The server certificate is valid for 825 days and the second that its end counts",
			Why:      "The validity includes its last second (RFC 5280 4.1.2.5): whether that begins another day is where counts of days differ.",
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
			Why:      "Apple's devices refuse it and say little about why; the RFCs set no limit, and other clients know none.",
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
			Why:     "Apple's limit is for certificates issued after 1 July 2019: devices of old with long-lived ones must stay reachable.",
			Twin:    customSound,
			Change:  issuedAt("the validity of the server certificate began in June 2019", "190601000000Z"),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{appleTrusted},
		},
		{
			ID:       "apple.issued-after-july-2019",
			Title:    "The server certificate was issued in August 2019 and is still valid",
			Why:      "It is of after the first day of the rule, and has been valid for longer than the rule lets it.",
			Twin:     customSound,
			Change:   issuedAt("the validity of the server certificate began in August 2019", "190801000000Z"),
			Expect:   Accept,
			ByPolicy: appleRefuses,
			Level:    Should,
			Clauses:  []Clause{appleTrusted},
		},
	}
}
