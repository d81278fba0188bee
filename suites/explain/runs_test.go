//go:build unix

package explain

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"siptrust/fakeserver"
)

func parsePEM(t *testing.T, text []byte) []*x509.Certificate {
	t.Helper()
	var list []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

// shapes gives one case for each recipe whose commands, or the behaviour that they are to
// show, are others than those of the recipes before, among those that have commands. A
// case whose certificates crypto/tls can read goes first.
func shapes(t *testing.T) []situation {
	t.Helper()
	var list []situation
	seen := map[string]bool{}
	all := everyCase(t)
	slices.SortStableFunc(all, func(a, b situation) int { return odd(&a) - odd(&b) })
	for _, x := range all {
		r := newRecipe(x.cs, &x.scenario, x.servers)
		shape := asked(&x)
		for _, s := range r.steps[1:] { // without the one that forges
			if s.kind != words {
				shape += fmt.Sprintln(s.kind, s.text)
			}
		}
		if r.runnable() && !seen[shape] {
			seen[shape] = true
			list = append(list, x)
		}
	}
	return list
}

// asked says what the behaviours of a situation's servers ask of OpenSSL.
func asked(x *situation) string {
	text := ""
	for _, v := range x.servers {
		b := v.behaviour
		text += fmt.Sprintln(v.dir, b.MinVersion, b.MaxVersion, b.CipherSuites, b.Groups, len(b.Chain), len(b.Staple) > 0, b.ServerName,
			b.ClientAuth, b.ClientRoots != nil, b.AcceptableCAs != nil, len(b.AcceptableCAs), b.Tickets, b.KeepOpen, b.Service.Fault, len(b.Service.Documents))
	}
	return text
}

// odd is 1 if a client with crypto/tls does not come as far as others with the
// certificates of a situation, else 0.
func odd(x *situation) int {
	for i := range x.servers {
		if s := newServer(&x.servers[i], ""); s.oddLeaf() {
			return 1
		}
	}
	return unread(x)
}

// oddLeaf says whether OpenSSL does not use the server's own certificate with every
// client.
func (s *server) oddLeaf() bool {
	return unusedByTLS12(s.Chain[0]) != "" || refusedByGo(s.Chain[0])
}

// refusedByGo says whether the signature on a certificate is by an algorithm that
// crypto/tls leaves out of signature_algorithms_cert.
func refusedByGo(der []byte) bool {
	c, err := x509.ParseCertificate(der)
	return err == nil && rarelyAccepted(c.SignatureAlgorithm) && c.SignatureAlgorithm != x509.SHA1WithRSA && c.SignatureAlgorithm != x509.ECDSAWithSHA1
}

// unread is 1 if crypto/tls cannot read the certificates of a situation, else 0.
func unread(x *situation) int {
	for _, v := range x.servers {
		for _, der := range v.behaviour.Chain {
			if _, err := x509.ParseCertificate(der); err != nil {
				return 1
			}
		}
	}
	return 0
}

// TestRecipesRun does by hand what the recipes say, for one case of each shape, and looks
// whether the servers do what the behaviours of the case say.
func TestRecipesRun(t *testing.T) {
	t.Parallel()
	needOpenSSL(t)
	list := shapes(t)
	if len(list) < 40 {
		t.Errorf("only %d shapes of recipes", len(list))
	}
	if testing.Short() {
		list = list[:5]
	}
	several(t, list, func(t *testing.T, x *situation) {
		r := newRecipe(x.cs, &x.scenario, x.servers)
		needPrograms(t, x, r.steps)
		play(t, x, r.steps)
	})
}

// several runs a test for several situations at once: more than there are processors,
// since most of the time goes by in waiting.
func several(t *testing.T, list []situation, test func(*testing.T, *situation)) {
	t.Helper()
	var all sync.WaitGroup
	defer all.Wait()
	room := make(chan struct{}, 8)
	for _, x := range list {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			t.Run(x.cs.ID, func(t *testing.T) { test(t, &x) })
		})
	}
}

// play does the steps of a recipe up to each change of servers and looks at them.
func play(t *testing.T, x *situation, steps []step) {
	t.Helper()
	h := newHand(t, x)
	next := slices.IndexFunc(steps, func(s step) bool { return s.kind == ends || s.kind == types })
	if next < 0 {
		next = len(steps)
	}
	started := h.do(t, steps[1:next]) // the first step forges, which newHand has done
	lookAll(t, x, 0, h, started)
	if second := slices.IndexFunc(x.servers, func(v served) bool { return v.dir == elsewhereDir }); second >= 0 {
		lookAll(t, x, second, h, started)
	}
	if next == len(steps) {
		return
	}
	cache := tls.NewLRUClientSessionCache(4)
	first := &x.servers[0].behaviour
	endsFirst(t, x, h, started, steps[next].kind, cache)
	later := slices.IndexFunc(x.servers, func(v served) bool { return v.dir == laterDir })
	if later < 0 {
		return
	}
	if steps[next].kind == ends {
		h.end()
		started = h.do(t, steps[next+1:])
		lookAll(t, x, later, h, started)
	}
	o := looker(t, x, later, h, started)
	if b := o.b; first.Tickets == fakeserver.TicketsTaken && b.Script.Completes() {
		version, _ := (&server{Behaviour: *first}).versionRange()
		stays := steps[next].kind == types
		if resumed := o.resumes(version, cache); resumed != stays {
			t.Errorf("a ticket of the first server is taken later: %v, want %v", resumed, stays)
		}
	}
}

