package pkiforge

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newTestPool returns a pool whose keys cost nothing, and a count of them.
// Each waits for gate, unless that is nil.
func newTestPool(p *keyPool, gate chan struct{}) *atomic.Int32 {
	var count atomic.Int32
	p.generate = func() (*key, error) {
		if gate != nil {
			<-gate
		}
		count.Add(1)
		return &key{}, nil
	}
	p.start()
	return &count
}

func TestPoolHandsOutEachKeyOnce(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []KeyAlgorithm{ECDSA, RSA} {
		p := poolFor(algorithm)
		newTestPool(p, nil)
		var mu sync.Mutex
		seen := map[*key]bool{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 100 {
					k, err := p.take(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if seen[k] {
						t.Errorf("%s: a key came twice", algorithm)
					}
					seen[k] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		p.close()
	}
}

// Nothing is made that nobody asked for, but for the stock ahead.
func TestPoolIsBounded(t *testing.T) {
	t.Parallel()
	p := poolFor(RSA)
	count := newTestPool(p, nil)
	const asked = rsaAhead + 5
	for range asked {
		if _, err := p.take(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	p.close()
	if n := count.Load(); n != asked {
		t.Errorf("%d keys were made for %d that were asked for", n, asked)
	}

	p = poolFor(ECDSA)
	count = newTestPool(p, nil)
	for range asked {
		if _, err := p.take(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	p.close()
	if n := count.Load(); n != asked {
		t.Errorf("%d ECDSA keys were made for %d that were asked for", n, asked)
	}
}

// One who gives up costs no key, neither before nor after it was made.
func TestPoolGivingUp(t *testing.T) {
	t.Parallel()
	p := poolFor(RSA)
	p.ahead = 0
	gate := make(chan struct{})
	count := newTestPool(p, gate)
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("no patience")
	cancel(reason)
	if _, err := p.take(ctx); !errors.Is(err, reason) {
		t.Fatalf("a caller that had given up got %v", err)
	}
	close(gate)
	if _, err := p.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.close()
	if n := count.Load(); n != 1 {
		t.Errorf("%d keys were made for one", n)
	}
}

// A key that was made for one who gave up meanwhile goes to the next.
func TestPoolGivingUpTooLate(t *testing.T) {
	t.Parallel()
	p := poolFor(RSA)
	p.ahead = 0
	count := newTestPool(p, nil)
	defer p.close()
	late := &key{}
	wait := make(chan made, 1)
	wait <- made{key: late}
	p.giveUp(wait)
	if k, err := p.take(t.Context()); k != late || err != nil || count.Load() != 0 {
		t.Errorf("the key was lost, and %d were made (%v)", count.Load(), err)
	}
}

// Close sends those away who wait, and waits itself for the key being made.
func TestPoolClose(t *testing.T) {
	t.Parallel()
	p := poolFor(RSA)
	p.ahead = 0
	begun, gate := make(chan struct{}), make(chan struct{})
	p.generate = func() (*key, error) {
		close(begun)
		<-gate
		return &key{}, nil
	}
	p.start()
	got := make(chan error)
	go func() {
		_, err := p.take(context.Background())
		got <- err
	}()
	<-begun
	closed := make(chan struct{})
	go func() { p.close(); close(closed) }()
	if err := <-got; !errors.Is(err, ErrClosed) {
		t.Errorf("one who waited was told %v", err)
	}
	select {
	case <-closed:
		t.Error("closed while a key was being made")
	default:
	}
	close(gate)
	<-closed
	p.mu.Lock()
	if p.running != 0 {
		t.Errorf("%d workers are left", p.running)
	}
	p.mu.Unlock()
	p.close() // twice is no harm
	if _, err := p.take(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("after close: %v", err)
	}
}

func TestPoolReusesLeafKeys(t *testing.T) {
	t.Parallel()
	p := poolFor(RSA)
	newTestPool(p, nil)
	defer p.close()
	first, err := p.leaf(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := p.leaf(t.Context(), []*key{first})
	if err != nil {
		t.Fatal(err)
	}
	if second == first {
		t.Error("two certificates of one chain got the same key")
	}
	again, err := p.leaf(t.Context(), nil)
	if err != nil || again != first && again != second {
		t.Errorf("a third key was made for another chain (%v)", err)
	}
	for range rsaAhead {
		if k, err := p.take(t.Context()); err != nil || k == first || k == second {
			t.Errorf("a CA got the key of a leaf (%v)", err)
		}
	}
}

func TestPoolReportsFailure(t *testing.T) {
	t.Parallel()
	failure := errors.New("no entropy")
	p := poolFor(RSA)
	p.ahead = 0
	p.generate = func() (*key, error) { return nil, failure }
	p.start()
	defer p.close()
	if _, err := p.take(t.Context()); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}
