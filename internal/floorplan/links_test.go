package floorplan

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	linkPattern    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headingPattern = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInAnchor    = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// anchors gives the anchors that a page's headings have.
func anchors(text string) map[string]bool {
	all := make(map[string]bool)
	for _, m := range headingPattern.FindAllStringSubmatch(text, -1) {
		all[strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	return all
}

// Every link from a document to another, to a file or to a heading leads
// somewhere.
func TestLinks(t *testing.T) {
	t.Parallel()
	links := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".md"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range linkPattern.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			if problem := broken(path, m[1]); problem != "" {
				t.Errorf("%s: %s: %s", strings.TrimPrefix(path, root+"/"), m[1], problem)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if links < 20 {
		t.Errorf("only %d links were found", links)
	}
}

// broken says why a link of a page leads nowhere; empty: it leads somewhere.
func broken(page, link string) string {
	name, anchor, hasAnchor := strings.Cut(link, "#")
	target := page
	if name != "" {
		target = filepath.Join(filepath.Dir(page), filepath.FromSlash(name))
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		return "there is no such file"
	case !hasAnchor:
		return ""
	case info.IsDir():
		return "a directory has no headings"
	}
	text, err := os.ReadFile(target)
	if err != nil {
		return err.Error()
	}
	if !anchors(string(text))[anchor] {
		return "there is no such heading"
	}
	return ""
}

func TestBroken(t *testing.T) {
	t.Parallel()
	page := filepath.Join(root, "README.md")
	for link, fine := range map[string]bool{
		"LICENSE": true, "docs": true, "NOTHING": false, "ARCHITECTURE.md#the-floor-plan": true,
		"ARCHITECTURE.md#no-such-thing": false, "#the-catalogue": true, "#nothing": false, "docs#nothing": false,
	} {
		if problem := broken(page, link); (problem == "") != fine {
			t.Errorf("%s: %q", link, problem)
		}
	}
}
