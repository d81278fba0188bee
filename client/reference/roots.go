package reference

import (
	"crypto/x509"
	"fmt"
	"sync"

	"siptrust/pkiforge"
)

// maxRoots bounds the cache of parsed roots: far more than a run has.
const maxRoots = 512

// rootCache keeps installed roots parsed, as a client that starts once does.
// The zero value is empty and ready.
type rootCache struct {
	mu     sync.Mutex
	parsed map[string]*x509.Certificate // by DER
}

// anchors parses the installed roots of both kinds, in their order.
func (c *rootCache) anchors(kinds ...[]*pkiforge.Certificate) ([]*x509.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.parsed == nil || len(c.parsed) > maxRoots {
		c.parsed = make(map[string]*x509.Certificate)
	}
	var anchors []*x509.Certificate
	for _, roots := range kinds {
		for _, r := range roots {
			cert := c.parsed[string(r.DER)]
			if cert == nil {
				var err error
				if cert, err = x509.ParseCertificate(r.DER); err != nil {
					return nil, fmt.Errorf("read the installed root %q: %w", r.Name, err)
				}
				c.parsed[string(r.DER)] = cert
			}
			anchors = append(anchors, cert)
		}
	}
	return anchors, nil
}
