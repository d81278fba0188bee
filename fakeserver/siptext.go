package fakeserver

import (
	"bytes"
	"strconv"
	"strings"
)

// Bounds of the plaintext reader.
const (
	maxStartLine  = 256     // octets kept
	maxHeaderLine = 1024    // octets kept
	maxHeader     = 1 << 16 // octets of one message's header; more: lost
)

// sipReader finds the SIP messages in a stream (RFC 3261 18.3). It keeps one line
// at most, and reports what it finds at once: a message counts from its first
// line on.
type sipReader struct {
	onStart func(SIPMessage)   // a start line, or the line that is in its place
	onCSeq  func(value string) // of the message begun last
	// onField gets its other header fields that count, by their full names in lower
	// case: to, call-id, authorization; nil: they are not wanted.
	onField func(name, value string)
	onEnd   func() // of the message begun last, body included

	state  sipState
	line   []byte // of the line under way, as much as is kept
	long   bool   // the line under way is longer than that
	begun  bool   // onStart was called for the line under way
	header int    // octets of the header so far
	body   uint64 // octets of the body, then those still to come
}

type sipState int

const (
	inStartLine sipState = iota
	inHeader
	inBody
	lost // the framing is gone: what follows is not read
)

// feed takes the next octets of the stream.
func (r *sipReader) feed(data []byte) {
	for len(data) > 0 {
		switch r.state {
		case lost:
			return
		case inBody:
			n := min(r.body, uint64(len(data)))
			r.body -= n
			data = data[n:]
			if r.body == 0 {
				r.end()
			}
		default:
			i := bytes.IndexByte(data, '\n')
			if i < 0 {
				r.keep(data)
				return
			}
			r.keep(data[:i])
			data = data[i+1:]
			r.lineDone()
		}
	}
}

// flush takes the end of the stream: a start line without its end counts.
func (r *sipReader) flush() {
	if r.state == inStartLine && !r.begun && len(bytes.TrimSpace(r.line)) > 0 {
		r.begin(true)
	}
	r.state = lost
}

// keep takes a part of a line.
func (r *sipReader) keep(part []byte) {
	limit := maxStartLine
	if r.state == inHeader {
		limit = maxHeaderLine
		r.header += len(part) + 1
		if r.header > maxHeader {
			r.state = lost
			return
		}
	}
	room := limit - len(r.line)
	if len(part) > room {
		r.long = true
		part = part[:room]
	}
	r.line = append(r.line, part...)
	if r.state == inStartLine && r.long && !r.begun {
		r.begin(true)
	}
}

// lineDone takes a whole line.
func (r *sipReader) lineDone() {
	line := bytes.TrimSuffix(r.line, []byte("\r"))
	switch r.state {
	case inStartLine:
		if len(line) == 0 && !r.begun {
			break // CRLF before a start line (RFC 3261 7.5)
		}
		if !r.begun {
			r.begin(false)
		}
		r.state, r.header, r.body = inHeader, 0, 0
	case inHeader:
		if len(line) > 0 {
			r.field(line)
			break
		}
		if r.body > 0 {
			r.state = inBody
		} else {
			r.end()
		}
	}
	r.line, r.long, r.begun = r.line[:0], false, false
}

// field takes one header field.
func (r *sipReader) field(line []byte) {
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		return
	}
	text := strings.TrimSpace(string(value))
	switch strings.ToLower(string(bytes.TrimRight(name, " \t"))) {
	case "cseq":
		r.onCSeq(text)
	case "to", "t": // RFC 3261 7.3.3, as below
		r.other("to", text)
	case "call-id", "i":
		r.other("call-id", text)
	case "authorization", "proxy-authorization":
		r.other("authorization", text)
	case "content-length", "l":
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			r.state = lost
			return
		}
		r.body = n
	}
}

// other reports one of the fields that onField wants.
func (r *sipReader) other(name, value string) {
	if r.onField != nil {
		r.onField(name, value[:min(len(value), maxStartLine)])
	}
}

// begin reports a start line.
func (r *sipReader) begin(cut bool) {
	r.begun = true
	r.onStart(parseStartLine(string(bytes.TrimRight(r.line, "\r")), cut))
}

// end reports the end of a message.
func (r *sipReader) end() {
	r.onEnd()
	r.state = inStartLine
}

// parseStartLine reads a request line or a status line (RFC 3261 7.1, 7.2).
// One that was cut needs no SIP-Version.
func parseStartLine(line string, cut bool) SIPMessage {
	m := SIPMessage{StartLine: line}
	if rest, ok := strings.CutPrefix(line, "SIP/2.0 "); ok {
		code, _, _ := strings.Cut(rest, " ")
		if n, err := strconv.Atoi(code); err == nil && len(code) == 3 {
			m.Status = n
		}
		return m
	}
	method, rest, ok := strings.Cut(line, " ")
	if !ok || !isToken([]byte(method)) || !isSIP([]byte(line)) {
		return m
	}
	if _, version, _ := strings.Cut(rest, " "); cut || strings.EqualFold(version, "SIP/2.0") {
		m.Request, m.Method = true, method
	}
	return m
}
