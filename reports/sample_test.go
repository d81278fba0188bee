package reports

import (
	"fmt"
	"time"
)

// sample is the record of a run as a real one would be: the paper's 27 cases,
// with every status, a waiver, a control, a leak and a long ladder.
func sample() Record {
	record := Record{
		Schema: Schema, Complete: true, Verdict: DoesNotConform,
		Tool:     Tool{Name: "siptrust", Version: "0.1.0", Edition: "2026.1"},
		Subject:  Subject{Kind: SubjectClient, Name: "softphone", Version: "4.2.1", Driver: "exec"},
		Policy:   "interop",
		Settings: Settings{TLSKey: "ecdsa", Traps: "own", Jobs: 2},
		Started:  time.Date(2026, 3, 9, 14, 5, 30, 0, time.UTC),
		Seconds:  14.27,
		Results:  append(sampleMatrix(), sampleConduct()...),
	}
	record.Summary = Summarise(record.Results)
	return record
}

// sampleMatrix is the 3 × 6, with some faults.
func sampleMatrix() []Result {
	kinds := []axis{{"custom-ca", "Custom CA"}, {"self-signed", "Self-signed certificate"}, {"public-ca", "Public CA"}}
	situations := []struct{ key, title, clause, alert string }{
		{"sound", "sound certificate, its root installed", "RFC 5280 6.1", ""},
		{"expired", "server certificate expired", "RFC 5280 6.1.3", "fatal certificate_expired (45)"},
		{"wrong-name", "server certificate names another host", "RFC 5922 7.2", "fatal bad_certificate (42)"},
		{"bad-signature", "signature of the server certificate is wrong", "RFC 5280 6.1.3", "fatal decrypt_error (51)"},
		{"broken-chain", "issuing CA is not sent", "RFC 5280 6.1", "fatal unknown_ca (48)"},
		{"root-missing", "root is not installed", "RFC 5280 6.1", "fatal unknown_ca (48)"},
	}
	var results []Result
	for k, kind := range kinds {
		for s, situation := range situations {
			r := Result{
				ID: "paper." + kind.Key + "." + situation.key, Title: kind.Words + ", " + situation.title, Group: "paper",
				Level: "MUST", Expect: "refuse", Twin: "paper." + kind.Key + ".sound", Clauses: []string{situation.clause},
				Outcome: "refused", How: "by alert", Status: Pass, Alert: situation.alert,
				TLS:          TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", SNI: "pbx.k7f3.test"},
				Milliseconds: 31.4 + float64(7*k+3*s),
				Evidence:     refusal(situation.alert),
			}
			if s == 0 {
				r.Expect, r.Outcome, r.How, r.Twin, r.Alert = "accept", "accepted", "", "", ""
				r.Evidence = exchange("1.3")
				r.Demands = []Demand{{"request-received", true}}
			}
			results = append(results, r)
		}
	}
	edit := func(id string, change func(*Result)) {
		for i := range results {
			if results[i].ID == id {
				change(&results[i])
			}
		}
	}
	edit("paper.public-ca.wrong-name", func(r *Result) {
		r.Outcome, r.Status, r.Alert = "accepted", Fail, ""
		r.How = "REGISTER sent"
		r.Reason = "The client registered with a server whose certificate names other.k7f3.test, not pbx.k7f3.test."
		r.Clauses = append(r.Clauses, "RFC 9525 6.1", "RFC 3261 26.3.1")
		r.Evidence = exchange("1.3")
	})
	edit("paper.custom-ca.wrong-name", func(r *Result) {
		r.Outcome, r.Status, r.Alert, r.How = "accepted", Fail, "", ""
		r.Waived = true
		r.Reason = "Known, waiver signed by j.doe until 2026-06-30: name check comes with release 4.3."
		r.Evidence = exchange("1.3")
	})
	edit("paper.self-signed.bad-signature", func(r *Result) {
		r.Outcome, r.How, r.Status, r.Alert = "stalled", "", Warn, ""
		r.Reason = "The client neither sent SIP nor closed the connection within 10 s; RFC 5922 7.3 requires closing."
		r.Evidence = refusal("")[:8]
		r.Milliseconds = 10_003
	})
	edit("paper.self-signed.broken-chain", func(r *Result) {
		r.Outcome, r.How, r.Status, r.Alert = "absent", "exited with 70", Inconclusive, ""
		r.Reason = "There was no ClientHello: the program exited with 70 after \"cannot open audio device\"."
		r.TLS = TLS{}
		r.Evidence = nil
	})
	edit("paper.self-signed.sound", func(r *Result) { r.Control = true })
	edit("paper.custom-ca.sound", func(r *Result) { r.Steps = steps(0) })
	edit("paper.public-ca.expired", func(r *Result) { r.How = "late, by closing"; r.Alert = "" })
	return results
}

