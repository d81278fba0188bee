package fakeserver

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// stunCookie is the magic cookie of RFC 5389 6.
const stunCookie = 0x2112a442

// classify says what octets outside TLS are.
func classify(data []byte) ClearKind {
	text := bytes.TrimLeft(data, "\r\n")
	switch {
	case len(data) > 0 && len(text) == 0:
		return ClearCRLF
	case len(data) >= 8 && data[0]&0xc0 == 0 && binary.BigEndian.Uint32(data[4:8]) == stunCookie:
		return ClearSTUN
	case isSIP(text):
		return ClearSIP
	}
	return ClearOther
}

// isSIP says whether text begins with a SIP request line or status line
// (RFC 3261 7.1, 7.2). A request line may be cut after the Request-URI, if that
// has the scheme sip, sips or tel.
func isSIP(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if len(line) >= 8 && bytes.EqualFold(line[:8], []byte("SIP/2.0 ")) {
		return true
	}
	method, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || !isToken(method) {
		return false
	}
	uri, version, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	if bytes.EqualFold(bytes.TrimSpace(version), []byte("SIP/2.0")) {
		return true
	}
	scheme, _, ok := bytes.Cut(uri, []byte(":"))
	if !ok {
		return false
	}
	for _, s := range []string{"sip", "sips", "tel"} {
		if strings.EqualFold(string(scheme), s) {
			return true
		}
	}
	return false
}

// isToken says whether b is a token (RFC 3261 25.1).
func isToken(b []byte) bool {
	for _, c := range b {
		if !isAlphanumeric(c) && strings.IndexByte("-.!%*_+`'~", c) < 0 {
			return false
		}
	}
	return len(b) > 0
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// leakFinder finds the names of the account under test in plaintext.
type leakFinder struct{ names [][]byte }

// newLeakFinder takes the account's names and the server's own.
func newLeakFinder(account []string, own string) *leakFinder {
	f := &leakFinder{}
	for _, name := range append([]string{own}, account...) {
		if name != "" {
			f.names = append(f.names, bytes.ToLower([]byte(name)))
		}
	}
	return f
}

// mentions says whether data holds one of the names as a whole word: the name
// "pbx.test" is not in "pbx.test.example" nor "10.0.0.1" in "10.0.0.12".
func (f *leakFinder) mentions(data []byte) bool {
	data = bytes.ToLower(data)
	for _, name := range f.names {
		for rest := data; ; {
			i := bytes.Index(rest, name)
			if i < 0 {
				break
			}
			before, after := rest[:i], rest[i+len(name):]
			if (len(before) == 0 || !inName(before[len(before)-1])) && !nameContinues(after) {
				return true
			}
			rest = rest[i+1:]
		}
	}
	return false
}

// inName says whether c can be part of a host name.
func inName(c byte) bool { return isAlphanumeric(c) || c == '-' || c == '.' || c == '_' }

// nameContinues says whether a host name continues in after. A dot alone does not
// continue it: it is the final dot of the name, or of a sentence.
func nameContinues(after []byte) bool {
	after = bytes.TrimPrefix(after, []byte("."))
	return len(after) > 0 && inName(after[0])
}
