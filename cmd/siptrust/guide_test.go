package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"
)

// block is a fenced block of the guide with what the comments before it say:
// file: its name, as which it is kept; exits: the status of a shell block,
// else 0; prints and says: what is on stdout and stderr; ci: a job, whose
// steps with siptrust are run.
type block struct {
	language, text string
	marks          map[string][]string
}

var markPattern = regexp.MustCompile(`^<!-- (file|exits|prints|says|ci)(?:: (.*))? -->$`)

func blocksOf(guide string) []block {
	var blocks []block
	var open *block
	marks := map[string][]string{}
	for line := range strings.Lines(guide) {
		line = strings.TrimSuffix(line, "\n")
		language, fence := strings.CutPrefix(line, "```")
		mark := markPattern.FindStringSubmatch(line)
		switch {
		case open != nil && fence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		case fence:
			open = &block{language: language, marks: marks}
			marks = map[string][]string{}
		case mark != nil:
			marks[mark[1]] = append(marks[mark[1]], mark[2])
		}
	}
	return blocks
}

// steps are the shell commands of a CI job that run siptrust itself.
func steps(n *yaml.Node) []string {
	var found []string
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue // a key
		}
		isRun := n.Kind == yaml.MappingNode && n.Content[i-1].Value == "run"
		isScript := n.Kind == yaml.MappingNode && n.Content[i-1].Value == "script"
		switch {
		case isRun && regexp.MustCompile(`(?m)^siptrust `).MatchString(child.Value):
			found = append(found, child.Value)
		case isScript:
			for _, line := range child.Content {
				found = append(found, line.Value)
			}
		default:
			found = append(found, steps(child)...)
		}
	}
	return found
}

// TestGuide follows the guide from its beginning to its end: what it prints
// must work.
func TestGuide(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs every command of the guide, a real client among them")
	}
	content, err := os.ReadFile(filepath.Join("..", "..", "docs", "guide.md"))
	if err != nil {
		t.Fatal(err)
	}
	var script, files strings.Builder
	script.WriteString("[!unix] skip\n[!exec:openssl] skip 'its client is OpenSSL'\nenv GITHUB_STEP_SUMMARY=summary.md\n")
	commands, jobs := 0, 0
	run := func(text, status string, b block) {
		commands++
		name := fmt.Sprintf("block-%d.sh", commands)
		fmt.Fprintf(&files, "-- %s --\nset -e\n%s\n", name, strings.TrimSuffix(text, "\n"))
		fmt.Fprintf(&script, "status %s sh %s\n", status, name)
		for _, pattern := range b.marks["prints"] {
			fmt.Fprintf(&script, "stdout '%s'\n", pattern)
		}
		for _, pattern := range b.marks["says"] {
			fmt.Fprintf(&script, "stderr '%s'\n", pattern)
		}
	}
	for i, b := range blocksOf(string(content)) {
		_, job := b.marks["ci"]
		switch {
		case len(b.marks["file"]) == 1:
			kept := fmt.Sprintf("file-%d", i)
			fmt.Fprintf(&files, "-- %s --\n%s", kept, b.text)
			fmt.Fprintf(&script, "cp %s %s\n", kept, b.marks["file"][0])
		case job:
			var document yaml.Node
			if err := yaml.Unmarshal([]byte(b.text), &document); err != nil {
				t.Fatalf("a job of the guide: %v", err)
			}
			found := steps(&document)
			if len(found) == 0 {
				t.Errorf("a job that does not run siptrust:\n%s", b.text)
			}
			for _, text := range found {
				run(text, "0", b)
			}
			jobs++
		case b.language == "sh":
			status := "0"
			if exits := b.marks["exits"]; len(exits) == 1 {
				status = exits[0]
			}
			run(b.text, status, b)
		case b.language != "text":
			t.Errorf("nothing checks the block of %s:\n%s", b.language, b.text)
		}
	}
	if commands < 15 || jobs != 3 {
		t.Fatalf("%d commands and %d jobs were found in the guide", commands, jobs)
	}
	script.WriteString("grep '^## siptrust: conforms' summary.md\ngrep '^## siptrust: not worse' summary.md\n")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "guide.txtar"), []byte(script.String()+files.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, scripts(dir))
}
