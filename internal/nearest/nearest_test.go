package nearest

import "testing"

func TestTo(t *testing.T) {
	t.Parallel()
	candidates := []string{"timeout", "waivers", "tls-key", "tls-keys"}
	for word, want := range map[string]string{
		"timeot": "timeout", "tmieout": "timeout", "tls-kex": "tls-key", "waivers": "waivers",
		"out": "", "xyz": "", "": "",
	} {
		if got := To(word, candidates); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := To("word", nil); got != "" {
		t.Errorf("of no candidates: %q", got)
	}
}
