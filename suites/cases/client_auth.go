package cases

import (
	"crypto/x509/pkix"
	"fmt"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/seen"
)

// request12 is the clause on the CertificateRequest of TLS 1.2.
var request12 = clause("RFC 5246", "7.4.4")

// clientAuthCases: the client's own certificate, and servers that ask for it but
// must not receive it.
func clientAuthCases() []Case {
	return []Case{
		{
			ID:      "client-auth.sound",
			Title:   "The server is sound and asks for a client certificate, and the client has one",
			Why:     "The other cases about client certificates are compared with this one.",
			Style:   pkiforge.CustomCA,
			Change:  asksAndHas,
			Expect:  Accept,
			Demands: []seen.Demand{seen.CertificateVerifyValid},
			Level:   Must,
			Clauses: []Clause{certificateTLS12, verifyTLS12, certificateTLS13, verifyTLS13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.no-ca-list",
			Title:   "The CertificateRequest names no CA",
			Why:     "A server that accepts several CAs may name none. The client may then send any certificate or none; where the server requires one, a client that sends none is locked out.",
			Twin:    "client-auth.sound",
			Change:  namesNoCA,
			Expect:  Observe,
			Demands: []seen.Demand{seen.CertificateVerifyValid},
			Level:   Should,
			Clauses: []Clause{request12, clause("RFC 8446", "4.2.4")},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.other-ca-list",
			Title:   "The CertificateRequest names one CA, which did not issue the client's certificate",
			Why:     "Some clients send their certificate anyway, others send none; an operator who has both kinds needs to know.",
			Twin:    "client-auth.sound",
			Change:  namesOtherCA,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{request12, clause("RFC 8446", "4.2.4"), clause("RFC 8446", "4.4.2.3")},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.long-ca-list",
			Title:   "The CertificateRequest names three hundred CAs, the right one among them",
			Why:     "A server that names every CA in its store sends a list that does not fit into one TLS record; a client with a short buffer is locked out.",
			Twin:    "client-auth.sound",
			Change:  namesManyCAs,
			Expect:  Accept,
			Demands: []seen.Demand{seen.CertificateVerifyValid},
			Level:   Must,
			Clauses: []Clause{request12, clause("RFC 8446", "4.2.4"), verifyTLS13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.issued-identity",
			Title:   "The client's certificate comes from an issuing CA below the root that the server trusts",
			Why:     "A server cannot verify a client that sends only its own certificate, without the issuing CA's: the client is locked out.",
			Twin:    "client-auth.sound",
			Change:  issuedIdentity,
			Expect:  Accept,
			Demands: []seen.Demand{seen.CertificateVerifyValid},
			Level:   Must,
			Clauses: []Clause{clause("RFC 5246", "7.4.2"), certificateTLS12, certificateTLS13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.rsa-identity",
			Title:   "The client's certificate has an RSA key",
			Why:     "Many devices are made with an RSA key. In TLS 1.3 a client must sign with RSA-PSS; a device whose key store cannot do that is locked out.",
			Twin:    "client-auth.sound",
			Change:  rsaIdentity,
			Expect:  Accept,
			Demands: []seen.Demand{seen.CertificateVerifyValid},
			Level:   Must,
			Clauses: []Clause{verifyTLS12, verifyTLS13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.expired-identity",
			Title:   "The client's certificate has expired, and the server refuses it",
			Why:     "Phones are often used for longer than their certificate is valid; a phone that the server refuses must not continue without TLS.",
			Twin:    "paper.custom-ca.sound",
			Change:  expiredIdentity,
			Expect:  Quiet,
			Demands: []seen.Demand{seen.NothingInClear, seen.ClosesConnection},
			Level:   Must,
			Clauses: []Clause{errorAlerts, transportFailure},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.server-root-missing",
			Title:   "A server whose root is not installed asks for a client certificate",
			Why:     "A CertificateRequest does not prove who sent it: a client that sends its certificate before it has verified the server reveals its identity to anyone.",
			Twin:    "client-auth.sound",
			Change:  rootMissing,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{trustAnchor, noRegister},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.server-wrong-name",
			Title:   "A server whose certificate names another host asks for a client certificate",
			Why:     "A CertificateRequest does not prove who sent it: a client that sends its certificate before it has verified the server reveals its identity to anyone.",
			Twin:    "client-auth.sound",
			Change:  wrongName,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{compareIdentity, noRegister},
			Needs:   []client.Feature{client.FeatureClientAuth, client.FeatureNames},
		},
		{
			ID:      "client-auth.server-expired",
			Title:   "A server whose certificate has expired asks for a client certificate",
			Why:     "A CertificateRequest does not prove who sent it: a client that sends its certificate before it has verified the server reveals its identity to anyone.",
			Twin:    "client-auth.sound",
			Change:  expired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.server-bad-signature",
			Title:   "A server whose certificate has an invalid signature asks for a client certificate",
			Why:     "A CertificateRequest does not prove who sent it: a client that sends its certificate before it has verified the server reveals its identity to anyone.",
			Twin:    "client-auth.sound",
			Change:  badSignature,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{linkSignature, noRegister},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
	}
}

// The changes around the client's certificate.
var (
	asksAndHas = Change{
		Name: "the server asks for a client certificate and the endpoint has one",
		Apply: func(s *Scenario) error {
			s.Server.ClientAuth = fakeserver.AuthOptional
			pkiforge.WithIdentity(&s.Plan, s.Names)
			return nil
		},
	}
	namesNoCA = ofServer("the CertificateRequest names no CA", func(b *fakeserver.Behaviour) {
		b.AcceptableCAs = []pkix.Name{}
	})
	namesOtherCA = ofServer("the CertificateRequest names one CA, which did not issue the client's certificate", func(b *fakeserver.Behaviour) {
		b.AcceptableCAs = manyCAs(1)
	})
	namesManyCAs = Change{
		Name: "the CertificateRequest names three hundred CAs",
		Apply: func(s *Scenario) error {
			s.Server.AcceptableCAs = append(manyCAs(299), s.Plan.Cert(pkiforge.ClientRoot).Subject)
			return nil
		},
	}
	issuedIdentity = Change{
		Name:  "there is an issuing CA between the client's certificate and its root",
		Apply: func(s *Scenario) error { return pkiforge.IssuedIdentity(s.Names).Apply(&s.Plan) },
	}
	rsaIdentity     = ofPKI("the client's certificate has an RSA key", pkiforge.KeyKind(pkiforge.Client, pkiforge.RSA))
	expiredIdentity = Change{
		Name: "the server requires a client certificate, and the endpoint's certificate has expired",
		Apply: func(s *Scenario) error {
			if err := demandsIdentity.Apply(s); err != nil {
				return err
			}
			return pkiforge.Expired(pkiforge.Client).Apply(&s.Plan)
		},
	}
)

// manyCAs gives n names of CAs that issued nothing.
func manyCAs(n int) []pkix.Name {
	names := make([]pkix.Name, n)
	for i := range names {
		names[i] = pkix.Name{Country: []string{"XX"}, Organization: []string{"siptrust"}, CommonName: fmt.Sprintf("An Authority of Other Clients %d", i+1)}
	}
	return names
}
