package explain

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// situation is a case with what its recipe is made from.
type situation struct {
	cs       *catalogue.Case
	scenario catalogue.Scenario
	servers  []served
}

// everyCase gives all cases of the catalogue, forged once for all tests. Their
// servers are not to be changed, but a scenario's own fields may.
func everyCase(t *testing.T) []situation {
	t.Helper()
	list, err := allForged()
	if err != nil {
		t.Fatal(err)
	}
	list = slices.Clone(list)
	for i := range list {
		s := &list[i].scenario
		if s.Later != nil {
			later := *s.Later
			s.Later = &later
		}
		if s.Elsewhere != nil {
			elsewhere := *s.Elsewhere
			s.Elsewhere = &elsewhere
		}
	}
	return list
}

var allForged = sync.OnceValues(func() ([]situation, error) {
	forge := pkiforge.New(pkiforge.Options{})
	defer forge.Close()
	all := cases.All()
	list := make([]situation, len(all.Cases))
	for i := range all.Cases {
		x, err := forgeCase(forge, all.Cases[i].ID)
		if err != nil {
			return nil, err
		}
		list[i] = x
	}
	return list, nil
})

func forgeCase(forge *pkiforge.Forge, id string) (situation, error) {
	cs, ok := cases.All().Lookup(id)
	if !ok {
		return situation{}, cases.All().Known(id)
	}
	s, err := cases.All().Scenario(id, handNames())
	if err != nil {
		return situation{}, err
	}
	servers, err := forgeServers(context.Background(), forge, &s)
	return situation{cs, s, servers}, err
}

// text is what a situation's recipe says.
func (x *situation) text(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	if err := explainRoute(&b, &x.scenario); err != nil {
		t.Fatal(err)
	}
	r := newRecipe(x.cs, &x.scenario, x.servers)
	r.write(&b, x.cs.ID)
	return b.String()
}

// with gives the text where the behaviour of one server is changed.
func (x *situation) with(t *testing.T, server int, change func(*fakeserver.Behaviour)) string {
	t.Helper()
	other := *x
	other.servers = slices.Clone(x.servers)
	change(&other.servers[server].behaviour)
	return other.text(t)
}

// TestFieldsKnown: the table of fields is that of the type.
func TestFieldsKnown(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, f := range fields {
		if known[f.name] {
			t.Errorf("fields has %s twice", f.name)
		}
		known[f.name] = true
	}
	for f := range reflect.TypeFor[fakeserver.Behaviour]().Fields() {
		if !known[f.Name] {
			t.Errorf("fakeserver.Behaviour has the field %[1]s, and explain does not know how to do it by hand: add {%[1]q, (*server).…} to fields in recipe_server.go. "+
				"It adds the option of openssl s_server (s.option), or says what is beyond OpenSSL (s.unableTo without which there is no command, s.leavesOut otherwise)", f.Name)
		}
		delete(known, f.Name)
	}
	for name := range known {
		t.Errorf("fields has %s, which fakeserver.Behaviour does not have: remove it", name)
	}
}

// TestActsKnown: the table of acts has every type of fakeserver that is one.
func TestActsKnown(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"Await": true} // says when the others are done
	for _, a := range acts {
		known[a.act.Name()] = true
	}
	found := actTypes(t)
	for _, name := range found {
		if !known[name] {
			t.Errorf("fakeserver.%s is an act, and explain does not know how to do it by hand: add telling((*server).…) to acts in recipe_script.go. "+
				"It adds what socat or openssl does, or says what is beyond OpenSSL (s.unableTo, s.leavesOut)", name)
		}
	}
	if len(known) != len(found) {
		t.Errorf("acts has %v, fakeserver %v", slices.Sorted(maps.Keys(known)), found)
	}
}

// TestFieldsTold: whatever a case sets, on any of its servers, is in its text. To set
// it otherwise changes the text.
func TestFieldsTold(t *testing.T) {
	t.Parallel()
	set := map[string]int{}
	for _, x := range everyCase(t) {
		told := x.text(t)
		for i := range x.servers {
			b := reflect.ValueOf(x.servers[i].behaviour)
			for f := range b.Type().Fields() {
				if b.FieldByIndex(f.Index).IsZero() || means(x.servers[i].behaviour, f.Name) {
					continue
				}
				set[f.Name]++
				for _, value := range otherwise(b.FieldByIndex(f.Index), f.Name) {
					change := func(b *fakeserver.Behaviour) { reflect.ValueOf(b).Elem().FieldByIndex(f.Index).Set(value) }
					if x.with(t, i, change) == told {
						t.Errorf("%s, server %q: the text does not tell %s = %v:\n%s", x.cs.ID, x.servers[i].dir, f.Name, b.FieldByIndex(f.Index), told)
					}
				}
			}
		}
	}
	for _, f := range fields {
		if set[f.name] == 0 {
			t.Errorf("no case sets %s, so nothing shows that it is told", f.name)
		}
	}
}

