package nearest

import "testing"

func TestTo(t *testing.T) {
	t.Parallel()
	words := []string{"reason", "owner", "expires"}
	for word, want := range map[string]string{
		"reasons": "reason", "ownr": "owner", "onwer": "", "expire": "expires", "expiry": "expires", "case": "", "": "", "x": "",
	} {
		if got := To(word, words); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := To("ab", []string{"b", "a"}); got != "" {
		t.Errorf("one edit of two letters is near enough: %q", got)
	}
}
