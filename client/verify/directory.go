package verify

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}
	oidSubjectAltName  = asn1.ObjectIdentifier{2, 5, 29, 17}

	tagDirectoryName = cbasn1.Tag(4).ContextSpecific().Constructed()
	// formsRead are the forms of names that crypto/x509 reads constraints on.
	formsRead = []cbasn1.Tag{
		cbasn1.Tag(1).ContextSpecific(), // rfc822Name
		cbasn1.Tag(2).ContextSpecific(), // dNSName
		cbasn1.Tag(6).ContextSpecific(), // uniformResourceIdentifier
		cbasn1.Tag(7).ContextSpecific(), // iPAddress
	}
)

// directoryName is a Name by its relative distinguished names, in DER.
type directoryName [][]byte

// directoryTrees are the constraints of ca on directory names, which
// crypto/x509 does not read. all: there are none on forms that it does not
// read either.
func directoryTrees(ca *x509.Certificate) (permitted, excluded []directoryName, all bool) {
	i := slices.IndexFunc(ca.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidNameConstraints) })
	if i < 0 {
		return nil, nil, true
	}
	value, all := cryptobyte.String(ca.Extensions[i].Value), true
	if !value.ReadASN1(&value, cbasn1.SEQUENCE) {
		return nil, nil, false
	}
	for tag, list := range []*[]directoryName{&permitted, &excluded} {
		var trees, tree cryptobyte.String
		if !value.ReadOptionalASN1(&trees, nil, cbasn1.Tag(tag).ContextSpecific().Constructed()) {
			return nil, nil, false
		}
		for !trees.Empty() {
			var base cryptobyte.String
			var form cbasn1.Tag
			if !trees.ReadASN1(&tree, cbasn1.SEQUENCE) || !tree.ReadAnyASN1(&base, &form) {
				return nil, nil, false
			}
			name, ok := readName(base)
			switch {
			case form == tagDirectoryName && ok && tree.Empty():
				*list = append(*list, name)
			case form == tagDirectoryName || !slices.Contains(formsRead, form):
				all = false
			}
		}
	}
	return permitted, excluded, all && value.Empty()
}

// readName takes a Name apart.
func readName(der []byte) (directoryName, bool) {
	s, name := cryptobyte.String(der), directoryName{}
	if !s.ReadASN1(&s, cbasn1.SEQUENCE) {
		return nil, false
	}
	for !s.Empty() {
		var rdn cryptobyte.String
		if !s.ReadASN1Element(&rdn, cbasn1.SET) {
			return nil, false
		}
		name = append(name, rdn)
	}
	return name, true
}

// directoryNames are the subject, where it is not empty, and the directory
// names in the subject alternative name (RFC 5280 4.2.1.10).
func directoryNames(c *x509.Certificate) []directoryName {
	var names []directoryName
	if name, ok := readName(c.RawSubject); ok && len(name) > 0 {
		names = append(names, name)
	}
	for _, e := range c.Extensions {
		if !e.Id.Equal(oidSubjectAltName) {
			continue
		}
		value := cryptobyte.String(e.Value)
		for value.ReadASN1(&value, cbasn1.SEQUENCE); !value.Empty(); {
			var der cryptobyte.String
			var form cbasn1.Tag
			if !value.ReadAnyASN1(&der, &form) {
				break
			}
			if name, ok := readName(der); ok && form == tagDirectoryName {
				names = append(names, name)
			}
		}
	}
	return names
}

// directoryWithin: name begins with base, in the same encoding, which is all
// that CAs should rely on.
func directoryWithin(name, base directoryName) bool {
	return len(name) >= len(base) && slices.EqualFunc(name[:len(base)], base, bytes.Equal)
}

// forbiddenDirectoryName says whether c has a directory name that ca may not
// issue for.
func forbiddenDirectoryName(c, ca *x509.Certificate) bool {
	permitted, excluded, _ := directoryTrees(ca)
	if len(permitted)+len(excluded) == 0 {
		return false
	}
	return slices.ContainsFunc(directoryNames(c), func(n directoryName) bool {
		return outside(n, permitted, excluded, directoryWithin, directoryWithin)
	})
}

// unprocessed are the critical extensions that this client does not process
// (RFC 5280 6.1.4 (o), 6.1.5 (f)).
func unprocessed(c *x509.Certificate) []asn1.ObjectIdentifier {
	return slices.DeleteFunc(slices.Clone(c.UnhandledCriticalExtensions), func(o asn1.ObjectIdentifier) bool {
		_, _, all := directoryTrees(c)
		return o.Equal(oidNameConstraints) && all
	})
}
