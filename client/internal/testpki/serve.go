package testpki

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"

	"siptrust/pkiforge"
)

// publisher gives out what was published, by path; [Close] ends it.
var (
	publisher = sync.OnceValue(func() *httptest.Server { return httptest.NewServer(http.HandlerFunc(give)) })
	published sync.Map
)

// moved is the data whose place redirects to another.
const moved = "moved"

func give(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/"+moved+"/") {
		http.Redirect(w, r, "/elsewhere/ocsp", http.StatusFound)
		return
	}
	body, ok := published.Load(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(body.([]byte))
}

// Publish puts octets at a path of the publisher and gives their URL.
func Publish(path string, body []byte) string {
	published.Store(path, body)
	return publisher().URL + path
}

// PublishStatus puts the revocation data of m where its certificates say.
func PublishStatus(m *pkiforge.Material) {
	at := strings.TrimPrefix(m.Plan.Names.Service, publisher().URL)
	if m.Status.Answer != nil {
		published.Store(at+pkiforge.OCSPPath, m.Status.Answer)
	}
	for _, l := range m.Status.Lists {
		published.Store(at+l.Path, l.DER)
	}
}

// Plan makes a change of several, whose data lie under that name. The place of
// those under "moved" redirects.
func Plan(name string, changes ...pkiforge.Change) pkiforge.Change {
	return pkiforge.Change{Name: name, Apply: func(p *pkiforge.Plan) error {
		p.Names.Service = publisher().URL + "/" + name
		for _, c := range changes {
			if err := c.Apply(p); err != nil {
				return err
			}
		}
		return nil
	}}
}

// Speaking edits what the CAs of a plan say.
func Speaking(edit func(*pkiforge.Revocation)) pkiforge.Change {
	return pkiforge.Change{Name: "revocation", Apply: func(p *pkiforge.Plan) error { edit(&p.Revocation); return nil }}
}

// Revoking revokes a certificate.
func Revoking(reason pkiforge.Reason, cert string) pkiforge.Change {
	return Speaking(func(r *pkiforge.Revocation) { r.Revoked, r.Reason = []string{cert}, reason })
}

// Stapling hands out a response that was edited.
func Stapling(edit func(*pkiforge.OCSP)) pkiforge.Change {
	return Plan("staple", pkiforge.WithStaple(), Speaking(func(r *pkiforge.Revocation) { edit(r.Staple) }))
}

// ServeZone answers over UDP from the records, CNAME records followed, until the
// test ends. fill completes each line of the zone.
func ServeZone(t testing.TB, fill *strings.Replacer, zone []string) netip.AddrPort {
	t.Helper()
	var records []dns.RR
	for _, line := range zone {
		rr, err := dns.NewRR(fill.Replace(line))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, rr)
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started, done := make(chan struct{}), make(chan struct{})
	server := &dns.Server{
		PacketConn:        conn,
		NotifyStartedFunc: func() { close(started) },
		Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
			reply := new(dns.Msg).SetReply(q)
			name := q.Question[0].Name
			for _, rr := range records {
				switch {
				case rr.Header().Name != name:
				case rr.Header().Rrtype == q.Question[0].Qtype:
					reply.Answer = append(reply.Answer, rr)
				case rr.Header().Rrtype == dns.TypeCNAME:
					reply.Answer = append(reply.Answer, rr)
					name = rr.(*dns.CNAME).Target // which comes behind it in the zone
				}
			}
			_ = w.WriteMsg(reply)
		}),
	}
	go func() {
		defer close(done)
		_ = server.ActivateAndServe()
	}()
	<-started
	t.Cleanup(func() { _ = server.Shutdown(); <-done })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// The zones of a server of Host, for [ServeZone]: {host} is that name, {other}
// another, {port} the server's, {closed} one at which nothing listens.
var (
	OwnZone = []string{
		`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
		`_sips._tcp.{host} SRV 10 0 {port} edge.{host}`,
		`edge.{host} A 127.0.0.1`,
	}
	ForeignZone = []string{
		`{host} NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.{other}`,
		`_sips._tcp.{other} SRV 10 0 {port} edge.{other}`,
		`edge.{other} A 127.0.0.1`,
	}
	AliasZone = []string{`_sips._tcp.{host} SRV 10 0 {port} {host}`, `{host} CNAME {other}`, `{other} A 127.0.0.1`}
	DeadZone  = []string{
		`_sips._tcp.{host} SRV 20 0 {port} edge.{host}`,
		`_sips._tcp.{host} SRV 10 9 {closed} edge.{host}`,
		`edge.{host} A 127.0.0.1`,
	}
	UDPZone = []string{
		`{host} NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.{host}`,
		`{host} NAPTR 20 10 "s" "SIPS+D2T" "" _sips._tcp.{host}`,
		`_sip._udp.{host} SRV 10 0 {port} edge.{host}`,
		`_sips._tcp.{host} SRV 10 0 {port} edge.{host}`,
		`edge.{host} A 127.0.0.1`,
	}
)
