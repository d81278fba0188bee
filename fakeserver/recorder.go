package fakeserver

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Bounds of what is kept for one server. What is beyond them is counted in
// [Observation.Dropped].
const (
	maxConnections = 2048
	maxDatagrams   = 1024
	maxLeaks       = 1024 // datagrams that are leaks, kept besides the others
	maxEvents      = 256  // of one connection
	maxMessages    = 128  // SIP messages of one connection
	maxAlerts      = 32   // of one connection and side
	maxClear       = 4096
	maxDatagram    = 2048
)

// recorder holds the observation of a server, and the calls of Await.
type recorder struct {
	now func() time.Time

	mu      sync.Mutex
	obs     Observation
	leaks   int // datagrams kept that are leaks
	attempt int // counts the attempts, see next
	waiters []*waiter
}

// waiter is one call of Await.
type waiter struct {
	holds func(*Observation) bool
	done  chan struct{}
}

// since gives the offset of this moment. The lock must be held.
func (r *recorder) since() time.Duration { return r.now().Sub(r.obs.Started) }

// notify wakes the calls of Await whose predicate is true now. The lock must be
// held.
func (r *recorder) notify() {
	r.waiters = slices.DeleteFunc(r.waiters, func(w *waiter) bool {
		if !w.holds(&r.obs) {
			return false
		}
		close(w.done)
		return true
	})
}

// await is [Server.Await].
func (r *recorder) await(ctx context.Context, holds func(*Observation) bool) bool {
	w := &waiter{holds: holds, done: make(chan struct{})}
	r.mu.Lock()
	if holds(&r.obs) {
		r.mu.Unlock()
		return true
	}
	r.waiters = append(r.waiters, w)
	r.mu.Unlock()
	select {
	case <-w.done:
		return true
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiters = slices.DeleteFunc(r.waiters, func(other *waiter) bool { return other == w })
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// drop counts one thing that is not kept.
func (r *recorder) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.obs.Dropped++
	r.notify()
}

// datagram records one UDP packet. Leaks are counted apart, so that a flood of
// other packets cannot hide one.
func (r *recorder) datagram(d Datagram) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d.At = r.since()
	others := len(r.obs.Datagrams) - r.leaks
	switch {
	case d.Leak && r.leaks < maxLeaks:
		r.leaks++
		r.obs.Datagrams = append(r.obs.Datagrams, d)
	case !d.Leak && others < maxDatagrams:
		r.obs.Datagrams = append(r.obs.Datagrams, d)
	default:
		r.obs.Dropped++
	}
	r.notify()
}

// begin records a new connection; nil: there is no room, it is only counted.
func (r *recorder) begin(k Connection) *entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.notify()
	if len(r.obs.Connections) >= maxConnections {
		r.obs.Dropped++
		return nil
	}
	k.Opened = r.since()
	r.obs.Connections = append(r.obs.Connections, k)
	return &entry{r: r, attempt: r.attempt, index: len(r.obs.Connections) - 1}
}

// next forgets what was recorded. What still happens on older connections is not
// recorded.
func (r *recorder) next() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempt++
	r.leaks = 0
	r.obs.Started = r.now()
	r.obs.Connections, r.obs.Datagrams, r.obs.Requests = nil, nil, nil
	r.obs.Frozen, r.obs.Dropped = 0, 0
	r.notify()
}

// snapshot gives a deep copy of what was recorded.
func (r *recorder) snapshot() Observation {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.obs
	o.Listeners = slices.Clone(o.Listeners)
	o.Connections = slices.Clone(o.Connections)
	for i := range o.Connections {
		k := &o.Connections[i]
		k.ClientHello = k.ClientHello.clone()
		k.Handshake.ClientCertificates = cloneAll(k.Handshake.ClientCertificates)
		k.Events = slices.Clone(k.Events)
		k.Clear = slices.Clone(k.Clear)
		k.SIP = slices.Clone(k.SIP)
		k.ClientAlerts = slices.Clone(k.ClientAlerts)
		k.ServerAlerts = slices.Clone(k.ServerAlerts)
	}
	o.Datagrams = slices.Clone(o.Datagrams)
	for i := range o.Datagrams {
		o.Datagrams[i].Data = slices.Clone(o.Datagrams[i].Data)
	}
	o.Requests = slices.Clone(o.Requests)
	for i := range o.Requests {
		o.Requests[i].Body = slices.Clone(o.Requests[i].Body)
	}
	return o
}

func cloneAll(list [][]byte) [][]byte {
	list = slices.Clone(list)
	for i := range list {
		list[i] = slices.Clone(list[i])
	}
	return list
}

// clone copies h with everything in it; nil stays nil.
func (h *ClientHello) clone() *ClientHello {
	if h == nil {
		return nil
	}
	c := *h
	c.Random = slices.Clone(h.Random)
	c.SessionID = slices.Clone(h.SessionID)
	c.Versions = slices.Clone(h.Versions)
	c.CipherSuites = slices.Clone(h.CipherSuites)
	c.CompressionMethods = slices.Clone(h.CompressionMethods)
	c.Groups = slices.Clone(h.Groups)
	c.SignatureSchemes = slices.Clone(h.SignatureSchemes)
	c.CertSignatureSchemes = slices.Clone(h.CertSignatureSchemes)
	c.ALPN = slices.Clone(h.ALPN)
	c.Extensions = slices.Clone(h.Extensions)
	return &c
}

// entry is the place of one connection in the observation.
type entry struct {
	r         *recorder
	attempt   int
	index     int
	forgotten Connection // takes what comes after its attempt was forgotten
}

// lock gives the connection for changing, until unlock.
func (e *entry) lock() *Connection {
	e.r.mu.Lock()
	return e.at()
}

// at gives the connection. The lock must be held.
func (e *entry) at() *Connection {
	if e.attempt != e.r.attempt {
		return &e.forgotten
	}
	return &e.r.obs.Connections[e.index]
}

// unlock ends a change and wakes the calls of Await that it satisfies.
func (e *entry) unlock() {
	e.r.notify()
	e.r.mu.Unlock()
}

// drop counts one thing that is not kept. The lock must be held.
func (e *entry) drop() {
	if e.attempt == e.r.attempt {
		e.r.obs.Dropped++
	}
}

// event adds a rung to the ladder of k, and says whether there was room. A kind
// that has one word needs no What. The lock must be held.
func (e *entry) event(k *Connection, event Event) bool {
	if len(k.Events) >= maxEvents {
		e.drop()
		return false
	}
	if k.Events == nil {
		k.Events = make([]Event, 0, 24)
	}
	if event.What == "" {
		event.What = words[event.Kind]
	}
	k.Events = append(k.Events, event)
	return true
}

// alert adds an alert to k, with its rung. The lock must be held.
func (e *entry) alert(k *Connection, from Side, a Alert) {
	list := &k.ClientAlerts
	if from == FromServer {
		list = &k.ServerAlerts
	}
	if len(*list) >= maxAlerts {
		e.drop()
		return
	}
	*list = append(*list, a)
	kind := KindAlert
	if a.Description == alertCloseNotify {
		kind = KindCloseNotify
	}
	e.event(k, Event{At: a.At, From: from, Kind: kind, Detail: a.String(), Protected: a.Protected})
}
