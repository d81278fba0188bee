package fakeserver

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"slices"
	"testing"
)

// catcher is a connection that keeps what is written and has nothing to read.
type catcher struct {
	net.Conn
	bytes.Buffer
}

func (c *catcher) Read([]byte) (int, error)    { return 0, io.EOF }
func (c *catcher) Write(b []byte) (int, error) { return c.Buffer.Write(b) }
func (c *catcher) Close() error                { return nil }

// helloRecord is the record with a ClientHello of crypto/tls.
func helloRecord(t testing.TB) []byte {
	t.Helper()
	var c catcher
	config := &tls.Config{
		ServerName: testHost, NextProtos: []string{"sip", "h2"},
		CipherSuites:     []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256},
	}
	if tls.Client(&c, config).Handshake() == nil {
		t.Fatal("a handshake with nobody")
	}
	return c.Bytes()
}

func TestParseClientHello(t *testing.T) {
	t.Parallel()
	record := helloRecord(t)
	h, err := ParseClientHello(record[recordHeader+4:])
	if err != nil {
		t.Fatal(err)
	}
	if h.ServerName != testHost || h.LegacyVersion != tls.VersionTLS12 || len(h.Random) != 32 || len(h.SessionID) != 32 {
		t.Errorf("%+v", h)
	}
	if !slices.Equal(h.ALPN, []string{"sip", "h2"}) || !slices.Equal(h.Versions, []uint16{tls.VersionTLS13, tls.VersionTLS12}) {
		t.Errorf("ALPN %v, versions %x", h.ALPN, h.Versions)
	}
	if !slices.Equal(h.Groups, []uint16{uint16(tls.X25519), uint16(tls.CurveP256)}) ||
		!slices.Contains(h.CipherSuites, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256) ||
		!slices.Contains(h.CipherSuites, tls.TLS_AES_128_GCM_SHA256) ||
		!slices.Contains(h.SignatureSchemes, uint16(tls.ECDSAWithP256AndSHA256)) {
		t.Errorf("groups %x, suites %x, schemes %x", h.Groups, h.CipherSuites, h.SignatureSchemes)
	}
	if !h.StatusRequest || !h.ExtendedMasterSecret || !h.RenegotiationInfo || h.PSK || h.EarlyData || h.TicketLen != 0 {
		t.Errorf("%+v", h)
	}
	if !bytes.Equal(h.CompressionMethods, []byte{0}) || !slices.Contains(h.Extensions, extKeyShare) {
		t.Errorf("compression %x, extensions %v", h.CompressionMethods, h.Extensions)
	}
	for n := range record[recordHeader+4:] { // no part of it is a ClientHello, but the one before the extensions
		if h, err := ParseClientHello(record[recordHeader+4:][:n]); err == nil && len(h.Extensions) > 0 {
			t.Errorf("the first %d octets parse", n)
		}
	}
}

// TestParseOldClientHello: one of TLS 1.0 without extensions (RFC 2246 7.4.1.2).
func TestParseOldClientHello(t *testing.T) {
	t.Parallel()
	body := append([]byte{3, 1}, make([]byte, 32)...)
	body = append(body, 0, 0, 4, 0, 0x2f, 0, 0xff, 1, 0)
	h, err := ParseClientHello(body)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(h.Versions, []uint16{tls.VersionTLS10}) || !slices.Equal(h.CipherSuites, []uint16{0x2f, 0xff}) || !h.RenegotiationInfo {
		t.Errorf("%+v", h)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ got, want string }{
		{AlertName(48), "unknown_ca"},
		{AlertName(0), "close_notify"},
		{AlertName(250), "alert 250"},
		{Alert{Level: 2, Description: 42}.String(), "fatal bad_certificate (42)"},
		{Alert{Level: 9, Description: 42}.String(), "level 9 bad_certificate (42)"},
		{VersionName(tls.VersionTLS13), "TLS 1.3"},
		{CipherName(tls.TLS_AES_128_GCM_SHA256), "TLS_AES_128_GCM_SHA256"},
		{GroupName(29), "X25519"},
		{SchemeName(0x0403), "ECDSAWithP256AndSHA256"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
}

func FuzzClientHello(f *testing.F) {
	f.Add(helloRecord(f)[recordHeader+4:])
	f.Add([]byte{3, 1})
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := ParseClientHello(body)
		if (h == nil) != (err != nil) {
			t.Fatal(h, err)
		}
		if h != nil {
			if len(h.Random) != 32 || len(h.Versions) == 0 && !slices.Contains(h.Extensions, extSupportedVersions) {
				t.Fatalf("%+v", h)
			}
			_ = new(Behaviour).nothingInCommon(h)
		}
		_, _ = parseServerHello(body)
		_, _ = parseCertificates(body, true)
		_, _ = parseCertificates(body, false)
	})
}
