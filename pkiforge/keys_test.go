package pkiforge

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

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

// A caller that gives up costs no key: the next one gets it.
func TestPoolGivingUp(t *testing.T) {
	t.Parallel()
	p := poolFor(RSA)
	p.ahead = 0
	gate := make(chan struct{})
	count := newTestPool(p, gate)
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("given up")
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

// A key that is ready only after its caller gave up goes to the next caller.
func TestPoolGivingUpTooLate(t *testing.T) {
	t.Parallel()
	p := poolFor(RSA)
	p.ahead = 0
	begun, gate := make(chan struct{}), make(chan struct{})
	count := newTestPool(p, gate)
	generate := p.generate
	p.generate = func() (*key, error) { close(begun); return generate() }
	defer p.close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if _, err := p.take(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("a caller that gave up got %v", err)
	}
	close(gate)
	if _, err := p.take(t.Context()); err != nil || count.Load() != 1 {
		t.Errorf("the key was lost, and %d were made (%v)", count.Load(), err)
	}
}

// Close ends every wait for a key, and itself waits for the key being made.
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
		t.Errorf("a caller that waited was told %v", err)
	}
	select {
	case <-closed:
		t.Error("closed while a key was being made")
	default:
	}
	close(gate)
	<-closed
	p.close() // may be called twice
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
