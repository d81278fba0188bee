package reports

import (
	"fmt"
	"math"
	"strings"
	"time"

	"siptrust/internal/plain"
)

// statusOrder is the order in which statuses are listed: those that need action
// first.
var statusOrder = []Status{Fail, Inconclusive, Warn, Skip, Info, Pass}

// known says whether s is one of the statuses of the schema.
func (s Status) known() bool {
	switch s {
	case Pass, Warn, Fail, Info, Skip, Inconclusive:
		return true
	}
	return false
}

// known says whether v is one of the verdicts of the schema.
func (v Verdict) known() bool {
	switch v {
	case Conforms, ConformsWithGaps, DoesNotConform, NotAssessed:
		return true
	}
	return false
}

// counted says "1 case", "2 cases".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// duration prints seconds for people.
func duration(seconds float64) string {
	switch {
	case seconds < 1:
		return fmt.Sprintf("%.0f ms", seconds*1000)
	case seconds < 60:
		return fmt.Sprintf("%.1f s", seconds)
	}
	whole := int64(math.Round(math.Min(seconds, math.MaxInt32)))
	return fmt.Sprintf("%d min %02d s", whole/60, whole%60)
}

// moment prints a time in UTC, so that reports from two time zones compare.
func moment(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

// kindWords is the side of the connection that was tested.
func (s Subject) kindWords() string {
	if s.Kind == "" {
		return string(SubjectClient)
	}
	return plain.Line(string(s.Kind))
}

// subjectWords names what was tested with its version.
func (r *Record) subjectWords() string {
	name := plain.Line(r.Subject.Name)
	if name == "" {
		name = "unnamed " + r.Subject.kindWords()
	}
	if version := plain.Line(r.Subject.Version); version != "" {
		return name + " " + version
	}
	return name
}

// versionWords says which TLS versions the servers offered.
func (s Settings) versionWords() string {
	if s.TLSVersion == "" {
		return "1.2 and 1.3"
	}
	return plain.Line(s.TLSVersion) + " only"
}

// keyWords says what kind of key the servers had.
func (s Settings) keyWords() string {
	switch s.TLSKey {
	case "", "ecdsa":
		return "ECDSA P-256"
	case "rsa":
		return "RSA 2048"
	}
	return plain.Line(s.TLSKey)
}

// filterWords says which cases were selected.
func (s Settings) filterWords() string {
	if filter := plain.Line(s.Filter); filter != "" {
		return filter
	}
	return "none, all cases"
}

// trapWords says where the plaintext listeners were.
func (s Settings) trapWords() string {
	switch s.Traps {
	case "own":
		return "own address, TCP 5060, UDP 5060 and 5061"
	case "near":
		return "UDP, on the number of the TLS port"
	case "":
		return "unknown"
	}
	return plain.Line(s.Traps)
}

// meaning explains the verdict in a sentence.
func (r *Record) meaning() string {
	if !r.Complete {
		return "The run did not finish. The results so far follow."
	}
	switch r.Verdict {
	case Conforms:
		return "Nothing failed, was inconclusive or was skipped."
	case ConformsWithGaps:
		return "Nothing failed or was inconclusive; some cases were skipped, waived or passed with a warning."
	case DoesNotConform:
		return "At least one case failed."
	case NotAssessed:
		return "Not judged: results are inconclusive, or the test setup is not proven."
	}
	return "The record has no verdict."
}

// verdictWords is the verdict as printed; never empty.
func (r *Record) verdictWords() string {
	if r.Verdict == "" {
		return string(NotAssessed)
	}
	return plain.Line(string(r.Verdict))
}

// outcomeWords says what the client did: "refused, by alert".
func (r *Result) outcomeWords() string {
	outcome, how := plain.Line(r.Outcome), plain.Line(r.How)
	switch {
	case outcome == "" && how == "":
		return "not run"
	case how == "":
		return outcome
	case outcome == "":
		return how
	}
	return outcome + ", " + how
}

// statusWords is the status as printed, with the waiver if there is one.
func (r *Result) statusWords() string {
	if r.Waived {
		return string(r.Status) + ", waived"
	}
	return string(r.Status)
}

// reasonWords is the judge's reason, or what the client did where there is none.
func (r *Result) reasonWords() string {
	if reason := plain.Line(r.Reason); reason != "" {
		return reason
	}
	return r.outcomeWords()
}

// prefix is the id without its last part.
func (r *Result) prefix() string {
	if at := strings.LastIndexByte(r.ID, '.'); at > 0 {
		return plain.Line(r.ID[:at])
	}
	return plain.Line(r.ID)
}

// withStatus gives the results of a status, without controls and waived ones, in
// the record's order.
func withStatus(results []Result, status Status) []*Result {
	var found []*Result
	for i := range results {
		r := &results[i]
		if r.Status == status && !r.Control && !r.Waived {
			found = append(found, r)
		}
	}
	return found
}

// waived gives the results with a waiver, in the record's order.
func waived(results []Result) []*Result {
	var found []*Result
	for i := range results {
		if r := &results[i]; r.Waived && !r.Control {
			found = append(found, r)
		}
	}
	return found
}
