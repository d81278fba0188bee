package fakeserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// ErrReleased is why a [Reservation] cannot be served: it was closed, or is
// served already.
var ErrReleased = errors.New("the reservation was closed, or is served already")

// Config says where a server listens, and how long it waits.
type Config struct {
	Traps TrapMode
	// Address asks for one address (traps own); the zero value takes the next
	// free one from a random base.
	Address netip.Addr
	// Places are opened as well.
	Places Places
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// IdleLimit ends a connection on which nothing was sent for so long; zero:
	// 60 s.
	IdleLimit time.Duration
}

// Places are what a server opens besides its own address. The zero value:
// nothing.
type Places struct {
	// Second is another address with listeners of its own, or with near traps
	// another port.
	Second bool
	// Service is a port of the own address for OCSP responses, CRLs and
	// certificates over HTTP, which [Behaviour.Service] decides.
	Service bool
}

// With gives the places of both.
func (p Places) With(other Places) Places {
	return Places{Second: p.Second || other.Second, Service: p.Service || other.Service}
}

// Setup is what a server is given once its places are known: the account that it
// serves, and how.
type Setup struct {
	// Account recognises SIP of the account under test in the clear: any SIP
	// message that mentions one of these (host, domain, address) is a leak.
	// The server's own address is always recognised.
	Account []string
	// Other is one more name of the account, {other} in [Respond.Header]; empty:
	// there is none.
	Other string
	// Behaviours as [Server.SetBehaviour] takes them; none: the zero value.
	Behaviours []Behaviour
	// Second is the one behaviour of the second address.
	Second Behaviour
}

// Reservation holds the open ports of a server that does not serve yet. What
// clients send meanwhile waits in the operating system's queues and is served
// later. Its methods may be called from several goroutines.
type Reservation struct {
	cfg     Config
	main    *listeners
	second  *listeners       // nil: not asked for
	service *net.TCPListener // nil: not asked for

	mu       sync.Mutex
	released bool // served, or closed
}

// Reserve opens the ports that cfg asks for. They belong to the reservation
// until [Reservation.Serve] or [Reservation.Close]. ctx bounds the opening
// alone. A port that cannot be opened gives a [*ListenError].
func Reserve(ctx context.Context, cfg Config) (*Reservation, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("reserve addresses: %w", err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.IdleLimit <= 0 {
		cfg.IdleLimit = defaultIdle
	}
	r := &Reservation{cfg: cfg}
	if err := r.open(ctx); err != nil {
		return nil, fmt.Errorf("reserve addresses: %w", errors.Join(err, r.Close()))
	}
	return r, nil
}

func (r *Reservation) open(ctx context.Context) (err error) {
	if r.main, err = openListeners(ctx, r.cfg.Traps, r.cfg.Address); err != nil {
		return err
	}
	if r.cfg.Places.Second {
		if r.second, err = openListeners(ctx, r.cfg.Traps, netip.Addr{}); err != nil {
			return err
		}
		for i := range r.second.list {
			r.second.list[i].Second = true
		}
	}
	if r.cfg.Places.Service {
		r.service, err = listenTCP(ctx, netip.AddrPortFrom(r.main.address.Addr(), 0))
	}
	return err
}

// Address is where the server speaks TLS.
func (r *Reservation) Address() netip.AddrPort { return r.main.address }

// Second is where it speaks TLS at the second address; the zero value: there is
// none.
func (r *Reservation) Second() netip.AddrPort {
	if r.second == nil {
		return netip.AddrPort{}
	}
	return r.second.address
}

// Service is the base URL of the HTTP service, without a slash at its end;
// empty: there is none.
func (r *Reservation) Service() string {
	if r.service == nil {
		return ""
	}
	return "http://" + r.service.Addr().String()
}

// Close closes the ports, unless they are served: then they belong to the
// server. It may be called again.
func (r *Reservation) Close() error {
	if !r.release() {
		return nil
	}
	errs := []error{r.main.close(), r.second.close()}
	if r.service != nil {
		errs = append(errs, r.service.Close())
	}
	return errors.Join(errs...)
}

// release says whether the ports were the reservation's until now.
func (r *Reservation) release() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.released
	r.released = true
	return !was
}

// Serve serves at all places until [Server.Close], first what waits there
// already. [Observation.Started] is now. A reservation can be served
// once: [ErrReleased]. An invalid script gives a [*ScriptError] and leaves
// the reservation as it is.
func (r *Reservation) Serve(setup Setup) (*Server, error) {
	behaviours, err := setup.prepared()
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	if !r.release() {
		return nil, fmt.Errorf("serve: %w", ErrReleased)
	}
	s := &Server{
		cfg: r.cfg, main: r.main, second: r.second,
		behaviours: behaviours,
		newEngine:  func(c *conn) engine { return goTLS{c} },
		conns:      map[*conn]struct{}{},
		closed:     make(chan struct{}),
	}
	s.lease.Store(newLease(setup, r.main.address))
	rand.Read(s.ticketKey[:])
	s.now = r.cfg.Now
	s.obs = Observation{Started: s.now(), Address: r.main.address, Listeners: slices.Clone(r.main.list)}
	if r.second != nil {
		s.obs.Listeners = append(s.obs.Listeners, r.second.list...)
	}
	s.listen(r.main)
	s.listen(r.second)
	if r.service != nil {
		s.serveHTTP(r.service)
	}
	return s, nil
}

// prepared gives the behaviours, at least one, ready to be served.
func (setup *Setup) prepared() ([]Behaviour, error) {
	behaviours := slices.Clone(setup.Behaviours)
	if len(behaviours) == 0 {
		behaviours = []Behaviour{{}}
	}
	return behaviours, errors.Join(prepare(behaviours...), prepare(setup.Second))
}

// Start reserves and serves at once.
func Start(ctx context.Context, cfg Config, setup Setup) (*Server, error) {
	r, err := Reserve(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s, err := r.Serve(setup)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return s, nil
}
