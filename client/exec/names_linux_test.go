package exec

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"siptrust/client"
	"siptrust/client/profile"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	none := func(m profile.Means) error {
		if m == profile.MeansHosts || m == profile.MeansWrapper {
			return errors.New("no " + string(m))
		}
		return nil
	}
	for _, c := range []struct {
		name  string
		order []profile.Means
		want  profile.Means
		notes []string
		err   string
	}{
		{"first", []profile.Means{profile.MeansDNS, profile.MeansHosts}, profile.MeansDNS, nil, ""},
		{
			"second",
			[]profile.Means{profile.MeansHosts, profile.MeansDNS},
			profile.MeansDNS,
			[]string{"names: hosts is not possible here (no hosts); using dns"},
			"",
		},
		{
			"last resort",
			[]profile.Means{profile.MeansHosts, profile.MeansWrapper, profile.MeansAddress},
			profile.MeansAddress,
			[]string{"names: hosts is not possible here (no hosts), wrapper is not possible here (no wrapper); using address: cases about names are skipped"},
			"",
		},
		{
			"no means",
			[]profile.Means{profile.MeansHosts, profile.MeansWrapper},
			"", nil,
			"the server's name cannot be made known to it: hosts is not possible here (no hosts), wrapper is not possible here (no wrapper)",
		},
	} {
		got, notes, err := choose(c.order, none)
		message := ""
		if err != nil {
			message = err.Error()
		}
		if got != c.want || message != c.err || !cmp.Equal(notes, c.notes) {
			t.Errorf("%s: %q, %q, %v", c.name, got, notes, err)
		}
	}
}

// TestNames looks the server's name up from a program, by each means that this
// machine allows.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, m := range []profile.Means{profile.MeansHosts, profile.MeansWrapper} {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			if err := probe(m); err != nil {
				t.Skip(err)
			}
			before := readFile(t, "/etc/hosts")
			e := script(`getent ahostsv4 "$SIPTRUST_HOST" && getent ahostsv4 "$SIPTRUST_DOMAIN"; exit 7`)
			e.means = m
			a := attempt(t, "host.siptrust.test", somewhere, nil)
			a.Domain = "domain.siptrust.test"
			out := make1(t, e, a)
			var found []string
			for line := range strings.Lines(out.Output) {
				if address, rest, _ := strings.Cut(line, " "); strings.Contains(rest, "STREAM") {
					found = append(found, address)
				}
			}
			if !cmp.Equal(found, []string{"127.0.0.9", "127.0.0.9"}) || out.ExitStatus != 7 {
				t.Errorf("%+v", out)
			}
			if readFile(t, "/etc/hosts") != before {
				t.Error("the machine's own /etc/hosts was touched")
			}
		})
	}
}

// TestResolvConf reads what a program with its own resolver would read.
func TestResolvConf(t *testing.T) {
	t.Parallel()
	if err := probe(profile.MeansHosts); err != nil {
		t.Skip(err)
	}
	if _, err := os.Stat("/etc/resolv.conf"); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct{ dns, want string }{
		{"127.0.0.8:53", "nameserver 127.0.0.8\n"},
		{"127.0.0.8:5353", "nameserver 127.0.0.9\n"}, // no room for a port: the case's own address
		{"", "nameserver 127.0.0.9\n"},
	} {
		e := script("cat /etc/resolv.conf")
		e.means = profile.MeansHosts
		a := attempt(t, "host.siptrust.test", somewhere, nil)
		if c.dns != "" {
			if err := a.DNS.UnmarshalText([]byte(c.dns)); err != nil {
				t.Fatal(err)
			}
		}
		if out := make1(t, e, a); !strings.HasPrefix(out.Output, c.want) || strings.Count(out.Output, "nameserver") != 1 {
			t.Errorf("DNS server %q: %q", c.dns, out.Output)
		}
	}
}

