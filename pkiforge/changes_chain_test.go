package pkiforge_test

import (
	"errors"
	"slices"
	"testing"

	"siptrust/pkiforge"
)

// What the server sends, and the ways from it to a root.
func TestChainChanges(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	send, edited := []string{"send"}, []string{"server EditTBS"}
	cross := []string{"old-root", "cross", "send"}
	twofold := []string{"issuing Subject", "issuing NotAfter", "reissued", "send"}
	for _, e := range []effect{
		{change: pkiforge.Sends(pkiforge.Server, pkiforge.Root, pkiforge.Issuing), fields: send},
		{change: pkiforge.Sends(pkiforge.Server, pkiforge.Upper, pkiforge.Issuing), style: pkiforge.NestedCA, fields: send},
		{change: pkiforge.SendsStranger(1), fields: []string{"stranger", "send"}},
		{change: pkiforge.SendsStranger(2), fields: []string{"stranger", "send"}},
		{change: pkiforge.WrongIssuer(), fields: []string{"issuing Subject", "stranger", "send"}, refused: unknownAuthority},
		{change: pkiforge.RootForIssuer(), fields: []string{"issuing Subject", "send"}, refused: unknownAuthority},
		{change: pkiforge.IssuerNameWrong(pkiforge.Issuing), fields: []string{"issuing EditTBS"}, refused: unknownAuthority},
		{change: pkiforge.IssuerRekeyed(), fields: []string{"issuing Subject", "reissued", "send"}, refused: unknownAuthority},
		{change: pkiforge.UpperMissing(), style: pkiforge.NestedCA, fields: []string{"upper Subject", "send"}, refused: unknownAuthority},
		{change: pkiforge.CrossSigned(false, false), fields: cross},
		{change: pkiforge.CrossSigned(false, true), fields: cross},
		{change: pkiforge.CrossSigned(true, false), fields: append([]string{"trust custom"}, cross...)},
		{change: pkiforge.CrossSigned(true, true), fields: append([]string{"trust custom"}, cross...), refused: "expired"},
		{change: pkiforge.TwoIssuers(false), fields: twofold},
		{change: pkiforge.TwoIssuers(true), fields: twofold, refused: "expired"},
		{change: pkiforge.Loop(), fields: []string{"issuing Subject", "issuing PathLen", "stranger", "reissued", "send"}},
		{change: pkiforge.Bridged(), fields: []string{"old-root", "bridge", "cross", "issuing Issuer", "send"}},
		{change: pkiforge.Deep(3), fields: []string{"deep-1", "deep-2", "issuing Issuer", "send"}},
		{
			change: pkiforge.Circle(2), refused: unknownAuthority,
			fields: []string{
				"issuing Issuer", "issuing PathLen", "issuing Subject", "circle-2", "circle-2-by-issuing", "issuing-by-circle-2", "send",
			},
		},
		// crypto/x509 counts the self-issued certificate, against RFC 5280 6.1.4 (l).
		{
			change: pkiforge.NewKeySelfIssued(), fields: []string{"reissued", "server Issuer", "send"},
			refused: "too many intermediates", openssl: true,
		},
		{change: pkiforge.Bulky(pkiforge.Issuing, 17000), fields: []string{"issuing Extra"}},
		{change: pkiforge.IssuerNameWrong(pkiforge.Server), fields: edited, refused: unknownAuthority},
		// openssl compares names by RFC 5280 7.1, crypto/x509 by their octets.
		{change: pkiforge.IssuerNameUpper(pkiforge.Server), fields: edited, refused: unknownAuthority, openssl: true},
		{change: pkiforge.IssuerNameUTF8(pkiforge.Server), fields: edited, refused: unknownAuthority, openssl: true},
		{change: pkiforge.KeyIDWrong(pkiforge.Server), fields: edited, openssl: true},
	} {
		t.Run(string(e.style)+e.change.Name, func(t *testing.T) {
			t.Parallel()
			e.check(t, f)
		})
	}
}

// Six CAs that certify each other send thirty certificates, and a bulky one
// more than a record of TLS holds.
func TestChainSizes(t *testing.T) {
	t.Parallel()
	f := newForge(t, pkiforge.Options{})
	if n := len(forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.Circle(6))).Chain); n != 31 {
		t.Errorf("a circle of six sends %d certificates", n)
	}
	m := forge(t, f, faulty(t, pkiforge.CustomCA, pkiforge.Bulky(pkiforge.Issuing, 17000)))
	if n := len(slices.Concat(pkiforge.ChainDER(m.Chain)...)); n < 1<<14 {
		t.Errorf("a bulky chain has %d octets", n)
	}
	for n := range 2 {
		for _, c := range []pkiforge.Change{pkiforge.Circle(n), pkiforge.Deep(n)} {
			if _, err := with(sound(t, pkiforge.CustomCA), c); !errors.Is(err, pkiforge.ErrNotApplicable) {
				t.Errorf("%s applies: %v", c.Name, err)
			}
		}
	}
}

// A change that finds nothing to change says so.
func TestChainChangesThatDoNotApply(t *testing.T) {
	t.Parallel()
	for _, c := range []pkiforge.Change{
		pkiforge.Sends(pkiforge.Issuing), pkiforge.SendsStranger(1), pkiforge.IssuerRekeyed(), pkiforge.UpperMissing(),
		pkiforge.CrossSigned(true, true), pkiforge.TwoIssuers(true), pkiforge.Loop(), pkiforge.Bridged(), pkiforge.Deep(4), pkiforge.NewKeySelfIssued(),
		pkiforge.Circle(3),
	} {
		if _, err := with(sound(t, pkiforge.SelfSigned), c); !errors.Is(err, pkiforge.ErrNotApplicable) {
			t.Errorf("%s applies to a self-signed certificate: %v", c.Name, err)
		}
	}
	if _, err := with(sound(t, pkiforge.CustomCA), pkiforge.SendsStranger(3)); !errors.Is(err, pkiforge.ErrNotApplicable) {
		t.Errorf("a place behind the end of the chain: %v", err)
	}
}
