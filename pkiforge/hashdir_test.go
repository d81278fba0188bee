package pkiforge_test

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"strings"
	"testing"

	"siptrust/pkiforge"
)

// attribute is an attribute of a name in an encoding of the test's choice.
func attribute(oid asn1.ObjectIdentifier, tag int, value string) pkix.AttributeTypeAndValue {
	return pkix.AttributeTypeAndValue{Type: oid, Value: asn1.RawValue{Tag: tag, Bytes: []byte(value)}}
}

// OpenSSL computes the same hash of every kind of name.
func TestSubjectHash(t *testing.T) {
	t.Parallel()
	var (
		country = asn1.ObjectIdentifier{2, 5, 4, 6}
		org     = asn1.ObjectIdentifier{2, 5, 4, 10}
		cn      = asn1.ObjectIdentifier{2, 5, 4, 3}
	)
	tests := map[string]pkix.RDNSequence{
		"empty":            {},
		"plain":            pkix.Name{Country: []string{"XX"}, Organization: []string{"Org"}, CommonName: "Name CA"}.ToRDNSequence(),
		"case and spaces":  {{attribute(cn, asn1.TagUTF8String, "  Many\t  SPACES  and\nbreaks ")}},
		"only spaces":      {{attribute(cn, asn1.TagUTF8String, "   ")}},
		"not ASCII":        {{attribute(cn, asn1.TagUTF8String, "ÄÖÜ Straße Ω")}},
		"IA5":              {{attribute(cn, asn1.TagIA5String, "Mixed@Example.TEST")}},
		"Latin-1":          {{attribute(cn, asn1.TagT61String, "\xc4\xd6\xdc X")}},
		"BMP":              {{attribute(cn, asn1.TagBMPString, "\x00S\x00I\x00P\x00 \x00 \x03\xa9")}},
		"universal":        {{attribute(cn, 28, "\x00\x00\x00S\x00\x01\xf6\x00")}},
		"numeric, as is":   {{attribute(cn, asn1.TagNumericString, "12  3")}},
		"several in a set": {{attribute(org, asn1.TagUTF8String, "Z"), attribute(country, asn1.TagPrintableString, "XX")}},
		"set, case folds":  {{attribute(cn, asn1.TagUTF8String, "B"), attribute(cn, asn1.TagUTF8String, "a")}},
		"set, other order": {{attribute(country, asn1.TagPrintableString, "XX"), attribute(org, asn1.TagUTF8String, "AA")}},
	}
	f := newForge(t, pkiforge.Options{})
	for name, subject := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			der, err := asn1.Marshal(subject)
			if err != nil {
				t.Fatal(err)
			}
			edit := pkiforge.ChangeTBS(name, pkiforge.Server, func(tbs *pkiforge.TBS) error {
				tbs.Subject = der
				return nil
			})
			m := forge(t, f, faulty(t, pkiforge.CustomCA, edit))
			hash, err := pkiforge.SubjectHash(m.Chain[0].DER)
			if err != nil {
				t.Fatal(err)
			}
			out := opensslOK(t, "x509", "-inform", "DER", "-in", writeDER(t, m.Chain[0].DER), "-noout", "-subject_hash")
			if got := fmt.Sprintf("%08x", hash); got != strings.TrimSpace(out) {
				t.Errorf("%s, but openssl says %s", got, out)
			}
		})
	}
}

func TestSubjectHashOfRubbish(t *testing.T) {
	t.Parallel()
	m := forge(t, newForge(t, pkiforge.Options{}), sound(t, pkiforge.SelfSigned))
	for _, der := range [][]byte{nil, {0x30, 0}, m.Chain[0].DER[:60]} {
		if _, err := pkiforge.SubjectHash(der); err == nil {
			t.Errorf("% x has a hash", der)
		}
	}
}
