package fakeserver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAcceptedHandshake(t *testing.T) {
	t.Parallel()
	p := testPKI()
	for name, id := range map[string]identity{"ecdsa": p.ecdsa, "rsa": p.rsa} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(name+" "+VersionName(version), func(t *testing.T) {
				t.Parallel()
				s := start(t, serving(id))
				config := p.trusting()
				config.MinVersion, config.MaxVersion = version, version
				c := tls.Client(dial(t, s.Address().String()), config)
				if _, err := exchange(c); err != nil {
					t.Fatal(err)
				}
				state := c.ConnectionState()
				_ = c.Close()
				o := s.Observe(t.Context())
				k := one(t, o)
				h := k.Handshake
				if !h.Started || !h.Completed || h.Err != "" || !h.CertificateSent || h.CertificateRequested {
					t.Errorf("handshake %+v", h)
				}
				if h.Version != version || h.Cipher != state.CipherSuite || h.Group != uint16(state.CurveID) {
					t.Errorf("negotiated %x %x %x, the client says %x %x %x",
						h.Version, h.Cipher, h.Group, version, state.CipherSuite, state.CurveID)
				}
				if k.ClientHello == nil || k.ClientHello.ServerName != testHost || k.NothingInCommon != "" {
					t.Errorf("ClientHello %+v, nothing in common %q", k.ClientHello, k.NothingInCommon)
				}
				if !k.AppData || !k.Answered200 || len(k.SIP) != 1 || k.SIP[0].Method != "REGISTER" || k.SIP[0].CSeq != "1826 REGISTER" || k.SIP[0].CallID == "" {
					t.Errorf("SIP %+v, app data %v, answered %v", k.SIP, k.AppData, k.Answered200)
				}
				if k.ClientClosed != "close_notify" || k.ServerEnded {
					t.Errorf("closed %q, server ended before: %v", k.ClientClosed, k.ServerEnded)
				}
				if k.Leak || len(k.Clear) > 0 || o.Dropped > 0 || len(o.Datagrams) > 0 {
					t.Error("something in the clear\n" + describe(o))
				}
				wantLadder(t, k, version)
			})
		}
	}
}

// wantLadder compares the ladder with the message flows of RFC 5246 7.3 and
// RFC 8446 2 (with the ChangeCipherSpec of its middlebox compatibility mode).
func wantLadder(t *testing.T, k *Connection, version uint16) {
	t.Helper()
	client := []string{"ClientHello", "ClientKeyExchange", "ChangeCipherSpec", "Finished", "REGISTER", "alert", "FIN"}
	server := []string{"ServerHello", "Certificate", "ServerKeyExchange", "ServerHelloDone", "ChangeCipherSpec", "Finished", "200", "alert", "FIN"}
	// The client's close meets the server's close_notify, unread, or not.
	for i := range k.Events {
		if k.Events[i].Kind == KindRST {
			k.Events[i].Kind, k.Events[i].What = KindFIN, "FIN"
		}
	}
	protected := map[string]bool{"Finished": true, "REGISTER": true, "200": true, "alert": true}
	if version == tls.VersionTLS13 {
		client = []string{"ClientHello", "ChangeCipherSpec", "Finished", "REGISTER", "alert", "FIN"}
		server = []string{"ServerHello", "ChangeCipherSpec", "EncryptedExtensions", "Certificate", "CertificateVerify", "Finished", "200", "alert", "FIN"}
		protected["EncryptedExtensions"], protected["Certificate"], protected["CertificateVerify"] = true, true, true
	}
	if diff := cmp.Diff(client, ladder(k, FromClient)); diff != "" {
		t.Errorf("client's side (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(server, ladder(k, FromServer)); diff != "" {
		t.Errorf("server's side (-want +got):\n%s", diff)
	}
	wantKinds(t, k, version)
	for _, e := range k.Events {
		if e.Protected != protected[e.What] {
			t.Errorf("%s of the %s: protected %v", e.What, e.From, e.Protected)
		}
	}
}

func TestRefusalByAlert(t *testing.T) {
	t.Parallel()
	p := testPKI()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(VersionName(version), func(t *testing.T) {
			t.Parallel()
			s := start(t, serving(p.ecdsa))
			c := tls.Client(dial(t, s.Address().String()), &tls.Config{
				RootCAs: x509.NewCertPool(), ServerName: testHost, MinVersion: version, MaxVersion: version,
			})
			if c.Handshake() == nil {
				t.Fatal("the client trusts nothing, but went on")
			}
			_ = c.NetConn().Close()
			k := one(t, s.Observe(t.Context()))
			if k.Handshake.Completed || !k.Handshake.CertificateSent || k.AppData || k.NothingInCommon != "" {
				t.Errorf("%+v", k.Handshake)
			}
			// crypto/tls's client sends bad_certificate for whatever its verifier refuses.
			if len(k.ClientAlerts) != 1 || k.ClientAlerts[0].String() != "fatal bad_certificate (42)" {
				t.Errorf("alerts %v", k.ClientAlerts)
			}
			if got, want := k.ClientAlerts[0].Protected, version == tls.VersionTLS13; got != want {
				t.Errorf("alert protected: %v", got)
			}
			if k.ClientClosed == "" {
				t.Error("closing not seen")
			}
		})
	}
}

