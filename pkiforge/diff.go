package pkiforge

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Diff lists how b differs from a, a line for each field of each certificate:
// "server NotAfter: 2159h0m0s → -24h0m0s". What is fresh in every run is left
// out: serial numbers and keys, which no plan holds, and the
// values of the plan's Names, wherever they appear. Edits are compared by name.
// Nothing is listed where the plans are the same.
func Diff(a, b Plan) []string {
	na, nb := newNeutral(a.Names), newNeutral(b.Names)
	var lines []string
	compare := func(what, before, after string) {
		if before != after {
			lines = append(lines, fmt.Sprintf("%s: %s → %s", what, before, after))
		}
	}
	compare("style", string(a.Style), string(b.Style))
	for _, name := range names(a, b) {
		ca, cb := a.Cert(name), b.Cert(name)
		switch {
		case ca == nil:
			lines = append(lines, name+": added")
		case cb == nil:
			lines = append(lines, name+": removed")
		default:
			va, vb := reflect.ValueOf(*ca), reflect.ValueOf(*cb)
			for i := range va.NumField() {
				compare(name+" "+va.Type().Field(i).Name, na.text(va.Field(i)), nb.text(vb.Field(i)))
			}
		}
	}
	for _, list := range []struct {
		what string
		a, b []string
	}{
		{"send", a.Send, b.Send},
		{"trust system", a.Trust.System, b.Trust.System},
		{"trust custom", a.Trust.Custom, b.Trust.Custom},
		{"identity chain", a.IdentityChain, b.IdentityChain},
	} {
		compare(list.what, na.text(reflect.ValueOf(list.a)), nb.text(reflect.ValueOf(list.b)))
	}
	compare("identity", strconv.Quote(a.Identity), strconv.Quote(b.Identity))
	a.Revocation.diff(b.Revocation, compare)
	return lines
}

// names of the certificates of both plans, a's first.
func names(plans ...Plan) []string {
	var list []string
	for _, p := range plans {
		for _, c := range p.Certs {
			if !slices.Contains(list, c.Name) {
				list = append(list, c.Name)
			}
		}
	}
	return list
}

// neutral prints values with placeholders for a plan's names.
type neutral []struct{ value, placeholder string }

func newNeutral(n Names) neutral {
	list := neutral{
		{n.Host, "{host}"}, {n.Domain, "{domain}"}, {n.Other, "{other}"}, {n.Run, "{run}"}, {n.Service, "{service}"},
	}
	if n.Address.IsValid() {
		list = append(list, struct{ value, placeholder string }{n.Address.String(), "{address}"})
	}
	for i, ip := range n.IPs {
		list = append(list, struct{ value, placeholder string }{ip.String(), fmt.Sprintf("{ip%d}", i)})
	}
	// A name may hold another: the longer one first.
	slices.SortStableFunc(list, func(a, b struct{ value, placeholder string }) int {
		return cmp.Compare(len(b.value), len(a.value))
	})
	return list
}

// text prints v; every field that a Cert may get is printed without more ado.
func (n neutral) text(v reflect.Value) string {
	switch edits := v.Interface().(type) {
	case []TBSEdit:
		return list(edits, func(e TBSEdit) string { return n.replace(e.Name) })
	case []DEREdit:
		return list(edits, func(e DEREdit) string { return n.replace(e.Name) })
	case []string:
		return list(edits, func(s string) string { return strconv.Quote(n.replace(s)) })
	}
	return n.replace(fmt.Sprintf("%v", v.Interface()))
}

func list[T any](items []T, text func(T) string) string {
	var words []string
	for _, item := range items {
		words = append(words, text(item))
	}
	return "[" + strings.Join(words, " ") + "]"
}

// replace puts the placeholders into s, whole words only: a short name must
// not be found within another word.
func (n neutral) replace(s string) string {
	for _, entry := range n {
		if entry.value == "" {
			continue
		}
		var out strings.Builder
		rest, before := s, ""
		for {
			i := strings.Index(rest, entry.value)
			if i < 0 {
				break
			}
			end := i + len(entry.value)
			before += rest[:i]
			out.WriteString(rest[:i])
			if wordEnds(before, rest[end:]) {
				out.WriteString(entry.placeholder)
			} else {
				out.WriteString(entry.value)
			}
			before += entry.value
			rest = rest[end:]
		}
		s = out.String() + rest
	}
	return s
}

func wordEnds(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	inWord := func(r rune) bool {
		return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-')
	}
	return !inWord(last) && !inWord(next)
}
