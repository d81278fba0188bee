package cases

import (
	"slices"
	"sync"

	"siptrust/suites/catalogue"
)

// Edition of the catalogue: it changes whenever a case does.
const Edition = "2026.3"

// All is the whole catalogue. It is shared: read it only.
var All = sync.OnceValue(func() *catalogue.Catalogue {
	own := slices.Concat(
		paperCases(), trustCases(), chainCases(), fetchedCases(), signatureCases(), timeCases(), nameCases(), sipNameCases(), usageCases(),
		constraintCases(), strengthCases(), encodingCases(), versionCases(), suiteCases(), proofCases(), clientAuthCases(),
		appleCases(), teamsCases(), revocationCases(), resumptionCases(), conductCases(), referenceCases(),
	)
	repeated, err := repeatedCases(own)
	if err != nil {
		panic(err) // the table is in the program: a test walks it
	}
	c, err := catalogue.New(append(own, repeated...))
	if err != nil {
		panic(err)
	}
	return c
})