// secretLog keeps the application traffic secret of a client.
type secretLog struct{ secrets }

func (l *secretLog) Write(line []byte) (int, error) { l.add(string(line)); return len(line), nil }

// TestLateAlert sends an alert behind a completed handshake, as stacks do that
// check the name then. TLS 1.3: unknown_ca, sealed here.
func TestLateAlert(t *testing.T) {
	t.Parallel()
	p := testPKI()
	s := start(t, serving(p.ecdsa))
	raw := dial(t, s.Address().String())
	var log secretLog
	config := p.trusting()
	config.KeyLogWriter = &log
	c := tls.Client(raw, config)
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	o := newOpener(c.ConnectionState().CipherSuite, log.client[epochApplication])
	header := []byte{recordApplicationData, 3, 3, 0, byte(3 + o.aead.Overhead())}
	sealed := o.aead.Seal(nil, o.iv, []byte{levelFatal, 48, recordAlert}, header)
	if _, err := raw.Write(append(header, sealed...)); err != nil {
		t.Fatal(err)
	}
	await(t, s, "the server to half-close", func(o *Observation) bool {
		return len(o.Connections) > 0 && o.Connections[0].ServerEnded
	})
	_ = raw.Close()
	k := one(t, s.Observe(t.Context()))
	if !k.Handshake.Completed || k.AppData {
		t.Errorf("%+v, app data %v", k.Handshake, k.AppData)
	}
	if len(k.ClientAlerts) != 1 || k.ClientAlerts[0].Description != 48 || !k.ClientAlerts[0].Protected {
		t.Errorf("alerts %v", k.ClientAlerts)
	}
}

// corrupter spoils the first application data record that it reads.
type corrupter struct {
	net.Conn
	active bool
}

func (c *corrupter) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.active && n > recordHeader {
		b[n-1] ^= 1
		c.active = false
	}
	return n, err
}

// TestLateProtectedAlertTLS12 makes the client send bad_record_mac, encrypted.
func TestLateProtectedAlertTLS12(t *testing.T) {
	t.Parallel()
	p := testPKI()
	s := start(t, serving(p.ecdsa))
	config := p.trusting()
	config.MaxVersion = tls.VersionTLS12
	wire := &corrupter{Conn: dial(t, s.Address().String())}
	c := tls.Client(wire, config)
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	wire.active = true
	if _, err := exchange(c); err == nil {
		t.Fatal("the spoilt record was taken")
	}
	_ = wire.Close()
	k := one(t, s.Observe(t.Context()))
	if len(k.ClientAlerts) != 1 || k.ClientAlerts[0].String() != "fatal bad_record_mac (20)" || !k.ClientAlerts[0].Protected {
		t.Errorf("alerts %v\n%v", k.ClientAlerts, k.Events)
	}
}

