package profile

import (
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// key is one key of a mapping: what it is called and what reads its value.
type key struct {
	name string
	read func(r *reader, n *yaml.Node, p *Profile) error
}

// profileKeys, stdinKeys and versionKeys are all that a profile may say. The
// ports come before the templates that may name them.
var (
	profileKeys = []key{
		{"name", func(r *reader, n *yaml.Node, p *Profile) (err error) { p.Name, err = r.word(n); return }},
		{"title", func(r *reader, n *yaml.Node, p *Profile) (err error) { p.Title, err = r.text(n); return }},
		{"ports", func(r *reader, n *yaml.Node, p *Profile) (err error) { p.Ports, err = r.number(n, 0, 16); return }},
		{"identity", func(r *reader, n *yaml.Node, p *Profile) error {
			v, err := r.oneOf(n, "format", texts(IdentityPEM, IdentityOnePEM, IdentityPKCS12, IdentityNSS)...)
			p.Identity = IdentityFormat(v)
			return err
		}},
		{"trust", func(r *reader, n *yaml.Node, p *Profile) error {
			v, err := r.oneOf(n, "format", texts(TrustFile, TrustDirectory, TrustPKCS12, TrustNSS)...)
			p.Trust = TrustFormat(v)
			return err
		}},
		{"command", (*reader).command},
		{"debian", func(r *reader, n *yaml.Node, p *Profile) (err error) { p.Debian, err = r.text(n); return }},
		{"npm", func(r *reader, n *yaml.Node, p *Profile) (err error) { p.NPM, err = r.text(n); return }},
		{"needs", (*reader).needs},
		{"prepare", (*reader).prepare},
		{"policy", func(r *reader, n *yaml.Node, p *Profile) (err error) { p.Policy, err = r.word(n); return }},
		{"env", (*reader).env},
		{"files", (*reader).files},
		{"stdin", func(r *reader, n *yaml.Node, p *Profile) error {
			p.Stdin.Close = true
			return r.mapping(n, stdinKeys, p)
		}},
		{"version", (*reader).version},
		{"names", (*reader).names},
		{"settle", func(r *reader, n *yaml.Node, p *Profile) (err error) { p.Settle, err = r.duration(n, 0); return }},
		{"silence", func(r *reader, n *yaml.Node, p *Profile) (err error) { p.Silence, err = r.duration(n, 0); return }},
		{"timeout", func(r *reader, n *yaml.Node, p *Profile) (err error) {
			p.Timeout, err = r.duration(n, time.Millisecond)
			return
		}},
		{"parallel", func(r *reader, n *yaml.Node, p *Profile) (err error) { p.Parallel, err = r.number(n, 0, 1000); return }},
		{"traps", func(r *reader, n *yaml.Node, p *Profile) error {
			v, err := r.oneOf(n, "traps", "own", "near")
			p.NearTraps = v == "near"
			return err
		}},
		{"lacks", (*reader).lacks},
	}
	stdinKeys = []key{
		{"text", func(r *reader, n *yaml.Node, p *Profile) (err error) { p.Stdin.Text, err = r.template(n, p); return }},
		{"hold", func(r *reader, n *yaml.Node, p *Profile) error {
			v, err := r.boolean(n)
			p.Stdin.Close = !v
			return err
		}},
	}
	versionKeys = []key{
		{"command", func(r *reader, n *yaml.Node, p *Profile) (err error) {
			p.Version.Command, err = r.templates(n, p, beforeRun)
			return
		}},
		{"pattern", (*reader).pattern},
	}
)

func (r *reader) template(n *yaml.Node, p *Profile) (Template, error) {
	return r.templateOf(n, p, inAttempt)
}

// templateOf reads a template that is rendered at a moment.
func (r *reader) templateOf(n *yaml.Node, p *Profile, at moment) (Template, error) {
	s, err := r.text(n)
	if err != nil {
		return Template{}, err
	}
	t, err := newTemplate(s, p, at)
	if te, ok := errors.AsType[*templateError](err); ok {
		line := max(follow(n).Line, 1)
		if follow(n).Style&yaml.LiteralStyle != 0 {
			line += te.line // the text starts on the line behind the mark
		}
		return Template{}, r.at(line, "%s", te.problem)
	}
	return t, err
}

func (r *reader) command(n *yaml.Node, p *Profile) error {
	return r.items(n, func(e *yaml.Node) error {
		t, err := r.template(e, p)
		if err == nil && t.text == "" && len(p.Command) == 0 {
			err = r.fail(e, "the program has no name")
		}
		p.Command = append(p.Command, t)
		return err
	})
}

func (r *reader) needs(n *yaml.Node, p *Profile) error {
	return r.items(n, func(e *yaml.Node) error {
		command, err := r.texts(e)
		p.Needs = append(p.Needs, command)
		return err
	})
}

func (r *reader) prepare(n *yaml.Node, p *Profile) error {
	return r.items(n, func(e *yaml.Node) error {
		command, err := r.templates(e, p, inRun)
		p.Prepare = append(p.Prepare, command)
		return err
	})
}

// templates reads a list of templates none of which is empty.
func (r *reader) templates(n *yaml.Node, p *Profile, at moment) (all []Template, err error) {
	err = r.items(n, func(e *yaml.Node) error {
		t, err := r.templateOf(e, p, at)
		if err == nil && t.text == "" {
			err = r.fail(e, "an empty text")
		}
		all = append(all, t)
		return err
	})
	return all, err
}

var envForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (r *reader) env(n *yaml.Node, p *Profile) error {
	return r.pairs(n, func(k, v *yaml.Node) error {
		if !envForm.MatchString(k.Value) || strings.HasPrefix(k.Value, "SIPTRUST_") {
			return r.fail(k, "not a name for an environment variable of the client's")
		}
		t, err := r.template(v, p)
		p.Env = append(p.Env, EnvVar{k.Value, t})
		return err
	})
}

func (r *reader) files(n *yaml.Node, p *Profile) error {
	return r.pairs(n, func(k, v *yaml.Node) error {
		first, _, _ := strings.Cut(filepath.ToSlash(filepath.Clean(k.Value)), "/")
		if !filepath.IsLocal(k.Value) || strings.ContainsRune(k.Value, 0) || first == "." || first == OwnDir {
			return r.fail(k, "want a path within the attempt's directory, outside %s/", OwnDir)
		}
		t, err := r.template(v, p)
		if err == nil && strings.HasSuffix(k.Value, "/") && t.text != "" {
			err = r.fail(v, "a directory has no text")
		}
		p.Files = append(p.Files, File{k.Value, t})
		return err
	})
}

func (r *reader) version(n *yaml.Node, p *Profile) error {
	if err := r.mapping(n, versionKeys, p); err != nil {
		return err
	}
	if len(p.Version.Command) == 0 || p.Version.Pattern == nil {
		return r.fail(n, "want both command and pattern")
	}
	return nil
}

func (r *reader) pattern(n *yaml.Node, p *Profile) error {
	s, err := r.text(n)
	if err != nil {
		return err
	}
	if p.Version.Pattern, err = regexp.Compile(s); err != nil {
		return r.fail(n, "bad regular expression: %v", err)
	}
	return nil
}

func (r *reader) names(n *yaml.Node, p *Profile) error {
	return r.items(n, func(e *yaml.Node) error {
		s, err := r.text(e)
		if err != nil {
			return err
		}
		if !slices.Contains(allMeans, Means(s)) {
			return r.fail(e, "unknown means %q; one of %s", s, list(allMeans))
		}
		if slices.Contains(p.Names, Means(s)) {
			return r.fail(e, "%q is given twice", s)
		}
		p.Names = append(p.Names, Means(s))
		return nil
	})
}

// lacks takes a mapping of features to reasons, or a list whose elements are
// such mappings or bare features.
func (r *reader) lacks(n *yaml.Node, p *Profile) error {
	p.Lacks = map[string]string{}
	add := func(k *yaml.Node, reason string) error {
		if !slices.Contains(features, k.Value) {
			return r.fail(k, "unknown feature %q; one of %s", k.Value, list(features))
		}
		if _, ok := p.Lacks[k.Value]; ok {
			return r.fail(k, "%q is given twice", k.Value)
		}
		p.Lacks[k.Value] = reason
		return nil
	}
	pair := func(k, v *yaml.Node) error {
		reason, err := r.text(v)
		if err != nil {
			return err
		}
		return add(k, reason)
	}
	if n = follow(n); n.Kind == yaml.MappingNode {
		return r.pairs(n, pair)
	}
	return r.items(n, func(e *yaml.Node) error {
		if e = follow(e); e.Kind == yaml.ScalarNode {
			return add(e, "its profile says so")
		}
		return r.pairs(e, pair)
	})
}
