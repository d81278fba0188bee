package reference

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siptrust/client/internal/testpki"
	"siptrust/client/verify"
	"siptrust/pkiforge"
)

// situation is what a client is put in, and what the reference client makes
// of it: the words that [observe] gives.
type situation struct {
	name    string
	style   pkiforge.Style
	changes []pkiforge.Change
	server  func(*testServer, material) // nil: the server is as it is
	patient bool                        // the attempt is ended by its own time limit only
	times   int                         // attempts in a row; 0: one
	policy  string                      // empty: interop
	given   string                      // as host; empty: the server's name
	zone    []string                    // what DNS answers of the name, which then is given without a port
	proxied bool                        // the server is the client's outbound proxy
	want    string
}

// situations: the faults of the paper's matrix for every style, and the
// conduct around them.
func situations() []situation {
	var all []situation
	for _, style := range []pkiforge.Style{pkiforge.CustomCA, pkiforge.SelfSigned, pkiforge.PublicCA} {
		for name, change := range map[string]pkiforge.Change{
			"expired":       pkiforge.Expired(pkiforge.Server),
			"not-yet-valid": pkiforge.NotYetValid(pkiforge.Server),
			"wrong-name":    testpki.WrongName,
			"bad-signature": pkiforge.BadSignature(pkiforge.Server),
			"broken-chain":  pkiforge.BrokenChain(),
			"root-missing":  pkiforge.RootMissing(),
		} {
			all = append(all, situation{name: string(style) + "." + name, style: style, changes: []pkiforge.Change{change}, want: "failed"})
		}
		all = append(all, situation{name: string(style) + ".sound", style: style, want: "accepted"})
	}
	identity := pkiforge.Change{Name: "identity", Apply: func(p *pkiforge.Plan) error {
		pkiforge.WithIdentity(p, testpki.Names)
		return nil
	}}
	asking := func(mode tls.ClientAuthType) func(*testServer, material) {
		return func(s *testServer, m material) {
			s.config.ClientAuth = mode
			s.config.ClientCAs = x509.NewCertPool()
			for _, r := range m.ClientRoots {
				s.config.ClientCAs.AppendCertsFromPEM(testpki.PEM(r))
			}
		}
	}
	all = append(all, nameSituations()...)
	all = append(all, constraintSituations()...)
	all = append(all, revocationSituations()...)
	all = append(all, locateSituations()...)
	return append(all, []situation{
		{name: "not-ca", changes: []pkiforge.Change{pkiforge.NotCA(pkiforge.Issuing)}, want: "failed"},
		{name: "rollover", changes: []pkiforge.Change{pkiforge.RootRollover()}, want: "accepted"},
		{name: "md5", changes: []pkiforge.Change{pkiforge.SignedWith(pkiforge.Server, crypto.MD5)}, want: "failed"},
		{name: "sha1", changes: []pkiforge.Change{pkiforge.SignedWith(pkiforge.Issuing, crypto.SHA1)}, want: "failed"},
		{name: "rsa-1024", changes: []pkiforge.Change{pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA1024)}, want: "failed"},
		{name: "again", changes: []pkiforge.Change{pkiforge.NotCA(pkiforge.Issuing)}, times: 3, want: "failed failed failed"},
		{name: "issuing-expired", changes: []pkiforge.Change{pkiforge.Expired(pkiforge.Issuing)}, want: "failed"},
		{name: "unknown-critical", changes: []pkiforge.Change{pkiforge.UnknownExtension(pkiforge.Issuing, true)}, want: "failed"},
		{name: "long-lived", policy: "apple", changes: []pkiforge.Change{testpki.EditServer("900 days", func(c *pkiforge.Cert) {
			c.NotAfter = 900 * 24 * time.Hour
		})}, want: "failed"},
		{name: "long-lived-of-old", policy: "apple", changes: []pkiforge.Change{testpki.EditServer("20 years old", func(c *pkiforge.Cert) {
			c.NotBefore = -20 * 365 * 24 * time.Hour
		})}, want: "accepted"},
		{name: "no-purposes-of-old", policy: "apple", changes: []pkiforge.Change{testpki.EditServer("20 years old, no purposes", func(c *pkiforge.Cert) {
			c.NotBefore, c.ExtKeyUsage, c.UnknownEKU = -20*365*24*time.Hour, nil, nil
		})}, want: "accepted"},
		{name: "identity-wanted", changes: []pkiforge.Change{identity}, server: asking(tls.VerifyClientCertIfGiven), want: "accepted+identity"},
		{name: "identity-required", changes: []pkiforge.Change{identity}, server: asking(tls.RequireAndVerifyClientCert), want: "accepted+identity"},
		{name: "none-optional", server: asking(tls.RequestClientCert), want: "accepted"},
		{name: "none-required", server: asking(tls.RequireAnyClientCert), want: "failed"},
		{name: "identity-refused", changes: []pkiforge.Change{identity}, server: func(s *testServer, _ material) {
			s.config.ClientAuth = tls.RequireAnyClientCert
			s.config.VerifyConnection = func(tls.ConnectionState) error { return errors.New("refused") }
		}, want: "failed"},
		{name: "options", server: func(s *testServer, _ material) { s.options = true }, want: "accepted+options"},
		{name: "kept-open", changes: []pkiforge.Change{testpki.WrongName}, server: func(s *testServer, _ material) {
			s.keepOpen = true
		}, want: "failed"},
		{name: "turned-away", server: func(s *testServer, _ material) {
			s.config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, errors.New("nobody is welcome") }
		}, want: "failed"},
		{name: "turned-away-kept-open", server: func(s *testServer, _ material) {
			s.keepOpen = true
			s.config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, errors.New("nobody is welcome") }
		}, want: "failed"},
		{name: "tls10-only", server: func(s *testServer, _ material) {
			s.config.MinVersion, s.config.MaxVersion = tls.VersionTLS10, tls.VersionTLS10
		}, want: "failed"},
		{name: "rc4-only", server: func(s *testServer, _ material) {
			s.config.MinVersion, s.config.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
			s.config.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}
		}, want: "failed"},
		{name: "silence", server: func(s *testServer, _ material) { s.config = nil }, patient: true, want: "nothing"},
	}...)
}

