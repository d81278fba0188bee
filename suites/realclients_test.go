package suites_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"siptrust/client/open"
	"siptrust/client/profile"
	"siptrust/reports"
	"siptrust/suites/run"
	"siptrust/suites/seen"
)

// finding is what a version of a real client gets wrong, and the word of the
// reason by which the evidence is known again.
type finding map[string]string

// findings by client and the beginning of its version. A version that is not
// here is held only to this: every case is decided by what was seen.
var findings = map[string]struct {
	version string
	fails   finding
	skips   []string
}{
	"openssl":    {version: "3.", skips: []string{"paper.conduct.exchange"}},
	"gnutls-cli": {version: "3.7.", skips: []string{"paper.conduct.exchange"}},
	"nss":        {version: "3.87.", skips: []string{"paper.conduct.exchange"}},
	"sipsak": {version: "0.9.8", skips: []string{
		"paper.client-auth.refused", "paper.client-auth.sent", "paper.conduct.exchange",
	}},
	"sipgo":     {}, // a build for tests does not know the library's version
	"net-sip":   {version: "0.83"},
	"npm-sip":   {version: "0.0.6"},
	"sofia-sip": {version: "1.12.11"},
	// It has no setting that compares the server's name with anything.
	"kamailio": {version: "5.6.", fails: finding{
		"paper.custom-ca.wrong-name":        "accepted",
		"paper.self-signed.wrong-name":      "accepted",
		"paper.public-ca.wrong-name":        "accepted",
		"paper.conduct.close-after-refusal": "accepted",
	}},
	// JSSE compares no name unless it is told to, and asks a certificate that is
	// itself installed for nothing.
	"jain-sip": {version: "9.0.0", fails: finding{
		"paper.custom-ca.wrong-name":        "accepted",
		"paper.self-signed.wrong-name":      "accepted",
		"paper.public-ca.wrong-name":        "accepted",
		"paper.conduct.close-after-refusal": "accepted",
		"paper.self-signed.expired":         "accepted",
	}},
	"linphonec": {version: "5.1."},
	// Not in Debian 12; these were built from their sources.
	"asterisk": {version: "GIT-master", skips: []string{"paper.conduct.exchange"}},
	"pjsua":    {version: "2.17"},
	// It compares the server's name with nothing.
	"sipp": {version: "3.7.", fails: finding{
		"paper.custom-ca.wrong-name":        "accepted",
		"paper.self-signed.wrong-name":      "accepted",
		"paper.public-ca.wrong-name":        "accepted",
		"paper.conduct.close-after-refusal": "accepted",
	}, skips: []string{"paper.client-auth.none-optional", "paper.client-auth.none-required", "paper.conduct.exchange"}},
	// It has no switch to verify servers with: sip_verify_server came later.
	"baresip": {version: "1.0.0", fails: finding{
		"paper.custom-ca.expired":           "accepted",
		"paper.custom-ca.wrong-name":        "accepted",
		"paper.custom-ca.bad-signature":     "accepted",
		"paper.custom-ca.broken-chain":      "accepted",
		"paper.custom-ca.root-missing":      "accepted",
		"paper.self-signed.expired":         "accepted",
		"paper.self-signed.wrong-name":      "accepted",
		"paper.self-signed.bad-signature":   "accepted",
		"paper.self-signed.broken-chain":    "accepted",
		"paper.self-signed.root-missing":    "accepted",
		"paper.public-ca.expired":           "accepted",
		"paper.public-ca.wrong-name":        "accepted",
		"paper.public-ca.bad-signature":     "accepted",
		"paper.public-ca.broken-chain":      "accepted",
		"paper.public-ca.root-missing":      "accepted",
		"paper.conduct.close-after-refusal": "accepted",
		"paper.conduct.no-exception":        "accepted",
	}},
}

// Every real client that is installed runs the paper's suite, as many clients
// at once as there are cores; every case is decided by what was seen, and what
// is found is what is known of that version.
func TestRealClients(t *testing.T) {
	if testing.Short() {
		t.Skip("real clients are slow to start and to end")
	}
	for _, p := range profile.Embedded() {
		name := p.Name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known, ok := findings[name]
			if !ok {
				t.Fatal("what is known of it is not written down")
			}
			driver, err := open.Client(name, open.Options{})
			if err != nil {
				t.Skipf("%v; 'make clients' installs what it can", err)
			}
			record := execute(t, driver, func(s *run.Settings) {
				s.Filter = "paper" // docs/findings.md has what is known of the other groups
				s.Timeout, s.Windows = 0, seen.Windows{Prompt: 5 * time.Second, Slow: 8 * time.Second}
			})
			for _, id := range with(record, reports.Inconclusive) {
				t.Errorf("%s is inconclusive: %s", id, reasonOf(record, id))
			}
			if !strings.HasPrefix(record.Subject.Version, known.version) {
				t.Logf("%s %s: nothing is known of this version; it fails %v", name, record.Subject.Version, with(record, reports.Fail))
				return
			}
			got := with(record, reports.Fail)
			if want := slices.Sorted(maps.Keys(known.fails)); !slices.Equal(got, want) {
				t.Errorf("%s %s fails %v, known is %v", name, record.Subject.Version, got, want)
			}
			for id, word := range known.fails {
				if reason := reasonOf(record, id); !strings.Contains(reason, word) {
					t.Errorf("%s: the reason %q does not say %q", id, reason, word)
				}
			}
			if got := with(record, reports.Skip); !slices.Equal(got, known.skips) {
				t.Errorf("%s %s skips %v, known is %v", name, record.Subject.Version, got, known.skips)
			}
		})
	}
}

func reasonOf(record reports.Record, id string) string {
	for i := range record.Results {
		if record.Results[i].ID == id {
			return record.Results[i].Reason
		}
	}
	return ""
}
