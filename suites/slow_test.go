package suites_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"siptrust/client"
	"siptrust/pkiforge"
	"siptrust/suites/run"
)

// stepwise is an honest client that waits before each of its steps.
func stepwise(step time.Duration) *altered {
	return &altered{Driver: plain(), attempt: func(ctx context.Context, a client.Attempt) (client.Outcome, error) {
		roots := pkiforge.CertPool(append(slices.Clone(a.SystemRoots), a.CustomRoots...))
		hosts := []string{a.Host}
		if a.SecondHost != "" {
			hosts = append(hosts, a.SecondHost)
		}
		for _, host := range hosts {
			if err := registerSlowly(ctx, a, roots, host, step); err != nil {
				return client.Outcome{Started: true, Ended: true, Output: err.Error()}, nil
			}
		}
		return client.Outcome{Started: true, Ended: true}, nil
	}}
}

func registerSlowly(ctx context.Context, a client.Attempt, roots *x509.CertPool, host string, step time.Duration) error {
	time.Sleep(step)
	d := tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: host}}
	conn, err := d.DialContext(ctx, "tcp", a.Server.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	time.Sleep(step)
	fmt.Fprintf(conn, "REGISTER sips:%[1]s SIP/2.0\r\nVia: SIP/2.0/TLS x;branch=z9hG4bK%[1]s\r\nFrom: <sips:alice@%[1]s>;tag=1\r\nTo: <sips:alice@%[1]s>\r\n"+
		"Call-ID: %[1]s\r\nCSeq: 1 REGISTER\r\nContact: <sips:alice@%[2]s>\r\nContent-Length: 0\r\n\r\n", host, conn.LocalAddr())
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && !strings.Contains(line, " 200 ") {
		err = fmt.Errorf("register at %s: answered %q", host, line)
	}
	return err
}

// An attempt's limit counts from the last that moved: an honest client that is
// slow at each of two connections, and takes longer than the limit in all,
// conforms.
func TestSlowAtEveryStep(t *testing.T) {
	t.Parallel()
	const step, limit = 250 * time.Millisecond, 700 * time.Millisecond
	record := execute(t, stepwise(step), func(s *run.Settings) { s.Filter, s.Timeout = "conduct.two-accounts.sound", limit })
	if record.Summary.Pass != 1 {
		t.Errorf("%+v: %s", record.Summary, record.Results[0].Reason)
	}
	if took := record.Results[0].Milliseconds; took < float64(limit.Milliseconds()) {
		t.Errorf("it took %v ms only, which proves nothing", took)
	}
}
