package suites

import (
	"fmt"
	"slices"

	"siptrust/pkiforge"
)

// Clauses of the comparison of identities.
var (
	findIdentities = Clause{"RFC 5922", "7.1"}
	matchIdentity  = Clause{"RFC 5922", "7.2"}
	virtualServers = Clause{"RFC 5922", "7.8"}
	noCommonName   = Clause{"RFC 9525", "2"}
	uriIdentity    = Clause{"RFC 9525", "6.1.2"}
	anyIdentity    = Clause{"RFC 9525", "6.2"}
	matchLabels    = Clause{"RFC 9525", "6.3"}
	matchService   = Clause{"RFC 9525", "6.5"}
	noMatch        = Clause{"RFC 9525", "6.6"}
	httpNames      = Clause{"RFC 2818", "3.1"}
	altNames       = Clause{"RFC 5280", "4.2.1.6"}
	issuerAltNames = Clause{"RFC 5280", "4.2.1.7"}
	namedSubject   = Clause{"RFC 5280", "4.1.2.6"}
	sipSyntax      = Clause{"RFC 3261", "25.1"}
)

// nameCases are the cases of the group name: DNS names, wildcards, common names
// and identities of other types. Those of SIP URIs are the group sip-name's.
func nameCases() []Case { return slices.Concat(hostNameCases(), wildcardCases(), otherNameCases()) }

// presents makes the server's certificate present these identities, written
// as [pkiforge.Presents] has them, and no others.
func presents(words string, identities ...string) Change {
	return ofPKI(words, pkiforge.Presents(identities...))
}

// afterMany puts the server's name behind two hundred others.
var afterMany = presents("two hundred other names stand before the server's", append(many("DNS:n%d.{other}", 200), "DNS:{host}")...)

// many writes the numbers from 1 to n into the format.
func many(format string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(format, i+1)
	}
	return list
}

