package pkiforge_test

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"reflect"
	"slices"
	"testing"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"siptrust/pkiforge"
)

// edited applies the edits of a change's server certificate to a TBS.
func edited(t *testing.T, change pkiforge.Change, tbs *pkiforge.TBS) error {
	t.Helper()
	p := faulty(t, pkiforge.CustomCA, change)
	for _, edit := range p.Cert(pkiforge.Server).EditTBS {
		if err := edit.Apply(tbs); err != nil {
			return err
		}
	}
	return nil
}

// soundTBS is the server's TBSCertificate of a sound plan.
func soundTBS(t *testing.T) *pkiforge.TBS {
	t.Helper()
	var got pkiforge.TBS
	forge(t, newForge(t, pkiforge.Options{}), faulty(t, pkiforge.CustomCA,
		pkiforge.ChangeTBS("look", pkiforge.Server, func(tbs *pkiforge.TBS) error {
			got = *tbs
			return nil
		})))
	return &got
}

// Each change of an extension touches that one and no other.
func TestExtensionChanges(t *testing.T) {
	t.Parallel()
	oid := pkiforge.OIDSubjectAltName
	for _, tt := range []struct {
		change pkiforge.Change
		want   func(ext []pkix.Extension, i int) []pkix.Extension
	}{
		{pkiforge.TwiceExtension(pkiforge.Server, oid), func(ext []pkix.Extension, i int) []pkix.Extension { return append(ext, ext[i]) }},
		{pkiforge.BeforeExtension(pkiforge.Server, oid, []byte{5, 0}), func(ext []pkix.Extension, i int) []pkix.Extension {
			return slices.Insert(ext, i, pkix.Extension{Id: oid, Value: []byte{5, 0}})
		}},
		{pkiforge.LongerExtension(pkiforge.Server, oid, []byte{5, 0}), func(ext []pkix.Extension, i int) []pkix.Extension {
			ext[i].Value = append(slices.Clone(ext[i].Value), 5, 0)
			return ext
		}},
		{pkiforge.WithoutExtension(pkiforge.Server, oid), func(ext []pkix.Extension, i int) []pkix.Extension { return slices.Delete(ext, i, i+1) }},
		{pkiforge.CriticalExtension(pkiforge.Server, oid), func(ext []pkix.Extension, i int) []pkix.Extension {
			ext[i].Critical = true
			return ext
		}},
		{pkiforge.ExtensionValue(pkiforge.Server, oid, []byte{5, 0}), func(ext []pkix.Extension, i int) []pkix.Extension {
			ext[i].Value = []byte{5, 0}
			return ext
		}},
	} {
		before := soundTBS(t)
		after := *before
		after.Ext = slices.Clone(before.Ext)
		if err := edited(t, tt.change, &after); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(before.Ext, func(e pkix.Extension) bool { return e.Id.Equal(oid) })
		before.Ext = tt.want(slices.Clone(before.Ext), i)
		if !reflect.DeepEqual(*before, after) {
			t.Errorf("%s: %+v, want %+v", tt.change.Name, after, *before)
		}
		if err := edited(t, tt.change, &pkiforge.TBS{}); !errors.Is(err, pkiforge.ErrNotApplicable) {
			t.Errorf("%s, without such an extension: %v", tt.change.Name, err)
		}
	}
}

// Each change of a field touches that one and no other.
func TestFieldChanges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		change pkiforge.Change
		want   func(*pkiforge.TBS)
	}{
		{pkiforge.Version(pkiforge.Server, 4), func(tbs *pkiforge.TBS) { tbs.Version = 4 }},
		{pkiforge.UniqueIDs(pkiforge.Server), func(tbs *pkiforge.TBS) {
			tbs.SPKI = slices.Concat(tbs.SPKI, []byte{0x81, 2, 0, 0x15, 0x82, 2, 0, 0x2a})
		}},
		{pkiforge.BareVersion1(pkiforge.Server), func(tbs *pkiforge.TBS) { tbs.Version, tbs.Ext = 1, nil }},
		{pkiforge.EmptyIssuer(pkiforge.Server), func(tbs *pkiforge.TBS) { tbs.Issuer = []byte{0x30, 0} }},
		{pkiforge.EmptySubject(pkiforge.Server), func(tbs *pkiforge.TBS) { tbs.Subject = []byte{0x30, 0} }},
	} {
		before := soundTBS(t)
		after := *before
		if err := edited(t, tt.change, &after); err != nil {
			t.Fatal(err)
		}
		tt.want(before)
		if !reflect.DeepEqual(*before, after) {
			t.Errorf("%s: %+v, want %+v", tt.change.Name, after, *before)
		}
	}
}

// An unknown extension is added and nothing else changed.
func TestUnknownExtension(t *testing.T) {
	t.Parallel()
	for _, critical := range []bool{false, true} {
		before, after := sound(t, pkiforge.CustomCA), faulty(t, pkiforge.CustomCA, pkiforge.UnknownExtension(pkiforge.Server, critical))
		if diff := pkiforge.Diff(before, after); len(diff) != 1 || after.Cert(pkiforge.Server).Extra[0].Critical != critical {
			t.Errorf("critical %t: %v", critical, diff)
		}
	}
}

