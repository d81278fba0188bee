package suites

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/reports"
)

// runCase runs one case and records its result.
func (r *Run) runCase(ctx context.Context, cs *Case) error {
	j, err := r.confirmed(ctx, cs)
	if err != nil {
		return fmt.Errorf("%s: %w", cs.ID, err)
	}
	r.emit(j)
	return nil
}

// try takes one case from forge to verdict and records nothing.
func (r *Run) try(ctx context.Context, cs *Case) (*Judged, error) {
	j := &Judged{Case: cs, judgement: judgement{cs: cs, policy: r.settings.Policy, windows: r.settings.Windows, twin: r.twinState(cs)}}
	if why := r.cannot(cs, j.judgement.twin); why != "" {
		j.Result = r.blank(cs)
		j.Result.Status, j.Result.Reason = reports.Skip, why
		return j, nil
	}
	began := time.Now()
	if err := r.attempts(ctx, cs, &j.judgement); err != nil {
		return nil, err
	}
	for i := range j.judgement.seen {
		j.Observations = append(j.Observations, j.judgement.seen[i].observation)
	}
	j.Result = j.judgement.result(j.judgement.judge(), time.Since(began))
	j.Result.Control = r.blank(cs).Control
	return j, nil
}

// twinState is what the run knows of a case's twin by now.
func (r *Run) twinState(cs *Case) TwinState {
	if cs.Sound() {
		return NoTwin
	}
	twin, ok := r.lookup(cs.Twin)
	switch {
	case !ok:
		return TwinNot
	case twin.Result.Outcome == string(Accepted):
		return TwinAccepted
	case twin.Result.Status == reports.Skip:
		return TwinSkipped
	default:
		return TwinNot
	}
}

// cannot says why a case is skipped without an attempt, if so.
func (r *Run) cannot(cs *Case, twin TwinState) string {
	if pin := r.settings.TLSVersion; pin != "" && cs.TLS != "" && cs.TLS != pin {
		if cs.TLS == TLSOwn {
			return fmt.Sprintf("the case sets the versions of the server itself, and the run is pinned to TLS %s", pin)
		}
		return fmt.Sprintf("the case is about TLS %s, and the run is pinned to TLS %s", cs.TLS, pin)
	}
	if twin == TwinSkipped {
		return "its twin " + cs.Twin + " was skipped"
	}
	pinned := map[string]string{"1.2": client.LacksTLS12, "1.3": client.LacksTLS13}[r.settings.TLSVersion]
	for feature, why := range r.traits.Lacks {
		if feature == pinned {
			return fmt.Sprintf("the client has no TLS %s: %s", r.settings.TLSVersion, why)
		}
	}
	for _, need := range cs.Needs {
		if why, lacks := r.traits.Lacks[need]; lacks {
			return fmt.Sprintf("the client lacks %s: %s", need, why)
		}
	}
	if cs.AboutNames && r.traits.ByAddress {
		return "the client cannot be given a server name here, only an address"
	}
	return ""
}

// attempts sets the scenario up and makes its attempts in a row.
func (r *Run) attempts(ctx context.Context, cs *Case, j *judgement) error {
	reserved, err := fakeserver.Reserve(ctx, fakeserver.Config{Traps: r.traps(), Places: r.catalogue.places(cs)})
	if err != nil {
		return err
	}
	defer reserved.Close()
	address := reserved.Address()
	names := r.names()
	setup := fakeserver.Setup{Account: accountNames(names.Host), Other: names.Other}
	names.Address, names.Service = address.Addr(), reserved.Service()
	if r.traits.ByAddress {
		names.Host, names.IPs = address.Addr().String(), []netip.Addr{address.Addr()}
		names.Domain = names.Host
	}
	scenario, err := r.catalogue.Scenario(cs.ID, names)
	if err != nil {
		return err
	}
	material, later, err := r.behave(ctx, cs, &scenario, &setup)
	if err != nil {
		return err
	}
	srv, err := reserved.Serve(setup)
	if err != nil {
		return err
	}
	defer srv.Close()
	withdraw, err := r.publish(&scenario, address, reserved.Second())
	if err != nil {
		return err
	}
	defer withdraw()
	for n := range scenario.attempts() {
		if n > 0 {
			srv.Next()
		}
		if n == 1 && scenario.Later != nil && scenario.Later.Restarted {
			if err := srv.SetBehaviour(setup.Behaviours[1]); err != nil {
				return err
			}
			if scenario.Later.Trust {
				material = later
			}
		}
		a := client.Attempt{
			Case: cs.ID, URI: scenario.uri(address), Proxy: scenario.proxy(address), Lookup: scenario.Zone != nil,
			Domain: scenario.Names.Domain, Host: scenario.Names.Host, Server: address, Timeout: r.settings.Timeout,
			SystemRoots: material.SystemRoots, CustomRoots: material.CustomRoots, Identity: material.Identity,
		}
		if scenario.SecondAccount {
			a.SecondURI = scenario.secondURI(address)
		}
		if scenario.SecondAccount || scenario.Redirected {
			a.SecondHost = names.Other
		}
		one, err := r.attempt(ctx, srv, cs, &scenario, a, n)
		if err != nil {
			return err
		}
		j.seen = append(j.seen, one)
	}
	return nil
}

