//go:build unix

package explain

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"siptrust/fakeserver"
)

// onlooker is a client that looks whether a server does what a behaviour says.
type onlooker struct {
	*testing.T
	b       *fakeserver.Behaviour
	address string
	openssl *command // nil: the server serves no TLS
	dir     string   // of the server's files
}

// limit is how long an onlooker waits for what is to come.
const limit = 20 * time.Second

// meeting is a connection of an onlooker.
type meeting struct {
	state tls.ConnectionState
	chain [][]byte
	err   error // of the handshake, or of the first read after it
	asked *tls.CertificateRequestInfo
	wire  *wire
}

// wire keeps what comes from the server.
type wire struct {
	net.Conn
	in bytes.Buffer
}

func (w *wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	w.in.Write(b[:n])
	return n, err
}

// every cipher suite that crypto/tls knows, weak or not.
func everySuite() []uint16 {
	var ids []uint16
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, s.ID)
	}
	return ids
}

// config offers all versions and suites. Its clock is right for the server's certificate:
// crypto/tls resumes no session whose certificate has expired.
func (o *onlooker) config() *tls.Config {
	config := &tls.Config{
		ServerName: handHost, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS13, CipherSuites: everySuite(),
	}
	if o.b != nil && len(o.b.Chain) > 0 {
		if leaf, err := x509.ParseCertificate(o.b.Chain[0]); err == nil {
			config.Time = func() time.Time { return leaf.NotBefore.Add(time.Second) }
		}
	}
	return config
}

// meet makes a handshake, says something, and reads until openssl has printed it: in TLS
// 1.3 only that shows whether the server accepts the client, and brings the tickets. The
// identity may be nil.
func (o *onlooker) meet(config *tls.Config, identity *tls.Certificate) meeting {
	o.Helper()
	raw, err := net.Dial("tcp", o.address)
	if err != nil {
		o.Fatal(err)
	}
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(limit))
	m := meeting{wire: &wire{Conn: raw}}
	config.VerifyConnection = func(s tls.ConnectionState) error {
		if !s.DidResume {
			for _, c := range s.PeerCertificates {
				m.chain = append(m.chain, c.Raw)
			}
		}
		return nil
	}
	config.GetClientCertificate = func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		m.asked = r
		if identity == nil {
			return &tls.Certificate{}, nil
		}
		return identity, nil
	}
	conn := tls.Client(m.wire, config)
	if m.err = conn.Handshake(); m.err != nil {
		return m
	}
	m.state = conn.ConnectionState()
	said := fmt.Sprintf("said %d", told.Add(1))
	if _, m.err = io.WriteString(conn, said+"\n"); m.err != nil {
		return m
	}
	for begun := time.Now(); m.err == nil && !strings.Contains(o.openssl.output.String(), said); {
		m.err = readFor(raw, conn, 3*time.Millisecond)
		if time.Since(begun) > limit {
			m.err = errors.New("openssl does not print what the client said")
		}
	}
	if m.err == nil {
		m.err = readFor(raw, conn, 10*time.Millisecond) // the tickets
	}
	return m
}

// told counts what onlookers have said.
var told atomic.Uint32

// readFor reads for a while what is not there; nil: nothing came.
func readFor(raw net.Conn, conn *tls.Conn, d time.Duration) error {
	_ = raw.SetReadDeadline(time.Now().Add(d))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return nil
}

// identity is the client's certificate of the case; nil: it has none.
func (o *onlooker) identity() *tls.Certificate {
	pair, err := tls.LoadX509KeyPair(filepath.Join(o.dir, "client.pem"), filepath.Join(o.dir, "client-key.pem"))
	if err != nil {
		return nil
	}
	return &pair
}

// acceptable is the identity with which a handshake completes.
func (o *onlooker) acceptable() *tls.Certificate {
	if o.b.ClientAuth == fakeserver.AuthNone {
		return nil
	}
	return o.identity()
}

// refusesAll says whether the server completes a handshake with no client.
func (o *onlooker) refusesAll() bool {
	return o.b.ClientAuth == fakeserver.AuthRefused || o.b.ClientAuth == fakeserver.AuthRequired && (o.identity() == nil || o.expired())
}

func (o *onlooker) expired() bool {
	pair := o.identity()
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	return err != nil || leaf.NotAfter.Before(time.Now())
}

// look looks at everything.
func (o *onlooker) look() {
	if o.refusesAll() {
		o.refusals()
		return
	}
	o.versions()
	o.suites()
	o.groups()
	o.presents()
	o.onlyName()
	o.clientAuth()
	o.tickets()
	o.keepsOpen()
}

// sessionID is where a ServerHello has the length of the session ID: behind the headers of
// record and message, the version and the random (RFC 5246 7.4.1.3).
const sessionID = 5 + 4 + 2 + 32

