package client

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"

	"siptrust/pkiforge"
)

// vars is what the templates of a profile can name.
type vars struct {
	URI, Domain, Host string
	// HostPort is the host as it stands in the URI, with the port if that has one.
	// Proxy is the URI of the outbound proxy, whose host HostPort then is; empty:
	// there is none. Literal is Host where that is an IP address; empty: it is a name.
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
	Case    string
	Timeout int    // whole seconds, rounded up
	DNS     string // address:port; empty: there is none
	// DNSAddress and DNSPort are the two parts of DNS.
	DNSAddress, DNSPort string

	// LocalPorts are consecutive: some programs take N and N+1 by themselves.
	LocalPorts []uint16

	places
	forms
}

// places are where a run keeps what its attempts share, for the profile's
// prepare as well.
type places struct {
	Scripts  string // what lies beside the profile
	Prepared string // made once a run, for what prepare makes
	binary
}

// binary is what is known before a run.
type binary struct {
	Siptrust string // the program that runs, for clients that are built into it
}

// self gives the program that runs.
func self() (binary, error) {
	path, err := os.Executable()
	return binary{path}, err
}

// forms are the formats of trust and identity that a profile can ask for.
// What it does not ask for is not made, and naming it is a mistake.
type forms struct {
	identity                             IdentityFormat
	trust                                TrustFormat
	caDir, trustFile, database, nickname string
}

// CADir is a directory of roots that is hashed as OpenSSL wants it.
func (f forms) CADir() (string, error) {
	if f.trust != TrustDirectory {
		return "", errors.New("the profile asks for no directory of roots; set trust: directory")
	}
	return f.caDir, nil
}

// TrustFile is a PKCS#12 file of roots.
func (f forms) TrustFile() (string, error) {
	if f.trust != TrustPKCS12 {
		return "", errors.New("the profile asks for no PKCS#12 file of roots; set trust: pkcs12")
	}
	return f.trustFile, nil
}

// NSS is the name of an NSS database with the roots: sql: and a directory.
func (f forms) NSS() (string, error) {
	if f.trust != TrustNSS {
		return "", errors.New("the profile asks for no NSS database; set trust: nss")
	}
	return f.database, nil
}

// Nickname is the identity's in the NSS database; empty without an identity.
func (f forms) Nickname() (string, error) {
	if f.identity != IdentityNSS {
		return "", errors.New("the profile asks for no identity in the NSS database; set identity: nss")
	}
	return f.nickname, nil
}

// Password protects the PKCS#12 files. It is no secret.
func (f forms) Password() (string, error) {
	if f.trust != TrustPKCS12 && f.identity != IdentityPKCS12 {
		return "", errors.New("the profile asks for no PKCS#12 file; set trust or identity to pkcs12")
	}
	return pkiforge.ExportPassword, nil
}

// varNames lists what a template can name, for error messages.
const varNames = ".URI .Domain .Host .HostPort .Proxy .Literal .Port .Address .SecondURI .SecondHost .CAFile .SystemCAFile .CustomCAFile " +
	".CertFile .KeyFile .IdentityFile .CAPEM .IdentityPEM .Dir .Case .Timeout .DNS .DNSAddress .DNSPort .LocalPort .LocalPorts .Scripts " +
	".Prepared .Siptrust .CADir .TrustFile .NSS .Nickname .Password"

// placeNames are those that prepare can name.
const placeNames = ".Scripts .Prepared .Siptrust"

// LocalPort is the first of LocalPorts.
func (v vars) LocalPort() (uint16, error) {
	if len(v.LocalPorts) == 0 {
		return 0, errors.New("the profile asks for no ports; set ports: 1")
	}
	return v.LocalPorts[0], nil
}

// environ is the contract for programs that take no profile.
func (v vars) environ() []string {
	ports := make([]string, len(v.LocalPorts))
	for i, p := range v.LocalPorts {
		ports[i] = strconv.Itoa(int(p))
	}
	return []string{
		"SIPTRUST_URI=" + v.URI,
		"SIPTRUST_DOMAIN=" + v.Domain,
		"SIPTRUST_HOST=" + v.Host,
		"SIPTRUST_HOSTPORT=" + v.HostPort,
		"SIPTRUST_PROXY=" + v.Proxy,
		"SIPTRUST_PORT=" + strconv.Itoa(int(v.Port)),
		"SIPTRUST_ADDRESS=" + v.Address,
		"SIPTRUST_SECOND_URI=" + v.SecondURI,
		"SIPTRUST_SECOND_HOST=" + v.SecondHost,
		"SIPTRUST_CA_FILE=" + v.CAFile,
		"SIPTRUST_SYSTEM_CA_FILE=" + v.SystemCAFile,
		"SIPTRUST_CUSTOM_CA_FILE=" + v.CustomCAFile,
		"SIPTRUST_CERT_FILE=" + v.CertFile,
		"SIPTRUST_KEY_FILE=" + v.KeyFile,
		"SIPTRUST_IDENTITY_FILE=" + v.IdentityFile,
		"SIPTRUST_DIR=" + v.Dir,
		"SIPTRUST_CASE=" + v.Case,
		"SIPTRUST_TIMEOUT=" + strconv.Itoa(v.Timeout),
		"SIPTRUST_DNS=" + v.DNS,
		"SIPTRUST_LOCAL_PORTS=" + strings.Join(ports, " "),
	}
}

