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
	if _, lacks := r.traits.Lacks[client.FeatureDNS]; lacks {
		return false
	}
	asks := func(cs *catalogue.Case) bool { return slices.Contains(cs.Needs, client.FeatureDNS) }
	return slices.ContainsFunc(r.selected, asks) || slices.ContainsFunc(r.controls, asks)
}

// traps is where the servers of the run listen.
func (r *Run) traps() fakeserver.TrapMode {
	if r.traits.NearTraps {
		return fakeserver.TrapsNear
	}
	return fakeserver.TrapMode("").OrDefault()
}

// lackHere adds to what the client lacks what it cannot do with this run's own
// means. What the driver says of it takes precedence.
func (r *Run) lackHere() {
	lacks := map[client.Feature]string{}
	if r.traps() != fakeserver.TrapsOwn {
		lacks[client.FeatureDefaultPort] = fmt.Sprintf("siptrust's own server is at any free port, not at %d", fakeserver.PortTLS)
	}
	if r.traits.ByAddress {
		lacks[client.FeatureNames] = "it cannot be given a server name here, only an address"
	}
	maps.Copy(lacks, r.traits.Lacks)
	r.traits.Lacks = lacks
}
