package reference

import "crypto/tls"

// sessionCache makes the cache of one start of the client: by server name, and
// of servers that were accepted only, for crypto/tls keeps no session of a
// handshake that the verification ended (RFC 8446 4.6.1). Two mutants have
// another.
func (d *Driver) sessionCache() tls.ClientSessionCache {
	own := tls.NewLRUClientSessionCache(0)
	switch {
	case d.lacks == checkSessionName:
		return &anyName{tls.NewLRUClientSessionCache(1)}
	case d.lacks == checkRefusedSession:
		return d.sessions
	case d.opts.Exercised != nil:
		return &watchedCache{ClientSessionCache: own, driver: d}
	default:
		return own
	}
}

// anyName is the cache of the mutant session-name: one session for all names.
type anyName struct{ tls.ClientSessionCache }

// Get gives the one session there is.
func (a *anyName) Get(string) (*tls.ClientSessionState, bool) { return a.ClientSessionCache.Get("") }

// Put keeps a session.
func (a *anyName) Put(_ string, s *tls.ClientSessionState) { a.ClientSessionCache.Put("", s) }

// watchedCache is the client's own, and tells when that of a mutant would have
// given another session.
type watchedCache struct {
	tls.ClientSessionCache
	driver *Driver
	last   string // the key that the last session was kept by; empty: there is none
}

// Get gives the session of that name.
func (w *watchedCache) Get(key string) (*tls.ClientSessionState, bool) {
	s, ok := w.ClientSessionCache.Get(key)
	w.driver.mu.Lock()
	another := w.last != "" && w.last != key
	before := w.driver.tickets[key] && !ok // of another start of the client
	w.driver.mu.Unlock()
	if another {
		w.driver.exercise(checkSessionName)
	}
	if before {
		w.driver.exercise(checkRefusedSession)
	}
	return s, ok
}

// Put keeps a session by that name.
func (w *watchedCache) Put(key string, s *tls.ClientSessionState) {
	if s != nil {
		w.driver.mu.Lock()
		w.last, w.driver.tickets[key] = key, true
		w.driver.mu.Unlock()
	}
	w.ClientSessionCache.Put(key, s)
}