var counter atomic.Uint64

// names are fresh for every attempt of every run.
func (r *Run) names() pkiforge.Names {
	n := counter.Add(1)
	host := fmt.Sprintf("sip%d.r%s.test", n, r.token)
	return pkiforge.Names{Run: r.token, Host: host, Domain: host, Other: fmt.Sprintf("other%d.r%s.test", n, r.token)}
}

// behave forges what the server presents and gives it its behaviours, the later
// one behind the first: it is in force from the second start of the client on,
// or when the first is over. later is the material of the later one; nil: there
// is none.
func (r *Run) behave(ctx context.Context, cs *Case, s *Scenario, setup *fakeserver.Setup) (first, later *pkiforge.Material, err error) {
	forged := func(plan pkiforge.Plan, b fakeserver.Behaviour) (*pkiforge.Material, fakeserver.Behaviour, error) {
		m, err := r.forge.Forge(ctx, plan)
		if err != nil {
			return nil, b, fmt.Errorf("forge: %w", err)
		}
		return m, r.behaviour(cs, b, m), nil
	}
	first, b, err := forged(s.Plan, s.Server)
	if err != nil {
		return nil, nil, err
	}
	setup.Behaviours = []fakeserver.Behaviour{b}
	if s.Later != nil {
		if later, b, err = forged(s.Later.Plan, s.Later.Server); err != nil {
			return nil, nil, err
		}
		setup.Behaviours = append(setup.Behaviours, b)
	}
	if s.Elsewhere != nil {
		if _, setup.Second, err = forged(s.Elsewhere.Plan, s.Elsewhere.Server); err != nil {
			return nil, nil, err
		}
	}
	return first, later, nil
}

// behaviour completes the scenario's with the forged material and the run's
// settings.
func (r *Run) behaviour(cs *Case, b fakeserver.Behaviour, m *pkiforge.Material) fakeserver.Behaviour {
	b.Chain, b.Key = pkiforge.ChainDER(m.Chain), m.Chain[0].Key
	b.Staple, b.Service.Documents = m.Status.Staple, documents(m)
	if len(m.ClientRoots) > 0 {
		b.ClientRoots = pkiforge.CertPool(m.ClientRoots)
	}
	if cs.TLS != "" {
		return b // its versions are its own
	}
	switch r.settings.TLSVersion {
	case "1.2":
		b.MinVersion, b.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	case "1.3":
		b.MinVersion, b.MaxVersion = tls.VersionTLS13, tls.VersionTLS13
	}
	return b
}

// attempt starts the client once and gives what was seen of it.
func (r *Run) attempt(ctx context.Context, srv *fakeserver.Server, cs *Case, s *Scenario, a client.Attempt, n int) (seen, error) {
	if r.traits.Files {
		dir, err := r.attemptDir(cs, n)
		if err != nil {
			return seen{}, err
		}
		a.Dir = dir
		if !r.settings.Keep {
			defer os.RemoveAll(dir)
		}
	}
	if r.dns != nil {
		a.DNS = r.dns.Addr()
	}
	// The client runs until it ends by itself, when all it did was its own, or
	// until the watch ends it: by then the observation is frozen, and what dies
	// with the client is no refusal.
	running, end := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		r.watch(running, srv, cs, s, s.stage(n))
		end()
	}()
	said, err := r.settings.Driver.Attempt(running, a)
	end()
	<-watched
	if ctx.Err() != nil {
		return seen{}, ctx.Err()
	}
	if err != nil {
		return seen{}, fmt.Errorf("drive the client: %w", err)
	}
	o := srv.Observe(ctx)
	one := classify(&o, said, s.stage(n))
	one.host = a.Host
	if r.dns != nil && one.invited.IsZero() {
		one.invited = r.dns.Asked(a.Host)
	}
	one.hadTime = one.hadTime || said.Ended || o.Started.Add(o.Frozen).Sub(one.invited) >= r.settings.Timeout/2
	return one, nil
}

func (r *Run) attemptDir(cs *Case, n int) (string, error) {
	dir, err := os.MkdirTemp(r.dir, fmt.Sprintf("%s-%d-", strings.ReplaceAll(cs.ID, string(filepath.Separator), "_"), n+1))
	if err != nil {
		return "", fmt.Errorf("make a directory for the attempt: %w", err)
	}
	return dir, nil
}
