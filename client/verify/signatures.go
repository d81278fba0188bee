package verify

import (
	"crypto/sha256"
	"crypto/x509"
	"sync"
)

// maxSignatures bounds what a signatureCache remembers.
const maxSignatures = 1024

// signatureCache remembers which certificates of CAs were found signed by
// which key, as a client that meets them again and again does: the answer
// depends on nothing else. The zero value is empty and ready.
type signatureCache struct {
	mu    sync.Mutex
	valid map[[sha256.Size]byte]struct{} // by certificate and issuer's key
}

// check verifies the signature of c, or remembers that it did. Certificates of
// end entities are not remembered: each is met once.
func (s *signatureCache) check(c, issuer *x509.Certificate) error {
	if !c.IsCA {
		return signedBy(c, issuer)
	}
	h := sha256.New()
	h.Write(c.Raw)
	h.Write(issuer.RawSubjectPublicKeyInfo)
	key := [sha256.Size]byte(h.Sum(nil))
	s.mu.Lock()
	_, known := s.valid[key]
	s.mu.Unlock()
	if known {
		return nil
	}
	if err := signedBy(c, issuer); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.valid == nil || len(s.valid) >= maxSignatures {
		s.valid = make(map[[sha256.Size]byte]struct{})
	}
	s.valid[key] = struct{}{}
	return nil
}
