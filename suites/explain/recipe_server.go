package explain

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"siptrust/fakeserver"
)

// server is one server of a scenario as it is rebuilt with programs that a
// distribution has. It is filled in by [fields].
type server struct {
	fakeserver.Behaviour
	dir  string // of its files
	host string // where it listens; empty: at every address of the machine

	options []string      // of openssl s_server
	front   front         // what is between the client and openssl
	hello   hello         // what is done for a ClientHello before TLS, or instead of it
	service []step        // the HTTP service
	notes   []string      // on what the commands do
	waits   time.Duration // after the moment that the script awaited last
	ends    []ending      // when the connection is ended by hand
	// unable says for what there is no command, so that the server has none at all;
	// missing what the commands leave out.
	unable, missing []string
}

// field tells one field of a [fakeserver.Behaviour].
type field struct {
	name string
	tell func(*server)
}

// fields are all fields of [fakeserver.Behaviour], each with how a server does by
// hand what it says, in the order of OpenSSL's options. A test holds it to the type.
var fields = []field{
	{"MinVersion", (*server).versions},
	{"MaxVersion", together}, // with MinVersion
	{"CipherSuites", (*server).suites},
	{"Groups", (*server).groups},
	{"Chain", (*server).chain},
	{"Key", (*server).key},
	{"Staple", (*server).staple},
	{"ServerName", (*server).onlyName},
	{"ClientAuth", (*server).clientAuth},
	{"ClientRoots", together},   // with ClientAuth
	{"AcceptableCAs", together}, // with ClientAuth
	{"Tickets", (*server).tickets},
	{"RandomTail", (*server).randomTail},
	{"Signature", (*server).signature},
	{"Certificate", (*server).certificate},
	{"KeepOpen", (*server).keepOpen},
	{"Script", (*server).script},
	{"Service", (*server).publish},
}

// together is for a field that is told with another one.
func together(*server) {}

// newServer rebuilds a server.
func newServer(v *served, host string) *server {
	dir := handDir
	if v.dir != "" {
		dir += "/" + v.dir
	}
	s := &server{Behaviour: v.behaviour, dir: dir, host: host}
	for _, f := range fields {
		f.tell(s)
	}
	return s
}

func (s *server) option(words ...string) { s.options = append(s.options, strings.Join(words, " ")) }

// unableTo notes what no command does and nothing can do without.
func (s *server) unableTo(format string, a ...any) {
	s.unable = append(s.unable, fmt.Sprintf(format, a...))
}

// leavesOut notes what the commands do not do.
func (s *server) leavesOut(format string, a ...any) {
	s.missing = append(s.missing, fmt.Sprintf(format, a...))
}

// versionRange gives the versions that the server speaks, the zero values resolved.
func (s *server) versionRange() (lowest, highest uint16) {
	lowest, highest = s.MinVersion, s.MaxVersion
	if lowest == 0 {
		lowest = tls.VersionTLS12
	}
	if highest == 0 {
		highest = tls.VersionTLS13
	}
	return lowest, highest
}

// versionNames are the versions as OpenSSL's options for one version and for a limit
// name them.
var versionNames = map[uint16][2]string{
	tls.VersionTLS10: {"-tls1", "TLSv1"},
	tls.VersionTLS11: {"-tls1_1", "TLSv1.1"},
	tls.VersionTLS12: {"-tls1_2", "TLSv1.2"},
	tls.VersionTLS13: {"-tls1_3", "TLSv1.3"},
}

func (s *server) versions() {
	lowest, highest := s.versionRange()
	if lowest == highest {
		s.option(versionNames[lowest][0])
		return
	}
	s.option("-min_protocol", versionNames[lowest][1])
	if highest != tls.VersionTLS13 {
		s.option("-max_protocol", versionNames[highest][1])
	}
}

// suiteNames are OpenSSL's names of the cipher suites of TLS 1.2 and older that
// crypto/tls knows; empty: distributions build OpenSSL without it.
var suiteNames = map[uint16]string{
	tls.TLS_RSA_WITH_RC4_128_SHA:                      "",
	tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA:                 "",
	tls.TLS_RSA_WITH_AES_128_CBC_SHA:                  "AES128-SHA",
	tls.TLS_RSA_WITH_AES_256_CBC_SHA:                  "AES256-SHA",
	tls.TLS_RSA_WITH_AES_128_CBC_SHA256:               "AES128-SHA256",
	tls.TLS_RSA_WITH_AES_128_GCM_SHA256:               "AES128-GCM-SHA256",
	tls.TLS_RSA_WITH_AES_256_GCM_SHA384:               "AES256-GCM-SHA384",
	tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA:              "",
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA:          "ECDHE-ECDSA-AES128-SHA",
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA:          "ECDHE-ECDSA-AES256-SHA",
	tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA:                "",
	tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA:           "",
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA:            "ECDHE-RSA-AES128-SHA",
	tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA:            "ECDHE-RSA-AES256-SHA",
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256:       "ECDHE-ECDSA-AES128-SHA256",
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256:         "ECDHE-RSA-AES128-SHA256",
	tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:         "ECDHE-RSA-AES128-GCM-SHA256",
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256:       "ECDHE-ECDSA-AES128-GCM-SHA256",
	tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:         "ECDHE-RSA-AES256-GCM-SHA384",
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384:       "ECDHE-ECDSA-AES256-GCM-SHA384",
	tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256:   "ECDHE-RSA-CHACHA20-POLY1305",
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
}

