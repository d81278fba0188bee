//go:build unix

package explain

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestChainsSent: OpenSSL sends a chain that the recipes have it send, to the byte, and
// cannot send one of which they say so. It looks at every chain that crypto/x509 cannot read, and
// at one of each other kind.
func TestChainsSent(t *testing.T) {
	t.Parallel()
	needOpenSSL(t)
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	var list []situation
	sent, not := 0, 0
	seen := map[string]bool{}
	for _, x := range everyCase(t) {
		s := newServer(&x.servers[0], "")
		like := likeness(s.Chain)
		if !s.hello.tls || unread(&x) == 0 && seen[like] {
			continue
		}
		seen[like] = true
		if s.beyondChain() {
			not++
		} else {
			sent++
		}
		list = append(list, x)
	}
	if sent < 20 || not < 10 {
		t.Errorf("%d odd chains that OpenSSL sends and %d that it does not", sent, not)
	}
	several(t, list, func(t *testing.T, x *situation) {
		s := newServer(&x.servers[0], "")
		beyond := s.beyondChain()
		if beyond && len(s.unable)+len(s.missing) == 0 {
			t.Error("nothing is said to be beyond OpenSSL")
		}
		h := newHand(t, x)
		chain, err := sentChain(t, h, step{serves, s.openssl(handServer.Port())})
		if same := slices.EqualFunc(chain, s.Chain, bytes.Equal); same == beyond {
			t.Errorf("the chain is sent as it is: %v, and said to be beyond OpenSSL: %v (%v)", same, beyond, err)
		}
	})
}

// likeness says what decides about a chain whether OpenSSL loads and uses it.
func likeness(chain [][]byte) string {
	text := ""
	for _, der := range chain {
		if c, err := x509.ParseCertificate(der); err == nil {
			text += fmt.Sprintln(c.SignatureAlgorithm, publicKey(c.PublicKey), c.KeyUsage)
		}
	}
	return text
}

// beyondChain says whether OpenSSL does not send the chain of a server as it is, or not
// to every client.
func (s *server) beyondChain() bool {
	return s.oddLeaf() || slices.ContainsFunc(s.Chain, func(der []byte) bool { return unsendable(der) != "" })
}

// sentChain starts a server and gives the chain that it sends in TLS 1.2, where a client
// can see it without parsing it; none, with an error, if the server does not start.
func sentChain(t *testing.T, h *hand, s step) ([][]byte, error) {
	t.Helper()
	c := h.start(t, s)
	for !strings.Contains(c.output.String(), "ACCEPT") {
		select {
		case <-c.ended:
			return nil, errors.New(c.output.String())
		case <-time.After(3 * time.Millisecond):
		}
	}
	raw, err := net.Dial("tcp", c.listens())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(limit))
	w := &wire{Conn: raw}
	o := &onlooker{T: t}
	config := o.config()
	config.MaxVersion = tls.VersionTLS12
	err = tls.Client(w, config).Handshake() // fails where crypto/tls cannot read the chain
	return certificatesOf(w.in.Bytes()), err
}

// certificatesOf gives the certificates of a Certificate message (RFC 5246 7.4.2) that is
// in what came from a server.
func certificatesOf(in []byte) [][]byte {
	var messages []byte
	for len(in) >= 5 && in[0] == 22 {
		n := 5 + int(in[3])<<8 + int(in[4])
		if n > len(in) {
			break
		}
		messages, in = append(messages, in[5:n]...), in[n:]
	}
	long := func(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }
	for len(messages) >= 4 {
		n := 4 + long(messages[1:])
		if n > len(messages) {
			return nil
		}
		if messages[0] == 11 {
			var chain [][]byte
			for list := messages[7:n]; len(list) >= 3; list = list[3+long(list):] {
				chain = append(chain, list[3:3+long(list)])
			}
			return chain
		}
		messages = messages[n:]
	}
	return nil
}