func TestClosingWithoutAlert(t *testing.T) {
	t.Parallel()
	p := testPKI()
	for how, want := range map[string]Closing{"FIN": ClosedFIN, "RST": ClosedRST} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := start(t, serving(p.ecdsa))
			raw := dial(t, s.Address().String())
			config := p.trusting()
			config.VerifyConnection = func(tls.ConnectionState) error {
				// Both come before crypto/tls can send its alert.
				if how == "RST" {
					_ = raw.SetLinger(0)
					_ = raw.Close()
				} else {
					_ = raw.CloseWrite()
				}
				return errors.New("refused")
			}
			if tls.Client(raw, config).Handshake() == nil {
				t.Fatal("handshake completed")
			}
			await(t, s, "closing", func(o *Observation) bool {
				return len(o.Connections) == 1 && o.Connections[0].ClientClosed != ""
			})
			k := one(t, s.Observe(t.Context()))
			if k.ClientClosed != want || len(k.ClientAlerts) > 0 || k.ServerEnded || k.Handshake.Completed {
				t.Errorf("closed %q, alerts %v, server ended %v", k.ClientClosed, k.ClientAlerts, k.ServerEnded)
			}
		})
	}
}

// TestUnprotectedAlert: OpenSSL sends alerts in the clear in TLS 1.3 when it
// has not sent its Finished yet; here by hand, so that it is tested anywhere.
func TestUnprotectedAlert(t *testing.T) {
	t.Parallel()
	p := testPKI()
	s := start(t, serving(p.ecdsa))
	raw := dial(t, s.Address().String())
	config := p.trusting()
	config.VerifyConnection = func(tls.ConnectionState) error {
		_, _ = raw.Write([]byte{recordAlert, 3, 3, 0, 2, levelFatal, 48})
		_ = raw.Close()
		return errors.New("refused")
	}
	if tls.Client(raw, config).Handshake() == nil {
		t.Fatal("handshake completed")
	}
	k := one(t, s.Observe(t.Context()))
	if len(k.ClientAlerts) != 1 || k.ClientAlerts[0].String() != "fatal unknown_ca (48)" || k.ClientAlerts[0].Protected {
		t.Errorf("alerts %v", k.ClientAlerts)
	}
	if k.Handshake.Completed || k.Handshake.ClientRefused || k.NothingInCommon != "" {
		t.Errorf("%+v, nothing in common %q", k.Handshake, k.NothingInCommon)
	}
}

// A server of one name ends the handshakes of clients that ask for another name, or
// for none, and says why (RFC 6066 3).
func TestServerName(t *testing.T) {
	t.Parallel()
	p := testPKI()
	for asked, served := range map[string]bool{testHost: true, "PBX.siptrust.test": true, "other.test": false, "": false} {
		t.Run("asked for "+asked, func(t *testing.T) {
			t.Parallel()
			b := serving(p.ecdsa)
			b.ServerName = testHost
			s := start(t, b)
			config := p.trusting()
			config.ServerName, config.InsecureSkipVerify = asked, true
			c := tls.Client(dial(t, s.Address().String()), config)
			err := c.Handshake()
			_ = c.Close()
			k := one(t, s.Observe(t.Context()))
			if k.Handshake.Completed != served || (err == nil) != served {
				t.Errorf("completed: %t, %v", k.Handshake.Completed, err)
			}
			if !served && (len(k.ServerAlerts) == 0 || k.ServerAlerts[0].Description != 112 || k.NothingInCommon != "") {
				t.Errorf("alerts %v, nothing in common %q", k.ServerAlerts, k.NothingInCommon)
			}
		})
	}
}
