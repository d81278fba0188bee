package suites_test

import (
	"siptrust/suites/catalogue"
)

func init() {
	renames("Subject DNS", "sip-name.uri-only", "sip-name.uri-beside-other-name")
	renames("Subject DNS URIs",
		"sip-name.several-domains", "sip-name.several-uris", "sip-name.other-domain", "sip-name.parent-domain",
		"sip-name.child-domain", "sip-name.appended-domain", "sip-name.wildcard", "sip-name.sips-only",
		"sip-name.https-only", "sip-name.tel-only", "sip-name.userpart-only", "sip-name.userpart-is-host",
		"sip-name.userpart-empty", "sip-name.at-in-parameter", "sip-name.two-ats", "sip-name.double-slash",
		"sip-name.no-host", "sip-name.nul", "sip-name.address", "sip-name.port", "sip-name.parameter", "sip-name.header",
		"sip-name.scheme-case", "sip-name.host-case", "sip-name.trailing-dot", "sip-name.sips-beside-other-name",
		"sip-name.userpart-beside-other-name", "sip-name.password", "sip-name.escaped-at", "sip-name.at-in-header",
		"sip-name.list", "sip-name.name-in-parameter",
	)
	renames("Subject URIs",
		"sip-name.other-uri-beside-name", "sip-name.wildcard-beside-name", "sip-name.sips-beside-name",
		"sip-name.https-beside-name", "sip-name.userpart-beside-name", "sip-name.many-last", "sip-name.sips-disagrees",
		"sip-name.userpart-disagrees",
	)
	renames("DNS URIs", "sip-name.other-uri-beside-common-name")

	explains("name",
		"sip-name.other-domain", "sip-name.parent-domain", "sip-name.child-domain", "sip-name.appended-domain",
		"sip-name.wildcard", "sip-name.sips-only", "sip-name.https-only", "sip-name.tel-only", "sip-name.userpart-only",
		"sip-name.userpart-is-host", "sip-name.userpart-empty", "sip-name.at-in-parameter", "sip-name.two-ats",
		"sip-name.double-slash", "sip-name.no-host", "sip-name.address", "sip-name.sips-beside-other-name",
		"sip-name.userpart-beside-other-name", "sip-name.password", "sip-name.escaped-at", "sip-name.at-in-header",
		"sip-name.list", "sip-name.name-in-parameter",
	)
	explains("all-names", "sip-name.several-domains", "sip-name.many-last")
	explains("uri-userpart", "sip-name.userpart-beside-name")
	explains("uri-scheme", "sip-name.sips-beside-name")
	explainUnder(catalogue.RFC5922, "name",
		"sip-name.other-uri-beside-name", "sip-name.other-uri-beside-common-name", "sip-name.wildcard-beside-name",
	)
	explainUnder(catalogue.RFC5922, "all-names", "sip-name.several-uris")
	explainUnder(catalogue.RFC5922, "letter-case", "sip-name.host-case")
	explainUnder(catalogue.RFC5922, "wildcards", "sip-name.wildcard-beside-name")
	explainUnder(catalogue.RFC9525, "name", "sip-name.other-uri-beside-common-name")
	explainUnder(catalogue.RFC9525, "all-names", "sip-name.several-uris")
	explainUnder(catalogue.RFC9525, "letter-case", "sip-name.host-case")
	explainUnder(catalogue.RFC9525, "common-name", "sip-name.other-uri-beside-common-name")
	explainUnder(catalogue.Apple, "name",
		"sip-name.uri-only", "sip-name.uri-beside-other-name", "sip-name.other-uri-beside-common-name",
	)
	explainUnder(catalogue.Apple, "common-name", "sip-name.other-uri-beside-common-name")
	explainUnder(catalogue.Teams, "name", "sip-name.uri-only", "sip-name.uri-beside-other-name")

	enforced["sip-name.nul"] = "x509.ParseCertificate: a URI has no control characters (RFC 5280 4.2.1.6, RFC 3986 2)"
}
