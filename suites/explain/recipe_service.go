package explain

import (
	"encoding/asn1"
	"fmt"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// handService is the HTTP service that certificates name which are forged for use by
// hand: the place of revocation data and of certificates to be fetched.
const (
	servicePort = 8080
	handService = "http://" + handHost + ":8080"
)

// publish tells what the HTTP service does.
func (s *server) publish() {
	listen := fmt.Sprintf("socat %%sTCP-LISTEN:%d,reuseaddr,fork%%s %%s", servicePort)
	serve := func(flags, options, to string) {
		s.service = append(s.service, step{kind: serves, text: fmt.Sprintf(listen, flags, options, to)})
	}
	const request = "head -c 16 >/dev/null" // waits for a request
	switch s.Service.Fault {
	case fakeserver.ServiceSilent:
		serve("-u ", "", "OPEN:/dev/null")
		return
	case fakeserver.ServiceReset:
		serve("", byReset, "SYSTEM:'"+request+"'")
		return
	case fakeserver.ServiceFailing:
		s.answerAll("HTTP/1.0 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", "")
		return
	case fakeserver.ServiceSound:
	default:
		s.unableTo("has an HTTP service that is %s", s.Service.Fault)
	}
	posts, gets := false, false
	for _, d := range s.Service.Documents {
		if d.Path == pkiforge.OCSPPath {
			posts = true
			s.notes = append(s.notes, fmt.Sprintf("%s%s answers every request with %s/ocsp.der.", handService, d.Path, s.dir))
			continue
		}
		gets = true
		s.notes = append(s.notes, fmt.Sprintf("%s%s is the file %s%s.", handService, d.Path, s.dir, d.Path))
	}
	switch {
	case posts && gets:
		s.unableTo("has at one port an OCSP responder and files to fetch")
	case posts:
		s.answerAll("HTTP/1.0 200 OK\r\nContent-Type: application/ocsp-response\r\n\r\n", s.dir+"/ocsp.der")
	case gets:
		s.service = append(s.service, step{kind: serves, text: fmt.Sprintf("python3 -m http.server %d --directory %s", servicePort, s.dir)})
	}
}

// answerAll has the HTTP service answer every request with the header, and with the
// file as the body; empty: none.
func (s *server) answerAll(header, file string) {
	answer := s.dir + "/http-answer"
	s.service = append(s.service, step{kind: runs, text: "printf '" + printfFormat([]byte(header)) + "' > " + answer})
	if file != "" {
		s.service = append(s.service, step{kind: runs, text: "cat " + file + " >> " + answer})
	}
	s.service = append(s.service, step{kind: serves, text: fmt.Sprintf("socat TCP-LISTEN:%d,reuseaddr,fork SYSTEM:'head -c 16 >/dev/null; cat %s'", servicePort, answer)})
}

// isOCSPResponse says whether OpenSSL can read the response, whatever is in it.
func isOCSPResponse(der []byte) bool {
	var response struct {
		Status asn1.Enumerated
		Bytes  asn1.RawValue `asn1:"optional,explicit,tag:0"`
	}
	rest, err := asn1.Unmarshal(der, &response)
	return err == nil && len(rest) == 0
}
