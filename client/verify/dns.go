package verify

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// queryLimit bounds the answer to one question to a DNS server.
const queryLimit = time.Second

// Resolver answers one question of the DNS. kind is a type of resource records,
// as dns.TypeSRV.
type Resolver interface {
	Query(ctx context.Context, name string, kind uint16) (*dns.Msg, error)
}

// DNSServer is the [Resolver] that asks one server, by UDP and again by TCP for
// what was cut.
type DNSServer struct {
	Addr netip.AddrPort // its zero value answers nothing
	Dial Dial           // nil: [Loopback]
}

var errNoServer = errors.New("no DNS server is known")

// Query puts one question. It waits a second for the answer.
func (s DNSServer) Query(ctx context.Context, name string, kind uint16) (*dns.Msg, error) {
	if !s.Addr.IsValid() {
		return nil, errNoServer
	}
	query := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	reply, err := s.exchange(ctx, "udp", query)
	if err == nil && reply.Truncated {
		reply, err = s.exchange(ctx, "tcp", query)
	}
	return reply, err
}

func (s DNSServer) exchange(ctx context.Context, network string, query *dns.Msg) (*dns.Msg, error) {
	dial := s.Dial
	if dial == nil {
		dial = Loopback
	}
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	conn, err := dial(ctx, network, s.Addr.String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	client := dns.Client{Net: network, Timeout: queryLimit}
	reply, _, err := client.ExchangeWithConnContext(ctx, query, &dns.Conn{Conn: conn})
	return reply, err
}

// Query is one question to the DNS and what came of it.
type Query struct {
	Name  string   // lower case, without a final dot
	Type  uint16   // as dns.TypeSRV
	Reply *dns.Msg // nil: there was none
	Err   error    // why there was none
}

// String is the query for people.
func (q Query) String() string {
	if q.Err != nil {
		return q.Err.Error()
	}
	return fmt.Sprintf("%s: %d records, %s", q.question(), len(q.Reply.Answer), dns.RcodeToString[q.Reply.Rcode])
}

func (q Query) question() string { return q.Name + " " + dns.TypeToString[q.Type] }

// plainName is a name as certificates carry it: lower case, no final dot.
func plainName(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