// Extensions are added without end, no two of a type.
func TestManyExtensions(t *testing.T) {
	t.Parallel()
	m := forge(t, newForge(t, pkiforge.Options{}), faulty(t, pkiforge.CustomCA, pkiforge.ManyExtensions(pkiforge.Server, 100)))
	cert, err := m.Chain[0].X509()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(cert.Extensions); n < 100 {
		t.Errorf("%d extensions", n)
	}
}

// Attributes are added behind what the subject was, in one relative
// distinguished name or in several.
func TestMoreSubject(t *testing.T) {
	t.Parallel()
	org := pkiforge.Attribute{Type: pkiforge.OIDOrganization, Tag: cbasn1.T61String, Value: []byte{'Z', 0xfc}}
	mail := pkiforge.Attribute{Type: pkiforge.OIDEmailAddress, Tag: cbasn1.IA5String, Value: []byte("a@b")}
	for _, tt := range []struct {
		change     pkiforge.Change
		rdns, last int
	}{
		{pkiforge.MoreSubject(pkiforge.Server, false, org), 2, 1},
		{pkiforge.MoreSubject(pkiforge.Server, false, org, mail), 3, 1},
		{pkiforge.MoreSubject(pkiforge.Server, true, org, mail), 2, 2},
	} {
		before := soundTBS(t)
		after := *before
		if err := edited(t, tt.change, &after); err != nil {
			t.Fatal(err)
		}
		var was, is pkix.RDNSequence
		for der, name := range map[*[]byte]*pkix.RDNSequence{&before.Subject: &was, &after.Subject: &is} {
			if rest, err := asn1.Unmarshal(*der, name); err != nil || len(rest) > 0 {
				t.Fatalf("%s: the subject does not parse: %v", tt.change.Name, err)
			}
		}
		if len(is) != tt.rdns || len(is[len(is)-1]) != tt.last || !reflect.DeepEqual(is[:len(was)], was) {
			t.Errorf("%s: %v became %v", tt.change.Name, was, is)
		}
	}
	if err := edited(t, pkiforge.MoreSubject(pkiforge.Server, false, org), &pkiforge.TBS{}); err == nil {
		t.Error("something was added to what is no name")
	}
}

// The signed certificate is spoilt outside, and as told.
func TestOctets(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	der := forge(t, f, sound(t, pkiforge.CustomCA)).Chain[0].DER
	content := der[4:] // 30 82, two octets of length
	for _, tt := range []struct {
		change pkiforge.Change
		want   []byte
	}{
		{pkiforge.CutShort(pkiforge.Server), der[:len(der)/2]},
		{pkiforge.Trailing(pkiforge.Server), append(bytes.Clone(der), 0)},
		{pkiforge.LongLength(pkiforge.Server), slices.Concat([]byte{0x30, 0x83, 0}, der[2:4], content)},
		{pkiforge.IndefiniteLength(pkiforge.Server), slices.Concat([]byte{0x30, 0x80}, content, []byte{0, 0})},
	} {
		p := faulty(t, pkiforge.CustomCA, tt.change)
		got, err := p.Cert(pkiforge.Server).EditDER[0].Apply(bytes.Clone(der))
		if err != nil || !bytes.Equal(got, tt.want) {
			t.Errorf("%s: %x, want %x; %v", tt.change.Name, got, tt.want, err)
		}
	}
	p := faulty(t, pkiforge.CustomCA, pkiforge.Scrambled(pkiforge.Server))
	garbage, err := p.Cert(pkiforge.Server).EditDER[0].Apply(der)
	if err != nil || len(garbage) != len(der) || garbage[0] == 0x30 {
		t.Errorf("garbage: %x, %v", garbage, err)
	}
	for _, change := range []pkiforge.Change{pkiforge.LongLength(pkiforge.Server), pkiforge.IndefiniteLength(pkiforge.Server)} {
		p := faulty(t, pkiforge.CustomCA, change)
		if _, err := p.Cert(pkiforge.Server).EditDER[0].Apply(garbage); err == nil {
			t.Errorf("%s: what is no certificate has a length", change.Name)
		}
	}
}

// The serial number is the INTEGER of the octets given.
func TestSerial(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		octets []byte
		want   int64
	}{{[]byte{0}, 0}, {[]byte{1}, 1}, {[]byte{0x7f, 0xff}, 0x7fff}, {[]byte{0x80}, -128}, {[]byte{0xff, 0}, -256}} {
		var tbs pkiforge.TBS
		if err := edited(t, pkiforge.Serial(pkiforge.Server, tt.octets), &tbs); err != nil {
			t.Fatal(err)
		}
		if tbs.Serial.Cmp(big.NewInt(tt.want)) != 0 {
			t.Errorf("%x is %v, want %d", tt.octets, tbs.Serial, tt.want)
		}
	}
	if err := edited(t, pkiforge.Serial(pkiforge.Server, nil), &pkiforge.TBS{}); err == nil {
		t.Error("a serial number without octets is one")
	}
}
