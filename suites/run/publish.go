package run

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/miekg/dns"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/suites/catalogue"
)

// publish makes the run's DNS server, if there is one, answer what the scenario
// says of it, until withdraw is called.
func (r *Run) publish(s *catalogue.Scenario, at, elsewhere netip.AddrPort) (withdraw func(), err error) {
	if r.dns == nil {
		return func() {}, nil
	}
	if s.Zone == nil {
		names := []string{s.Names.Host, s.Names.Other}
		for _, name := range names {
			r.dns.Set(name, at.Addr())
		}
		return func() {
			for _, name := range names {
				r.dns.Delete(name)
			}
		}, nil
	}
	records, err := s.Records(at, elsewhere)
	if err != nil {
		return nil, err
	}
	byOwner := map[string][]dns.RR{}
	for _, rr := range records {
		owner := rr.Header().Name
		byOwner[owner] = append(byOwner[owner], rr)
	}
	for owner, list := range byOwner {
		r.dns.SetRecords(owner, list...)
	}
	return func() {
		for owner := range byOwner {
			r.dns.Delete(owner)
		}
	}, nil
}

// asksDNS says whether a case of the run has a zone of its own and is not
// skipped for a client that cannot ask for it.
func (r *Run) asksDNS() bool {
	if _, lacks := r.traits.Lacks[client.LacksDNS]; lacks {
		return false
	}
	asks := func(cs *catalogue.Case) bool { return slices.Contains(cs.Needs, client.LacksDNS) }
	return slices.ContainsFunc(r.selected, asks) || slices.ContainsFunc(r.controls, asks)
}

// traps is where the servers of the run listen.
func (r *Run) traps() fakeserver.TrapMode {
	if r.traits.NearTraps {
		return fakeserver.TrapsNear
	}
	return fakeserver.TrapMode("").OrDefault()
}

// noDefaultPort notes that a server of near traps is at no port that a client
// could know by itself.
func (r *Run) noDefaultPort() {
	if r.traps() == fakeserver.TrapsOwn {
		return
	}
	lacks := map[string]string{client.LacksDefaultPort: fmt.Sprintf("siptrust's own server is at any free port, not at %d", fakeserver.PortTLS)}
	maps.Copy(lacks, r.traits.Lacks)
	r.traits.Lacks = lacks
}
