package profile

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
)

// Template is a text with {{.Name}} in it, known to render. The zero value
// renders as nothing.
type Template struct {
	text   string
	parsed *template.Template // nil: text has no actions
}

// Literal makes a text that is used as it is, whatever it holds.
func Literal(text string) Template { return Template{text: text} }

// String gives the template as it was written.
func (t Template) String() string { return t.text }

// Fixed says that the text is the same for every attempt.
func (t Template) Fixed() bool { return t.parsed == nil }

// Render returns the text for one attempt. The words of prepare need Scripts,
// Prepared and Siptrust of v alone, those of a version's command Siptrust.
func (t Template) Render(v Values) (string, error) {
	if t.parsed == nil {
		return t.text, nil
	}
	data := make(map[string]any, len(names))
	for _, n := range names {
		data[n.name] = n.value(&v)
	}
	var b bounded
	if err := t.parsed.Execute(&b, data); err != nil {
		return "", err
	}
	return b.String(), nil
}

// maxText bounds what a text renders as, in octets: printf can write at any
// width.
const maxText = 1 << 20

type bounded struct{ strings.Builder }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxText {
		return 0, fmt.Errorf("the text comes to more than %d octets", maxText)
	}
	return b.Builder.Write(p)
}

// RenderAll renders the words of a command.
func RenderAll(words []Template, v Values) (argv []string, err error) {
	for _, word := range words {
		s, err := word.Render(v)
		if err != nil {
			return nil, err
		}
		argv = append(argv, s)
	}
	return argv, nil
}

// RenderCommand returns the argv of the profile's command. A word that depends on
// the attempt and renders as nothing is left out.
func (p *Profile) RenderCommand(v Values) (argv []string, err error) {
	for _, t := range p.Command {
		s, err := t.Render(v)
		if err != nil {
			return nil, err
		}
		if s != "" || t.Fixed() {
			argv = append(argv, s)
		}
	}
	return argv, nil
}

// templateError is a fault on one line of a template, counted from 1.
type templateError struct {
	line    int
	problem string
}

func (e *templateError) Error() string { return e.problem }

// samples are values of attempts with and without an identity and a DNS server.
func samples(p *Profile) (bare, full Values) {
	bare = Values{
		URI: "sips:alice@host.test:5061", Domain: "host.test", Host: "host.test", HostPort: "host.test:5061", Port: 5061,
		Address: "127.0.0.1",
		CAFile:  "/d/ca", SystemCAFile: "/d/system", CustomCAFile: "/d/custom", Dir: "/d", ID: "word", Timeout: 10,
		LocalPorts: make([]uint16, p.Ports), CADir: "/d/roots", TrustFile: "/d/p12", NSS: "sql:/d/nss",
		Scripts: "/d/scripts", Prepared: "/d/prepared", Siptrust: "/d/siptrust",
	}
	full = bare
	full.SecondURI, full.SecondHost = "sips:alice@second.test:5061", "second.test"
	full.CertFile, full.KeyFile, full.IdentityFile, full.DNS = "/d/cert", "/d/key", "/d/identity", "127.0.0.1:53"
	full.Nickname = "siptrust-client"
	full.DNSAddress, full.DNSPort, full.IdentityPEM = "127.0.0.1", "53", "identity"
	return bare, full
}

// newTemplate parses the text of a profile that is rendered at a moment. It
// looks up all that the text names and renders it for each sample, so that every
// mistake shows before a run: it is a [*templateError].
func newTemplate(text string, p *Profile, at moment) (Template, error) {
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
	c := checker{text: text, profile: p, at: at}
	if err := c.nodes(parsed.Root); err != nil {
		return Template{}, err
	}
	bare, full := samples(p)
	for _, v := range []Values{bare, full} {
		if _, err := t.Render(v); err != nil {
			return Template{}, tidyTemplateError(err)
		}
	}
	return t, nil
}

// checker goes through a template that is rendered at a moment.
type checker struct {
	text    string
	profile *Profile
	at      moment
}

func (c *checker) fail(n parse.Node, format string, args ...any) error {
	line := 1 + strings.Count(c.text[:min(int(n.Position()), len(c.text))], "\n")
	return &templateError{line, fmt.Sprintf(format, args...)}
}

// nodes refuses the constructs that a profile has no use for; loops and calls
// among them could keep the reader busy for ever.
func (c *checker) nodes(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, n := range list.Nodes {
		var err error
		switch n := n.(type) {
		case *parse.TextNode, *parse.CommentNode:
		case *parse.ActionNode:
			err = c.names(n.Pipe)
		case *parse.IfNode:
			err = cmp.Or(c.names(n.Pipe), c.nodes(n.List), c.nodes(n.ElseList))
		default:
			err = c.fail(n, "%s is not allowed in a template, only values and {{if}}", n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// names looks up all that a pipe names.
func (c *checker) names(pipe *parse.PipeNode) error {
	for _, command := range pipe.Cmds {
		for _, n := range command.Args {
			var path []string
			switch n := n.(type) {
			case *parse.FieldNode:
				path = n.Ident
			case *parse.VariableNode:
				path = n.Ident[1:] // of $, or of one that the template sets
			case *parse.PipeNode:
				if err := c.names(n); err != nil {
					return err
				}
			}
			if len(path) == 0 {
				continue
			}
			if problem := lookUp(strings.Join(path, "."), c.profile, c.at); problem != "" {
				return c.fail(n, "bad template: <%s>: %s", n, problem)
			}
		}
	}
	return nil
}

var templateFault = regexp.MustCompile(`^template: :(\d+)(?::\d+)?: (?:executing "" at )?`)

// tidyTemplateError removes what text/template writes before a fault.
func tidyTemplateError(err error) error {
	line, text := 1, err.Error()
	if m := templateFault.FindStringSubmatch(text); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
		text = text[len(m[0]):]
	}
	return &templateError{line, "bad template: " + text}
}
