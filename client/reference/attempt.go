package reference

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emiago/sipgo/sip"

	"siptrust/client"
	"siptrust/client/verify"
)

// attempt is one walk through the nine steps.
type attempt struct {
	*Driver
	client.Attempt
	anchors []*x509.Certificate
	aor     sip.Uri      // the account, from URI
	place   verify.Place // that is tried
	trace   client.Trace

	// second is the attempt of the second account; nil: there is none, or this
	// is it. settled is closed once it may begin.
	second  *attempt
	settled chan struct{}
	// redirected is where a redirection has led this attempt; nil: it has not.
	redirected *sip.Uri
	// sessions are those of this start of the client, for both accounts.
	sessions tls.ClientSessionCache
	// lost: the server ended a connection that was registered over.
	lost bool
	// registered: a REGISTER was answered with success on the connection.
	registered bool

	// blind: verification is off, by the mutant second-try.
	blind bool
	// turnedAway: the server ended the handshake, or the connection before it
	// sent anything over it.
	turnedAway bool
	// failed: the last connection came to no handshake, or to one that was refused.
	// refusals counts those that this client refused.
	failed   bool
	refusals int
	asked    bool // for a client certificate
}

// errNoCertificate is what the mutant certificate-request gives up with.
var errNoCertificate = errors.New("asked for a certificate and has none")

// Attempt makes one attempt to register and returns when the server was
// refused, when it ended the connection, or when ctx is done or a.Timeout has
// passed. The connection is closed by then.
func (d *Driver) Attempt(ctx context.Context, a client.Attempt) (client.Outcome, error) {
	if d.err != nil {
		return client.Outcome{}, fmt.Errorf("start the %s client: %w", d.name, d.err)
	}
	anchors, err := d.roots.anchors(a.SystemRoots, a.CustomRoots)
	if err != nil {
		return client.Outcome{}, fmt.Errorf("start the %s client: %w", d.name, err)
	}
	var aor sip.Uri
	if err := sip.ParseUri(a.URI, &aor); err != nil || aor.Host == "" {
		return client.Outcome{}, fmt.Errorf("start the %s client: %q is no SIP URI of an account (%v)", d.name, a.URI, err)
	}
	began := time.Now()
	own, cancel := ctx, func() {}
	if a.Timeout > 0 {
		own, cancel = context.WithTimeout(ctx, a.Timeout)
	}
	defer cancel()
	t := &attempt{Driver: d, Attempt: a, anchors: anchors, aor: aor, sessions: d.sessionCache(), settled: make(chan struct{})}
	if a.SecondURI != "" {
		if t.second, err = t.another(); err != nil {
			return client.Outcome{}, fmt.Errorf("start the %s client: %w", d.name, err)
		}
	}
	t.blind = d.remembers(t.server())
	diagnosis := t.runAll(own)
	return client.Outcome{
		Started:   true,
		Ended:     ctx.Err() == nil,
		Diagnosis: diagnosis,
		Trace:     t.trace,
		Took:      time.Since(began),
	}, nil
}

// server is what this attempt is made at, as second-try remembers it.
func (t *attempt) server() server { return server{t.Host, t.Server} }

// step notes that a step of the paper's algorithm was made, stop that the client
// went no further at it.
func (t *attempt) step(n int, format string, args ...any) {
	t.note(n, client.StepDone, format, args)
}

func (t *attempt) stop(n int, format string, args ...any) {
	t.note(n, client.StepRefused, format, args)
}

func (t *attempt) note(n int, state client.StepState, format string, args []any) {
	if t.trace == nil {
		t.trace = make(client.Trace, 0, 12)
	}
	t.trace = append(t.trace, client.Step{Number: n, State: state, Format: format, Args: args})
}

