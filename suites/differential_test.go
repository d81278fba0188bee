package suites_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
)

// verifier makes one handshake as a client that siptrust did not write and
// says whether it accepted the server.
type verifier struct {
	name    string
	program string // "" for one in process
	accepts func(t *testing.T, v target) (accepted bool, said string)
}

// target is a server, and what the verifier is to know of it.
type target struct {
	address netip.AddrPort
	host    string
	roots   []*pkiforge.Certificate
	file    string // the roots as PEM
}

var verifiers = []verifier{
	{"crypto/tls", "", func(t *testing.T, v target) (bool, string) {
		d := tls.Dialer{Config: &tls.Config{ServerName: v.host, RootCAs: pkiforge.CertPool(v.roots)}}
		c, err := d.DialContext(t.Context(), "tcp", v.address.String())
		if err != nil {
			return false, err.Error()
		}
		_ = c.Close() // its word is the handshake
		return true, ""
	}},
	{"openssl s_client", "openssl", func(t *testing.T, v target) (bool, string) {
		named := []string{"-servername", v.host, "-verify_hostname", v.host}
		if _, err := netip.ParseAddr(v.host); err == nil {
			named = []string{"-noservername", "-verify_ip", v.host}
		}
		return program(t, "openssl", append([]string{
			"s_client", "-connect", v.address.String(), "-verify_return_error", "-CAfile", v.file, "-no-CApath", "-no-CAstore",
		}, named...)...)
	}},
	{"gnutls-cli", "gnutls-cli", func(t *testing.T, v target) (bool, string) {
		args := []string{"--x509cafile", v.file, "--port", strconv.Itoa(int(v.address.Port())), "--verify-hostname", v.host}
		if _, err := netip.ParseAddr(v.host); err != nil {
			args = append(args, "--sni-hostname", v.host)
		}
		return program(t, "gnutls-cli", append(args, v.address.Addr().String())...)
	}},
}

// program runs a verifier with nothing to send; its exit status is its word.
func program(t *testing.T, name string, args ...string) (bool, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("%s did not end: %s", name, out)
	}
	return err == nil, string(out)
}

// Independent verifiers agree with every expectation on live handshakes, and
// the cure works: without the change they accept the same server.
func TestDifferential(t *testing.T) {
	forge := pkiforge.New(pkiforge.Options{})
	t.Cleanup(forge.Close)
	all := cases.All()
	for _, v := range verifiers {
		t.Run(strings.ReplaceAll(v.name, "/", "-"), func(t *testing.T) { // so that -run finds it
			if v.program != "" {
				if testing.Short() {
					t.Skip("it starts a program for every case")
				}
				if _, err := exec.LookPath(v.program); err != nil {
					t.Skipf("%s is not installed; 'make clients' installs it", v.program)
				}
			}
			var cures cures
			for i := range all.Cases {
				cs := &all.Cases[i]
				if cs.Expect == catalogue.Observe || cs.Expect == catalogue.Quiet || aboutConduct(cs) {
					continue // which no verifier decides
				}
				t.Run(cs.ID, func(t *testing.T) {
					t.Parallel()
					accepted, said := handshake(t, forge, cs.ID, v)
					want := cs.Expect == catalogue.Accept
					switch why, listed := disagreements[v.name][original(cs)]; {
					case accepted != want && !listed:
						t.Errorf("accepted: %t, expected %t (CONTRIBUTING.md, \"Add a case\", step 7, says what to do); it said:\n%s", accepted, want, said)
					case accepted == want && listed:
						t.Errorf("it agrees, though it is listed as disagreeing: %s", why)
					}
					if cs.Sound() {
						return
					}
					if cured, said := cures.of(cs.Twin, func() (bool, string) { return handshake(t, forge, cs.Twin, v) }); !cured {
						t.Errorf("without the change it refuses too; it said:\n%s", said)
					}
				})
			}
		})
	}
}

// cures are what a verifier makes of the twins, each tried once.
type cures struct {
	mu    sync.Mutex
	known map[string]*cure
}

type cure struct {
	once     sync.Once
	accepted bool
	said     string
}

// of gives what try came to for a twin; where it ended its test, not accepted.
func (c *cures) of(twin string, try func() (accepted bool, said string)) (bool, string) {
	c.mu.Lock()
	one := c.known[twin]
	if one == nil {
		if c.known == nil {
			c.known = map[string]*cure{}
		}
		one = &cure{}
		c.known[twin] = one
	}
	c.mu.Unlock()
	one.once.Do(func() { one.accepted, one.said = try() })
	return one.accepted, one.said
}

// disagreements are the cases in which a verifier does not do what interop
// expects, with the reason: the library and the clause. The groups' own tests
// add theirs.
var disagreements = map[string]map[string]string{"crypto/tls": {}, "openssl s_client": {}, "gnutls-cli": {}}

// disagree lists cases in which a verifier disagrees, for one reason.
func disagree(verifier, why string, ids ...string) {
	for _, id := range ids {
		disagreements[verifier][id] = why
	}
}

// aboutConduct: an accept case whose change is of the server's behaviour or
// the endpoint's identity.
func aboutConduct(cs *catalogue.Case) bool {
	return cs.Expect == catalogue.Accept && (cs.Group() == "paper" && !cs.Sound() || cs.Group() == "client-auth" || cs.Group() == "conduct")
}

// handshake puts a verifier before the server of a case.
func handshake(t *testing.T, forge *pkiforge.Forge, id string, v verifier) (bool, string) {
	t.Helper()
	reserved, err := fakeserver.Reserve(t.Context(), fakeserver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer reserved.Close()
	names := namesOf("d1ff")
	names.Address = reserved.Address().Addr()
	scenario, err := cases.All().Scenario(id, names)
	if err != nil {
		t.Fatal(err)
	}
	m, err := forge.Forge(t.Context(), scenario.Plan)
	if err != nil {
		t.Fatal(err)
	}
	behaviour, roots, host := scenario.Server, slices.Concat(m.SystemRoots, m.CustomRoots), scenario.Names.Host
	if scenario.SecondAccount || scenario.Redirected {
		host = scenario.Names.Other // whose connection is in question
	}
	if later := scenario.Later; later != nil {
		behaviour = later.Server
		if m, err = forge.Forge(t.Context(), later.Plan); err != nil {
			t.Fatal(err)
		}
		if later.Trust {
			roots = slices.Concat(m.SystemRoots, m.CustomRoots)
		}
	}
	if e := scenario.Elsewhere; e != nil && e.Judged == seen.AboutThere {
		behaviour = e.Server
		if m, err = forge.Forge(t.Context(), e.Plan); err != nil {
			t.Fatal(err)
		}
	}
	behaviour.Chain, behaviour.Key = pkiforge.ChainDER(m.Chain), m.Chain[0].Key
	behaviour.Staple = m.Status.Staple
	behaviour.KeepOpen = false // a matter of conduct; here it only holds the verifier up
	srv, err := reserved.Serve(fakeserver.Setup{Behaviours: []fakeserver.Behaviour{behaviour}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	file := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(file, pkiforge.CertificatesPEM(roots...), 0o644); err != nil {
		t.Fatal(err)
	}
	accepted, said := v.accepts(t, target{srv.Address(), host, roots, file})
	return accepted, string(bytes.TrimSpace([]byte(said)))
}
