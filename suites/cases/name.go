package cases

import (
	"fmt"
	"slices"

	"siptrust/pkiforge"
)

// Clauses of the comparison of identities.
var (
	findIdentities = clause("RFC 5922", "7.1")
	matchIdentity  = clause("RFC 5922", "7.2")
	virtualServers = clause("RFC 5922", "7.8")
	noCommonName   = clause("RFC 9525", "2")
	uriIdentity    = clause("RFC 9525", "6.1.2")
	anyIdentity    = clause("RFC 9525", "6.2")
	matchLabels    = clause("RFC 9525", "6.3")
	matchService   = clause("RFC 9525", "6.5")
	noMatch        = clause("RFC 9525", "6.6")
	httpNames      = clause("RFC 2818", "3.1")
	partOfLabel    = clause("RFC 6125", "6.4.3")
	altNames       = clause("RFC 5280", "4.2.1.6")
	issuerAltNames = clause("RFC 5280", "4.2.1.7")
	namedSubject   = clause("RFC 5280", "4.1.2.6")
	sipSyntax      = clause("RFC 3261", "25.1")
)

// nameCases are the cases of the group name: DNS names, wildcards, common names
// and identities of other types. SIP URIs are in the group sip-name.
func nameCases() []Case { return slices.Concat(hostNameCases(), wildcardCases(), otherNameCases()) }

// presents makes the server's certificate present only these identities, in
// the notation of [pkiforge.Presents].
func presents(words string, identities ...string) Change {
	return ofPKI(words, pkiforge.Presents(identities...))
}

// afterMany puts the server's name after two hundred others.
var afterMany = presents("two hundred other names come before the server's", append(many("DNS:n%d.{other}", 200), "DNS:{host}")...)

