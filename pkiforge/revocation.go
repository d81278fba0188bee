package pkiforge

import (
	"cmp"
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Responder is the name of the certificate of an OCSP responder that a CA of
// the plan has authorised.
const Responder = "responder"

// OCSPPath is the responder's location below [Names.Service]; that of a CA's CRL
// is [CRL.Path].
const OCSPPath = "/ocsp"

// Revocation is what the CAs of a plan say of the certificates that they have
// issued. The zero value says nothing.
type Revocation struct {
	// Revoked names the certificates that are revoked, an hour ago. OCSP
	// responses and CRLs say so.
	Revoked []string
	Reason  Reason
	// Staple is of the server's certificate and comes with the handshake;
	// Answer is of the same certificate and is what the responder says. Nil:
	// there is none.
	Staple, Answer *OCSP
	Lists          []CRL
}

// Reason is a CRLReason (RFC 5280 5.3.1). The zero value leaves it out.
type Reason int

// CertificateHold is a revocation that may be taken back.
const CertificateHold Reason = 6

// OCSPStatus is an OCSPResponseStatus (RFC 6960 4.2.1). The zero value is
// successful.
type OCSPStatus int

// TryLater is the error of a responder that cannot answer for the moment.
const TryLater OCSPStatus = 3

// OCSP describes an OCSP response (RFC 6960 4.2.1) on the server's
// certificate. [SoundOCSP] is the sound one.
type OCSP struct {
	// Status other than successful leaves all that follows out. So does Bare,
	// which says successful and answers nothing; Garbage is no response at all.
	Status  OCSPStatus
	Bare    bool
	Garbage bool

	// Unknown: the responder does not know the certificate. Good: it says
	// good even of a revoked one. Otherwise [Revocation.Revoked] decides.
	Unknown, Good bool
	// ThisUpdate and NextUpdate are relative to the forge's clock; NextUpdate 0:
	// left out.
	ThisUpdate, NextUpdate time.Duration
	// OtherSerial: the response is about a serial number that nobody has.
	OtherSerial bool
	// Issuer names the CA that the response takes for the certificate's; empty:
	// the one that is.
	Issuer string
	// Signer names the certificate in whose name the response is given; empty:
	// the issuer. Attach: the response carries it. Key names the certificate
	// whose key signs; empty: the signer's.
	Signer, Key string
	Attach      bool
	Digest      crypto.Hash // 0: SHA-256
	Nonce       []byte      // of the response; empty: left out
}

// SoundOCSP is the response that the issuer signs itself, valid for a week.
func SoundOCSP() *OCSP { return &OCSP{ThisUpdate: -hour, NextUpdate: 7 * day} }

// CRL describes a certificate revocation list (RFC 5280 5). [SoundCRL] is the
// sound one.
type CRL struct {
	Issuer string // the CA whose list it is
	File   string // its file name; empty: the issuer's name with the ending .crl
	// Name is the CA that the list names as its issuer; empty: Issuer. Key names
	// the certificate whose key signs; empty: Issuer's.
	Name, Key              string
	ThisUpdate, NextUpdate time.Duration // as in [OCSP]; NextUpdate is never left out
	Others                 int           // further entries, of serial numbers that nobody has
	Empty                  bool          // it lists none of the plan's certificates, even revoked ones
	Extra                  []pkix.Extension
	Garbage                bool // no list at all
}

// SoundCRL is the list of a CA, valid for a week.
func SoundCRL(issuer string) CRL {
	return CRL{Issuer: issuer, ThisUpdate: -hour, NextUpdate: 7 * day}
}

// Path is the location of the list below [Names.Service].
func (c CRL) Path() string { return "/" + cmp.Or(c.File, c.Issuer+".crl") }

// service is the base of the locations in certificates. Where nothing serves
// them they are under a name that does not resolve.
func (n Names) service() string {
	if n.Service == "" {
		return "http://pki." + n.Run + ".test"
	}
	return n.Service
}

// WithOCSPServer has the server's certificate say where the responder is (RFC
// 5280 4.2.2.1).
func WithOCSPServer() Change {
	return Change{Name: "ocsp-server", Apply: func(p *Plan) error {
		p.Cert(Server).OCSPServer = []string{p.Names.service() + OCSPPath}
		p.Revocation.Answer = SoundOCSP()
		return nil
	}}
}

// WithCRL has a certificate name the location of its issuer's CRL (RFC 5280
// 4.2.1.13).
func WithCRL(cert string) Change {
	return Change{Name: "crl " + cert, Apply: func(p *Plan) error {
		c := p.Cert(cert)
		if c == nil || c.Issuer == cert {
			return fmt.Errorf("%w: no CA of the plan issued %q", ErrNotApplicable, cert)
		}
		list := SoundCRL(c.Issuer)
		c.CRL = []string{p.Names.service() + list.Path()}
		p.Revocation.Lists = append(p.Revocation.Lists, list)
		return nil
	}}
}

// WithSecondCRL has the server's certificate name another place for the CRL of
// its issuer, before the one that it names. Edit changes the list there.
func WithSecondCRL(name string, edit func(*CRL)) Change {
	return Change{Name: "second crl " + name, Apply: func(p *Plan) error {
		c := p.Cert(Server)
		if len(c.CRL) != 1 || len(p.Revocation.Lists) != 1 {
			return fmt.Errorf("%w: the server's certificate does not name one list", ErrNotApplicable)
		}
		list := SoundCRL(c.Issuer)
		list.File = "first.crl"
		edit(&list)
		c.CRL = slices.Insert(c.CRL, 0, p.Names.service()+list.Path())
		p.Revocation.Lists = slices.Insert(p.Revocation.Lists, 0, list)
		return nil
	}}
}

// WithStaple makes the server send a sound OCSP response in the handshake.
func WithStaple() Change {
	return Change{Name: "staple", Apply: func(p *Plan) error {
		p.Revocation.Staple = SoundOCSP()
		return nil
	}}
}

// OIDTLSFeature is id-pe-tlsfeature (RFC 7633 4.1), and OIDNoCheck
// id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1).
var (
	OIDTLSFeature = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}
	OIDNoCheck    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
)

