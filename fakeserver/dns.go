package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// maxQueries is how many queries a DNS server keeps.
const maxQueries = 1024

// dnsTTL is the time to live of its answers, in seconds: none, so that the
// next attempt asks again.
const dnsTTL = 0

// Query is one question that a DNS server was asked.
type Query struct {
	Name string // lower case, without the last dot
	Type string // "A", "SRV", ...
}

// DNS is a DNS server on a loopback address, over UDP and TCP, that knows the
// names it is told. It answers A records of names given by [DNS.Set] and
// whatever [DNS.SetRecords] was given; other types of a known name get an
// empty answer, other names NXDOMAIN (RFC 2308 2).
type DNS struct {
	addr    netip.AddrPort
	servers []*dns.Server
	running sync.WaitGroup
	once    sync.Once
	err     error

	mu      sync.Mutex
	records map[string][]dns.RR // by lower-case name, fully qualified
	queries []Query
	asked   map[string]time.Time // first, of the names of records
}

// StartDNS opens a DNS server. The zero addr, and port 0, mean a free port of
// 127.0.0.1, the same for UDP and TCP.
func StartDNS(addr netip.AddrPort) (*DNS, error) {
	if !addr.Addr().IsValid() {
		addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), addr.Port())
	}
	tcp, udp, err := listenBoth(context.Background(), addr)
	if err != nil {
		return nil, fmt.Errorf("start a DNS server: %w", err)
	}
	return serveDNS(addrPort(tcp.Addr()), udp, tcp), nil
}

func serveDNS(at netip.AddrPort, udp net.PacketConn, tcp net.Listener) *DNS {
	d := &DNS{addr: at, records: map[string][]dns.RR{}, asked: map[string]time.Time{}}
	handler := dns.HandlerFunc(d.answer)
	started := make(chan struct{}, 2)
	ready := func() { started <- struct{}{} }
	d.servers = []*dns.Server{
		{PacketConn: udp, Handler: handler, NotifyStartedFunc: ready},
		{Listener: tcp, Handler: handler, NotifyStartedFunc: ready},
	}
	for _, s := range d.servers {
		d.running.Go(func() { _ = s.ActivateAndServe() }) // returns when it is shut down
	}
	for range d.servers {
		<-started // a server that has not started cannot be shut down
	}
	return d
}

// Addr is where the server listens, by UDP and TCP.
func (d *DNS) Addr() netip.AddrPort { return d.addr }

// Set makes host known with one address, in place of all its records. An IPv6
// address gives an AAAA record.
func (d *DNS) Set(host string, addr netip.Addr) {
	name := canonical(host)
	head := dns.RR_Header{Name: name, Class: dns.ClassINET, Ttl: dnsTTL}
	var rr dns.RR
	if addr.Is4() || addr.Is4In6() {
		head.Rrtype = dns.TypeA
		rr = &dns.A{Hdr: head, A: addr.Unmap().AsSlice()}
	} else {
		head.Rrtype = dns.TypeAAAA
		rr = &dns.AAAA{Hdr: head, AAAA: addr.AsSlice()}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.records[name] = []dns.RR{rr}
}

// SetRecords makes host known with these records, in place of all it had before:
// NAPTR, SRV, CNAME and so on.
func (d *DNS) SetRecords(host string, records ...dns.RR) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.records[canonical(host)] = slices.Clone(records)
}

// Delete makes host unknown.
func (d *DNS) Delete(host string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.records, canonical(host))
	delete(d.asked, canonical(host))
}

// Asked gives the time of the first query for host, or for a name beneath it such
// as that of a service, since host was made known; zero: there was none.
func (d *DNS) Asked(host string) (first time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	host = canonical(host)
	for name, at := range d.asked {
		if (name == host || strings.HasSuffix(name, "."+host)) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// Queries gives what was asked, in order, the first 1024 questions.
func (d *DNS) Queries() []Query {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.queries)
}

// Close ends the server: no port is open and no goroutine runs when it
// returns. It may be called again.
func (d *DNS) Close() error {
	d.once.Do(func() {
		// No need to wait for the queries that are running.
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for _, s := range d.servers {
			if err := s.ShutdownContext(ctx); err != nil && !errors.Is(err, context.Canceled) {
				d.err = errors.Join(d.err, err)
			}
		}
		d.running.Wait()
	})
	return d.err
}

// answer answers one query.
func (d *DNS) answer(w dns.ResponseWriter, query *dns.Msg) {
	reply := new(dns.Msg).SetReply(query)
	reply.Authoritative = true
	if len(query.Question) != 1 {
		reply.Rcode = dns.RcodeFormatError
	} else {
		d.lookUp(reply, query.Question[0])
	}
	if udp := query.IsEdns0(); udp != nil {
		reply.SetEdns0(udp.UDPSize(), false)
	}
	_ = w.WriteMsg(reply) // fails when the client is gone
}

// lookUp fills in the answer, following one chain of CNAME (RFC 1034 3.6.2).
func (d *DNS) lookUp(reply *dns.Msg, q dns.Question) {
	name := strings.ToLower(q.Name)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.queries) < maxQueries {
		d.queries = append(d.queries, Query{
			Name: strings.TrimSuffix(name, "."), Type: dns.TypeToString[q.Qtype],
		})
	}
	if _, known := d.records[name]; known && d.asked[name].IsZero() {
		d.asked[name] = time.Now()
	}
	for range 8 {
		records, known := d.records[name]
		if !known {
			if len(reply.Answer) == 0 {
				reply.Rcode = dns.RcodeNameError
			}
			return
		}
		next := ""
		for _, rr := range records {
			cname, isCNAME := rr.(*dns.CNAME)
			if rr.Header().Rrtype == q.Qtype || q.Qtype == dns.TypeANY || isCNAME {
				reply.Answer = append(reply.Answer, dns.Copy(rr))
			}
			if isCNAME && q.Qtype != dns.TypeCNAME {
				next = strings.ToLower(cname.Target)
			}
		}
		if next == "" {
			return
		}
		name = next
	}
}

// canonical gives the key of a name: lower case, fully qualified.
func canonical(host string) string { return dns.CanonicalName(host) }
