package fakeserver

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// strangersRoot writes the root that the client under test trusts, which is
// not that of the server, as a PEM file.
func strangersRoot(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "root.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: testPKI().stranger.cert.Raw}
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// foreign runs a program of another TLS stack with nothing to say, and wants
// it to refuse.
func foreign(t *testing.T, name string, args ...string) {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Skip(name + " is not installed")
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err == nil || errors.Is(err, exec.ErrWaitDelay) {
		t.Fatalf("%s did not refuse: %v\n%s", name, err, out.String())
	}
}

// TestOpenSSLRefuses: in TLS 1.3 OpenSSL's client sends the alert of a refused
// certificate before it has keys of its own in use, in the clear.
func TestOpenSSLRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ flag string }{{"-tls1_2"}, {"-tls1_3"}} {
		t.Run(tc.flag, func(t *testing.T) {
			t.Parallel()
			s := start(t, serving(testPKI().ecdsa))
			foreign(t, "openssl", "s_client", "-connect", s.Address().String(), "-servername", testHost,
				"-CAfile", strangersRoot(t), "-verify_return_error", "-brief", tc.flag)
			k := one(t, s.Observe(t.Context()))
			if len(k.ClientAlerts) == 0 || k.ClientAlerts[0].String() != "fatal unknown_ca (48)" || k.ClientAlerts[0].Protected {
				t.Errorf("alerts %v\n%v", k.ClientAlerts, k.Events)
			}
			if k.Handshake.Completed || k.AppData || k.NothingInCommon != "" || !k.Handshake.CertificateSent {
				t.Errorf("%+v", k.Handshake)
			}
		})
	}
}

// TestOpenSSLSuites: the tap reads what each suite of TLS 1.3 protects, also
// after a KeyUpdate.
func TestOpenSSLSuites(t *testing.T) {
	t.Parallel()
	for _, suite := range []uint16{tls.TLS_AES_128_GCM_SHA256, tls.TLS_AES_256_GCM_SHA384, tls.TLS_CHACHA20_POLY1305_SHA256} {
		t.Run(CipherName(suite), func(t *testing.T) {
			t.Parallel()
			program, err := exec.LookPath("openssl")
			if err != nil {
				t.Skip("openssl is not installed")
			}
			s := start(t, serving(testPKI().ecdsa))
			cmd := exec.CommandContext(t.Context(), program, "s_client", "-connect", s.Address().String(),
				"-servername", testHost, "-ciphersuites", CipherName(suite))
			cmd.WaitDelay = time.Second
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			await(t, s, "the handshake", func(o *Observation) bool {
				return len(o.Connections) == 1 && o.Connections[0].Handshake.Completed
			})
			_, _ = io.WriteString(stdin, "k\n") // a KeyUpdate
			await(t, s, "a KeyUpdate", func(o *Observation) bool {
				return slices.Contains(ladder(&o.Connections[0], FromClient), "KeyUpdate")
			})
			_, _ = io.WriteString(stdin, "Q\n")
			_ = cmd.Wait() // its exit status says nothing here
			k := one(t, s.Observe(t.Context()))
			if k.Handshake.Cipher != suite || len(k.ClientAlerts) != 1 ||
				k.ClientAlerts[0].Description != alertCloseNotify || !k.ClientAlerts[0].Protected {
				t.Errorf("suite %x, alerts %v\n%v", k.Handshake.Cipher, k.ClientAlerts, k.Events)
			}
			for _, e := range k.Events {
				if e.Kind == KindEncrypted {
					t.Errorf("not decrypted: %+v", e)
				}
			}
		})
	}
}

// TestGnuTLSRefuses: whichever alert it is, and whenever it comes, it is read.
func TestGnuTLSRefuses(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"VERS-TLS1.2", "VERS-TLS1.3"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := start(t, serving(testPKI().ecdsa))
			foreign(t, "gnutls-cli", "--x509cafile", strangersRoot(t), "--sni-hostname", testHost,
				"--verify-hostname", testHost, "--port", "5061",
				"--priority", "NORMAL:-VERS-ALL:+"+version, s.Address().Addr().String())
			k := one(t, s.Observe(t.Context()))
			if len(k.ClientAlerts) == 0 || k.ClientAlerts[0].Level != levelFatal || k.AppData || k.Handshake.Err == "" && !k.Handshake.Completed {
				t.Errorf("%+v, alerts %v\n%v", k.Handshake, k.ClientAlerts, k.Events)
			}
		})
	}
}