// lacking says what each mutant makes of the situations in which it differs
// from the reference. In all others it must do the same.
var lacking = map[check]map[string]string{
	verify.CheckTrustAnchor: {
		"custom-ca.root-missing": "accepted", "self-signed.root-missing": "accepted", "public-ca.root-missing": "accepted",
		// The issuing CA is the end of its path: what the upper CA says is lost.
		"too-deep": "accepted",
	},
	verify.CheckChainLinks: {
		"custom-ca.broken-chain": "accepted", "self-signed.broken-chain": "accepted", "public-ca.broken-chain": "accepted",
		"custom-ca.root-missing": "accepted", "self-signed.root-missing": "accepted", "public-ca.root-missing": "accepted",
	},
	verify.CheckSignature: {
		"custom-ca.bad-signature": "accepted", "self-signed.bad-signature": "accepted", "public-ca.bad-signature": "accepted",
	},
	verify.CheckExpiry: {
		"custom-ca.expired": "accepted", "self-signed.expired": "accepted", "public-ca.expired": "accepted",
		"custom-ca.not-yet-valid": "accepted", "self-signed.not-yet-valid": "accepted", "public-ca.not-yet-valid": "accepted",
		"issuing-expired": "accepted",
	},
	verify.CheckNotBefore: {
		"custom-ca.not-yet-valid": "accepted", "self-signed.not-yet-valid": "accepted", "public-ca.not-yet-valid": "accepted",
	},
	verify.CheckIssuerValidity: {"issuing-expired": "accepted"},
	verify.CheckName: {
		"custom-ca.wrong-name": "accepted", "self-signed.wrong-name": "accepted", "public-ca.wrong-name": "accepted",
		"srv-target-only": "accepted", "naptr-domain-only": "accepted", "alias-target-only": "accepted", "both-refused": "accepted",
		"resolved-address": "accepted", "address-text": "accepted", "other-address": "accepted",
		"kept-open": "accepted", "parent-domain": "accepted", "nul-name": "accepted", "partial-wildcard": "accepted", "common-name": "accepted",
	},
	verify.CheckAllNames:         {"second-name": "failed"},
	verify.CheckLetterCase:       {"capital-name": "failed"},
	verify.CheckWholeName:        {"parent-domain": "accepted", "nul-name": "accepted", "srv-target-only": "accepted"},
	verify.CheckNUL:              {"nul-name": "accepted"},
	verify.CheckWildcards:        {"partial-wildcard": "accepted"},
	verify.CheckCommonName:       {"common-name": "accepted"},
	verify.CheckUserPart:         {"user-uri": "failed"},
	verify.CheckURIScheme:        {"sips-uri": "failed"},
	verify.CheckCritical:         {"unknown-critical": "accepted"},
	verify.CheckLifetime:         {"long-lived": "accepted"},
	verify.CheckBasicConstraints: {"not-ca": "accepted", "again": "accepted accepted accepted"},
	verify.CheckCertSign:         {"no-cert-sign": "accepted"},
	verify.CheckPathLength:       {"too-deep": "accepted"},
	verify.CheckNameConstraints:  {"excluded-name": "accepted", "other-subject": "accepted"},
	verify.CheckKeyUsage:         {"enciphers-only": "accepted"},
	verify.CheckExtKeyUsage:      {"client-purpose": "accepted", "empty-purposes": "accepted", "mail-ca": "accepted"},
	verify.CheckPolicies:         {"policy-missing": "accepted", "any-policy-barred": "accepted"},
	verify.CheckEveryAnchor:      {"rollover": "failed"},
	verify.CheckDigests:          {"md5": "accepted", "sha1": "accepted"},
	verify.CheckKeyLengths:       {"rsa-1024": "accepted"},
	verify.CheckTarget:           {"srv-domain-only": "failed", "srv-target-only": "accepted"},
	verify.CheckReplacement:      {"naptr-domain-only": "accepted"},
	verify.CheckCanonical:        {"alias-target-only": "accepted"},
	verify.CheckFoundName:        {"both-refused": "accepted", "srv-target-only": "accepted", "naptr-domain-only": "accepted"},
	verify.CheckNextHop:          {"proxy-only": "failed"},
	verify.CheckResolved:         {"resolved-address": "accepted"},
	verify.CheckAddressText:      {"address-text": "accepted"},
	checkNextTarget:              {"dead-target": "failed"},
	checkEveryTarget:             {"both-refused": "accepted"},
	checkClearService:            {"both-refused": "failed+leaked"},
	verify.CheckService:          {"naptr-udp": "failed+leaked"},
	checkServerName:              {"named": "failed", "named-domain": "failed"},
	checkServerTarget:            {"named-domain": "failed"},
	checkNoAddress:               {"unnamed": "failed"},
	checkSecondTry:               {"again": "failed accepted accepted"},
	checkClientCertificate:       {"identity-wanted": "accepted", "identity-required": "failed"},
	checkCertificateRequest:      {"none-optional": "failed"},
	checkOptions:                 {"options": "accepted"},
	checkClose:                   {"kept-open": "failed+open", "turned-away-kept-open": "failed+open"},
	checkOldVersions:             {"tls10-only": "accepted"},
	checkOldSuites:               {"rc4-only": "accepted"},
	checkVersionFallback:         {"tls10-only": "accepted"},
	checkSilence:                 {"silence": "nothing+leaked"},
	checkPlaintext: {
		"none-required": "failed+leaked", "identity-refused": "failed+leaked",
		"turned-away": "failed+leaked", "turned-away-kept-open": "failed+leaked",
		"tls10-only": "failed+leaked", "rc4-only": "failed+leaked",
	},
}

