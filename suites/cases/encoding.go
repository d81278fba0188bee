package cases

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"

	"siptrust/pkiforge"
)

// Clauses of the group encoding.
var (
	extensionsKnown = clause("RFC 5280", "4.2")
	criticalLeaf    = clause("RFC 5280", "6.1.5(f)")
	criticalCA      = clause("RFC 5280", "6.1.4(o)")
	derEncoding     = clause("RFC 5280", "4.1")
	versionField    = clause("RFC 5280", "4.1.2.1")
	serialNumber    = clause("RFC 5280", "4.1.2.2")
	extensionsField = clause("RFC 5280", "4.1.2.9")
	certificateList = clause("RFC 8446", "4.4.2")
	certificates12  = clause("RFC 5246", "7.4.2")
	keyIdentifiers  = clause("RFC 5280", "4.2.1.1")
	subjectKeyID    = clause("RFC 5280", "4.2.1.2")
	altNameField    = clause("RFC 5280", "4.2.1.6")
	basicField      = clause("RFC 5280", "4.2.1.9")
	infoAccess      = clause("RFC 5280", "4.2.2.1")
)

// encodingCases are the cases of the group encoding: unknown, duplicate and
// malformed extensions, versions, serial numbers, and octets that are not DER.
// What is odd but allowed is in encoding_odd.go.
func encodingCases() []Case {
	return slices.Concat(encodingExtensions(), encodingVersions(), encodingOctets(), encodingOdd(), encodingNames())
}

