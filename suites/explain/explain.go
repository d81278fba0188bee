// Package explain puts cases into words: what a case is, what it forges, how it is
// judged, and how to reproduce it by hand. It must never start a client or a server.
package explain

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"siptrust/pkiforge"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// The names in the certificates that are forged for use by hand, and where the servers
// are: the first one, a second one, and SIP in the clear.
const (
	handHost  = "sip.siptrust.test"
	handOther = "other.siptrust.test"
)

var (
	handServer    = netip.MustParseAddrPort("127.0.0.1:5061")
	handElsewhere = netip.MustParseAddrPort("127.0.0.2:5061")
	handClear     = netip.MustParseAddrPort("127.0.0.1:5060")
)

func handNames() pkiforge.Names {
	return pkiforge.Names{
		Run: pkiforge.NewRun(), Host: handHost, Domain: handHost, Other: handOther, Address: handServer.Addr(), Service: handService,
	}
}

// Case writes what a case is: why it matters, what the client must do and what decides,
// its clauses, what the server presents and the endpoint trusts, with what differs from
// the twin marked, and how to reproduce it by hand. The certificates are forged for
// it. An unknown case gives an error that names the nearest one.
func Case(ctx context.Context, w io.Writer, id string) error {
	if err := cases.All().Known(id); err != nil {
		return err
	}
	cs, _ := cases.All().Lookup(id)
	scenario, err := cases.All().Scenario(id, handNames())
	if err != nil {
		return err
	}
	now := time.Now()
	forge := pkiforge.New(pkiforge.Options{Now: func() time.Time { return now }})
	defer forge.Close()
	servers, err := forgeServers(ctx, forge, &scenario)
	if err != nil {
		return fmt.Errorf("explain %s: %w", id, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", cs.ID, cs.Title)
	fmt.Fprintf(&b, "Why      %s\n", cs.Why)
	explainVerdict(&b, cs)
	fmt.Fprintf(&b, "Clauses  %s\n", strings.Join(cs.ClauseStrings(), ", "))
	if !cs.Sound() {
		fmt.Fprintf(&b, "Twin     %s; the one change: %s\n", cs.Twin, cs.Change.Name)
	}
	if err := explainRoute(&b, &scenario); err != nil {
		return fmt.Errorf("explain %s: %w", id, err)
	}
	p := pki{cs: cs, scenario: &scenario, servers: servers, now: now}
	if err := p.explain(ctx, &b, forge); err != nil {
		return fmt.Errorf("explain %s: %w", id, err)
	}
	r := newRecipe(cs, &scenario, servers)
	r.write(&b, cs.ID)
	_, err = io.WriteString(w, b.String())
	return err
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
