package seen

import (
	"crypto/tls"
	"slices"

	"siptrust/fakeserver"
)

// Precondition is what the ClientHello must offer for a case to apply to the client.
type Precondition struct {
	Name string
	// Lacking says in words what the ClientHello does not offer. It is printed as the
	// reason why the case is not applicable.
	Lacking string
	met     func(*fakeserver.ClientHello) bool
}

// Met says whether the ClientHello offers it.
func (p Precondition) Met(h *fakeserver.ClientHello) bool { return p.met(h) }

// OffersTLS13 is needed because to a client that does not offer TLS 1.3 the last bytes of the server's
// random mean nothing (RFC 8446 4.1.3).
var OffersTLS13 = Precondition{
	Name:    "offers-tls13",
	Lacking: "TLS 1.3 is not offered",
	met:     func(h *fakeserver.ClientHello) bool { return slices.Contains(h.Versions, tls.VersionTLS13) },
}

// OffersStatusRequest is needed because to a client that does not offer status_request no server may
// staple an OCSP response (RFC 6066 8).
var OffersStatusRequest = Precondition{
	Name:    "offers-status-request",
	Lacking: "status_request is not offered",
	met:     func(h *fakeserver.ClientHello) bool { return h.StatusRequest },
}

// The demands on what the ClientHello offers.
var (
	// OffersNoOldVersion: no version older than TLS 1.2 is offered (RFC 8996 4, 5).
	OffersNoOldVersion = Demand{
		Name:   "offers-no-old-version",
		Missed: "the ClientHello offers a version older than TLS 1.2",
		met: everyClientHello(func(h *fakeserver.ClientHello) bool {
			return !slices.ContainsFunc(h.Versions, func(v uint16) bool { return v < tls.VersionTLS12 })
		}),
	}
	// OffersNoBrokenSuite: no suite without encryption or authentication, of
	// export strength, with RC4 or with DES (RFC 9325 4.1, RFC 7465 2).
	OffersNoBrokenSuite = Demand{
		Name:   "offers-no-broken-suite",
		Missed: "the ClientHello offers a broken cipher suite",
		met: everyClientHello(func(h *fakeserver.ClientHello) bool {
			return !slices.ContainsFunc(h.CipherSuites, brokenSuite)
		}),
	}
	// NoOldFallback: no connection offers a lower version than an earlier one and
	// nothing newer than TLS 1.1 (RFC 9325 3.1.3).
	NoOldFallback = Demand{
		Name:   "no-fallback-below-tls12",
		Missed: "after the failure the client tried again with a version older than TLS 1.2",
		met:    neverLower(tls.VersionTLS12),
	}
	// NoLowerVersion: no connection offers a lower version than an earlier one. From
	// TLS 1.3 to TLS 1.2 that is only not recommended (RFC 8446 D.1).
	NoLowerVersion = Demand{
		Name:   "no-lower-version",
		Missed: "after the failure the client tried again with a lower version",
		Level:  Should,
		met:    neverLower(tls.VersionTLS13),
	}
	// OffersExtendedMaster: a client of TLS 1.2 offers to derive the master secret from
	// the whole handshake (RFC 7627 5.2).
	OffersExtendedMaster = Demand{
		Name:   "offers-extended-master-secret",
		Missed: "the ClientHello has no extended_master_secret",
		met:    everyClientHello(func(h *fakeserver.ClientHello) bool { return h.ExtendedMasterSecret }),
	}
	// OffersRenegotiationInfo: as the extension or as the signalling cipher suite value
	// (RFC 5746 3.4).
	OffersRenegotiationInfo = Demand{
		Name:   "offers-renegotiation-info",
		Missed: "the ClientHello has neither renegotiation_info nor TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
		met:    everyClientHello(func(h *fakeserver.ClientHello) bool { return h.RenegotiationInfo }),
	}
	// OffersNoCompression: the null method only (RFC 9325 3.3).
	OffersNoCompression = Demand{
		Name:   "offers-no-compression",
		Missed: "the ClientHello offers compression",
		met: everyClientHello(func(h *fakeserver.ClientHello) bool {
			return len(h.CompressionMethods) == 1 && h.CompressionMethods[0] == 0
		}),
	}
	// OffersNoBrokenDigest: no signature algorithm with MD5 or SHA-1 (RFC 9155 2).
	OffersNoBrokenDigest = Demand{
		Name:   "offers-no-broken-digest",
		Missed: "the ClientHello offers a signature algorithm with MD5 or SHA-1, or does not say which it offers",
		met: everyClientHello(func(h *fakeserver.ClientHello) bool {
			return len(h.SignatureSchemes) > 0 && !slices.ContainsFunc(h.SignatureSchemes, func(s uint16) bool {
				digest := s >> 8 // RFC 5246 7.4.1.4.1: 1 is MD5, 2 is SHA-1
				return digest == 1 || digest == 2
			})
		}),
	}
)

