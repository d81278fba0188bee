package suites_test

import (
	"maps"
	"os/exec"
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
	fails   finding
	skips   []string
}{
	"openssl": {version: "3.", skips: []string{"paper.conduct.exchange"}},
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
	// for a password and stands still until there is an answer.
	"linphonec": {version: "5.1.", fails: finding{
		"paper.client-auth.none-optional": "stalled",
		"paper.client-auth.none-required": "left the connection open",
	}},
}

// Every real client that is installed is taken through the whole suite, in
// parallel; every case is decided by what was seen, and what is found is what
// is known of that version.
func TestRealClients(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(findings)) {
		t.Run(name, func(t *testing.T) {
			profile, err := client.EmbeddedProfile(name)
			if err != nil {
				t.Fatal(err)
			}
			program := profile.Command[0].String()
			if _, err := exec.LookPath(program); err != nil {
				t.Skipf("%s is not installed; 'make clients' installs it", program)
			}
			driver, err := suites.OpenClient(name, nil, suites.Interop)
			if err != nil {
				t.Skip(err)
			}
			record := execute(t, driver, func(s *suites.Settings) {
				s.Filter = "paper" // the catalogue's other groups are not yet known of it
				s.Timeout, s.Windows = 0, suites.Windows{Prompt: 2 * time.Second, Slow: 4 * time.Second}
			})
			for _, id := range with(record, reports.Inconclusive) {
				t.Errorf("%s is inconclusive: %s", id, reasonOf(record, id))
			}
			known := findings[name]
			if !strings.HasPrefix(record.Client.Version, known.version) {
				t.Logf("%s %s: nothing is known of this version; it fails %v", name, record.Client.Version, with(record, reports.Fail))
				return
			}
			if got, want := with(record, reports.Fail), slices.Sorted(maps.Keys(known.fails)); !slices.Equal(got, want) {
				t.Errorf("%s %s fails %v, known is %v", name, record.Client.Version, got, want)
			}
			for id, word := range known.fails {
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
