package cases

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"

	"siptrust/pkiforge"
)

// Clauses that the groups about certificates' form rest on.
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

// encodingCases are the cases of the group encoding: extensions that nobody
// knows or that stand twice, versions, serial numbers, and octets that are no
// DER. What is odd but allowed is in encoding_odd.go.
func encodingCases() []Case {
	return slices.Concat(encodingExtensions(), encodingVersions(), encodingOctets(), encodingOdd(), encodingNames())
}

func encodingExtensions() []Case {
	return []Case{
		{
			ID:      "encoding.unknown-critical-leaf",
			Title:   "The server certificate has a critical extension that nobody knows",
			Why:     "Critical means: who does not understand this must not use the certificate; it may limit what it is good for.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate has an unknown critical extension", pkiforge.UnknownExtension(pkiforge.Server, true)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsKnown, criticalLeaf, noRegister},
		},
		{
			ID:      "encoding.unknown-critical-intermediate",
			Title:   "The issuing CA's certificate has a critical extension that nobody knows",
			Why:     "A constraint on a CA that clients pass over is no constraint.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate has an unknown critical extension", pkiforge.UnknownExtension(pkiforge.Issuing, true)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsKnown, criticalCA, noRegister},
		},
		{
			ID:      "encoding.unknown-critical-root",
			Title:   "The installed root has a critical extension that nobody knows",
			Why:     "Of a trust anchor only name and key are an input of path validation; what else it says verifiers weigh differently.",
			Twin:    customSound,
			Change:  ofPKI("the installed root has an unknown critical extension", pkiforge.UnknownExtension(pkiforge.Root, true)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{anchorIsInput, extensionsKnown},
		},
		{
			ID:      "encoding.unknown-extension-leaf",
			Title:   "The server certificate has an extension that nobody knows, not critical",
			Why:     "Enterprise CAs put extensions of their own into everything they issue.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate has an unknown extension", pkiforge.UnknownExtension(pkiforge.Server, false)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.unknown-extension-intermediate",
			Title:   "The issuing CA's certificate has an extension that nobody knows, not critical",
			Why:     "Enterprise CAs carry extensions of their software: template names, CA versions.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate has an unknown extension", pkiforge.UnknownExtension(pkiforge.Issuing, false)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.duplicate-san",
			Title:   "The server certificate has two subject alternative names",
			Why:     "Where an extension stands twice, one program reads the first and another the second: each sees another server.",
			Twin:    customSound,
			Change:  ofPKI("the subject alternative name stands twice", pkiforge.TwiceExtension(pkiforge.Server, pkiforge.OIDSubjectAltName)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.duplicate-key-usage",
			Title:   "The server certificate has two key usages",
			Why:     "Where an extension stands twice, one program reads the first and another the second.",
			Twin:    customSound,
			Change:  ofPKI("the key usage stands twice", pkiforge.TwiceExtension(pkiforge.Server, pkiforge.OIDKeyUsage)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.duplicate-basic-constraints",
			Title:   "The issuing CA's certificate has two basic constraints",
			Why:     "Where an extension stands twice, one program reads the first and another the second: CA for one, none for the other.",
			Twin:    customSound,
			Change:  ofPKI("the basic constraints stand twice", pkiforge.TwiceExtension(pkiforge.Issuing, pkiforge.OIDBasicConstraints)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:    "encoding.duplicate-san-other-first",
			Title: "The server certificate has two subject alternative names, the first for another host",
			Why:   "The CA may have looked at one of them and the client at the other: each sees another server.",
			Twin:  customSound,
			Change: Change{Name: "a subject alternative name for another host stands before the right one", Apply: func(s *Scenario) error {
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
			Title: "The server certificate has an extension that nobody knows, twice",
			Why:   "Who obeys no more than what he reads may pass over it; who holds a certificate to its form refuses it.",
			Twin:  customSound,
			Change: Change{Name: "an unknown extension stands twice", Apply: func(s *Scenario) error {
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
			Title:   "The extended key usage of the server certificate is no sequence of purposes",
			Why:     "What a certificate is for cannot be read; who takes that for everything lets a mail certificate be a server's.",
			Twin:    customSound,
			Change:  ofPKI("the extended key usage cannot be read", pkiforge.ExtensionValue(pkiforge.Server, pkiforge.OIDExtKeyUsage, unreadable)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:    "encoding.malformed-name-constraints",
			Title: "The issuing CA has critical name constraints that are no sequence",
			Why:   "A constraint that cannot be read is one that cannot be kept; to pass over it is to lift it.",
			Twin:  customSound,
			Change: ofPKI("the name constraints cannot be read", pkiforge.MoreExtension(pkiforge.Issuing,
				pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 30}, Critical: true, Value: unreadable})),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsKnown, criticalCA},
		},
		{
			ID:      "encoding.san-trailing-octets",
			Title:   "Octets stand behind the names within the subject alternative name",
			Why:     "What lies behind the sequence most readers pass over, though DER has no place for it.",
			Twin:    customSound,
			Change:  ofPKI("octets follow the names", pkiforge.LongerExtension(pkiforge.Server, pkiforge.OIDSubjectAltName, []byte{5, 0})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{extensionsKnown},
		},
		{
			ID:      "encoding.malformed-san",
			Title:   "The subject alternative name is no sequence of names",
			Why:     "A client that cannot read the names must not fall back on the common name: nobody said whom the certificate is for.",
			Twin:    customSound,
			Change:  ofPKI("the subject alternative name cannot be read", pkiforge.ExtensionValue(pkiforge.Server, pkiforge.OIDSubjectAltName, unreadable)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{altNameField, extensionsKnown},
		},
		{
			ID:      "encoding.malformed-basic-constraints",
			Title:   "The basic constraints of the issuing CA are no sequence",
			Why:     "Whether it is a CA cannot be read; who takes that for yes lets anyone be one.",
			Twin:    customSound,
			Change:  ofPKI("the basic constraints cannot be read", pkiforge.ExtensionValue(pkiforge.Issuing, pkiforge.OIDBasicConstraints, unreadable)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{basicField, extensionsKnown, issuerIsCA},
		},
		{
			ID:      "encoding.malformed-key-usage",
			Title:   "The critical key usage of the server certificate is no bit string",
			Why:     "A critical extension that cannot be processed must lead to refusal like one that is not known.",
			Twin:    customSound,
			Change:  ofPKI("the key usage cannot be read", pkiforge.ExtensionValue(pkiforge.Server, pkiforge.OIDKeyUsage, unreadable)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsKnown},
		},
	}
}

// unreadable is the value of no extension: an OCTET STRING that is longer than
// there are octets.
var unreadable = []byte{0x04, 0x20, 0xff}

func encodingVersions() []Case {
	return []Case{
		{
			ID:    "encoding.v1-leaf",
			Title: "The server certificate is one of version 1: no extensions, the name in the common name",
			Why:   "Old devices make such certificates for themselves; they can say neither whom nor what they are for.",
			Twin:  customSound,
			Change: ofPKI("the server certificate is of version 1 and names its server in the common name only",
				pkiforge.BareVersion1(pkiforge.Server)),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{RFC9525: Refuse, BCP195: Refuse},
			Level:    Must,
			Clauses:  []Clause{versionField, clause("RFC 9525", "2")},
		},
		{
			ID:      "encoding.v1-intermediate",
			Title:   "The issuing certificate is one of version 1",
			Why:     "A certificate of version 1 cannot say that it is a CA's; to take it for one lets every old leaf issue.",
			Twin:    customSound,
			Change:  ofPKI("the issuing certificate is of version 1", pkiforge.BareVersion1(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{issuerIsCA, versionField, noRegister},
		},
		{
			ID:      "encoding.version-4",
			Title:   "The server certificate says that it is of version 4",
			Why:     "There is no such version and nobody knows what its fields mean, yet many readers take it for version 3.",
			Twin:    customSound,
			Change:  ofPKI("the version of the server certificate is 4", pkiforge.Version(pkiforge.Server, 4)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{derEncoding, versionField},
		},
		{
			ID:      "encoding.v1-with-extensions",
			Title:   "The server certificate is of version 1 and has extensions",
			Why:     "Some readers pass over extensions of version 1, others obey them: each sees another certificate.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is of version 1 and has extensions", pkiforge.Version(pkiforge.Server, 1)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsField, versionField},
		},
		{
			ID:      "encoding.v2-with-extensions",
			Title:   "The server certificate is of version 2 and has extensions",
			Why:     "Some readers pass over extensions of version 2, others obey them: each sees another certificate.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is of version 2 and has extensions", pkiforge.Version(pkiforge.Server, 2)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{extensionsField, versionField},
		},
		{
			ID:      "encoding.v1-intermediate-with-extensions",
			Title:   "The issuing certificate is of version 1 and says in an extension that it is a CA's",
			Why:     "Only version 3 has extensions; to obey one elsewhere makes a CA of what cannot be one.",
			Twin:    customSound,
			Change:  ofPKI("the issuing certificate is of version 1 and has extensions", pkiforge.Version(pkiforge.Issuing, 1)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{extensionsField, issuerIsCA},
		},
		{
			ID:      "encoding.serial-20-octets",
			Title:   "The serial number of the server certificate has 20 octets",
			Why:     "Serial numbers are as long as a hash; a client that keeps them in a machine word fails on good certificates.",
			Twin:    customSound,
			Change:  ofPKI("the serial number has 20 octets", pkiforge.Serial(pkiforge.Server, serialOf(0x7f, 20))),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{serialNumber},
		},
		{
			ID:      "encoding.serial-one",
			Title:   "The serial number of the server certificate is 1",
			Why:     "Small enterprise CAs count from 1.",
			Twin:    customSound,
			Change:  ofPKI("the serial number is 1", pkiforge.Serial(pkiforge.Server, []byte{1})),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{serialNumber},
		},
		{
			ID:      "encoding.serial-21-octets",
			Title:   "The serial number of the server certificate has 21 octets",
			Why:     "A CA must not make them so long, and no client need handle it: some do, some refuse.",
			Twin:    customSound,
			Change:  ofPKI("the serial number has 21 octets", pkiforge.Serial(pkiforge.Server, serialOf(0x7f, 21))),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{serialNumber},
		},
		{
			ID:      "encoding.serial-zero",
			Title:   "The serial number of the server certificate is 0",
			Why:     "A CA must not give it, and a client should handle it gracefully, which some understand as refusing.",
			Twin:    customSound,
			Change:  ofPKI("the serial number is 0", pkiforge.Serial(pkiforge.Server, []byte{0})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{serialNumber},
		},
		{
			ID:      "encoding.serial-negative",
			Title:   "The serial number of the server certificate is negative",
			Why:     "A CA that forgets a leading zero makes half of its serial numbers negative; some clients refuse them.",
			Twin:    customSound,
			Change:  ofPKI("the serial number is negative", pkiforge.Serial(pkiforge.Server, serialOf(0x80, 16))),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{serialNumber},
		},
	}
}

// serialOf is a serial number of so many octets, of which the first is given.
func serialOf(first byte, octets int) []byte {
	return append([]byte{first}, bytes.Repeat([]byte{0x5a}, octets-1)...)
}

func encodingOctets() []Case {
	return []Case{
		{
			ID:      "encoding.garbage-leaf",
			Title:   "Octets that are no certificate stand in the place of the server's",
			Why:     "A client that goes on when it cannot read a certificate has verified nobody; parsers have crashed on less.",
			Twin:    customSound,
			Change:  ofPKI("what stands for the server certificate is none", pkiforge.Scrambled(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{certificates12, certificateList, noRegister},
		},
		{
			ID:      "encoding.garbage-intermediate",
			Title:   "Octets that are no certificate stand in the place of the issuing CA's",
			Why:     "Without the issuer there is no path; a client that skips what it cannot read must not skip the question.",
			Twin:    customSound,
			Change:  ofPKI("what stands for the issuing CA's certificate is none", pkiforge.Scrambled(pkiforge.Issuing)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{pathValidation, noRegister},
		},
		{
			ID:      "encoding.cut-short",
			Title:   "The second half of the server certificate is missing",
			Why:     "Lengths that point beyond the end are where parsers read what is not theirs.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is cut short", pkiforge.CutShort(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{derEncoding, noRegister},
		},
		{
			ID:      "encoding.trailing-octet",
			Title:   "An octet stands after the end of the server certificate",
			Why:     "What lies behind a certificate is signed by nobody; readers that pass over it make one certificate look like many.",
			Twin:    customSound,
			Change:  ofPKI("an octet follows the server certificate", pkiforge.Trailing(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{certificates12, derEncoding},
		},
		{
			ID:      "encoding.long-length",
			Title:   "The length of the server certificate is written with an octet too many",
			Why:     "DER has one way to write a length; whether a reader holds a certificate to it shows how much else it lets pass.",
			Twin:    customSound,
			Change:  ofPKI("the length of the server certificate is not minimal", pkiforge.LongLength(pkiforge.Server)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{derEncoding, clause("X.690", "10.1")},
		},
		{
			ID:      "encoding.indefinite-length",
			Title:   "The server certificate has an indefinite length, which BER knows and DER does not",
			Why:     "DER has one way to write a thing, so that two programs cannot read it in two ways.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate has an indefinite length", pkiforge.IndefiniteLength(pkiforge.Server)),
			Expect:  Refuse,
			Level:   Should,
			Clauses: []Clause{derEncoding, clause("X.690", "10.1")},
		},
		{
			ID:    "encoding.ber-boolean",
			Title: "The issuing CA says TRUE with the octet 01, which BER knows and DER does not",
			Why:   "Old encoders wrote any octet but zero for TRUE; strict readers refuse, lenient ones take it for yes.",
			Twin:  customSound,
			Change: ofPKI("the cA of the basic constraints is no DER",
				pkiforge.ExtensionValue(pkiforge.Issuing, pkiforge.OIDBasicConstraints, []byte{0x30, 6, 1, 1, 1, 2, 1, 0})),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{derEncoding, extensionsKnown, clause("X.690", "11.1")},
		},
	}
}
