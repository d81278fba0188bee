// Package cases holds the catalogue's tables: one literal a case, one file a
// topic, and the changes that make a faulty case of a sound one. It says what a
// client is put before and what it must do, and knows neither runner nor judge.
package cases

import (
	"siptrust/client"
	"siptrust/suites/catalogue"
)

// The vocabulary of the tables, without its package's name in every line.
type (
	Case        = catalogue.Case
	Change      = catalogue.Change
	Clause      = catalogue.Clause
	Scenario    = catalogue.Scenario
	Later       = catalogue.Later
	Elsewhere   = catalogue.Elsewhere
	Expectation = catalogue.Expectation
	Policy      = catalogue.Policy
)

// See the constants of the same names in catalogue.
const (
	Accept  = catalogue.Accept
	Refuse  = catalogue.Refuse
	Quiet   = catalogue.Quiet
	Observe = catalogue.Observe

	Must   = catalogue.Must
	Should = catalogue.Should

	RFC5922 = catalogue.RFC5922
	RFC9525 = catalogue.RFC9525
	Apple   = catalogue.Apple
	Teams   = catalogue.Teams
	BCP195  = catalogue.BCP195

	GivenDomain  = catalogue.GivenDomain
	GivenAddress = catalogue.GivenAddress
	GivenDotted  = catalogue.GivenDotted
	GivenProxy   = catalogue.GivenProxy
)

// aboutNames is what a case about the server's name needs.
var aboutNames = []client.Feature{client.FeatureNames}

// clause names a place in a standard: clause("RFC 5280", "6.1.3").
func clause(document, section string) Clause {
	return Clause{Document: document, Section: section}
}
