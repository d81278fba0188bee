package suites_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"siptrust/client"
	"siptrust/reports"
	"siptrust/suites/run"
)

// inClear sends a REGISTER of the account over UDP.
func inClear(a client.Attempt) error {
	plaintext, err := net.Dial("udp", netip.AddrPortFrom(a.Server.Addr(), 5060).String())
	if err != nil {
		return err
	}
	defer plaintext.Close()
	_, err = fmt.Fprintf(plaintext, "REGISTER sip:%s SIP/2.0\r\nTo: <sip:alice@%[1]s>\r\n\r\n", a.Host)
	return err
}

// leaksAt is the reference client that also sends its REGISTER in the clear, in
// those attempts, counted from 1.
func leaksAt(leaks func(n int64) bool, otherwise func(a *client.Attempt, n int64)) *altered {
	d := &altered{Driver: plain()}
	var tried atomic.Int64
	d.attempt = func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
		n := tried.Add(1)
		if leaks(n) {
			if err := inClear(a); err != nil {
				return client.Outcome{}, err
			}
		}
		if otherwise != nil {
			otherwise(&a, n)
		}
		return d.Driver.Attempt(ctx, a)
	}
	return d
}

// TestProvenStays walks every step that changes a result after the judge: a leak
// and the acceptance of a faulty server stay failures in each, and the run's
// verdict says so.
func TestProvenStays(t *testing.T) {
	t.Parallel()
	const expired = customCA + ".expired"
	always := func(int64) bool { return true }
	at := func(n int64) func(int64) bool { return func(m int64) bool { return m == n } }
	for _, tc := range []struct {
		name    string
		driver  client.Driver
		edit    func(*run.Settings)
		id      string
		outcome string
		reason  string
	}{
		{"the run is given up", leaksAt(always, nil), nil, customCA + ".sound", "leaked", "in the clear"},
		{
			"the run is given up, and nothing was accepted", leaksAt(always, func(a *client.Attempt, _ int64) { a.CustomRoots = nil }),
			nil, customCA + ".sound", "leaked", "in the clear",
		},
		{
			"a control leaks at the end", leaksAt(at(3), nil), func(s *run.Settings) { s.Filter = expired + " || " + customCA + ".sound" },
			customCA + ".sound", "leaked", "at the end of the run",
		},
		{
			"a control that the filter left out leaks at the end", leaksAt(at(3), nil), func(s *run.Settings) { s.Filter = expired },
			customCA + ".sound", "leaked", "at the end of the run",
		},
		{
			"a control is not accepted at the end", func() client.Driver {
				d, n := &altered{Driver: mutant("expiry")}, atomic.Int64{}
				d.attempt = func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
					if n.Add(1) > 3 {
						a.CustomRoots = nil
					}
					return d.Driver.Attempt(ctx, a)
				}
				return d
			}(), func(s *run.Settings) { s.Filter = expired + " || " + customCA + ".wrong-name" },
			expired, "accepted", "although the server certificate has expired",
		},
		{"a leak is confirmed", leaksAt(at(2), nil), func(s *run.Settings) { s.Filter, s.Confirm = expired, 2 }, expired, "leaked", "in the clear"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			record := execute(t, tc.driver, func(s *run.Settings) {
				s.Filter, s.Jobs = customCA, 1
				if tc.edit != nil {
					tc.edit(s)
				}
			})
			r := resultOf(t, record, tc.id)
			if r.Status != reports.Fail || r.Outcome != tc.outcome || !strings.Contains(r.Reason, tc.reason) {
				t.Errorf("%s, %s: %s", r.Status, r.Outcome, r.Reason)
			}
			if record.Verdict != reports.DoesNotConform || record.Summary.Fail == 0 {
				t.Errorf("verdict %q, %+v", record.Verdict, record.Summary)
			}
		})
	}
}
