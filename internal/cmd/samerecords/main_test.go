package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"siptrust/reports"
)

// ladder is evidence from words: "client ClientHello", with a detail after
// a "|".
func ladder(words ...string) []reports.Evidence {
	var list []reports.Evidence
	for i, w := range words {
		w, detail, _ := strings.Cut(w, "|")
		from, what, _ := strings.Cut(w, " ")
		list = append(list, reports.Evidence{Ms: float64(i), From: from, What: what, Detail: detail})
	}
	return list
}

func record() reports.Record {
	result := func(id string) reports.Result {
		return reports.Result{
			ID: id, Level: "MUST", Expect: "refuse", Outcome: "refused", How: "by alert", Status: reports.Pass, Twin: "a.sound",
			Reason: "refused by alert", Alert: "fatal unknown_ca (48)", Demands: []reports.Demand{{Name: "alert", Met: true}},
			TLS:      reports.TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", SNI: "sip12.r0a1b2c3d.test"},
			Evidence: ladder("client ClientHello", "server ServerHello", "server Certificate", "client alert", "client FIN", "server FIN"),
		}
	}
	return reports.Record{
		Schema: reports.Schema, Complete: true, Verdict: reports.Conforms, Policy: "interop",
		Results: []reports.Result{result("a.one"), result("a.two"), result("a.three")},
	}
}

