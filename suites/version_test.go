package suites_test

import (
	"context"
	"crypto/tls"
	"slices"
	"testing"

	"siptrust/client"
	"siptrust/client/reference"
	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
	"siptrust/suites/seen"
)

func init() {
	versions := change{server: []string{"MinVersion", "MaxVersion"}}
	changes["version.tls10-only"] = versions
	changes["version.tls11-only"] = versions
	changes["version.offered-range"] = versions
	changes["version.hello-extended-master-secret"] = versions
	changes["version.hello-renegotiation-info"] = versions
	changes["version.hello-no-compression"] = versions
	changes["version.hello-no-broken-digest"] = versions
	changes["version.downgrade-sign-tls12"] = change{server: []string{"RandomTail"}}
	changes["version.downgrade-sign-tls11"] = change{server: []string{"RandomTail"}}
	changes["version.no-fallback-after-alert"] = change{server: failsAll}
	changes["version.no-fallback-after-reset"] = change{server: []string{noHandshake, "+ClientHello: reset"}}

	explains("old-versions", "version.tls10-only", "version.tls11-only")
	explainUnder(catalogue.BCP195, "old-versions", "version.offered-range")
	explains("version-fallback", "version.tls10-only", "version.tls11-only", "version.no-fallback-after-alert", "version.no-fallback-after-reset")
	// The server ends these handshakes.
	explains("plaintext-fallback", "version.tls10-only", "version.tls11-only", "version.no-fallback-after-alert", "version.no-fallback-after-reset")

	disagree("gnutls-cli", "GnuTLS offers TLS 1.0 and 1.1 by default (RFC 8996 4, 5: they must not be negotiated)",
		"version.tls10-only", "version.tls11-only")
	disagree("gnutls-cli", "GnuTLS looks in TLS 1.2 for the sign of that version alone (RFC 8446 4.1.3: for either)",
		"version.downgrade-sign-tls11")

	for _, id := range []string{"version.downgrade-sign-tls12", "version.downgrade-sign-tls11"} {
		enforced[id] = "crypto/tls looks for the sign of a downgrade (RFC 8446 4.1.3)"
	}
}

// A run that is pinned to one version skips what is about another, and judges
// the rest.
func TestPinnedRun(t *testing.T) {
	t.Parallel()
	for pin, want := range map[string][]string{
		"1.2": {"version.offered-range", "version.tls10-only", "version.tls11-only", "version.tls13.sound"},
		"1.3": {
			"version.downgrade-sign-tls11", "version.downgrade-sign-tls12", "version.hello-extended-master-secret",
			"version.hello-no-broken-digest", "version.hello-no-compression", "version.hello-renegotiation-info", "version.offered-range",
			"version.tls10-only", "version.tls11-only", "version.tls12.sound",
		},
	} {
		record := execute(t, reference.New(reference.Options{}), func(s *run.Settings) { s.TLSVersion, s.Filter = pin, "version" })
		if got := with(record, reports.Skip); !slices.Equal(got, want) {
			t.Errorf("pinned to %s it skips %v, want %v", pin, got, want)
		}
		if record.Summary.Fail+record.Summary.Inconclusive > 0 {
			t.Errorf("pinned to %s: %+v", pin, record.Summary)
		}
	}
}

// What a client falls back to decides: TLS 1.2 after TLS 1.3 is a warning, what is
// older a failure.
func TestFallback(t *testing.T) {
	t.Parallel()
	again := func(highest uint16) client.Driver {
		first, second := plain(), reference.New(reference.Options{Mutant: "old-versions", MaxVersion: highest})
		return &altered{Driver: first, attempt: func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
			said, err := first.Attempt(ctx, a)
			if err != nil || ctx.Err() != nil {
				return said, err
			}
			return second.Attempt(ctx, a)
		}}
	}
	for highest, want := range map[uint16]reports.Status{
		tls.VersionTLS13: reports.Pass, tls.VersionTLS12: reports.Warn, tls.VersionTLS11: reports.Fail,
	} {
		record := execute(t, again(highest), func(s *run.Settings) {
			s.Filter = "version.no-fallback-after-alert || version.no-fallback-after-reset || conduct.closes-at-hello"
		})
		for _, r := range record.Results {
			if !r.Control && r.Status != want {
				t.Errorf("%s, a second try with %s at the most: %s (%s), want %s", r.ID, tls.VersionName(highest), r.Status, r.Reason, want)
			}
		}
	}
}

// A client that does not offer TLS 1.3 cannot know the sign of a downgrade to
// TLS 1.2: the case is skipped, though it was accepted.
func TestPreconditionOfTheDowngradeSign(t *testing.T) {
	t.Parallel()
	old := reference.New(reference.Options{MaxVersion: tls.VersionTLS12})
	record := execute(t, old, func(s *run.Settings) { s.Filter = "version.downgrade-sign-tls12" })
	for _, r := range record.Results {
		if r.ID == "version.downgrade-sign-tls12" && (r.Status != reports.Skip || r.Outcome != string(seen.Accepted)) {
			t.Errorf("%s, %s: %s", r.Status, r.Outcome, r.Reason)
		}
	}
}
