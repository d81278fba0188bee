package reports

import (
	"fmt"
	"math"
	"strings"

	"siptrust/internal/plain"
)

// Sizes of the ladder's picture, in the units of its viewBox.
const (
	ladderWidth  = 676
	ladderClient = 84  // x of the client's lifeline
	ladderServer = 636 // x of the server's
	ladderTop    = 34  // the first rung's space begins here
	ladderStep   = 25  // from rung to rung
	ladderLabel  = 74  // characters a rung's words may have
)

// The middle of a ladder with more rungs than this is folded; the beginning and
// the end of an attempt stay visible.
const (
	ladderLong = 22
	ladderHead = 10
	ladderTail = 8
)

// ladder is one attempt's messages as a picture, in parts one below the other.
type ladder struct {
	Parts []ladderPart
}

// ladderPart is one SVG. Fold is the summary of a folded part; empty: the part
// is open.
type ladderPart struct {
	Fold          string
	ID            string // unique within the page
	Title, Desc   string
	Width, Height int
	Client        int // x of the lifelines
	Server        int
	Middle        int
	TimeX         int // x at which times end
	ClientX       int // x of the boxes with the parties' names
	ServerX       int
	End           int // y at which the lifelines end
	Rungs         []rung
}

// rung is one message.
type rung struct {
	Y, Label   int // y of the arrow and of the words above it
	Time       string
	What       string
	Detail     string
	Full       string // the whole detail, when Detail is cut
	Class      string // of the arrow and the words
	X1, X2     int
	Head       string // points of the arrow's head; empty: a note of the tool
	Protected  bool
	LockX      int
	LockY      int
	TimeY      int // y of the time's baseline
	Screenread string
}

// newLadder draws the evidence. The id makes the page's ids unique.
func newLadder(id string, evidence []Evidence) *ladder {
	if len(evidence) == 0 {
		return nil
	}
	cut := []int{0, len(evidence)}
	if len(evidence) > ladderLong {
		cut = []int{0, ladderHead, len(evidence) - ladderTail, len(evidence)}
	}
	l := &ladder{}
	for i := 0; i+1 < len(cut); i++ {
		part := newPart(fmt.Sprintf("%s-%d", id, i+1), evidence[cut[i]:cut[i+1]])
		if i == 1 { // the middle
			part.Fold = foldWords(evidence[cut[i]:cut[i+1]])
		}
		l.Parts = append(l.Parts, part)
	}
	return l
}

// foldWords is the summary of a folded part, with its alerts and plaintext.
func foldWords(evidence []Evidence) string {
	words := counted(len(evidence), "more message")
	alerts, leaks := 0, 0
	for i := range evidence {
		switch rungClass(&evidence[i]) {
		case "alert":
			alerts++
		case "leak":
			leaks++
		}
	}
	if alerts > 0 {
		words += ", " + counted(alerts, "alert")
	}
	if leaks > 0 {
		words += fmt.Sprintf(", %d in plaintext", leaks)
	}
	return words
}

func newPart(id string, evidence []Evidence) ladderPart {
	part := ladderPart{
		ID: id, Title: "Messages between client and server",
		Width: ladderWidth, Client: ladderClient, Server: ladderServer, Middle: (ladderClient + ladderServer) / 2,
		TimeX: ladderClient - 44, ClientX: ladderClient - 34, ServerX: ladderServer - 34,
	}
	said := make([]string, 0, len(evidence))
	for i := range evidence {
		r := newRung(&evidence[i], ladderTop+ladderStep*i)
		part.Rungs = append(part.Rungs, r)
		said = append(said, r.Screenread)
	}
	part.End = ladderTop + ladderStep*len(evidence)
	part.Height = part.End + 4
	part.Desc = strings.Join(said, "; ")
	return part
}

