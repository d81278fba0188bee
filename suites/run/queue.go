package run

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
)

// phases runs the cases side by side: the controls first, each other case
// once its twin is accepted, and each control again once every refusal that
// rests on it is known. The first error ends the rest.
func (r *Run) phases(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// A task awaits only what stands before it in the queue, so it waits for
	// what has been started.
	var queue []func() error
	known := make(map[*catalogue.Case]chan struct{}, len(r.controls)+len(r.selected))
	enqueue := func(cs *catalogue.Case, before func() bool) {
		done := make(chan struct{})
		known[cs] = done
		queue = append(queue, func() error {
			defer close(done)
			if !before() {
				return ctx.Err()
			}
			return r.runCase(ctx, cs)
		})
	}
	for _, cs := range r.controls {
		enqueue(cs, func() bool { return true })
	}
	controls := make([]<-chan struct{}, len(r.controls))
	for i, cs := range r.controls {
		controls[i] = known[cs]
	}
	for _, cs := range r.selected {
		if known[cs] != nil {
			continue // a control
		}
		twin, _ := r.catalogue.Lookup(cs.Twin)
		proven := known[twin]
		enqueue(cs, func() bool {
			return all(ctx, proven) && (r.accepted(twin) || (all(ctx, controls...) && !r.unproven()))
		})
	}
	for _, cs := range r.controls {
		var resting []<-chan struct{}
		for _, other := range r.selected {
			if other.Twin == cs.ID {
				resting = append(resting, known[other])
			}
		}
		queue = append(queue, func() error {
			if !all(ctx, resting...) || !r.restedOn(cs) {
				return ctx.Err()
			}
			return r.proveAgain(ctx, cs)
		})
	}
	err := r.work(ctx, stop, queue)
	if err == nil && r.unproven() {
		r.giveUp()
	}
	return err
}

// work takes the tasks in their order, as many at once as there are jobs. The
// first error stops the rest and is returned.
func (r *Run) work(ctx context.Context, stop context.CancelFunc, queue []func() error) error {
	var group errgroup.Group
	var next atomic.Int64
	for range min(r.settings.Jobs, len(queue)) {
		group.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(queue) {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := queue[i](); err != nil {
					stop()
					return err
				}
			}
		})
	}
	return group.Wait()
}

// all waits for every channel to be closed; false: ctx ended first.
func all(ctx context.Context, done ...<-chan struct{}) bool {
	for _, d := range done {
		select {
		case <-d:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func (r *Run) accepted(cs *catalogue.Case) bool {
	j, ok := r.lookup(cs.ID)
	return ok && j.Result.Outcome == string(seen.Accepted)
}
