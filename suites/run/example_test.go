package run_test

import (
	"context"
	"fmt"
	"log"

	"siptrust/client/reference"
	"siptrust/reports"
	"siptrust/suites/run"
)

// A run of some cases against a mutant: the built-in client that does not look
// at the dates of certificates.
func Example() {
	r, err := run.New(run.Settings{
		Driver: reference.New(reference.Options{Mutant: "expiry"}),
		Filter: "paper.custom-ca",
	})
	if err != nil {
		log.Fatal(err)
	}
	record, err := r.Execute(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(record.Verdict)
	for i := range record.Results {
		if result := &record.Results[i]; result.Status == reports.Fail {
			fmt.Println(result.ID, result.Outcome)
		}
	}
	fmt.Println(record.Summary.Pass, "passed")
	// Output:
	// does not conform
	// paper.custom-ca.expired accepted
	// 5 passed
}