// versions: the server speaks those of its range and no other.
func (o *onlooker) versions() {
	s := server{Behaviour: *o.b}
	lowest, highest := s.versionRange()
	for v := uint16(tls.VersionTLS10); v <= tls.VersionTLS13; v++ {
		config := o.config()
		config.MinVersion, config.MaxVersion = v, v
		m := o.meet(config, o.acceptable())
		if spoken := v >= lowest && v <= highest; spoken != (m.err == nil) {
			o.Errorf("%s: %v, want it spoken: %v", tls.VersionName(v), m.err, spoken)
		}
		// Of TLS 1.2, a client with crypto/tls shows nothing of sessions without tickets.
		if in := m.wire.in.Bytes(); v == tls.VersionTLS12 && len(in) > sessionID && in[0] == 22 && o.b.Tickets == fakeserver.TicketsOff && in[sessionID] != 0 {
			o.Error("the ServerHello has a session ID, by which the session could be resumed")
		}
	}
}

// suites: the server supports those that it is given, and no other that its key allows.
func (o *onlooker) suites() {
	if o.b.CipherSuites == nil {
		return
	}
	for id, name := range suiteNames {
		if name == "" {
			continue
		}
		config := o.config()
		config.MaxVersion, config.CipherSuites = tls.VersionTLS12, []uint16{id}
		m := o.meet(config, nil)
		supported := slices.Contains(o.b.CipherSuites, id) && strings.Contains(name, "ECDSA") == isECDSA(o.b)
		if supported != (m.err == nil) || supported && m.state.CipherSuite != id {
			o.Errorf("%s: %v, want it supported: %v", name, m.err, supported)
		}
	}
}

func isECDSA(b *fakeserver.Behaviour) bool {
	c, err := x509.ParseCertificate(b.Chain[0])
	return err == nil && c.PublicKeyAlgorithm == x509.ECDSA
}

// groups: the server supports those that it is given, and no other.
func (o *onlooker) groups() {
	if o.b.Groups == nil {
		return
	}
	for id, name := range groupNames {
		config := o.config()
		config.CurvePreferences = []tls.CurveID{id}
		m := o.meet(config, nil)
		if supported := slices.Contains(o.b.Groups, id); supported != (m.err == nil) || supported && m.state.CurveID != id {
			o.Errorf("group %s: %v, want it supported: %v", name, m.err, supported)
		}
	}
}

// presents: the chain and the staple are the forged ones.
func (o *onlooker) presents() {
	m := o.meet(o.config(), o.acceptable())
	if m.err != nil {
		o.Errorf("handshake: %v", m.err)
	}
	if !slices.EqualFunc(m.chain, o.b.Chain, bytes.Equal) {
		o.Errorf("%d certificates were presented, which are not the %d of the case", len(m.chain), len(o.b.Chain))
	}
	if !bytes.Equal(m.state.OCSPResponse, o.b.Staple) {
		o.Errorf("%d bytes were stapled, which are not the %d of the case", len(m.state.OCSPResponse), len(o.b.Staple))
	}
}

// onlyName: where the server has one name only, it refuses another.
func (o *onlooker) onlyName() {
	config := o.config()
	config.ServerName = handOther
	m := o.meet(config, o.acceptable())
	refused := alerted(m.err, "unrecognized name")
	if want := o.b.ServerName != ""; refused != want || !want && m.err != nil {
		o.Errorf("asked for another name: %v, want it refused: %v", m.err, want)
	}
	config = o.config()
	config.ServerName = ""
	if m := o.meet(config, o.acceptable()); m.err != nil { // as the recipe says
		o.Errorf("asked for no name: %v", m.err)
	}
}

// alerted says whether the server sent the alert of that name.
func alerted(err error, name string) bool {
	return err != nil && strings.Contains(err.Error(), "remote error: tls: "+name)
}

// clientAuth: the server asks, names those authorities, and verifies.
func (o *onlooker) clientAuth() {
	m := o.meet(o.config(), nil)
	if asks := o.b.ClientAuth != fakeserver.AuthNone; asks != (m.asked != nil) {
		o.Errorf("a client certificate was asked for: %v, want %v", m.asked != nil, asks)
		return
	}
	if m.asked == nil {
		return
	}
	if required := o.b.ClientAuth != fakeserver.AuthOptional; required != (m.err != nil) {
		o.Errorf("without a client certificate: %v, want it required: %v", m.err, required)
	}
	if want := o.authorities(); !slices.EqualFunc(m.asked.AcceptableCAs, want, bytes.Equal) {
		o.Errorf("%d authorities are named, which are not the %d of the case", len(m.asked.AcceptableCAs), len(want))
	}
	stranger, err := tls.LoadX509KeyPair(filepath.Join(o.dir, "server-chain.pem"), filepath.Join(o.dir, "server-key.pem"))
	if err != nil {
		o.Fatal(err)
	}
	if m := o.meet(o.config(), &stranger); m.err == nil {
		o.Error("a client certificate of another authority was accepted")
	}
	if own := o.identity(); own != nil {
		if m := o.meet(o.config(), own); (m.err == nil) == o.expired() {
			o.Errorf("with the certificate of the case: %v", m.err)
		}
	}
}

