package cases

import (
	"crypto/x509/pkix"
	"net/netip"
	"strings"

	"siptrust/pkiforge"
)

// Clauses about name constraints.
var (
	nameConstraints = clause("RFC 5280", "4.2.1.10")
	permittedNames  = clause("RFC 5280", "6.1.3(b)")
	excludedNames   = clause("RFC 5280", "6.1.3(c)")
	narrowerNames   = clause("RFC 5280", "6.1.4(g)")
)

const constrainedSound = "constraints.names.sound"

// named is a change of the names that a CA may issue for, or of the server's
// names.
func named(words string, change func(pkiforge.Names) (pkiforge.Change, error)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		c, err := change(s.Names)
		if err != nil {
			return err
		}
		return c.Apply(&s.Plan)
	}}
}

// constrains is a change of the names that a CA may issue for.
func constrains(words, ca string, make func(pkiforge.Names) pkiforge.NameConstraints) Change {
	return named(words, func(n pkiforge.Names) (pkiforge.Change, error) { return pkiforge.ConstrainNames(ca, make(n)), nil })
}

func permit(trees ...pkiforge.Subtree) pkiforge.NameConstraints {
	return pkiforge.NameConstraints{Permitted: trees}
}

func exclude(trees ...pkiforge.Subtree) pkiforge.NameConstraints {
	return pkiforge.NameConstraints{Excluded: trees}
}

// also is a change of the server's DNS names.
func also(words string, name func(pkiforge.Names) string) Change {
	return named(words, func(n pkiforge.Names) (pkiforge.Change, error) { return pkiforge.AlsoDNS(name(n)), nil })
}

