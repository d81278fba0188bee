package suites_test

import "siptrust/pkiforge"

func init() {
	listed := change{server: []string{"AcceptableCAs"}}
	changes["client-auth.no-ca-list"] = listed
	changes["client-auth.other-ca-list"] = listed
	changes["client-auth.long-ca-list"] = listed
	changes["client-auth.issued-identity"] = change{plan: []string{pkiforge.ClientIssuing, "client Issuer", "identity chain"}}
	changes["client-auth.rsa-identity"] = change{plan: []string{"client KeyAlgorithm"}}
	changes["client-auth.expired-identity"] = change{plan: hasIdentity, server: []string{"ClientAuth"}}
	changes["client-auth.server-root-missing"] = change{plan: []string{"trust custom"}}
	changes["client-auth.server-wrong-name"] = otherName
	changes["client-auth.server-expired"] = expiredLeaf
	changes["client-auth.server-bad-signature"] = damagedLeaf

	explains("client-certificate", "client-auth.sound", "client-auth.long-ca-list",
		"client-auth.issued-identity", "client-auth.rsa-identity")
	explains("close", "client-auth.expired-identity")
	explains("plaintext-fallback", "client-auth.expired-identity")
	explains("trust-anchor", "client-auth.server-root-missing")
	explains("chain-links", "client-auth.server-root-missing")
	explains("name", "client-auth.server-wrong-name")
	explains("expiry", "client-auth.server-expired")
	explains("signature", "client-auth.server-bad-signature")
}
