package profile

import (
	"fmt"
	"strconv"
	"strings"

	"siptrust/internal/nearest"
	"siptrust/pkiforge"
)

// Values are what the texts of a profile can name, and the environment of a
// program, for one attempt. [Template.Render] says which of them must be set.
type Values struct {
	URI, Domain, Host string
	// HostPort is the host as in the URI, with the port if the URI has one. Proxy is
	// the URI of the outbound proxy, whose host HostPort then is; empty: there is
	// none. Literal is Host where that is an IP address; empty: it is a name.
	HostPort, Proxy, Literal string
	Port                     uint16
	Address                  string // without the port

	// SecondURI is empty when there is no second account.
	SecondURI, SecondHost string

	CAFile, SystemCAFile, CustomCAFile string
	// CertFile, KeyFile and IdentityFile are empty when the endpoint has no
	// identity.
	CertFile, KeyFile, IdentityFile string
	CAPEM, IdentityPEM              string // what CAFile and the PEM file of the identity hold

	Dir     string
	ID      string // of the attempt, which tells the client nothing
	Timeout int    // whole seconds, rounded up
	DNS     string // address:port; empty: there is none
	// DNSAddress and DNSPort are the two parts of DNS.
	DNSAddress, DNSPort string

	// LocalPorts are consecutive: some programs take N and N+1 by themselves.
	LocalPorts []uint16

	// CADir, TrustFile, NSS and Nickname are set where the profile's trust and
	// identity ask for them.
	CADir, TrustFile, NSS, Nickname string

	Scripts  string // directory of the files that belong to the profile
	Prepared string // directory that prepare runs in, once a run
	Siptrust string // path of the program that runs, for clients that are built into it
}

// moment is when a value is known.
type moment int

const (
	beforeRun moment = iota
	inRun            // for prepare
	inAttempt
)

// name is one thing that the texts of a profile can name.
type name struct {
	name  string // in a text: {{.name}}
	env   string // the program's environment variable; empty: it has none
	known moment
	value func(*Values) any // a string, int, uint16 or []uint16
	about string            // for people, in Markdown
	// asked says whether the profile asks for it; nil: it is always there. lacks is
	// what a profile that does not ask lacks, and how to ask.
	lacks string
	asked func(*Profile) bool
}

