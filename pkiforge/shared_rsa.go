package pkiforge

import (
	"sync"
	"sync/atomic"
)

// shared are the RSA keys that forges have in common; nil: each makes its own.
var shared atomic.Pointer[sharedKeys]

// ShareRSAKeys is for tests that make many runs: from now on the first RSA key of
// every new forge is the same, the second, and so on, each made once a process.
// Two certificates of one forge share no more keys than before. It leaves forges
// alone in which RSA is the algorithm of every certificate.
func ShareRSAKeys() { shared.CompareAndSwap(nil, &sharedKeys{}) }

// sharedKeys are made when they are first asked for.
type sharedKeys struct {
	mu   sync.Mutex
	keys []func() (*key, error)
}

// generator gives the keys in their order, for one pool.
func (s *sharedKeys) generator() func() (*key, error) {
	var next atomic.Int64
	return func() (*key, error) { return s.at(int(next.Add(1)) - 1)() }
}

func (s *sharedKeys) at(i int) func() (*key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.keys) <= i {
		s.keys = append(s.keys, sync.OnceValues(generateRSA))
	}
	return s.keys[i]
}
