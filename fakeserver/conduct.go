package fakeserver

import (
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// Tickets says what the server does about resumption: tickets of RFC 5077 in
// TLS 1.2, pre-shared keys of RFC 8446 4.6.1 in TLS 1.3.
type Tickets string

// The modes. The zero value is [TicketsOff].
const (
	TicketsOff Tickets = "" // gives none and takes none
	// TicketsTaken: gives tickets and takes back what any connection of the same
	// server was given, whatever name is asked for.
	TicketsTaken Tickets = "taken"
	// TicketsForgotten: gives tickets and takes none.
	TicketsForgotten Tickets = "forgotten"
)

// Ending says how the server ends a connection once it has answered the first
// REGISTER on it, or left it unanswered. It then goes on to the next of the
// behaviours that [Server.SetBehaviour] was given.
type Ending string

// The endings. The zero value is [EndNever].
const (
	EndNever Ending = ""
	EndClose Ending = "close" // close_notify, then FIN
	EndCut   Ending = "cut"   // FIN without close_notify (RFC 8446 6.1)
	EndReset Ending = "reset" // RST, a quarter of a second after an answer
)

// Reply is how the first REGISTER of a connection is answered. The zero value
// is a 200; later ones get a 200 in any case.
type Reply struct {
	None   bool // no answer at all
	Status int  // 0: 200
	Reason string
	// Fields are further header fields, "Name: value". {host} becomes the
	// first name of [Setup.Account], {other} [Setup.Other] and the port of the
	// TLS ear, {clear} address and port of an ear that takes clear text.
	Fields []string
	// Half sends only the first half of the answer's octets.
	Half bool
}

// clearAddress is where clear text is listened for over TCP.
func (s *Server) clearAddress() string {
	for _, ear := range s.main.list {
		if ear.Network == "tcp" && !ear.TLS {
			return ear.Address.String()
		}
	}
	return s.main.address.String()
}

// host is the name of the account, or the server's address.
func (s *Server) host() string {
	if len(s.setup.Account) > 0 {
		return s.setup.Account[0]
	}
	return s.main.address.Addr().String()
}

// field writes a header field of a reply.
func (s *Server) field(text string) (name, value string) {
	name, value, _ = strings.Cut(text, ":")
	other := ""
	if s.setup.Other != "" {
		other = s.setup.Other + ":" + strconv.Itoa(int(s.main.address.Port()))
	}
	words := strings.NewReplacer("{host}", s.host(), "{other}", other, "{clear}", s.clearAddress())
	return name, words.Replace(strings.TrimSpace(value))
}

// current gives the behaviour of the next connection and its place. state must
// be held.
func (s *Server) current() (Behaviour, int) {
	return s.behaviours[s.step], s.step
}

// advance goes on to the next behaviour, if the connections of step are still
// those that come.
func (s *Server) advance(step int) {
	s.state.Lock()
	defer s.state.Unlock()
	if step == s.step && step+1 < len(s.behaviours) {
		s.step++
	}
}

// beforeReset is how long an answer precedes a reset. A reset destroys what the
// client has not read, and when it has read the answer nothing tells.
const beforeReset = 250 * time.Millisecond

// part ends the connection as its behaviour says. What comes after it meets
// the next behaviour already.
func (c *conn) part() {
	how := c.behaviour.End
	if how == EndNever {
		return
	}
	if how == EndReset && !c.behaviour.Reply.None {
		select {
		case <-time.After(beforeReset):
		case <-c.done:
		}
	}
	c.server.advance(c.step)
	switch how {
	case EndReset:
		c.reset()
	case EndCut:
		c.mu.Lock()
		c.tls = nil // no close_notify
		c.mu.Unlock()
		c.end()
	default:
		c.end()
	}
}

// tickets sets resumption up as the behaviour says.
func (c *conn) tickets(config *tls.Config) {
	switch c.behaviour.Tickets {
	case TicketsTaken:
		config.SessionTicketsDisabled = false
		config.SetSessionTicketKeys([][32]byte{c.server.ticketKey})
	case TicketsForgotten:
		config.SessionTicketsDisabled = false // with a key of this connection alone
	}
}

// warn sends the alerts that come before the ServerHello.
func (c *conn) warn() {
	for _, description := range c.behaviour.Warnings {
		if _, err := c.tap.Write([]byte{recordAlert, 3, 3, 0, 2, levelWarning, description}); err != nil {
			return // the tap records a failure
		}
	}
}

// clearAnswers are what a server that does not speak TLS says to a ClientHello.
var clearAnswers = map[Answer]string{
	AnswerSIP:  "SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
	AnswerHTTP: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}

// speakFirst sends an OPTIONS behind the handshake, before anything was asked.
func (s *sipSession) speakFirst() {
	if !s.conn.behaviour.SpeaksFirst {
		return
	}
	e := s.conn.entry
	k := e.lock()
	s.options = "1 OPTIONS"
	k.OptionsSent = true
	e.event(k, Event{
		At: e.r.since(), From: FromServer, Kind: KindSIP, What: "OPTIONS",
		Detail: "OPTIONS sips:alice@" + s.conn.raw.RemoteAddr().String() + " SIP/2.0", Protected: true,
	})
	e.unlock()
	local := s.conn.server.main.address
	_, _ = fmt.Fprintf(s.tls, "OPTIONS sips:alice@%[1]s SIP/2.0\r\nVia: SIP/2.0/TLS %[2]s;branch=z9hG4bK.first\r\nMax-Forwards: 70\r\n"+
		"From: <sips:%[2]s>;tag=first\r\nTo: <sips:alice@%[1]s>\r\nCall-ID: first@%[2]s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
		s.conn.raw.RemoteAddr(), local) // fails when the client is gone; the tap has it
}

// half sends the first half of a message and records so.
func (s *sipSession) half(message string) {
	line, _, _ := strings.Cut(message, "\r\n")
	e := s.conn.entry
	k := e.lock()
	e.event(k, Event{At: e.r.since(), From: FromServer, Kind: KindHalfSIP, Detail: line, Protected: true})
	e.unlock()
	_, _ = s.tls.Write([]byte(message[:len(message)/2])) // fails when the client is gone; the tap has it
}

// octetwise writes to a connection octet by octet.
func octetwise(c net.Conn, b []byte) (n int, err error) {
	for n < len(b) {
		if _, err = c.Write(b[n : n+1]); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// heldBack gives a flight of the server without its last record, when it is
// one: what ends before the Certificate has no more than two.
func heldBack(flight []byte) ([]byte, bool) {
	records, last := 0, 0
	for at := 0; at+recordHeader <= len(flight); records++ {
		last = at
		at += recordHeader + int(flight[at+3])<<8 + int(flight[at+4])
	}
	return flight[:last], records > 2
}

// statusWords is how a final answer of this status is begun by default.
func statusWords(r Reply) (int, string) {
	if r.Status == 0 {
		return 200, "OK"
	}
	if r.Reason == "" {
		return r.Status, strconv.Itoa(r.Status)
	}
	return r.Status, r.Reason
}