// suites names the cipher suites, and lowers the security level where the versions or
// the chain need it.
func (s *server) suites() {
	lowest, _ := s.versionRange()
	var names, unknown []string
	for _, id := range s.CipherSuites {
		switch name := suiteNames[id]; {
		case name != "":
			names = append(names, name)
		case !isTLS13Suite(id): // a server of crypto/tls has those of TLS 1.3 in any case
			unknown = append(unknown, tls.CipherSuiteName(id))
		}
	}
	switch {
	case len(unknown) > 0 && len(names) == 0:
		s.unableTo("supports only %s: distributions build OpenSSL without it", strings.Join(unknown, ", "))
	case len(unknown) > 0:
		s.leavesOut("supports %s, too: distributions build OpenSSL without them", strings.Join(unknown, ", "))
	}
	needsLevel := lowest < tls.VersionTLS12 || weak(s.Chain)
	switch {
	case len(names) == 0 && !needsLevel:
		return
	case len(names) == 0:
		names = []string{"DEFAULT"}
	}
	if needsLevel {
		names = append(names, "@SECLEVEL=0")
		s.notes = append(s.notes, "@SECLEVEL=0: at a higher security level OpenSSL does not use these versions, keys or signatures.")
	}
	s.option("-cipher", strings.Join(names, ":"))
}

func isTLS13Suite(id uint16) bool {
	return id == tls.TLS_AES_128_GCM_SHA256 || id == tls.TLS_AES_256_GCM_SHA384 || id == tls.TLS_CHACHA20_POLY1305_SHA256
}

// groupNames are OpenSSL's names of the groups.
var groupNames = map[tls.CurveID]string{
	tls.CurveP256: "P-256", tls.CurveP384: "P-384", tls.CurveP521: "P-521", tls.X25519: "X25519", tls.X25519MLKEM768: "X25519MLKEM768",
}

