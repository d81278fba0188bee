package pkiforge

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/netip"
	"reflect"
	"testing"
	"time"
)

// fill gives every field within v a value that is not its zero value.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	if v.Type() == reflect.TypeFor[netip.Addr]() {
		v.Set(reflect.ValueOf(netip.MustParseAddr("127.1.2.3")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint, reflect.Uint8:
		v.SetUint(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Interface:
		v.Set(reflect.ValueOf("x"))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	case reflect.Func: // edits go by their names
	default:
		t.Fatalf("the test knows no value for %s: teach it", v.Type())
	}
}

// eachField calls f with an empty certificate of which one field is set.
func eachField(t *testing.T, f func(field string, c Cert)) {
	t.Helper()
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Cert]()) {
		if field.Type == reflect.TypeFor[pkix.Name]() {
			continue
		}
		var c Cert
		fill(t, reflect.ValueOf(&c).Elem().FieldByIndex(field.Index))
		f(field.Name, c)
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[pkix.Name]()) {
		if field.Name == "Names" { // set by parsing only
			continue
		}
		var c Cert
		fill(t, reflect.ValueOf(&c.Subject).Elem().FieldByIndex(field.Index))
		f("Subject."+field.Name, c)
	}
}

// A field that the content forgets would make two different CAs one.
func TestContentHoldsEveryField(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	var empty Cert
	seen[string(empty.appendContent(nil))] = "the empty certificate"
	eachField(t, func(field string, c Cert) {
		if field == "Issuer" {
			return // its own content comes before
		}
		content := string(c.appendContent(nil))
		if other, ok := seen[content]; ok {
			t.Errorf("a certificate with %s alone has the content of %s", field, other)
		}
		seen[content] = field
	})
}

// What is only shifted from one field to the next is not the same.
func TestContentKeepsBorders(t *testing.T) {
	t.Parallel()
	pairs := [][2]Cert{
		{{DNS: []string{"ab"}}, {DNS: []string{"a", "b"}}},
		{{DNS: []string{"a"}}, {URIs: []string{"a"}}},
		{{NotBefore: time.Second}, {NotAfter: time.Second}},
		{
			{UnknownEKU: []asn1.ObjectIdentifier{{1, 2}, {1, 3, 4}}},
			{UnknownEKU: []asn1.ObjectIdentifier{{1, 2, 1}, {3, 4}}},
		},
		{{UnknownEKU: []asn1.ObjectIdentifier{{1, 2}}}, {Policies: []asn1.ObjectIdentifier{{1, 2}}}},
		{{ExtKeyUsage: []x509.ExtKeyUsage{1, 2}}, {ExtKeyUsage: []x509.ExtKeyUsage{2, 1}}},
		{{EditTBS: []TBSEdit{{Name: "x"}}}, {EditDER: []DEREdit{{Name: "x"}}}},
		{{SameKeyAs: "x"}, {CopyOf: "x"}},
	}
	for i, pair := range pairs {
		if string(pair[0].appendContent(nil)) == string(pair[1].appendContent(nil)) {
			t.Errorf("pair %d has the same content", i)
		}
	}
}

// A clone equals what it was made from and shares no array with it.
func TestClone(t *testing.T) {
	t.Parallel()
	var p Plan
	v := reflect.ValueOf(&p).Elem()
	fill(t, v)
	c := p.Clone()
	shares(t, "Plan", v, reflect.ValueOf(&c).Elem())
}

// shares complains about slices of a and b in the same memory.
func shares(t *testing.T, path string, a, b reflect.Value) {
	t.Helper()
	switch a.Kind() {
	case reflect.Slice:
		if a.Len() != b.Len() {
			t.Fatalf("%s: %d elements became %d", path, a.Len(), b.Len())
		}
		if a.Len() > 0 && a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
		}
		for i := range a.Len() {
			shares(t, path+"[]", a.Index(i), b.Index(i))
		}
	case reflect.Struct:
		if _, ok := a.Interface().(netip.Addr); ok {
			return
		}
		for i := range a.NumField() {
			shares(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case reflect.Pointer:
		if a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
		}
		shares(t, path, a.Elem(), b.Elem())
	case reflect.Func:
	default:
		if !reflect.DeepEqual(a.Interface(), b.Interface()) {
			t.Errorf("%s: %v became %v", path, a, b)
		}
	}
}
