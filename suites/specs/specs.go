// Package specs gives every case a Ginkgo spec, and the Gomega matchers for what
// was observed. It asserts on results that a run makes; it makes none.
package specs

import (
	"context"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
)

// Register registers one spec for every case of the catalogue, labelled for
// Ginkgo's label filter. Each awaits its case's result from the run that
// start gives, which is called once, before the first spec, and asserts on
// it. It is called while Ginkgo builds its tree, once a process.
func Register(c *catalogue.Catalogue, start func() *run.Run) {
	var run *run.Run
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
func assert(ctx context.Context, run *run.Run, cs *catalogue.Case) {
	j, err := run.Await(ctx, cs.ID)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	if j.Result.Status == reports.Skip {
		ginkgo.Skip(j.Result.Reason)
	}
	gomega.Expect(j).To(HaveLeakedNothing())
	switch cs.ExpectationUnder(run.Policy()) {
	case catalogue.Accept:
		gomega.Expect(j).To(BeAccepted())
	case catalogue.Refuse:
		gomega.Expect(j).To(gomega.Or(BeRefused(), BeStalled()))
	case catalogue.Quiet:
		gomega.Expect(j).NotTo(BeAccepted())
	}
	gomega.Expect(j).NotTo(HaveStatus(reports.Fail))
	gomega.Expect(j).NotTo(HaveStatus(reports.Inconclusive))
}
