package cases

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"siptrust/client"
	"siptrust/pkiforge"
	"siptrust/suites/catalogue"
)

// repetition is a group that repeats cases of others with a setting fixed which a
// run otherwise leaves to client and server, or chooses for all cases at once: a
// client may lack a check in one branch of its code only.
type repetition struct {
	group, title, why string
	fixed             catalogue.Fixed
	needs             []client.Feature
	// sound is what the sound cases of the group have besides their style; fix does
	// the same to whatever a change has added.
	sound string
	fix   func(*Scenario) error
	// repeats are the ids of the cases besides those of the paper's matrix.
	repeats []string
}

// repetitions are the groups tls12 and rsa.
func repetitions() []repetition {
	return []repetition{
		{
			group: "tls12", title: "In TLS 1.2",
			why:   "Many stacks have separate code for TLS 1.2 and TLS 1.3, and a check can be missing in one of the two.",
			fixed: catalogue.Fixed{TLSVersion: "1.2"}, needs: []client.Feature{client.FeatureTLS12},
			sound: "the server speaks TLS 1.2 only", fix: speaksTLS12,
			repeats: []string{
				"name.parent-domain", "name.nul", "name.wildcard-two-labels", "name.cn-beside-other-name", "name.none",
				"trust.unknown-root-sent", "trust.same-name-sent", "trust.leaf-named-as-root", "trust.self-signed-again",
				"trust.other-leaf-installed",
				"signature.other-key", "signature.issuer-damaged", "signature.tampered",
				"time.expired-an-hour-ago", "time.begins-in-ten-days", "time.intermediate-expired",
			},
		},
		{
			group: "rsa", title: "With RSA keys",
			why:   "Many stacks have separate code for RSA and ECDSA, and a check can be missing in one of the two.",
			fixed: catalogue.Fixed{TLSKey: pkiforge.RSA},
			sound: "every key of the chain is an RSA key", fix: hasRSAKeys,
			repeats: []string{
				"name.parent-domain", "name.nul", "name.cn-beside-other-name", "name.none",
				"trust.unknown-root-sent", "trust.same-name-sent", "trust.same-name-and-key-id", "trust.leaf-named-as-root",
				"trust.self-signed-again", "trust.other-leaf-installed",
				"signature.other-key", "signature.tampered", "signature.empty",
				"time.expired-an-hour-ago", "time.begins-in-ten-days", "time.intermediate-expired",
			},
		},
	}
}

// repeatedCases are the cases of the groups that repeat others: the 18 cells of the
// paper's matrix, and a sample of name, trust, signature and time.
func repeatedCases(all []Case) ([]Case, error) {
	var repeated []Case
	for _, g := range repetitions() {
		wanted := slices.Clone(g.repeats)
		for i := range all {
			if matrixCell(all[i].ID) {
				wanted = append(wanted, all[i].ID)
			}
		}
		for i := range all {
			at := slices.Index(wanted, all[i].ID)
			if at < 0 {
				continue
			}
			wanted = slices.Delete(wanted, at, at+1)
			repeated = append(repeated, g.repeat(all[i]))
		}
		if len(wanted) > 0 {
			return nil, fmt.Errorf("group %s: no case %s", g.group, strings.Join(wanted, ", "))
		}
	}
	return repeated, nil
}

// matrixCell says whether an id is one of the paper's matrix: a kind of server
// certificate in a situation.
func matrixCell(id string) bool {
	for _, style := range []pkiforge.Style{pkiforge.CustomCA, pkiforge.SelfSigned, pkiforge.PublicCA} {
		if strings.HasPrefix(id, "paper."+string(style)+".") {
			return true
		}
	}
	return false
}

// repeat gives the case as the group has it. The twin is the group's own sound
// case, and the change stays the one change.
func (g *repetition) repeat(original Case) Case {
	c := original
	c.ID, c.Repeats, c.Fixed = g.id(original.ID), original.ID, g.fixed
	c.Title = g.title + ": " + lowerFirst(original.Title)
	c.Why = original.Why + " " + g.why
	c.Needs = append(slices.Clone(original.Needs), g.needs...)
	if original.Sound() {
		c.Change.Name = g.sound
	} else {
		c.Twin = g.id(original.Twin)
	}
	c.Change.Apply = func(s *Scenario) error {
		if original.Change.Apply != nil {
			if err := original.Change.Apply(s); err != nil {
				return err
			}
		}
		return g.fix(s)
	}
	return c
}

// id is that of a case in the group: tls12.custom-ca.expired for
// paper.custom-ca.expired, tls12.name.nul for name.nul.
func (g *repetition) id(original string) string {
	return g.group + "." + strings.TrimPrefix(original, "paper.")
}

func lowerFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[size:]
}

// speaksTLS12 pins every server of the scenario to TLS 1.2.
func speaksTLS12(s *Scenario) error {
	for _, b := range s.Servers() {
		b.MinVersion, b.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	}
	return nil
}

// hasRSAKeys gives every certificate of the scenario's chains an RSA key.
func hasRSAKeys(s *Scenario) error {
	for _, p := range s.Plans() {
		if err := pkiforge.ChainKeys(pkiforge.RSA).Apply(p); err != nil {
			return err
		}
	}
	return nil
}
