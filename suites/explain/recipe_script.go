package explain

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"siptrust/fakeserver"
)

// front is a socat between the client and openssl, for what happens below TLS. The
// zero value is none.
type front struct {
	bytes    int  // each write has so many at most; 0: as they come
	resets   bool // ends the client's connection by a reset
	keepOpen bool // keeps the client's connection open when openssl closes
}

// hello is what a server does for a ClientHello besides TLS.
type hello struct {
	text []string          // commands that write to a file what the server says before TLS, or instead of it
	wait time.Duration     // before it says it
	end  fakeserver.Ending // of the connection, instead of TLS; empty: there is none
	tls  bool              // after that it serves TLS
}

// ending is an end of the connection that a person makes.
type ending struct {
	when string // "as soon as the REGISTER appears"
	how  fakeserver.Ending
}

// actTeller tells one type of act. The moment is the one that the script awaited last.
type actTeller struct {
	act  reflect.Type
	tell func(*server, fakeserver.Await, fakeserver.Act)
}

// acts tell every type of act but [fakeserver.Await], which says when the others are
// done. A test holds them to the types.
var acts = []actTeller{
	telling((*server).segment),
	telling((*server).sendAlert),
	telling((*server).sendText),
	telling((*server).serveTLS),
	telling((*server).respond),
	telling((*server).sendOptions),
	telling((*server).pause),
	telling((*server).end),
}

func telling[A fakeserver.Act](tell func(*server, fakeserver.Await, A)) actTeller {
	return actTeller{reflect.TypeFor[A](), func(s *server, m fakeserver.Await, a fakeserver.Act) { tell(s, m, a.(A)) }}
}

// soundAnswer is what a sound server does with a REGISTER.
var soundAnswer = fakeserver.Script{fakeserver.Respond{}}

// script tells what the server does and when.
func (s *server) script() {
	course := s.Script.Course()
	for _, moment := range []fakeserver.Await{"", fakeserver.AwaitHello, fakeserver.AwaitHandshake, fakeserver.AwaitRegister} {
		list, _ := course.After(moment)
		if moment == fakeserver.AwaitRegister {
			switch {
			case slices.Equal(list, soundAnswer):
				continue // the recipe says that openssl answers no SIP
			case len(list) == 0:
				s.notes = append(s.notes, "Never to answer the REGISTER, as openssl does, is what the case is about.")
			}
		}
		s.waits = 0
		ends := len(s.ends)
		for _, act := range list {
			s.tellAct(moment, act)
		}
		if s.waits > 0 && len(s.ends) == ends {
			s.leavesOut("waits %v after the %s", s.waits, moment)
		}
	}
}

func (s *server) tellAct(moment fakeserver.Await, act fakeserver.Act) {
	for _, a := range acts {
		if a.act == reflect.TypeOf(act) {
			a.tell(s, moment, act)
			return
		}
	}
	s.unableTo("does this: %v", act)
}

func (s *server) segment(_ fakeserver.Await, a fakeserver.Segment) {
	if a.Octets > 0 {
		s.front.bytes = a.Octets
		s.notes = append(s.notes, fmt.Sprintf("socat passes on at most %s at a time.", counted(a.Octets, "byte")))
	}
}

func (s *server) sendAlert(_ fakeserver.Await, a fakeserver.SendAlert) {
	s.say([]byte{21, 3, 3, 0, 2, a.Level, a.Description}, max(a.Times, 1)) // a record of the type alert (RFC 8446 5.1)
}

func (s *server) sendText(_ fakeserver.Await, a fakeserver.SendText) { s.say([]byte(a.Text), 1) }

// say has the server send bytes outside TLS.
func (s *server) say(text []byte, times int) {
	command, into := "printf '"+printfFormat(text)+"'", " > "
	if times > 1 {
		command = fmt.Sprintf("for i in $(seq %d); do %s; done", times, command)
	}
	if len(s.hello.text) > 0 {
		into = " >> "
	}
	s.hello.text = append(s.hello.text, command+into+s.helloFile())
}

func (s *server) helloFile() string { return s.dir + "/hello-answer" }

// printfFormat writes bytes as the format of printf(1), between single quotes.
func printfFormat(text []byte) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '%':
			b.WriteString("%%")
		case c >= ' ' && c < 0x7f && c != '\'' && c != '\\':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	return b.String()
}

func (s *server) serveTLS(_ fakeserver.Await, a fakeserver.ServeTLS) {
	s.hello.tls = true
	if a.HoldBack {
		s.unableTo("never sends the last record of its first flight (Finished in TLS 1.3, ServerHelloDone in TLS 1.2), nor anything after it")
	}
}

func (s *server) respond(_ fakeserver.Await, a fakeserver.Respond) {
	answer := strings.TrimPrefix(a.String(), "respond ")
	if !a.Half { // else it has the word already
		answer = "with " + answer
	}
	fill := strings.NewReplacer("{host}", handHost, "{other}", fmt.Sprintf("%s:%d", handOther, handServer.Port()), "{clear}", handClear.String())
	s.leavesOut("answers the REGISTER %s", fill.Replace(answer))
}

func (s *server) sendOptions(moment fakeserver.Await, a fakeserver.SendOptions) {
	when := "as soon as the handshake is complete"
	if moment == fakeserver.AwaitRegister {
		when = "after the REGISTER, and waits for the answer"
	}
	from := ""
	if a.From != "" {
		from = " from the domain " + a.From
	}
	s.leavesOut("sends an OPTIONS%s %s", from, when)
}

