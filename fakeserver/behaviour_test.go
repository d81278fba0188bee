package fakeserver

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// liar is a signer with the right public key and another's signatures.
type liar struct {
	crypto.Signer
	wrong crypto.Signer
}

func (l liar) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	return l.wrong.Sign(r, digest, o)
}

func TestWrongServers(t *testing.T) {
	t.Parallel()
	p := testPKI()
	wrongKey := serving(p.ecdsa)
	wrongKey.Key = liar{p.ecdsa.key, p.stranger.key}
	garbage := serving(p.ecdsa)
	garbage.Chain = [][]byte{[]byte("no certificate at all")}
	for name, b := range map[string]Behaviour{"signature": wrongKey, "garbage": garbage} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(name+" "+VersionName(version), func(t *testing.T) {
				t.Parallel()
				s := start(t, b)
				config := p.trusting()
				config.MaxVersion = version
				c := tls.Client(dial(t, s.Address().String()), config)
				if c.Handshake() == nil {
					t.Fatal("the client took it")
				}
				_ = c.NetConn().Close()
				k := one(t, s.Observe(t.Context()))
				if !k.Handshake.CertificateSent || len(k.ClientAlerts) != 1 {
					t.Errorf("sent %v, alerts %v\n%v", k.Handshake.CertificateSent, k.ClientAlerts, k.Events)
				}
			})
		}
	}
}

func TestClientAuth(t *testing.T) {
	t.Parallel()
	p := testPKI()
	type want struct{ completed, valid, refused bool }
	for _, tc := range []struct {
		name   string
		mode   ClientAuth
		client *identity
		want   want
	}{
		{"none", AuthNone, &p.client, want{completed: true}},
		{"optional, sent", AuthOptional, &p.client, want{completed: true, valid: true}},
		{"optional, none", AuthOptional, nil, want{completed: true}},
		{"optional, stranger", AuthOptional, &p.stranger, want{refused: true}},
		{"required, sent", AuthRequired, &p.client, want{completed: true, valid: true}},
		{"required, none", AuthRequired, nil, want{refused: true}},
		{"required, stranger", AuthRequired, &p.stranger, want{refused: true}},
		{"refused", AuthRefused, &p.client, want{refused: true}},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(tc.name+" "+VersionName(version), func(t *testing.T) {
				t.Parallel()
				b := serving(p.ecdsa)
				b.ClientAuth, b.ClientRoots = tc.mode, p.pool()
				s := start(t, b)
				config := p.trusting()
				config.MaxVersion = version
				asked := false
				config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
					asked = true
					if tc.client == nil {
						return &tls.Certificate{}, nil
					}
					return &tls.Certificate{Certificate: [][]byte{tc.client.cert.Raw}, PrivateKey: tc.client.key}, nil
				}
				c := tls.Client(dial(t, s.Address().String()), config)
				_, err := exchange(c)
				if tc.want.completed != (err == nil) {
					t.Errorf("exchange: %v", err)
				}
				_ = c.Close()
				k := one(t, s.Observe(t.Context()))
				h := k.Handshake
				if got := (want{h.Completed, h.CertificateVerifyValid, h.ClientRefused}); got != tc.want {
					t.Errorf("%+v, want %+v: %s", got, tc.want, h.Err)
				}
				if h.CertificateRequested != (tc.mode != AuthNone) || asked != h.CertificateRequested {
					t.Errorf("requested %v, client asked %v", h.CertificateRequested, asked)
				}
				sent := asked && tc.client != nil
				if sent != (len(h.ClientCertificates) == 1) || sent && !slices.Equal(h.ClientCertificates[0], tc.client.cert.Raw) {
					t.Errorf("%d client certificates", len(h.ClientCertificates))
				}
				if !tc.want.completed && (k.AppData || k.NothingInCommon != "" || !k.ServerEnded) {
					t.Errorf("after a refusal: app data %v, nothing in common %q, ended %v", k.AppData, k.NothingInCommon, k.ServerEnded)
				}
				if tc.mode == AuthRefused && k.ServerAlerts[0].Description != 42 {
					t.Errorf("server's alerts %v, want bad_certificate", k.ServerAlerts)
				}
			})
		}
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	s := start(t, Behaviour{Script: silence})
	raw := dial(t, s.Address().String())
	_ = raw.SetDeadline(time.Now().Add(200 * time.Millisecond))
	if err := tls.Client(raw, testPKI().trusting()).Handshake(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("handshake: %v", err)
	}
	k := one(t, s.snapshot())
	if k.ClientHello == nil || k.Handshake.Started || len(ladder(k, FromServer)) > 0 {
		t.Errorf("%+v", k)
	}
}

func TestAlertAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, Behaviour{Script: handshakeFailure})
	raw := dial(t, s.Address().String())
	err := tls.Client(raw, testPKI().trusting()).Handshake()
	if err == nil || !strings.Contains(err.Error(), "handshake failure") {
		t.Errorf("handshake: %v", err)
	}
	_ = raw.Close()
	k := one(t, s.Observe(t.Context()))
	if k.ClientHello == nil || k.NothingInCommon != "" || k.Handshake.CertificateSent || !k.ServerEnded {
		t.Errorf("%+v", k)
	}
	if len(k.ServerAlerts) != 1 || k.ServerAlerts[0].String() != "fatal handshake_failure (40)" {
		t.Errorf("alerts %v", k.ServerAlerts)
	}
}

func TestKeepOpen(t *testing.T) {
	t.Parallel()
	p := testPKI()
	for _, keep := range []bool{true, false} {
		b := serving(p.ecdsa)
		b.KeepOpen = keep
		s := start(t, b)
		raw := dial(t, s.Address().String())
		if tls.Client(raw, &tls.Config{RootCAs: x509.NewCertPool(), ServerName: testHost}).Handshake() == nil {
			t.Fatal("handshake completed")
		}
		await(t, s, "the alert", func(o *Observation) bool {
			return len(o.Connections) == 1 && len(o.Connections[0].ClientAlerts) == 1 && o.Connections[0].Handshake.Err != ""
		})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		k := one(t, s.Observe(ctx))
		if expired := ctx.Err() != nil; expired == keep {
			t.Errorf("keep open %v: waited for the client to the end: %v", keep, expired)
		}
		cancel()
		if k.ServerEnded == keep || k.ClientClosed != "" {
			t.Errorf("keep open %v: server ended %v, client closed %q", keep, k.ServerEnded, k.ClientClosed)
		}
		_ = raw.CloseWrite() // closing with unread data would reset
		if k := one(t, s.Observe(t.Context())); k.ClientClosed != "fin" || k.ServerEnded == keep {
			t.Errorf("keep open %v: client closed %q, server ended before %v", keep, k.ClientClosed, k.ServerEnded)
		}
	}
}

func TestNothingInCommon(t *testing.T) {
	t.Parallel()
	p := testPKI()
	only12, only13 := serving(p.ecdsa), serving(p.ecdsa)
	only12.MaxVersion, only13.MinVersion = tls.VersionTLS12, tls.VersionTLS13
	for _, tc := range []struct {
		name   string
		b      Behaviour
		change func(*tls.Config)
		want   string
	}{
		{"version", only13, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, "no common version"},
		{"version", only12, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }, "no common version"},
		{"suite", only12, func(c *tls.Config) {
			c.CipherSuites = []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
		}, "no common cipher suite"},
		{"sound", serving(p.ecdsa), func(*tls.Config) {}, ""},
	} {
		s := start(t, tc.b)
		config := p.trusting()
		tc.change(config)
		c := tls.Client(dial(t, s.Address().String()), config)
		err := c.Handshake()
		if (err == nil) != (tc.want == "") {
			t.Errorf("%s: handshake: %v", tc.name, err)
		}
		_ = c.Close()
		if k := one(t, s.Observe(t.Context())); !strings.HasPrefix(k.NothingInCommon, tc.want) || (tc.want == "") != (k.NothingInCommon == "") {
			t.Errorf("%s: %q, want %q", tc.name, k.NothingInCommon, tc.want)
		}
	}
}