// looker looks at the server with that index.
func looker(t *testing.T, x *situation, i int, h *hand, started []*command) *onlooker {
	v := &x.servers[i]
	host := handServer.Addr().String()
	if v.dir == elsewhereDir {
		host = handElsewhere.Addr().String()
	}
	o := &onlooker{T: t, b: &v.behaviour}
	for _, c := range started { // the last one that is not the HTTP service is what a client meets
		if at := c.listens(); strings.HasPrefix(at, host+":") && !strings.HasSuffix(at, ":"+h.ports[fmt.Sprint(servicePort)]) {
			o.address = at
		}
		if at := c.listens(); strings.HasPrefix(at, host+":") && strings.Contains(c.text, "openssl s_server") {
			o.openssl = c
		}
	}
	return o
}

// lookAll looks at everything that the server with that index does.
func lookAll(t *testing.T, x *situation, i int, h *hand, started []*command) {
	t.Helper()
	o := looker(t, x, i, h, started)
	o.dir = filepath.Join(h.dir, handDir, x.servers[i].dir)
	completes := o.b.Script.Completes()
	o.says(completes)
	if completes && !strings.Contains(o.b.Script.String(), "40 times") { // crypto/tls gives up after 16 warnings
		o.look()
	}
	o.segments()
	if len(o.b.Service.Documents) > 0 || o.b.Service.Fault != "" {
		o.lookAtService(h.ports[fmt.Sprint(servicePort)])
	}
}

// says: what the server sends outside TLS, and how it ends the connection.
func (o *onlooker) says(tlsFollows bool) {
	acts, _ := o.b.Script.Course().After(fakeserver.AwaitHello)
	var want []byte
	var end fakeserver.Ending
	for _, act := range acts {
		switch a := act.(type) {
		case fakeserver.SendAlert:
			want = append(want, bytes.Repeat([]byte{21, 3, 3, 0, 2, a.Level, a.Description}, max(a.Times, 1))...)
		case fakeserver.SendText:
			want = append(want, a.Text...)
		case fakeserver.Ending:
			end = a
		}
	}
	if tlsFollows {
		want = append(want, 22) // and a record of the type handshake
		if got, _ := o.clearText(false, len(want)); !bytes.Equal(got, want) {
			o.Errorf("at first came %q, want %q", got, want)
		}
		return
	}
	got, err := o.clearText(end == "", 1<<20)
	ok := false
	switch end {
	case "":
		ok = errors.Is(err, os.ErrDeadlineExceeded)
	case fakeserver.EndReset:
		ok = errors.Is(err, syscall.ECONNRESET)
	default:
		ok = err == nil
	}
	if !bytes.Equal(got, want) || !ok {
		o.Errorf("in place of TLS came %q and %v, want %q and the end %q", got, err, want, end)
	}
}

// clearText sends a ClientHello and gives what comes, so many bytes at most: to the end
// of the connection, or, where it stays open, for a while.
func (o *onlooker) clearText(staysOpen bool, most int) ([]byte, error) {
	raw, err := net.Dial("tcp", o.address)
	if err != nil {
		o.Fatal(err)
	}
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(limit))
	if _, err := raw.Write(o.clientHello()); err != nil {
		o.Fatal(err)
	}
	if staysOpen {
		_ = raw.SetReadDeadline(time.Now().Add(700 * time.Millisecond)) // longer than socat waits by itself
	}
	return io.ReadAll(io.LimitReader(raw, int64(most)))
}

// clientHello is the first record of a handshake.
func (o *onlooker) clientHello() []byte {
	o.Helper()
	near, far := net.Pipe()
	defer near.Close()
	go func() { _ = tls.Client(far, o.config()).Handshake() }() // ends with the pipe
	record := make([]byte, 4096)
	n, err := near.Read(record)
	if err != nil {
		o.Fatal(err)
	}
	return record[:n]
}

// endsFirst has a client register, ends its connection as the recipe says, and looks how
// it ended.
func endsFirst(t *testing.T, x *situation, h *hand, started []*command, how kind, cache tls.ClientSessionCache) {
	t.Helper()
	o := looker(t, x, 0, h, started)
	raw, err := net.Dial("tcp", o.address)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(limit))
	config := o.config()
	config.ClientSessionCache = cache
	config.MaxVersion, _ = (&server{Behaviour: *o.b}).versionRange()
	conn := tls.Client(raw, config)
	if _, err := io.WriteString(conn, "REGISTER sips:"+handHost+" SIP/2.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); !strings.Contains(o.openssl.output.String(), "REGISTER"); time.Sleep(3 * time.Millisecond) {
		if time.Since(begun) > limit {
			t.Fatalf("openssl does not print the REGISTER:\n%s", o.openssl.output.String())
		}
	}
	if how == types {
		if _, err := io.WriteString(o.openssl.stdin, "q\n"); err != nil {
			t.Fatal(err)
		}
	} else {
		o.openssl.quit()
	}
	_, err = io.Copy(io.Discard, conn)
	want := slices.ContainsFunc(x.servers[0].behaviour.Script, func(a fakeserver.Act) bool { return a == fakeserver.Act(fakeserver.EndReset) })
	if reset := errors.Is(err, syscall.ECONNRESET); reset != want || !want && err != nil {
		t.Errorf("the connection ended with %v, want a reset: %v", err, want)
	}
	if how == types {
		return
	}
	for _, c := range started {
		c.quit()
	}
}

// TestRecipesAreShell: a shell takes each recipe as it is printed, words and all.
func TestRecipesAreShell(t *testing.T) {
	t.Parallel()
	needOpenSSL(t)
	var script strings.Builder
	seen := map[string]bool{}
	for _, x := range everyCase(t) {
		r := newRecipe(x.cs, &x.scenario, x.servers)
		for _, s := range r.steps {
			if line := s.shell(); !seen[line] {
				seen[line] = true
				script.WriteString("  " + line + "\n")
			}
		}
	}
	if out, err := exec.Command("sh", "-n", "-c", script.String()).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
