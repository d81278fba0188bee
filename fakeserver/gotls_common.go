package fakeserver

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
)

// serverGroups are the groups that crypto/tls serves by default.
var serverGroups = []uint16{
	uint16(tls.X25519MLKEM768), uint16(tls.SecP256r1MLKEM768), uint16(tls.SecP384r1MLKEM1024),
	uint16(tls.X25519), uint16(tls.CurveP256), uint16(tls.CurveP384), uint16(tls.CurveP521),
}

func (e goTLS) nothingInCommon(h *ClientHello) string { return e.conn.behaviour.nothingInCommon(h) }

// nothingInCommon says in words why crypto/tls cannot answer the ClientHello,
// whatever its certificate is; empty: it can.
func (b *Behaviour) nothingInCommon(h *ClientHello) string {
	lowest, highest := b.versions()
	var version uint16
	for _, v := range h.Versions {
		if v >= lowest && v <= highest && v > version {
			version = v
		}
	}
	if version == 0 {
		return fmt.Sprintf("no common version: the client offers %s, the server %s",
			names(h.Versions, VersionName), names(slices.Compact([]uint16{lowest, highest}), VersionName))
	}
	suites := serverSuites(version, b)
	if !overlap(h.CipherSuites, suites) {
		return "no common cipher suite for " + VersionName(version) + ": the client offers " + names(h.CipherSuites, CipherName)
	}
	if !overlap(h.Groups, b.groups()) {
		return "no common key exchange group: the client offers " + names(h.Groups, GroupName)
	}
	if schemes := serverSchemes(version, b); schemes != nil && !overlap(h.SignatureSchemes, schemes) {
		return "no common signature scheme for the server's key: the client offers " + names(h.SignatureSchemes, SchemeName)
	}
	return ""
}

// groups are the key exchange groups that b serves.
func (b *Behaviour) groups() []uint16 {
	if b.Groups == nil {
		return serverGroups
	}
	ids := make([]uint16, len(b.Groups))
	for i, g := range b.Groups {
		ids[i] = uint16(g)
	}
	return ids
}

// serverSuites are the cipher suites that crypto/tls serves at version with
// the key of b.
func serverSuites(version uint16, b *Behaviour) []uint16 {
	kinds := []string{""}
	if b.Key != nil {
		switch b.Key.Public().(type) {
		case *rsa.PublicKey:
			kinds = []string{"ECDHE_RSA", "TLS_RSA"}
		case *ecdsa.PublicKey, ed25519.PublicKey:
			kinds = []string{"ECDHE_ECDSA"}
		}
	}
	known := tls.CipherSuites()
	if b.CipherSuites != nil {
		known = append(known, tls.InsecureCipherSuites()...)
	}
	var ids []uint16
	for _, s := range known {
		if !slices.Contains(s.SupportedVersions, version) {
			continue
		}
		chosen := b.CipherSuites == nil || slices.Contains(b.CipherSuites, s.ID)
		keyed := slices.ContainsFunc(kinds, func(kind string) bool { return strings.Contains(s.Name, kind) })
		if version == tls.VersionTLS13 || chosen && keyed {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// serverSchemes are the signature schemes that the key of b can serve at
// version; nil: any.
func serverSchemes(version uint16, b *Behaviour) []uint16 {
	if b.Key == nil {
		return nil
	}
	var schemes []tls.SignatureScheme
	switch key := b.Key.Public().(type) {
	case *rsa.PublicKey:
		schemes = []tls.SignatureScheme{tls.PSSWithSHA256, tls.PSSWithSHA384, tls.PSSWithSHA512}
		if version < tls.VersionTLS13 {
			schemes = append(schemes, tls.PKCS1WithSHA256, tls.PKCS1WithSHA384, tls.PKCS1WithSHA512)
		}
	case *ecdsa.PublicKey:
		schemes = []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256, tls.ECDSAWithP384AndSHA384, tls.ECDSAWithP521AndSHA512}
		if version == tls.VersionTLS13 { // the scheme binds the curve (RFC 8446 4.2.3)
			switch key.Curve.Params().BitSize {
			case 256:
				schemes = schemes[:1]
			case 384:
				schemes = schemes[1:2]
			case 521:
				schemes = schemes[2:]
			}
		}
	case ed25519.PublicKey:
		schemes = []tls.SignatureScheme{tls.Ed25519}
	default:
		return nil
	}
	ids := make([]uint16, len(schemes))
	for i, s := range schemes {
		ids[i] = uint16(s)
	}
	return ids
}

func overlap(a, b []uint16) bool {
	return slices.ContainsFunc(a, func(v uint16) bool { return slices.Contains(b, v) })
}

// names writes a list for people, the first eight of it.
func names(list []uint16, name func(uint16) string) string {
	if len(list) == 0 {
		return "none"
	}
	var words []string
	for _, v := range list[:min(len(list), 8)] {
		words = append(words, name(v))
	}
	if len(list) > 8 {
		words = append(words, "…")
	}
	return strings.Join(words, ", ")
}
