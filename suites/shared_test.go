package suites_test

import (
	"context"
	"net/netip"
	"sync"
	"testing"

	"siptrust/client"
	"siptrust/pkiforge"
	"siptrust/suites/run"
)

// One address that changes its cases, under names that stay, gives every case the
// status that a server of its own gives it.
func TestSharedServer(t *testing.T) {
	t.Parallel()
	const filter = "paper || conduct.reconnect || revocation.ocsp || reference"
	for _, name := range []string{"", "expiry", "name"} {
		driver := plain()
		if name != "" {
			driver = mutant(name)
		}
		apart := execute(t, driver, func(s *run.Settings) { s.Filter = filter })
		var mu sync.Mutex
		addresses, hosts := map[netip.AddrPort]bool{}, map[string]bool{}
		watched := &altered{Driver: driver, attempt: func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
			mu.Lock()
			addresses[a.Server], hosts[a.Host] = true, true
			mu.Unlock()
			return driver.Attempt(ctx, a)
		}}
		shared := execute(t, watched, func(s *run.Settings) {
			s.Filter, s.Shared = filter, true
			s.Names = pkiforge.Names{Run: "5hared", Host: "sip.5hared.test", Domain: "sip.5hared.test", Other: "other.5hared.test"}
		})
		if len(addresses) != 1 || !hosts["sip.5hared.test"] || len(hosts) > 6 { // and the names that cases derive from it
			t.Errorf("mutant %q: %d addresses, hosts %v", name, len(addresses), hosts)
		}
		if len(shared.Results) != len(apart.Results) {
			t.Fatalf("mutant %q: %d results, apart %d", name, len(shared.Results), len(apart.Results))
		}
		for i := range shared.Results {
			s, a := &shared.Results[i], &apart.Results[i]
			if s.ID != a.ID || s.Status != a.Status || s.Outcome != a.Outcome {
				t.Errorf("mutant %q, %s: %s, %s (%s); with a server of its own %s, %s", name, s.ID, s.Outcome, s.Status, s.Reason, a.Outcome, a.Status)
			}
		}
	}
}

// A client that forgets meets case after case at the same address; one that
// remembers servers meets each at an address of its own.
func TestAddressesOfCases(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"": true, "second-try": false, "known-server": false} {
		driver := plain()
		if name != "" {
			driver = mutant(name)
		}
		var mu sync.Mutex
		attempts, addresses := 0, map[netip.AddrPort]bool{}
		watched := &altered{Driver: driver, attempt: func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
			mu.Lock()
			attempts++
			addresses[a.Server] = true
			mu.Unlock()
			return driver.Attempt(ctx, a)
		}}
		execute(t, watched, func(s *run.Settings) { s.Filter, s.Jobs = customCA, 1 })
		if attempts < 6 || want != (len(addresses) == 1) || !want && len(addresses) != attempts {
			t.Errorf("mutant %q: %d attempts at %d addresses", name, attempts, len(addresses))
		}
	}
}
