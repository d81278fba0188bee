package reports_test

import (
	"fmt"
	"log"
	"os"

	"siptrust/reports"
)

// A run keeps its record while it goes on, and has its reports at the end.
func Example() {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	header := reports.Record{Tool: reports.Tool{Name: "siptrust", Edition: "2026.2"}, Policy: "interop"}
	writer, err := reports.Create(dir, header)
	if err != nil {
		log.Fatal(err)
	}
	defer writer.Close()

	expired := reports.Result{
		ID: "paper.custom-ca.expired", Group: "paper", Level: "MUST", Expect: "refuse",
		Outcome: "accepted", Status: reports.Fail, Reason: "accepted, although the server certificate has expired",
	}
	if err := writer.Add(expired); err != nil { // as soon as it is known
		log.Fatal(err)
	}
	record := header
	record.Results, record.Complete, record.Verdict = []reports.Result{expired}, true, reports.DoesNotConform
	if _, err := writer.Finish(record); err != nil { // results.json, junit.xml, report.html, report.md
		log.Fatal(err)
	}

	again, err := reports.Read(dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Verdict)
	fmt.Println(again.Summary.Fail, "failed:", again.Results[0].ID)
	fmt.Println(reports.Line(again.Results[0]))
	// Output:
	// does not conform
	// 1 failed: paper.custom-ca.expired
	// fail          paper.custom-ca.expired  accepted, although the server certificate has expired  0 ms
}
