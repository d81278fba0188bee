package suites_test

func init() {
	for id, c := range map[string]change{
		"trust.unknown-root-sent":     {plan: []string{"send", "trust custom"}},
		"trust.same-name":             {plan: []string{"fake-root", "issuing Issuer"}},
		"trust.same-name-sent":        {plan: []string{"fake-root", "issuing Issuer", "send"}},
		"trust.same-name-and-key-id":  {plan: []string{"issuing EditDER"}},
		"trust.leaf-named-as-root":    {plan: []string{"server Subject", "server Issuer", "send"}},
		"trust.self-signed-again":     {plan: []string{"installed", "trust custom"}},
		"trust.self-signed-renewed":   {plan: []string{"installed", "server SameKeyAs", "trust custom"}},
		"trust.installed-leaf-issues": {plan: []string{"installed", "server Issuer", "server Subject", "trust custom"}},
		"trust.other-leaf-installed":  {plan: []string{"installed", "trust custom"}},
		"trust.root-among-system":     {plan: []string{"trust custom", "trust system"}},
		"trust.root-among-custom":     {plan: []string{"trust custom", "trust system"}},
		"trust.rollover":              {plan: []string{"next-root", "issuing Issuer", "trust custom"}},
		"trust.rollover-link":         {plan: []string{"next-root", "issuing Issuer", "send"}},
		"trust.issuing-ca-installed":  {plan: []string{"trust custom"}},
		"trust.leaf-installed":        {plan: []string{"trust custom"}},
		"trust.root-constrained":      {plan: []string{"root EditTBS"}},
		"trust.root-path-length":      {plan: []string{"root PathLen"}},
		"trust.root-for-clients":      {plan: []string{"root ExtKeyUsage"}},
		"trust.root-no-ca":            {plan: []string{"root IsCA"}},
	} {
		changes[id] = c
	}

	// Who takes any CA that was sent for the end of a path never comes to the
	// signature that betrays the impostor.
	explains("trust-anchor", "trust.unknown-root-sent", "trust.same-name", "trust.same-name-sent", "trust.same-name-and-key-id",
		"trust.leaf-named-as-root")
	explains("chain-links", "trust.unknown-root-sent")
	explains("trust-anchor", "trust.self-signed-again", "trust.other-leaf-installed")
	explains("chain-links", "trust.other-leaf-installed")
	explains("basic-constraints", "trust.installed-leaf-issues")
	explains("every-root", "trust.rollover")
	explains("signature", "trust.same-name", "trust.same-name-sent", "trust.same-name-and-key-id", "trust.leaf-named-as-root")
}
