package explain

import (
	"encoding/asn1"
	"fmt"
	"strings"

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
	responder, files := 0, 0
	for _, d := range s.Service.Documents {
		if d.Path == pkiforge.OCSPPath {
			responder++
			s.notes = append(s.notes, fmt.Sprintf("%s%s answers every request with %s.", handService, d.Path, s.file(d)))
		} else {
			files++
			s.notes = append(s.notes, fmt.Sprintf("%s%s is the file %s.", handService, d.Path, s.file(d)))
		}
	}
	switch {
	case responder == 0 && files == 0:
	case responder == 0:
		s.service = append(s.service, step{kind: serves, text: fmt.Sprintf("python3 -m http.server %d --directory %s", servicePort, s.dir)})
	case files == 0:
		s.answerAll(okHeader+"Content-Type: application/ocsp-response\r\n\r\n", s.dir+"/ocsp.der")
	default:
		s.answerEach()
	}
}

const okHeader = "HTTP/1.0 200 OK\r\n"

// file is where a document is.
func (s *server) file(d fakeserver.Document) string {
	if d.Path == pkiforge.OCSPPath {
		return s.dir + "/ocsp.der"
	}
	return s.dir + d.Path
}

// answerAll has the HTTP service answer every request with the header, and with the
// file as the body; empty: none.
func (s *server) answerAll(header, file string) {
	answer := s.dir + "/http-answer"
	s.answerFile(answer, header, file)
	s.service = append(s.service, step{kind: serves, text: fmt.Sprintf("socat TCP-LISTEN:%d,reuseaddr,fork SYSTEM:'head -c 16 >/dev/null; cat %s'", servicePort, answer)})
}

// answerEach has it answer each path with its document.
func (s *server) answerEach() {
	var choices strings.Builder
	for _, d := range s.Service.Documents {
		answer, pattern := s.file(d)+".http", d.Path
		if d.Path == pkiforge.OCSPPath {
			pattern += "*" // a request by GET appends itself to the path (RFC 6960 A.1)
		}
		s.answerFile(answer, okHeader+"Content-Type: "+d.Type+"\r\n\r\n", s.file(d))
		fmt.Fprintf(&choices, "%s) cat %s;; ", pattern, answer)
	}
	s.service = append(s.service, step{kind: serves, text: fmt.Sprintf("socat TCP-LISTEN:%d,reuseaddr,fork SYSTEM:'read method path rest; case $path in %sesac'", servicePort, choices.String())})
}

// answerFile has a file made with an answer.
func (s *server) answerFile(answer, header, body string) {
	text := "printf '" + printfFormat([]byte(header)) + "'"
	if body != "" {
		text += " | cat - " + body
	}
	s.service = append(s.service, step{kind: runs, text: text + " > " + answer})
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
