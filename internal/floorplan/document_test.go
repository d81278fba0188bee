package floorplan

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the repository, seen from this package.
const root = "../.."

// module is the path that the module's packages begin with.
const module = "siptrust"

// read gives the text of a file, named from the root.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section gives the lines below a heading, up to the next of its level or above.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	level, _, _ := strings.Cut(heading, " ")
	var b strings.Builder
	inside, fenced := false, false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		hashes, _, isHeading := strings.Cut(line, " ")
		isHeading = isHeading && !fenced && strings.Trim(hashes, "#") == "" && hashes != ""
		switch {
		case strings.TrimSpace(line) == heading:
			inside = true
		case inside && isHeading && len(hashes) <= len(level):
			return b.String()
		case inside:
			b.WriteString(line)
		}
	}
	if !inside {
		t.Fatalf("no heading %q", heading)
	}
	return b.String()
}

// rows gives the cells of the first table of a text, its head left out.
func rows(t *testing.T, text string) [][]string {
	t.Helper()
	var table [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			if len(table) > 0 {
				break
			}
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		table = append(table, cells)
	}
	if len(table) < 3 {
		t.Fatal("no table, or one without rows")
	}
	return table[2:] // the head, and the line below it
}

var spanPattern = regexp.MustCompile("`([^`\n]+)`")

// spans gives what a Markdown text has in backticks.
func spans(text string) []string {
	var all []string
	for _, m := range spanPattern.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// commands gives the lines of a Markdown text's code blocks, and its spans.
func commands(text string) []string {
	all := spans(text)
	fenced := false
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced || strings.HasPrefix(line, "    "):
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}
