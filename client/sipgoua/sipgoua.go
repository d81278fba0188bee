// Package sipgoua is a user agent on the sipgo library as it is: it gives sipgo a
// TLS configuration with roots and an identity and adds no check of its own. It is
// a client under test like any other, a program that reads its task from the
// environment, and shares nothing with the reference client.
package sipgoua

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// Command is the word by which the siptrust binary runs as this client.
const Command = "sipgo-client"

// module is the library's path.
const module = "github.com/emiago/sipgo"

// Main registers SIPTRUST_URI, answers OPTIONS and stays until ctx is done; with
// the argument "version" it prints the library's version. It gives the exit
// status.
func Main(ctx context.Context, args []string, out io.Writer) int {
	if len(args) > 0 && args[0] == "version" {
		fmt.Fprintln(out, "sipgo "+version())
		return 0
	}
	sip.SetDefaultLogger(slog.New(slog.NewTextHandler(out, nil)))
	if err := register(ctx, out); err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	<-ctx.Done()
	return 0
}

// version is the library's; empty: the build does not know it, as in tests.
func version() string {
	info, _ := debug.ReadBuildInfo()
	if info != nil {
		for _, dep := range info.Deps {
			if dep.Path == module {
				return dep.Version
			}
		}
	}
	return ""
}

// settings are the roots and the identity that the endpoint has.
func settings() (*tls.Config, error) {
	pem, err := os.ReadFile(os.Getenv("SIPTRUST_CA_FILE"))
	if err != nil {
		return nil, err
	}
	c := &tls.Config{RootCAs: x509.NewCertPool()}
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, errors.New("no root in SIPTRUST_CA_FILE")
	}
	if file := os.Getenv("SIPTRUST_CERT_FILE"); file != "" {
		own, err := tls.LoadX509KeyPair(file, os.Getenv("SIPTRUST_KEY_FILE"))
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{own}
	}
	return c, nil
}

func register(ctx context.Context, out io.Writer) error {
	config, err := settings()
	if err != nil {
		return err
	}
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, os.Getenv("SIPTRUST_DNS"))
	}}
	ua, err := sipgo.NewUA(
		sipgo.WithUserAgent("alice"), sipgo.WithUserAgentHostname(os.Getenv("SIPTRUST_DOMAIN")),
		sipgo.WithUserAgenTLSConfig(config), sipgo.WithUserAgentDNSResolver(resolver),
	)
	if err != nil {
		return err
	}
	server, err := sipgo.NewServer(ua)
	if err != nil {
		return err
	}
	server.OnOptions(func(req *sip.Request, tx sip.ServerTransaction) {
		_ = tx.Respond(sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil)) // an error: the server has gone
	})
	uac, err := sipgo.NewClient(ua, sipgo.WithClientHostname("127.0.0.1"))
	if err != nil {
		return err
	}
	for _, uri := range []string{os.Getenv("SIPTRUST_URI"), os.Getenv("SIPTRUST_SECOND_URI")} {
		if uri == "" {
			continue
		}
		if err := registerAccount(ctx, uac, uri, out); err != nil {
			return err
		}
	}
	return nil
}

// registerAccount registers one address of record at the server of its URI, or
// through the proxy.
func registerAccount(ctx context.Context, uac *sipgo.Client, uri string, out io.Writer) error {
	var account sip.Uri
	if err := sip.ParseUri(uri, &account); err != nil {
		return fmt.Errorf("URI of the account %q: %w", uri, err)
	}
	registrar := account
	registrar.User = ""
	req := sip.NewRequest(sip.REGISTER, registrar)
	req.SetTransport("TLS") // or sipgo would send a sips: URI over UDP
	aor := sip.Uri{Scheme: "sips", User: account.User, Host: account.Host}
	req.AppendHeader(&sip.FromHeader{Address: aor, Params: sip.HeaderParams{{K: "tag", V: sip.GenerateTagN(16)}}})
	req.AppendHeader(&sip.ToHeader{Address: aor})
	req.AppendHeader(&sip.ContactHeader{Address: sip.Uri{Scheme: "sips", User: account.User, Host: "127.0.0.1"}})
	req.AppendHeader(sip.NewHeader("Expires", "60"))
	if proxy := os.Getenv("SIPTRUST_PROXY"); proxy != "" {
		var next sip.Uri
		if err := sip.ParseUri(proxy, &next); err != nil {
			return fmt.Errorf("URI of the proxy %q: %w", proxy, err)
		}
		next.UriParams = sip.HeaderParams{{K: "lr"}}
		req.AppendHeader(&sip.RouteHeader{Address: next})
	}
	res, err := uac.Do(ctx, req, sipgo.ClientRequestRegisterBuild)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "REGISTER:", res.StatusCode, res.Reason)
	return nil
}
