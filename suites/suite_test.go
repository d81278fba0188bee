package suites_test

import (
	"context"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"siptrust/client/reference"
	"siptrust/suites/cases"
	"siptrust/suites/run"
	"siptrust/suites/specs"
)

// The whole catalogue runs against the reference client: one spec a case.
var _ = func() bool {
	specs.Register(cases.All(), func() *run.Run {
		run, err := run.New(run.Settings{Driver: reference.New(reference.Options{})})
		Expect(err).NotTo(HaveOccurred())
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = run.Execute(ctx) // what went wrong, the specs find out
		}()
		DeferCleanup(func() { cancel(); <-ended })
		return run
	})
	return true
}()

func TestSuites(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "The catalogue against the reference client")
}