// Each field that two runs must agree on is printed when it differs, and no other.
func TestCompare(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(*reports.Record, *reports.Result)
		want []string // fields
	}{
		"nothing": {func(*reports.Record, *reports.Result) {}, nil},
		"words and times": {func(_ *reports.Record, r *reports.Result) {
			r.Title, r.How, r.Reason, r.Milliseconds = "x", "y", "z", 5
		}, nil},
		"verdict":     {func(r *reports.Record, _ *reports.Result) { r.Verdict = reports.NotAssessed }, []string{"run"}},
		"policy":      {func(r *reports.Record, _ *reports.Result) { r.Policy = "apple" }, []string{"run"}},
		"cut short":   {func(r *reports.Record, _ *reports.Result) { r.Complete = false }, []string{"run"}},
		"a case less": {func(r *reports.Record, _ *reports.Result) { r.Results = r.Results[:2] }, []string{"ids"}},
		"a case more": {func(r *reports.Record, _ *reports.Result) {
			r.Results = append(r.Results, reports.Result{ID: "b", Status: reports.Pass})
		}, []string{"ids"}},
		"another id":              {func(_ *reports.Record, r *reports.Result) { r.ID = "a.2" }, []string{"ids", "ids"}},
		"order":                   {func(r *reports.Record, _ *reports.Result) { slices.Reverse(r.Results) }, []string{"order"}},
		"expect":                  {func(_ *reports.Record, r *reports.Result) { r.Expect = "quiet" }, []string{"expect"}},
		"level":                   {func(_ *reports.Record, r *reports.Result) { r.Level = "SHOULD" }, []string{"level"}},
		"twin":                    {func(_ *reports.Record, r *reports.Result) { r.Twin = "" }, []string{"twin"}},
		"control":                 {func(_ *reports.Record, r *reports.Result) { r.Control = true }, []string{"control"}},
		"outcome":                 {func(_ *reports.Record, r *reports.Result) { r.Outcome = "stalled" }, []string{"outcome"}},
		"status":                  {func(_ *reports.Record, r *reports.Result) { r.Status = reports.Warn }, []string{"status"}},
		"waiver":                  {func(_ *reports.Record, r *reports.Result) { r.Waived = true }, []string{"status"}},
		"demand met":              {func(_ *reports.Record, r *reports.Result) { r.Demands[0].Met = false }, []string{"demands"}},
		"demand":                  {func(_ *reports.Record, r *reports.Result) { r.Demands = nil }, []string{"demands"}},
		"alert":                   {func(_ *reports.Record, r *reports.Result) { r.Alert = "" }, []string{"alert"}},
		"version":                 {func(_ *reports.Record, r *reports.Result) { r.TLS.Version = "1.2" }, []string{"tls"}},
		"suite":                   {func(_ *reports.Record, r *reports.Result) { r.TLS.Cipher = "" }, []string{"tls"}},
		"name":                    {func(_ *reports.Record, r *reports.Result) { r.TLS.SNI = "edge." + r.TLS.SNI }, []string{"sni"}},
		"another name of the run": {func(_ *reports.Record, r *reports.Result) { r.TLS.SNI = "sip7.rffffffff.test" }, nil},
		"evidence":                {func(_ *reports.Record, r *reports.Result) { r.Evidence = nil }, []string{"evidence"}},
	} {
		before, after := record(), record()
		after.Results[1].Demands = slices.Clone(after.Results[1].Demands)
		c.edit(&after, &after.Results[1])
		var got []string
		for _, d := range compare(&before, &after, nil) {
			got = append(got, d.field)
			if line := d.String(); strings.Contains(line, "\n") {
				t.Errorf("%s: not one line: %q", name, line)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if left := compare(&before, &after, c.want); len(left) > 0 {
			t.Errorf("%s: left out and printed: %v", name, left)
		}
	}
}

func TestServerName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "", "127.3.4.5": "an address", "::1": "an address",
		"sip12.r0a1b2c3d.test": "sipN.RUN.test", "other3.r0a1b2c3d.test": "otherN.RUN.test",
		"edge.sip12.r0a1b2c3d.test": "edge.sipN.RUN.test", "sip9-r0a1b2c3d.test": "sipN-RUN.test",
		"xn--bcher-kva.sip12.r0a1b2c3d.test": "xn--bcher-kva.sipN.RUN.test",
		"12.example.org":                     "12.example.org", "sip12.r0a1.test": "sip12.r0a1.test",
	} {
		if got := serverName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// What differs from run to run of one program is no difference of evidence;
// what a change of behaviour would make is.
func TestKinds(t *testing.T) {
	t.Parallel()
	second := "|connection 2 to port 5061"
	base := []string{"client ClientHello", "server ServerHello", "server Finished", "client Finished", "client REGISTER", "server 200", "client FIN"}
	for name, c := range map[string]struct {
		was, is []string
		same    bool
	}{
		"other order of the parties": {base, []string{base[0], base[1], base[3], base[2], base[4], base[6], base[5]}, true},
		"other order of the client":  {base, []string{base[0], base[1], base[2], base[4], base[3], base[5], base[6]}, false},
		"other order of the server":  {base, []string{base[0], base[2], base[1], base[3], base[4], base[5], base[6]}, false},
		"a message less":             {base, base[1:], false},
		"a message twice":            {base, append([]string{base[0]}, base...), false},
		"another party":              {base, append([]string{"server ClientHello"}, base[1:]...), false},
		"never closed":               {base, base[:6], false},
		"reset":                      {base, append(slices.Clone(base[:6]), "client RST", "client FIN"), true},
		"written after the reset":    {base, append(slices.Clone(base), "server not sent"), true},
		"ended by the tool":          {base, append(slices.Clone(base), "tool end|siptrust ended the client"), true},
		"note of the tool":           {base, append(slices.Clone(base), "tool not kept|3 more events"), false},
		"opened and idle":            {base, append(slices.Clone(base), "client FIN"+second), true},
		"a second connection":        {base, append(slices.Clone(base), "client ClientHello"+second), false},
		"connections interleaved": {
			[]string{"client ClientHello", "client ClientHello" + second, "client alert", "client FIN", "client REGISTER" + second},
			[]string{"client ClientHello", "client alert", "client FIN", "client ClientHello" + second, "client REGISTER" + second},
			true,
		},
		"other numbers of connections": {
			[]string{"client ClientHello", "client ClientHello" + second, "client alert", "client REGISTER" + second},
			[]string{"client ClientHello", "client ClientHello" + second, "client alert" + second, "client REGISTER"},
			true,
		},
		"sent on one connection, not two": {
			[]string{"client ClientHello", "client ClientHello" + second, "client alert", "client alert" + second},
			[]string{"client ClientHello", "client ClientHello" + second, "client alert", "client alert"},
			false,
		},
		"attempts in another order": {
			[]string{"client ClientHello|attempt 1", "client alert|attempt 1: fatal", "client ClientHello|attempt 2", "client REGISTER|attempt 2"},
			[]string{"client ClientHello|attempt 1", "client REGISTER|attempt 1", "client ClientHello|attempt 2", "client alert|attempt 2: fatal"},
			false,
		},
		"connections of two attempts": {
			[]string{"client ClientHello|attempt 1", "client alert|attempt 1: connection 2 to port 5061", "client REGISTER|attempt 2: connection 2 to port 5061"},
			[]string{"client ClientHello|attempt 1", "client alert|attempt 2: connection 2 to port 5061", "client REGISTER|attempt 1: connection 2 to port 5061"},
			false,
		},
	} {
		was, is := kinds(ladder(c.was...)), kinds(ladder(c.is...))
		if (was == is) != c.same {
			t.Errorf("%s: same %v\n%s\n%s", name, was == is, was, is)
		}
	}
	if got, want := kinds(ladder("server alert", "server alert", "client ClientHello", "client FIN", "client RST")), "[client: ClientHello, end; server: alert ×2]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func write(t *testing.T, dir string, record reports.Record) {
	t.Helper()
	w, err := reports.Create(dir, record)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Finish(record); err != nil {
		t.Fatal(err)
	}
}

// A record of the first schema compares with one of today's.
func TestSchemas(t *testing.T) {
	t.Parallel()
	const first = "../../../reports/testdata/v1"
	record, err := reports.Read(first)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, record)
	var stdout, stderr bytes.Buffer
	if got := run([]string{first, dir}, &stdout, &stderr); got != same {
		t.Errorf("exit status %d: %s%s", got, &stdout, &stderr)
	}
	record.Results[2].Alert = ""
	write(t, dir, record)
	if got := run([]string{first, dir}, &stdout, &stderr); got != different || !strings.Contains(stdout.String(), record.Results[2].ID+": alert: was fatal") {
		t.Errorf("exit status %d: %s%s", got, &stdout, &stderr)
	}
}