// everyClientHello turns a predicate over one ClientHello into one over all of them.
func everyClientHello(ok func(*fakeserver.ClientHello) bool) func(*Attempts) bool {
	return func(a *Attempts) bool {
		return a.everyHello(func(_ *Attempt, c *fakeserver.Connection) bool { return ok(c.ClientHello) })
	}
}

// neverLower says of the attempts that no ClientHello offers less than an earlier
// one, unless it still offers the version that will do.
func neverLower(enough uint16) func(*Attempts) bool {
	return func(a *Attempts) bool {
		best := uint16(0)
		return a.everyHello(func(_ *Attempt, c *fakeserver.Connection) bool {
			highest := highestVersion(c.ClientHello)
			best = max(best, highest)
			return highest >= min(best, enough)
		})
	}
}

// highestVersion gives the highest real version that is offered: clients also offer
// numbers that are not versions (RFC 8701).
func highestVersion(h *fakeserver.ClientHello) uint16 {
	highest := uint16(0)
	for _, v := range h.Versions {
		if v <= tls.VersionTLS13 {
			highest = max(highest, v)
		}
	}
	return highest
}

// broken are the cipher suites that must not be negotiated, as ranges of the registry.
// 0x00ff and 0x5600 are signalling values and in none of the ranges.
var broken = [][2]uint16{
	{0x0000, 0x0006}, // NULL, RC4 and export suites with RSA
	{0x0008, 0x0009}, // DES, export and not
	{0x000b, 0x000c},
	{0x000e, 0x000f},
	{0x0011, 0x0012},
	{0x0014, 0x0015},
	{0x0017, 0x001b}, // anonymous
	{0x001e, 0x001e},
	{0x0020, 0x0020},
	{0x0022, 0x0022},
	{0x0024, 0x0024}, // Kerberos with DES or RC4
	{0x0026, 0x002b}, // Kerberos for export
	{0x002c, 0x002e}, // NULL with PSK
	{0x0034, 0x0034},
	{0x003a, 0x003a},
	{0x003b, 0x003b},
	{0x0046, 0x0046},
	{0x006c, 0x006d},
	{0x0089, 0x0089},
	{0x008a, 0x008a},
	{0x008e, 0x008e},
	{0x0092, 0x0092},
	{0x009b, 0x009b},
	{0x00a6, 0x00a7},
	{0x00b0, 0x00b1},
	{0x00b4, 0x00b5},
	{0x00b8, 0x00b9},
	{0x00bf, 0x00bf},
	{0x00c5, 0x00c5},
	{0xc001, 0xc002},
	{0xc006, 0xc007},
	{0xc00b, 0xc00c},
	{0xc010, 0xc011}, // NULL and RC4 with elliptic curves
	{0xc015, 0xc019}, // anonymous with elliptic curves
	{0xc033, 0xc033},
	{0xc039, 0xc03b},
	{0xc046, 0xc047},
	{0xc05a, 0xc05b},
	{0xc084, 0xc085}, // anonymous with ARIA and Camellia
	{0xc0b4, 0xc0b5}, // TLS 1.3 without encryption, RFC 9150
}

func brokenSuite(id uint16) bool {
	return slices.ContainsFunc(broken, func(r [2]uint16) bool { return id >= r[0] && id <= r[1] })
}