// nameConstraintCases: for which names a CA may issue. RFC 5280 4.2.1.10 says
// that a client SHOULD process constraints on names other than directoryName,
// and may refuse the certificate if it does not. To accept the sound
// certificates is therefore a SHOULD, too.
func nameConstraintCases() []Case {
	const (
		public  = "paper.public-ca.sound"
		issuing = pkiforge.Issuing
	)
	type names = pkiforge.Names
	cases := []Case{
		{
			ID:      constrainedSound,
			Title:   "The upper CA may issue only for the server's name and names below it, and the server certificate keeps to that",
			Why:     "Enterprises get CAs that are valid only for their own domains. A client that cannot process the constraint cannot use their servers.",
			Style:   pkiforge.ConstrainedCA,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, permittedNames},
		},
		{
			ID:      "constraints.names.permitted",
			Title:   "The issuing CA may issue only for the server's domain",
			Why:     "The constraint is critical. A client that does not know it cannot use the servers of such a CA.",
			Twin:    public,
			Change:  constrains("the issuing CA may issue only for the server's domain", issuing, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(parent(n.Host))) }),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, permittedNames},
		},
		{
			ID:      "constraints.names.not-permitted",
			Title:   "The issuing CA may issue only for another domain",
			Why:     "A subsidiary's CA may be limited to its own domain. A client that ignores this lets it issue certificates for the headquarters.",
			Twin:    public,
			Change:  constrains("the issuing CA may issue only for another domain", issuing, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(n.Other)) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:    "constraints.names.not-permitted-not-critical",
			Title: "The issuing CA may issue only for another domain, and the constraint is not critical",
			Why:   "Some CAs left the critical mark out because of old clients. A client that knows the constraint must still apply it, or the CA can issue for any name.",
			Twin:  public,
			Change: constrains("the issuing CA may issue only for another domain (not critical)", issuing, func(n names) pkiforge.NameConstraints {
				c := permit(pkiforge.DNSTree(n.Other))
				c.NotCritical = true
				return c
			}),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:      "constraints.names.look-alike-permitted",
			Title:   "The issuing CA may issue only for the server's name without its first letter",
			Why:     "A client that compares characters instead of labels lets the CA of ample.test issue for example.test.",
			Twin:    public,
			Change:  constrains("the issuing CA may issue only for the server's name without its first letter", issuing, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(lookAlike(n.Host))) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:      "constraints.names.excluded",
			Title:   "The issuing CA is not allowed to issue for the server's domain",
			Why:     "An enterprise may exclude its own domains from a partner's CA. A client that ignores this lets the partner's CA issue for them.",
			Twin:    public,
			Change:  constrains("the issuing CA is not allowed to issue for the server's domain", issuing, func(n names) pkiforge.NameConstraints { return exclude(pkiforge.DNSTree(parent(n.Host))) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:    "constraints.names.excluded-upper-case",
			Title: "The issuing CA is not allowed to issue for the server's name, which the constraint has in capital letters",
			Why:   "DNS names are the same in upper and lower case. A client that compares octets lets the CA issue for the excluded name.",
			Twin:  public,
			Change: constrains("the issuing CA is not allowed to issue for the server's name, written in capital letters", issuing, func(n names) pkiforge.NameConstraints {
				return exclude(pkiforge.DNSTree(strings.ToUpper(n.Host)))
			}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:      "constraints.names.excluded-elsewhere",
			Title:   "The issuing CA is not allowed to issue for another host's name",
			Why:     "The excluded name is not the server's. A client that refuses because of it refuses a good server.",
			Twin:    public,
			Change:  constrains("the issuing CA is not allowed to issue for another host's name", issuing, func(n names) pkiforge.NameConstraints { return exclude(pkiforge.DNSTree(n.Other)) }),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames},
		},
		{
			ID:      "constraints.names.look-alike-excluded",
			Title:   "The issuing CA is not allowed to issue for the server's name without its first letter",
			Why:     "The server's name is not below the excluded name, as example.test is not below ample.test. A client that compares characters instead of labels refuses a good server.",
			Twin:    public,
			Change:  constrains("the issuing CA is not allowed to issue for the server's name without its first letter", issuing, func(n names) pkiforge.NameConstraints { return exclude(pkiforge.DNSTree(lookAlike(n.Host))) }),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames},
		},
		{
			ID:      "constraints.names.above-not-permitted",
			Title:   "The upper CA may issue only for another domain, and the issuing CA below it has no constraint",
			Why:     "A constraint applies to the whole path below it. If a client checks only the last CA, the upper CA can escape its limits with one more CA.",
			Twin:    nestedSound,
			Change:  constrains("the upper CA may issue only for another domain", pkiforge.Upper, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(n.Other)) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, narrowerNames, noRegister},
		},
		{
			ID:      "constraints.names.narrowed",
			Title:   "The issuing CA may issue for fewer names than the CA above it, and the server's name is not among them",
			Why:     "A name must be permitted by every CA of the path. A client that checks only the upper CA lets the issuing CA escape its limits.",
			Twin:    constrainedSound,
			Change:  constrains("the issuing CA may issue only for another domain", issuing, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(n.Other)) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{permittedNames, narrowerNames, noRegister},
		},
		{
			ID:    "constraints.names.widened",
			Title: "The issuing CA may issue for all names, but the server certificate has a name that the CA above is not permitted",
			Why:   "If a client accepts this, a constrained CA can escape its limits with a CA below it that has none.",
			Twin:  constrainedSound,
			Change: named("the issuing CA may issue for any name, and the server certificate also has another domain's name", func(n names) (pkiforge.Change, error) {
				return pkiforge.Change{Name: "widened", Apply: func(p *pkiforge.Plan) error {
					c := permit(pkiforge.DNSTree("test"))
					if err := pkiforge.ConstrainNames(issuing, c).Apply(p); err != nil {
						return err
					}
					return pkiforge.AlsoDNS(n.Other).Apply(p)
				}}, nil
			}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{permittedNames, narrowerNames, noRegister},
		},
		{
			ID:      "constraints.names.second-name-not-permitted",
			Title:   "The server's own name is permitted, but a second name in its certificate is not",
			Why:     "Every name must keep to the constraints. A client that checks only the name that it looks for lets the CA issue for other names.",
			Twin:    constrainedSound,
			Change:  also("the server certificate also has a name of another domain", func(n names) string { return n.Other }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:      "constraints.names.excluded-beats-permitted",
			Title:   "A second name in the certificate is inside the permitted names and inside the excluded names",
			Why:     "An excluded name is not allowed even if it is also permitted. A client that checks only the permitted names accepts it.",
			Twin:    constrainedSound,
			Change:  also("the server certificate also has an excluded name below its own", func(n names) string { return pkiforge.Reserved + "." + n.Host }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:      "constraints.names.permitted-below",
			Title:   "A second name in the certificate is below the permitted name",
			Why:     "A permitted name also permits all names below it. A client that requires the exact name refuses a good server.",
			Twin:    constrainedSound,
			Change:  also("the server certificate also has a name below its own", func(n names) string { return "a.b." + n.Host }),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints},
		},
		{
			ID:    "constraints.names.sip-uri-beside",
			Title: "The upper CA has constraints on DNS names, and the server certificate also has a SIP URI",
			Why:   "Constraints on DNS names do not apply to URIs. Go 1.26 refuses every SIP URI below a CA with any name constraint, and so refuses RFC 5922 certificates.",
			Twin:  constrainedSound,
			Change: named("the server certificate also has a SIP URI with its own name", func(n names) (pkiforge.Change, error) {
				return pkiforge.AlsoURI("sip:" + n.Host), nil
			}),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, clause("RFC 5922", "7.1")},
		},
		{
			ID:      "constraints.names.wildcard-over-excluded",
			Title:   "A wildcard in the server certificate also matches an excluded name",
			Why:     "With such a wildcard, a CA could issue for the excluded name. Go accepted it until 2025 (CVE-2025-61727).",
			Twin:    constrainedSound,
			Change:  also("the server certificate also has a wildcard for names below its own", func(n names) string { return "*." + n.Host }),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames},
		},
		{
			ID:    "constraints.names.excluded-ipv4",
			Title: "The server certificate has an IPv4 address that is excluded",
			Why:   "Constraints also apply to IP addresses. A client that does not check them lets the CA issue for the excluded hosts.",
			Twin:  constrainedSound,
			Change: ofPKI("the server certificate also has an IPv4 address of an excluded network",
				pkiforge.AlsoIP(netip.MustParseAddr("192.0.2.1"))),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:    "constraints.names.excluded-ipv6",
			Title: "The server certificate has an IPv6 address that is excluded",
			Why:   "Constraints also apply to IPv6 addresses. A client that checks only IPv4 lets the CA issue for the excluded hosts.",
			Twin:  constrainedSound,
			Change: ofPKI("the server certificate also has an IPv6 address of an excluded network",
				pkiforge.AlsoIP(netip.MustParseAddr("2001:db8::1"))),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:    "constraints.names.other-address",
			Title: "The server certificate has an IP address outside the excluded networks",
			Why:   "The address is not excluded. A client that refuses because of it refuses a good server.",
			Twin:  constrainedSound,
			Change: ofPKI("the server certificate also has an IP address that is not excluded",
				pkiforge.AlsoIP(netip.MustParseAddr("198.51.100.1"))),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames},
		},
	}
	for i := range cases {
		cases[i].Needs = append(cases[i].Needs, aboutNames...)
	}
	return append(cases, nameFormCases()...)
}