// The command pairs directories by name, prints each difference once, and says
// by its exit status what it found.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(names ...string) string { return filepath.Join(append([]string{dir}, names...)...) }
	changed := record()
	changed.Results[1].Outcome, changed.Results[2].Alert = "stalled", ""
	write(t, at("old", "phone"), record())
	write(t, at("old", "desk"), record())
	write(t, at("new", "phone"), changed)
	write(t, at("new", "soft"), record())
	write(t, at("more", "phone"), changed)
	if err := os.WriteFile(at("old", "log"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	phone := "a.two: outcome: was refused, is stalled\na.three: alert: was fatal unknown_ca (48), is nothing\n"
	for _, c := range []struct {
		args   string
		status int
		want   string // of stdout, or a part of stderr
	}{
		{"old/phone old/desk", same, ""},
		{"old/phone/results.json old/desk/results.jsonl", same, ""},
		{"old/phone new/phone", different, phone},
		{"--without outcome,alert old/phone new/phone", same, ""},
		{"--without alert old/phone new/phone", different, "a.two: outcome: was refused, is stalled\n"},
		{"--or more/phone old/phone new/phone", same, ""},
		{"--or old/desk old/phone new/phone", different, phone},
		{"old new", different, "desk: only the old side has it\nphone: a.two: outcome: was refused, is stalled\nphone: a.three: alert: was fatal unknown_ca (48), is nothing\nsoft: only the new side has it\n"},
		{"old new --or more", different, "desk: only the old side has it\nsoft: only the new side has it\n"},
		{"old/phone", unusable, "two records or directories of records are needed"},
		{"old new/phone", unusable, "name two of a kind"},
		{"none old", unusable, "no such file"},
		{". old", unusable, "neither a record nor a directory of output directories"},
		{"--without reason old new", unusable, "no such field"},
		{"--wihtout alert old new", unusable, "usage: samerecords"},
	} {
		var args []string
		for _, arg := range strings.Fields(c.args) {
			if _, err := os.Stat(at(arg)); err == nil || arg == "none" {
				arg = at(arg)
			}
			args = append(args, arg)
		}
		var stdout, stderr bytes.Buffer
		if got := run(args, &stdout, &stderr); got != c.status {
			t.Errorf("%s: exit status %d, want %d: %s%s", c.args, got, c.status, &stdout, &stderr)
		}
		if c.status == unusable {
			if !strings.Contains(stderr.String(), c.want) || stdout.Len() > 0 {
				t.Errorf("%s: %q, want %q", c.args, &stderr, c.want)
			}
		} else if stdout.String() != c.want || stderr.Len() > 0 {
			t.Errorf("%s:\n%s%s\nwant\n%s", c.args, &stdout, &stderr, c.want)
		}
	}
}
