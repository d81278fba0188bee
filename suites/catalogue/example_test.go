package catalogue_test

import (
	"fmt"
	"log"

	"siptrust/pkiforge"
	"siptrust/suites/catalogue"
)

// A catalogue of two cases: a sound one, and one that differs from it in one
// change. A filter finds it, and its scenario shows the change.
func Example() {
	clause := []catalogue.Clause{{Document: "RFC 5280", Section: "6.1.3(a)(2)"}}
	all, err := catalogue.New([]catalogue.Case{
		{
			ID: "phone.sound", Title: "A sound server", Why: "A client must accept it.",
			Style: pkiforge.CustomCA, Expect: catalogue.Accept, Level: catalogue.Must, Clauses: clause,
		},
		{
			ID: "phone.expired", Title: "The certificate has expired", Why: "Nobody looks after its key any more.",
			Twin: "phone.sound",
			Change: catalogue.Change{Name: "the certificate has expired", Apply: func(s *catalogue.Scenario) error {
				return pkiforge.Expired(pkiforge.Server).Apply(&s.Plan)
			}},
			Expect: catalogue.Refuse, Level: catalogue.Must, Clauses: clause,
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	selected, err := all.Select("phone && !phone.sound")
	if err != nil {
		log.Fatal(err)
	}
	for _, cs := range selected {
		fmt.Printf("%s: %s, %s\n", cs.ID, cs.ExpectationUnder(catalogue.Interop), cs.Level)
		names := pkiforge.Names{Run: "run", Host: "sip.run.test", Domain: "sip.run.test", Other: "other.run.test"}
		twin, err := all.Scenario(cs.Twin, names)
		if err != nil {
			log.Fatal(err)
		}
		scenario, err := all.Scenario(cs.ID, names)
		if err != nil {
			log.Fatal(err)
		}
		for _, difference := range pkiforge.Diff(twin.Plan, scenario.Plan) {
			fmt.Println(difference)
		}
	}
	// Output:
	// phone.expired: refuse, MUST
	// server NotBefore: -1h0m0s → -2184h0m0s
	// server NotAfter: 2159h0m0s → -24h0m0s
}