// run makes the attempt and says why none came about; empty: one did.
func (t *attempt) run(ctx context.Context) string {
	places, err := t.locate(ctx)
	if err != nil {
		t.stop(1, "DNS: %v", err)
		return fmt.Sprintf("the name did not resolve: %v", err)
	}
	if network := clearTransport(&t.aor); network != "" && t.without(checkTransport) {
		t.step(1, "%s in the clear, by the transport parameter", network)
		_ = t.sendClear(ctx, network, t.Server) // what came of it the server knows
		return ""
	}
	var settings *tls.Config
	diagnosis := ""
	// A place that cannot be reached or is refused is passed over (RFC 3263 4.3).
	for i, place := range places {
		t.place = place
		t.Server, settings = t.place.Addr, t.settings(ctx)
		if t.place.Clear {
			t.registerClear(ctx)
			return ""
		}
		diagnosis = t.connect(ctx, settings)
		if last := i == len(places)-1; !t.failed || last || t.without(checkNextTarget) {
			break
		}
		t.blind = t.blind || t.without(checkEveryTarget)
	}
	if t.Lookup && t.refusals == len(places) && t.without(checkClearService) {
		t.leaveTLS(ctx)
	}
	for pause := recovery; t.lost && wait(ctx, pause); pause *= 2 {
		t.lost = false
		diagnosis = t.connect(ctx, settings)
	}
	if t.turnedAway && t.without(checkVersionFallback) {
		t.turnedAway = false
		settings.MinVersion, settings.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		t.connect(ctx, settings)
	}
	if t.turnedAway && t.without(checkPlaintext) {
		t.fallBack(ctx)
	}
	return diagnosis
}

// connect makes one connection and speaks SIP over it; it says why none came
// about, empty: one did.
func (t *attempt) connect(ctx context.Context, settings *tls.Config) string {
	t.failed = true
	dialer := net.Dialer{KeepAlive: -1} // no connection lives as long as that
	conn, err := dialer.DialContext(ctx, "tcp", t.Server.String())
	if err != nil {
		t.stop(1, "TCP: %v", err)
		return fmt.Sprintf("nothing connected: %v", err)
	}
	tcp := conn.(*net.TCPConn)
	t.step(1, "TCP: connected to %s from %s", t.Server, tcp.LocalAddr())
	t.step(2, "security settings: policy %s, %s to %s, server %s, %d roots installed", t.policy.Name,
		tls.VersionName(settings.MinVersion), tls.VersionName(settings.MaxVersion), t.Host, len(t.anchors))
	t.step(3, "handshake: started")

	secured, err := t.handshake(ctx, tcp, settings)
	if err == nil && t.lacks == checkRefusedSession {
		err = t.verifyLate(ctx, secured)
	}
	if err != nil {
		t.judge(ctx, err)
		t.part(ctx, tcp)
	} else {
		t.failed = false
		t.know(t.server())
		state := secured.ConnectionState()
		t.step(8, "handshake: completed, %s, %s: continue", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite))
		t.exchange(ctx, tcp, secured)
	}
	return ""
}

// settings are the security settings of step 2. The verification is this
// client's own, made when the server's Certificate has arrived: crypto/tls
// calls it before it goes on with the handshake.
func (t *attempt) settings(ctx context.Context) *tls.Config {
	config := &tls.Config{
		InsecureSkipVerify:   true, // VerifyConnection verifies
		VerifyConnection:     func(state tls.ConnectionState) error { return t.verify(ctx, state) },
		GetClientCertificate: t.identity,
		MinVersion:           t.opts.MinVersion,
		MaxVersion:           t.opts.MaxVersion,
		Time:                 t.opts.Now,
		ClientSessionCache:   t.sessions,
	}
	if t.lacks == checkRefusedSession {
		config.VerifyConnection = nil
	}
	if config.MaxVersion == 0 {
		config.MaxVersion = tls.VersionTLS13
	}
	if t.without(checkOldVersions) {
		config.MinVersion = tls.VersionTLS10
	}
	config.CipherSuites = t.policy.CipherSuites()
	if t.without(checkOldSuites) {
		config.CipherSuites = nil
		for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			config.CipherSuites = append(config.CipherSuites, suite.ID)
		}
	}
	config.ServerName = t.serverName()
	return config
}

