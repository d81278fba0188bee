// Package plain makes text that came from elsewhere (the wire, a program, a
// file) safe to print: on a terminal, in a page, in XML. Every room may use it.
// It must never know what the text is about.
//
// What is not to be printed: control characters (C0, C1, DEL), whole control
// sequences of terminals (ECMA-48), format characters (Unicode category Cf,
// which has the bidirectional controls U+202A to U+202E and U+2066 to U+2069),
// the line separators U+2028 and U+2029, what XML 1.0 2.2 does not allow, and
// what is not UTF-8. No function gives more than it is asked for, and none more
// than [MaxLine] or [MaxText].
package plain

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is given, in characters.
const (
	MaxLine = 64 << 10
	MaxText = 1 << 20
)

// cutOff takes the place of what was left out.
const cutOff = "…"

// Line gives a text as one line: line breaks and tabs become spaces, what is
// not UTF-8 becomes U+FFFD, what is not to be printed is removed, and so are
// blanks at both ends.
func Line(s string) string {
	s = strip(s, MaxLine, string(utf8.RuneError))
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case hidden(r):
			return -1
		}
		return r
	}, s)
	return Shorten(strings.TrimSpace(s), MaxLine)
}

// Text gives a text of several lines: a line break of any kind becomes LF, tabs
// stay, what is not UTF-8 becomes a question mark, and what is not to be
// printed is removed.
func Text(s string) string {
	s = lineBreaks.Replace(strip(s, MaxText, "?"))
	return Shorten(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && hidden(r) {
			return -1
		}
		return r
	}, s), MaxText)
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// Fold gives a text of several lines as one, the lines joined by "; " and runs
// of blanks made one: for errors of libraries, which are made for a terminal.
func Fold(s string) string {
	return Line(strings.Join(strings.Fields(strings.ReplaceAll(Text(s), "\n", "; ")), " "))
}

// FirstLine gives the first line of a text that is not blank, as [Line] and
// [Shorten] do; empty when there is none.
func FirstLine(s string, limit int) string {
	first, _, _ := strings.Cut(strings.TrimSpace(Text(s)), "\n")
	return Shorten(Line(first), limit)
}

// LastLine gives the last line of a text that is not blank, as [Line] and
// [Shorten] do; empty when there is none.
func LastLine(s string, limit int) string {
	s = strings.TrimSpace(Text(s))
	return Shorten(Line(s[strings.LastIndexByte(s, '\n')+1:]), limit)
}

// Shorten cuts s to at most limit characters, the last of them an ellipsis. It
// cleans nothing. A limit below 1 gives nothing.
func Shorten(s string, limit int) string {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	if limit < 1 {
		return ""
	}
	n := 0
	for i := range s {
		if n++; n == limit {
			return strings.TrimRight(s[:i], " ") + cutOff
		}
	}
	return s
}

// Dots gives at most limit characters of what came over the wire, with a dot
// for each one that is not to be printed, line breaks too: nothing that was
// there goes unseen.
func Dots(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range s { // what is not UTF-8 is U+FFFD here
		if n++; n > limit {
			break
		}
		if r == utf8.RuneError || hidden(r) {
			r = '.'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// DotsOfLine is [Dots] of the first line. Empty lines before it are passed
// over; it ends with LF or CR LF.
func DotsOfLine(s string, limit int) string {
	line, _, _ := strings.Cut(strings.TrimLeft(s, "\r\n"), "\n")
	return Dots(strings.TrimRight(line, "\r"), limit)
}

// Quoted gives a name as it is, or as a quoted Go string when something in it
// is not to be printed.
func Quoted(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return s
	}
	return strconv.Quote(s)
}

// sequences are the control sequences of terminals (ECMA-48 5.4 and 5.6), those
// with a string to their end (OSC, DCS, SOS, PM, APC) among them.
var sequences = regexp.MustCompile(`\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])`)

// strip bounds s by more than limit characters, replaces what is not UTF-8 and removes control sequences.
func strip(s string, limit int, invalid string) string {
	if most := (limit + 1) * utf8.UTFMax; len(s) > most {
		for most > 0 && !utf8.RuneStart(s[most]) {
			most--
		}
		s = s[:most]
	}
	return sequences.ReplaceAllString(strings.ToValidUTF8(s, invalid), "")
}

// hidden says that a character is not to be printed.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == '\uFFFE' || r == '\uFFFF'
}
