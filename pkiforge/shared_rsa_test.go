package pkiforge

import (
	"crypto/rsa"
	"testing"
)

// Pools that share their keys are given the same in the same order, and each
// never the same twice.
func TestSharedRSAKeys(t *testing.T) {
	t.Parallel()
	s := &sharedKeys{}
	first, second := s.generator(), s.generator()
	known := map[*key]bool{}
	for range 3 {
		one, err := first()
		if err != nil {
			t.Fatal(err)
		}
		two, err := second()
		if err != nil {
			t.Fatal(err)
		}
		if one != two || known[one] {
			t.Errorf("shared %t, given before %t", one == two, known[one])
		}
		known[one] = true
		if k, ok := one.Signer.(*rsa.PrivateKey); !ok || k.N.BitLen() != rsaBits {
			t.Errorf("a key of %T", one.Signer)
		}
	}
}