func (s *server) groups() {
	var names []string
	for _, g := range s.Groups {
		name, known := groupNames[g]
		if !known {
			s.unableTo("supports the group %s for the key exchange", fakeserver.GroupName(uint16(g)))
			return
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		s.option("-groups", strings.Join(names, ":"))
	}
	if slices.Contains(s.Groups, tls.X25519MLKEM768) {
		s.notes = append(s.notes, "X25519MLKEM768 needs OpenSSL 3.5 or newer.")
	}
}

func (s *server) chain() {
	s.option("-cert", s.dir+"/server-chain.pem")
	if len(s.Chain) > 1 {
		s.option("-cert_chain", s.dir+"/"+issuersFile)
	}
	for i, der := range s.Chain {
		if why := unsendable(der); why != "" {
			s.unableTo("sends a certificate (number %d of its chain) %s", i+1, why)
		}
	}
	if len(s.Chain) == 0 {
		s.unableTo("has no certificate")
		return
	}
	leaf, err := x509.ParseCertificate(s.Chain[0])
	if err == nil && rarelyAccepted(leaf.SignatureAlgorithm) {
		s.leavesOut("sends its certificate to every client: OpenSSL fails the handshake if the client sends signature_algorithms_cert without the algorithm of the signature on it (%s)", algorithmName(leaf.SignatureAlgorithm))
	}
	why := unusedByTLS12(s.Chain[0])
	switch lowest, highest := s.versionRange(); {
	case why == "" || lowest > tls.VersionTLS12:
	case highest <= tls.VersionTLS12:
		s.unableTo("uses an ECDSA certificate %s: OpenSSL does not use it in %s", why, tls.VersionName(highest))
	default:
		s.leavesOut("uses its certificate in TLS 1.2, too: OpenSSL uses an ECDSA certificate %s only in TLS 1.3", why)
	}
}

func (s *server) key() {
	if s.Behaviour.Key == nil {
		s.unableTo("has no key")
		return
	}
	s.option("-key", s.dir+"/server-key.pem")
}

func algorithmName(a x509.SignatureAlgorithm) string {
	if a == x509.UnknownSignatureAlgorithm {
		return "an unknown one"
	}
	return a.String()
}

func (s *server) staple() {
	if len(s.Staple) == 0 {
		return
	}
	if !isOCSPResponse(s.Staple) {
		s.unableTo("staples text that is not an OCSP response")
		return
	}
	s.option("-status_file", s.dir+"/staple.der")
}

func (s *server) onlyName() {
	if s.ServerName == "" {
		return
	}
	if s.ClientAuth != fakeserver.AuthNone {
		s.unableTo("has a certificate for the name %s only, and asks for client certificates", s.ServerName)
		return
	}
	s.option("-servername", s.ServerName, "-servername_fatal", "-cert2", s.dir+"/server-chain.pem", "-key2", s.dir+"/server-key.pem")
	if len(s.Chain) > 1 {
		s.option("-CAfile", s.dir+"/"+issuersFile) // from which OpenSSL takes the chain of -cert2
	}
	s.leavesOut("ends the handshake with unrecognized_name also if the client sends no server_name at all: OpenSSL continues then")
}

func (s *server) clientAuth() {
	roots := s.dir + "/client-roots.pem"
	switch s.ClientAuth {
	case fakeserver.AuthNone:
		return
	case fakeserver.AuthOptional:
		s.option("-verify 3 -verify_return_error")
	default:
		s.option("-Verify 3 -verify_return_error")
	}
	if s.ClientAuth == fakeserver.AuthRefused {
		s.option("-verify_hostname nobody.invalid")
		s.notes = append(s.notes, "-verify_hostname: no client certificate has that name, so each one is refused (bad_certificate).")
	}
	switch {
	case s.ClientRoots == nil:
		s.option("-no-CAfile -no-CApath -no-CAstore") // verifies nothing, names nothing
	case s.AcceptableCAs == nil:
		s.option("-CAfile", roots)
	default:
		s.option("-verifyCAfile", roots)
	}
	if len(s.AcceptableCAs) > 0 {
		s.option("-CAfile", s.dir+"/"+acceptableFile)
	}
}

func (s *server) tickets() {
	switch s.Tickets {
	case fakeserver.TicketsOff:
		s.option("-no_ticket -num_tickets 0 -no_cache")
	case fakeserver.TicketsTaken: // what OpenSSL does by default
	case fakeserver.TicketsForgotten:
		s.option("-no_ticket -no_cache") // issues those of TLS 1.3, which refer to the cache
		if lowest, _ := s.versionRange(); lowest < tls.VersionTLS13 {
			s.leavesOut("issues tickets in TLS 1.2, too: OpenSSL issues them there only if it also accepts them")
		}
	}
}

func (s *server) randomTail() {
	if s.RandomTail != nil {
		s.unableTo("ends its random with %q", s.RandomTail)
	}
}

// signatureFaults are the faults in words that follow "signs the handshake".
var signatureFaults = map[fakeserver.SignatureFault]string{
	fakeserver.SignatureOtherKey:     "with a key that is not the certificate's: OpenSSL does not start with such a key",
	fakeserver.SignatureDamaged:      "with one wrong bit in the signature",
	fakeserver.SignatureOtherMessage: "with the signature of another handshake",
	fakeserver.SignatureZero:         "with the signature zero",
	fakeserver.SignatureOrder:        "with r and s equal to the order of the curve",
	fakeserver.SignatureEmpty:        "with an empty signature",
}

func (s *server) signature() {
	if s.Signature == fakeserver.SignatureSound {
		return
	}
	words, known := signatureFaults[s.Signature]
	if !known {
		words = "with a signature that is " + string(s.Signature)
	}
	s.unableTo("signs the handshake %s", words)
}

// certificateFaults are the faults in words.
var certificateFaults = map[fakeserver.CertificateFault]string{
	fakeserver.CertificateNone:    "sends a Certificate message without a certificate",
	fakeserver.CertificateGarbage: "sends a Certificate message with bytes that are not a certificate",
	fakeserver.CertificateSecond:  "sends its own certificate as the second of the Certificate message",
}

// certificateFault gives a fault in words; empty: there is none.
func certificateFault(f fakeserver.CertificateFault) string {
	if words, known := certificateFaults[f]; known || f == fakeserver.CertificateSound {
		return words
	}
	return "sends a Certificate message that is " + string(f)
}

func (s *server) certificate() {
	if words := certificateFault(s.Certificate); words != "" {
		s.unableTo("%s", words)
	}
}
