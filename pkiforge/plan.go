// Package pkiforge forges keys, certificates and chains, sound ones and ones
// that are wrong in exactly one way. It describes a PKI as plain data (a
// [Plan]), signs it (a [Forge]) and writes the material in the formats that
// clients read. It must never know of a server, a client or a case.
package pkiforge

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/netip"
	"time"
)

// Style names the shape of a PKI.
type Style string

// The styles. The zero value is no style; [NewPlan] refuses it.
const (
	CustomCA   Style = "custom-ca"   // enterprise root → issuing CA → server
	SelfSigned Style = "self-signed" // one end-entity certificate (cA FALSE) signed with its own key
	PublicCA   Style = "public-ca"   // shaped as a public CA's domain-validated chain
	DirectRoot Style = "direct-root" // root → server, no issuing CA between
	// NestedCA is CustomCA with another CA, [Upper], above the issuing one.
	NestedCA Style = "nested-ca"
	// ConstrainedCA is NestedCA whose upper CA has name constraints.
	ConstrainedCA Style = "constrained-ca"
)

// KeyAlgorithm selects the kind of key of a whole run.
type KeyAlgorithm string

// The key algorithms. The zero value means [ECDSA].
const (
	ECDSA KeyAlgorithm = "ecdsa" // P-256, the default
	RSA   KeyAlgorithm = "rsa"   // 2048 bits
)

// Names of the certificates that the styles make. A change finds a
// certificate of a plan by its name.
const (
	Root    = "root"    // trust anchor; absent in the self-signed style
	Issuing = "issuing" // issuing CA; only in styles that have one
	Server  = "server"  // the server's end-entity certificate
	Upper   = "upper"   // CA between root and issuing CA; only in styles that have two
	// Installed is the certificate that the endpoint trusts where a change of
	// the self-signed style makes the server present another one.
	Installed = "installed"
	// BystanderCustom and BystanderSystem are roots that sign nothing. Every
	// endpoint trusts them, so that no trust file is ever empty.
	BystanderCustom = "bystander-custom"
	BystanderSystem = "bystander-system"
	Client          = "client"      // the client's identity, where the endpoint has one
	ClientRoot      = "client-root" // its issuer
)

// Plan describes a PKI before it is signed: the certificates, what the server
// sends and what the endpoint trusts. A Plan is plain data; copies made by
// [Plan.Clone] share nothing.
type Plan struct {
	Style Style
	Names Names    // what the plan was made for; [Diff] leaves them out of account
	Certs []Cert   // issuers come before what they issue
	Send  []string // what the server presents, in that order, by name
	Trust Trust
	// Identity is the name of the client's own certificate; empty: the
	// endpoint has none. IdentityChain is what it sends, by name, leaf first.
	Identity      string
	IdentityChain []string
	Revocation    Revocation
}

// Trust lists, by name, the roots installed on the endpoint.
type Trust struct {
	System []string // the operating system's own store
	Custom []string // added by the enterprise
}

// Cert describes one certificate before it is signed. The zero value of every
// optional field leaves it out of the certificate.
type Cert struct {
	Name    string // key within the plan
	Issuer  string // name of the issuer within the plan; its own name: self-signed
	Subject pkix.Name

	DNS  []string
	URIs []string // written as they are, not normalised
	IPs  []netip.Addr

	// NotBefore and NotAfter are relative to the forge's clock.
	NotBefore, NotAfter time.Duration

	IsCA             bool
	BasicConstraints bool          // write the extension, critical
	PathLen          int           // -1: no pathLenConstraint
	KeyUsage         x509.KeyUsage // digitalSignature alone: a TLS server's RSA key is for keyEncipherment, too
	ExtKeyUsage      []x509.ExtKeyUsage
	UnknownEKU       []asn1.ObjectIdentifier // id-kp-sipDomain (RFC 5924 4) goes here
	Policies         []asn1.ObjectIdentifier
	OCSPServer       []string
	IssuingURL       []string // AIA caIssuers
	CRL              []string
	Extra            []pkix.Extension // in addition to those of the other fields

	// KeyAlgorithm overrides the run's; empty: the run's.
	KeyAlgorithm KeyAlgorithm
	// SameKeyAs makes the certificate carry the key of another that comes
	// before it in the plan.
	SameKeyAs string
	// CopyOf makes the certificate a copy, serial and signature included, of
	// another that comes before it in the plan. Only EditDER applies to the
	// copy; the other fields say what it looks like but are not used.
	CopyOf string
	// EditTBS change the TBSCertificate, which is then signed again; EditDER
	// change the signed certificate. In the order of the slice.
	EditTBS []TBSEdit
	EditDER []DEREdit
}

// TBSEdit is a named change of a TBSCertificate before it is signed. Plans
// are compared and cached by the name, so it must contain every parameter of the
// change.
type TBSEdit struct {
	Name  string
	Apply func(*TBS) error
}

// DEREdit is a named change of a signed certificate. Apply returns the new DER
// and leaves its argument as it is.
type DEREdit struct {
	Name  string
	Apply func(der []byte) ([]byte, error)
}

// Names are what a plan is made for. All of them are fresh for every run.
type Names struct {
	Run    string       // token of the run, a DNS label; in every CA's name
	Host   string       // server name, the reference identity of the next hop
	Domain string       // SIP domain of the account; empty: the same as Host
	IPs    []netip.Addr // presented as iPAddress as well; only for clients that cannot be given a name
	Other  string       // a name that is none of the above, for wrong-name changes
	// Service is the base URL of the revocation service, without a slash at its
	// end; empty: nobody answers.
	Service string
	// Address is where the server listens. It is presented only where a change
	// says so; the zero value is for plans that have nothing to do with it.
	Address netip.Addr
}

// Certificate is a forged certificate with its key.
type Certificate struct {
	Name   string // as in the plan
	DER    []byte
	Key    crypto.Signer
	Issuer *Certificate // itself when self-signed

	// What it issues takes its name and key from here.
	subject []byte // DER
	key     *key
	parse   func() (*x509.Certificate, error) // once; nil in one that no forge made
}

// Material is what a plan became once it was signed.
type Material struct {
	Plan  Plan
	Certs map[string]*Certificate
	// Chain is what the server presents, leaf first; Key is the leaf's.
	Chain []*Certificate
	// SystemRoots and CustomRoots are installed on the endpoint.
	SystemRoots, CustomRoots []*Certificate
	// Identity is the client's chain, leaf first; empty: none.
	Identity []*Certificate
	// ClientRoots are what a server that verifies clients trusts.
	ClientRoots []*Certificate
	// Status is what is published of revocation.
	Status Status
}
