package cases

import "siptrust/pkiforge"

const selfIssuedSound = "constraints.self-issued"

// selfIssuedCases: a CA that certified its own new key, and how its constraints
// apply to that certificate and to the certificates below it.
func selfIssuedCases() []Case {
	type names = pkiforge.Names
	cases := []Case{
		{
			ID:    selfIssuedSound,
			Title: "The issuing CA without a path length certified its own new key, and the new key signed the server certificate",
			Why:   "A CA that changes its key connects the new key to the old one in this way. A client that refuses the longer path cannot use its servers.",
			Style: pkiforge.PublicCA,
			Change: Change{Name: "the issuing CA certified its own new key, and the new key signed the server certificate", Apply: func(s *Scenario) error {
				if err := pkiforge.PathLength(pkiforge.Issuing, -1).Apply(&s.Plan); err != nil {
					return err
				}
				return pkiforge.NewKeySelfIssued().Apply(&s.Plan)
			}},
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{pathValidation},
		},
		{
			ID:    "constraints.names.self-issued",
			Title: "The issuing CA may issue only for the server's subject, not for its own, but it certified its own new key",
			Why:   "Name constraints do not apply to the certificate with which a CA changes its key. Otherwise a constrained CA could never change its key.",
			Twin:  selfIssuedSound,
			Change: named("the issuing CA may issue only for subjects that begin with the server's common name", func(n names) (pkiforge.Change, error) {
				tree, err := commonName(n.Host)
				return pkiforge.ConstrainNames(pkiforge.Issuing, permit(tree)), err
			}),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Accept, RFC9525: Accept},
			Level:    Must,
			Clauses:  []Clause{nameConstraints, permittedNames},
		},
		{
			ID:      "constraints.names.below-self-issued",
			Title:   "The issuing CA may issue only for another domain, and its self-certified new key signed the server certificate",
			Why:     "Only the CA's own certificate is exempt from the constraints. A client that also exempts what the new key signs lets the CA issue for any name.",
			Twin:    selfIssuedSound,
			Change:  constrains("the issuing CA may issue only for another domain", pkiforge.Issuing, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(n.Other)) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
	}
	for i := range cases {
		if !cases[i].Sound() {
			cases[i].Needs = append(cases[i].Needs, aboutNames...)
		}
	}
	return cases
}
