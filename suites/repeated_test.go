package suites_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"testing"

	"siptrust/client"
	"siptrust/pkiforge"
	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/run"
)

// original gives the id of the case that a case repeats, or its own: what is said
// in these tests of a case holds for those that repeat it.
func original(cs *catalogue.Case) string {
	if cs.Repeats != "" {
		return cs.Repeats
	}
	return cs.ID
}

// andRepeated adds to ids the cases that repeat one of them.
func andRepeated(ids []string) []string {
	all := slices.Clone(ids)
	for i := range cases.All().Cases {
		if cs := &cases.All().Cases[i]; slices.Contains(ids, cs.Repeats) {
			all = append(all, cs.ID)
		}
	}
	return all
}

// repeatedGroups are the groups that repeat cases of others, with the fields in
// which scenarios of theirs differ from those that they repeat.
var repeatedGroups = map[string]struct {
	fixed  catalogue.Fixed
	server []string
}{
	"tls12": {catalogue.Fixed{TLSVersion: "1.2"}, []string{"MinVersion", "MaxVersion"}},
	"rsa":   {catalogue.Fixed{TLSKey: pkiforge.RSA}, nil},
}

// Every repeated case is the one that it repeats with the group's setting fixed and
// nothing else changed, and each group has the whole matrix of the paper.
func TestRepeatedCases(t *testing.T) {
	t.Parallel()
	all := cases.All()
	matrix, samples := map[string]int{}, map[string]int{}
	for i := range all.Cases {
		cs := &all.Cases[i]
		group, known := repeatedGroups[cs.Group()]
		if known != (cs.Repeats != "") || cs.Fixed != group.fixed {
			t.Errorf("%s: it repeats %q with %+v fixed", cs.ID, cs.Repeats, cs.Fixed)
		}
		if cs.Repeats == "" {
			continue
		}
		from, ok := all.Lookup(cs.Repeats)
		if !ok {
			t.Errorf("%s: there is no case %s to repeat", cs.ID, cs.Repeats)
			continue
		}
		if from.Group() == "paper" {
			matrix[cs.Group()]++
		} else {
			samples[cs.Group()+" "+from.Group()]++
		}
		if cs.Sound() != from.Sound() || cs.Expect != from.Expect || cs.Level != from.Level || len(cs.Needs) < len(from.Needs) || !slices.Equal(cs.Needs[:len(from.Needs)], from.Needs) {
			t.Errorf("%s: it is not as %s", cs.ID, from.ID)
		}
		if twin, _ := all.Lookup(cs.Twin); !cs.Sound() && (twin.Repeats != from.Twin || twin.Group() != cs.Group()) {
			t.Errorf("%s: its twin is %s", cs.ID, cs.Twin)
		}
		original, err := all.Scenario(from.ID, namesOf("aa"))
		if err != nil {
			t.Fatal(err)
		}
		repeated, err := all.Scenario(cs.ID, namesOf("bb"))
		if err != nil {
			t.Fatal(err)
		}
		planDiff(t, cs.ID+": the plan", rsaFields(cs, &repeated.Plan), original.Plan, repeated.Plan)
		if d := serverDiff(original.Server, repeated.Server); !slices.Equal(slices.Sorted(slices.Values(d)), slices.Sorted(slices.Values(group.server))) {
			t.Errorf("%s: the servers differ in %v", cs.ID, d)
		}
	}
	for group := range repeatedGroups {
		if matrix[group] != 18 {
			t.Errorf("%s has %d of the 18 cells of the paper's matrix", group, matrix[group])
		}
		for _, from := range []string{"name", "trust", "signature", "time"} {
			if samples[group+" "+from] < 3 {
				t.Errorf("%s has %d cases of %s", group, samples[group+" "+from], from)
			}
		}
	}
}

// rsaFields are the fields of a plan that the group rsa fixes: the kind of every
// key but those of roots that sign nothing.
func rsaFields(cs *catalogue.Case, p *pkiforge.Plan) []string {
	var fields []string
	for i := range p.Certs {
		if name := p.Certs[i].Name; cs.Group() == "rsa" && !strings.HasPrefix(name, "bystander-") {
			fields = append(fields, name+" KeyAlgorithm")
		}
	}
	return fields
}

