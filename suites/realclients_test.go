package suites_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/reports"
	"siptrust/suites"
)

// finding is what a version of a real client gets wrong, and the word of the
// reason by which the evidence is known again.
type finding map[string]string

// findings by client and the beginning of its version. A version that is not
// here is held only to this: every case is decided by what was seen.
var findings = map[string]struct {
	version string
	unknown bool // nothing is known of any version
	fails   finding
	skips   []string
	// unsteady are fails that the client escapes now and then, by a race of its
	// own; with the cause where they are listed.
	unsteady []string
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
	// Not in Debian 12: nothing is known of them here.
	"asterisk": {unknown: true},
	"pjsua":    {unknown: true},
	"sipp":     {unknown: true},
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
	// Asked for a certificate that it does not have, its console asks the user
	// for a password and stands still until there is an answer; a REGISTER goes
	// out only where the server's Finished was read in the same turn of its loop.
	"linphonec": {version: "5.1.", fails: finding{
		"paper.client-auth.none-optional": "stalled",
		"paper.client-auth.none-required": "left the connection open",
	}, unsteady: []string{"paper.client-auth.none-optional"}},
}

// Every real client that is installed is taken through the whole suite, in
// parallel; every case is decided by what was seen, and what is found is what
// is known of that version.
func TestRealClients(t *testing.T) {
	for _, profile := range client.Embedded() {
		name := profile.Name
		t.Run(name, func(t *testing.T) {
			known, ok := findings[name]
			if !ok {
				t.Fatal("what is known of it is not written down")
			}
			driver, err := suites.OpenClient(name, nil, suites.Interop)
			if err != nil {
				t.Skipf("%v; 'make clients' installs what it can", err)
			}
			record := execute(t, driver, func(s *suites.Settings) {
				s.Filter = "paper" // docs/findings.md has what is known of the other groups
				s.Timeout, s.Windows = 0, suites.Windows{Prompt: 5 * time.Second, Slow: 8 * time.Second}
			})
			for _, id := range with(record, reports.Inconclusive) {
				t.Errorf("%s is inconclusive: %s", id, reasonOf(record, id))
			}
			if known.unknown || !strings.HasPrefix(record.Client.Version, known.version) {
				t.Logf("%s %s: nothing is known of this version; it fails %v", name, record.Client.Version, with(record, reports.Fail))
				return
			}
			got := with(record, reports.Fail)
			fails := maps.Clone(known.fails)
			maps.DeleteFunc(fails, func(id, _ string) bool {
				return slices.Contains(known.unsteady, id) && !slices.Contains(got, id)
			})
			if want := slices.Sorted(maps.Keys(fails)); !slices.Equal(got, want) {
				t.Errorf("%s %s fails %v, known is %v", name, record.Client.Version, got, want)
			}
			for id, word := range fails {
				if reason := reasonOf(record, id); !strings.Contains(reason, word) {
					t.Errorf("%s: the reason %q does not say %q", id, reason, word)
				}
			}
			if got := with(record, reports.Skip); !slices.Equal(got, known.skips) {
				t.Errorf("%s %s skips %v, known is %v", name, record.Client.Version, got, known.skips)
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
