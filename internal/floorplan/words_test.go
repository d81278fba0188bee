// Until every text says it in the words of CONTRIBUTING.md this test runs with
// 'go test -tags words ./internal/floorplan' only: take the first line out then.

package floorplan

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unread are files that are not this project's text.
var unread = []string{"LICENSE", "go.sum"}

// Nothing that is printed or read has a word that is never right.
func TestWords(t *testing.T) {
	t.Parallel()
	words, files := never(t), 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		relative, _ := filepath.Rel(root, path)
		relative = filepath.ToSlash(relative)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || relative == "bin" || relative == "siptrust-out"):
			return fs.SkipDir
		case !d.Type().IsRegular() || slices.Contains(unread, relative):
			return nil
		}
		text := read(t, relative)
		if bytes.IndexByte([]byte(text), 0) >= 0 {
			return nil // no text
		}
		files++
		switch relative {
		case "CONTRIBUTING.md": // but for the list itself
			text = strings.ReplaceAll(text, section(t, text, "## How to write"), "")
		case "internal/floorplan/wordlist_test.go": // which tries them out
			return nil
		}
		for _, problem := range refused(text, words) {
			t.Errorf("%s:%s", relative, problem)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 300 {
		t.Errorf("only %d files were read", files)
	}
}