// A run that is pinned to what a group fixes skips the group and says why, as does
// one that is pinned to another version; any other run judges it.
func TestRepeatedInPinnedRuns(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		edit          func(*run.Settings)
		skipped, says string
	}{
		"nothing":  {func(*run.Settings) {}, "", ""},
		"TLS 1.2":  {func(s *run.Settings) { s.TLSVersion = "1.2" }, "tls12", "the whole run is pinned to TLS 1.2: paper."},
		"TLS 1.3":  {func(s *run.Settings) { s.TLSVersion = "1.3" }, "tls12", "the case is about TLS 1.2, and the run is pinned to TLS 1.3"},
		"RSA keys": {func(s *run.Settings) { s.TLSKey = pkiforge.RSA }, "rsa", "the whole run has RSA keys: paper."},
	} {
		record := execute(t, plain(), func(s *run.Settings) {
			s.Filter = "tls12.custom-ca || rsa.custom-ca"
			tc.edit(s)
		})
		for _, r := range record.Results {
			want := reports.Pass
			if r.Group == tc.skipped {
				want = reports.Skip
			}
			if r.Status != want || want == reports.Skip && !strings.HasPrefix(r.Reason, tc.says) {
				t.Errorf("pinned to %s: %s: %s: %s", name, r.ID, r.Status, r.Reason)
			}
			if version := map[string]string{"tls12": "1.2", "rsa": "1.3"}[r.Group]; name == "nothing" && r.Outcome == "accepted" && r.TLS.Version != version {
				t.Errorf("%s was accepted in TLS %s", r.ID, r.TLS.Version)
			}
		}
	}
}

// verifiesIf is a client that verifies the server only where a connection satisfies
// when, and registers with every server that it does not refuse.
func verifiesIf(when func(tls.ConnectionState) bool) client.Driver {
	return &altered{Driver: plain(), attempt: func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
		said := client.Outcome{Started: true, Ended: true}
		roots := pkiforge.CertPool(slices.Concat(a.SystemRoots, a.CustomRoots))
		d := tls.Dialer{Config: &tls.Config{
			ServerName: a.Host, InsecureSkipVerify: true, //nolint:gosec // it is the fault
			VerifyConnection: func(s tls.ConnectionState) error {
				if !when(s) {
					return nil
				}
				options := x509.VerifyOptions{Roots: roots, DNSName: a.Host, Intermediates: x509.NewCertPool()}
				for _, c := range s.PeerCertificates[1:] {
					options.Intermediates.AddCert(c)
				}
				_, err := s.PeerCertificates[0].Verify(options)
				return err
			},
		}}
		conn, err := d.DialContext(ctx, "tcp", a.Server.String())
		if err != nil {
			return said, nil // it refused the server
		}
		defer conn.Close()
		if _, err := fmt.Fprintf(conn, "REGISTER sips:%s SIP/2.0\r\nVia: SIP/2.0/TLS %[1]s;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"+
			"From: <sips:alice@%[1]s>;tag=1\r\nTo: <sips:alice@%[1]s>\r\nCall-ID: 1@%[1]s\r\nCSeq: 1 REGISTER\r\n"+
			"Contact: <sips:alice@%[1]s>\r\nContent-Length: 0\r\n\r\n", a.Host); err != nil {
			return said, err
		}
		_, err = bufio.NewReader(conn).ReadString('\n') // the first line of the 200
		return said, err
	}}
}

// A client that verifies only in TLS 1.3, or only what an ECDSA key presents, passes
// the paper's matrix and fails the group that repeats it, for that and nothing else.
func TestHalfVerification(t *testing.T) {
	t.Parallel()
	const matrix = "paper.custom-ca || paper.public-ca"
	faulty := []string{"expired", "wrong-name", "bad-signature", "broken-chain", "root-missing"}
	for group, d := range map[string]client.Driver{
		"tls12": verifiesIf(func(s tls.ConnectionState) bool { return s.Version != tls.VersionTLS12 }),
		"rsa": verifiesIf(func(s tls.ConnectionState) bool {
			return s.PeerCertificates[0].PublicKeyAlgorithm != x509.RSA
		}),
	} {
		record := execute(t, d, func(s *run.Settings) {
			s.Filter = matrix + " || tls12.custom-ca || tls12.public-ca || rsa.custom-ca || rsa.public-ca"
		})
		var want []string
		for _, style := range []string{".custom-ca.", ".public-ca."} {
			for _, situation := range faulty {
				want = append(want, group+style+situation)
			}
		}
		slices.Sort(want)
		if got := with(record, reports.Fail); !slices.Equal(got, want) {
			t.Errorf("without verification of %s it fails %v, want %v", group, got, want)
		}
		if n := record.Summary.Pass; n != len(record.Results)-len(want) {
			t.Errorf("without verification of %s it passes %d of %d cases", group, n, len(record.Results))
		}
	}
}