// sampleConduct is the rest of the paper's cases.
func sampleConduct() []Result {
	make := func(id, title, expect, outcome string, status Status, evidence []Evidence) Result {
		return Result{
			ID: "paper." + id, Title: title, Group: "paper", Level: "MUST", Expect: expect, Outcome: outcome, Status: status,
			Clauses: []string{"RFC 3261 26.2.1"}, Twin: "paper.custom-ca.sound", Milliseconds: 55.5, Evidence: evidence,
			TLS: TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", SNI: "pbx.k7f3.test"},
		}
	}
	sent := make("client-auth.sent", "Client certificate requested and sent", "accept", "accepted", Pass, exchange("1.3"))
	sent.Demands = []Demand{{"certificate-verify-valid", true}}
	optional := make("client-auth.none-optional", "Client certificate requested, the client has none", "accept", "accepted", Pass, exchange("1.2"))
	optional.TLS.Version, optional.TLS.Cipher = "1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
	required := make("client-auth.none-required", "Client certificate required, the client has none", "quiet", "refused", Pass, refusal("fatal certificate_required (116)"))
	refused := make("client-auth.refused", "Server refuses the client's certificate", "quiet", "", Skip, nil)
	refused.Reason = "The client's profile says it has no client certificates."
	refused.TLS, refused.Milliseconds = TLS{}, 0
	both := make("conduct.exchange", "SIP in both directions", "accept", "accepted", Fail, exchange("1.3"))
	both.Demands = []Demand{{"took-200", true}, {"answers-options", false}}
	both.Reason = "The server's OPTIONS over the client's connection was not answered."
	prompt := make("conduct.close-after-refusal", "Connection closed after a refusal", "refuse", "refused", Warn, refusal("fatal unknown_ca (48)"))
	prompt.Level, prompt.Demands = "SHOULD", []Demand{{"closes-within-5s", false}}
	prompt.Reason = "The connection was closed after 11.2 s; within 5 s is prompt."
	silent := make("conduct.silent-before-verdict", "Server never answers the ClientHello", "quiet", "stalled", Pass, refusal("")[:2])
	silent.TLS = TLS{}
	again := make("conduct.no-exception", "Same bad certificate three times", "refuse", "refused", Pass, nil)
	for n := range 3 {
		again.Evidence = append(again.Evidence, Evidence{Ms: float64(n) * 400, From: "tool", What: fmt.Sprintf("attempt %d", n+1)})
		for _, e := range refusal("fatal unknown_ca (48)") {
			e.Ms += float64(n) * 400
			again.Evidence = append(again.Evidence, e)
		}
	}
	again.Steps = steps(4)
	fallback := make("conduct.no-plaintext-fallback", "Server answers every ClientHello with handshake_failure", "quiet", "leaked", Fail, []Evidence{
		{1.2, "client", "SYN", "to TCP 5061", false, ""},
		{2.0, "client", "ClientHello", "TLS 1.3 1.2, SNI pbx.k7f3.test", false, ""},
		{2.3, "server", "alert", "fatal handshake_failure (40)", false, ""},
		{2.9, "client", "FIN", "", false, ""},
		{503.1, "client", "clear SIP", "REGISTER sip:pbx.k7f3.test SIP/2.0, to UDP 5060", false, ""},
		{1003.4, "client", "clear SIP", "REGISTER sip:pbx.k7f3.test SIP/2.0, to UDP 5060, again after 500 ms without an answer", false, ""},
	})
	fallback.How = "REGISTER over UDP"
	fallback.Reason = "After the failed handshake the client sent its REGISTER in plaintext to UDP 5060."
	return []Result{sent, optional, required, refused, both, prompt, silent, again, fallback}
}

// steps are those of a client that goes to the end, or no further than one; it
// is asked for no certificate.
func steps(refused int) []Step {
	names := []string{
		"TCP connection", "security settings", "handshake started", "validation against the trust store",
		"criteria of the security settings", "proceed or close", "client certificate", "handshake completed", "application data",
	}
	said := map[int]string{
		1: "TCP: connected to 127.44.8.1:5061", 4: "path validation: CN=pbx.k7f3.test, CN=Issuing CA, CN=Root", 5: "criteria: DNS:pbx.k7f3.test matches",
		6: "verdict: proceed", 9: "SIP: REGISTER answered 200",
	}
	list := make([]Step, len(names))
	for i := range list {
		n := i + 1
		list[i] = Step{n, names[i], StepDone, said[n]}
		switch {
		case n == 7, refused > 0 && n > refused:
			list[i].State, list[i].Detail = StepNotReached, ""
		case n == refused:
			list[i].State, list[i].Detail = StepRefused, "path validation: refused: the issuer was neither sent nor is it installed"
		}
	}
	return list
}

