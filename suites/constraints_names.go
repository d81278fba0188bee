package suites

import (
	"crypto/x509/pkix"
	"net/netip"
	"strings"

	"siptrust/pkiforge"
)

// Clauses about name constraints.
var (
	nameConstraints = Clause{"RFC 5280", "4.2.1.10"}
	permittedNames  = Clause{"RFC 5280", "6.1.3(b)"}
	excludedNames   = Clause{"RFC 5280", "6.1.3(c)"}
	narrowerNames   = Clause{"RFC 5280", "6.1.4(g)"}
)

const constrainedSound = "constraints.names.sound"

// named is a change of the names that a CA may issue for, or of the server's.
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

// nameConstraintCases: for which names a CA may issue. To process constraints on
// other names than directoryName is a SHOULD, and a client that does not may
// refuse the certificate (RFC 5280 4.2.1.10): so is to accept the sound ones.
func nameConstraintCases() []Case {
	const (
		public  = "paper.public-ca.sound"
		issuing = pkiforge.Issuing
	)
	type names = pkiforge.Names
	cases := []Case{
		{
			ID:      constrainedSound,
			Title:   "The upper CA may issue for the server's name and what lies below it, and the server keeps to that",
			Why:     "Enterprises are given CAs that are good for their own domains only; clients should take what these issue.",
			Style:   pkiforge.ConstrainedCA,
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, permittedNames},
		},
		{
			ID:      "constraints.names.permitted",
			Title:   "The issuing CA may issue for the server's domain",
			Why:     "The constraint is critical, so a client that does not know it cannot use such a CA.",
			Twin:    public,
			Change:  constrains("the issuing CA may issue for the server's domain only", issuing, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(parent(n.Host))) }),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, permittedNames},
		},
		{
			ID:      "constraints.names.not-permitted",
			Title:   "The issuing CA may issue for another domain only",
			Why:     "The CA of a daughter company, kept to its own domain, could otherwise issue for the headquarters.",
			Twin:    public,
			Change:  constrains("the issuing CA may issue for another domain only", issuing, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(n.Other)) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:    "constraints.names.not-permitted-not-critical",
			Title: "The issuing CA may issue for another domain only, and the constraint is not critical",
			Why:   "CAs left the mark out for the sake of old clients; who knows the constraint still has to keep it.",
			Twin:  public,
			Change: constrains("the issuing CA may issue for another domain only (not critical)", issuing, func(n names) pkiforge.NameConstraints {
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
			Title:   "The issuing CA may issue for a name that the server's name only ends in",
			Why:     "A comparison of characters instead of labels lets the CA of ample.test issue for example.test.",
			Twin:    public,
			Change:  constrains("the issuing CA may issue for the server's name less its first letter", issuing, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(lookAlike(n.Host))) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:      "constraints.names.excluded",
			Title:   "The issuing CA may not issue for the server's domain",
			Why:     "An enterprise excludes its own domains from a partner's CA.",
			Twin:    public,
			Change:  constrains("the issuing CA may not issue for the server's domain", issuing, func(n names) pkiforge.NameConstraints { return exclude(pkiforge.DNSTree(parent(n.Host))) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:    "constraints.names.excluded-upper-case",
			Title: "The issuing CA may not issue for the server's name, which the constraint has in capitals",
			Why:   "No significance is attached to case in DNS names, so a CA cannot escape by it.",
			Twin:  public,
			Change: constrains("the issuing CA may not issue for the server's name, in capitals", issuing, func(n names) pkiforge.NameConstraints {
				return exclude(pkiforge.DNSTree(strings.ToUpper(n.Host)))
			}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:      "constraints.names.excluded-elsewhere",
			Title:   "The issuing CA may not issue for another name",
			Why:     "What is excluded elsewhere does not touch the server.",
			Twin:    public,
			Change:  constrains("the issuing CA may not issue for another name", issuing, func(n names) pkiforge.NameConstraints { return exclude(pkiforge.DNSTree(n.Other)) }),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames},
		},
		{
			ID:      "constraints.names.look-alike-excluded",
			Title:   "The issuing CA may not issue for a name that the server's name only ends in",
			Why:     "A comparison of characters instead of labels refuses sound servers.",
			Twin:    public,
			Change:  constrains("the issuing CA may not issue for the server's name less its first letter", issuing, func(n names) pkiforge.NameConstraints { return exclude(pkiforge.DNSTree(lookAlike(n.Host))) }),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames},
		},
		{
			ID:      "constraints.names.above-not-permitted",
			Title:   "The upper CA may issue for another domain only, the issuing CA below it says nothing",
			Why:     "A constraint holds for the whole path below it; a client that looks at the last CA only is got round by one more.",
			Twin:    nestedSound,
			Change:  constrains("the upper CA may issue for another domain only", pkiforge.Upper, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(n.Other)) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, narrowerNames, noRegister},
		},
		{
			ID:      "constraints.names.narrowed",
			Title:   "The issuing CA is permitted less than the CA above it, and issues for what is left out",
			Why:     "The permitted names of a path are those that every CA of it permits.",
			Twin:    constrainedSound,
			Change:  constrains("the issuing CA may issue for another domain only", issuing, func(n names) pkiforge.NameConstraints { return permit(pkiforge.DNSTree(n.Other)) }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{permittedNames, narrowerNames, noRegister},
		},
		{
			ID:    "constraints.names.widened",
			Title: "The issuing CA permits itself all names, and the server certificate has one that the CA above it does not permit",
			Why:   "Otherwise a constrained CA frees itself by making a CA that is not.",
			Twin:  constrainedSound,
			Change: named("the issuing CA may issue for any name, and the server certificate has another domain's too", func(n names) (pkiforge.Change, error) {
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
			Title:   "The server's own name is permitted, a second one in its certificate is not",
			Why:     "Every name has to keep to the constraints, not only the one that the client looks for.",
			Twin:    constrainedSound,
			Change:  also("the server certificate has a name of another domain too", func(n names) string { return n.Other }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:      "constraints.names.excluded-beats-permitted",
			Title:   "A second name lies in what is permitted and in what is excluded of it",
			Why:     "What is excluded is invalid whatever is permitted.",
			Twin:    constrainedSound,
			Change:  also("the server certificate has the name that is excluded below its own", func(n names) string { return pkiforge.Reserved + "." + n.Host }),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:      "constraints.names.permitted-below",
			Title:   "A second name lies below the permitted one",
			Why:     "A permitted name stands for all that is made by adding labels on its left.",
			Twin:    constrainedSound,
			Change:  also("the server certificate has a name below its own too", func(n names) string { return "a.b." + n.Host }),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints},
		},
		{
			ID:    "constraints.names.sip-uri-beside",
			Title: "The upper CA is constrained in its DNS names, and the server certificate has a SIP URI beside",
			Why:   "URIs are not constrained by it; Go 1.26 refuses every SIP URI under a CA with any constraint, and with it RFC 5922.",
			Twin:  constrainedSound,
			Change: named("the server certificate has a SIP URI of its own name too", func(n names) (pkiforge.Change, error) {
				return pkiforge.AlsoURI("sip:" + n.Host), nil
			}),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{nameConstraints, {"RFC 5922", "7.1"}},
		},
		{
			ID:      "constraints.names.wildcard-over-excluded",
			Title:   "A wildcard in the server certificate stands for a name that is excluded, too",
			Why:     "With such a wildcard a CA issues for the very name it may not issue for; Go let it until 2025 (CVE-2025-61727).",
			Twin:    constrainedSound,
			Change:  also("the server certificate has a wildcard over its own name too", func(n names) string { return "*." + n.Host }),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames},
		},
		{
			ID:    "constraints.names.excluded-ipv4",
			Title: "The server certificate has an IPv4 address that is excluded",
			Why:   "Addresses are names as well: with one that is not checked a CA vouches for a host it may not vouch for.",
			Twin:  constrainedSound,
			Change: ofPKI("the server certificate has an address of the excluded network too",
				pkiforge.AlsoIP(netip.MustParseAddr("192.0.2.1"))),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:    "constraints.names.excluded-ipv6",
			Title: "The server certificate has an IPv6 address that is excluded",
			Why:   "Addresses are names as well, in both their lengths.",
			Twin:  constrainedSound,
			Change: ofPKI("the server certificate has an address of the excluded network too",
				pkiforge.AlsoIP(netip.MustParseAddr("2001:db8::1"))),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:    "constraints.names.other-address",
			Title: "The server certificate has an address outside the excluded networks",
			Why:   "What is excluded elsewhere does not touch the server.",
			Twin:  constrainedSound,
			Change: ofPKI("the server certificate has an address that is not excluded too",
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

// nameFormCases: constraints on other forms of names, and malformed ones.
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
			Why:     "A constraint on names that the certificate does not have constrains nothing.",
			Twin:    public,
			Change:  ofPKI(words, pkiforge.ConstrainNames(issuing, permit(tree))),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{nameConstraints},
		}
	}
	network := pkiforge.IPTree(netip.MustParsePrefix("10.0.0.0/8"))
	cases := []Case{
		absent("constraints.names.no-address-there", "The issuing CA may issue for some addresses only, the server certificate has none",
			"the issuing CA may issue for the addresses of one network only", network),
		absent("constraints.names.no-mailbox-there", "The issuing CA may issue for some mailboxes only, the server certificate has none",
			"the issuing CA may issue for the mailboxes of one domain only", pkiforge.MailTree("corp.test")),
		absent("constraints.names.no-uri-there", "The issuing CA may issue for some URIs only, the server certificate has none",
			"the issuing CA may issue for the URIs of one domain only", pkiforge.URITree("corp.test")),
		{
			ID:    "constraints.names.sip-uri",
			Title: "The issuing CA may issue for URIs of the server's name only, and the server certificate has a SIP URI of it",
			Why:   "A SIP URI has no authority part, so RFC 5280 refuses it under any such constraint: a CA that has one cannot issue for RFC 5922.",
			Twin:  custom,
			Change: constrains("the issuing CA may issue for URIs of the server's name only", issuing, func(n names) pkiforge.NameConstraints {
				return permit(pkiforge.URITree(n.Host))
			}),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints, {"RFC 5922", "7.1"}},
		},
		{
			ID:    "constraints.names.directory",
			Title: "The issuing CA may issue for subjects that carry the server's common name only",
			Why:   "Constraints on the subject have to be known by RFC 5280; many stacks refuse what they do not know.",
			Twin:  public,
			Change: named("the issuing CA may issue for subjects that begin with the server's common name only", func(n names) (pkiforge.Change, error) {
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
			Title: "The issuing CA may issue for subjects with another common name only",
			Why:   "A client has to process the constraint or to refuse the certificate; to pass it over frees the CA.",
			Twin:  public,
			Change: named("the issuing CA may issue for subjects that begin with another common name only", func(n names) (pkiforge.Change, error) {
				tree, err := commonName(n.Other)
				return pkiforge.ConstrainNames(issuing, permit(tree)), err
			}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:    "constraints.names.directory-excluded",
			Title: "The issuing CA may not issue for subjects with the server's common name",
			Why:   "A client has to process the constraint or to refuse the certificate; to pass it over frees the CA.",
			Twin:  public,
			Change: named("the issuing CA may not issue for subjects that begin with the server's common name", func(n names) (pkiforge.Change, error) {
				tree, err := commonName(n.Host)
				return pkiforge.ConstrainNames(issuing, exclude(tree)), err
			}),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{nameConstraints, excludedNames, noRegister},
		},
		{
			ID:      "constraints.names.unknown-form",
			Title:   "The issuing CA may issue for some registered identifiers only, the server certificate has none",
			Why:     "A form of names that nobody has is no reason to refuse; several verifiers refuse what they cannot read.",
			Twin:    public,
			Change:  ofPKI("the issuing CA may issue for one registered identifier only", pkiforge.ConstrainNames(issuing, permit(pkiforge.Subtree{Text: "RID:1.2.3", Tag: 8, Value: []byte{0x2a, 3}}))),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints},
		},
		{
			ID:    "constraints.names.of-leaf",
			Title: "The server certificate itself has name constraints",
			Why:   "They are for CAs only; no rule has a verifier look for them elsewhere.",
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
			Title: "The permitted domain is written with a dot before it",
			Why:   "RFC 5280 writes DNS constraints without; CAs that copied the form of URIs made verifiers disagree.",
			Twin:  public,
			Change: constrains("the issuing CA may issue for the server's domain, written with a leading dot", issuing, func(n names) pkiforge.NameConstraints {
				return permit(pkiforge.DNSTree("." + parent(n.Host)))
			}),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{nameConstraints},
		},
		{
			ID:    "constraints.names.wildcard-permitted",
			Title: "The permitted domain is written as a wildcard",
			Why:   "A constraint is no pattern: read as a name it permits nothing that exists.",
			Twin:  public,
			Change: constrains("the issuing CA may issue for a wildcard of the server's domain", issuing, func(n names) pkiforge.NameConstraints {
				return permit(pkiforge.DNSTree("*." + parent(n.Host)))
			}),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{nameConstraints, permittedNames, noRegister},
		},
		{
			ID:    "constraints.names.mask-with-holes",
			Title: "The mask of an excluded network is none",
			Why:   "The octets of a network are read as address and mask; a mask with holes is read in as many ways as there are verifiers.",
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
			Why:     "CAs must not issue them; to a verifier they say nothing.",
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

// commonName is the subtree of subjects that begin with that common name.
func commonName(name string) (pkiforge.Subtree, error) {
	return pkiforge.NameTree(pkix.Name{CommonName: name})
}
