package suites_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"siptrust/client/reference"
	"siptrust/pkiforge"
	"siptrust/reports"
	"siptrust/suites"
)

// cells selects the paper's matrix of 3 × 6.
const cells = "paper.custom-ca || paper.self-signed || paper.public-ca"

// BenchmarkMatrix measures the 3 × 6 matrix with the reference client (the
// runner, without Ginkgo, forging included) beside a bare loop on crypto/tls
// that has the same outcomes with the same TLS settings, material forged
// beforehand, one SIP request and answer where the server is accepted. They
// take turns, so that both meet the same machine. "ratio" is the cost per
// case, runner to bare loop.
func BenchmarkMatrix(b *testing.B) {
	bare := newBareLoop(b)
	jobs := runtime.GOMAXPROCS(0)
	driver := reference.New(reference.Options{})
	var runner, loop time.Duration
	for b.Loop() {
		start := time.Now()
		run, err := suites.NewRun(suites.Settings{Driver: driver, Filter: cells, Jobs: jobs})
		if err != nil {
			b.Fatal(err)
		}
		record, err := run.Execute(b.Context())
		if err != nil || record.Verdict != reports.Conforms {
			b.Fatal(record.Verdict, err)
		}
		runner += time.Since(start)

		start = time.Now()
		if err := bare.run(b.Context(), jobs); err != nil {
			b.Fatal(err)
		}
		loop += time.Since(start)
	}
	n := float64(b.N * len(bare.cells))
	b.ReportMetric(float64(runner.Nanoseconds())/n, "runner-ns/case")
	b.ReportMetric(float64(loop.Nanoseconds())/n, "bare-ns/case")
	b.ReportMetric(float64(runner)/float64(loop), "ratio")
}

// bareLoop is what a case costs at the least.
type bareLoop struct {
	listener net.Listener
	cells    []*bareCell
	byName   map[string]*bareCell
}

type bareCell struct {
	id      string
	host    string
	server  *tls.Config
	client  *tls.Config
	accepts bool
}

func newBareLoop(b *testing.B) *bareLoop {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { listener.Close() })
	forge := pkiforge.New(pkiforge.Options{})
	b.Cleanup(forge.Close)
	loop := &bareLoop{listener: listener, byName: make(map[string]*bareCell)}
	selected, err := suites.All().Select(cells)
	if err != nil {
		b.Fatal(err)
	}
	for i, cs := range selected {
		names := namesOf(fmt.Sprintf("bare%d", i))
		scenario, err := suites.All().Scenario(cs.ID, names)
		if err != nil {
			b.Fatal(err)
		}
		m, err := forge.Forge(b.Context(), scenario.Plan)
		if err != nil {
			b.Fatal(err)
		}
		cell := &bareCell{
			id: cs.ID, host: names.Host, accepts: cs.Expect == suites.Accept,
			server: &tls.Config{
				MinVersion: tls.VersionTLS12, SessionTicketsDisabled: true,
				Certificates: []tls.Certificate{{Certificate: pkiforge.ChainDER(m.Chain), PrivateKey: m.Chain[0].Key}},
			},
			client: &tls.Config{
				MinVersion: tls.VersionTLS12, ServerName: names.Host,
				RootCAs: pkiforge.CertPool(slices.Concat(m.SystemRoots, m.CustomRoots)),
			},
		}
		loop.cells = append(loop.cells, cell)
		loop.byName[names.Host] = cell
	}
	return loop
}

// run makes every cell's handshake once, jobs at once.
func (l *bareLoop) run(ctx context.Context, jobs int) error {
	served := make(chan struct{})
	go func() {
		defer close(served)
		var group errgroup.Group
		for range l.cells {
			conn, err := l.listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() error { l.serve(ctx, conn); return nil })
		}
		_ = group.Wait() // a server has no errors here: the client tells
	}()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for _, cell := range l.cells {
		group.Go(func() error {
			err := l.dial(ctx, cell)
			if (err == nil) != cell.accepts {
				return fmt.Errorf("%s: accepted %t: %w", cell.id, err == nil, err)
			}
			return nil
		})
	}
	err := group.Wait()
	<-served
	return err
}

func (l *bareLoop) serve(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	config := &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		cell, ok := l.byName[hello.ServerName]
		if !ok {
			return nil, errors.New("unknown name")
		}
		return cell.server, nil
	}}
	server := tls.Server(conn, config)
	if server.HandshakeContext(ctx) != nil {
		return
	}
	if readMessage(server) == nil {
		_, _ = io.WriteString(server, "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
	_, _ = io.Copy(io.Discard, server)
}

func (l *bareLoop) dial(ctx context.Context, cell *bareCell) error {
	conn, err := net.Dial("tcp", l.listener.Addr().String())
	if err != nil {
		return err
	}
	defer conn.Close()
	client := tls.Client(conn, cell.client)
	if err := client.HandshakeContext(ctx); err != nil {
		var invalid *tls.CertificateVerificationError
		if !errors.As(err, &invalid) && !errors.As(err, new(x509.HostnameError)) {
			return fmt.Errorf("no verdict: %w", err)
		}
		return err
	}
	request := "REGISTER sip:" + cell.host + " SIP/2.0\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"
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
