package pkiforge

import (
	"bytes"
	"crypto/sha1"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// WriteHashDir makes a directory in which OpenSSL finds roots by the hash of
// their subject (its -CApath): one PEM file each, xxxxxxxx.0, or .1 and on
// where hashes coincide. The directory is created if it is not there; files
// that are so named are removed first, or they would go on being trusted.
func WriteHashDir(dir string, certs ...*Certificate) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make directory of roots: %w", err)
	}
	old, err := filepath.Glob(filepath.Join(dir, strings.Repeat("[0-9a-f]", 8)+".[0-9]*"))
	if err != nil {
		return fmt.Errorf("look for earlier roots in %s: %w", dir, err)
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove an earlier root: %w", err)
		}
	}
	taken := map[uint32]int{}
	for _, c := range certs {
		hash, err := SubjectHash(c.DER)
		if err != nil {
			return fmt.Errorf("hash the subject of %q: %w", c.Name, err)
		}
		name := fmt.Sprintf("%08x.%d", hash, taken[hash])
		taken[hash]++
		if err := WriteCertificates(filepath.Join(dir, name), c); err != nil {
			return err
		}
	}
	return nil
}

// SubjectHash is what `openssl x509 -subject_hash` (since OpenSSL 1.0.0)
// prints for a certificate: the first four octets, little-endian, of the SHA-1
// hash of the subject in OpenSSL's canonical form.
func SubjectHash(der []byte) (uint32, error) {
	subject, err := subjectOf(der)
	if err != nil {
		return 0, err
	}
	canonical, err := canonicalName(subject)
	if err != nil {
		return 0, err
	}
	sum := sha1.Sum(canonical)
	return binary.LittleEndian.Uint32(sum[:4]), nil
}

// subjectOf reads the content of the subject out of a certificate. It is more
// lenient than x509.ParseCertificate.
func subjectOf(der []byte) (cryptobyte.String, error) {
	var cert, tbs, subject cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&cert, cbasn1.SEQUENCE) || !cert.ReadASN1(&tbs, cbasn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(tagVersion) ||
		!tbs.SkipASN1(cbasn1.INTEGER) || // serialNumber
		!tbs.SkipASN1(cbasn1.SEQUENCE) || // signature
		!tbs.SkipASN1(cbasn1.SEQUENCE) || // issuer
		!tbs.SkipASN1(cbasn1.SEQUENCE) || // validity
		!tbs.ReadASN1(&subject, cbasn1.SEQUENCE) {
		return nil, errors.New("the TBSCertificate does not parse up to its subject")
	}
	return subject, nil
}

// canonicalName writes each relative distinguished name with its strings as
// UTF-8 in lower case, without spaces around them and with single ones within.
// The SEQUENCE around them all is left out.
func canonicalName(name cryptobyte.String) ([]byte, error) {
	var out []byte
	for !name.Empty() {
		var rdn cryptobyte.String
		if !name.ReadASN1(&rdn, cbasn1.SET) {
			return nil, errors.New("a relative distinguished name does not parse")
		}
		var attributes [][]byte
		for !rdn.Empty() {
			attribute, err := canonicalAttribute(&rdn)
			if err != nil {
				return nil, err
			}
			attributes = append(attributes, attribute)
		}
		slices.SortFunc(attributes, bytes.Compare) // DER sorts a SET OF
		b := cryptobyte.NewBuilder(nil)
		b.AddASN1(cbasn1.SET, raw(bytes.Join(attributes, nil)))
		set, err := b.Bytes()
		if err != nil {
			return nil, fmt.Errorf("encode a relative distinguished name: %w", err)
		}
		out = append(out, set...)
	}
	return out, nil
}

func canonicalAttribute(rdn *cryptobyte.String) ([]byte, error) {
	var attribute, value cryptobyte.String
	var oid asn1.ObjectIdentifier
	var tag cbasn1.Tag
	if !rdn.ReadASN1(&attribute, cbasn1.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&oid) ||
		!attribute.ReadAnyASN1(&value, &tag) {
		return nil, errors.New("an attribute of a name does not parse")
	}
	if text, ok := decodeText(tag, value); ok {
		tag, value = cbasn1.UTF8String, cryptobyte.String(canonicalText(text))
	}
	b := cryptobyte.NewBuilder(nil)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1(tag, raw(value))
	})
	return b.Bytes()
}

// decodeText returns the text of the string types that OpenSSL compares
// without regard to type; the others it compares octet by octet.
func decodeText(tag cbasn1.Tag, value []byte) (string, bool) {
	switch tag {
	case cbasn1.UTF8String, cbasn1.PrintableString, cbasn1.IA5String:
		return string(value), true
	case cbasn1.T61String: // taken for Latin-1
		var text []rune
		for _, octet := range value {
			text = append(text, rune(octet))
		}
		return string(text), true
	case TagBMPString:
		var units []uint16
		for ; len(value) >= 2; value = value[2:] {
			units = append(units, binary.BigEndian.Uint16(value))
		}
		return string(utf16.Decode(units)), true
	case TagUniversalString:
		var text []rune
		for ; len(value) >= 4; value = value[4:] {
			text = append(text, rune(binary.BigEndian.Uint32(value)))
		}
		return string(text), true
	}
	return "", false
}

// canonicalText folds ASCII only, as OpenSSL does.
func canonicalText(s string) string {
	isSpace := func(r rune) bool { return r == ' ' || '\t' <= r && r <= '\r' }
	s = strings.Join(strings.FieldsFunc(s, isSpace), " ")
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
