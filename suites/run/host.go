package run

import (
	"context"
	"net/netip"
	"sync"

	"siptrust/fakeserver"
)

// host lends servers to cases.
type host interface {
	// lend gives a case places of its own for as long as it needs them.
	lend(ctx context.Context, cfg fakeserver.Config) (loan, error)
	// close ends what the host keeps. No loan is open then.
	close()
}

// loan is what a case has of a host, until it gives it back.
type loan interface {
	places
	serve(fakeserver.Setup) (*fakeserver.Server, error)
	giveBack()
}

// places are where a server is; see [fakeserver.Reservation].
type places interface {
	Address() netip.AddrPort
	Second() netip.AddrPort
	Service() string
}

// ownServers lends every case a server of its own.
type ownServers struct{}

func (ownServers) close() {}

func (ownServers) lend(ctx context.Context, cfg fakeserver.Config) (loan, error) {
	reserved, err := fakeserver.Reserve(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &ownServer{Reservation: reserved}, nil
}

type ownServer struct {
	*fakeserver.Reservation
	server *fakeserver.Server // nil: not served yet
}

func (o *ownServer) serve(setup fakeserver.Setup) (server *fakeserver.Server, err error) {
	o.server, err = o.Serve(setup)
	return o.server, err
}

func (o *ownServer) giveBack() {
	_ = o.Close() // nothing, where it was served
	if o.server != nil {
		_ = o.server.Close()
	}
}

// keptServers lends every case a server that no other has at the time, and keeps
// it for the next: opening and closing ports is a good part of what a case costs.
// It is for clients that forget ([client.Traits]), so that nothing of one case can
// come to the next. A case that needs more than an address
// has a server of its own.
type keptServers struct {
	mu   sync.Mutex
	free []*keptServer
}

func (h *keptServers) lend(ctx context.Context, cfg fakeserver.Config) (loan, error) {
	if cfg.Places != (fakeserver.Places{}) {
		return ownServers{}.lend(ctx, cfg)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if last := len(h.free) - 1; last >= 0 {
		one := h.free[last]
		h.free = h.free[:last]
		return one, nil
	}
	reserved, err := fakeserver.Reserve(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &keptServer{ownServer{Reservation: reserved}, h}, nil
}

func (h *keptServers) close() {
	for _, one := range h.free {
		one.ownServer.giveBack()
	}
}

type keptServer struct {
	ownServer
	host *keptServers
}

func (k *keptServer) serve(setup fakeserver.Setup) (*fakeserver.Server, error) {
	if k.server == nil {
		return k.ownServer.serve(setup)
	}
	return k.server, k.server.Change(setup)
}

func (k *keptServer) giveBack() {
	k.host.mu.Lock()
	defer k.host.mu.Unlock()
	k.host.free = append(k.host.free, k)
}

// sharedServer lends one server to all cases, one after the other: the address
// stays, and what it serves changes.
type sharedServer struct {
	lent sync.Mutex // held by the case that has it

	reserved *fakeserver.Reservation // nil: no case has asked yet
	server   *fakeserver.Server      // nil: not served yet
}

func (h *sharedServer) lend(ctx context.Context, cfg fakeserver.Config) (loan, error) {
	h.lent.Lock()
	if h.reserved == nil {
		// It serves cases of every kind, so that it needs every place.
		cfg.Places = fakeserver.Places{Second: true, Service: true}
		reserved, err := fakeserver.Reserve(ctx, cfg)
		if err != nil {
			h.lent.Unlock()
			return nil, err
		}
		h.reserved = reserved
	}
	return &sharedLoan{places: h.reserved, host: h}, nil
}

func (h *sharedServer) close() {
	if h.server != nil {
		_ = h.server.Close()
	} else if h.reserved != nil {
		_ = h.reserved.Close()
	}
}

type sharedLoan struct {
	places
	host *sharedServer
}

func (l *sharedLoan) serve(setup fakeserver.Setup) (*fakeserver.Server, error) {
	h := l.host
	if h.server != nil {
		return h.server, h.server.Change(setup)
	}
	server, err := h.reserved.Serve(setup)
	if err == nil {
		h.server = server
	}
	return server, err
}

func (l *sharedLoan) giveBack() { l.host.lent.Unlock() }
