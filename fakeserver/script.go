package fakeserver

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"siptrust/internal/plain"
)

// Script is what a server does with a connection, act by act. It is plain data:
// acts can be compared with ==, printed, and kept in a table.
//
// A script says only where the server differs from a sound one. The sound
// server's is
//
//	AwaitHello, ServeTLS{}, AwaitHandshake, AwaitRegister, Respond{}
//
// The acts that follow an [Await], up to the next one, are all that the server does
// at that moment: Script{AwaitHello} never answers a ClientHello, and
// Script{AwaitRegister, EndClose} closes instead of answering. At moments that the
// script does not await, the server acts as a sound one. Whatever the script says,
// the server reads and records until the client has ended the connection.
type Script []Act

// Act is one thing that the server does: [Await], [Segment], [SendAlert],
// [SendText], [ServeTLS], [Respond], [SendOptions], [Pause] or [Ending].
type Act interface {
	fmt.Stringer
	// at says whether the act can be done at a moment.
	at(moment Await) bool
}

// Await waits for the client. A script awaits each moment once at most, and in
// the order of the constants.
type Await string

// The moments. The zero value is the first moment, which needs no act: the client
// has connected.
const (
	AwaitHello     Await = "ClientHello" // it has arrived
	AwaitHandshake Await = "handshake"   // the client's Finished was verified
	AwaitRegister  Await = "REGISTER"    // the first one of the connection has arrived
)

// moments are all of them, in their order.
var moments = []Await{connected, AwaitHello, AwaitHandshake, AwaitRegister}

const connected Await = ""

// Segment splits all that the server writes from now on into pieces of so many
// octets, each written by itself; 0: not at all. TCP keeps no boundaries, neither
// of TLS records (RFC 8446 5.1) nor of SIP messages (RFC 3261 18.3).
type Segment struct{ Octets int }

// SendAlert sends an alert in the clear, before the ServerHello: a fatal one by
// which a server refuses a ClientHello (RFC 8446 4.1.1, 6.2), or a warning that
// a client may ignore (RFC 5246 7.2.2, RFC 6066 3).
type SendAlert struct {
	Level       uint8 // 1 warning, 2 fatal
	Description uint8
	Times       int // in a row, each in a record of its own; 0: once
}

// SendText sends octets outside TLS, like a server that does not speak TLS.
type SendText struct{ Text string }

// What servers that do not speak TLS answer to a ClientHello.
const (
	BadRequestSIP  = "SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
	BadRequestHTTP = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)

// ServeTLS answers the ClientHello with a handshake as the rest of the
// [Behaviour] says.
type ServeTLS struct {
	// HoldBack never sends the last record of the server's first flight, nor
	// anything after it: Finished in TLS 1.3, ServerHelloDone before
	// (RFC 8446 2, RFC 5246 7.3).
	HoldBack bool
}

// Respond answers the REGISTER (RFC 3261 10.3). Later ones of the connection get
// a 200 in any case.
type Respond struct {
	Status int    // 0: 200
	Reason string // with a Status; empty: its digits
	// Header is further header fields, one a line, without a line break at the
	// end. {host} becomes the first name of [Setup.Account], {other}
	// [Setup.Other] and the port of TLS, {clear} address and port of a listener
	// for plaintext.
	Header string
	// Half sends only the first half of the answer's octets.
	Half bool
}

// SendOptions sends an OPTIONS over the connection (RFC 3261 11). After
// [AwaitRegister] the server waits for the answer before the next act, 32 s at
// most (64 × T1, RFC 3261 17.1.2.2).
type SendOptions struct {
	// From is the domain of its From header field; empty: the server's address.
	From string
}

// Pause waits, until the connection has ended at most.
type Pause struct{ For time.Duration }

// Ending ends the server's direction of the connection, or with [EndReset] both.
// What the client still sends is recorded. New connections get the next behaviour
// of [Setup.Behaviours].
type Ending string

// The endings.
const (
	EndClose Ending = "close" // close_notify inside TLS, then FIN
	EndCut   Ending = "cut"   // FIN without close_notify (RFC 8446 6.1)
	EndReset Ending = "reset" // RST, which destroys what the client has not read
)

// sound is the script of a sound server.
var sound = Script{AwaitHello, ServeTLS{}, AwaitHandshake, AwaitRegister, Respond{}}

func (Await) at(Await) bool         { return true }
func (Segment) at(m Await) bool     { return m == connected }
func (SendAlert) at(m Await) bool   { return m == AwaitHello }
func (SendText) at(m Await) bool    { return m == AwaitHello }
func (ServeTLS) at(m Await) bool    { return m == AwaitHello }
func (Respond) at(m Await) bool     { return m == AwaitRegister }
func (SendOptions) at(m Await) bool { return m == AwaitHandshake || m == AwaitRegister }
func (Pause) at(m Await) bool       { return m != connected }
func (Ending) at(m Await) bool      { return m != connected }

// ScriptError says what is wrong with a script.
type ScriptError struct {
	Script Script
	Act    Act    // the one that is wrong
	Why    string // a part of a sentence: "cannot be done there"
}

