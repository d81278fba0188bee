package suites

import "siptrust/pkiforge"

const selfIssuedSound = "constraints.self-issued"

// selfIssuedCases: a CA that certified a new key of its own, and what the
// constraints on it mean for that certificate and for what is below it.
func selfIssuedCases() []Case {
	type names = pkiforge.Names
	cases := []Case{
		{
			ID:    selfIssuedSound,
			Title: "The issuing CA, which sets no limit below it, certified a new key of its own, which signed",
			Why:   "A CA that changes its key links the new one to the old so: the path has one certificate more and is as good.",
			Style: pkiforge.PublicCA,
			Change: Change{Name: "a certificate of the issuing CA for a new key of its own stands between it and the server's", Apply: func(s *Scenario) error {
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
			Title: "The issuing CA may issue for the server's subject only, not for its own, and certified a new key of its own",
			Why:   "Constraints on names do not bind the certificate by which a CA changes its key: the CA would cut itself off.",
			Twin:  selfIssuedSound,
			Change: named("the issuing CA may issue for subjects that begin with the server's common name only", func(n names) (pkiforge.Change, error) {
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
			Title:   "The issuing CA may issue for another domain only, and its new key, which it certified itself, signed for the server",
			Why:     "The exemption is for the CA's own certificate: one that holds for what its new key signs frees the CA.",
			Twin:    selfIssuedSound,
			Change:  constrains("the issuing CA may issue for another domain only", pkiforge.Issuing, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(n.Other)) }),
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
