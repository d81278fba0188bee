package pkiforge_test

import (
	"bytes"
	"encoding/asn1"
	"testing"
	"time"

	"siptrust/pkiforge"
)

// Validities are moved as a whole, by what is said.
func TestMovedValidity(t *testing.T) {
	t.Parallel()
	was := *new(pkiforge.Cert)
	for _, c := range sound(t, pkiforge.CustomCA).Certs {
		if c.Name == pkiforge.Server {
			was = c
		}
	}
	lifetime := was.NotAfter - was.NotBefore
	for _, tt := range []struct {
		change        pkiforge.Change
		before, after time.Duration
	}{
		{pkiforge.Ended(pkiforge.Server, time.Hour), -time.Hour - lifetime, -time.Hour},
		{pkiforge.Ended(pkiforge.Server, -time.Hour), time.Hour - lifetime, time.Hour},
		{pkiforge.Begins(pkiforge.Server, time.Minute), time.Minute, time.Minute + lifetime},
		{pkiforge.Valid(pkiforge.Server, -time.Minute, time.Hour), -time.Minute, time.Hour},
		{pkiforge.Inverted(pkiforge.Server), 24 * time.Hour, -24 * time.Hour},
	} {
		p := faulty(t, pkiforge.CustomCA, tt.change)
		if c := p.Cert(pkiforge.Server); c.NotBefore != tt.before || c.NotAfter != tt.after {
			t.Errorf("%s: from %v to %v, want %v to %v", tt.change.Name, c.NotBefore, c.NotAfter, tt.before, tt.after)
		}
	}
}

// Dates are written as told, each by itself, and the certificate is signed
// with them.
func TestTimeForms(t *testing.T) {
	t.Parallel()
	clock := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	f := newForge(t, pkiforge.Options{Now: func() time.Time { return clock }})
	for _, tt := range []struct {
		after pkiforge.TimeForm
		tag   byte
		text  string
	}{
		{pkiforge.TimeForm{}, 23, "310504030506Z"},
		{pkiforge.TimeForm{Text: "630101000000Z"}, 23, "630101000000Z"},
		{pkiforge.TimeForm{Layout: "0601021504Z"}, 23, "3105040305Z"},
		{pkiforge.TimeForm{Layout: "060102150405-0700"}, 23, "310504030506+0000"},
		{pkiforge.TimeForm{Generalized: true, Layout: "20060102150405Z"}, 24, "20310504030506Z"},
		{pkiforge.TimeForm{Generalized: true, Text: "20510101000000.5Z"}, 24, "20510101000000.5Z"},
	} {
		m := forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.TimeForms(pkiforge.Server, pkiforge.TimeForm{}, tt.after)))
		want := append([]byte{tt.tag, byte(len(tt.text))}, tt.text...)
		before := append([]byte{23, 13}, "310203030506Z"...)
		validity, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: append(before, want...)})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(m.Chain[0].DER, validity) {
			t.Errorf("%s: the certificate does not hold %q", tt.after, tt.text)
		}
	}
}
