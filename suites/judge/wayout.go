package judge

import (
	"crypto/tls"
	"slices"
	"strings"

	"siptrust/fakeserver"
)

// wayOut names the flag that makes a client judgeable that has nothing in common
// with the servers of the run: one that can only use RSA keys meets ECDSA keys
// unless the run says otherwise. Empty: there is none.
func (v *view) wayOut() string {
	for i := range v.Seen.All {
		if c := v.Seen.All[i].Verdict.Decisive; c != nil && onlyRSA(c.ClientHello) {
			return "; it can only use RSA keys: run again with --tls-key rsa"
		}
	}
	return ""
}

// onlyRSA says whether the ClientHello offers ECDHE suites for RSA keys and none
// for ECDSA keys, and no TLS 1.3, whose suites are for both (RFC 8446 B.4).
func onlyRSA(h *fakeserver.ClientHello) bool {
	if h == nil || slices.Contains(h.Versions, tls.VersionTLS13) {
		return false
	}
	offers := func(kind string) bool {
		return slices.ContainsFunc(h.CipherSuites, func(id uint16) bool { return strings.Contains(tls.CipherSuiteName(id), kind) })
	}
	return offers("_ECDHE_RSA_") && !offers("_ECDSA_")
}
