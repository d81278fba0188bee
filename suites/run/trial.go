package run

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net/netip"
	"os"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
)

// trial is one case set up for a client, in this order: addresses are reserved,
// from which the names follow, from these the scenario, from it the PKI; then it
// is served.
type trial struct {
	run      *Run
	cs       *catalogue.Case
	address  netip.AddrPort
	scenario catalogue.Scenario
	setup    fakeserver.Setup
	// material is what the endpoint has at its first start, and later what the
	// later server presents; nil: there is none.
	material, later *pkiforge.Material
	server          *fakeserver.Server
	undo            []func()
}

// newTrial sets a case up. The trial is to be closed.
func (r *Run) newTrial(ctx context.Context, cs *catalogue.Case) (t *trial, err error) {
	t = &trial{run: r, cs: cs}
	defer func() {
		if err != nil {
			t.close()
			t = nil
		}
	}()
	lent, err := r.host.lend(ctx, fakeserver.Config{Traps: r.traps(), Places: r.catalogue.Places(cs)})
	if err != nil {
		return t, err
	}
	t.undo = append(t.undo, lent.giveBack)
	t.address = lent.Address()

	names := r.names()
	t.setup = fakeserver.Setup{Account: catalogue.AccountNames(names.Host), Other: names.Other}
	names.Address, names.Service = t.address.Addr(), lent.Service()
	if r.traits.ByAddress {
		names.Host, names.IPs = t.address.Addr().String(), []netip.Addr{t.address.Addr()}
		names.Domain = names.Host
	}
	if t.scenario, err = r.catalogue.Scenario(cs.ID, names); err != nil {
		return t, err
	}
	if err = t.forge(ctx); err != nil {
		return t, err
	}
	if t.server, err = lent.serve(t.setup); err != nil {
		return t, err
	}
	withdraw, err := r.publish(&t.scenario, t.address, lent.Second())
	if err != nil {
		return t, err
	}
	t.undo = append(t.undo, withdraw)
	return t, nil
}

// close takes everything back, the last first.
func (t *trial) close() {
	for i := len(t.undo) - 1; i >= 0; i-- {
		t.undo[i]()
	}
}

// forge makes what the servers present and gives each its behaviour. The later
// one comes behind the first: it is in force from the second start of the client
// on, or when the first is over.
func (t *trial) forge(ctx context.Context) error {
	s := &t.scenario
	m, b, err := t.present(ctx, s.Plan, s.Server)
	if err != nil {
		return err
	}
	t.material, t.setup.Behaviours = m, []fakeserver.Behaviour{b}
	if s.Later != nil {
		if t.later, b, err = t.present(ctx, s.Later.Plan, s.Later.Server); err != nil {
			return err
		}
		t.setup.Behaviours = append(t.setup.Behaviours, b)
	}
	if s.Elsewhere != nil {
		_, t.setup.Second, err = t.present(ctx, s.Elsewhere.Plan, s.Elsewhere.Server)
	}
	return err
}

// present forges a plan and completes the behaviour of the server that presents
// it with the material and the run's settings.
func (t *trial) present(ctx context.Context, plan pkiforge.Plan, b fakeserver.Behaviour) (*pkiforge.Material, fakeserver.Behaviour, error) {
	m, err := t.run.forge.Forge(ctx, plan)
	if err != nil {
		return nil, b, fmt.Errorf("forge: %w", err)
	}
	b.Chain, b.Key = pkiforge.ChainDER(m.Chain), m.Chain[0].Key
	b.Staple, b.Service.Documents = m.Status.Staple, documents(m)
	if len(m.ClientRoots) > 0 {
		b.ClientRoots = pkiforge.CertPool(m.ClientRoots)
	}
	if b.MinVersion == 0 && b.MaxVersion == 0 { // else its versions are its own
		switch t.run.settings.TLSVersion {
		case "1.2":
			b.MinVersion, b.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
		case "1.3":
			b.MinVersion, b.MaxVersion = tls.VersionTLS13, tls.VersionTLS13
		}
	}
	return m, b, nil
}

// attempts makes the attempts of the case in a row.
func (t *trial) attempts(ctx context.Context) ([]seen.Attempt, error) {
	var all []seen.Attempt
	for n := range t.scenario.Starts() {
		if n > 0 {
			t.server.Next()
		}
		if later := t.scenario.Later; n == 1 && later != nil && later.Restarted {
			if err := t.server.SetBehaviour(t.setup.Behaviours[1]); err != nil {
				return all, err
			}
			if later.Trust {
				t.material = t.later
			}
		}
		one, err := t.attempt(ctx, n)
		if err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, nil
}

// given is what the client is given for one start.
func (t *trial) given() client.Attempt {
	s, m := &t.scenario, t.material
	a := client.Attempt{
		ID: rand.Text(), URI: s.URI(t.address), Proxy: s.Proxy(t.address), Lookup: s.Zone != nil,
		Domain: s.Names.Domain, Host: s.Names.Host, Server: t.address, Timeout: t.run.limits.attempt,
		SystemRoots: m.SystemRoots, CustomRoots: m.CustomRoots, Identity: m.Identity,
	}
	if s.SecondAccount {
		a.SecondURI = s.SecondURI(t.address)
	}
	if s.SecondAccount || s.Redirected {
		a.SecondHost = s.Names.Other
	}
	return a
}

// attempt starts the client for the n-th time, counted from 0, and gives what was
// seen of it.
func (t *trial) attempt(ctx context.Context, n int) (seen.Attempt, error) {
	r, a := t.run, t.given()
	if r.traits.Files {
		dir, err := r.attemptDir(t.cs, n)
		if err != nil {
			return seen.Attempt{}, err
		}
		a.Dir = dir
		if !r.settings.Keep {
			defer os.RemoveAll(dir)
		}
	}
	if r.dns != nil {
		a.DNS = r.dns.Addr()
	}
	if tell := r.settings.OnAttempt; tell != nil {
		tell(a.ID, t.cs)
	}
	// The client runs until it ends by itself, when all it did was its own, or
	// until the watch ends it: by then the observation is frozen, and what dies
	// with the client is no refusal.
	stage := t.scenario.Stage(n)
	running, end := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		newWatch(t.server, t.cs, r.settings.Policy, &t.scenario, stage, r.limits).until(running)
		end()
	}()
	said, err := r.settings.Driver.Attempt(running, a)
	end()
	<-watched
	if ctx.Err() != nil {
		return seen.Attempt{}, ctx.Err()
	}
	if err != nil {
		return seen.Attempt{}, fmt.Errorf("drive the client: %w", err)
	}
	o := t.server.Observe(ctx)
	one := seen.Classify(&o, said, stage)
	one.Host = a.Host
	if r.dns != nil && one.Invited.IsZero() {
		one.Invited = r.dns.Asked(a.Host)
	}
	one.HadTime = one.HadTime || said.Ended || o.Started.Add(o.Frozen).Sub(one.Invited) >= r.limits.attempt/2
	return one, nil
}
