package suites_test

func init() {
	// atHello is what a server does with every ClientHello, answer with the first
	// REGISTER, instead of what a sound server does.
	atHello := func(acts ...string) change {
		c := change{server: []string{noHandshake}}
		for _, act := range acts {
			c.server = append(c.server, "+ClientHello: "+act)
		}
		return c
	}
	answer := func(acts ...string) change {
		c := change{server: []string{"-REGISTER: respond 200 OK"}, scenario: []string{"Linger"}}
		for _, act := range acts {
			c.server = append(c.server, "+REGISTER: "+act)
		}
		return c
	}
	for id, c := range map[string]change{
		"two-accounts.first-only":        {plan: []string{"server DNS", "server URIs"}},
		"redirect.first-only":            {plan: []string{"server DNS", "server URIs"}},
		"reconnect.after-reset":          {server: []string{"-REGISTER: close", "+REGISTER: pause 250ms", "+REGISTER: reset"}},
		"reconnect.after-cut":            {server: []string{"-REGISTER: close", "+REGISTER: cut"}},
		"reconnect.expired":              {later: expiredLeaf.plan},
		"reconnect.wrong-name":           {later: otherName.plan},
		"reconnect.unknown-root":         {later: []string{"root Subject"}},
		"reconnect.bad-signature":        {later: damagedLeaf.plan},
		"reconnect.intermediate-missing": {later: []string{"send"}},
		"reconnect.no-handshake":         {laterServer: failsAll},
		"restarted.expired":              {later: expiredLeaf.plan},
		"restarted.wrong-name":           {later: otherName.plan},
		"restarted.unknown-root":         {later: []string{"root Subject"}},
		"restarted.root-removed":         {later: []string{"trust custom"}, scenario: []string{"Later"}},
		"restarted.same-serial":          {plan: []string{"server EditTBS"}, later: []string{"server EditTBS"}},

		"octetwise":               {server: []string{"+connection: write 1 octet at a time"}},
		"warnings":                {server: []string{"+ClientHello: send warning user_canceled (90), 40 times"}},
		"name-warning":            {server: []string{"+ClientHello: send warning unrecognized_name (112)"}},
		"closes-at-hello":         atHello("close"),
		"clear-sip":               atHello(`send "SIP/2.0 400 Bad Request"`, "close"),
		"clear-http":              atHello(`send "HTTP/1.1 400 Bad Request"`, "close"),
		"unfinished":              atHello("serve TLS and hold the end of the first flight back"),
		"speaks-first.wrong-name": otherName,
		"hangs-up":                {server: []string{"+handshake: close"}, scenario: []string{"Linger"}},
		"foreign-request":         {server: []string{"+REGISTER: send OPTIONS from other.bb.test"}, scenario: []string{"Linger"}},
		"spacing":                 {plan: otherName.plan, scenario: []string{"Linger"}},
		"transport-tcp":           {scenario: []string{"URIParams", "Linger"}},

		"no-answer":          answer(),
		"closed-unanswered":  answer("close"),
		"reset-unanswered":   answer("reset"),
		"half-answer":        answer("respond with half of 200 OK", "cut"),
		"redirect-tcp":       answer("respond 302 Moved Temporarily, Contact: <sip:alice@{clear};transport=tcp>"),
		"redirect-udp":       answer("respond 302 Moved Temporarily, Contact: <sip:alice@{clear};transport=udp>"),
		"service-route-tcp":  answer("respond 200 OK, Service-Route: <sip:{clear};transport=tcp;lr>"),
		"unsupported-scheme": answer("respond 416 Unsupported URI Scheme"),
		"sips-unavailable":   answer(`respond 480 Temporarily Unavailable, Warning: 380 {host} "SIPS Not Allowed"`),
		"basic-challenge":    answer(`respond 401 Unauthorized, WWW-Authenticate: Basic realm="{host}"`),
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
