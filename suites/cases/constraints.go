package cases

import (
	"slices"
	"strings"

	"siptrust/pkiforge"
)

// Clauses of the group constraints.
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

// lookAlike gives the name without its first letter. The name ends with the
// result, but it is not a name below it.
func lookAlike(host string) string { return host[1:] }

// constraintCases are the cases of the group constraints: what a CA may issue.
func constraintCases() []Case {
	return slices.Concat(basicConstraintCases(), nameConstraintCases(), selfIssuedCases(), policyCases())
}

// basicConstraintCases: which certificates are CA certificates, and how many CAs
// may be below one.
func basicConstraintCases() []Case {
	const custom = "paper.custom-ca.sound"
	return []Case{
		{
			ID:      nestedSound,
			Title:   "There are two CAs between the installed root and the server, as many as they allow",
			Why:     "Enterprises divide their CA by region or use, so the path has one more CA than usual. A client that refuses it cannot use their servers.",
			Style:   pkiforge.NestedCA,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{pathValidation, pathLengthLowered},
		},
		{
			ID:      "constraints.ca-false",
			Title:   "The issuing certificate says that it is not a CA certificate",
			Why:     "Internet Explorer in 2002 accepted any certificate as an issuer, so everyone with a certificate could issue others (CVE-2002-0862).",
			Twin:    custom,
			Change:  ofPKI("the issuing certificate is not a CA certificate (cA FALSE)", pkiforge.NotCA(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{issuerIsCA, basicConstraints, noRegister},
		},
		{
			ID:      "constraints.ca-missing",
			Title:   "The issuing certificate has no basic constraints",
			Why:     "A certificate is a CA certificate only if it says so, and many server certificates lack this extension. A client that accepts this lets their owners issue certificates.",
			Twin:    custom,
			Change:  ofPKI("the issuing certificate has no basic constraints", pkiforge.WithoutBasicConstraints(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{issuerIsCA, basicConstraints, noRegister},
		},
		{
			ID:    "constraints.leaf-issues",
			Title: "Another server's certificate issued the server certificate",
			Why:   "If a client accepts this, the owner of one server can issue certificates for all others (CVE-2015-1793 in OpenSSL).",
			Twin:  nestedSound,
			Change: Change{Name: "another server's certificate issued the server certificate", Apply: func(s *Scenario) error {
				return pkiforge.IssuedByLeaf(s.Names).Apply(&s.Plan)
			}},
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{issuerIsCA, basicConstraints, noRegister},
		},
		{
			ID:      "constraints.not-critical",
			Title:   "The basic constraints of the issuing CA are not critical",
			Why:     "RFC 5280 requires CAs to mark this extension critical, but does not require clients to check the mark.",
			Twin:    custom,
			Change:  ofPKI("the basic constraints of the issuing CA are not critical", pkiforge.Criticality(pkiforge.Issuing, pkiforge.OIDBasicConstraints, false)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{basicConstraints},
		},
		{
			ID:      "constraints.path-length-exceeded",
			Title:   "The path has one CA more than the path length of the upper CA allows",
			Why:     "A CA with path length 0 must not create other CAs. A client that ignores this lets it create one for an attacker.",
			Twin:    nestedSound,
			Change:  ofPKI("the upper CA has path length 0, and there is a CA below it", pkiforge.PathLength(pkiforge.Upper, 0)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{pathLengthCounted, pathLengthLowered, noRegister},
		},
		{
			ID:      "constraints.path-length-increased",
			Title:   "The issuing CA allows more CAs below it than the upper CA does",
			Why:     "The smaller number counts, and the path keeps to it. A client that refuses the larger number refuses a good server.",
			Twin:    nestedSound,
			Change:  ofPKI("the issuing CA allows five CAs below it, and the upper CA allows one", pkiforge.PathLength(pkiforge.Issuing, 5)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{pathLengthCounted, pathLengthLowered},
		},
		{
			ID:      "constraints.path-length-unlimited",
			Title:   "The upper CA does not limit the number of CAs below it",
			Why:     "Many enterprise CAs set no limit. A client that requires one cannot use their servers.",
			Twin:    nestedSound,
			Change:  ofPKI("the upper CA does not limit the number of CAs below it", pkiforge.PathLength(pkiforge.Upper, -1)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{basicConstraints},
		},
		{
			ID:      "constraints.path-length-negative",
			Title:   "The path length of the issuing CA is a negative number",
			Why:     "RFC 5280 does not allow a negative number. A client that reads it as no limit removes a restriction.",
			Twin:    custom,
			Change:  ofPKI("the path length of the issuing CA is -1", pkiforge.RawPathLength(pkiforge.Issuing, -1)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{basicConstraints},
		},
		{
			ID:      "constraints.path-length-of-leaf",
			Title:   "The server certificate has a path length, although it is not a CA certificate",
			Why:     "RFC 5280 forbids CAs to write it there. OpenSSL treats such a certificate as invalid, others ignore the number.",
			Twin:    custom,
			Change:  ofPKI("the server certificate has path length 1", pkiforge.RawPathLength(pkiforge.Server, 1)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{basicConstraints},
		},
		{
			ID:      "constraints.leaf-is-ca",
			Title:   "The server certificate says that it is a CA certificate",
			Why:     "RFC 5280 allows the last certificate of a path to be a CA certificate. The CA/Browser Forum forbids it.",
			Twin:    custom,
			Change:  ofPKI("the server certificate is a CA certificate (cA TRUE)", pkiforge.ServerIsCA()),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{basicConstraints},
		},
		{
			ID:      "constraints.leaf-without",
			Title:   "The server certificate has no basic constraints",
			Why:     "Server certificates do not need basic constraints, and many have none. A client that requires them cannot use these servers.",
			Twin:    custom,
			Change:  ofPKI("the server certificate has no basic constraints", pkiforge.WithoutBasicConstraints(pkiforge.Server)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{basicConstraints},
		},
	}
}

// policyCases: certificate policies that a CA of the path requires.
func policyCases() []Case {
	const (
		custom = "paper.custom-ca.sound"
		public = "paper.public-ca.sound"
	)
	// RFC 5280 requires every verifier to process the requirement. Many ignore it,
	// and many refuse it unread: there is nothing that all agree on.
	strict := func(e Expectation) map[Policy]Expectation {
		return map[Policy]Expectation{RFC5922: e, RFC9525: e}
	}
	return []Case{
		{
			ID:       "constraints.policy-missing",
			Title:    "The issuing CA requires a certificate policy, and the server certificate has none",
			Why:      "With this requirement, only certificates of the right kind can be used. Clients that do not check policies accept any kind.",
			Twin:     custom,
			Change:   ofPKI("the issuing CA requires an explicit policy", pkiforge.RequirePolicy(pkiforge.Issuing, 0)),
			Expect:   Observe,
			ByPolicy: strict(Refuse),
			Level:    Should,
			Clauses:  []Clause{policyConstraints, explicitPolicy},
		},
		{
			ID:       "constraints.policy-present",
			Title:    "The issuing CA requires a certificate policy, and the server certificate has it",
			Why:      "The extension is critical. Clients that do not know it refuse all servers of such a CA.",
			Twin:     public,
			Change:   ofPKI("the issuing CA requires an explicit policy", pkiforge.RequirePolicy(pkiforge.Issuing, 0)),
			Expect:   Observe,
			ByPolicy: strict(Accept),
			Level:    Should,
			Clauses:  []Clause{policyConstraints},
		},
		{
			ID:       "constraints.policy-later",
			Title:    "The issuing CA requires a certificate policy only two certificates further down, and the path ends before that",
			Why:      "The requirement applies only after a number of certificates. A client that applies it at once refuses a good server.",
			Twin:     custom,
			Change:   ofPKI("the issuing CA requires an explicit policy only after two more certificates", pkiforge.RequirePolicy(pkiforge.Issuing, 2)),
			Expect:   Observe,
			ByPolicy: strict(Accept),
			Level:    Should,
			Clauses:  []Clause{policyConstraints},
		},
		{
			ID:       "constraints.policy-other",
			Title:    "The issuing CA requires a certificate policy, and the server certificate has one that the CA itself does not have",
			Why:      "A CA can only issue under policies that it has itself. Otherwise a CA could claim any policy for its certificates.",
			Twin:     public,
			Change:   together("the issuing CA requires an explicit policy, and the server certificate has one that the CA does not have", pkiforge.RequirePolicy(pkiforge.Issuing, 0), pkiforge.Policy(pkiforge.Server, pkiforge.PrivatePolicy)),
			Expect:   Observe,
			ByPolicy: strict(Refuse),
			Level:    Should,
			Clauses:  []Clause{policyConstraints, explicitPolicy},
		},
		{
			ID:       "constraints.any-policy",
			Title:    "The issuing CA requires a certificate policy, and the server certificate has anyPolicy",
			Why:      "anyPolicy counts as every policy that the CA has, so the requirement is met. Clients that do not know this refuse.",
			Twin:     public,
			Change:   together("the issuing CA requires an explicit policy, and the server certificate has anyPolicy", pkiforge.RequirePolicy(pkiforge.Issuing, 0), pkiforge.Policy(pkiforge.Server, pkiforge.AnyPolicy)),
			Expect:   Observe,
			ByPolicy: strict(Accept),
			Level:    Should,
			Clauses:  []Clause{policyConstraints, explicitPolicy},
		},
		{
			ID:    "constraints.any-policy-barred",
			Title: "The issuing CA requires a policy but forbids anyPolicy below it, and the server certificate has only anyPolicy",
			Why:   "Here anyPolicy does not count, so the requirement is not met. Clients that do not check policies accept the certificate.",
			Twin:  public,
			Change: together("the issuing CA requires an explicit policy and inhibits anyPolicy, and the server certificate has only anyPolicy",
				pkiforge.RequirePolicy(pkiforge.Issuing, 0), pkiforge.InhibitAnyPolicy(pkiforge.Issuing), pkiforge.Policy(pkiforge.Server, pkiforge.AnyPolicy)),
			Expect:   Observe,
			ByPolicy: strict(Refuse),
			Level:    Should,
			Clauses:  []Clause{policyConstraints, anyPolicyBarred, explicitPolicy},
		},
		{
			ID:      "constraints.any-policy-inhibited",
			Title:   "The issuing CA forbids anyPolicy below it, and the server certificate does not have it",
			Why:     "The extension is critical but has no effect here. A client that does not know it, although RFC 5280 requires it to, refuses a good server.",
			Twin:    public,
			Change:  ofPKI("the issuing CA inhibits anyPolicy", pkiforge.InhibitAnyPolicy(pkiforge.Issuing)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{anyPolicyBarred},
		},
		{
			ID:      "constraints.policy-mapped",
			Title:   "The issuing CA maps one certificate policy to another, and no policy is required",
			Why:     "Bridge CAs map policies. The map has no effect here, but clients that do not know this critical extension refuse.",
			Twin:    public,
			Change:  ofPKI("the issuing CA maps its policy to a private one", pkiforge.MapPolicy(pkiforge.Issuing, pkiforge.DomainValidated, pkiforge.PrivatePolicy)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{policyMappings},
		},
	}
}

// together makes one change of several changes of the PKI.
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

// parent is the domain that a host is in.
func parent(host string) string {
	_, domain, _ := strings.Cut(host, ".")
	return domain
}