// nameFormCases: constraints on other forms of names, and malformed constraints.
func nameFormCases() []Case {
	const (
		custom  = "paper.custom-ca.sound"
		public  = "paper.public-ca.sound"
		issuing = pkiforge.Issuing
	)
	type names = pkiforge.Names
	absent := func(id, title, words string, tree pkiforge.Subtree) Case {
		return Case{
			ID:      id,
			Title:   title,
			Why:     "The certificate has no names of this kind, so the constraint has no effect. A client that refuses because of it refuses a good server.",
			Twin:    public,
			Change:  ofPKI(words, pkiforge.ConstrainNames(issuing, permit(tree))),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{nameConstraints},
		}
	}
	network := pkiforge.IPTree(netip.MustParsePrefix("10.0.0.0/8"))
	cases := []Case{
		absent("constraints.names.no-address-there", "The issuing CA may issue only for some IP addresses, and the server certificate has none",
			"the issuing CA may issue only for the IP addresses of one network", network),
		absent("constraints.names.no-mailbox-there", "The issuing CA may issue only for some mailboxes, and the server certificate has none",
			"the issuing CA may issue only for the mailboxes of one domain", pkiforge.MailTree("corp.test")),
		absent("constraints.names.no-uri-there", "The issuing CA may issue only for some URIs, and the server certificate has none",
			"the issuing CA may issue only for the URIs of one domain", pkiforge.URITree("corp.test")),
		{
			ID:    "constraints.names.sip-uri",
			Title: "The issuing CA may issue only for URIs of the server's name, and the server certificate has a SIP URI of it",
			Why:   "A SIP URI has no authority part, so RFC 5280 refuses it under any such constraint. A CA with this constraint cannot issue for SIP domains (RFC 5922).",
			Twin:  custom,
			Change: constrains("the issuing CA may issue only for URIs of the server's name", issuing, func(n names) pkiforge.NameConstraints {
				return permit(pkiforge.URITree(n.Host))
			}),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints, clause("RFC 5922", "7.1")},
		},
		{
			ID:    "constraints.names.directory",
			Title: "The issuing CA may issue only for subjects with the server's common name",
			Why:   "RFC 5280 requires clients to process constraints on the subject. Many stacks do not know them and refuse.",
			Twin:  public,
			Change: named("the issuing CA may issue only for subjects that begin with the server's common name", func(n names) (pkiforge.Change, error) {
				tree, err := commonName(n.Host)
				return pkiforge.ConstrainNames(issuing, permit(tree)), err
			}),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Accept, RFC9525: Accept},
			Level:    Must,
			Clauses:  []Clause{nameConstraints, permittedNames},
		},
		{
			ID:    "constraints.names.directory-not-permitted",
			Title: "The issuing CA may issue only for subjects with another common name",
			Why:   "A client must process this constraint or refuse the certificate. A client that ignores it lets the CA issue for any subject.",
			Twin:  public,
			Change: named("the issuing CA may issue only for subjects that begin with another common name", func(n names) (pkiforge.Change, error) {
				tree, err := commonName(n.Other)
				return pkiforge.ConstrainNames(issuing, permit(tree)), err
			}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:    "constraints.names.directory-excluded",
			Title: "The issuing CA is not allowed to issue for subjects with the server's common name",
			Why:   "A client must process this constraint or refuse the certificate. A client that ignores it lets the CA issue for any subject.",
			Twin:  public,
			Change: named("the issuing CA is not allowed to issue for subjects that begin with the server's common name", func(n names) (pkiforge.Change, error) {
				tree, err := commonName(n.Host)
				return pkiforge.ConstrainNames(issuing, exclude(tree)), err
			}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:      "constraints.names.unknown-form",
			Title:   "The issuing CA may issue only for some registered identifiers, and the server certificate has none",
			Why:     "Names of this form are not used, so the constraint has no effect. Several verifiers still refuse what they cannot read.",
			Twin:    public,
			Change:  ofPKI("the issuing CA may issue only for one registered identifier", pkiforge.ConstrainNames(issuing, permit(pkiforge.Subtree{Text: "RID:1.2.3", Tag: 8, Value: []byte{0x2a, 3}}))),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints},
		},
		{
			ID:    "constraints.names.of-leaf",
			Title: "The server certificate itself has name constraints",
			Why:   "Name constraints are only for CAs. No rule requires a client to look for them in a server certificate.",
			Twin:  public,
			Change: constrains("the server certificate has name constraints, which permit its own name", pkiforge.Server, func(n names) pkiforge.NameConstraints {
				return permit(pkiforge.DNSTree(n.Host))
			}),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints},
		},
		{
			ID:    "constraints.names.leading-dot",
			Title: "The permitted domain is written with a dot in front",
			Why:   "RFC 5280 writes DNS constraints without this dot. Some CAs copied it from URI constraints, and verifiers differ.",
			Twin:  public,
			Change: constrains("the issuing CA may issue only for the server's domain, written with a dot in front", issuing, func(n names) pkiforge.NameConstraints {
				return permit(pkiforge.DNSTree("." + parent(n.Host)))
			}),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints},
		},
		{
			ID:    "constraints.names.wildcard-permitted",
			Title: "The permitted domain is written as a wildcard",
			Why:   "A constraint is not a pattern, so it permits no name that exists. A client that reads it as a pattern accepts names that are not permitted.",
			Twin:  public,
			Change: constrains("the issuing CA may issue only for a wildcard of the server's domain", issuing, func(n names) pkiforge.NameConstraints {
				return permit(pkiforge.DNSTree("*." + parent(n.Host)))
			}),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:    "constraints.names.mask-with-holes",
			Title: "The mask of an excluded network is invalid (255.0.255.0)",
			Why:   "A network mask must not have gaps. Verifiers read such a mask in different ways.",
			Twin:  public,
			Change: ofPKI("the issuing CA excludes a network with the mask 255.0.255.0", pkiforge.ConstrainNames(issuing,
				exclude(pkiforge.MaskedTree(netip.MustParseAddr("10.0.0.0"), []byte{255, 0, 255, 0})))),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints},
		},
		{
			ID:      "constraints.names.empty",
			Title:   "The name constraints of the issuing CA are empty",
			Why:     "RFC 5280 forbids CAs to issue empty name constraints. To a client they say nothing.",
			Twin:    public,
			Change:  ofPKI("the issuing CA has empty name constraints", pkiforge.ConstrainNames(issuing, pkiforge.NameConstraints{})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints},
		},
	}
	for i := range cases {
		cases[i].Needs = append(cases[i].Needs, aboutNames...)
	}
	return cases
}

// commonName is the subtree of subjects that begin with this common name.
func commonName(name string) (pkiforge.Subtree, error) {
	return pkiforge.NameTree(pkix.Name{CommonName: name})
}
