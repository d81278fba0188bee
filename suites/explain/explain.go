// Package explain puts cases into words: what a case is, what it forges, and how
// to put a client before the same server by hand. It makes no attempt.
package explain

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// handHost is the name in the certificates that are forged for use by hand,
// handServer where the server is then, handElsewhere where a second one is.
const handHost = "sip.siptrust.test"

var (
	handServer    = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), fakeserver.PortTLS)
	handElsewhere = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 2}), fakeserver.PortTLS)
)

// Forge writes a case's chain, key and roots into dir, for use by hand
// with the server name sip.siptrust.test, and gives the paths. What a server
// presents later goes into the directory "later" there, what a second server
// does into "elsewhere".
func Forge(ctx context.Context, id string, key pkiforge.KeyAlgorithm, dir string) ([]string, error) {
	if err := cases.All().Known(id); err != nil {
		return nil, err
	}
	scenario, err := cases.All().Scenario(id, handNames())
	if err != nil {
		return nil, err
	}
	forge := pkiforge.New(pkiforge.Options{KeyAlgorithm: key})
	defer forge.Close()
	material, err := forge.Forge(ctx, scenario.Plan)
	if err != nil {
		return nil, fmt.Errorf("forge %s: %w", id, err)
	}
	paths, err := pkiforge.ExportAll(dir, material)
	if err != nil {
		return paths, err
	}
	for name, plan := range plansBesides(&scenario) {
		if material, err = forge.Forge(ctx, *plan); err != nil {
			return nil, fmt.Errorf("forge %s: %w", id, err)
		}
		more, err := pkiforge.ExportAll(filepath.Join(dir, name), material)
		if err != nil {
			return nil, err
		}
		paths = append(paths, more...)
	}
	return paths, nil
}

// plansBesides are the plans besides the server's first one, by the directory in which
// they are put.
func plansBesides(s *catalogue.Scenario) map[string]*pkiforge.Plan {
	plans := map[string]*pkiforge.Plan{}
	if s.Later != nil {
		plans["later"] = &s.Later.Plan
	}
	if s.Elsewhere != nil {
		plans["elsewhere"] = &s.Elsewhere.Plan
	}
	return plans
}

func handNames() pkiforge.Names {
	return pkiforge.Names{
		Run: pkiforge.NewRun(), Host: handHost, Domain: handHost, Other: "other.siptrust.test", Address: handServer.Addr(), Service: handService,
	}
}

