package explain

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"strings"
	"time"

	"siptrust/internal/plain"
	"siptrust/pkiforge"
)

// fact is a line of a decoded certificate.
type fact struct{ name, value string }

// decode says what is in a certificate, for people. Serial numbers, keys
// and signatures are left out, so that two certificates of one description
// give the same. What crypto/x509 does not parse gives an error; coarse says
// more of it.
func decode(cert *pkiforge.Certificate, now time.Time) ([]fact, error) {
	c, err := x509.ParseCertificate(cert.DER)
	if err != nil {
		return nil, err
	}
	facts := []fact{
		{"subject", orNone(plain.Quoted(c.Subject.String()))},
		{"issuer", orNone(plain.Quoted(c.Issuer.String()))},
		{"valid", fromNow(c.NotBefore, now) + " to " + fromNow(c.NotAfter, now)},
		{"names", orNone(strings.Join(identities(c), ", "))},
		{"constraints", authority(c)},
		{"key usage", orNone(strings.Join(keyUsages(c.KeyUsage), ", "))},
		{"purposes", orNone(strings.Join(purposes(c), ", "))},
		{"key", publicKey(c.PublicKey)},
		{"signed with", c.SignatureAlgorithm.String() + signedBy(cert, c)},
	}
	if other := otherExtensions(c.Extensions); other != "" {
		facts = append(facts, fact{"extensions", other})
	}
	if c.Version != 3 {
		facts = append(facts, fact{"version", fmt.Sprint(c.Version)})
	}
	return facts, nil
}

// compared decodes a certificate and the twin's of that name, which may be
// nil, both in the same way.
func compared(cert, twin *pkiforge.Certificate, now time.Time) (facts, before []fact) {
	facts, err := decode(cert, now)
	if err != nil {
		facts = append([]fact{{"parsing", "crypto/x509 refuses it: " + err.Error()}}, coarse(cert.DER, now)...)
	}
	if twin == nil {
		return facts, nil
	}
	if err == nil {
		before, err = decode(twin, now)
	}
	if err != nil {
		before = coarse(twin.DER, now)
	}
	return facts, before
}

// signedBy says whether the issuer's key made the signature.
func signedBy(cert *pkiforge.Certificate, c *x509.Certificate) string {
	if cert.Issuer == nil || cert.Issuer.Key == nil {
		return ""
	}
	by := &x509.Certificate{PublicKey: cert.Issuer.Key.Public()}
	if err := by.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature); err != nil {
		return "; not verified with the issuer's key: " + err.Error()
	}
	return "; verified with the issuer's key"
}

// coarseCertificate parses as much as a change cannot have made unreadable.
type coarseCertificate struct {
	TBS struct {
		Version    int `asn1:"optional,explicit,default:0,tag:0"`
		Serial     asn1.RawValue
		Signature  asn1.RawValue
		Issuer     asn1.RawValue
		Validity   asn1.RawValue
		Subject    asn1.RawValue
		Key        asn1.RawValue
		IssuerID   asn1.RawValue    `asn1:"optional,tag:1"`
		SubjectID  asn1.RawValue    `asn1:"optional,tag:2"`
		Extensions []pkix.Extension `asn1:"optional,explicit,tag:3"`
	}
	Algorithm, Signature asn1.RawValue
}

func coarse(der []byte, now time.Time) []fact {
	var c coarseCertificate
	if _, err := asn1.Unmarshal(der, &c); err != nil {
		return []fact{{"bytes", fmt.Sprintf("%d that are not a certificate: %v", len(der), err)}}
	}
	facts := []fact{
		{"version", fmt.Sprint(c.TBS.Version + 1)},
		{"subject", coarseName(c.TBS.Subject.FullBytes)},
		{"issuer", coarseName(c.TBS.Issuer.FullBytes)},
		{"valid", coarseValidity(c.TBS.Validity.FullBytes, now)},
	}
	for _, e := range c.TBS.Extensions {
		facts = append(facts, fact{"extension", extensionName(e.Id) + criticality(e) + ", " + shortly(e.Value)})
	}
	return facts
}

// shortly shows a short value; the long ones hold what is fresh in every run.
func shortly(value []byte) string {
	if len(value) > 16 {
		return fmt.Sprintf("%d bytes", len(value))
	}
	return fmt.Sprintf("%d bytes: %x", len(value), value)
}

func coarseName(der []byte) string {
	var name pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &name); err != nil || len(rest) > 0 {
		return fmt.Sprintf("cannot be parsed, %d bytes", len(der))
	}
	return orNone(plain.Quoted(name.String()))
}

