package exec

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"siptrust/client"
	"siptrust/client/profile"
	"siptrust/internal/plain"
)

// choose returns the first means that the machine allows. notes says in one line
// why those before it are not used.
func choose(order []profile.Means, allowed func(profile.Means) error) (chosen profile.Means, notes []string, err error) {
	var passed []string
	for _, m := range order {
		if err := allowed(m); err != nil {
			passed = append(passed, fmt.Sprintf("%s is not possible here (%v)", m, err))
			continue
		}
		if len(passed) > 0 {
			note := fmt.Sprintf("names: %s; using %s", strings.Join(passed, ", "), m)
			switch m {
			case profile.MeansAddress:
				note += ": cases about names are skipped"
			case profile.MeansNone:
				note += ": the program must connect to the address by itself"
			}
			notes = []string{note}
		}
		return m, notes, nil
	}
	return "", nil, errors.New("the server's name cannot be made known to it: " + strings.Join(passed, ", "))
}

// probeName resolves to probeAddress where a means works.
const probeName = "probe.siptrust.test"

var probeAddress = netip.AddrFrom4([4]byte{127, 0, 0, 77})

// lookupLimit is for a resolver that hangs: even a busy machine needs less.
const lookupLimit = 20 * time.Second

// tryWith runs the system's own resolver as apply would have a client run, and
// looks a name up. That proves that a means works here, whatever the machine's
// settings are. It asks for hosts, not for ahostsv4, which finds nothing where
// only the loopback interface is up (AI_ADDRCONFIG, RFC 3493 6.1).
func tryWith(apply func(*program, client.Attempt) error) error {
	getent, err := lookUp("getent")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "siptrust-names-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Mkdir(filepath.Join(dir, profile.OwnDir), 0o700); err != nil {
		return err
	}
	p := &program{argv: []string{getent, "hosts", probeName}, env: os.Environ()}
	a := client.Attempt{Host: probeName, Server: netip.AddrPortFrom(probeAddress, 5061), Dir: dir}
	if err := apply(p, a); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupLimit)
	defer cancel()
	res, err := p.run(ctx)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(res.output, probeAddress.String()+" ") {
		if last := plain.LastLine(res.output, lastWords); last != "" {
			return errors.New(last)
		}
		return errors.New("a test name did not resolve")
	}
	return nil
}

// resolverPort is the only port that the system's resolver asks: resolv.conf cannot
// name another.
const resolverPort = 53

// hostsFile is an /etc/hosts with the server's names and none of the machine's
// own but localhost.
func hostsFile(a client.Attempt) string {
	local := "localhost"
	if name, err := os.Hostname(); err == nil && name != "" && name != local {
		local += " " + name
	}
	var b strings.Builder
	fmt.Fprintf(&b, "127.0.0.1 %s\n::1 localhost\n", local)
	for _, name := range serverNames(a) {
		fmt.Fprintf(&b, "%s %s\n", a.Server.Addr(), name)
	}
	return b.String()
}

// serverNames are the names that a hosts file leads to the server. There are none
// where the client must ask DNS, and behind a proxy the domain is not among them.
func serverNames(a client.Attempt) []string {
	if a.Lookup || isAddress(a.Host) {
		return nil
	}
	names := []string{a.Host}
	if a.Domain != "" && a.Domain != a.Host && a.Proxy == "" {
		names = append(names, a.Domain)
	}
	if a.SecondHost != "" {
		names = append(names, a.SecondHost)
	}
	return names
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}
