package fakeserver

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

var errOdd = errors.New("an odd one")

// bareEngine is an engine without cryptography: the ClientHello is answered with
// nothing, and application data follows in records as it is. It fails the
// handshake of a client that names it "fail.test".
type bareEngine struct{ conn *conn }

func (e bareEngine) handshake() (session, error) {
	header := make([]byte, recordHeader)
	if _, err := io.ReadFull(e.conn.tap, header); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint16(header[3:]))
	if _, err := io.ReadFull(e.conn.tap, body); err != nil {
		return nil, err
	}
	h, err := ParseClientHello(body[4:])
	if err != nil {
		return nil, err
	}
	if h.ServerName == "fail.test" {
		_, _ = e.conn.tap.Write([]byte{recordAlert, 3, 3, 0, 2, levelFatal, alertHandshakeFailure})
		return nil, errOdd
	}
	return &bareSession{Conn: e.conn.tap}, nil
}

func (e bareEngine) alertOf(error) (namedAlert, bool) { return namedAlert{}, false }

func (e bareEngine) nothingInCommon(h *ClientHello) string { return "nothing with " + h.ServerName }

type bareSession struct {
	net.Conn
	rest []byte
}

func (s *bareSession) Read(b []byte) (int, error) {
	if len(s.rest) == 0 {
		header := make([]byte, recordHeader)
		if _, err := io.ReadFull(s.Conn, header); err != nil {
			return 0, err
		}
		s.rest = make([]byte, binary.BigEndian.Uint16(header[3:]))
		if _, err := io.ReadFull(s.Conn, s.rest); err != nil {
			return 0, err
		}
	}
	n := copy(b, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *bareSession) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(record(recordApplicationData, b...))
	return max(n-recordHeader, 0), err
}

func (s *bareSession) CloseWrite() error {
	_, err := s.Conn.Write(record(recordAlert, levelWarning, alertCloseNotify))
	return err
}

func (s *bareSession) negotiated() negotiated {
	return negotiated{version: tls.VersionTLS12, cipher: 0x00ff, group: 29, clientVerified: true}
}

// withEngine starts a server with another engine.
func withEngine(t *testing.T) *Server {
	t.Helper()
	s := start(t, Behaviour{Script: Script{AwaitRegister, Respond{}, SendOptions{}, EndClose}})
	s.state.Lock()
	defer s.state.Unlock()
	s.newEngine = func(c *conn) engine { return bareEngine{c} }
	return s
}

// Everything behind the handshake goes through the session of an engine: SIP both
// ways, the end, what was negotiated.
func TestAnotherEngine(t *testing.T) {
	t.Parallel()
	s := withEngine(t)
	raw := dial(t, s.Address().String())
	if _, err := raw.Write(helloRecord(t)); err != nil {
		t.Fatal(err)
	}
	c := &bareSession{Conn: raw}
	if _, err := io.WriteString(c, register(c)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	if m, err := readHead(r); err != nil || m.line != "SIP/2.0 200 OK" {
		t.Fatalf("%q, %v", m.line, err)
	}
	m, err := readHead(r)
	if err != nil || !strings.HasPrefix(m.line, "OPTIONS ") {
		t.Fatalf("%q, %v", m.line, err)
	}
	if _, err := fmt.Fprintf(c, "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=1\r\nCall-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
		m.fields.Get("Via"), m.fields.Get("From"), m.fields.Get("To"), m.fields.Get("Call-Id"), m.fields.Get("Cseq")); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(raw); err != nil || string(rest) != string(record(recordAlert, levelWarning, alertCloseNotify)) {
		t.Errorf("at the end: % x, %v", rest, err)
	}
	_ = raw.CloseWrite()
	k := one(t, s.Observe(t.Context()))
	h := k.Handshake
	if !h.Completed || h.Cipher != 0x00ff || h.Group != 29 || h.Version != tls.VersionTLS12 || !h.CertificateVerifyValid {
		t.Errorf("%+v", h)
	}
	if !k.AppData || !k.Answered200 || k.OptionsStatus != 200 || k.ClientClosed != ClosedFIN || !k.ServerEnded {
		t.Errorf("%+v", k)
	}
}

// An engine says why it failed.
func TestAnotherEngineFails(t *testing.T) {
	t.Parallel()
	s := withEngine(t)
	raw := dial(t, s.Address().String())
	if err := tls.Client(raw, &tls.Config{ServerName: "fail.test"}).Handshake(); err == nil {
		t.Fatal("the handshake was completed")
	}
	_ = raw.CloseWrite()
	k := one(t, s.Observe(t.Context()))
	if k.Handshake.Completed || k.Handshake.Err != errOdd.Error() || k.NothingInCommon != "nothing with fail.test" || !k.ServerEnded {
		t.Errorf("%+v", k)
	}
}
