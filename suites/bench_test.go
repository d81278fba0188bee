package suites_test

import (
	"bufio"
	"context"
	"crypto/tls"
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
const (
	cells = "paper.custom-ca || paper.self-signed || paper.public-ca"
	cases = 18
)

// BenchmarkMatrix measures the 3 × 6 matrix with the reference client (the
// runner, without Ginkgo, forging included) beside a bare loop on crypto/tls
// that has the same outcomes with the same TLS settings, as many at once: the
// same handshakes, the sound ones again at the end, material forged
// beforehand, one SIP request and answer where the server is accepted. They
// take turns, so that both meet the same machine, and both have the garbage
// collection that the command sets. "ratio" is the cost per
// case, runner to bare loop.
func BenchmarkMatrix(b *testing.B) {
	suites.TuneGC()
	bare := newBareLoop(b)
	jobs := 2 * runtime.GOMAXPROCS(0)
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
	n := float64(b.N * cases)
	b.ReportMetric(float64(runner.Nanoseconds())/n, "runner-ns/case")
	b.ReportMetric(float64(loop.Nanoseconds())/n, "bare-ns/case")
	b.ReportMetric(float64(runner)/float64(loop), "ratio")
}

// bareLoop is what the handshakes of the matrix cost at the least.
type bareLoop []*bareCell

type bareCell struct {
	id      string
	host    string
	server  *tls.Config
	client  *tls.Config
	accepts bool
}

func newBareLoop(b *testing.B) bareLoop {
	forge := pkiforge.New(pkiforge.Options{})
	b.Cleanup(forge.Close)
	selected, err := suites.All().Select(cells)
	if err != nil {
		b.Fatal(err)
	}
	var loop, again bareLoop
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
		loop = append(loop, cell)
		if cell.accepts {
			again = append(again, cell)
		}
	}
	if len(loop) != cases {
		b.Fatalf("%d cells", len(loop))
	}
	return append(loop, again...)
}

// run makes every handshake once, jobs at once, each at a listener of its own.
func (l bareLoop) run(ctx context.Context, jobs int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for _, cell := range l {
		group.Go(func() error {
			if err := cell.run(ctx); (err == nil) != cell.accepts {
				return fmt.Errorf("%s: accepted %t: %w", cell.id, err == nil, err)
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
		if !errors.As(err, new(*tls.CertificateVerificationError)) {
			return fmt.Errorf("no verdict: %w", err)
		}
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