// names is the one list of what texts can name. The environment, the messages
// about names that are not there and the table in profiles/README.md come from
// it.
var names = []name{
	{name: "URI", env: "SIPTRUST_URI", known: inAttempt, value: func(v *Values) any { return v.URI }, about: "address of record to register"},
	{name: "Domain", env: "SIPTRUST_DOMAIN", known: inAttempt, value: func(v *Values) any { return v.Domain }, about: "SIP domain"},
	{name: "Host", env: "SIPTRUST_HOST", known: inAttempt, value: func(v *Values) any { return v.Host }, about: "server name"},
	{
		name: "HostPort", env: "SIPTRUST_HOSTPORT", known: inAttempt, value: func(v *Values) any { return v.HostPort },
		about: "the same as in the URI: host and port, or a domain alone, whose server DNS knows (NAPTR, SRV)",
	},
	{
		name: "Proxy", env: "SIPTRUST_PROXY", known: inAttempt, value: func(v *Values) any { return v.Proxy },
		about: "URI of the outbound proxy, whose host and port `{{.HostPort}}` then is; empty when there is none",
	},
	{name: "Literal", known: inAttempt, value: func(v *Values) any { return v.Literal }, about: "the host where it is an IP address, else empty"},
	{name: "Port", env: "SIPTRUST_PORT", known: inAttempt, value: func(v *Values) any { return v.Port }, about: "port of the server"},
	{name: "Address", env: "SIPTRUST_ADDRESS", known: inAttempt, value: func(v *Values) any { return v.Address }, about: "IP address to connect to"},
	{
		name: "SecondURI", env: "SIPTRUST_SECOND_URI", known: inAttempt, value: func(v *Values) any { return v.SecondURI },
		about: "a second account to register besides; empty when there is none",
	},
	{
		name: "SecondHost", env: "SIPTRUST_SECOND_HOST", known: inAttempt, value: func(v *Values) any { return v.SecondHost },
		about: "domain and server name of the second account, at the same address and port",
	},
	{name: "CAFile", env: "SIPTRUST_CA_FILE", known: inAttempt, value: func(v *Values) any { return v.CAFile }, about: "every root the endpoint trusts, PEM"},
	{name: "SystemCAFile", env: "SIPTRUST_SYSTEM_CA_FILE", known: inAttempt, value: func(v *Values) any { return v.SystemCAFile }, about: "the system's roots alone"},
	{name: "CustomCAFile", env: "SIPTRUST_CUSTOM_CA_FILE", known: inAttempt, value: func(v *Values) any { return v.CustomCAFile }, about: "the roots that the owner added, alone"},
	{
		name: "CertFile", env: "SIPTRUST_CERT_FILE", known: inAttempt, value: func(v *Values) any { return v.CertFile },
		about: "the client's own chain, PEM; empty when it has none",
	},
	{name: "KeyFile", env: "SIPTRUST_KEY_FILE", known: inAttempt, value: func(v *Values) any { return v.KeyFile }, about: "the key to it, PEM; empty when it has none"},
	{name: "IdentityFile", env: "SIPTRUST_IDENTITY_FILE", known: inAttempt, value: func(v *Values) any { return v.IdentityFile }, about: "chain and key in one file; empty when it has none"},
	{name: "CAPEM", known: inAttempt, value: func(v *Values) any { return v.CAPEM }, about: "what `{{.CAFile}}` holds, for a file of the client's own"},
	{name: "IdentityPEM", known: inAttempt, value: func(v *Values) any { return v.IdentityPEM }, about: "chain and key in PEM, for a file of the client's own; empty when it has none"},
	{name: "Dir", env: "SIPTRUST_DIR", known: inAttempt, value: func(v *Values) any { return v.Dir }, about: "the attempt's own directory"},
	{name: "Id", env: "SIPTRUST_ID", known: inAttempt, value: func(v *Values) any { return v.ID }, about: "a word of the attempt's own, which means nothing"},
	{name: "Timeout", env: "SIPTRUST_TIMEOUT", known: inAttempt, value: func(v *Values) any { return v.Timeout }, about: "limit of the attempt in seconds"},
	{
		name: "DNS", env: "SIPTRUST_DNS", known: inAttempt, value: func(v *Values) any { return v.DNS },
		about: "DNS server that knows the name, `address:port`; empty when there is none",
	},
	{name: "DNSAddress", known: inAttempt, value: func(v *Values) any { return v.DNSAddress }, about: "the address of that DNS server"},
	{name: "DNSPort", known: inAttempt, value: func(v *Values) any { return v.DNSPort }, about: "the port of that DNS server"},
	{
		name: "LocalPort", known: inAttempt, value: func(v *Values) any { return first(v.LocalPorts) },
		about: "the first of the free local ports", lacks: "no ports; set ports: 1", asked: func(p *Profile) bool { return p.Ports > 0 },
	},
	{
		name: "LocalPorts", env: "SIPTRUST_LOCAL_PORTS", known: inAttempt, value: func(v *Values) any { return v.LocalPorts },
		about: "free local ports in a row, as many as `ports` asks for; the second is `{{index .LocalPorts 1}}`",
	},
	{name: "Scripts", known: inRun, value: func(v *Values) any { return v.Scripts }, about: "the directory of the profile and of what belongs to it"},
	{name: "Prepared", known: inRun, value: func(v *Values) any { return v.Prepared }, about: "the directory in which `prepare` runs and leaves what it makes"},
	{name: "Siptrust", known: beforeRun, value: func(v *Values) any { return v.Siptrust }, about: "siptrust itself, for clients that are built into it"},
	{
		name: "CADir", known: inAttempt, value: func(v *Values) any { return v.CADir }, about: "directory of roots, with `trust: directory`",
		lacks: "no directory of roots; set trust: directory", asked: func(p *Profile) bool { return p.Trust == TrustDirectory },
	},
	{
		name: "TrustFile", known: inAttempt, value: func(v *Values) any { return v.TrustFile }, about: "PKCS#12 file of roots, with `trust: pkcs12`",
		lacks: "no PKCS#12 file of roots; set trust: pkcs12", asked: func(p *Profile) bool { return p.Trust == TrustPKCS12 },
	},
	{
		name: "NSS", known: inAttempt, value: func(v *Values) any { return v.NSS }, about: "NSS database with the roots, as NSS names it: `sql:` and a directory; with `trust: nss`",
		lacks: "no NSS database; set trust: nss", asked: func(p *Profile) bool { return p.Trust == TrustNSS },
	},
	{
		name: "Nickname", known: inAttempt, value: func(v *Values) any { return v.Nickname }, about: "name of the client's certificate in that database, with `identity: nss`; empty when there is none",
		lacks: "no identity in the NSS database; set identity: nss", asked: func(p *Profile) bool { return p.Identity == IdentityNSS },
	},
	{
		// It is no secret.
		name: "Password", known: inAttempt, value: func(*Values) any { return pkiforge.ExportPassword }, about: "password of the PKCS#12 files",
		lacks: "no PKCS#12 file; set trust or identity to pkcs12",
		asked: func(p *Profile) bool { return p.Trust == TrustPKCS12 || p.Identity == IdentityPKCS12 },
	},
}

// Environ is the environment by which a program needs no profile.
func (v Values) Environ() (env []string) {
	for _, n := range names {
		if n.env != "" {
			env = append(env, n.env+"="+asText(n.value(&v)))
		}
	}
	return env
}

func first(ports []uint16) uint16 {
	if len(ports) == 0 {
		return 0
	}
	return ports[0]
}

// asText formats a value: a list with a space between its elements.
func asText(value any) string {
	ports, ok := value.([]uint16)
	if !ok {
		return fmt.Sprint(value)
	}
	words := make([]string, len(ports))
	for i, p := range ports {
		words[i] = strconv.Itoa(int(p))
	}
	return strings.Join(words, " ")
}

// lookUp says in one line why a text cannot name something at a moment; empty:
// it can.
func lookUp(field string, p *Profile, at moment) (problem string) {
	if field == "Case" {
		return "a client does not know its case; {{.Id}} is a word of the attempt's own"
	}
	var known []string
	for _, n := range names {
		switch {
		case n.known > at:
		case n.name != field:
			known = append(known, "."+n.name)
		case n.asked != nil && !n.asked(p):
			return "the profile asks for " + n.lacks
		default:
			return ""
		}
	}
	problem = fmt.Sprintf("there is no .%s; one of %s", field, strings.Join(known, " "))
	if near := nearest.To("."+field, known); near != "" {
		problem += "; did you mean " + near + "?"
	}
	return problem
}