// authorities are the names that the CertificateRequest is to have.
func (o *onlooker) authorities() [][]byte {
	var names [][]byte
	switch {
	case o.b.AcceptableCAs != nil:
		text, err := named(o.b.AcceptableCAs)
		if err != nil {
			o.Fatal(err)
		}
		for _, c := range parsePEM(o.T, text) {
			names = append(names, c.RawSubject)
		}
	case o.b.ClientRoots != nil:
		text, err := os.ReadFile(filepath.Join(o.dir, "client-roots.pem"))
		if err != nil {
			o.Fatal(err)
		}
		for _, c := range parsePEM(o.T, text) {
			names = append(names, c.RawSubject)
		}
	}
	return names
}

// refusals: no client is accepted, and one whose certificate would verify is told so by
// bad_certificate.
func (o *onlooker) refusals() {
	if m := o.meet(o.config(), nil); m.err == nil || m.asked == nil {
		o.Errorf("without a client certificate: %v, want it required", m.err)
	} else if want := o.authorities(); !slices.EqualFunc(m.asked.AcceptableCAs, want, bytes.Equal) {
		o.Errorf("%d authorities are named, which are not the %d of the case", len(m.asked.AcceptableCAs), len(want))
	}
	own := o.identity()
	if own == nil {
		return
	}
	m := o.meet(o.config(), own)
	if m.err == nil || o.b.ClientAuth == fakeserver.AuthRefused && !alerted(m.err, "bad certificate") {
		o.Errorf("with the certificate of the case: %v, want it refused", m.err)
	}
}

// tickets: what the server issues, it takes back or not.
func (o *onlooker) tickets() {
	s := server{Behaviour: *o.b}
	lowest, highest := s.versionRange()
	for v := max(lowest, tls.VersionTLS12); v <= highest; v++ {
		cache := &countingCache{ClientSessionCache: tls.NewLRUClientSessionCache(4)}
		if o.resumes(v, cache) {
			o.Errorf("%s: the first session is resumed", tls.VersionName(v))
		}
		issues := o.b.Tickets != fakeserver.TicketsOff
		if o.b.Tickets == fakeserver.TicketsForgotten && v < tls.VersionTLS13 {
			issues = false // as the recipe says
		}
		if issues != (cache.tickets > 0) {
			o.Errorf("%s: %d tickets were issued, want some: %v", tls.VersionName(v), cache.tickets, issues)
		}
		if takes := o.b.Tickets == fakeserver.TicketsTaken; o.resumes(v, cache) != takes {
			o.Errorf("%s: a session was resumed: %v, want %v", tls.VersionName(v), !takes, takes)
		}
	}
}

// countingCache counts the tickets that it is given.
type countingCache struct {
	tls.ClientSessionCache
	tickets int
}

func (c *countingCache) Put(key string, s *tls.ClientSessionState) {
	if s != nil {
		c.tickets++
	}
	c.ClientSessionCache.Put(key, s)
}

// resumes connects in one version and says whether a session of the cache was resumed.
func (o *onlooker) resumes(version uint16, cache tls.ClientSessionCache) bool {
	config := o.config()
	config.MinVersion, config.MaxVersion, config.ClientSessionCache = version, version, cache
	m := o.meet(config, o.acceptable())
	if m.err != nil {
		o.Errorf("%s: %v", tls.VersionName(version), m.err)
	}
	return m.state.DidResume
}

// keepsOpen: after a client has refused it, the server keeps its side open, or not.
func (o *onlooker) keepsOpen() {
	config := o.config()
	config.InsecureSkipVerify, config.RootCAs = false, x509.NewCertPool()
	raw, err := net.Dial("tcp", o.address)
	if err != nil {
		o.Fatal(err)
	}
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(limit))
	if err := tls.Client(raw, config).Handshake(); err == nil {
		o.Fatal("a client without roots accepted the server")
	}
	if o.b.KeepOpen {
		_ = raw.SetReadDeadline(time.Now().Add(time.Second)) // twice as long as socat waits by itself
	}
	_, err = io.Copy(io.Discard, raw)
	if open := errors.Is(err, os.ErrDeadlineExceeded); open != o.b.KeepOpen {
		o.Errorf("after the refusal: %v, want it kept open: %v", err, o.b.KeepOpen)
	}
}
