package exec

import "testing"

func TestOutputIsPlainText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, output, want string }{
		{"text", "one\ttwo\nthree\n", "one\ttwo\nthree\n"},
		{"colours", "\x1b[1;31mERROR\x1b[0m: no route", "ERROR: no route"},
		{"window title, both ends", "\x1b]0;title\x07a\x1b]2;title\x1b\\b", "ab"},
		{"cursor and character set", "\x1b[2J\x1b[?25l\x1b(Bdone\x1b7", "done"},
		{"sequence that was cut off", "a\x1b[", "a"},
		{"lines that are overwritten", "10 %\r20 %\r\nended", "10 %\n20 %\nended"},
		{"control characters", "a\x00b\x07c\x7fd\u009be", "abcde"},
		{"no UTF-8", "caf\xe9", "caf?"},
	} {
		var kept tail
		_, _ = kept.Write([]byte(c.output))
		if got := kept.String(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
