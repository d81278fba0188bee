package suites_test

func init() {
	leaf, issuer := change{plan: []string{"server EditDER"}}, change{plan: []string{"issuing EditDER"}}
	// An ECDSA signature needs an ECDSA key, in a run with RSA keys too.
	leafByKind := change{plan: []string{"issuing KeyAlgorithm", "server EditDER"}}
	for id, c := range map[string]change{
		"signature.other-key":                 leaf,
		"signature.issuer-damaged":            issuer,
		"signature.tampered":                  leaf,
		"signature.issuer-tampered":           issuer,
		"signature.empty":                     leaf,
		"signature.ecdsa-zero":                leafByKind,
		"signature.ecdsa-order":               leafByKind,
		"signature.forged-padding":            {plan: []string{"issuing KeyAlgorithm", "issuing EditTBS", "server EditDER"}},
		"signature.algorithm-mismatch":        {plan: []string{"server EditTBS"}},
		"signature.issuer-algorithm-mismatch": {plan: []string{"issuing EditTBS"}},
		"signature.algorithm-unknown":         {plan: []string{"server EditTBS"}},
		"signature.explicit-curve":            {plan: []string{"issuing KeyAlgorithm", "issuing EditTBS"}},
		"signature.point-off-curve":           {plan: []string{"issuing KeyAlgorithm", "issuing EditTBS"}},
		"signature.root-damaged":              {plan: []string{"root EditDER"}},
		"signature.pss":                       {plan: []string{"issuing KeyAlgorithm", "server EditTBS"}},
		"signature.without-null":              {plan: []string{"issuing KeyAlgorithm", "server EditTBS"}},
		"signature.ed25519":                   {plan: []string{"issuing KeyAlgorithm"}},
		"signature.sha384":                    {plan: []string{"server EditTBS"}},
		"signature.sha512":                    {plan: []string{"server EditTBS"}},
	} {
		changes[id] = c
	}

	explains("signature", "signature.other-key", "signature.issuer-damaged", "signature.tampered", "signature.issuer-tampered",
		"signature.empty", "signature.ecdsa-zero", "signature.ecdsa-order", "signature.forged-padding", "signature.algorithm-unknown")
	// The issuing CA is the end of a path for who needs no root: nobody asks
	// who signed it.
	explains("trust-anchor", "signature.issuer-damaged", "signature.issuer-tampered")

	const unread = "crypto/tls reads every certificate with x509.ParseCertificate, which refuses "
	enforced["signature.algorithm-mismatch"] = unread + "two signature algorithms in one certificate"
	enforced["signature.issuer-algorithm-mismatch"] = unread + "two signature algorithms in one certificate"
	enforced["signature.explicit-curve"] = unread + "a curve that is not named"
	enforced["signature.point-off-curve"] = unread + "a point that is not on its curve"
}
