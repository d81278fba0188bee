package cases

import (
	"time"

	"siptrust/pkiforge"
)

// Clauses of the group time.
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

// tenDays is more than any client allows a clock to be wrong.
const tenDays = 10 * 24 * time.Hour

// appleRefuses: Apple refuses server certificates that are valid for more than
// 825 days.
var appleRefuses = map[Policy]Expectation{Apple: Refuse}

// timeCases are the cases of the group time: the validity period of the server
// certificate and of its CAs, its start and its end, and the ways to write a
// date.
func timeCases() []Case {
	return []Case{
		{
			ID:      "time.expired-an-hour-ago",
			Title:   "The server certificate expired an hour ago",
			Why:     "Clocks that are set from the network are not wrong by an hour. A client that allows an hour after expiry also gives an attacker with a stolen key this hour.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expired an hour ago", pkiforge.Ended(pkiforge.Server, time.Hour)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.expired-years-ago",
			Title:   "The server certificate expired ten years ago",
			Why:     "A key of that age may be too weak today, and attackers have had ten years to steal it.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expired ten years ago", pkiforge.Ended(pkiforge.Server, 3650*24*time.Hour)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.expired-seconds-ago",
			Title:   "The server certificate expired five seconds ago",
			Why:     "Clients may allow for small differences between clocks. No standard says how much, so this case only records it.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expired five seconds ago", pkiforge.Ended(pkiforge.Server, 5*time.Second)),
			Expect:  Observe,
			Level:   Must,
			Clauses: []Clause{validityPeriod},
		},
		{
			ID:      "time.last-hour",
			Title:   "The server certificate expires in an hour",
			Why:     "A certificate is valid until its last second. A client that refuses it earlier causes an outage.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expires in an hour", pkiforge.Ended(pkiforge.Server, -time.Hour)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{validityField, validityPeriod},
		},
		{
			ID:      "time.not-yet-valid",
			Title:   "The server certificate becomes valid tomorrow",
			Why:     "A client that checks only one end of the validity period accepts certificates that are not in use yet.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is not yet valid", pkiforge.NotYetValid(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.not-yet-valid-public-ca",
			Title:   "The server certificate of the public CA becomes valid tomorrow",
			Why:     "A client that checks only one end of the validity period accepts certificates that are not in use yet.",
			Twin:    publicSound,
			Change:  ofPKI("the server certificate is not yet valid", pkiforge.NotYetValid(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.not-yet-valid-self-signed",
			Title:   "The installed self-signed certificate becomes valid tomorrow",
			Why:     "An installed certificate is also valid only from its start date. A client that accepts it earlier does not check this date.",
			Twin:    selfSignedSound,
			Change:  ofPKI("the server certificate is not yet valid", pkiforge.NotYetValid(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.begins-in-ten-days",
			Title:   "The server certificate becomes valid in ten days",
			Why:     "NSS allows for a clock that is wrong by a day, so that it accepts a certificate that becomes valid tomorrow. A client that accepts this one as well does not check the start date at all.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate becomes valid only in ten days", pkiforge.Begins(pkiforge.Server, tenDays)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.begins-in-ten-days-self-signed",
			Title:   "The installed self-signed certificate becomes valid in ten days",
			Why:     "An installed certificate is also valid only from its start date. No clock is wrong by ten days: a client that accepts it does not check this date.",
			Twin:    selfSignedSound,
			Change:  ofPKI("the server certificate becomes valid only in ten days", pkiforge.Begins(pkiforge.Server, tenDays)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.begins-in-an-hour",
			Title:   "The server certificate becomes valid in an hour",
			Why:     "Times in certificates are always in UTC. A client that reads them as local time is wrong by an hour or more.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate becomes valid only in an hour", pkiforge.Begins(pkiforge.Server, time.Hour)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, utcTime, noRegister},
		},
		{
			ID:      "time.begins-in-minutes",
			Title:   "The server certificate becomes valid in four minutes",
			Why:     "Clients may allow for small differences between clocks. No standard says how much, so this case only records it.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate becomes valid only in four minutes", pkiforge.Begins(pkiforge.Server, 4*time.Minute)),
			Expect:  Observe,
			Level:   Must,
			Clauses: []Clause{validityPeriod},
		},
		{
			ID:      "time.intermediate-expired",
			Title:   "The issuing CA's certificate has expired, but the server certificate has not",
			Why:     "Every certificate of the path must be valid. Nobody protects the key of an expired CA any more, and an attacker who steals it can issue certificates.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate has expired", pkiforge.Expired(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.intermediate-expired-public-ca",
			Title:   "The public CA's issuing certificate has expired, but the server certificate has not",
			Why:     "Some servers keep sending an issuing certificate long after it has expired. A client that accepts it would also accept one with a stolen key.",
			Twin:    publicSound,
			Change:  ofPKI("the issuing CA's certificate has expired", pkiforge.Expired(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.intermediate-not-yet-valid",
			Title:   "The issuing CA's certificate becomes valid tomorrow",
			Why:     "Every certificate of the path must be valid, from its first to its last second. A client that accepts this one does not check them all.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate is not yet valid", pkiforge.NotYetValid(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.intermediate-begins-in-ten-days",
			Title:   "The issuing CA's certificate becomes valid in ten days",
			Why:     "NSS allows for a clock that is wrong by a day, also for CAs. A client that accepts this one does not check the start dates of CAs at all.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate becomes valid only in ten days", pkiforge.Begins(pkiforge.Issuing, tenDays)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
		},
		{
			ID:      "time.root-expired",
			Title:   "The installed root has expired, but all certificates below it are valid",
			Why:     "Path validation does not use the validity period of a trust anchor, but many clients check it. Phones stopped working when old roots expired.",
			Twin:    customSound,
			Change:  ofPKI("the installed root has expired", pkiforge.Expired(pkiforge.Root)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{anchorIsInput},
		},
		{
			ID:      "time.root-not-yet-valid",
			Title:   "The installed root becomes valid tomorrow, but all certificates below it are valid",
			Why:     "Path validation does not use the validity period of a trust anchor, but many clients check it.",
			Twin:    customSound,
			Change:  ofPKI("the installed root is not yet valid", pkiforge.NotYetValid(pkiforge.Root)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{anchorIsInput},
		},
		{
			ID:      "time.inverted",
			Title:   "The server certificate's validity ended yesterday and begins tomorrow",
			Why:     "This period contains no moment at all. A client that checks only one date, or the wrong one, accepts it.",
			Twin:    customSound,
			Change:  ofPKI("the validity of the server certificate ends before it begins", pkiforge.Inverted(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityField, validityPeriod, noRegister},
		},
		{
			ID:      "time.utctime-1963",
			Title:   "The server certificate expired in 1963, written with a two-digit year",
			Why:     "Two-digit years from 50 to 99 mean 1950 to 1999. A client that reads 63 as 2063 accepts a certificate that expired long ago.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expired in 1963", writtenEnd(pkiforge.Server, pkiforge.TimeForm{Text: "630101000000Z"})),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{utcTime, validityPeriod, noRegister},
		},
		{
			ID:       "time.generalized-leaf",
			Title:    "The server certificate is valid until 2051, so its end is a GeneralizedTime",
			Why:      "A client that reads only UTCTime cannot use any certificate that is valid after 2049.",
			Twin:     customSound,
			Change:   ofPKI("the server certificate is valid until 2051", writtenEnd(pkiforge.Server, generalized("20510101000000Z"))),
			Expect:   Accept,
			ByPolicy: appleRefuses,
			Level:    Must,
			Clauses:  []Clause{validityField, generalizedTime, clause("Apple HT210176", "")},
		},
		{
			ID:      "time.generalized-ca",
			Title:   "The issuing CA is valid until 2051, so its end is a GeneralizedTime",
			Why:     "Enterprises make CAs that are valid for decades, and some already end after 2049. A client that reads only UTCTime cannot use them.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA is valid until 2051", writtenEnd(pkiforge.Issuing, generalized("20510101000000Z"))),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{validityField, generalizedTime},
		},
		{
			ID:       "time.no-expiry-leaf",
			Title:    "The server certificate has no real end date (99991231235959Z)",
			Why:      "Certificates that are built into devices end in the year 9999. A client with a 32-bit clock may read this as a date in the past and refuse them.",
			Twin:     customSound,
			Change:   ofPKI("the server certificate never expires", writtenEnd(pkiforge.Server, generalized("99991231235959Z"))),
			Expect:   Accept,
			ByPolicy: appleRefuses,
			Level:    Must,
			Clauses:  []Clause{validityField, generalizedTime, clause("Apple HT210176", "")},
		},
		{
			ID:      "time.no-expiry-ca",
			Title:   "The issuing CA has no real end date (99991231235959Z)",
			Why:     "CAs for devices end in the year 9999. A client with a 32-bit clock may read this as a date in the past and refuse them.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA never expires", writtenEnd(pkiforge.Issuing, generalized("99991231235959Z"))),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{validityField, generalizedTime},
		},
		{
			ID:      "time.generalized-expired",
			Title:   "The server certificate expired in 2020, written as GeneralizedTime",
			Why:     "A client that reads every date as a UTCTime gets the wrong year and may accept an expired certificate.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate expired in 2020", writtenEnd(pkiforge.Server, generalized("20200101000000Z"))),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityField, validityPeriod, noRegister},
		},
		{
			ID:      "time.utctime-1950-ca",
			Title:   "The issuing CA has been valid since 1950, the first year that two digits can express",
			Why:     "Two-digit years from 50 to 99 mean 1950 to 1999. A client that reads 50 as 2050 refuses a good server.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA has been valid since 1950", pkiforge.TimeForms(pkiforge.Issuing, pkiforge.TimeForm{Text: "500101000000Z"}, pkiforge.TimeForm{})),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{utcTime, validityPeriod},
		},
		{
			ID:      "time.utctime-2049-ca",
			Title:   "The issuing CA is valid until the end of 2049, the last moment that two digits can express",
			Why:     "Two-digit years from 00 to 49 mean 2000 to 2049. A client that counts seconds in 32 bits cannot express dates after 2038 and may refuse a good server.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA is valid until the end of 2049", writtenEnd(pkiforge.Issuing, pkiforge.TimeForm{Text: "491231235959Z"})),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{utcTime, validityPeriod},
		},
		{
			ID:      "time.outlives-issuer",
			Title:   "The server certificate is valid for longer than its issuing CA's certificate",
			Why:     "CAs near their end issue such certificates, and every certificate of the path is valid now. A client that refuses this cannot use these servers.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate ends before the server certificate", pkiforge.Valid(pkiforge.Issuing, -180*24*time.Hour, 24*time.Hour)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{validityPeriod},
		},
		{
			ID:      "time.older-than-issuer",
			Title:   "The issuing CA's certificate was renewed after the server certificate was issued",
			Why:     "A CA can renew its certificate and keep its key. A client that refuses older server certificates cannot use the CA's servers any more.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate is newer than the server certificate", pkiforge.Valid(pkiforge.Issuing, -30*time.Minute, 5*365*24*time.Hour)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{validityPeriod},
		},
		{
			ID:      "time.generalized-before-2050",
			Title:   "Dates before 2050 are written as GeneralizedTime",
			Why:     "CAs must not write them in this way, but clients must be able to process both forms. Clients differ here.",
			Twin:    customSound,
			Change:  ofPKI("dates before 2050 are written as GeneralizedTime", pkiforge.TimeForms(pkiforge.Server, fourDigits, fourDigits)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{validityField},
		},
		{
			ID:      "time.fractional-seconds",
			Title:   "The end of the validity period has a fraction of a second",
			Why:     "RFC 5280 forbids CAs to write fractions, and does not say what a client does with one. Some refuse, others round the date.",
			Twin:    customSound,
			Change:  ofPKI("the end date has a fraction of a second", writtenEnd(pkiforge.Server, generalized("20510101000000.5Z"))),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{generalizedTime},
		},
		{
			ID:      "time.generalized-offset",
			Title:   "The end of the validity period is a GeneralizedTime with a time zone offset",
			Why:     "RFC 5280 requires CAs to write times in UTC, with a Z, and does not say what a client does with an offset. A client that ignores it misreads the date by up to half a day.",
			Twin:    customSound,
			Change:  ofPKI("the end date is a GeneralizedTime with a time zone offset", writtenEnd(pkiforge.Server, generalized("20510101000000+0000"))),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{generalizedTime},
		},
		{
			ID:      "time.utctime-offset",
			Title:   "The end of the validity period is a UTCTime with a time zone offset",
			Why:     "RFC 5280 requires CAs to write times in UTC, with a Z, and does not say what a client does with an offset. A client that ignores it misreads the date by up to half a day.",
			Twin:    customSound,
			Change:  ofPKI("the end date is a UTCTime with a time zone offset", writtenEnd(pkiforge.Server, pkiforge.TimeForm{Layout: "060102150405-0700"})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{utcTime},
		},
		{
			ID:      "time.utctime-no-seconds",
			Title:   "The end of the validity period is a UTCTime without seconds",
			Why:     "RFC 5280 requires seconds, but old CAs left them out. Some clients refuse such a date, some read it as 0 seconds.",
			Twin:    customSound,
			Change:  ofPKI("the end date is a UTCTime without seconds", writtenEnd(pkiforge.Server, pkiforge.TimeForm{Layout: "0601021504Z"})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{utcTime},
		},
		{
			ID:      "time.not-a-date",
			Title:   "The end of the validity period is the 31st of February",
			Why:     "This date does not exist. No clause says what a client does with it; some turn it into a day in March, which the CA never signed.",
			Twin:    customSound,
			Change:  ofPKI("the end date is the 31st of February", writtenEnd(pkiforge.Server, pkiforge.TimeForm{Text: "490231000000Z"})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{utcTime},
		},
	}
}

// fourDigits is the form that RFC 5280 requires for dates from 2050 on.
var fourDigits = pkiforge.TimeForm{Generalized: true, Layout: "20060102150405Z"}

// generalized is a GeneralizedTime with this text.
func generalized(text string) pkiforge.TimeForm {
	return pkiforge.TimeForm{Generalized: true, Text: text}
}

// writtenEnd writes only the end of a validity period in another form.
func writtenEnd(cert string, notAfter pkiforge.TimeForm) pkiforge.Change {
	return pkiforge.TimeForms(cert, pkiforge.TimeForm{}, notAfter)
}