func encodingExtensions() []Case {
	return []Case{
		{
			ID:      "encoding.unknown-critical-leaf",
			Title:   "The server certificate has an unknown critical extension",
			Why:     "A critical extension may limit what a certificate is valid for. A client that does not understand it must refuse the certificate.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate has an unknown critical extension", pkiforge.UnknownExtension(pkiforge.Server, true)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsKnown, criticalLeaf, noRegister},
		},
		{
			ID:      "encoding.unknown-critical-intermediate",
			Title:   "The issuing CA's certificate has an unknown critical extension",
			Why:     "A critical extension may limit what a CA may issue. A client that ignores it removes the limit.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate has an unknown critical extension", pkiforge.UnknownExtension(pkiforge.Issuing, true)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsKnown, criticalCA, noRegister},
		},
		{
			ID:      "encoding.unknown-critical-root",
			Title:   "The installed root has an unknown critical extension",
			Why:     "Path validation uses only the name and the key of a trust anchor. Clients differ in whether they check more.",
			Twin:    customSound,
			Change:  ofPKI("the installed root has an unknown critical extension", pkiforge.UnknownExtension(pkiforge.Root, true)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{anchorIsInput, extensionsKnown},
		},
		{
			ID:      "encoding.unknown-extension-leaf",
			Title:   "The server certificate has an unknown extension that is not critical",
			Why:     "Enterprise CAs put extensions of their own into every certificate. A client that refuses them cannot use these servers.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate has an unknown extension", pkiforge.UnknownExtension(pkiforge.Server, false)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.unknown-extension-intermediate",
			Title:   "The issuing CA's certificate has an unknown extension that is not critical",
			Why:     "The certificates of enterprise CAs contain extensions of the CA software, such as template names. A client that refuses them cannot use these servers.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate has an unknown extension", pkiforge.UnknownExtension(pkiforge.Issuing, false)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.duplicate-san",
			Title:   "The server certificate has the subject alternative name twice",
			Why:     "If an extension appears twice, one program reads the first and another reads the second. They may see different servers in the same certificate.",
			Twin:    customSound,
			Change:  ofPKI("the subject alternative name appears twice", pkiforge.TwiceExtension(pkiforge.Server, pkiforge.OIDSubjectAltName)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.duplicate-key-usage",
			Title:   "The server certificate has the key usage twice",
			Why:     "If an extension appears twice, one program reads the first and another reads the second. They may allow different uses of the same key.",
			Twin:    customSound,
			Change:  ofPKI("the key usage appears twice", pkiforge.TwiceExtension(pkiforge.Server, pkiforge.OIDKeyUsage)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.duplicate-basic-constraints",
			Title:   "The issuing CA's certificate has the basic constraints twice",
			Why:     "If an extension appears twice, one program reads the first and another reads the second. One may see a CA certificate where the other does not.",
			Twin:    customSound,
			Change:  ofPKI("the basic constraints appear twice", pkiforge.TwiceExtension(pkiforge.Issuing, pkiforge.OIDBasicConstraints)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:    "encoding.duplicate-san-other-first",
			Title: "The server certificate has two subject alternative names, and the first is for another host",
			Why:   "The CA may have checked one of them while the client reads the other. An attacker could get a certificate for a server that is not theirs.",
			Twin:  customSound,
			Change: Change{Name: "a subject alternative name for another host comes before the right one", Apply: func(s *Scenario) error {
				name := append([]byte{0x82, byte(len(s.Names.Other))}, s.Names.Other...)
				value := append([]byte{0x30, byte(len(name))}, name...)
				return pkiforge.BeforeExtension(pkiforge.Server, pkiforge.OIDSubjectAltName, value).Apply(&s.Plan)
			}},
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:    "encoding.duplicate-unknown",
			Title: "The server certificate has the same unknown extension twice",
			Why:   "RFC 5280 forbids an extension to appear twice. A client that accepts this does not check whether the certificate is well formed.",
			Twin:  customSound,
			Change: Change{Name: "an unknown extension appears twice", Apply: func(s *Scenario) error {
				if err := pkiforge.UnknownExtension(pkiforge.Server, false).Apply(&s.Plan); err != nil {
					return err
				}
				return pkiforge.UnknownExtension(pkiforge.Server, false).Apply(&s.Plan)
			}},
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.malformed-extended-key-usage",
			Title:   "The extended key usage of the server certificate is not a sequence of purposes",
			Why:     "The client cannot read what the certificate is for. A client that treats it as valid for everything accepts an e-mail certificate as a server's.",
			Twin:    customSound,
			Change:  ofPKI("the extended key usage cannot be read", pkiforge.ExtensionValue(pkiforge.Server, pkiforge.OIDExtKeyUsage, unreadable)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:    "encoding.malformed-name-constraints",
			Title: "The issuing CA has critical name constraints that are not a sequence",
			Why:   "A client that cannot read a constraint cannot apply it. A client that ignores it lets the CA issue for any name.",
			Twin:  customSound,
			Change: ofPKI("the name constraints cannot be read", pkiforge.MoreExtension(pkiforge.Issuing,
				pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 30}, Critical: true, Value: unreadable})),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsKnown, criticalCA},
		},
		{
			ID:      "encoding.san-trailing-octets",
			Title:   "The subject alternative name has extra octets after its names",
			Why:     "DER does not allow anything after the sequence, but most parsers ignore it.",
			Twin:    customSound,
			Change:  ofPKI("extra octets follow the names in the subject alternative name", pkiforge.LongerExtension(pkiforge.Server, pkiforge.OIDSubjectAltName, []byte{5, 0})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.malformed-san",
			Title:   "The subject alternative name is not a sequence of names",
			Why:     "A client that cannot read the names must not use the common name instead. The CA has perhaps not checked it.",
			Twin:    customSound,
			Change:  ofPKI("the subject alternative name cannot be read", pkiforge.ExtensionValue(pkiforge.Server, pkiforge.OIDSubjectAltName, unreadable)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNameField, extensionsKnown},
		},
		{
			ID:      "encoding.malformed-basic-constraints",
			Title:   "The basic constraints of the issuing CA are not a sequence",
			Why:     "The client cannot read whether this is a CA certificate. A client that assumes that it is one lets anyone issue certificates.",
			Twin:    customSound,
			Change:  ofPKI("the basic constraints cannot be read", pkiforge.ExtensionValue(pkiforge.Issuing, pkiforge.OIDBasicConstraints, unreadable)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{basicField, extensionsKnown, issuerIsCA},
		},
		{
			ID:      "encoding.malformed-key-usage",
			Title:   "The critical key usage of the server certificate is not a bit string",
			Why:     "A client must refuse a critical extension that it cannot process. A client that ignores it may use the key for something forbidden.",
			Twin:    customSound,
			Change:  ofPKI("the key usage cannot be read", pkiforge.ExtensionValue(pkiforge.Server, pkiforge.OIDKeyUsage, unreadable)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsKnown},
		},
	}
}

// unreadable is not a valid value of any extension: an OCTET STRING whose length
// is larger than the number of octets that follow.
var unreadable = []byte{0x04, 0x20, 0xff}

func encodingVersions() []Case {
	return []Case{
		{
			ID:    "encoding.v1-leaf",
			Title: "The server certificate has version 1: no extensions, and the server's name is in the common name",
			Why:   "Old devices make such certificates for themselves. Without extensions, these cannot contain a subject alternative name or a purpose.",
			Twin:  customSound,
			Change: ofPKI("the server certificate has version 1 and has the server's name only in the common name",
				pkiforge.BareVersion1(pkiforge.Server)),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC9525: Refuse, BCP195: Refuse},
			Level:    Must,
			Clauses:  []Clause{versionField, clause("RFC 9525", "2")},
		},
		{
			ID:      "encoding.v1-intermediate",
			Title:   "The issuing certificate has version 1",
			Why:     "A version 1 certificate cannot say that it is a CA certificate. A client that accepts it as one lets the owner of any old certificate issue others.",
			Twin:    customSound,
			Change:  ofPKI("the issuing certificate has version 1", pkiforge.BareVersion1(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{issuerIsCA, versionField, noRegister},
		},
		{
			ID:      "encoding.version-4",
			Title:   "The server certificate says that it has version 4",
			Why:     "There is no version 4, and nobody knows what its fields would mean. Many parsers still read it as version 3.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate has version 4", pkiforge.Version(pkiforge.Server, 4)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{derEncoding, versionField},
		},
		{
			ID:      "encoding.v1-with-extensions",
			Title:   "The server certificate has version 1 and also extensions",
			Why:     "Some clients ignore these extensions, others use them. The same certificate then means different things.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate has version 1 and also extensions", pkiforge.Version(pkiforge.Server, 1)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsField, versionField},
		},
		{
			ID:      "encoding.v2-with-extensions",
			Title:   "The server certificate has version 2 and also extensions",
			Why:     "Some clients ignore these extensions, others use them. The same certificate then means different things.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate has version 2 and also extensions", pkiforge.Version(pkiforge.Server, 2)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsField, versionField},
		},
		{
			ID:       "encoding.v1-intermediate-with-extensions",
			Title:    "The issuing certificate has version 1 and an extension that says that it is a CA certificate",
			Why:      "Only version 3 allows extensions, and RFC 5280 does not let a certificate of version 1 say by itself that it is one of a CA. OpenSSL and many other clients read the extension all the same.",
			Twin:     customSound,
			Change:   ofPKI("the issuing certificate has version 1 and also extensions", pkiforge.Version(pkiforge.Issuing, 1)),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC5922: Refuse, RFC9525: Refuse},
			Level:    Must,
			Clauses:  []Clause{extensionsField, issuerIsCA},
		},
		{
			ID:      "encoding.serial-20-octets",
			Title:   "The serial number of the server certificate has 20 octets",
			Why:     "RFC 5280 allows serial numbers of up to 20 octets. A client that stores them in a machine word refuses a good server.",
			Twin:    customSound,
			Change:  ofPKI("the serial number has 20 octets", pkiforge.Serial(pkiforge.Server, serialOf(0x7f, 20))),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{serialNumber},
		},
		{
			ID:      "encoding.serial-one",
			Title:   "The serial number of the server certificate is 1",
			Why:     "Small enterprise CAs count from 1. A client that refuses such numbers cannot use their servers.",
			Twin:    customSound,
			Change:  ofPKI("the serial number is 1", pkiforge.Serial(pkiforge.Server, []byte{1})),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{serialNumber},
		},
		{
			ID:      "encoding.serial-21-octets",
			Title:   "The serial number of the server certificate has 21 octets",
			Why:     "CAs must not make serial numbers of this length, and clients need not support them. Some do, some refuse.",
			Twin:    customSound,
			Change:  ofPKI("the serial number has 21 octets", pkiforge.Serial(pkiforge.Server, serialOf(0x7f, 21))),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{serialNumber},
		},
		{
			ID:      "encoding.serial-zero",
			Title:   "The serial number of the server certificate is 0",
			Why:     "CAs must not use 0, and RFC 5280 says that clients should handle it gracefully. Some refuse it.",
			Twin:    customSound,
			Change:  ofPKI("the serial number is 0", pkiforge.Serial(pkiforge.Server, []byte{0})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{serialNumber},
		},
		{
			ID:      "encoding.serial-negative",
			Title:   "The serial number of the server certificate is negative",
			Why:     "A CA that forgets a leading zero makes half of its serial numbers negative. Some clients refuse them.",
			Twin:    customSound,
			Change:  ofPKI("the serial number is negative", pkiforge.Serial(pkiforge.Server, serialOf(0x80, 16))),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{serialNumber},
		},
	}
}

// serialOf is a serial number with this first octet and this number of octets.
func serialOf(first byte, octets int) []byte {
	return append([]byte{first}, bytes.Repeat([]byte{0x5a}, octets-1)...)
}

func encodingOctets() []Case {
	return []Case{
		{
			ID:      "encoding.garbage-leaf",
			Title:   "The server sends octets that are not a certificate in place of its own",
			Why:     "A client that goes on after it could not read the certificate has not verified the server. Parsers have crashed on such octets.",
			Twin:    customSound,
			Change:  ofPKI("the server sends octets that are not a certificate in place of its own", pkiforge.Scrambled(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{certificates12, certificateList, noRegister},
		},
		{
			ID:      "encoding.garbage-intermediate",
			Title:   "The server sends octets that are not a certificate in place of its issuing CA's",
			Why:     "Without the issuer there is no path. A client that skips what it cannot read must not skip path validation.",
			Twin:    customSound,
			Change:  ofPKI("the server sends octets that are not a certificate in place of its issuing CA's", pkiforge.Scrambled(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{pathValidation, noRegister},
		},
		{
			ID:      "encoding.cut-short",
			Title:   "The second half of the server certificate is missing",
			Why:     "The lengths in it point beyond its end. A parser that trusts them reads memory that does not belong to the certificate.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is cut short", pkiforge.CutShort(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{derEncoding, noRegister},
		},
		{
			ID:      "encoding.trailing-octet",
			Title:   "An extra octet follows the end of the server certificate",
			Why:     "The signature does not cover this octet. If parsers ignore it, one certificate can look like many different ones.",
			Twin:    customSound,
			Change:  ofPKI("an extra octet follows the server certificate", pkiforge.Trailing(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{certificates12, derEncoding},
		},
		{
			ID:      "encoding.long-length",
			Title:   "The length of the server certificate is written with one octet more than necessary",
			Why:     "DER allows only the shortest form. A client that accepts this length may also accept other invalid encodings.",
			Twin:    customSound,
			Change:  ofPKI("the length of the server certificate has one octet more than necessary", pkiforge.LongLength(pkiforge.Server)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{derEncoding, clause("X.690", "10.1")},
		},
		{
			ID:      "encoding.indefinite-length",
			Title:   "The server certificate has an indefinite length, which BER allows and DER does not",
			Why:     "DER allows one way to write each value, so that two programs cannot read the same octets differently. A client that accepts BER gives this up.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate has an indefinite length", pkiforge.IndefiniteLength(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{derEncoding, clause("X.690", "10.1")},
		},
		{
			ID:    "encoding.ber-boolean",
			Title: "The issuing CA's certificate writes TRUE as the octet 01, which BER allows and DER does not",
			Why:   "Old encoders wrote TRUE as any octet that is not zero. Strict parsers refuse it, others read it as TRUE.",
			Twin:  customSound,
			Change: ofPKI("the cA value in the basic constraints is not DER",
				pkiforge.ExtensionValue(pkiforge.Issuing, pkiforge.OIDBasicConstraints, []byte{0x30, 6, 1, 1, 1, 2, 1, 0})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{derEncoding, extensionsKnown, clause("X.690", "11.1")},
		},
	}
}