// Error names script and act.
func (e *ScriptError) Error() string {
	return fmt.Sprintf("script [%s]: %v %s", e.Script, e.Act, e.Why)
}

// Check gives a [*ScriptError] for an invalid script: moments in the wrong order,
// an act at a moment at which it is impossible, or after an act that nothing can
// follow.
func (s Script) Check() error {
	moment, over, answered := connected, Act(nil), false
	for _, act := range s {
		wrong := func(why string) error { return &ScriptError{Script: s, Act: act, Why: why} }
		await, isAwait := act.(Await)
		switch {
		case act == nil:
			return wrong("is no act")
		case isAwait && !slices.Contains(moments[1:], await):
			return wrong("is no moment")
		case isAwait && slices.Index(moments, await) <= slices.Index(moments, moment):
			return wrong("comes too late")
		case isAwait && over == Act(ServeTLS{HoldBack: true}):
			return wrong("never comes: the handshake is held back")
		case isAwait:
			moment, over = await, nil
			continue
		case !act.at(moment):
			return wrong("is impossible at that moment")
		case over != nil:
			return wrong("cannot follow " + over.String())
		}
		switch act.(type) {
		case ServeTLS, Ending:
			over = act
		case Respond:
			if answered {
				return wrong("is a second answer")
			}
			answered = true
		}
	}
	return nil
}

// After gives the acts that follow a moment, up to the next one that is awaited,
// and whether the script awaits it. The zero value of [Await] gives the acts before
// the first Await.
func (s Script) After(moment Await) (acts Script, awaited bool) {
	from := 0
	if moment != connected {
		i := slices.Index(s, Act(moment))
		if i < 0 {
			return nil, false
		}
		from = i + 1
	}
	acts = s[from:]
	if i := slices.IndexFunc(acts, isAwait); i >= 0 {
		acts = acts[:i]
	}
	return acts, true
}

func isAwait(a Act) bool { _, is := a.(Await); return is }

// course gives all that the server does at a moment: the acts of a sound server,
// where the script does not await it.
func (s Script) course(moment Await) Script {
	if acts, awaited := s.After(moment); awaited {
		return acts
	}
	acts, _ := sound.After(moment)
	return acts
}

// Course is the whole script: with the acts of a sound server at the moments that
// it does not await.
func (s Script) Course() Script {
	var whole Script
	for _, m := range moments {
		if m != connected {
			whole = append(whole, m)
		}
		whole = append(whole, s.course(m)...)
	}
	return whole
}

// Completes says whether a handshake can be completed.
func (s Script) Completes() bool {
	return slices.Contains(s.course(AwaitHello), Act(ServeTLS{}))
}

// Does says whether the server does an act of type A at the moment.
func Does[A Act](s Script, moment Await) bool {
	return slices.ContainsFunc(s.course(moment), func(a Act) bool { _, is := a.(A); return is })
}

// String writes the acts in a line: "await ClientHello; close".
func (s Script) String() string {
	words := make([]string, len(s))
	for i, a := range s {
		words[i] = fmt.Sprint(a)
	}
	return strings.Join(words, "; ")
}

// String gives "await REGISTER".
func (a Await) String() string { return "await " + string(a) }

// String gives "write 1 octet at a time".
func (a Segment) String() string { return "write " + count(a.Octets, "octet") + " at a time" }

// String gives "send fatal handshake_failure (40)".
func (a SendAlert) String() string {
	text := "send " + Alert{Level: a.Level, Description: a.Description}.String()
	if a.Times > 1 {
		text += ", " + count(a.Times, "time")
	}
	return text
}

// String gives the first line of the text.
func (a SendText) String() string {
	return "send " + strconv.Quote(plain.DotsOfLine(a.Text, maxClearLine))
}

// String gives "serve TLS".
func (a ServeTLS) String() string {
	if a.HoldBack {
		return "serve TLS and hold the end of the first flight back"
	}
	return "serve TLS"
}

// String gives "respond 302 Moved Temporarily, Contact: <sips:alice@{other}>".
func (a Respond) String() string {
	status, reason := a.status()
	text := "respond "
	if a.Half {
		text += "with half of "
	}
	text += strconv.Itoa(status) + " " + reason
	for _, field := range a.fields() {
		text += ", " + field
	}
	return text
}

// String gives "send OPTIONS".
func (a SendOptions) String() string {
	if a.From != "" {
		return "send OPTIONS from " + a.From
	}
	return "send OPTIONS"
}

// String gives "pause 250ms".
func (a Pause) String() string { return "pause " + a.For.String() }

// String gives "close", "cut" or "reset".
func (a Ending) String() string { return string(a) }

// status is the status and reason of the answer.
func (a Respond) status() (status int, reason string) {
	switch {
	case a.Status == 0:
		return 200, "OK"
	case a.Reason == "":
		return a.Status, strconv.Itoa(a.Status)
	}
	return a.Status, a.Reason
}

// fields are the further header fields.
func (a Respond) fields() []string {
	if a.Header == "" {
		return nil
	}
	return strings.Split(a.Header, "\n")
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
