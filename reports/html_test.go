package reports

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// walk calls visit for every element of a page.
func walk(t *testing.T, page string, visit func(*html.Node)) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// TestPageNeedsNoNetwork: nothing in the page makes a browser ask for
// anything, hostile record or not.
func TestPageNeedsNoNetwork(t *testing.T) {
	t.Parallel()
	for name, record := range map[string]Record{"sample": sample(), "hostile": hostile()} {
		page := written(t, HTML, record)
		walk(t, page, func(n *html.Node) {
			switch n.Data {
			case "link", "img", "iframe", "object", "embed", "image", "base", "form", "audio", "video", "source", "feimage":
				t.Errorf("%s: element %s", name, n.Data)
			}
			for _, a := range n.Attr {
				switch a.Key {
				case "src", "srcset", "data", "action", "background", "poster", "ping", "style":
					t.Errorf("%s: %s has %s", name, n.Data, a.Key)
				case "href":
					if !strings.HasPrefix(a.Val, "#") {
						t.Errorf("%s: %s leads to %s", name, n.Data, a.Val)
					}
				}
				if strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: %s has %s", name, n.Data, a.Key)
				}
			}
			if n.Data == "style" && regexp.MustCompile(`@import|url\(|image-set|src:`).MatchString(n.FirstChild.Data) {
				t.Errorf("%s: the style asks for something", name)
			}
			if n.Data == "script" && regexp.MustCompile(`fetch|XMLHttp|import|WebSocket|https?:`).MatchString(n.FirstChild.Data) {
				t.Errorf("%s: the script asks for something", name)
			}
		})
	}
}

// TestPagePolicy: the content security policy allows this style and this
// script, as a browser digests them, and no other.
func TestPagePolicy(t *testing.T) {
	t.Parallel()
	var style, script, policy string
	walk(t, written(t, HTML, sample()), func(n *html.Node) {
		switch {
		case n.Data == "style":
			style += n.FirstChild.Data
		case n.Data == "script":
			script += n.FirstChild.Data
		case attr(n, "http-equiv") == "Content-Security-Policy":
			policy = attr(n, "content")
		}
	})
	if want := policyOf(style, script); policy != want || !strings.HasPrefix(policy, "default-src 'none'") {
		t.Errorf("policy %q, of what the page holds %q", policy, want)
	}
}

// TestPageEscapes: a record whose strings are markup adds no element but what
// a tame one has, and leaves no control character.
func TestPageEscapes(t *testing.T) {
	t.Parallel()
	page := written(t, HTML, hostile())
	counts := map[string]int{}
	walk(t, page, func(n *html.Node) { counts[n.Data]++ })
	tame := hostile()
	const harmless = "tame"
	tame.Subject, tame.Tool, tame.Policy = Subject{harmless, harmless, harmless, harmless}, Tool{harmless, harmless, harmless}, harmless
	tame.Settings = Settings{harmless, harmless, harmless, harmless, 0}
	for i := range tame.Results {
		r := &tame.Results[i]
		for _, field := range []*string{&r.Title, &r.Group, &r.Reason, &r.Outcome, &r.How} {
			if *field != "" {
				*field = harmless
			}
		}
	}
	first := &tame.Results[0]
	first.ID, first.Level, first.Expect, first.Twin, first.Alert = harmless, harmless, harmless, harmless, harmless
	first.Demands, first.Clauses, first.TLS = []Demand{{harmless, false}}, []string{harmless}, TLS{harmless, harmless, harmless}
	first.Evidence = []Evidence{{1, "client", harmless, harmless, true, ""}, {2, harmless, harmless, harmless, false, ""}}
	first.Steps = []Step{{4, harmless, harmless, harmless}, {-1, harmless, StepRefused, harmless}}
	walk(t, written(t, HTML, tame), func(n *html.Node) { counts[n.Data]-- })
	delete(counts, "title") // a long detail's full text is in a title
	for name, n := range counts {
		if n != 0 {
			t.Errorf("%+d %s", n, name)
		}
	}
	if strings.Contains(page, "<script>alert") {
		t.Error("markup of the record is markup of the page")
	}
	printable(t, page)
}

// TestMatrixCells: all 18 cells are there with the status of their case, also
// those that were not run.
func TestMatrixCells(t *testing.T) {
	t.Parallel()
	record := some("paper.custom-ca.sound", "paper.public-ca.wrong-name", "paper.self-signed.broken-chain", "paper.custom-ca.wrong-name")
	want := map[string]string{ // row and column, from 0
		"0.0": "pass accepted", "2.2": "fail accepted", "1.4": "inconclusive absent", "0.2": "fail, waived accepted",
	}
	cells, rows := 0, 0
	walk(t, written(t, HTML, record), func(n *html.Node) {
		if n.Data != "tr" || n.Parent.Data != "tbody" {
			return
		}
		column := 0
		for c := range n.ChildNodes() {
			if c.Type != html.ElementNode || c.Data != "td" {
				continue
			}
			at := fmt.Sprintf("%d.%d", rows, column)
			expect, run := want[at]
			if !run {
				expect = "not run"
			}
			if got := strings.TrimSpace(textOf(c)); got != expect {
				t.Errorf("cell %s says %q, not %q", at, got, expect)
			}
			cells++
			column++
		}
		rows++
	})
	if cells != 18 || rows != 3 {
		t.Errorf("%d cells in %d rows", cells, rows)
	}
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// TestPageLinks: every link within the page leads somewhere, ids are unique,
// headings do not jump, table heads have a scope, pictures a name.
func TestPageLinks(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	var links []string
	level := 1
	walk(t, written(t, HTML, sample()), func(n *html.Node) {
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("id %s appears twice", id)
			}
			ids[id] = true
		}
		if href := attr(n, "href"); href != "" {
			links = append(links, strings.TrimPrefix(href, "#"))
		}
		switch {
		case len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6':
			if next := int(n.Data[1] - '0'); next > level+1 {
				t.Errorf("h%d after h%d", next, level)
			} else {
				level = next
			}
		case n.Data == "th" && attr(n, "scope") == "":
			t.Error("a th without scope")
		case attr(n, "role") == "img":
			links = append(links, strings.Fields(attr(n, "aria-labelledby"))...)
		}
	})
	if len(links) == 0 {
		t.Error("no links")
	}
	for _, link := range links {
		if !ids[link] {
			t.Errorf("nothing at #%s", link)
		}
	}
}

// TestPageOrder: what a manager needs comes before what an engineer needs.
func TestPageOrder(t *testing.T) {
	t.Parallel()
	page := written(t, HTML, sample())
	page = page[strings.Index(page, "<body>"):]
	at := 0
	for _, words := range []string{
		"softphone 4.2.1", "9 March 2026, 14:05 UTC", "interop", "does not conform", "1.2 and 1.3", "ECDSA P-256",
		"Server certificates", "Failed and inconclusive", "Warnings and skipped", ">Waived<", "All cases",
	} {
		i := strings.Index(page[at:], words)
		if i < 0 {
			t.Fatalf("%q is missing or appears too early", words)
		}
		at += i
	}
}

// A message is drawn by what it is, whatever the words for it are.
func TestRungClassByKind(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"clear_sip": "leak", "clear": "leak", "close_notify": "tcp", "rst": "tcp", "alert": "alert", "client_hello": "hand",
	} {
		if got := rungClass(&Evidence{From: "client", Kind: kind, What: "clear alert FIN"}); got != want {
			t.Errorf("%s is drawn as %q, want %q", kind, got, want)
		}
	}
}