// refusal is the ladder of a TLS 1.3 handshake that ends with an alert, or by
// closing when alert is empty.
func refusal(alert string) []Evidence {
	ladder := []Evidence{
		{0.9, "client", "SYN", "to TCP 5061", false, ""},
		{1.6, "client", "ClientHello", "TLS 1.3 1.2, SNI pbx.k7f3.test, 3 groups", false, ""},
		{2.2, "server", "ServerHello", "TLS 1.3, TLS_AES_128_GCM_SHA256, X25519", false, ""},
		{2.2, "server", "ChangeCipherSpec", "", false, ""},
		{2.3, "server", "EncryptedExtensions", "", true, ""},
		{2.3, "server", "Certificate", "2 certificates, CN=pbx.k7f3.test", true, ""},
		{2.9, "server", "CertificateVerify", "ecdsa_secp256r1_sha256", true, ""},
		{2.9, "server", "Finished", "", true, ""},
	}
	if alert != "" {
		ladder = append(ladder, Evidence{5.4, "client", "alert", alert, true, ""})
	}
	return append(ladder, Evidence{5.7, "client", "FIN", "", false, ""})
}

// exchange is the ladder of a handshake and a registration.
func exchange(version string) []Evidence {
	ladder := refusal("")[:8]
	if version == "1.2" {
		ladder = []Evidence{
			{0.9, "client", "SYN", "to TCP 5061", false, ""},
			{1.6, "client", "ClientHello", "TLS 1.2, SNI pbx.k7f3.test", false, ""},
			{2.2, "server", "ServerHello", "TLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", false, ""},
			{2.2, "server", "Certificate", "2 certificates, CN=pbx.k7f3.test", false, ""},
			{2.7, "server", "ServerKeyExchange", "X25519, ecdsa_secp256r1_sha256", false, ""},
			{2.7, "server", "CertificateRequest", "", false, ""},
			{2.7, "server", "ServerHelloDone", "", false, ""},
			{4.1, "client", "Certificate", "none", false, ""},
			{4.1, "client", "ClientKeyExchange", "", false, ""},
			{4.2, "client", "ChangeCipherSpec", "", false, ""},
		}
	}
	return append(ladder,
		Evidence{5.1, "client", "Finished", "", true, ""},
		Evidence{6.8, "client", "REGISTER", "sip:pbx.k7f3.test, CSeq 1 REGISTER", true, ""},
		Evidence{7.0, "server", "200", "OK, CSeq 1 REGISTER", true, ""},
		Evidence{7.4, "server", "OPTIONS", "sip:alice@127.44.8.1", true, ""},
		Evidence{58.2, "client", "alert", "warning close_notify (0)", true, ""},
		Evidence{58.3, "client", "FIN", "", false, ""},
	)
}

// hostile is a record whose every string tries to be something else.
func hostile() Record {
	const bad = "\x1b[31m<script>alert(1)</script>\"'>|`x`]]>\x00\u202e</title></svg>\xff{{.}}\nnext"
	return Record{
		Schema: Schema, Verdict: DoesNotConform, Complete: true,
		Tool: Tool{bad, bad, bad}, Subject: Subject{SubjectKind(bad), bad, bad, bad}, Policy: bad,
		Settings: Settings{TLSVersion: bad, TLSKey: bad, Filter: bad, Traps: bad},
		Started:  time.Date(2026, 3, 9, 14, 5, 30, 0, time.UTC),
		Results: []Result{
			{
				ID: bad, Title: bad, Group: bad, Level: bad, Expect: bad, Demands: []Demand{{bad, false}}, Twin: bad,
				Clauses: []string{bad}, Outcome: bad, How: bad, Status: Fail, Reason: bad, Alert: bad, TLS: TLS{bad, bad, bad},
				Evidence: []Evidence{{1, "client", bad, bad, true, ""}, {2, bad, bad, bad, false, ""}},
				Steps:    []Step{{4, bad, StepState(bad), bad}, {-1, bad, StepRefused, bad}},
			},
			{ID: "b", Title: bad, Group: bad, Status: Warn, Reason: bad, Outcome: bad},
			{ID: "c", Title: bad, Group: bad, Status: Skip, Reason: bad},
			{ID: "d", Title: bad, Group: bad, Status: Fail, Waived: true, Reason: bad},
			{ID: "e", Title: bad, Group: bad, Status: Pass, Outcome: bad, How: bad, Control: true},
		},
	}
}
