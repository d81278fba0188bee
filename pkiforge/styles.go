package pkiforge

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"time"
)

const (
	hour = time.Hour
	day  = 24 * hour
	year = 365 * day
)

// SIPDomainEKU is id-kp-sipDomain, the extended key usage of a certificate
// that may act for a SIP domain (RFC 5924 4).
var SIPDomainEKU = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 20}

// DomainValidated is the CA/Browser Forum's policy identifier of
// domain-validated certificates.
var DomainValidated = asn1.ObjectIdentifier{2, 23, 140, 1, 2, 1}

var dnsLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// NewPlan returns the sound plan of a style. n.Run must be a DNS label in
// lower case and n.Host a name or an IP address; an address is presented as
// iPAddress instead of dNSName.
func NewPlan(style Style, n Names) (Plan, error) {
	if !dnsLabel.MatchString(n.Run) {
		return Plan{}, fmt.Errorf("plan a %s PKI: the run's token %q is no DNS label in lower case", style, n.Run)
	}
	if n.Host == "" {
		return Plan{}, fmt.Errorf("plan a %s PKI: no host name is given", style)
	}
	if n.Domain == "" {
		n.Domain = n.Host
	}
	p := Plan{Style: style, Names: n, Send: []string{Server}}.Clone()
	switch style {
	case CustomCA:
		p.Certs = []Cert{
			rootCA(Root, n, "Enterprise Root CA"),
			issuingCA(n, "Enterprise Issuing CA"),
			sipServer(n, Issuing),
		}
		p.Send = []string{Server, Issuing}
		p.Trust.Custom = []string{Root}
	case SelfSigned:
		leaf := sipServer(n, Server)
		// No key usage: OpenSSL before 3.0 takes a certificate whose key usage
		// lacks keyCertSign for not self-signed and finds no issuer for it.
		leaf.KeyUsage = 0
		p.Certs = []Cert{leaf}
		p.Trust.Custom = []string{Server}
	case PublicCA:
		p.Certs = []Cert{
			rootCA(Root, n, "Public Root CA"),
			publicIssuingCA(n),
			publicServer(n),
		}
		p.Send = []string{Server, Issuing}
		p.Trust.System = []string{Root}
	case DirectRoot:
		p.Certs = []Cert{
			rootCA(Root, n, "Direct Root CA"),
			sipServer(n, Root),
		}
		p.Trust.Custom = []string{Root}
	case NestedCA, ConstrainedCA:
		planNested(&p, n)
	default:
		return Plan{}, fmt.Errorf("plan a PKI: unknown style %q; known are %s, %s, %s, %s, %s, %s",
			style, CustomCA, SelfSigned, PublicCA, DirectRoot, NestedCA, ConstrainedCA)
	}
	p.Certs = append(p.Certs,
		rootCA(BystanderCustom, n, "Bystander Enterprise Root CA"),
		rootCA(BystanderSystem, n, "Bystander Public Root CA"))
	p.Trust.Custom = append(p.Trust.Custom, BystanderCustom)
	p.Trust.System = append(p.Trust.System, BystanderSystem)
	return p, nil
}

// WithIdentity gives the endpoint of p, which must have none yet, a certificate
// of its own, issued by a root that only the server knows.
func WithIdentity(p *Plan, n Names) {
	domain := n.Domain
	if domain == "" {
		domain = n.Host
	}
	client := Cert{
		Name:             Client,
		Issuer:           ClientRoot,
		Subject:          pkix.Name{Organization: []string{organization(n)}, CommonName: "alice@" + domain},
		URIs:             []string{"sip:alice@" + domain},
		NotBefore:        -hour,
		NotAfter:         90*day - hour,
		BasicConstraints: true,
		PathLen:          -1,
		KeyUsage:         x509.KeyUsageDigitalSignature,
		ExtKeyUsage:      []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	p.Certs = append(p.Certs, rootCA(ClientRoot, n, "Client Root CA"), client)
	p.Identity = Client
	p.IdentityChain = []string{Client}
}

func organization(n Names) string { return "siptrust " + n.Run }

// caName is unique to the run: endpoints that keep roots or intermediates of
// an earlier run never find them useful in this one. XX is the country code
// the Baseline Requirements leave to those who have none.
func caName(n Names, role string) pkix.Name {
	return pkix.Name{
		Country:      []string{"XX"},
		Organization: []string{organization(n)},
		CommonName:   "siptrust " + n.Run + " " + role,
	}
}

func rootCA(name string, n Names, role string) Cert {
	return Cert{
		Name:             name,
		Issuer:           name,
		Subject:          caName(n, role),
		NotBefore:        -year,
		NotAfter:         14 * year,
		IsCA:             true,
		BasicConstraints: true,
		PathLen:          -1,
		KeyUsage:         x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
}

func issuingCA(n Names, role string) Cert {
	c := rootCA(Issuing, n, role)
	c.Issuer = Root
	c.PathLen = 0
	c.NotBefore, c.NotAfter = -180*day, 5*year
	return c
}

func publicIssuingCA(n Names) Cert {
	c := issuingCA(n, "Public Issuing CA")
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	c.Policies = []asn1.ObjectIdentifier{DomainValidated}
	c.CRL = []string{"http://crl." + n.Run + ".test/root.crl"}
	return c
}

// sipServer is the certificate that every policy accepts: each name a client
// may compare is in it both as dNSName and as SIP URI (RFC 5922 7.1). Key
// encipherment is there where the key is RSA, see [Cert].
func sipServer(n Names, issuer string) Cert {
	c := Cert{
		Name:             Server,
		Issuer:           issuer,
		Subject:          pkix.Name{CommonName: n.Host},
		NotBefore:        -hour,
		NotAfter:         90*day - hour,
		BasicConstraints: true,
		PathLen:          -1,
		KeyUsage:         x509.KeyUsageDigitalSignature,
		ExtKeyUsage:      []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		UnknownEKU:       []asn1.ObjectIdentifier{slices.Clone(SIPDomainEKU)},
	}
	c.DNS, c.IPs = hostNames(n)
	for _, name := range []string{n.Host, n.Domain} {
		if uri := "sip:" + name; !slices.Contains(c.URIs, uri) {
			c.URIs = append(c.URIs, uri)
		}
	}
	return c
}

// publicServer is the certificate of a public CA's domain-validated profile:
// DNS names and serverAuth only. The Baseline Requirements ask for
// the two locations; nobody answers there.
func publicServer(n Names) Cert {
	c := sipServer(n, Issuing)
	c.URIs = nil
	c.UnknownEKU = nil
	c.NotAfter -= time.Second // the last second counts: 90 days to the second
	c.Policies = []asn1.ObjectIdentifier{slices.Clone(DomainValidated)}
	c.IssuingURL = []string{"http://aia." + n.Run + ".test/issuing.cer"}
	c.CRL = []string{"http://crl." + n.Run + ".test/issuing.crl"}
	return c
}

// hostNames sorts what the client may compare into DNS names and addresses.
func hostNames(n Names) (dns []string, ips []netip.Addr) {
	ips = slices.Clone(n.IPs)
	for _, name := range []string{n.Host, n.Domain} {
		if ip, err := netip.ParseAddr(name); err == nil {
			if !slices.Contains(ips, ip) {
				ips = append(ips, ip)
			}
		} else if !slices.Contains(dns, name) {
			dns = append(dns, name)
		}
	}
	return dns, ips
}