// Case writes what a case is, why it matters, its clauses, what the server
// presents and the endpoint trusts, with what differs from the twin marked, and
// how to reproduce it by hand. The PKI is forged for it.
func Case(ctx context.Context, w io.Writer, id string) error {
	if err := cases.All().Known(id); err != nil {
		return err
	}
	cs, _ := cases.All().Lookup(id)
	names := handNames()
	scenario, err := cases.All().Scenario(id, names)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", cs.ID, cs.Title)
	fmt.Fprintf(&b, "Why      %s\n", cs.Why)
	fmt.Fprintf(&b, "Expect   %s (%s)\n", expectWords(cs.Expect), cs.Level)
	for _, p := range catalogue.Policies() {
		if e, ok := cs.ByPolicy[p]; ok {
			fmt.Fprintf(&b, "         under %s: %s\n", p, expectWords(e))
		}
		if l, ok := cs.LevelBy[p]; ok {
			fmt.Fprintf(&b, "         under %s: %s\n", p, l)
		}
	}
	for _, d := range cs.Demands {
		if d.Level != "" && d.Level != cs.Level {
			fmt.Fprintf(&b, "Demand   %s (%s)\n", d.Name, d.Level)
			continue
		}
		fmt.Fprintf(&b, "Demand   %s\n", d.Name)
	}
	fmt.Fprintf(&b, "Clauses  %s\n", strings.Join(cs.ClauseStrings(), ", "))
	if !cs.Sound() {
		fmt.Fprintf(&b, "Twin     %s; the one change: %s\n", cs.Twin, cs.Change.Name)
	}
	if err := explainRoute(&b, &scenario); err != nil {
		return fmt.Errorf("explain %s: %w", id, err)
	}
	if err := explainPKI(ctx, &b, cs, &scenario); err != nil {
		return fmt.Errorf("explain %s: %w", id, err)
	}
	b.WriteString("\nBy hand\n")
	for _, line := range byHand(cs, &scenario) {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func expectWords(e catalogue.Expectation) string {
	return map[catalogue.Expectation]string{
		catalogue.Accept:  "accept: complete the handshake and speak SIP inside it",
		catalogue.Refuse:  "refuse: end the connection and send nothing",
		catalogue.Quiet:   "quiet: the handshake fails on the server's side; send nothing in the clear",
		catalogue.Observe: "observe: standards disagree, nothing is judged",
	}[e]
}

// Scripts that a program from a box can play.
var (
	silence          = fakeserver.Script{fakeserver.AwaitHello}
	handshakeFailure = fakeserver.Script{fakeserver.AwaitHello, fakeserver.SendAlert{Level: 2, Description: 40}, fakeserver.EndClose}
)

// beyond says whether the server behaves as none from a box does.
func beyond(s *catalogue.Scenario) bool {
	script := s.Server.Script
	if len(script) == 0 || slices.Equal(script, silence) || slices.Equal(script, handshakeFailure) {
		return false
	}
	acts, _ := script.After(fakeserver.AwaitRegister)
	answer := slices.DeleteFunc(slices.Clone(acts), func(a fakeserver.Act) bool {
		switch a.(type) {
		case fakeserver.Pause, fakeserver.Ending: // anyone can end a connection
			return true
		}
		return false
	})
	return len(script) > 1+len(acts) || !slices.Equal(answer, fakeserver.Script{fakeserver.Respond{}})
}

// byProxy names the outbound proxy for people.
func byProxy(s *catalogue.Scenario) string {
	if proxy := s.Proxy(handServer); proxy != "" {
		return " by the outbound proxy " + proxy
	}
	return ""
}

// explainRoute writes what leads the client to the server, where that is not
// just the server's name and port.
func explainRoute(w io.Writer, s *catalogue.Scenario) error {
	if s.Zone == nil && s.Given == catalogue.GivenHost {
		return nil
	}
	fmt.Fprintf(w, "\nThe client is given %s\n", s.URI(handServer))
	if proxy := s.Proxy(handServer); proxy != "" {
		fmt.Fprintf(w, "Its outbound proxy is %s\n", proxy)
	}
	records, err := s.Records(handServer, handElsewhere)
	if err != nil || len(records) == 0 {
		return err
	}
	fmt.Fprint(w, "DNS answers\n")
	for _, rr := range records {
		fmt.Fprintf(w, "  %s\n", strings.Join(strings.Fields(rr.String()), " "))
	}
	return nil
}

// byHand gives the commands that put a client before the same server.
func byHand(cs *catalogue.Case, s *catalogue.Scenario) []string {
	lines := []string{fmt.Sprintf("siptrust forge %s --out pki", cs.ID)}
	switch script := s.Server.Script; {
	case slices.Equal(script, silence):
		lines = append(lines, "socat TCP-LISTEN:5061,reuseaddr,fork OPEN:/dev/null    # reads, never answers")
	case slices.Equal(script, handshakeFailure):
		lines = append(lines, "openssl s_server -accept 5061 -nocert -cipher NULL -tls1_2    # nothing in common: handshake_failure")
	default:
		server := "openssl s_server -accept 5061 -cert pki/server-chain.pem -cert_chain pki/server-chain.pem -key pki/server-key.pem"
		if s.Server.ServerName != "" {
			server += " -servername " + s.Server.ServerName + " -servername_fatal -cert2 pki/server-chain.pem -key2 pki/server-key.pem    # refuses other names only"
		}
		switch s.Server.ClientAuth {
		case fakeserver.AuthOptional:
			server += " -verify 3 -CAfile pki/client-roots.pem"
		case fakeserver.AuthRequired:
			server += " -Verify 3 -verify_return_error -CAfile pki/client-roots.pem"
		case fakeserver.AuthRefused:
			server += " -Verify 3 -verify_return_error"
		}
		if s.Plan.Revocation.Staple != nil {
			server += " -status_file pki/staple.der"
		}
		lines = append(lines, server)
		lines = append(lines, publishByHand(s)...)
	}
	resolves := s.Names.Host + " resolves to this machine, "
	switch {
	case s.Zone != nil:
		resolves = "a DNS server of your own answers the records above, "
	case s.Given == catalogue.GivenAddress:
		resolves = ""
	}
	lines = append(lines, "on the client: "+resolves+"pki/roots.pem holds the trusted roots", "register "+s.URI(handServer)+byProxy(s))
	if s.SecondAccount {
		lines = append(lines, "and "+s.SecondURI(handServer)+", a name of the same machine")
	}
	if beyond(s) {
		lines = append(lines, "what openssl does not do by itself: "+cs.Change.Name)
	}
	switch {
	case s.Elsewhere != nil:
		lines = append(lines, "a second server at "+handElsewhere.String()+" serves what lies in pki/elsewhere")
	case s.Later == nil:
	case s.Later.Restarted:
		lines = append(lines, "then serve what lies in pki/later, and start the client again")
	default:
		lines = append(lines, "end the connection once it is registered, and serve what lies in pki/later from then on")
	}
	if s.Starts() > 1 && s.Later == nil {
		lines = append(lines, fmt.Sprintf("%d times in a row", s.Starts()))
	}
	return lines
}
