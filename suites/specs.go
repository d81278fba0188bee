package suites

import (
	"context"
	"io"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/gomega"

	"siptrust/reports"
)

// Register registers one spec for every case of the catalogue, labelled for
// Ginkgo's label filter. Each awaits its case's result from the run that
// start gives, which is called once, before the first spec, and asserts on
// it. It is called while Ginkgo builds its tree, once a process.
func Register(c *Catalogue, start func() *Run) {
	var run *Run
	ginkgo.BeforeSuite(func() { run = start() })
	for _, group := range c.Groups() {
		ginkgo.Describe(group, func() {
			for i := range c.Cases {
				if cs := &c.Cases[i]; cs.Group() == group {
					ginkgo.It(cs.ID+": "+cs.Title, ginkgo.Label(cs.Labels()...), func(ctx ginkgo.SpecContext) { assert(ctx, run, cs) })
				}
			}
		})
	}
}

// assert holds a case's result against what was expected.
func assert(ctx context.Context, run *Run, cs *Case) {
	j, err := run.Await(ctx, cs.ID)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	if j.Result.Status == reports.Skip {
		ginkgo.Skip(j.Result.Reason)
	}
	gomega.Expect(j).To(HaveLeakedNothing())
	switch cs.ExpectationUnder(run.settings.Policy) {
	case Accept:
		gomega.Expect(j).To(BeAccepted())
	case Refuse:
		gomega.Expect(j).To(gomega.Or(BeRefused(), BeStalled()))
	case Quiet:
		gomega.Expect(j).NotTo(BeAccepted())
	}
	gomega.Expect(j).NotTo(HaveStatus(reports.Fail))
	gomega.Expect(j).NotTo(HaveStatus(reports.Inconclusive))
}

// engine is what RunSpecs wants of a *testing.T: Ginkgo's word is not used,
// the record is.
type engine struct{}

func (engine) Fail() {}

// Drive makes a run under Ginkgo, for a binary: the run is started when the
// suite begins and every selected case has its spec. Ginkgo prints nothing.
// It can be called once a process.
func Drive(ctx context.Context, run *Run) (reports.Record, error) {
	formatter.ColorableStdOut, formatter.ColorableStdErr = io.Discard, io.Discard
	type result struct {
		record reports.Record
		err    error
	}
	ended := make(chan result, 1)
	started := false
	Register(run.catalogue, func() *Run {
		started = true
		go func() {
			record, err := run.Execute(ctx)
			ended <- result{record, err}
		}()
		return run
	})
	suite, reporter := ginkgo.GinkgoConfiguration()
	suite.LabelFilter = run.settings.Filter
	suite.Timeout = 24 * time.Hour // the attempts have their own limits
	suite.OutputInterceptorMode = "none"
	suite.FailOnEmpty = true
	reporter.Succinct = true
	ginkgo.RunSpecs(engine{}, "siptrust", suite, reporter)
	if !started { // interrupted before the first spec
		return run.Header(ctx), nil
	}
	r := <-ended
	return r.record, r.err
}
