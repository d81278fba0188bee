// Command limits checks that no Go file and no function is too long. It prints
// one line for each that is and exits with status 1, or with status 2 when it
// cannot read a file.
//
//	go run ./internal/limits [directory]
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The limits, in lines. Comments count, blank lines too.
const (
	fileLimit     = 450
	functionLimit = 70
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	found, err := check(root)
	for _, line := range found {
		fmt.Println(line)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "limits:", err)
		os.Exit(2)
	case len(found) > 0:
		os.Exit(1)
	}
}

// check reads every Go file below root, hidden directories and testdata left
// out, and gives a line for each file and function that is too long.
func check(root string) (found []string, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		switch {
		case d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		lines, err := tooLong(filepath.ToSlash(path), source)
		found = append(found, lines...)
		return err
	})
	return found, err
}

// tooLong gives the lines for one file.
func tooLong(path string, source []byte) (found []string, err error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, source, 0)
	if err != nil {
		return nil, err
	}
	if n := set.File(file.FileStart).LineCount(); n > fileLimit {
		found = append(found, fmt.Sprintf("%s: the file has %d lines, more than %d", path, n, fileLimit))
	}
	ast.Inspect(file, func(node ast.Node) bool {
		name, body := "a function", (*ast.BlockStmt)(nil)
		switch f := node.(type) {
		case *ast.FuncDecl:
			name, body = f.Name.Name, f.Body
		case *ast.FuncLit:
			body = f.Body
		}
		if body == nil {
			return true
		}
		if n := span(set, node) - tableLines(set, body); n > functionLimit {
			at := set.Position(node.Pos()).Line
			found = append(found, fmt.Sprintf("%s:%d: %s has %d lines outside its tables, more than %d", path, at, name, n, functionLimit))
		}
		return true
	})
	return found, nil
}

// tableLines counts the lines of the tables in a body: literals of slices, arrays
// and maps. The first line of each table is not counted. A function within a
// table is checked as a function of its own.
func tableLines(set *token.FileSet, body ast.Node) (lines int) {
	ast.Inspect(body, func(node ast.Node) bool {
		table, ok := node.(*ast.CompositeLit)
		if !ok {
			return true
		}
		switch table.Type.(type) {
		case *ast.ArrayType, *ast.MapType:
			lines += span(set, table) - 1
			return false
		}
		return true
	})
	return lines
}

// span is how many lines a node is on.
func span(set *token.FileSet, node ast.Node) int {
	return set.Position(node.End()).Line - set.Position(node.Pos()).Line + 1
}