// means says whether a field of that name means nothing in the behaviour, because of
// another one.
func means(b fakeserver.Behaviour, name string) bool {
	switch name {
	case "ClientRoots", "AcceptableCAs":
		return b.ClientAuth == fakeserver.AuthNone
	}
	return false
}

// otherwise gives values that a field could have instead: the zero value, and for a
// version, whose zero value may mean the same, its neighbours.
func otherwise(v reflect.Value, name string) []reflect.Value {
	if name != "MinVersion" && name != "MaxVersion" {
		return []reflect.Value{reflect.Zero(v.Type())}
	}
	var list []reflect.Value
	for _, n := range []uint16{uint16(v.Uint()) - 1, uint16(v.Uint()) + 1} {
		if n >= tls.VersionTLS10 && n <= tls.VersionTLS13 {
			list = append(list, reflect.ValueOf(n))
		}
	}
	return list
}

// TestConstantsTold: every value that fakeserver has for a field is told, and no two
// in the same words.
func TestConstantsTold(t *testing.T) {
	t.Parallel()
	x := forged(t, "client-auth.sound")
	tried := 0
	for f := range reflect.TypeFor[fakeserver.Behaviour]().Fields() {
		if f.Type.Kind() != reflect.String || f.Type.PkgPath() == "" {
			continue
		}
		texts := map[string]string{}
		for _, value := range constants(t, f.Type.Name()) {
			text := x.with(t, 0, func(b *fakeserver.Behaviour) { reflect.ValueOf(b).Elem().FieldByIndex(f.Index).SetString(value) })
			if other, same := texts[text]; same {
				t.Errorf("%s: %q and %q are told in the same words", f.Name, value, other)
			}
			texts[text] = value
			tried++
		}
	}
	if tried < 15 {
		t.Errorf("only %d values were found in fakeserver's sources", tried)
	}
}

