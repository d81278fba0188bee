package suites_test

func init() {
	answer, reply := change{server: []string{"Answer"}}, change{server: []string{"Reply"}, scenario: []string{"Linger"}}
	ended := change{server: []string{"Reply", "End"}, scenario: []string{"Linger"}}
	for id, c := range map[string]change{
		"two-accounts.first-only":        {plan: []string{"server DNS", "server URIs"}},
		"redirect.first-only":            {plan: []string{"server DNS", "server URIs"}},
		"reconnect.after-reset":          {server: []string{"End"}},
		"reconnect.after-cut":            {server: []string{"End"}},
		"reconnect.expired":              {later: expiredLeaf.plan},
		"reconnect.wrong-name":           {later: otherName.plan},
		"reconnect.unknown-root":         {later: []string{"root Subject"}},
		"reconnect.bad-signature":        {later: damagedLeaf.plan},
		"reconnect.intermediate-missing": {later: []string{"send"}},
		"reconnect.no-handshake":         {laterServer: []string{"Answer"}},
		"restarted.expired":              {later: expiredLeaf.plan},
		"restarted.wrong-name":           {later: otherName.plan},
		"restarted.unknown-root":         {later: []string{"root Subject"}},
		"restarted.root-removed":         {later: []string{"trust custom"}, scenario: []string{"Later"}},
		"restarted.same-serial":          {plan: []string{"server EditTBS"}, later: []string{"server EditTBS"}},

		"octetwise":               {server: []string{"Octetwise"}},
		"warnings":                {server: []string{"Warnings"}},
		"name-warning":            {server: []string{"Warnings"}},
		"closes-at-hello":         answer,
		"clear-sip":               answer,
		"clear-http":              answer,
		"unfinished":              answer,
		"speaks-first.wrong-name": otherName,
		"hangs-up":                {server: []string{"HangsUp"}, scenario: []string{"Linger"}},
		"foreign-request":         {server: []string{"SendOptions", "OptionsFrom"}, scenario: []string{"Linger"}},
		"spacing":                 {plan: otherName.plan, scenario: []string{"Linger"}},
		"transport-tcp":           {scenario: []string{"URIParams", "Linger"}},

		"no-answer":          reply,
		"closed-unanswered":  ended,
		"reset-unanswered":   ended,
		"half-answer":        ended,
		"redirect-tcp":       reply,
		"redirect-udp":       reply,
		"service-route-tcp":  reply,
		"unsupported-scheme": reply,
		"sips-unavailable":   reply,
		"basic-challenge":    reply,
	} {
		changes["conduct."+id] = c
	}

	explains("all-names", "conduct.two-accounts.sound", "conduct.redirect.sound")
	explains("expiry", "conduct.reconnect.expired", "conduct.restarted.expired")
	explains("name", "conduct.reconnect.wrong-name", "conduct.restarted.wrong-name", "conduct.two-accounts.first-only",
		"conduct.redirect.first-only", "conduct.speaks-first.wrong-name")
	explains("trust-anchor", "conduct.reconnect.unknown-root", "conduct.restarted.unknown-root", "conduct.restarted.root-removed")
	explains("chain-links", "conduct.reconnect.unknown-root", "conduct.restarted.unknown-root", "conduct.restarted.root-removed")
	explains("signature", "conduct.reconnect.bad-signature")
	explains("connection-reuse", "conduct.two-accounts.first-only", "conduct.redirect.first-only")
	explains("known-server", "conduct.reconnect.expired", "conduct.reconnect.wrong-name", "conduct.reconnect.unknown-root",
		"conduct.reconnect.bad-signature", "conduct.restarted.expired", "conduct.restarted.wrong-name",
		"conduct.restarted.unknown-root", "conduct.restarted.root-removed")
	explains("close", "conduct.closes-at-hello", "conduct.clear-sip", "conduct.clear-http", "conduct.reconnect.no-handshake")
	explains("plaintext-fallback", "conduct.closes-at-hello", "conduct.clear-sip", "conduct.clear-http",
		"conduct.reconnect.no-handshake", "conduct.closed-unanswered", "conduct.reset-unanswered", "conduct.hangs-up")
	explains("version-fallback", "conduct.closes-at-hello")
	explains("silence", "conduct.unfinished")
	explains("clear-hop", "conduct.service-route-tcp")
	explains("sips-scheme", "conduct.unsupported-scheme", "conduct.sips-unavailable")
	explains("basic-credentials", "conduct.basic-challenge")
	explains("uri-transport", "conduct.transport-tcp")
}
