package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"siptrust/reports"
)

// Parties of evidence, and the kinds that are not compared as they are.
const (
	fromClient = "client"
	fromServer = "server"
	fromTool   = "tool"

	kindFIN     = "FIN"
	kindRST     = "RST"
	kindNotSent = "not sent" // the server's, on a connection that was reset
	kindToolEnd = "end"      // the tool's: it ended the client
	anyEnd      = "end"
)

// place finds attempt and connection in a detail. Where there is one attempt
// only, or the first connection is meant, the record does not name it.
var place = regexp.MustCompile(`^(?:(attempt \d+)(?:: |$))?(connection \d+\b)?`)

// connection is the kinds of what was seen on one connection of one attempt.
type connection struct {
	attempt string
	kinds   map[string][]string // by party
}

// kinds gives the kinds of evidence in one line, normalised as the command's
// comment says: attempts in their order, the connections of each sorted.
func kinds(evidence []reports.Evidence) string {
	connections := map[string]*connection{}
	var attempts []string
	for i := range evidence {
		e := &evidence[i]
		if (e.From == fromTool && e.What == kindToolEnd) || (e.From == fromServer && e.What == kindNotSent) {
			continue
		}
		at := place.FindStringSubmatch(e.Detail)
		c := connections[at[0]]
		if c == nil {
			c = &connection{attempt: at[1], kinds: map[string][]string{}}
			connections[at[0]] = c
			if !slices.Contains(attempts, c.attempt) {
				attempts = append(attempts, c.attempt)
			}
		}
		what := e.What
		if what == kindFIN || what == kindRST {
			what = anyEnd
		}
		said := c.kinds[e.From]
		if what == anyEnd && len(said) > 0 && said[len(said)-1] == anyEnd {
			continue
		}
		c.kinds[e.From] = append(said, what)
	}
	var words []string
	for _, attempt := range attempts {
		var of []string
		for _, c := range connections {
			if c.attempt == attempt && !c.idle() {
				of = append(of, c.String())
			}
		}
		slices.Sort(of)
		words = append(words, strings.TrimSpace(attempt+" "+strings.Join(of, " ")))
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// idle says that nothing was sent on the connection.
func (c *connection) idle() bool {
	for _, said := range c.kinds {
		for _, what := range said {
			if what != anyEnd {
				return false
			}
		}
	}
	return true
}

// String gives what each party sent, in brackets.
func (c *connection) String() string {
	var words []string
	for _, from := range []string{fromClient, fromServer, fromTool} {
		if said := c.kinds[from]; len(said) > 0 {
			words = append(words, fmt.Sprintf("%s: %s", from, strings.Join(counted(said), ", ")))
		}
	}
	return "[" + strings.Join(words, "; ") + "]"
}

// counted puts a count for a message that is repeated at once: "alert ×32".
func counted(said []string) []string {
	var words []string
	for i := 0; i < len(said); {
		n := 1
		for i+n < len(said) && said[i+n] == said[i] {
			n++
		}
		word := said[i]
		if n > 1 {
			word = fmt.Sprintf("%s ×%d", word, n)
		}
		words = append(words, word)
		i += n
	}
	return words
}