// TestLookup: names that the client must ask DNS for are in no hosts file, and a
// program that finds DNS by resolv.conf is not started where no server answers.
func TestLookup(t *testing.T) {
	t.Parallel()
	a := client.Attempt{Host: "host.test", Domain: "domain.test", Server: somewhere}
	if got := hostsFile(a); !strings.Contains(got, " host.test\n") || !strings.Contains(got, " domain.test\n") {
		t.Errorf("a hosts file without the names:\n%s", got)
	}
	a.Lookup = true
	if got := hostsFile(a); strings.Contains(got, ".test") {
		t.Errorf("a hosts file with names that DNS knows:\n%s", got)
	}
	e := script("exit")
	e.means = profile.MeansHosts
	b := attempt(t, "host.test", somewhere, nil)
	b.Lookup, b.DNS = true, netip.MustParseAddrPort("127.0.0.8:5353")
	if out := make1(t, e, b); out.Started || out.Unsupported == "" {
		t.Errorf("%+v", out)
	}
}

func TestTraits(t *testing.T) {
	t.Parallel()
	p := yamlProfile(t, sound+"settle: 1s\nsilence: 2s\ntimeout: 3s\nparallel: 4\npolicy: apple\ntraps: near\nlacks: {tls13: why}\n")
	for m, want := range map[profile.Means]client.Traits{
		profile.MeansNone:    {},
		profile.MeansWrapper: {},
		profile.MeansDNS:     {DNS: true},
		profile.MeansHosts:   {DNS: true},
		profile.MeansAddress: {ByAddress: true},
	} {
		want.Files, want.Parallel, want.NearTraps, want.Policy = true, 4, true, "apple"
		want.Settle, want.Silence, want.Timeout = 1e9, 2e9, 3e9
		want.Lacks, want.Notes = map[client.Feature]string{client.FeatureTLS13: "why"}, []string{"note"}
		if !want.DNS {
			want.Lacks[client.FeatureDNS] = fmt.Sprintf("its names are made known by %s, not by DNS", m)
			if m == profile.MeansNone {
				want.Lacks[client.FeatureDNS] = "it is given name and address apart"
			}
		}
		e := &Driver{profile: p, means: m, notes: []string{"note"}}
		if diff := cmp.Diff(want, e.Traits()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", m, diff)
		}
	}
	e := NewCommand([]string{"sh"})
	if e.Name() != "exec" || e.Kind() != "exec" || e.Version(t.Context()) != "" || e.Traits().Settle != profile.DefaultSettle {
		t.Errorf("%+v", e)
	}
}

// BenchmarkAttempt measures the driver itself, by each means.
func BenchmarkAttempt(b *testing.B) {
	for _, m := range []profile.Means{profile.MeansNone, profile.MeansWrapper, profile.MeansHosts} {
		b.Run(string(m), func(b *testing.B) {
			if err := probe(m); err != nil {
				b.Skip(err)
			}
			e := driver(&profile.Profile{Name: "true", Command: literal("true"), Names: []profile.Means{m}})
			a := client.Attempt{Host: "host.siptrust.test", Server: somewhere, Dir: b.TempDir()}
			for b.Loop() {
				if _, err := e.Attempt(b.Context(), a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A machine without a network, as many containers are, still has hosts files: the
// means is possible there.
func TestProbeWithoutNetwork(t *testing.T) {
	t.Parallel()
	unshare, err := lookUp("unshare")
	if err != nil || os.Getuid() != 0 {
		t.Skip("it takes root and unshare to make a network namespace")
	}
	if err := probe(profile.MeansHosts); err != nil {
		t.Skipf("not possible here at all: %v", err)
	}
	err = tryWith(func(p *program, a client.Attempt) error {
		if err := apply(profile.MeansHosts, p, a); err != nil {
			return err
		}
		p.argv = append([]string{unshare, "-n"}, p.argv...)
		return nil
	})
	if err != nil {
		t.Errorf("without a network a hosts file is said not to work: %v", err)
	}
}
