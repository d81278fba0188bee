package pkiforge_test

import (
	"testing"

	"github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"

	"siptrust/pkiforge"
)

// rfcs are zlint's lints that come from RFCs; forum adds those of the
// CA/Browser Forum for the certificates of servers.
var (
	rfcs = lint.SourceList{
		lint.RFC3279, lint.RFC5280, lint.RFC5480, lint.RFC5891, lint.RFC6960, lint.RFC6962, lint.RFC8813,
	}
	forum = append(lint.SourceList{lint.CABFBaselineRequirements, lint.CABFEVGuidelines}, rfcs...)
)

// exempt are the lints that a sound certificate is known not to meet, by
// style and certificate, and why that is as it should be.
var exempt = map[string]map[string]string{
	"public-ca server": {
		"e_dnsname_not_valid_tld": "names under .test are never those of somebody else",
	},
	"custom-ca issuing": {
		"e_sub_ca_certificate_policies_missing":    "an enterprise's CA follows no policy of the CA/Browser Forum",
		"e_invalid_ca_certificate_policies":        "likewise",
		"e_sub_ca_crl_distribution_points_missing": "an enterprise's CA need not publish a revocation list (RFC 5280 4.2.1.13 only recommends it)",
	},
}

// lintErrors returns the lints of those sources that a certificate does not
// meet, with what they are about.
func lintErrors(t *testing.T, der []byte, sources lint.SourceList) map[string]string {
	t.Helper()
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	registry, err := lint.GlobalRegistry().Filter(lint.FilterOptions{IncludeSources: sources})
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string]string{}
	for name, result := range zlint.LintCertificateEx(cert, registry).Results {
		if result.Status >= lint.Error {
			failed[name] = result.Details
		}
	}
	return failed
}

// The public-style leaf and every CA certificate meet the CA/Browser Forum's
// and the RFCs' rules; the leaves of an enterprise, with their SIP URIs, the
// RFCs'.
func TestLint(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		f := forgeOf(t, algorithm)
		for _, style := range styles {
			t.Run(string(algorithm)+"/"+string(style), func(t *testing.T) {
				t.Parallel()
				p := sound(t, style)
				pkiforge.WithIdentity(&p, testNames())
				m := forge(t, f, p)
				for name, cert := range m.Certs {
					sources := forum
					if name == pkiforge.Client || name == pkiforge.Server && style != pkiforge.PublicCA {
						sources = rfcs
					}
					failed := lintErrors(t, cert.DER, sources)
					reasons := exempt[string(style)+" "+name]
					for l, details := range failed {
						if reasons[l] == "" {
							t.Errorf("%s does not meet %s: %s", name, l, details)
						}
					}
					for l := range reasons {
						if _, ok := failed[l]; !ok {
							t.Errorf("%s meets %s: it needs no exemption", name, l)
						}
					}
				}
			})
		}
	}
}
