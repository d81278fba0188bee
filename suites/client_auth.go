package suites

import (
	"crypto/x509/pkix"
	"fmt"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// Clauses on the CertificateRequest.
var (
	request12 = Clause{"RFC 5246", "7.4.4"}
	request13 = Clause{"RFC 8446", "4.3.2"}
)

// clientAuthCases: the client's own certificate, and servers that ask for it and
// must not get it.
func clientAuthCases() []Case {
	return []Case{
		{
			ID:      "client-auth.sound",
			Title:   "A sound server that asks for a client certificate, and the client has one",
			Why:     "It is what every fault around client certificates is compared with.",
			Style:   pkiforge.CustomCA,
			Change:  asksAndHas,
			Expect:  Accept,
			Demands: []Demand{CertificateVerifyValid},
			Level:   Must,
			Clauses: []Clause{certificateTLS12, verifyTLS12, certificateTLS13, verifyTLS13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.no-ca-list",
			Title:   "The CertificateRequest names no authority",
			Why:     "Servers that take several CAs name none; a client that then sends nothing is locked out.",
			Twin:    "client-auth.sound",
			Change:  namesNoCA,
			Expect:  Accept,
			Demands: []Demand{CertificateVerifyValid},
			Level:   Should,
			Clauses: []Clause{request12, request13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.other-ca-list",
			Title:   "The CertificateRequest names another authority than the one of the client's certificate",
			Why:     "Some clients send their certificate all the same, some none: who runs both kinds wants to know.",
			Twin:    "client-auth.sound",
			Change:  namesOtherCA,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{request12, {"RFC 8446", "4.2.4"}, {"RFC 8446", "4.4.2.3"}},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.long-ca-list",
			Title:   "The CertificateRequest names three hundred authorities, the right one among them",
			Why:     "Servers that name their whole store send more than one record of names, which breaks clients with a short buffer.",
			Twin:    "client-auth.sound",
			Change:  namesManyCAs,
			Expect:  Accept,
			Demands: []Demand{CertificateVerifyValid},
			Level:   Must,
			Clauses: []Clause{request12, {"RFC 8446", "4.2.4"}, verifyTLS13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.issued-identity",
			Title:   "The client's certificate comes from an issuing CA below the root that the server knows",
			Why:     "A client that sends its own certificate without the issuing CA's cannot be verified.",
			Twin:    "client-auth.sound",
			Change:  issuedIdentity,
			Expect:  Accept,
			Demands: []Demand{CertificateVerifyValid},
			Level:   Must,
			Clauses: []Clause{{"RFC 5246", "7.4.2"}, certificateTLS12, certificateTLS13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.rsa-identity",
			Title:   "The client's certificate has an RSA key",
			Why:     "Most devices are made with an RSA key; in TLS 1.3 it must sign with PSS, which older key stores cannot.",
			Twin:    "client-auth.sound",
			Change:  rsaIdentity,
			Expect:  Accept,
			Demands: []Demand{CertificateVerifyValid},
			Level:   Must,
			Clauses: []Clause{verifyTLS12, verifyTLS13},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.expired-identity",
			Title:   "The client's certificate has expired, and the server refuses it",
			Why:     "Phones outlive their certificates; one that is locked out must not go on without protection.",
			Twin:    "paper.custom-ca.sound",
			Change:  expiredIdentity,
			Expect:  Quiet,
			Demands: []Demand{NothingInClear, ClosesConnection},
			Level:   Must,
			Clauses: []Clause{errorAlerts, transportFailure},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.server-root-missing",
			Title:   "A server whose root is not installed asks for a client certificate",
			Why:     "To be asked for a certificate proves nothing of who asks; a client that answers first gives its identity away.",
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
			Why:     "To be asked for a certificate proves nothing of who asks; a client that answers first gives its identity away.",
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
			Why:     "To be asked for a certificate proves nothing of who asks; a client that answers first gives its identity away.",
			Twin:    "client-auth.sound",
			Change:  expired,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{validityPeriod, noRegister},
			Needs:   []client.Feature{client.FeatureClientAuth},
		},
		{
			ID:      "client-auth.server-bad-signature",
			Title:   "A server whose certificate has a bad signature asks for a client certificate",
			Why:     "To be asked for a certificate proves nothing of who asks; a client that answers first gives its identity away.",
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
	namesNoCA = ofServer("the CertificateRequest names no authority", func(b *fakeserver.Behaviour) {
		b.AcceptableCAs = []pkix.Name{}
	})
	namesOtherCA = ofServer("the CertificateRequest names another authority", func(b *fakeserver.Behaviour) {
		b.AcceptableCAs = manyCAs(1)
	})
	namesManyCAs = Change{
		Name: "the CertificateRequest names three hundred authorities",
		Apply: func(s *Scenario) error {
			s.Server.AcceptableCAs = append(manyCAs(299), s.Plan.Cert(pkiforge.ClientRoot).Subject)
			return nil
		},
	}
	issuedIdentity = Change{
		Name:  "an issuing CA stands between the client's certificate and its root",
		Apply: func(s *Scenario) error { return pkiforge.IssuedIdentity(s.Names).Apply(&s.Plan) },
	}
	rsaIdentity     = ofPKI("the client's certificate has an RSA key", pkiforge.KeyKind(pkiforge.Client, pkiforge.RSA))
	expiredIdentity = Change{
		Name: "the client certificate that the endpoint has, and the server requires, has expired",
		Apply: func(s *Scenario) error {
			if err := demandsIdentity.Apply(s); err != nil {
				return err
			}
			return pkiforge.Expired(pkiforge.Client).Apply(&s.Plan)
		},
	}
)

// manyCAs are n names of authorities that issued nothing.
func manyCAs(n int) []pkix.Name {
	names := make([]pkix.Name, n)
	for i := range names {
		names[i] = pkix.Name{Country: []string{"XX"}, Organization: []string{"siptrust"}, CommonName: fmt.Sprintf("An Authority of Other Clients %d", i+1)}
	}
	return names
}
