package cases

import (
	"time"

	"siptrust/pkiforge"
)

// Clauses that the group time rests on.
var (
	validityField   = clause("RFC 5280", "4.1.2.5")
	utcTime         = clause("RFC 5280", "4.1.2.5.1")
	generalizedTime = clause("RFC 5280", "4.1.2.5.2")
	anchorIsInput   = clause("RFC 5280", "6.1.1(d)")
)

const (
	customSound     = "paper.custom-ca.sound"
	publicSound     = "paper.public-ca.sound"
	selfSignedSound = "paper.self-signed.sound"
)

// appleRefuses: Apple takes no server certificate that is issued for more than
// 825 days.
var appleRefuses = map[Policy]Expectation{Apple: Refuse}

// timeCases are the cases of the group time: the validity period of the server
// certificate and of its CAs, its bounds, and the ways to write a date.
func timeCases() []Case {
	return []Case{
		{
			ID:      "time.expired-an-hour-ago",
			Title:   "The server certificate expired an hour ago",
			Why:     "No clock that the network sets is an hour wrong: a grace of hours is a grace for a lost key.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expired an hour ago", pkiforge.Ended(pkiforge.Server, time.Hour)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.expired-years-ago",
			Title:   "The server certificate expired ten years ago",
			Why:     "Keys of that age were made for other strengths and have had ten years to leak.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expired ten years ago", pkiforge.Ended(pkiforge.Server, 3650*24*time.Hour)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.expired-seconds-ago",
			Title:   "The server certificate expired five seconds ago",
			Why:     "What a client grants for clocks that differ is worth knowing; no standard says how much.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expired five seconds ago", pkiforge.Ended(pkiforge.Server, 5*time.Second)),
			Expect:  Observe,
			Level:   Must,
			Clauses: []Clause{validityPeriod},
		},
		{
			ID:      "time.last-hour",
			Title:   "The server certificate expires in an hour",
			Why:     "A certificate is good until its last second; to refuse it earlier is an outage.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expires in an hour", pkiforge.Ended(pkiforge.Server, -time.Hour)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{validityField, validityPeriod},
		},
		{
			ID:      "time.not-yet-valid",
			Title:   "The server certificate is valid from tomorrow on",
			Why:     "A client that looks at one end of the validity only takes certificates that nobody has put into use.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is not yet valid", pkiforge.NotYetValid(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.not-yet-valid-public-ca",
			Title:   "The server certificate of the public CA is valid from tomorrow on",
			Why:     "A client that looks at one end of the validity only takes certificates that nobody has put into use.",
			Twin:    publicSound,
			Change:  ofPKI("the server certificate is not yet valid", pkiforge.NotYetValid(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.not-yet-valid-self-signed",
			Title:   "The installed self-signed certificate is valid from tomorrow on",
			Why:     "To install a certificate is not to trust it before its time.",
			Twin:    selfSignedSound,
			Change:  ofPKI("the server certificate is not yet valid", pkiforge.NotYetValid(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.begins-in-an-hour",
			Title:   "The server certificate is valid in an hour",
			Why:     "An hour is what a wrong time zone makes: times in certificates are Greenwich Mean Time everywhere.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is valid in an hour only", pkiforge.Begins(pkiforge.Server, time.Hour)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, utcTime, noRegister},
		},
		{
			ID:      "time.begins-in-minutes",
			Title:   "The server certificate is valid in four minutes",
			Why:     "What a client grants for clocks that differ is worth knowing; no standard says how much.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is valid in four minutes only", pkiforge.Begins(pkiforge.Server, 4*time.Minute)),
			Expect:  Observe,
			Level:   Must,
			Clauses: []Clause{validityPeriod},
		},
		{
			ID:      "time.intermediate-expired",
			Title:   "The issuing CA's certificate has expired, the server's has not",
			Why:     "Validity counts for every certificate of the path: an expired CA is one whose key nobody guards.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate has expired", pkiforge.Expired(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.intermediate-expired-public-ca",
			Title:   "The public CA's issuing certificate has expired, the server's has not",
			Why:     "Servers go on sending an issuing certificate that expired long before their own; a client must notice.",
			Twin:    publicSound,
			Change:  ofPKI("the issuing CA's certificate has expired", pkiforge.Expired(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.intermediate-not-yet-valid",
			Title:   "The issuing CA's certificate is valid from tomorrow on",
			Why:     "Validity counts for every certificate of the path, and at both ends.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate is not yet valid", pkiforge.NotYetValid(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.root-expired",
			Title:   "The installed root has expired, all below it is valid",
			Why:     "The validity of a trust anchor is no input of path validation, yet many verifiers look at it: phones fell silent when old roots expired.",
			Twin:    customSound,
			Change:  ofPKI("the installed root has expired", pkiforge.Expired(pkiforge.Root)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{anchorIsInput},
		},
		{
			ID:      "time.root-not-yet-valid",
			Title:   "The installed root is valid from tomorrow on, all below it is valid",
			Why:     "The validity of a trust anchor is no input of path validation, yet many verifiers look at it.",
			Twin:    customSound,
			Change:  ofPKI("the installed root is not yet valid", pkiforge.NotYetValid(pkiforge.Root)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{anchorIsInput},
		},
		{
			ID:      "time.inverted",
			Title:   "The server certificate ended yesterday and begins tomorrow",
			Why:     "A client that compares with one bound or with the wrong one takes a period that holds no moment at all.",
			Twin:    customSound,
			Change:  ofPKI("the validity of the server certificate ends before it begins", pkiforge.Inverted(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityField, validityPeriod, noRegister},
		},
		{
			ID:      "time.utctime-1963",
			Title:   "The server certificate expired in 1963, written with two digits of the year",
			Why:     "A year of two digits from 50 on is of the last century; a client that adds 2000 to it waits until 2063.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expired in 1963", writtenEnd(pkiforge.Server, pkiforge.TimeForm{Text: "630101000000Z"})),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{utcTime, validityPeriod, noRegister},
		},
		{
			ID:       "time.generalized-leaf",
			Title:    "The server certificate is valid until 2051, which takes a GeneralizedTime",
			Why:      "Devices that read UTCTime only lose every certificate that outlives 2049.",
			Twin:     customSound,
			Change:   ofPKI("the server certificate is valid until 2051", writtenEnd(pkiforge.Server, generalized("20510101000000Z"))),
			Expect:   Accept,
			ByPolicy: appleRefuses,
			Level:    Must,
			Clauses:  []Clause{validityField, generalizedTime, clause("Apple HT210176", "")},
		},
		{
			ID:      "time.generalized-ca",
			Title:   "The issuing CA is valid until 2051, which takes a GeneralizedTime",
			Why:     "Enterprises give their CAs decades; the first of these end beyond what UTCTime can say.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA is valid until 2051", writtenEnd(pkiforge.Issuing, generalized("20510101000000Z"))),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{validityField, generalizedTime},
		},
		{
			ID:       "time.no-expiry-leaf",
			Title:    "The server certificate has no well-defined expiration: 99991231235959Z",
			Why:      "Certificates burnt into devices end with the year 9999; a clock of 32 bits makes that a date in the past.",
			Twin:     customSound,
			Change:   ofPKI("the server certificate never expires", writtenEnd(pkiforge.Server, generalized("99991231235959Z"))),
			Expect:   Accept,
			ByPolicy: appleRefuses,
			Level:    Must,
			Clauses:  []Clause{validityField, generalizedTime, clause("Apple HT210176", "")},
		},
		{
			ID:      "time.no-expiry-ca",
			Title:   "The issuing CA has no well-defined expiration: 99991231235959Z",
			Why:     "CAs for devices end with the year 9999; a clock of 32 bits makes that a date in the past.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA never expires", writtenEnd(pkiforge.Issuing, generalized("99991231235959Z"))),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{validityField, generalizedTime},
		},
		{
			ID:      "time.generalized-expired",
			Title:   "The server certificate expired in 2020, written as GeneralizedTime",
			Why:     "A reader that takes every date for a UTCTime loses the century here and with it what comes after.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expired in 2020", writtenEnd(pkiforge.Server, generalized("20200101000000Z"))),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityField, validityPeriod, noRegister},
		},
		{
			ID:      "time.utctime-1950-ca",
			Title:   "The issuing CA is valid since 1950, the first year that two digits can say",
			Why:     "A year of two digits from 50 on is of the last century; a client that adds 2000 to it waits until 2050.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA is valid since 1950", pkiforge.TimeForms(pkiforge.Issuing, pkiforge.TimeForm{Text: "500101000000Z"}, pkiforge.TimeForm{})),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{utcTime, validityPeriod},
		},
		{
			ID:      "time.utctime-2049-ca",
			Title:   "The issuing CA is valid to the end of 2049, the last moment that two digits can say",
			Why:     "A year of two digits below 50 is of this century; 32 bits of seconds end in 2038.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA is valid to the end of 2049", writtenEnd(pkiforge.Issuing, pkiforge.TimeForm{Text: "491231235959Z"})),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{utcTime, validityPeriod},
		},
		{
			ID:      "time.outlives-issuer",
			Title:   "The server certificate is valid longer than its issuing CA's",
			Why:     "Every certificate of the path is valid now, and nothing else is asked: CAs near their end issue such certificates.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA ends before the server certificate", pkiforge.Valid(pkiforge.Issuing, -180*24*time.Hour, 24*time.Hour)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{validityPeriod},
		},
		{
			ID:      "time.older-than-issuer",
			Title:   "The issuing CA's certificate was renewed after the server's was issued",
			Why:     "A CA that renews its certificate with the same key goes on vouching for what it issued before.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate is younger than the server's", pkiforge.Valid(pkiforge.Issuing, -30*time.Minute, 5*365*24*time.Hour)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{validityPeriod},
		},
		{
			ID:      "time.generalized-before-2050",
			Title:   "Dates before 2050 are written as GeneralizedTime",
			Why:     "A CA must not write them so, but a client must be able to process either form: readers of certificates differ here.",
			Twin:    customSound,
			Change:  ofPKI("dates before 2050 are written as GeneralizedTime", pkiforge.TimeForms(pkiforge.Server, fourDigits, fourDigits)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{validityField},
		},
		{
			ID:      "time.fractional-seconds",
			Title:   "The end of the validity has a fraction of a second",
			Why:     "The profile forbids fractions, and readers differ in what they make of them: refuse, round, or misread the date.",
			Twin:    customSound,
			Change:  ofPKI("a date has a fraction of a second", writtenEnd(pkiforge.Server, generalized("20510101000000.5Z"))),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{generalizedTime},
		},
		{
			ID:      "time.generalized-offset",
			Title:   "The end of the validity is a GeneralizedTime with an offset from Greenwich",
			Why:     "The profile demands Z; who ignores an offset misreads the date by up to half a day.",
			Twin:    customSound,
			Change:  ofPKI("a GeneralizedTime has an offset", writtenEnd(pkiforge.Server, generalized("20510101000000+0000"))),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{generalizedTime},
		},
		{
			ID:      "time.utctime-offset",
			Title:   "The end of the validity is a UTCTime with an offset from Greenwich",
			Why:     "The profile demands Z; who ignores an offset misreads the date by up to half a day.",
			Twin:    customSound,
			Change:  ofPKI("a UTCTime has an offset", writtenEnd(pkiforge.Server, pkiforge.TimeForm{Layout: "060102150405-0700"})),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{utcTime},
		},
		{
			ID:      "time.utctime-no-seconds",
			Title:   "The end of the validity is a UTCTime without seconds",
			Why:     "Old CAs left the seconds out, which the profile forbids: some readers refuse, some take them for 0.",
			Twin:    customSound,
			Change:  ofPKI("a UTCTime has no seconds", writtenEnd(pkiforge.Server, pkiforge.TimeForm{Layout: "0601021504Z"})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{utcTime},
		},
		{
			ID:      "time.not-a-date",
			Title:   "The end of the validity is the 31st of February",
			Why:     "A reader that carries the surplus over to March makes up a date that nobody signed.",
			Twin:    customSound,
			Change:  ofPKI("a date is none", writtenEnd(pkiforge.Server, pkiforge.TimeForm{Text: "490231000000Z"})),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{utcTime},
		},
	}
}

// fourDigits is the form of the dates from 2050 on.
var fourDigits = pkiforge.TimeForm{Generalized: true, Layout: "20060102150405Z"}

// generalized is a GeneralizedTime of that text.
func generalized(text string) pkiforge.TimeForm {
	return pkiforge.TimeForm{Generalized: true, Text: text}
}

// writtenEnd writes the end of a validity, and only that, in another form.
func writtenEnd(cert string, notAfter pkiforge.TimeForm) pkiforge.Change {
	return pkiforge.TimeForms(cert, pkiforge.TimeForm{}, notAfter)
}