// handshake is step 3, and 4 to 7 within it. It ends when ctx is done.
func (t *attempt) handshake(ctx context.Context, tcp *net.TCPConn, settings *tls.Config) (*tls.Conn, error) {
	var carrier net.Conn = tcp
	if t.lacks == checkSilence {
		impatient := t.impatient(tcp)
		defer impatient.stop()
		carrier = impatient
	}
	began := time.Now()
	secured := tls.Client(carrier, settings)
	stop := context.AfterFunc(ctx, func() { _ = tcp.SetDeadline(longAgo) })
	err := secured.Handshake()
	if time.Since(began) >= t.opts.Patience {
		t.exercise(checkSilence)
	}
	if !stop() && err == nil {
		// The deadline is about to spoil the connection.
		err = context.Cause(ctx)
	}
	if err == nil && !t.asked {
		t.step(7, "client certificate: not asked for")
	}
	return secured, err
}

// verify is steps 4 to 6: the path validation, the criteria, the verdict.
func (t *attempt) verify(ctx context.Context, state tls.ConnectionState) error {
	if t.blind {
		t.step(6, "verdict: not verified, the server was refused before: proceed")
		return nil
	}
	if t.trusts(state) {
		return nil
	}
	server := verify.Server{
		Chain: state.PeerCertificates, Staple: state.OCSPResponse, Roots: t.anchors, Names: []string{t.Host},
		Address: t.Server.Addr(), Place: t.place,
	}
	if t.Proxy != "" {
		server.Account = t.Domain
	}
	result, err := t.verifier.Verify(ctx, server)
	t.found(&result, err)
	for _, c := range result.Decisive {
		t.exercise(c)
	}
	if err != nil {
		t.exercise(checkRefusedSession) // it would be refused later
	}
	return err
}

// found writes down what came of the verification.
func (t *attempt) found(r *verify.Result, err error) {
	var part verify.Part
	if refusal := refusalOf(err); refusal != nil {
		part = refusal.Part()
	}
	if part == verify.PartPath {
		t.stop(4, "path validation: refused: %v", err)
		return
	}
	t.step(4, "path validation: %s", r.Path)
	switch {
	case part == verify.PartIdentity:
		t.stop(5, "criteria: refused: %v", err)
		return
	case r.Identity == "":
		t.step(5, "criteria: the name was not compared")
	default:
		t.step(5, "criteria: met, %s matches", r.Identity)
	}
	for _, a := range r.Answers {
		t.step(5, "revocation: %s", a)
	}
	if err != nil {
		t.stop(5, "revocation: refused: %v", err)
		return
	}
	t.step(6, "verdict: proceed")
}

// refusalOf gives the refusal in err; nil: err is none of this client's.
func refusalOf(err error) *verify.Refusal {
	var r *verify.Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// identity is step 7: the answer to a CertificateRequest. An empty one says
// that there is none (RFC 5246 7.4.6, RFC 8446 4.4.2).
func (t *attempt) identity(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	t.asked = true
	if len(t.Identity) == 0 {
		if t.without(checkCertificateRequest) {
			t.stop(7, "client certificate: %v: close", errNoCertificate)
			return nil, errNoCertificate
		}
		t.step(7, "client certificate: none installed, sent an empty one")
		return &tls.Certificate{}, nil
	}
	if t.without(checkClientCertificate) {
		t.step(7, "client certificate: left out, sent an empty one")
		return &tls.Certificate{}, nil
	}
	cert := &tls.Certificate{PrivateKey: t.Identity[0].Key}
	for _, c := range t.Identity {
		cert.Certificate = append(cert.Certificate, c.DER)
	}
	t.step(7, "client certificate: sent %q", t.Identity[0].Name)
	return cert, nil
}

// judge writes down why the handshake failed, and by whose doing.
func (t *attempt) judge(ctx context.Context, err error) {
	switch r := refusalOf(err); {
	case r != nil:
		t.refusals++
		t.stop(6, "verdict: refused (%s): close", r.Check)
	case errors.Is(err, errNoCertificate):
		return
	case ended(err), isClearText(err):
		t.turnedAway = true
		t.stop(8, "handshake: ended by the server: %v: close", err)
		return
	case ctx.Err() != nil:
		t.stop(8, "handshake: not finished, gave up waiting: close")
		return
	default:
		t.stop(8, "handshake: refused by crypto/tls: %v: close", err)
	}
	t.remember(t.server())
}
