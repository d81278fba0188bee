package cases

import (
	"crypto"

	"siptrust/pkiforge"
	"siptrust/suites/catalogue"
)

// Clauses of the group strength.
var (
	noMD5        = clause("RFC 8446", "4.4.2.4")
	keyAndDigest = clause("RFC 9325", "4.5")
	rsaPublicKey = clause("RFC 8017", "3.1")
	appleKeys    = clause("Apple HT210176", "")
)

// refuseShort are the policies that set a minimum length for RSA keys. Other
// verifiers do not enforce one.
var refuseShort = map[Policy]Expectation{Apple: Refuse, BCP195: Refuse}

// forbidSHA1 are the policies that forbid certificates signed with SHA-1. RFC 8446
// 4.4.2.4 only recommends to refuse them, and RFC 9155 is about signatures in the
// handshake.
var forbidSHA1 = map[Policy]catalogue.Level{Apple: Must, BCP195: Must}

// strengthCases are the cases of the group strength: digests and keys that are
// too weak, and some that are strong enough.
func strengthCases() []Case {
	return []Case{
		{
			ID:      "strength.md5",
			Title:   "The server certificate is signed with MD5",
			Why:     "In 2008, researchers made two certificates with the same MD5 hash: a harmless one for a CA to sign, and a CA certificate of their own.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is signed with MD5", pkiforge.SignedWith(pkiforge.Server, crypto.MD5)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{noMD5, keyAndDigest},
		},
		{
			ID:      "strength.sha1",
			Title:   "The server certificate is signed with RSA and SHA-1",
			Why:     "SHA-1 collisions are cheap today. An attacker can get a harmless certificate signed and move the signature to another certificate.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is signed with RSA and SHA-1", pkiforge.SignedWith(pkiforge.Server, crypto.SHA1)),
			Expect:  Refuse,
			Level:   Should,
			LevelBy: forbidSHA1,
			Clauses: []Clause{noMD5, keyAndDigest, appleKeys},
		},
		{
			ID:      "strength.sha1-issuer",
			Title:   "The issuing CA's certificate is signed with RSA and SHA-1",
			Why:     "SHA-1 collisions are cheap today. With one in a CA certificate, an attacker can issue certificates for every server.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate is signed with RSA and SHA-1", pkiforge.SignedWith(pkiforge.Issuing, crypto.SHA1)),
			Expect:  Refuse,
			Level:   Should,
			LevelBy: forbidSHA1,
			Clauses: []Clause{noMD5, keyAndDigest, appleKeys},
		},
		{
			ID:       "strength.sha1-root",
			Title:    "The installed root signed itself with SHA-1",
			Why:      "Trust in a root does not depend on its own signature. A client that checks it cannot be used in any enterprise with an old root.",
			Twin:     customSound,
			Change:   ofPKI("the root signed itself with SHA-1", pkiforge.SignedWith(pkiforge.Root, crypto.SHA1)),
			Expect:   Accept,
			ByPolicy: map[Policy]Expectation{Apple: Observe},
			Level:    Should,
			Clauses:  []Clause{noMD5},
		},
		{
			ID:       "strength.rsa-1024",
			Title:    "The server's RSA key has 1024 bits",
			Why:      "An attacker with a large computer may be able to break a key of this length.",
			Twin:     customSound,
			Change:   ofPKI("the server has an RSA key of 1024 bits", pkiforge.KeyKind(pkiforge.Server, pkiforge.RSA1024)),
			Expect:   Observe,
			ByPolicy: refuseShort,
			Level:    Must,
			Clauses:  []Clause{keyAndDigest, appleKeys},
		},
		{
			ID:       "strength.rsa-1024-issuer",
			Title:    "The issuing CA's RSA key has 1024 bits",
			Why:      "An attacker who breaks the CA's key can issue certificates for every server. A key of this length may be in reach of a large computer.",
			Twin:     customSound,
			Change:   ofPKI("the issuing CA has an RSA key of 1024 bits", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA1024)),
			Expect:   Observe,
			ByPolicy: refuseShort,
			Level:    Must,
			Clauses:  []Clause{keyAndDigest, appleKeys},
		},
		{
			ID:      "strength.rsa-512-issuer",
			Title:   "The issuing CA's RSA key has 512 bits",
			Why:     "Rented machines can break such a key in hours. The attacker can then issue certificates for every server.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA has an RSA key of 512 bits", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA512)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.exponent-one",
			Title:   "The issuing CA's RSA key has the exponent 1",
			Why:     "With this exponent, anyone can sign without the private key. OpenSSL and GnuTLS accept such a key, crypto/rsa does not.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's RSA key has the exponent 1", pkiforge.ExponentOne(pkiforge.Server)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{rsaPublicKey},
		},
		{
			ID:      "strength.rsa-2048",
			Title:   "The server's RSA key has 2048 bits",
			Why:     "Most servers still have such a key. A client that refuses it cannot use them.",
			Twin:    customSound,
			Change:  ofPKI("the server has an RSA key of 2048 bits", pkiforge.KeyKind(pkiforge.Server, pkiforge.RSA)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.rsa-3072",
			Title:   "The server's RSA key has 3072 bits",
			Why:     "National guidance recommends it for use after 2030. A client that does not support it is locked out.",
			Twin:    customSound,
			Change:  ofPKI("the server has an RSA key of 3072 bits", pkiforge.KeyKind(pkiforge.Server, pkiforge.RSA3072)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.rsa-4096",
			Title:   "The issuing CA's RSA key has 4096 bits",
			Why:     "Many enterprise CAs have such a key. A client with small buffers cannot verify its signatures and is locked out.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA has an RSA key of 4096 bits", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA4096)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.rsa-8192-issuer",
			Title:   "The issuing CA's RSA key has 8192 bits",
			Why:     "Very careful CAs have such keys. crypto/tls accepts this length and nothing longer, and small phones do not accept even this.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA has an RSA key of 8192 bits", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA8192)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.rsa-16384-issuer",
			Title:   "The issuing CA's RSA key has 16384 bits",
			Why:     "Long keys take much time to verify, so an attacker can keep a client busy. Libraries set a limit, and this length is the limit of OpenSSL.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA has an RSA key of 16384 bits", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA16384)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.p384",
			Title:   "The server's key is on P-384",
			Why:     "Enterprises that follow government security profiles have such servers. A client without P-384 cannot use them.",
			Twin:    customSound,
			Change:  ofPKI("the server's key is on P-384", pkiforge.KeyKind(pkiforge.Server, pkiforge.P384)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{algorithmsTLS, keyAndDigest},
		},
		{
			ID:      "strength.p384-issuer",
			Title:   "The issuing CA's key is on P-384",
			Why:     "Public CAs with P-384 keys sign certificates for P-256 servers. A client without P-384 cannot use these servers.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's key is on P-384", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.P384)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{pathValidation, keyAndDigest},
		},
		{
			ID:      "strength.p521-issuer",
			Title:   "The issuing CA's key is on P-521",
			Why:     "Home-made CAs often use the largest curve. Several libraries do not support it.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's key is on P-521", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.P521)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{pathValidation, keyAndDigest},
		},
		{
			ID:      "strength.p224-issuer",
			Title:   "The issuing CA's key is on P-224",
			Why:     "Its strength of 112 bits is just enough for RFC 9325 and too low for the rules of public CAs.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's key is on P-224", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.P224)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.dsa-issuer",
			Title:   "The issuing CA has a DSA key of 2048 bits",
			Why:     "RFC 8446 forbids DSA in the handshake, and libraries remove it one after another. Old CAs still have such keys.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA has a DSA key", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.DSA)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{algorithmsTLS},
		},
		{
			ID:       "strength.p192-issuer",
			Title:    "The issuing CA's key is on P-192",
			Why:      "Its strength of 96 bits is less than the 112 bits that RFC 9325 requires. OpenSSL and crypto/x509 refuse it, GnuTLS does not.",
			Twin:     customSound,
			Change:   ofPKI("the issuing CA's key is on P-192", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.P192)),
			Expect:   Observe,
			ByPolicy: map[Policy]Expectation{BCP195: Refuse},
			Level:    Should,
			Clauses:  []Clause{keyAndDigest},
		},
		{
			ID:      "strength.p521",
			Title:   "The server's key is on P-521",
			Why:     "Careful administrators choose the largest curve. Several libraries do not support it.",
			Twin:    customSound,
			Change:  ofPKI("the server's key is on P-521", pkiforge.KeyKind(pkiforge.Server, pkiforge.P521)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{algorithmsTLS, keyAndDigest},
		},
		{
			ID:      "strength.ed25519",
			Title:   "The server has an Ed25519 key",
			Why:     "Enterprise CAs already certify such keys. Many phones do not offer the algorithm.",
			Twin:    customSound,
			Change:  ofPKI("the server has an Ed25519 key", pkiforge.KeyKind(pkiforge.Server, pkiforge.Ed25519)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{algorithmsTLS},
		},
		{
			ID:      "strength.rsa-1024-root",
			Title:   "The installed root's RSA key has 1024 bits",
			Why:     "Old enterprise roots have such keys. The administrator who installed the root decided to trust it.",
			Twin:    customSound,
			Change:  ofPKI("the root has an RSA key of 1024 bits", pkiforge.KeyKind(pkiforge.Root, pkiforge.RSA1024)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyAndDigest, trustAnchor},
		},
		{
			ID:      "strength.md5-root",
			Title:   "The installed root signed itself with MD5",
			Why:     "Trust in a root does not depend on its own signature. Some trust stores still refuse such a root.",
			Twin:    customSound,
			Change:  ofPKI("the root signed itself with MD5", pkiforge.SignedWith(pkiforge.Root, crypto.MD5)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{noMD5},
		},
	}
}