func newRung(e *Evidence, top int) rung {
	r := rung{
		Y: top + ladderStep - 5, Label: top + ladderStep - 10,
		Time: rungTime(e.Ms), What: plain.Shorten(plain.Line(e.What), 40), Class: rungClass(e), Protected: e.Protected,
	}
	full := plain.Line(e.Detail)
	room := ladderLabel - len([]rune(r.What))
	r.Detail = plain.Shorten(full, room)
	if r.Detail != full || r.What != plain.Line(e.What) {
		r.Full = strings.TrimSpace(plain.Line(e.What) + " " + full)
	}
	switch e.From {
	case "client":
		r.X1, r.X2 = ladderClient, ladderServer
		r.Head = fmt.Sprintf("%d,%d %d,%d %d,%d", r.X2, r.Y, r.X2-8, r.Y-4, r.X2-8, r.Y+4)
		r.LockX = ladderClient + 7
	case "server":
		r.X1, r.X2 = ladderServer, ladderClient
		r.Head = fmt.Sprintf("%d,%d %d,%d %d,%d", r.X2, r.Y, r.X2+8, r.Y-4, r.X2+8, r.Y+4)
		r.LockX = ladderServer - 16
	default:
		r.X1, r.X2 = ladderClient, ladderServer
		r.Class = "note"
		r.Label = top + ladderStep/2 + 6
		r.Y = top + ladderStep/2 + 2
	}
	r.LockY, r.TimeY = r.Label-9, r.Y+4
	r.Screenread = rungText(e)
	return r
}

// rungClass says how a message is drawn: "leak" for what was sent in plaintext
// and must not be, "alert" for an alert that ends a connection, "tcp" for what
// belongs to TCP, "hand" for the rest. It only chooses the colour; the judge
// decides what counts.
func rungClass(e *Evidence) string {
	switch e.Kind {
	case "":
		return wordClass(e)
	case "clear", "clear_sip":
		return "leak"
	case "close_notify", "fin", "rst":
		return "tcp"
	case "alert", "malformed_alert":
		return "alert"
	}
	return "hand"
}

// wordClass is rungClass for records that have no kinds, by their words.
func wordClass(e *Evidence) string {
	what, detail := strings.ToLower(e.What), strings.ToLower(e.Detail)
	switch {
	case strings.HasPrefix(what, "clear"):
		return "leak"
	case strings.Contains(what, "close_notify"), strings.HasPrefix(what, "alert") && strings.Contains(detail, "close_notify"):
		return "tcp"
	case strings.HasPrefix(what, "alert"):
		return "alert"
	case what == "fin", what == "rst", strings.HasPrefix(what, "tcp"), what == "closed":
		return "tcp"
	}
	return "hand"
}

// rungTime prints milliseconds, with a decimal below 100.
func rungTime(ms float64) string {
	if math.Abs(ms) < 100 {
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}

// rungText is one message as a line of text: "3.1 ms client: ClientHello, SNI …".
func rungText(e *Evidence) string {
	line := rungTime(e.Ms) + " ms " + plain.Line(e.From) + ": " + plain.Line(e.What)
	if detail := plain.Line(e.Detail); detail != "" {
		line += ", " + detail
	}
	if e.Protected {
		line += " (protected)"
	}
	return line
}

// evidenceText is what JUnit says of a case that failed or is inconclusive:
// expectation, outcome, missed demands, clauses, and a short ladder.
func evidenceText(r *Result) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "\n%-12s %s", name+":", value)
		}
	}
	line("expected", strings.TrimSpace(plain.Line(r.Expect)+" ("+plain.Line(r.Level)+")"))
	line("outcome", r.outcomeWords())
	for _, d := range r.Demands {
		if !d.Met {
			line("not met", plain.Line(d.Name))
		}
	}
	line("alert", plain.Line(r.Alert))
	line("clauses", plain.Line(strings.Join(r.Clauses, ", ")))
	line("twin", plain.Line(r.Twin))
	for i := range r.Evidence {
		if len(r.Evidence) > ladderLong && i == ladderHead {
			fmt.Fprintf(&b, "\n    ... %s", foldWords(r.Evidence[ladderHead:len(r.Evidence)-ladderTail]))
		}
		if len(r.Evidence) > ladderLong && i >= ladderHead && i < len(r.Evidence)-ladderTail {
			continue
		}
		b.WriteString("\n    " + plain.Shorten(rungText(&r.Evidence[i]), 160))
	}
	b.WriteString("\n")
	return b.String()
}