// TestMutants runs the reference and every mutant through every situation,
// over TLS 1.2 and 1.3: the reference does right, a mutant differs where its
// missing check explains it and nowhere else.
func TestMutants(t *testing.T) {
	t.Parallel()
	clients := []string{""}
	for _, m := range Mutants() {
		clients = append(clients, m.Name)
		if len(lacking[check(m.Name)]) == 0 && !slices.Contains(conductChecks, check(m.Name)) {
			t.Errorf("the mutant %s differs from the reference in no situation: say in lacking in which it does, and add one to situations if there is none", m.Name)
		}
	}
	if n := len(lacking) + len(conductChecks); n != len(mutants) {
		t.Errorf("the tables have %d mutants, there are %d", n, len(mutants))
	}
	names := map[string]bool{}
	for _, s := range situations() {
		names[s.name] = true
	}
	for m, expected := range lacking {
		for name := range maps.Keys(expected) {
			if !names[name] {
				t.Errorf("the table of %s names the unknown situation %q", m, name)
			}
		}
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		if testing.Short() && version != tls.VersionTLS13 {
			continue
		}
		for _, s := range situations() {
			t.Run(fmt.Sprintf("%s/%s", tls.VersionName(version), s.name), func(t *testing.T) {
				t.Parallel()
				if s.style == "" {
					s.style = pkiforge.CustomCA
				}
				m := forged(t, s.style, s.changes...)
				testpki.PublishStatus(m.Material)
				var mattered mattering
				if got := s.run(t, m, Options{Exercised: mattered.add}, version); got != s.want {
					t.Errorf("the reference, observed: %s, want %s", got, s.want)
				}
				for _, name := range clients {
					want, ok := lacking[check(name)][s.name]
					if !ok {
						want = s.want
					}
					if got := s.run(t, m, Options{Mutant: name}, version); got != want {
						t.Errorf("mutant %q: %s, want %s", name, got, want)
					}
					if ok && !mattered.has(name) {
						t.Errorf("the reference did not tell that %s matters, only %v", name, mattered.names)
					}
				}
			})
		}
	}
}

