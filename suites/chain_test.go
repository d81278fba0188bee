package suites_test

import "fmt"

func init() {
	send := change{plan: []string{"send"}}
	cross := []string{"old-root", "cross", "send"}
	twofold := []string{"issuing Subject", "issuing NotAfter", "reissued", "send"}
	for id, c := range map[string]change{
		"chain.root-sent":            send,
		"chain.leaf-second":          {server: []string{"Certificate"}},
		"chain.stranger-last":        {plan: []string{"stranger", "send"}},
		"chain.stranger-between":     {plan: []string{"stranger", "send"}},
		"chain.issuer-twice":         send,
		"chain.leaf-twice":           send,
		"chain.issuers-reversed":     send,
		"chain.root-before-issuer":   send,
		"chain.root-for-issuer":      {plan: []string{"issuing Subject", "send"}},
		"chain.upper-name-wrong":     {plan: []string{"issuing EditTBS"}},
		"chain.upper-missing":        {plan: []string{"upper Subject", "send"}},
		"chain.wrong-issuer":         {plan: []string{"issuing Subject", "stranger", "send"}},
		"chain.issuer-rekeyed":       {plan: []string{"issuing Subject", "reissued", "send"}},
		"chain.issuer-fetchable":     {plan: []string{"issuing Subject", "server IssuingURL", "send"}},
		"chain.fetched-stranger":     {plan: []string{"issuing Subject", "server IssuingURL", "send", "stranger"}},
		"chain.issuer-name-wrong":    {plan: []string{"server EditTBS"}},
		"chain.issuer-name-upper":    {plan: []string{"server EditTBS"}},
		"chain.issuer-name-utf8":     {plan: []string{"server EditTBS"}},
		"chain.key-id-wrong":         {plan: []string{"server EditTBS"}},
		"chain.cross-signed":         {plan: append([]string{"trust custom"}, cross...)},
		"chain.cross-signed-both":    {plan: cross},
		"chain.cross-signed-expired": {plan: cross},
		"chain.one-way-expired":      {plan: twofold},
		"chain.every-way-expired":    {plan: twofold},
		"chain.loop":                 {plan: []string{"issuing Subject", "issuing PathLen", "stranger", "reissued", "send"}},
		"chain.bridge":               {plan: []string{"old-root", "bridge", "cross", "issuing Issuer", "send"}},
		"chain.self-issued":          {plan: []string{"reissued", "server Issuer", "send"}},
		"chain.four-issuers":         deep(4),
		"chain.ten-issuers":          deep(10),
		"chain.twenty-issuers":       deep(20),
		"chain.long-message":         {plan: []string{"issuing Extra"}},
		"chain.circle":               circle(2),
		"chain.circle-of-six":        circle(6),
	} {
		changes[id] = c
	}

	explains("chain-links", "chain.upper-missing", "chain.wrong-issuer", "chain.fetched-stranger", "chain.issuer-name-wrong", "chain.circle", "chain.circle-of-six")
	explains("trust-anchor", "chain.upper-missing", "chain.circle", "chain.circle-of-six")
	explains("chain-links", "chain.root-for-issuer", "chain.upper-name-wrong")
	explains("trust-anchor", "chain.upper-name-wrong")
	explains("signature", "chain.issuer-rekeyed")
	explains("expiry", "chain.every-way-expired")

	enforced["chain.leaf-second"] = "crypto/tls verifies the handshake with the key of the first certificate"

	disagree("gnutls-cli", "GnuTLS takes the first certificate of an issuer's name and tries no other way (RFC 5280 6.2)",
		"chain.one-way-expired")
}

// deep is what puts CAs between root and issuing CA.
func deep(n int) change {
	c := change{plan: []string{"issuing Issuer", "send"}}
	for i := 1; i < n; i++ {
		c.plan = append(c.plan, fmt.Sprintf("deep-%d", i))
	}
	return c
}

// circle is what makes CAs certify one another.
func circle(n int) change {
	c := change{plan: []string{"issuing Issuer", "issuing PathLen", "issuing Subject", "send"}}
	members := []string{"issuing"}
	for i := 2; i <= n; i++ {
		members = append(members, fmt.Sprintf("circle-%d", i))
	}
	c.plan = append(c.plan, members[1:]...)
	for _, subject := range members {
		for _, issuer := range members {
			if subject != issuer {
				c.plan = append(c.plan, subject+"-by-"+issuer)
			}
		}
	}
	return c
}
