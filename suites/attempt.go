package suites

import (
	"context"
	"crypto/rand"
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
	pinned := map[string]client.Feature{"1.2": client.FeatureTLS12, "1.3": client.FeatureTLS13}[r.settings.TLSVersion]
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
	return ""
}

// attempts sets the scenario up and makes its attempts in a row.
func (r *Run) attempts(ctx context.Context, cs *Case, j *judgement) error {
	config := fakeserver.Config{}
	if r.traits.NearTraps {
		config.Traps = fakeserver.TrapsNear
	}
	names := r.names()
	config.Account, config.Other = accountNames(names.Host), names.Other
	srv, err := fakeserver.Start(ctx, config)
	if err != nil {
		return fmt.Errorf("start a server: %w", err)
	}
	defer srv.Close()
	address := srv.Address()
	names.Address = address.Addr()
	if r.traits.ByAddress {
		names.Host, names.IPs = address.Addr().String(), []netip.Addr{address.Addr()}
		names.Domain = names.Host
	}
	scenario, err := r.catalogue.Scenario(cs.ID, names)
	if err != nil {
		return err
	}
	if scenario.publishes() {
		// Where the data lie stands in the certificates: the place comes first.
		if names.Service, err = srv.ServeRevocation(ctx); err != nil {
			return err
		}
		if scenario, err = r.catalogue.Scenario(cs.ID, names); err != nil {
			return err
		}
	}
	material, err := r.forge.Forge(ctx, scenario.Plan)
	if err != nil {
		return fmt.Errorf("forge: %w", err)
	}
	steps, later, err := r.steps(ctx, cs, &scenario, material)
	if err != nil {
		return err
	}
	srv.SetBehaviour(steps[0], steps[1:]...)
	elsewhere, err := r.openElsewhere(ctx, srv, cs, &scenario)
	if err != nil {
		return err
	}
	withdraw, err := r.publish(&scenario, address, elsewhere)
	if err != nil {
		return err
	}
	defer withdraw()
	for n := range scenario.attempts() {
		if n > 0 {
			srv.Next()
		}
		if n == 1 && scenario.Later != nil && scenario.Later.Restarted {
			srv.SetBehaviour(steps[1])
			if scenario.Later.Trust {
				material = later
			}
		}
		a := client.Attempt{
			ID: rand.Text(), URI: scenario.uri(address), Proxy: scenario.proxy(address), Lookup: scenario.Zone != nil,
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

// steps are the server's behaviours, the later one behind the first, with its
// material. It is in force from the second start of the client on, or when the
// first is over.
func (r *Run) steps(ctx context.Context, cs *Case, s *Scenario, m *pkiforge.Material) ([]fakeserver.Behaviour, *pkiforge.Material, error) {
	steps := []fakeserver.Behaviour{r.behaviour(cs, s.Server, m)}
	if s.Later == nil {
		return steps, nil, nil
	}
	later, err := r.forge.Forge(ctx, s.Later.Plan)
	if err != nil {
		return nil, nil, fmt.Errorf("forge: %w", err)
	}
	return append(steps, r.behaviour(cs, s.Later.Server, later)), later, nil
}

// openElsewhere opens the second server and gives its place; the zero value where
// there is none.
func (r *Run) openElsewhere(ctx context.Context, srv *fakeserver.Server, cs *Case, s *Scenario) (netip.AddrPort, error) {
	if s.Elsewhere == nil {
		return netip.AddrPort{}, nil
	}
	material, err := r.forge.Forge(ctx, s.Elsewhere.Plan)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("forge: %w", err)
	}
	at, err := srv.ListenElsewhere(ctx, r.behaviour(cs, s.Elsewhere.Server, material))
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("start a second server: %w", err)
	}
	return at, nil
}

// behaviour completes the scenario's with the forged material and the run's
// settings.
func (r *Run) behaviour(cs *Case, b fakeserver.Behaviour, m *pkiforge.Material) fakeserver.Behaviour {
	b.Chain, b.Key = pkiforge.ChainDER(m.Chain), m.Chain[0].Key
	b.Staple, b.Documents = m.Status.Staple, documents(m)
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
	if tell := r.settings.OnAttempt; tell != nil {
		tell(a.ID, cs)
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

// attemptDir makes the directory of a case's attempt. It is named by the case for
// a tester who keeps it; else its name tells the client nothing.
func (r *Run) attemptDir(cs *Case, n int) (string, error) {
	name := "attempt-"
	if r.settings.Keep {
		name = fmt.Sprintf("%s-%d-", strings.ReplaceAll(cs.ID, string(filepath.Separator), "_"), n+1)
	}
	dir, err := os.MkdirTemp(r.dir, name)
	if err != nil {
		return "", fmt.Errorf("make a directory for the attempt: %w", err)
	}
	return dir, nil
}
