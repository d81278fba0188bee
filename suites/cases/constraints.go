package cases

import (
	"slices"
	"strings"

	"siptrust/pkiforge"
)

// Clauses that the cases of constraints rest on.
var (
	basicConstraints  = clause("RFC 5280", "4.2.1.9")
	pathLengthCounted = clause("RFC 5280", "6.1.4(l)")
	pathLengthLowered = clause("RFC 5280", "6.1.4(m)")
	policyConstraints = clause("RFC 5280", "4.2.1.11")
	anyPolicyBarred   = clause("RFC 5280", "4.2.1.14")
	policyMappings    = clause("RFC 5280", "4.2.1.5")
	explicitPolicy    = clause("RFC 5280", "6.1.3(f)")
)

const nestedSound = "constraints.nested-ca"

// lookAlike gives the name without the first letter: what it ends in, though it
// does not lie below it.
func lookAlike(host string) string { return host[1:] }

// constraintCases are the cases of the group constraints: what a CA may issue.
func constraintCases() []Case {
	return slices.Concat(basicConstraintCases(), nameConstraintCases(), selfIssuedCases(), policyCases())
}

// basicConstraintCases: who is a CA, and how many may stand below it.
func basicConstraintCases() []Case {
	const custom = "paper.custom-ca.sound"
	return []Case{
		{
			ID:      nestedSound,
			Title:   "Two CAs stand between the installed root and the server, as many as they allow",
			Why:     "Enterprises divide their CA by region or use: the path is longer than the usual one and as good.",
			Style:   pkiforge.NestedCA,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{pathValidation, pathLengthLowered},
		},
		{
			ID:      "constraints.ca-false",
			Title:   "The issuing certificate says that it is no CA's",
			Why:     "Internet Explorer of 2002 took any certificate for an issuer, so that everyone who had one was a CA (CVE-2002-0862).",
			Twin:    custom,
			Change:  ofPKI("the issuing certificate is no CA's (cA FALSE)", pkiforge.NotCA(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{issuerIsCA, basicConstraints, noRegister},
		},
		{
			ID:      "constraints.ca-missing",
			Title:   "The issuing certificate has no basic constraints",
			Why:     "Who does not say to be a CA is none: end-entity certificates often lack the extension.",
			Twin:    custom,
			Change:  ofPKI("the issuing certificate has no basic constraints", pkiforge.WithoutBasicConstraints(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{issuerIsCA, basicConstraints, noRegister},
		},
		{
			ID:    "constraints.leaf-issues",
			Title: "The server certificate is issued by another server's certificate",
			Why:   "Whoever runs one server of the enterprise could issue for all of them (CVE-2015-1793 in OpenSSL).",
			Twin:  nestedSound,
			Change: Change{Name: "another server's certificate issued this one", Apply: func(s *Scenario) error {
				return pkiforge.IssuedByLeaf(s.Names).Apply(&s.Plan)
			}},
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{issuerIsCA, basicConstraints, noRegister},
		},
		{
			ID:      "constraints.not-critical",
			Title:   "The basic constraints of the issuing CA are not critical",
			Why:     "CAs have to mark them; verifiers have no rule to look at the mark.",
			Twin:    custom,
			Change:  ofPKI("the basic constraints of the issuing CA are not critical", pkiforge.Criticality(pkiforge.Issuing, pkiforge.OIDBasicConstraints, false)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{basicConstraints},
		},
		{
			ID:      "constraints.path-length-exceeded",
			Title:   "There is one CA more than the upper CA allows below it",
			Why:     "An issuing CA that was not to have CAs below it makes one for a stranger.",
			Twin:    nestedSound,
			Change:  ofPKI("the upper CA allows no CA below it", pkiforge.PathLength(pkiforge.Upper, 0)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{pathLengthCounted, pathLengthLowered, noRegister},
		},
		{
			ID:      "constraints.path-length-increased",
			Title:   "The issuing CA allows more CAs below it than the upper CA does",
			Why:     "The smaller number counts; to claim a larger one is not to break it.",
			Twin:    nestedSound,
			Change:  ofPKI("the issuing CA allows five CAs below it, the upper CA one", pkiforge.PathLength(pkiforge.Issuing, 5)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{pathLengthCounted, pathLengthLowered},
		},
		{
			ID:      "constraints.path-length-unlimited",
			Title:   "The upper CA sets no limit to the CAs below it",
			Why:     "Many enterprise CAs do not say how many may stand below them.",
			Twin:    nestedSound,
			Change:  ofPKI("the upper CA does not say how many CAs it allows", pkiforge.PathLength(pkiforge.Upper, -1)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{basicConstraints},
		},
		{
			ID:      "constraints.path-length-negative",
			Title:   "The issuing CA allows fewer than no CAs below it",
			Why:     "A parser that reads the number as none at all lets the limit vanish.",
			Twin:    custom,
			Change:  ofPKI("the path length of the issuing CA is -1", pkiforge.RawPathLength(pkiforge.Issuing, -1)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{basicConstraints},
		},
		{
			ID:      "constraints.path-length-of-leaf",
			Title:   "The server certificate has a path length and is no CA's",
			Why:     "CAs must not write it there; OpenSSL takes such a certificate for invalid, others pass it over.",
			Twin:    custom,
			Change:  ofPKI("the server certificate has a path length of 1", pkiforge.RawPathLength(pkiforge.Server, 1)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{basicConstraints},
		},
		{
			ID:      "constraints.leaf-is-ca",
			Title:   "The server certificate says that it is a CA's",
			Why:     "The last certificate of a path may be a CA's by RFC 5280; the CA/Browser Forum forbids it.",
			Twin:    custom,
			Change:  ofPKI("the server certificate is a CA's (cA TRUE)", pkiforge.ServerIsCA()),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{basicConstraints},
		},
		{
			ID:      "constraints.leaf-without",
			Title:   "The server certificate has no basic constraints",
			Why:     "End-entity certificates need not have them, and many do not.",
			Twin:    custom,
			Change:  ofPKI("the server certificate has no basic constraints", pkiforge.WithoutBasicConstraints(pkiforge.Server)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{basicConstraints},
		},
	}
}

// policyCases: certificate policies that a CA of the path demands.
func policyCases() []Case {
	const (
		custom = "paper.custom-ca.sound"
		public = "paper.public-ca.sound"
	)
	// Every verifier has to process the demand by RFC 5280, and many pass it
	// over or refuse it unread: there is nothing that all agree on.
	strict := func(e Expectation) map[Policy]Expectation {
		return map[Policy]Expectation{RFC5922: e, RFC9525: e}
	}
	return []Case{
		{
			ID:       "constraints.policy-missing",
			Title:    "The issuing CA requires a policy of what it issues, and the server certificate has none",
			Why:      "The demand keeps certificates of a lesser kind from being used; verifiers that check no policies let them pass.",
			Twin:     custom,
			Change:   ofPKI("the issuing CA requires an explicit policy", pkiforge.RequirePolicy(pkiforge.Issuing, 0)),
			Expect:   Observe,
			ByPolicy: strict(Refuse),
			Level:    Should,
			Clauses:  []Clause{policyConstraints, explicitPolicy},
		},
		{
			ID:       "constraints.policy-present",
			Title:    "The issuing CA requires a policy, and the server certificate has it",
			Why:      "A verifier that only refuses the extension it does not know shuts such CAs out.",
			Twin:     public,
			Change:   ofPKI("the issuing CA requires an explicit policy", pkiforge.RequirePolicy(pkiforge.Issuing, 0)),
			Expect:   Observe,
			ByPolicy: strict(Accept),
			Level:    Should,
			Clauses:  []Clause{policyConstraints},
		},
		{
			ID:       "constraints.policy-later",
			Title:    "The issuing CA requires a policy two certificates further down than the path goes",
			Why:      "The demand has a distance; it must not be taken for one that holds at once.",
			Twin:     custom,
			Change:   ofPKI("the issuing CA requires an explicit policy after two more certificates", pkiforge.RequirePolicy(pkiforge.Issuing, 2)),
			Expect:   Observe,
			ByPolicy: strict(Accept),
			Level:    Should,
			Clauses:  []Clause{policyConstraints},
		},
		{
			ID:       "constraints.policy-other",
			Title:    "The issuing CA requires a policy of what it issues, and the server certificate has another than the CA itself",
			Why:      "A CA cannot give a policy that it was not given.",
			Twin:     public,
			Change:   together("the issuing CA requires an explicit policy, and the server certificate has another", pkiforge.RequirePolicy(pkiforge.Issuing, 0), pkiforge.Policy(pkiforge.Server, pkiforge.PrivatePolicy)),
			Expect:   Observe,
			ByPolicy: strict(Refuse),
			Level:    Should,
			Clauses:  []Clause{policyConstraints, explicitPolicy},
		},
		{
			ID:       "constraints.any-policy",
			Title:    "The issuing CA requires a policy of what it issues, and the server certificate has any",
			Why:      "Any-policy stands for each that the CA was given.",
			Twin:     public,
			Change:   together("the issuing CA requires an explicit policy, and the server certificate has anyPolicy", pkiforge.RequirePolicy(pkiforge.Issuing, 0), pkiforge.Policy(pkiforge.Server, pkiforge.AnyPolicy)),
			Expect:   Observe,
			ByPolicy: strict(Accept),
			Level:    Should,
			Clauses:  []Clause{policyConstraints, explicitPolicy},
		},
		{
			ID:    "constraints.any-policy-barred",
			Title: "The issuing CA requires a policy and forbids any-policy below it, and the server certificate has any",
			Why:   "What is forbidden to stand for a policy does not make up for one.",
			Twin:  public,
			Change: together("the issuing CA requires an explicit policy and inhibits anyPolicy, and the server certificate has anyPolicy",
				pkiforge.RequirePolicy(pkiforge.Issuing, 0), pkiforge.InhibitAnyPolicy(pkiforge.Issuing), pkiforge.Policy(pkiforge.Server, pkiforge.AnyPolicy)),
			Expect:   Observe,
			ByPolicy: strict(Refuse),
			Level:    Should,
			Clauses:  []Clause{policyConstraints, anyPolicyBarred, explicitPolicy},
		},
		{
			ID:      "constraints.any-policy-inhibited",
			Title:   "The issuing CA forbids any-policy below it, where there is none",
			Why:     "The extension is critical and without effect here: to refuse it is not to know it.",
			Twin:    public,
			Change:  ofPKI("the issuing CA inhibits anyPolicy", pkiforge.InhibitAnyPolicy(pkiforge.Issuing)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{anyPolicyBarred},
		},
		{
			ID:      "constraints.policy-mapped",
			Title:   "The issuing CA holds one policy for another, which nobody asked for",
			Why:     "Bridge CAs map policies; where none is required the map changes nothing, but to whom it is critical and unknown.",
			Twin:    public,
			Change:  ofPKI("the issuing CA maps the policy to a private one", pkiforge.MapPolicy(pkiforge.Issuing, pkiforge.DomainValidated, pkiforge.PrivatePolicy)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{policyMappings},
		},
	}
}

// together makes one situation of several changes of the PKI.
func together(words string, changes ...pkiforge.Change) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		for _, c := range changes {
			if err := c.Apply(&s.Plan); err != nil {
				return err
			}
		}
		return nil
	}}
}

// parent is the domain that a host lies in.
func parent(host string) string {
	_, domain, _ := strings.Cut(host, ".")
	return domain
}
