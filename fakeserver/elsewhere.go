package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
)

// stepElsewhere is the step of connections that meet the one behaviour of the
// other address: none comes after it.
const stepElsewhere = -1

// ListenElsewhere opens ears at another address, or with near traps at another
// port, and returns the place of the TLS ear there. Connections there meet b
// and are recorded beside the others, as [Ear.Elsewhere]; [Behaviour.End] ends
// them and leads to nothing. It may be called once; [Server.Close] closes the
// ears.
func (s *Server) ListenElsewhere(ctx context.Context, b Behaviour) (netip.AddrPort, error) {
	cfg := s.cfg
	cfg.Address = netip.Addr{}
	e, err := openEars(ctx, &cfg)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("listen elsewhere: %w", err)
	}
	for i := range e.list {
		e.list[i].Elsewhere = true
	}
	b.Signature.prepare(b.Key)
	s.state.Lock()
	defer s.state.Unlock()
	if s.closing() || s.elsewhere != nil {
		return netip.AddrPort{}, errors.Join(errors.New("listen elsewhere: the server is closed, or does so already"), e.close())
	}
	s.elsewhere, s.away = e, b
	s.mu.Lock()
	s.obs.Ears = append(s.obs.Ears, e.list...)
	s.mu.Unlock()
	s.listen(e)
	return e.address, nil
}
