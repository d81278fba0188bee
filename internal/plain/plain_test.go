package plain

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestFunctions(t *testing.T) {
	t.Parallel()
	first := func(s string) string { return FirstLine(s, 10) }
	last := func(s string) string { return LastLine(s, 10) }
	dots := func(s string) string { return Dots(s, 10) }
	dotsOfLine := func(s string) string { return DotsOfLine(s, 10) }
	shorten := func(s string) string { return Shorten(s, 10) }
	for _, c := range []struct {
		name     string
		f        func(string) string
		in, want string
	}{
		{"line", Line, "  Grüße\tan\nalle \r\n", "Grüße an alle"},
		{"line: separators", Line, "a\u2028b\u2029c", "a b c"},
		{"line: blanks within stay", Line, "a  b", "a  b"},
		{"line: colours", Line, "\x1b[1;31mERROR\x1b[0m", "ERROR"},
		{"line: C0, C1, DEL", Line, "a\x00b\x07c\x7fd\u0085e\u009bf", "abcdef"},
		{"line: bidirectional controls", Line, "a\u202a\u202b\u202c\u202d\u202eb\u2066\u2067\u2068\u2069c", "abc"},
		{"line: byte order mark, soft hyphen", Line, "\ufeffa\u00adb", "ab"},
		{"line: not UTF-8", Line, "caf\xe9\xff", "caf\ufffd"},
		{"line: not in XML", Line, "a\ufffe\uffffb", "ab"},
		{"line: nothing", Line, " \x1b[0m\n", ""},

		{"text", Text, "one\ttwo\nthree\n", "one\ttwo\nthree\n"},
		{"text: window title, both ends", Text, "\x1b]0;title\x07a\x1b]2;title\x1b\\b", "ab"},
		{"text: device control string", Text, "a\x1bP1$r0m\x1b\\b\x1b_x\x1b\\c", "abc"},
		{"text: cursor and character set", Text, "\x1b[2J\x1b[?25l\x1b(Bdone\x1b7", "done"},
		{"text: sequence that was cut off", Text, "a\x1b[", "a"},
		{"text: sequence within a sequence", Text, "a\x1b\x1b[31m[31mb", "a[31mb"},
		{"text: lines that are overwritten", Text, "10 %\r20 %\r\nended", "10 %\n20 %\nended"},
		{"text: bidirectional controls", Text, "a\u202eb\u2069c", "abc"},
		{"text: not UTF-8", Text, "caf\xe9", "caf?"},

		{"fold", Fold, "one:\n\ttwo  three\n", "one:; two three;"},
		{"fold: hostile", Fold, "a\x1b[2J\n\u202eb", "a; b"},

		{"first", first, "\n\n one \ntwo", "one"},
		{"first: carriage returns", first, "one\rtwo", "one"},
		{"first: long", first, "0123456789a\nb", "012345678…"},
		{"first: nothing", first, " \n ", ""},
		{"last", last, "one\n two \n\n", "two"},
		{"last: one line", last, "one", "one"},
		{"last: hostile", last, "one\n\x1b[31mtwo\u202e\x00", "two"},
		{"last: long, cut between characters", last, "ä123456789ä", "ä12345678…"},
		{"last: nothing", last, "", ""},

		{"shorten: enough room", shorten, "äöüäöüäöüä", "äöüäöüäöüä"},
		{"shorten: no blank before the ellipsis", shorten, "01234567   9", "01234567…"},

		{"dots", dots, "a\r\n\x00\xffb", "a....b"},
		{"dots: format characters and C1", dots, "\u202ea\u2066\u0085\u2028", ".a..."},
		{"dots: long", dots, "äöüäöüäöüäö", "äöüäöüäöüä"},
		{"dots: blanks stay", dots, " a ", " a "},
		{"dots of line", dotsOfLine, "\r\n\r\nGET /\x01\r\nHost: a", "GET /."},
		{"dots of line: CR alone", dotsOfLine, "a\rb\nc", "a.b"},
		{"dots of line: nothing", dotsOfLine, "\r\n", ""},

		{"quoted: a name", Quoted, "sip.example", "sip.example"},
		{"quoted: NUL", Quoted, "a\x00b", `"a\x00b"`},
		{"quoted: right to left", Quoted, "a\u202eb", `"a\u202eb"`},
		{"quoted: not UTF-8", Quoted, "a\xff", `"a\xff"`},
	} {
		if got := c.f(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for limit, want := range map[int]string{-1: "", 0: "", 1: "…", 2: "a…", 3: "abc"} {
		if got := Shorten("abc", limit); got != want {
			t.Errorf("shortened to %d: %q, want %q", limit, got, want)
		}
	}
}

// However much comes, a line stays one that a report can hold.
func TestBounds(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{"ASCII": "a", "two octets": "ä", "four octets": "😀", "not UTF-8": "\xff\xfea"} {
		long := strings.Repeat(unit, 5<<20/len(unit))
		line, text := Line(long), Text(long)
		if n := utf8.RuneCountInString(line); n != MaxLine || !strings.HasSuffix(line, cutOff) {
			t.Errorf("%s: a line of %d characters", name, n)
		}
		if n := utf8.RuneCountInString(text); n > MaxText || n < MaxText-1 {
			t.Errorf("%s: a text of %d characters", name, n)
		}
		if n := utf8.RuneCountInString(LastLine(long, 80)); n != 80 {
			t.Errorf("%s: a last line of %d characters", name, n)
		}
	}
}

// FuzzPlain: whatever comes, what is given can be printed, in the room that
// was asked for, and is not changed by being cleaned again.
func FuzzPlain(f *testing.F) {
	f.Add("\x1b[31m<script>\u202e\x00\xff\nnext\r\n", 5)
	f.Add("\x1b]0;title\x07\u2066\u009b\u2028", 80)
	f.Add("one\n\n two \x1b\x1b[", 0)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit %= 1000
		for name, got := range map[string]string{
			"Line": Line(s), "Text": Text(s), "Fold": Fold(s), "FirstLine": FirstLine(s, limit), "LastLine": LastLine(s, limit),
			"Dots": Dots(s, limit), "DotsOfLine": DotsOfLine(s, limit), "Quoted": Quoted(s),
		} {
			if !utf8.ValidString(got) {
				t.Errorf("%s: not UTF-8: %q", name, got)
			}
			for _, r := range got {
				if name == "Text" && (r == '\n' || r == '\t') {
					continue
				}
				if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
					t.Errorf("%s: %U in %q", name, r, got)
				}
			}
			if n := utf8.RuneCountInString(got); strings.Contains(" FirstLine LastLine Dots DotsOfLine ", " "+name+" ") && n > max(limit, 0) {
				t.Errorf("%s: %d characters, %d were asked for", name, n, limit)
			}
		}
		if again := Line(Line(s)); again != Line(s) {
			t.Errorf("Line: %q, again %q", Line(s), again)
		}
		if again := Text(Text(s)); again != Text(s) {
			t.Errorf("Text: %q, again %q", Text(s), again)
		}
	})
}
