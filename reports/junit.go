package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"siptrust/internal/plain"
)

// The elements of a JUnit file, as CI systems read them. The order of the
// fields is the order of the elements.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		seconds    float64
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitProperties struct {
		Property []junitProperty `xml:"property"`
	}
	junitCase struct {
		Name       string           `xml:"name,attr"`
		Class      string           `xml:"classname,attr"`
		Time       string           `xml:"time,attr"`
		Properties *junitProperties `xml:"properties"`
		Skipped    *junitNote       `xml:"skipped"`
		Error      *junitNote       `xml:"error"`
		Failure    *junitNote       `xml:"failure"`
	}
	junitNote struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",cdata"`
	}
)

// JUnit writes the record for CI systems: one testsuite a group, one testcase
// a result, whose name begins with the id. fail is a failure, inconclusive an
// error, skip and waived are skipped; warn and info pass with a property that
// says so. Controls are left out, because the filter did not select them. A run
// that did not finish, or has no result, gets one more testcase that is an
// error, so that CI does not show it as passed.
func JUnit(w io.Writer, record Record) error {
	all := junitSuites{Name: "siptrust", Time: junitSeconds(record.Seconds)}
	index := map[string]int{}
	suite := func(name string) *junitSuite {
		i, found := index[name]
		if !found {
			i = len(all.Suites)
			index[name] = i
			all.Suites = append(all.Suites, junitSuite{
				Name: name, Timestamp: record.Started.UTC().Format(time.RFC3339), Properties: junitAbout(record),
			})
		}
		return &all.Suites[i]
	}
	for i := range record.Results {
		if r := &record.Results[i]; !r.Control {
			suite(plain.Line(r.Group)).add(junitOf(r), r.Milliseconds/1000)
		}
	}
	if missing := junitMissing(record); missing != "" {
		suite("siptrust").add(junitCase{
			Name: "siptrust.run", Class: "siptrust", Time: junitSeconds(0),
			Error: &junitNote{Message: missing, Type: "incomplete"},
		}, 0)
	}
	for i := range all.Suites {
		s := &all.Suites[i]
		s.Time = junitSeconds(s.seconds)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Skipped += s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("writing JUnit: %w", err)
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return fmt.Errorf("writing JUnit: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// add counts a testcase in.
func (s *junitSuite) add(c junitCase, seconds float64) {
	s.Tests++
	s.seconds += seconds
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func junitOf(r *Result) junitCase {
	c := junitCase{
		Name: strings.TrimSuffix(plain.Line(r.ID)+": "+plain.Line(r.Title), ": "), Class: "siptrust." + r.prefix(),
		Time: junitSeconds(r.Milliseconds / 1000),
	}
	note := junitNote{Message: r.reasonWords(), Type: plain.Line(r.Outcome)}
	switch {
	case r.Waived:
		c.Skipped = &junitNote{Message: "waived: " + note.Message}
	case r.Status == Skip:
		c.Skipped = &junitNote{Message: note.Message}
	case r.Status == Fail:
		note.Text = evidenceText(r)
		c.Failure = &note
	case r.Status == Inconclusive:
		note.Text = evidenceText(r)
		c.Error = &note
	case r.Status != Pass:
		c.Properties = &junitProperties{[]junitProperty{
			{"siptrust.status", string(r.Status)}, {"siptrust.reason", note.Message},
		}}
	}
	return c
}

// junitMissing says why the record is not one of a whole run; empty: it is.
func junitMissing(record Record) string {
	n := Summarise(record.Results).Total()
	switch {
	case !record.Complete:
		return "the run did not finish: " + counted(n, "result") + " known"
	case n == 0:
		return "no case was run"
	}
	return ""
}

// junitAbout are the properties of every testsuite: subject, settings, verdict.
func junitAbout(record Record) []junitProperty {
	return []junitProperty{
		{"client", plain.Line(record.Subject.Name)},
		{"client.version", plain.Line(record.Subject.Version)},
		{"client.driver", plain.Line(record.Subject.Driver)},
		{"policy", plain.Line(record.Policy)},
		{"verdict", record.verdictWords()},
		{"tls.versions", record.Settings.versionWords()},
		{"tls.key", record.Settings.keyWords()},
		{"siptrust.version", plain.Line(record.Tool.Version)},
		{"siptrust.edition", plain.Line(record.Tool.Edition)},
	}
}

func junitSeconds(s float64) string { return fmt.Sprintf("%.3f", s) }