// many fills the numbers from 1 to n into the format.
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
			Why:     "DNS names are the same in upper and lower case. A client that compares octets refuses a good server.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the certificate names the server in capital letters", "DNS:{HOST}"),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, altNames},
			Needs:   aboutNames,
		},
		{
			ID:      "name.other-common-name",
			Title:   "The dNSName is the server's name, and the common name is another host's",
			Why:     "If there is a subject alternative name, the common name does not count. A client that checks both refuses shared certificates.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the common name is another host's", "CN:{other}", "DNS:{host}"),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{findIdentities, anyIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.many-last",
			Title:   "The server's name is the last one, after two hundred others",
			Why:     "Hosting providers put many customers into one certificate. A client that reads only the first name refuses a good server.",
			Twin:    "paper.public-ca.sound",
			Change:  afterMany,
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{findIdentities, anyIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.among-others",
			Title:   "The server's dNSName is among a mail address, other hosts, an IP address and a URI",
			Why:     "A client must find the matching name among identities of other types. A client that reads only the first one refuses a good server.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the server's name is among identities of other types", "MAIL:postmaster@{other}", "DNS:{other}", "IP:192.0.2.1", "DNS:{host}", "URI:https://{other}/"),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{findIdentities, anyIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.empty-subject",
			Title:   "The subject is empty, and a critical subject alternative name contains the server's name",
			Why:     "The subject alternative name is enough, and public CAs issue such certificates today. Some stacks crash or refuse when there is no common name, and so cannot use the server.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the subject is empty, and the subject alternative name is critical", "CN:", "DNS:{host}"),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{altNames, namedSubject},
			Needs:   aboutNames,
		},
		{
			ID:      "name.empty-subject-not-critical",
			Title:   "The subject is empty, and the subject alternative name is not critical",
			Why:     "The CA broke a rule of RFC 5280 that has no effect on security. Some clients refuse the certificate, others accept it.",
			Twin:    "paper.public-ca.sound",
			Change:  ofPKI("the subject is empty, and the subject alternative name is not critical", pkiforge.NoncriticalAltName()),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{altNames},
			Needs:   aboutNames,
		},
		{
			ID:      "name.underscore-beside",
			Title:   "The certificate has a dNSName with an underscore besides the server's name",
			Why:     "The syntax for host names does not allow underscores, but such names are in use. Strict parsers refuse the whole certificate.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the certificate also has a dNSName with an underscore", "DNS:_sips.{parent}", "DNS:{host}"),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{altNames},
			Needs:   aboutNames,
		},
		{
			ID:      "name.trailing-dot",
			Title:   "The dNSName is the server's name with a dot at the end",
			Why:     "In DNS, the name is the same with and without this dot. The syntax for certificates does not allow it, and clients differ.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName ends with a dot", "DNS:{host}."),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{altNames, matchLabels},
			Needs:   aboutNames,
		},
		{
			ID:      "name.parent-domain",
			Title:   "The certificate names only the parent domain of the server's name",
			Why:     "If a client accepts this, a company's web server with this certificate could impersonate every host below the domain.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the certificate names only the parent domain", "DNS:{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.child-domain",
			Title:   "The certificate names a host below the server's name",
			Why:     "A host below a domain can belong to someone else. If a client accepts its certificate, that host could impersonate the server.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the certificate names a host below the server's name", "DNS:a.{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.leading-dot",
			Title:   "The dNSName is the parent domain with a dot in front",
			Why:     "In some name constraints, the dot means every name below the domain. A client that reads a dNSName in this way accepts one certificate for all these hosts.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is the parent domain with a dot in front", "DNS:.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, altNames, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.appended-domain",
			Title:   "The certificate names a host of another domain, and this name begins with the server's name",
			Why:     "A client that stops comparing at the end of the expected name accepts an attacker's host as the server.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the server's name is followed by another domain", "DNS:{host}.{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.prefixed-label",
			Title:   "The dNSName is the server's name with letters in front",
			Why:     "A client that only compares the ends of the names accepts evilsip.example as sip.example.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("there are letters in front of the server's name", "DNS:evil{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchIdentity, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.look-alike",
			Title:   "The dNSName is an A-label (xn--) that people read as the server's name",
			Why:     "Shown to a person, the two names look the same. A client must compare A-labels, or an attacker with a similar name could impersonate the server.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is the A-label of a name that looks like the server's", "DNS:{twin}.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.utf8-look-alike",
			Title:   "The dNSName looks like the server's name but contains a non-ASCII letter in UTF-8",
			Why:     "A dNSName may contain only ASCII. A client that converts other letters to ASCII may get the server's name from an attacker's certificate.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName looks like the server's name but contains a non-ASCII letter", "DNS:\u0455ip.{parent}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.nul",
			Title:   "The dNSName is the server's name, followed by a NUL and another domain",
			Why:     "A client that handles the name as a C string stops at the NUL and reads only the server's name (CVE-2009-2408, CVE-2013-4238).",
			Twin:    "paper.public-ca.sound",
			Change:  presents("a NUL and another domain follow the server's name", "DNS:{host}\x00.{other}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchIdentity, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.port",
			Title:   "The dNSName is the server's name with a port",
			Why:     "A dNSName has no port. A client that cuts one off may cut at the wrong colon and compare the wrong name.",
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
			Why:     "Every name begins and ends with the empty string. A client that compares only the beginning or the end accepts this certificate for every server.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is empty", "DNS:"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.list",
			Title:   "One dNSName is a list that contains the server's name",
			Why:     "A client that prints the extension as text and splits it at commas finds a name that no CA certified (CVE-2021-44532).",
			Twin:    "paper.public-ca.sound",
			Change:  presents("one dNSName is a list of two names", "DNS:{other}, DNS:{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchIdentity, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.critical",
			Title:   "The subject alternative name is critical, although the subject is not empty",
			Why:     "Every client processes this extension, so the critical mark changes nothing. A client that refuses it cannot use the server.",
			Twin:    "paper.public-ca.sound",
			Change:  ofPKI("the subject alternative name is critical", pkiforge.CriticalAltName()),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{altNames},
			Needs:   aboutNames,
		},
		{
			ID:      "name.nul-at-end",
			Title:   "The dNSName is the server's name, followed by a NUL",
			Why:     "A client that handles the name as a C string does not see the NUL. It accepts a malformed name that no correct CA issues.",
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
			Why:     "RFC 5280 forbids this name. A client that removes spaces compares an empty name and may accept the certificate for every server.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is a space", "DNS: "),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.space-behind",
			Title:   "The dNSName is the server's name, followed by a space",
			Why:     "The two names are different. A client that removes characters before it compares may also accept a name that an attacker changed.",
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
			Why:     "A label must not be empty. A client that skips the empty label accepts a different name as the server's.",
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
			Why:     "The URI is in the wrong field, so the certificate names no host. A client that accepts it does not compare the whole name and hides the mistake.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is a SIP URI", "DNS:sip:{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
		{
			ID:      "name.address-of-record-as-name",
			Title:   "The dNSName is a user's address of record at the server",
			Why:     "If a client accepts this, every user with a certificate could impersonate the server.",
			Twin:    "paper.public-ca.sound",
			Change:  presents("the dNSName is an address of record", "DNS:alice@{host}"),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNames, matchLabels, compareIdentity},
			Needs:   aboutNames,
		},
	}
}