// hostNameCases are about a dNSName that is, or is like, the server's name.
func hostNameCases() []Case {
	return []Case{
		{
			ID:      "name.case",
			Title:   "The dNSName is the server's name in capital letters",
			Why:     "CAs write names as they were asked for; a client that compares octets locks its user out.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the certificate names the server in capital letters", "DNS:{HOST}"),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, altNames},
			Needs:   aboutNames,
		},
		{
			ID:      "name.other-common-name",
			Title:   "The dNSName names the server, the common name another host",
			Why:     "Where there is a subject alternative name the common name says nothing; to demand both breaks shared certificates.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the common name is another host's", "CN:{other}", "DNS:{host}"),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{findIdentities, anyIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.many-last",
			Title:   "The server's name stands last after two hundred others",
			Why:     "Hosters put all their customers into one certificate; a client that reads the first entry only sees a stranger.",
			Twin:    "paper.public-ca.sound",
			Change:  afterMany,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{findIdentities, anyIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.among-others",
			Title:   "The server's dNSName stands among a mail address, other hosts and an IP address",
			Why:     "A client must find the one identity that counts among those of other types.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the server's name stands among others of all types", "MAIL:postmaster@{other}", "DNS:{other}", "IP:192.0.2.1", "DNS:{host}", "URI:https://{other}/"),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{findIdentities, anyIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.empty-subject",
			Title:   "The subject is empty, a critical subject alternative name names the server",
			Why:     "Nothing but the subject alternative name is needed; some stacks crash or refuse without a common name.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the subject is empty and the subject alternative name critical", "CN:", "DNS:{host}"),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{altNames, namedSubject},
			Needs:   aboutNames,
		},
		{
			ID:      "name.empty-subject-not-critical",
			Title:   "The subject is empty and the subject alternative name not critical",
			Why:     "The issuer broke a rule that nothing depends on: what the client makes of it tells how it was built.",
			Twin:    "paper.public-ca.sound",
			Change:  ofPKI("the subject is empty and the subject alternative name not critical", pkiforge.NoncriticalAltName()),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{altNames},
			Needs:   aboutNames,
		},
		{
			ID:      "name.underscore-beside",
			Title:   "Beside the server's name stands a dNSName with an underscore",
			Why:     "Such names are in use though the preferred name syntax has none; strict parsers refuse the whole certificate.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("a dNSName with an underscore stands beside the server's name", "DNS:_sips.{parent}", "DNS:{host}"),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{altNames},
			Needs:   aboutNames,
		},
		{
			ID:      "name.trailing-dot",
			Title:   "The dNSName is the server's name with a final dot",
			Why:     "DNS takes both for one name, the preferred name syntax does not; clients differ.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName ends with a dot", "DNS:{host}."),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{altNames, matchLabels},
			Needs:   aboutNames,
		},
		{
			ID:      "name.parent-domain",
			Title:   "The certificate names the parent domain of the server",
			Why:     "A certificate for a company's web site must not answer for every machine beneath it.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the certificate names the parent domain", "DNS:{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.child-domain",
			Title:   "The certificate names a host beneath the server's name",
			Why:     "Whoever runs a machine beneath a domain does not run the domain.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the certificate names a host beneath the server", "DNS:a.{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.leading-dot",
			Title:   "The dNSName is the parent domain behind a leading dot",
			Why:     "In name constraints such a name means everything beneath; as an identity it means nothing.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is the parent domain behind a dot", "DNS:.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, altNames, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.appended-domain",
			Title:   "The certificate names a host of another domain that begins with the server's name",
			Why:     "A comparison that stops when the expected name is used up takes an attacker's host for the server.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the server's name is followed by another domain", "DNS:{host}.{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.prefixed-label",
			Title:   "The certificate names a host whose name ends with the server's name inside a label",
			Why:     "A comparison of the ends of two strings takes evilsip.example for sip.example.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("letters stand before the server's name", "DNS:evil{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.look-alike",
			Title:   "The certificate names a host whose A-label looks like the server's name",
			Why:     "Shown to a person the two names are one; the client compares A-labels and must tell them apart.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is the A-label of a look-alike", "DNS:{twin}.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.utf8-look-alike",
			Title:   "The dNSName holds a look-alike of the server's name in UTF-8",
			Why:     "A dNSName is an IA5String; a client that folds what is not ASCII may fold it into the right name.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is a look-alike in UTF-8", "DNS:\u0455ip.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.nul",
			Title:   "The dNSName is the server's name, a NUL and another domain",
			Why:     "A client that handles it as a C string reads the server's name: CVE-2009-2408, CVE-2013-4238.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("a NUL and another domain follow the server's name", "DNS:{host}\x00.{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchIdentity, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.port",
			Title:   "The dNSName is the server's name with its port",
			Why:     "A dNSName has no port; a parser that cuts one off may cut at the wrong colon.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName has a port", "DNS:{host}:5061"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.empty",
			Title:   "The dNSName is empty",
			Why:     "An empty string is a prefix and a suffix of every name.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is empty", "DNS:"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.list",
			Title:   "One dNSName holds a list that the server's name is in",
			Why:     "A client that prints the extension as text and splits it at commas finds an identity that nobody certified: CVE-2021-44532.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("one dNSName is a list of two", "DNS:{other}, DNS:{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchIdentity, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.critical",
			Title:   "The subject alternative name is critical though the subject is not empty",
			Why:     "The extension is one that every client processes: that it is critical must not trouble any.",
			Twin:    "paper.public-ca.sound",
			Change:  ofPKI("the subject alternative name is critical", pkiforge.CriticalAltName()),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{altNames},
			Needs:   aboutNames,
		},
		{
			ID:      "name.nul-at-end",
			Title:   "The dNSName is the server's name and a NUL",
			Why:     "A client that handles it as a C string does not see the octet; an honest issuer does not write it.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("a NUL follows the server's name", "DNS:{host}\x00"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchIdentity, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.space",
			Title:   "The dNSName is a single space",
			Why:     "RFC 5280 forbids the one-space name expressly: trimmed, it is the empty name.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is a space", "DNS: "),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.space-behind",
			Title:   "The dNSName is the server's name and a space",
			Why:     "A client that trims what it compares also trims what an attacker added.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("a space follows the server's name", "DNS:{host} "),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchIdentity, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.two-dots",
			Title:   "The dNSName has two dots after the first label",
			Why:     "An empty label is no label: a client that skips it compares another name.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("two dots follow the first label", "DNS:{label}..{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.uri-as-name",
			Title:   "The dNSName is a SIP URI of the server",
			Why:     "Whoever puts the URI into the wrong field gets a certificate that names nobody; a lenient client hides the mistake.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is a SIP URI", "DNS:sip:{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.address-of-record-as-name",
			Title:   "The dNSName is an address of record at the server",
			Why:     "A certificate for a user of a domain must not answer for the domain.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is an address of record", "DNS:alice@{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
	}
}
