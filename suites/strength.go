package suites

import (
	"crypto"

	"siptrust/pkiforge"
)

// Clauses that the group strength rests on.
var (
	noMD5        = Clause{"RFC 8446", "4.4.2.4"}
	keyAndDigest = Clause{"RFC 9325", "4.5"}
	rsaPublicKey = Clause{"RFC 8017", "3.1"}
	appleKeys    = Clause{"Apple HT210176", ""}
)

// refuseShort are the policies that name the least length of an RSA key, which
// other verifiers do not enforce.
var refuseShort = map[Policy]Expectation{Apple: Refuse, BCP195: Refuse}

// strengthCases are the cases of the group strength: digests and keys that are
// too weak, and those strong enough.
func strengthCases() []Case {
	return []Case{
		{
			ID:      "strength.md5",
			Title:   "The server certificate is signed with MD5",
			Why:     "Two certificates of one MD5 hash were made in 2008: a harmless one for a CA to sign, and a CA of one's own.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is signed with MD5", pkiforge.SignedWith(pkiforge.Server, crypto.MD5)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{noMD5, keyAndDigest},
		},
		{
			ID:      "strength.sha1",
			Title:   "The server certificate is signed with SHA-1",
			Why:     "Collisions of chosen prefixes cost less than a phone system: what was signed may be another certificate.",
			Twin:    customSound,
			Change:  ofPKI("the server certificate is signed with SHA-1", pkiforge.SignedWith(pkiforge.Server, crypto.SHA1)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyAndDigest, noMD5, appleKeys},
		},
		{
			ID:      "strength.sha1-issuer",
			Title:   "The issuing CA's certificate is signed with SHA-1",
			Why:     "A collision in a CA's certificate is worth more than one in a server's.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's certificate is signed with SHA-1", pkiforge.SignedWith(pkiforge.Issuing, crypto.SHA1)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyAndDigest, noMD5, appleKeys},
		},
		{
			ID:       "strength.sha1-root",
			Title:    "The installed root signed itself with SHA-1",
			Why:      "Nothing rests on that signature; a client that counts it loses every enterprise with an old root.",
			Twin:     customSound,
			Change:   ofPKI("the root's signature on itself is made with SHA-1", pkiforge.SignedWith(pkiforge.Root, crypto.SHA1)),
			Expect:   Accept,
			ByPolicy: map[Policy]Expectation{Apple: Observe},
			Level:    Should,
			Clauses:  []Clause{noMD5},
		},
		{
			ID:       "strength.rsa-1024",
			Title:    "The server's RSA key has 1024 bits",
			Why:      "Keys of this length are within reach of whoever has a large computer and a reason.",
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
			Why:      "Who breaks a CA's key is every server.",
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
			Why:     "Such a key is factored in hours on rented machines.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA has an RSA key of 512 bits", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA512)),
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.exponent-one",
			Title:   "The issuing CA's RSA key has the exponent 1",
			Why:     "Signing with it needs no secret at all: the signature is the padded hash. OpenSSL and GnuTLS verify with it, crypto/rsa does not.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's RSA key has the exponent 1", pkiforge.ExponentOne(pkiforge.Server)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{rsaPublicKey},
		},
		{
			ID:      "strength.rsa-2048",
			Title:   "The server's RSA key has 2048 bits",
			Why:     "Most servers still have one.",
			Twin:    customSound,
			Change:  ofPKI("the server has an RSA key of 2048 bits", pkiforge.KeyKind(pkiforge.Server, pkiforge.RSA)),
			Expect:  Accept,
			Level:   Must,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.rsa-3072",
			Title:   "The server's RSA key has 3072 bits",
			Why:     "National guidance asks for it for what must last beyond 2030.",
			Twin:    customSound,
			Change:  ofPKI("the server has an RSA key of 3072 bits", pkiforge.KeyKind(pkiforge.Server, pkiforge.RSA3072)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.rsa-4096",
			Title:   "The issuing CA's RSA key has 4096 bits",
			Why:     "Many enterprise CAs have one; phones with small buffers cannot verify with it.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA has an RSA key of 4096 bits", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.RSA4096)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.p384",
			Title:   "The server's key is on P-384",
			Why:     "Enterprises that follow government profiles have such servers.",
			Twin:    customSound,
			Change:  ofPKI("the server's key is on P-384", pkiforge.KeyKind(pkiforge.Server, pkiforge.P384)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{algorithmsTLS, keyAndDigest},
		},
		{
			ID:      "strength.p384-issuer",
			Title:   "The issuing CA's key is on P-384",
			Why:     "Public CAs sign P-256 servers with P-384 CAs.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's key is on P-384", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.P384)),
			Expect:  Accept,
			Level:   Should,
			Clauses: []Clause{pathValidation, keyAndDigest},
		},
		{
			ID:      "strength.p521-issuer",
			Title:   "The issuing CA's key is on P-521",
			Why:     "Home-made CAs take the largest curve there is, which several libraries leave out.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's key is on P-521", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.P521)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{pathValidation, keyAndDigest},
		},
		{
			ID:      "strength.p224-issuer",
			Title:   "The issuing CA's key is on P-224",
			Why:     "112 bits of strength are just enough for RFC 9325 and too few for the public CAs' rules.",
			Twin:    customSound,
			Change:  ofPKI("the issuing CA's key is on P-224", pkiforge.KeyKind(pkiforge.Issuing, pkiforge.P224)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyAndDigest},
		},
		{
			ID:      "strength.p521",
			Title:   "The server's key is on P-521",
			Why:     "A careful administrator picks the largest curve, which several libraries leave out.",
			Twin:    customSound,
			Change:  ofPKI("the server's key is on P-521", pkiforge.KeyKind(pkiforge.Server, pkiforge.P521)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{algorithmsTLS, keyAndDigest},
		},
		{
			ID:      "strength.ed25519",
			Title:   "The server has an Ed25519 key",
			Why:     "Enterprise CAs certify such keys already; many phones do not offer the algorithm.",
			Twin:    customSound,
			Change:  ofPKI("the server has an Ed25519 key", pkiforge.KeyKind(pkiforge.Server, pkiforge.Ed25519)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{algorithmsTLS},
		},
		{
			ID:      "strength.rsa-1024-root",
			Title:   "The installed root's RSA key has 1024 bits",
			Why:     "Old enterprise roots have such keys; trust in them was decided when they were installed.",
			Twin:    customSound,
			Change:  ofPKI("the root has an RSA key of 1024 bits", pkiforge.KeyKind(pkiforge.Root, pkiforge.RSA1024)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{keyAndDigest, trustAnchor},
		},
		{
			ID:      "strength.md5-root",
			Title:   "The installed root signed itself with MD5",
			Why:     "Nothing rests on that signature, and yet some stores refuse such a root.",
			Twin:    customSound,
			Change:  ofPKI("the root's signature on itself is made with MD5", pkiforge.SignedWith(pkiforge.Root, crypto.MD5)),
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{noMD5},
		},
	}
}
