package pkiforge

import (
	"sync"
	"sync/atomic"
	"testing"
)

// A certificate that plans share is signed once, however many ask for it at
// the same moment: a second one of the same name would break the chains that
// stand on the first.
func TestSharedOnce(t *testing.T) {
	t.Parallel()
	f := New(Options{})
	defer f.Close()
	for round := range 3000 {
		var signed atomic.Int32
		var start, all sync.WaitGroup
		start.Add(1)
		for range 4 {
			all.Go(func() {
				start.Wait()
				_, err := f.share(t.Context(), string(rune(round)), func() (*Certificate, error) {
					signed.Add(1)
					return &Certificate{}, nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		start.Done()
		all.Wait()
		if n := signed.Load(); n != 1 {
			t.Fatalf("round %d: signed %d times", round, n)
		}
	}
}