// mattering collects what a client tells of the checks that mattered.
type mattering struct {
	mu    sync.Mutex
	names []string
}

func (m *mattering) add(check string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.Contains(m.names, check) {
		m.names = append(m.names, check)
	}
}

func (m *mattering) has(check string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.names, check)
}

// run puts a client into the situation and gives what the server saw.
func (s situation) run(t *testing.T, m material, o Options, version uint16) string {
	server := &testServer{config: m.config(), hurry: o.Mutant == string(checkClose)}
	server.config.MinVersion, server.config.MaxVersion = version, version
	if s.server != nil {
		s.server(server, m)
	}
	a := m.attemptAt(server.serve(t))
	s.lead(t, &a)
	if s.patient && o.Mutant != string(checkSilence) {
		a.Timeout = impatience + 30*time.Millisecond
	}
	o.Policy = s.policy
	d := New(o)
	var words []string
	for range max(s.times, 1) {
		_, got := attemptOnce(t, d, server, a)
		words = append(words, observe(got, server))
	}
	return strings.Join(words, " ")
}

// observe sums up what a server saw.
func observe(got seen, s *testServer) string {
	word := "failed"
	switch {
	case s.config == nil:
		word = "nothing"
	case got.handshake == nil && strings.HasPrefix(got.request, "REGISTER sips:"):
		word = "accepted"
	}
	if got.identity > 0 {
		word += "+identity"
	}
	if got.options == "SIP/2.0 200 OK" {
		word += "+options"
	}
	if got.leftOpen {
		word += "+open"
	}
	register := []byte("REGISTER sip")
	if bytes.Contains(got.clear, register) || slices.ContainsFunc(s.datagrams(), func(d []byte) bool { return bytes.Contains(d, register) }) {
		word += "+leaked"
	}
	return word
}

// TestEveryCheckHasAMutant: there is one for each check of package verify.
func TestEveryCheckHasAMutant(t *testing.T) {
	t.Parallel()
	for _, d := range verify.Checks() {
		if !slices.ContainsFunc(mutants, func(m Mutant) bool { return m.Name == string(d.Check) && m.Clause == d.Clause }) {
			t.Errorf("no mutant leaves out %s", d.Check)
		}
	}
}

// TestMutantNames: the names are what --client mutant:NAME takes, and unknown
// ones are refused with the list of the known.
func TestMutantNames(t *testing.T) {
	t.Parallel()
	for _, m := range Mutants() {
		if got := New(Options{Mutant: m.Name}).Name(); got != "mutant:"+m.Name {
			t.Errorf("the driver of %s is named %q", m.Name, got)
		}
		if !strings.HasPrefix(m.Lacks, "It ") || strings.Count(m.Lacks, ". ") > 0 || !strings.HasSuffix(m.Lacks, ".") {
			t.Errorf("the mutant %s does not say in one sentence what it lacks: %q", m.Name, m.Lacks)
		}
		if d := m.Clause.Document; !strings.HasPrefix(d, "RFC ") && !strings.HasPrefix(d, "Apple ") {
			t.Errorf("the mutant %s does not say by which clause: %q", m.Name, m.Clause)
		}
	}
	err := Options{Mutant: "usage"}.Validate()
	if err == nil || !strings.Contains(err.Error(), "expiry") {
		t.Errorf("the error for an unknown mutant names no known one: %v", err)
	}
	if _, err := New(Options{Mutant: "usage"}).Attempt(t.Context(), forged(t, pkiforge.SelfSigned).attemptAt(freeAddr)); err == nil {
		t.Error("an unknown mutant made an attempt")
	}
}