// Template is a text with {{.Name}} in it, known to render. The zero value
// renders as nothing.
type Template struct {
	text   string
	parsed *template.Template // nil: text has no actions
}

// String gives the template as it was written.
func (t Template) String() string { return t.text }

// templateError is a fault on one line of a template, counted from 1.
type templateError struct {
	line    int
	problem string
}

func (e *templateError) Error() string { return e.problem }

// samplePlaces stand for those of a run.
var (
	sampleBinary = binary{"/d/siptrust"}
	samplePlaces = places{"/d/scripts", "/d/prepared", sampleBinary}
)

// samples are attempts with and without an identity and a DNS server.
func samples(p *Profile) (bare, full vars) {
	bare = vars{
		URI: "sips:alice@host.test:5061", Domain: "host.test", Host: "host.test", HostPort: "host.test:5061", Port: 5061,
		Address: "127.0.0.1",
		CAFile:  "/d/ca", SystemCAFile: "/d/system", CustomCAFile: "/d/custom", Dir: "/d", Case: "a.b", Timeout: 10,
		LocalPorts: make([]uint16, p.Ports), places: samplePlaces,
		forms: forms{identity: p.Identity, trust: p.Trust, caDir: "/d/roots", trustFile: "/d/p12", database: "sql:/d/nss"},
	}
	full = bare
	full.SecondURI, full.SecondHost = "sips:alice@second.test:5061", "second.test"
	full.CertFile, full.KeyFile, full.IdentityFile, full.DNS = "/d/cert", "/d/key", "/d/identity", "127.0.0.1:53"
	full.nickname = nickname
	full.DNSAddress, full.DNSPort, full.IdentityPEM = "127.0.0.1", "53", "identity"
	return bare, full
}

// newTemplate parses text and renders it for every sample, so that every
// mistake shows before a run.
func newTemplate(text string, samples ...any) (Template, error) {
	t := Template{text: text}
	if !strings.Contains(text, "{{") {
		return t, nil
	}
	parsed, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		return Template{}, tidyTemplateError(err)
	}
	if len(parsed.Templates()) > 1 {
		return Template{}, &templateError{1, "a template defines no others"}
	}
	t.parsed = parsed
	if parsed.Tree == nil {
		return t, nil
	}
	if err := onlyConditions(parsed.Root); err != nil {
		return Template{}, err
	}
	for _, v := range samples {
		if _, err := t.render(v); err != nil {
			return Template{}, tidyTemplateError(err)
		}
	}
	return t, nil
}

// onlyConditions refuses the constructs that a profile has no use for; loops
// and calls among them could keep the reader busy for ever.
func onlyConditions(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode, *parse.ActionNode, *parse.CommentNode:
		case *parse.IfNode:
			if err := errors.Join(onlyConditions(n.List), onlyConditions(n.ElseList)); err != nil {
				return err
			}
		default:
			return &templateError{1, fmt.Sprintf("%s is not allowed in a template, only values and {{if}}", n)}
		}
	}
	return nil
}

// render gives the text for one attempt ([vars]), for a run ([places]) or
// before one ([binary]).
func (t Template) render(v any) (string, error) {
	if t.parsed == nil {
		return t.text, nil
	}
	var b strings.Builder
	if err := t.parsed.Execute(&b, v); err != nil {
		return "", err
	}
	return b.String(), nil
}

var templateFault = regexp.MustCompile(`^template: :(\d+)(?::\d+)?: (?:executing "" at )?`)

// tidyTemplateError takes what text/template wraps around a fault off it.
func tidyTemplateError(err error) error {
	if te, ok := errors.AsType[*templateError](err); ok {
		return te
	}
	line, text := 1, err.Error()
	if m := templateFault.FindStringSubmatch(text); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
		text = text[len(m[0]):]
	}
	if at, rest, ok := strings.Cut(text, ": can't evaluate field "); ok {
		field, _, _ := strings.Cut(rest, " ")
		known := varNames
		switch {
		case strings.Contains(rest, "client.places"):
			known = placeNames
		case strings.Contains(rest, "client.binary"):
			known = ".Siptrust"
		}
		text = fmt.Sprintf("%s: there is no .%s; one of %s", at, field, known)
	}
	return &templateError{line, "bad template: " + text}
}
