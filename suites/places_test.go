package suites_test

import (
	"testing"

	"siptrust/fakeserver"
	"siptrust/suites/cases"
)

// What a server opens besides its address is known before the scenario is
// built, and is what the scenario needs.
func TestPlacesAreKnown(t *testing.T) {
	all := cases.All()
	for i := range all.Cases {
		cs := &all.Cases[i]
		s, err := all.Scenario(cs.ID, namesOf("aa"))
		if err != nil {
			t.Fatal(err)
		}
		want := fakeserver.Places{Second: s.Elsewhere != nil, Service: s.Publishes()}
		if got := all.Places(cs); got != want {
			t.Errorf("%s: the case says %+v, its scenario needs %+v", cs.ID, got, want)
		}
	}
}
