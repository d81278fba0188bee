package seen

import (
	"strings"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// About says which connections of an attempt a verdict is about.
type About string

// What a verdict can be about. The connections that it is not about lead up to
// those that it is about, but for the two servers, which do not depend on one
// another.
const (
	AboutAll           About = ""               // every connection
	AboutLater         About = "later"          // those that came after the server had ended one
	AboutNextStart     About = "next start"     // none of this attempt: it leads up to the next start of the client
	AboutThisStart     About = "this start"     // every one of this attempt; the one before led up to it
	AboutSecondAccount About = "second account" // those of the account at Names.Other
	AboutRedirected    About = "redirected"     // those of the account once it was sent on to Names.Other
	AboutHere          About = "here"           // those to the first of two servers
	AboutThere         About = "there"          // those to the second of two servers
)

// Stage tells the connections of an attempt that a verdict is about from those
// that lead up to them. The zero value: it is about all.
type Stage struct {
	About About
	// Names by which the connections of two accounts are told apart.
	Names pkiforge.Names
}

// HasPrelude says that something leads up to what the verdict is about.
func (g Stage) HasPrelude() bool {
	switch g.About {
	case AboutLater, AboutNextStart, AboutThisStart, AboutSecondAccount, AboutRedirected:
		return true
	}
	return false
}

// TwoServers says that the verdict is about one of two servers.
func (g Stage) TwoServers() bool { return g.About == AboutHere || g.About == AboutThere }

// twoNames: the connections are told apart by the two names of an account.
func (g Stage) twoNames() bool {
	return g.About == AboutSecondAccount || g.About == AboutRedirected
}

// Judges says whether the verdict is about the connection.
func (g Stage) Judges(c *fakeserver.Connection) bool {
	switch g.About {
	case AboutHere, AboutThere:
		return c.Listener.Second == (g.About == AboutThere)
	case AboutLater:
		return c.Step > 0
	case AboutNextStart:
		return false
	case AboutSecondAccount, AboutRedirected:
		if speaksFor(c, g.Names.Other) || asksFor(c, g.Names.Other) {
			return true
		}
		// Without a server name it is anyone's, unless SIP tells.
		return c.ClientHello != nil && c.ClientHello.ServerName == "" && !speaksFor(c, g.Names.Host)
	}
	return true
}

// LeadsUp says whether the connection leads up to what the verdict is about.
// One that is used for both accounts does both.
func (g Stage) LeadsUp(c *fakeserver.Connection) bool {
	if g.twoNames() {
		return speaksFor(c, g.Names.Host) || asksFor(c, g.Names.Host)
	}
	return g.HasPrelude() && !g.Judges(c)
}

// asksFor says whether the ClientHello asks for a server of that name.
func asksFor(c *fakeserver.Connection, name string) bool {
	return c.ClientHello != nil && strings.EqualFold(c.ClientHello.ServerName, name)
}

// speaksFor says whether a request inside TLS is one of an account at the
// domain: by its address of record, or by whom it is sent to.
func speaksFor(c *fakeserver.Connection, domain string) bool {
	for i := range c.SIP {
		m := &c.SIP[i]
		if m.Request && (mentions(m.To, domain) || mentions(m.StartLine, domain)) {
			return true
		}
	}
	return false
}

// mentions says whether a text names a host: the names of a run are made such
// that none is part of another.
func mentions(text, host string) bool {
	return host != "" && strings.Contains(strings.ToLower(text), strings.ToLower(host))
}