// forged gives one case.
func forged(t *testing.T, id string) situation {
	t.Helper()
	forge := pkiforge.New(pkiforge.Options{})
	t.Cleanup(forge.Close)
	x, err := forgeCase(forge, id)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestActsTold: every act of a script is told, and every field of it.
func TestActsTold(t *testing.T) {
	t.Parallel()
	tried := map[string]int{}
	for _, x := range everyCase(t) {
		told := x.text(t)
		for i := range x.servers {
			for what, script := range otherScripts(x.servers[i].behaviour.Script) {
				if script.Check() != nil {
					continue // it cannot be done at all
				}
				act, _, _ := strings.Cut(what, " ")
				tried[act]++
				if x.with(t, i, func(b *fakeserver.Behaviour) { b.Script = script }) == told {
					t.Errorf("%s, server %q: the text does not tell %s of [%v]:\n%s", x.cs.ID, x.servers[i].dir, what, x.servers[i].behaviour.Script, told)
				}
			}
		}
	}
	x := forged(t, "paper.custom-ca.sound")
	for _, script := range rareScripts {
		for what, other := range otherScripts(script) {
			with := func(s fakeserver.Script) string {
				return x.with(t, 0, func(b *fakeserver.Behaviour) { b.Script = s })
			}
			if other.Check() == nil && with(script) == with(other) {
				t.Errorf("the text does not tell %s of [%v]:\n%s", what, script, with(script))
			}
		}
	}
	for _, a := range acts {
		if tried[a.act.Name()] == 0 {
			t.Errorf("no case has a fakeserver.%s that could be done otherwise, so nothing shows that it is told", a.act.Name())
		}
	}
}

// rareScripts are scripts that no case has.
var rareScripts = []fakeserver.Script{
	{fakeserver.AwaitHello, fakeserver.Pause{For: time.Second}, fakeserver.EndReset},
	{fakeserver.AwaitHello, fakeserver.SendText{Text: "a"}, fakeserver.SendAlert{Level: 1, Description: 1}},
	{fakeserver.AwaitHello, fakeserver.Pause{For: time.Second}, fakeserver.ServeTLS{}},
	{fakeserver.AwaitHandshake, fakeserver.Pause{For: time.Second}},
	{fakeserver.AwaitRegister, fakeserver.Pause{For: time.Second}, fakeserver.Respond{}},
	{fakeserver.Segment{Octets: 7}, fakeserver.AwaitHello, fakeserver.SendText{Text: "a"}, fakeserver.EndCut},
}

// otherScripts are scripts with one act less, or with one field of an act changed.
func otherScripts(s fakeserver.Script) map[string]fakeserver.Script {
	others := map[string]fakeserver.Script{}
	for i, act := range s {
		if _, await := act.(fakeserver.Await); await {
			continue
		}
		name := reflect.TypeOf(act).Name()
		others[fmt.Sprintf("%s at %d", name, i)] = slices.Delete(slices.Clone(s), i, i+1)
		change := func(what string, value reflect.Value) {
			other := slices.Clone(s)
			other[i] = value.Interface().(fakeserver.Act)
			others[fmt.Sprintf("%s%s at %d", name, what, i)] = other
		}
		v := reflect.ValueOf(act)
		if v.Kind() != reflect.Struct {
			for _, how := range []fakeserver.Ending{fakeserver.EndClose, fakeserver.EndCut, fakeserver.EndReset} {
				before, _ := s.After(fakeserver.AwaitHello)
				plain := how != fakeserver.EndReset && act != fakeserver.Act(fakeserver.EndReset) && slices.Contains(before, act)
				if how != act && !plain { // without TLS a close and a cut are the same
					change(" = "+string(how), reflect.ValueOf(how))
				}
			}
			continue
		}
		for f := range v.Type().Fields() {
			if respond, ok := act.(fakeserver.Respond); ok && f.Name == "Reason" && respond.Status == 0 {
				continue // which goes with a status only
			}
			other := reflect.New(v.Type()).Elem()
			other.Set(v)
			alter(other.FieldByIndex(f.Index))
			change(" "+f.Name, other)
		}
	}
	return others
}

// alter changes a value.
func alter(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		v.SetInt(v.Int() + int64(time.Second))
	case v.CanInt():
		v.SetInt(v.Int() + 2) // 0 and 1 may mean the same
	case v.CanUint():
		v.SetUint(v.Uint() ^ 1)
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.Kind() == reflect.String:
		v.SetString(v.String() + "x")
	default:
		panic("alter: what of " + v.Type().String() + "?")
	}
}

// TestScenarioTold: what a scenario says besides its plans and servers is told.
func TestScenarioTold(t *testing.T) {
	t.Parallel()
	elsewhere := map[string]bool{"Plan": true, "Server": true, "Names": true} // by the certificates, and by the tests above
	set := map[string]int{}
	for _, x := range everyCase(t) {
		told := x.text(t)
		s := reflect.ValueOf(&x.scenario).Elem()
		check := func(in reflect.Value, prefix string) {
			for f := range in.Type().Fields() {
				v := in.FieldByIndex(f.Index)
				if elsewhere[f.Name] || v.IsZero() {
					continue
				}
				set[prefix+f.Name]++
				kept := reflect.New(v.Type()).Elem()
				kept.Set(v)
				v.SetZero()
				other := x
				if x.scenario.Later == nil || x.scenario.Elsewhere == nil { // their servers go with them
					other.servers = slices.DeleteFunc(slices.Clone(x.servers), func(s served) bool {
						return s.dir == laterDir && x.scenario.Later == nil || s.dir == elsewhereDir && x.scenario.Elsewhere == nil
					})
				}
				if other.text(t) == told {
					t.Errorf("%s: the text does not tell %s%s = %v:\n%s", x.cs.ID, prefix, f.Name, kept, told)
				}
				v.Set(kept)
			}
		}
		check(s, "")
		if x.scenario.Later != nil {
			check(reflect.ValueOf(x.scenario.Later).Elem(), "Later.")
		}
		if x.scenario.Elsewhere != nil {
			check(reflect.ValueOf(x.scenario.Elsewhere).Elem(), "Elsewhere.")
		}
	}
	for f := range reflect.TypeFor[catalogue.Scenario]().Fields() {
		if !elsewhere[f.Name] && set[f.Name] == 0 {
			t.Errorf("no case sets Scenario.%s, so nothing shows that it is told", f.Name)
		}
	}
}