func (s *server) pause(moment fakeserver.Await, a fakeserver.Pause) {
	if moment == fakeserver.AwaitHello {
		s.hello.wait += a.For
		return
	}
	s.waits += a.For
}

func (s *server) end(moment fakeserver.Await, how fakeserver.Ending) {
	if moment == fakeserver.AwaitHello {
		s.hello.end = how
		return
	}
	when := "the REGISTER appears"
	if moment == fakeserver.AwaitHandshake {
		when = "the handshake is complete"
	}
	if s.waits == 0 {
		when = "as soon as " + when
	} else {
		when = fmt.Sprintf("%v after %s", s.waits, when)
	}
	s.ends = append(s.ends, ending{when, how})
	switch how {
	case fakeserver.EndReset:
		s.front.resets = true
		s.notes = append(s.notes, "When openssl closes a connection, socat resets the client's side of it.")
	case fakeserver.EndClose:
		s.leavesOut("ends the connection with close_notify before it closes TCP: openssl sends none")
	}
}

func (s *server) keepOpen() {
	if s.KeepOpen {
		s.front.keepOpen = true
		s.notes = append(s.notes, "When openssl closes a connection, socat keeps the client's side of it open for a minute.")
	}
}

// commands are what starts the server; none where it cannot be rebuilt.
func (s *server) commands() []step {
	if len(s.unable) > 0 {
		return nil
	}
	var steps []step
	for _, text := range s.hello.text {
		steps = append(steps, step{kind: runs, text: text})
	}
	switch {
	case !s.hello.tls:
		steps = append(steps, step{kind: serves, text: s.withoutTLS()})
	case s.front == front{} && len(s.hello.text) == 0 && s.hello.wait == 0:
		steps = append(steps, step{kind: serves, text: s.openssl(handServer.Port())})
	default:
		steps = append(steps, step{kind: serves, text: s.openssl(behindPort)}, step{kind: serves, text: s.before()})
	}
	return append(steps, s.service...)
}

// servers are the commands that run until they are ended.
func (s *server) servers() []step {
	return slices.DeleteFunc(s.commands(), func(c step) bool { return c.kind != serves })
}

// behindPort is where openssl listens behind a socat.
const behindPort = 5062

// openssl is the command that serves TLS at a port.
func (s *server) openssl(port uint16) string {
	at := fmt.Sprint(port)
	if s.host != "" {
		at = s.host + ":" + at
	}
	return "openssl s_server -accept " + at + " " + strings.Join(s.options, " ")
}

// socat listens for clients and hands them on.
func (s *server) socat(flags, listen, to string) string {
	bind := ""
	if s.host != "" {
		bind = ",bind=" + s.host
	}
	return fmt.Sprintf("socat %sTCP-LISTEN:%d%s,reuseaddr,fork%s %s", flags, handServer.Port(), bind, listen, to)
}

// withoutTLS is the command of a server that serves no TLS.
func (s *server) withoutTLS() string {
	if len(s.hello.text) == 0 && s.hello.end == "" {
		return s.socat("-u ", "", "OPEN:/dev/null")
	}
	flags, listen := s.blocks(), ""
	if s.hello.end == fakeserver.EndReset {
		listen = byReset
	}
	do := []string{"head -c 16 >/dev/null"} // waits for the ClientHello
	if s.hello.wait > 0 {
		do = append(do, fmt.Sprintf("sleep %v", s.hello.wait.Seconds()))
	}
	if len(s.hello.text) > 0 {
		do = append(do, "cat "+s.helloFile())
	}
	if s.hello.end == "" {
		do = append(do, "cat >/dev/null")
	}
	return s.socat(flags, listen, "SYSTEM:'"+strings.Join(do, "; ")+"'")
}

// byReset has socat end a connection by a reset: no FIN comes before it.
const byReset = ",linger=0,shut-close"

func (s *server) blocks() string {
	if s.front.bytes > 0 {
		return fmt.Sprintf("-b %d ", s.front.bytes)
	}
	return ""
}

// helloTime is how long after the connection the ClientHello has surely arrived.
const helloTime = 200 * time.Millisecond

// before is the command of the socat in front of openssl.
func (s *server) before() string {
	flags, listen := s.blocks(), ""
	if s.front.bytes > 0 {
		listen += ",nodelay"
	}
	if s.front.resets {
		listen += byReset
	}
	if s.front.keepOpen {
		flags, listen = flags+"-t 60 ", listen+",shut-none"
	}
	host := s.host
	if host == "" {
		host = handServer.Addr().String()
	}
	if len(s.hello.text) == 0 && s.hello.wait == 0 {
		return s.socat(flags, listen, fmt.Sprintf("TCP:%s:%d", host, behindPort))
	}
	do := []string{fmt.Sprintf("sleep %v", (helloTime + s.hello.wait).Seconds())}
	if len(s.hello.text) > 0 {
		do = append(do, "cat "+s.helloFile())
	}
	do = append(do, fmt.Sprintf(`exec socat - TCP\:%s\:%d`, host, behindPort))
	return s.socat(flags, listen, "SYSTEM:'"+strings.Join(do, "; ")+"'")
}
