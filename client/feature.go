package client

import "slices"

// Feature is something that a client may lack and a case may need. Its value is
// the word of it in a profile's lacks, in reasons and in lists.
type Feature string

// The features.
const (
	FeatureTLS12          Feature = "tls12"
	FeatureTLS13          Feature = "tls13"
	FeatureClientAuth     Feature = "client-auth"
	FeatureAnswersOptions Feature = "answers-options"
	FeatureRegister       Feature = "register"
	FeatureReconnects     Feature = "reconnects"
	FeatureSecondAccount  Feature = "second-account"
	FeatureRedirects      Feature = "redirects"
	FeatureAccountURI     Feature = "account-uri"
	FeatureDNS            Feature = "dns"
	FeatureSRV            Feature = "srv"
	FeatureNAPTR          Feature = "naptr"
	FeatureNames          Feature = "names"
	FeatureAddress        Feature = "address"
	FeatureProxy          Feature = "proxy"
	FeatureFinalDot       Feature = "final-dot"
	// FeatureWithoutCertificate: a client that always has a certificate of its
	// own lacks it.
	FeatureWithoutCertificate Feature = "without-certificate"
	// FeatureDefaultPort: where siptrust cannot put a server at port 5061 of an
	// address, every client lacks it.
	FeatureDefaultPort Feature = "default-port"
)

// features is the one table of them, in the order of lists.
var features = []struct {
	feature Feature
	words   string
}{
	{FeatureTLS12, "speaks TLS 1.2"},
	{FeatureTLS13, "speaks TLS 1.3"},
	{FeatureClientAuth, "presents a certificate of its own when the server asks for one"},
	{FeatureAnswersOptions, "answers a request of the server's"},
	{FeatureRegister, "registers by SIP and acts on the answer"},
	{FeatureReconnects, "registers again when the server ends its connection"},
	{FeatureSecondAccount, "registers two accounts at once"},
	{FeatureRedirects, "follows a redirection to another sips URI"},
	{FeatureAccountURI, "is given the URI of the account itself, not its parts"},
	{FeatureDNS, "asks the DNS server that siptrust starts"},
	{FeatureSRV, "looks for SRV records of a domain that is given without a port"},
	{FeatureNAPTR, "looks for NAPTR records as well"},
	{FeatureNames, "can be given a server name, not only an address"},
	{FeatureAddress, "can be given an IP address in place of a name"},
	{FeatureProxy, "can be given an outbound proxy"},
	{FeatureFinalDot, "can be given a name with a final dot"},
	{FeatureWithoutCertificate, "can be started without a certificate of its own"},
	{FeatureDefaultPort, "can be led to port 5061 of an address"},
}

// Features lists all of them, in the order of lists.
func Features() []Feature {
	all := make([]Feature, len(features))
	for i, f := range features {
		all[i] = f.feature
	}
	return all
}

// Known says whether there is such a feature.
func (f Feature) Known() bool { return slices.Contains(Features(), f) }

// Words completes "a client that has it …"; empty: there is no such feature.
func (f Feature) Words() string {
	for _, known := range features {
		if known.feature == f {
			return known.words
		}
	}
	return ""
}
