package suites_test

func init() {
	laterLeaf := change{later: expiredLeaf.plan}
	for id, c := range map[string]change{
		"offered":                       {scenario: []string{"Linger"}},
		"certificate-expired-meanwhile": laterLeaf,
		"version-changed":               {server: []string{"MinVersion", "MaxVersion"}, laterServer: []string{"MinVersion", "MaxVersion"}},
		"tls12.suite-changed":           {server: []string{"CipherSuites"}, laterServer: []string{"CipherSuites"}},
		"forgotten.expired":             laterLeaf,
		"forgotten.wrong-name":          {later: otherName.plan},
		"forgotten.unknown-root":        {later: []string{"root Subject"}},
		"forgotten.bad-signature":       {later: damagedLeaf.plan},
		"two-accounts.other-name":       {plan: []string{"server DNS", "server URIs"}},
		"again.after-refusal":           otherName,
	} {
		changes["resumption."+id] = c
	}

	explains("all-names", "resumption.two-accounts.sound")
	explains("expiry", "resumption.forgotten.expired")
	explains("name", "resumption.forgotten.wrong-name", "resumption.two-accounts.other-name", "resumption.again.after-refusal")
	explains("trust-anchor", "resumption.forgotten.unknown-root")
	explains("chain-links", "resumption.forgotten.unknown-root")
	explains("signature", "resumption.forgotten.bad-signature")
	explains("connection-reuse", "resumption.two-accounts.other-name")
	explains("session-name", "resumption.two-accounts.other-name")
	explains("refused-session", "resumption.again.after-refusal")
	explains("second-try", "resumption.again.after-refusal")
	explains("known-server", "resumption.forgotten.expired", "resumption.forgotten.wrong-name",
		"resumption.forgotten.unknown-root", "resumption.forgotten.bad-signature")
}
