package seen

import (
	"crypto/tls"
	"strings"
	"testing"
)

// The list of broken suites has all that crypto/tls knows of the kind and none
// of its others.
func TestBrokenSuites(t *testing.T) {
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if got := brokenSuite(s.ID); got != strings.Contains(s.Name, "_RC4_") {
			t.Errorf("%s: broken %t", s.Name, got)
		}
	}
}
