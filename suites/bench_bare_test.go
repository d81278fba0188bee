package suites_test

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"siptrust/pkiforge"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
)

// bareLoop is what the handshakes of a run cost at the least.
type bareLoop []*bareCell

type bareCell struct {
	id     string
	host   string
	server *tls.Config
	client *tls.Config
	expect catalogue.Expectation
}

// newBareLoop forges the material of cases beforehand. Sound cases on which
// refusals rest come again at the end, as in a run.
func newBareLoop(b *testing.B, selected []*catalogue.Case) bareLoop {
	b.Helper()
	forge := pkiforge.New(pkiforge.Options{})
	b.Cleanup(forge.Close)
	rest := map[string]bool{}
	for _, cs := range selected {
		if cs.Expect == catalogue.Refuse {
			rest[cs.Twin] = true
		}
	}
	var loop, again bareLoop
	for i, cs := range selected {
		names := namesOf(fmt.Sprintf("bare%d", i))
		scenario, err := cases.All().Scenario(cs.ID, names)
		if err != nil {
			b.Fatal(err)
		}
		m, err := forge.Forge(b.Context(), scenario.Plan)
		if err != nil {
			b.Fatal(err)
		}
		cell := newBareCell(cs, &scenario, m)
		loop = append(loop, cell)
		if rest[cs.ID] {
			again = append(again, cell)
		}
	}
	return append(loop, again...)
}

// newBareCell is one handshake: the server as the case has it, a client that
// verifies as crypto/tls does and then decides as the case expects, since
// crypto/tls alone does not know SIP.
func newBareCell(cs *catalogue.Case, s *catalogue.Scenario, m *pkiforge.Material) *bareCell {
	cell := &bareCell{
		id: cs.ID, host: s.Names.Host, expect: cs.Expect,
		server: &tls.Config{
			MinVersion: cmp.Or(s.Server.MinVersion, tls.VersionTLS12), MaxVersion: s.Server.MaxVersion,
			CipherSuites: s.Server.CipherSuites, CurvePreferences: s.Server.Groups, SessionTicketsDisabled: true,
			Certificates: []tls.Certificate{{Certificate: pkiforge.ChainDER(m.Chain), PrivateKey: m.Chain[0].Key}},
		},
	}
	roots := pkiforge.CertPool(slices.Concat(m.SystemRoots, m.CustomRoots))
	cell.client = &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: s.Names.Host, InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			options := x509.VerifyOptions{Roots: roots, DNSName: state.ServerName, Intermediates: x509.NewCertPool()}
			for _, c := range state.PeerCertificates[1:] {
				options.Intermediates.AddCert(c)
			}
			if _, err := state.PeerCertificates[0].Verify(options); err != nil && cell.expect != catalogue.Accept {
				return errBareRefused
			}
			if cell.expect == catalogue.Refuse {
				return errBareRefused
			}
			return nil
		},
	}
	return cell
}

// errBareRefused is the verdict of the bare loop's client.
var errBareRefused = errors.New("refused")

// run makes every handshake once, jobs at once, each at a listener of its own.
func (l bareLoop) run(ctx context.Context, jobs int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for _, cell := range l {
		group.Go(func() error {
			err := cell.run(ctx)
			if (err == nil && cell.expect == catalogue.Refuse) || (err != nil && cell.expect == catalogue.Accept) {
				return fmt.Errorf("%s: expected to %s: %w", cell.id, cell.expect, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func (c *bareCell) run(ctx context.Context) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	served := make(chan struct{})
	go func() {
		defer close(served)
		if conn, err := listener.Accept(); err == nil {
			c.serve(ctx, conn)
		}
	}()
	err = c.dial(ctx, listener.Addr().String())
	<-served
	return err
}

func (c *bareCell) serve(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	server := tls.Server(conn, c.server)
	if server.HandshakeContext(ctx) != nil {
		return
	}
	if readMessage(server) == nil {
		_, _ = io.WriteString(server, "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
	_, _ = io.Copy(io.Discard, server)
}

func (c *bareCell) dial(ctx context.Context, address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	client := tls.Client(conn, c.client)
	if err := client.HandshakeContext(ctx); err != nil {
		return err
	}
	request := "REGISTER sip:" + c.host + " SIP/2.0\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"
	if _, err := io.WriteString(client, request); err != nil {
		return err
	}
	if err := readMessage(client); err != nil {
		return err
	}
	return client.Close()
}

// readMessage reads one SIP message without a body.
func readMessage(r io.Reader) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			return nil
		}
	}
	return errors.Join(lines.Err(), io.ErrUnexpectedEOF)
}
