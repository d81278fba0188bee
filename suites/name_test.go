package suites_test

import (
	"strings"

	"siptrust/suites/catalogue"
)

// renames lists the fields of the server's certificate that cases change,
// apart by spaces: all of them are about what it is called.
func renames(fields string, ids ...string) {
	var plan []string
	for field := range strings.FieldsSeq(fields) {
		plan = append(plan, "server "+field)
	}
	for _, id := range ids {
		changes[id] = change{plan: plan}
	}
}

func init() {
	renames("Subject DNS",
		"name.case", "name.many-last", "name.underscore-beside", "name.trailing-dot", "name.parent-domain",
		"name.child-domain", "name.leading-dot", "name.appended-domain", "name.prefixed-label", "name.look-alike",
		"name.utf8-look-alike", "name.nul", "name.port", "name.empty", "name.list", "name.wildcard",
		"name.wildcard-two-labels", "name.wildcard-apex", "name.wildcard-label-end", "name.wildcard-label-start",
		"name.wildcard-label-middle", "name.wildcard-inner", "name.wildcard-double", "name.wildcard-alone", "name.wildcard-top-level",
		"name.cn-first-of-two", "name.cn-last-of-two", "name.cn-wildcard", "name.cn-sentence", "name.cn-uri", "name.cn-nul",
		"name.none", "name.nothing", "name.nul-at-end", "name.space", "name.space-behind", "name.two-dots", "name.uri-as-name",
		"name.address-of-record-as-name", "name.domain-components", "name.unit",
	)
	renames("Subject", "name.other-common-name", "name.empty-subject")
	renames("Subject DNS Extra",
		"name.among-others", "name.empty-alt-name", "name.mail-only", "name.directory-only", "name.registered-id-only",
		"name.principal-only", "name.srv-only", "name.address-of-five-octets", "name.injected-by-mail",
		"name.issuer-alternative-name", "name.netscape",
	)
	renames("Subject EditTBS", "name.empty-subject-not-critical")
	renames("EditTBS", "name.critical")
	renames("DNS", "name.cn-only", "name.cn-beside-other-name", "name.cn-beside-wildcard")
	renames("DNS Extra", "name.cn-beside-mail", "name.cn-beside-empty-alt-name")
	renames("Subject DNS IPs", "name.address-only")
	renames("Subject DNS URIs", "name.injected-by-uri")
}

// Which cases of names each mutant fails for what it lacks.
func init() {
	explains("name",
		"name.parent-domain", "name.child-domain", "name.leading-dot", "name.appended-domain", "name.prefixed-label",
		"name.look-alike", "name.nul", "name.port", "name.empty", "name.list", "name.wildcard-two-labels",
		"name.wildcard-apex", "name.wildcard-inner", "name.wildcard-double", "name.wildcard-alone", "name.cn-beside-other-name",
		"name.cn-sentence", "name.cn-uri", "name.cn-nul", "name.none", "name.empty-alt-name", "name.nothing",
		"name.mail-only", "name.directory-only", "name.registered-id-only", "name.principal-only", "name.address-only",
		"name.injected-by-uri", "name.injected-by-mail", "name.nul-at-end", "name.space", "name.space-behind", "name.two-dots",
		"name.uri-as-name", "name.address-of-record-as-name", "name.cn-beside-wildcard", "name.unit",
		"name.domain-components", "name.issuer-alternative-name", "name.netscape",
	)
	explains("all-names", "name.many-last", "name.among-others")
	explains("letter-case", "name.case")
	explains("whole-name",
		"name.parent-domain", "name.child-domain", "name.leading-dot", "name.appended-domain", "name.prefixed-label",
		"name.nul", "name.port", "name.list", "name.nul-at-end", "name.space-behind", "name.uri-as-name",
		"name.address-of-record-as-name",
	)
	explains("nul", "name.nul", "name.nul-at-end")
	explains("wildcards",
		"name.wildcard-two-labels", "name.wildcard-apex", "name.wildcard-inner", "name.wildcard-double", "name.wildcard-alone",
	)
	explains("common-name", "name.cn-beside-other-name", "name.cn-beside-wildcard")
	explainUnder(catalogue.RFC5922, "name",
		"name.wildcard", "name.wildcard-top-level", "name.wildcard-label-end", "name.wildcard-label-start", "name.wildcard-label-middle", "name.cn-beside-mail", "name.cn-wildcard",
		"name.srv-only", "name.cn-beside-empty-alt-name",
	)
	explainUnder(catalogue.RFC5922, "wildcards", "name.wildcard", "name.wildcard-top-level", "name.wildcard-label-end", "name.wildcard-label-start", "name.wildcard-label-middle")
	explainUnder(catalogue.RFC5922, "common-name", "name.cn-beside-mail", "name.cn-beside-empty-alt-name")
	explainUnder(catalogue.RFC9525, "wildcards", "name.wildcard-label-end", "name.wildcard-label-start", "name.wildcard-label-middle")
	explainUnder(catalogue.RFC9525, "name",
		"name.wildcard-label-end", "name.wildcard-label-start", "name.wildcard-label-middle",
		"name.cn-only", "name.cn-beside-mail", "name.cn-first-of-two", "name.cn-last-of-two", "name.cn-wildcard",
		"name.cn-beside-empty-alt-name",
	)
	explainUnder(catalogue.RFC9525, "common-name",
		"name.cn-only", "name.cn-beside-mail", "name.cn-last-of-two", "name.cn-wildcard",
		"name.cn-beside-empty-alt-name",
	)
	explainUnder(catalogue.Apple, "name",
		"name.cn-only", "name.cn-beside-mail", "name.cn-first-of-two", "name.cn-last-of-two", "name.cn-wildcard",
		"name.cn-beside-empty-alt-name",
	)
	explainUnder(catalogue.Apple, "common-name",
		"name.cn-only", "name.cn-beside-mail", "name.cn-last-of-two", "name.cn-wildcard",
		"name.cn-beside-empty-alt-name",
	)

	enforced["name.utf8-look-alike"] = "x509.ParseCertificate: a dNSName is an IA5String (RFC 5280 4.2.1.6)"
}