func coarseValidity(der []byte, now time.Time) string {
	var v struct{ NotBefore, NotAfter time.Time }
	if _, err := asn1.Unmarshal(der, &v); err == nil {
		return fromNow(v.NotBefore, now) + " to " + fromNow(v.NotAfter, now)
	}
	var raw struct{ NotBefore, NotAfter asn1.RawValue }
	if _, err := asn1.Unmarshal(der, &raw); err != nil {
		return "cannot be parsed: " + err.Error()
	}
	return fmt.Sprintf("cannot be parsed: %q to %q", raw.NotBefore.Bytes, raw.NotAfter.Bytes)
}

// fromNow gives a time as people count it: "90d ago", "1d 2h0m from now".
func fromNow(t, now time.Time) string {
	if t.Year() < 1970 || t.Year() > 2200 { // a Duration holds 292 years
		return "the year " + t.UTC().Format("2006")
	}
	d := t.Sub(now).Round(time.Minute)
	days, rest := d.Abs()/(24*time.Hour), d.Abs()%(24*time.Hour)
	var parts []string
	if days > 0 {
		parts = append(parts, fmt.Sprintf("%dd", days))
	}
	if rest > 0 {
		parts = append(parts, strings.TrimSuffix(rest.String(), "0s"))
	}
	switch text := strings.Join(parts, " "); {
	case d == 0:
		return "now"
	case d < 0:
		return text + " ago"
	default:
		return text + " from now"
	}
}

func identities(c *x509.Certificate) []string {
	var names []string
	for _, n := range c.DNSNames {
		names = append(names, "DNS:"+plain.Quoted(n))
	}
	for _, u := range c.URIs {
		names = append(names, "URI:"+plain.Quoted(u.String()))
	}
	for _, ip := range c.IPAddresses {
		names = append(names, "IP:"+ip.String())
	}
	for _, m := range c.EmailAddresses {
		names = append(names, "MAIL:"+plain.Quoted(m))
	}
	if more := len(names) - 8; more > 0 {
		names = append(append(names[:4:4], fmt.Sprintf("… (%d more) …", more+3)), names[len(names)-1])
	}
	return names
}

func authority(c *x509.Certificate) string {
	switch {
	case !c.BasicConstraintsValid:
		return "none"
	case !c.IsCA:
		return "not a CA"
	case c.MaxPathLen > 0 || c.MaxPathLen == 0 && c.MaxPathLenZero:
		return fmt.Sprintf("CA, path length %d", c.MaxPathLen)
	}
	return "CA"
}

func keyUsages(u x509.KeyUsage) []string {
	var names []string
	for i, name := range []string{
		"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
		"keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
	} {
		if u&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

func purposes(c *x509.Certificate) []string {
	var names []string
	for _, u := range c.ExtKeyUsage {
		names = append(names, u.String())
	}
	for _, oid := range c.UnknownExtKeyUsage {
		if oid.Equal(pkiforge.SIPDomainEKU) {
			names = append(names, "id-kp-sipDomain")
			continue
		}
		names = append(names, oid.String())
	}
	return names
}

func publicKey(key any) string {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA, %d bits, exponent %d", k.N.BitLen(), k.E)
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return "of a kind that crypto/x509 does not know"
}

// extensionNames are the names of the extensions that the catalogue makes use of.
var extensionNames = map[string]string{
	"2.5.29.17": "subjectAltName", "2.5.29.19": "basicConstraints", "2.5.29.15": "keyUsage", "2.5.29.37": "extKeyUsage",
	"2.5.29.14": "subjectKeyIdentifier", "2.5.29.35": "authorityKeyIdentifier", "2.5.29.18": "issuerAltName",
	"2.5.29.30": "nameConstraints", "2.5.29.32": "certificatePolicies", "2.5.29.33": "policyMappings",
	"2.5.29.36": "policyConstraints", "2.5.29.54": "inhibitAnyPolicy", "2.5.29.31": "cRLDistributionPoints",
	"1.3.6.1.5.5.7.1.1": "authorityInfoAccess", "1.3.6.1.5.5.7.1.24": "TLS feature", "1.3.6.1.5.5.7.48.1.5": "OCSP no check",
	"2.5.29.28": "issuingDistributionPoint",
}

func extensionName(oid asn1.ObjectIdentifier) string {
	if name, ok := extensionNames[oid.String()]; ok {
		return name
	}
	return oid.String()
}

func criticality(e pkix.Extension) string {
	if e.Critical {
		return " (critical)"
	}
	return ""
}

// otherExtensions lists all extensions of a certificate by name.
func otherExtensions(extensions []pkix.Extension) string {
	var list []string
	for _, e := range extensions {
		list = append(list, extensionName(e.Id)+criticality(e))
	}
	return strings.Join(list, ", ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