// MustStaple makes the server's certificate require the feature status_request
// of its server (RFC 7633 4).
func MustStaple() Change {
	return ChangeCert("must-staple", Server, func(c *Cert) error {
		// A SEQUENCE of the INTEGER 5, the type of the extension status_request.
		c.Extra = append(c.Extra, pkix.Extension{Id: OIDTLSFeature, Value: []byte{0x30, 3, 2, 1, 5}})
		return nil
	})
}

// Delegate adds a responder's certificate, issued by that CA of the plan, and
// has the staple given in its name. Edit, which may be nil, changes the
// certificate.
func Delegate(issuer, name string, edit func(*Cert)) Change {
	return Change{Name: "delegate " + name, Apply: func(p *Plan) error {
		if p.Revocation.Staple == nil || p.Cert(issuer) == nil {
			return fmt.Errorf("%w: the plan has no staple, or no %q", ErrNotApplicable, issuer)
		}
		c := responder(p.Names, issuer)
		if edit != nil {
			edit(&c)
		}
		p.Certs = append(p.Certs, c)
		p.Revocation.Staple.Signer, p.Revocation.Staple.Attach = Responder, true
		return nil
	}}
}

// clone returns a copy that shares no memory with r.
func (r Revocation) clone() Revocation {
	r.Revoked = slices.Clone(r.Revoked)
	for _, response := range []**OCSP{&r.Staple, &r.Answer} {
		if *response != nil {
			c := **response
			c.Nonce = slices.Clone(c.Nonce)
			*response = &c
		}
	}
	r.Lists = slices.Clone(r.Lists)
	for i := range r.Lists {
		r.Lists[i].Extra = cloneExtensions(r.Lists[i].Extra)
	}
	return r
}

// diff compares field by field; say takes what differs.
func (r Revocation) diff(other Revocation, say func(what, before, after string)) {
	say("revoked", r.revoked(), other.revoked())
	diffFields("staple", r.Staple, other.Staple, say)
	diffFields("answer", r.Answer, other.Answer, say)
	for i := range max(len(r.Lists), len(other.Lists)) {
		a, b := listAt(r.Lists, i), listAt(other.Lists, i)
		name := "list"
		if a != nil {
			name += " " + a.Issuer
		} else {
			name += " " + b.Issuer
		}
		diffFields(name, a, b, say)
	}
}

func listAt(lists []CRL, i int) *CRL {
	if i < len(lists) {
		return &lists[i]
	}
	return nil
}

func diffFields[T any](what string, a, b *T, say func(what, before, after string)) {
	if a == nil || b == nil {
		say(what, present(a != nil), present(b != nil))
		return
	}
	va, vb := reflect.ValueOf(*a), reflect.ValueOf(*b)
	for i := range va.NumField() {
		say(what+" "+va.Type().Field(i).Name, inWords(va.Field(i)), inWords(vb.Field(i)))
	}
}

// revoked says which certificates are revoked.
func (r Revocation) revoked() string {
	if len(r.Revoked) == 0 {
		return "none"
	}
	words := strings.Join(r.Revoked, ", ")
	if r.Reason == CertificateHold {
		words += " (certificateHold)"
	}
	return words
}

// inWords prints a field of a response or a list.
func inWords(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case bool:
		return map[bool]string{false: "no", true: "yes"}[value]
	case string:
		return cmp.Or(value, "the issuer's")
	case crypto.Hash:
		return cmp.Or(value, crypto.SHA256).String()
	case OCSPStatus:
		switch value {
		case 0:
			return "successful"
		case TryLater:
			return "tryLater"
		}
	case []byte:
		return cmp.Or(fmt.Sprintf("%x", value), "none")
	case []pkix.Extension:
		names := make([]string, len(value))
		for i, e := range value {
			names[i] = fmt.Sprintf("%s %x", e.Id, e.Value)
		}
		return cmp.Or(strings.Join(names, ", "), "none")
	case time.Duration:
		if value == 0 {
			return "none"
		}
	}
	return fmt.Sprint(v.Interface())
}

func present(there bool) string {
	if there {
		return "there"
	}
	return "none"
}
