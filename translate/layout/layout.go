// Package layout knows how tools lay their migrations out in a directory: which
// files there are, in which order they are applied, and what the tool can read.
package layout

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
)

// Tree is a directory of migrations.
type Tree struct {
	// Layout is its name, as lint.Options.Layout wants it.
	Layout string
	// Histories are translated apart from one another: each is applied to a
	// database of its own.
	Histories []History
	// Copied are the paths of files that belong to the tree and hold no SQL.
	Copied []string
	// Notes are about what is left out.
	Notes []Note

	finish func(out map[string][]byte) ([]Note, error)
	// steps are the versions by file; nil if the layout has none.
	steps map[string]step
}

// TextOnly reports whether a translation of the tree changes the text of its
// SQL files and nothing else.
func (t *Tree) TextOnly() bool { return t.finish == nil }

// History is a sequence of sources. Their names are paths within the tree.
type History struct {
	Name    string
	Sources []lint.Source
}

// Note tells of a path that is not translated, and why.
type Note struct{ Path, Reason string }

// Finish completes the translated files, by path, with what the layout needs
// beside them, such as manifests. It is an error if the tool could not read the
// result.
func (t *Tree) Finish(out map[string][]byte) ([]Note, error) {
	if t.finish == nil {
		return nil, nil
	}
	return t.finish(out)
}

// Names returns the names of the layouts that Open knows.
func Names() []string {
	names := []string{"temporal"}
	for _, t := range tools() {
		names = append(names, t.name)
	}
	return append(names, "plain")
}

// Open reads a directory as the named layout; an empty name finds out which it
// is.
func Open(fsys fs.FS, name string) (*Tree, error) {
	if name == "temporal" || name == "" && detectTemporal(fsys) {
		return openTemporal(fsys)
	}
	files, notes, err := sqlFiles(fsys)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("the directory holds no .sql file: name the one that holds the migrations")
	}
	t, err := openFiles(fsys, name, files)
	if err != nil {
		return nil, err
	}
	t.Notes = append(notes, t.Notes...)
	return t, nil
}

func openFiles(fsys fs.FS, name string, files []string) (*Tree, error) {
	for _, t := range tools() {
		if name == t.name || name == "" && t.detect(fsys, files) {
			return t.open(fsys, files)
		}
	}
	if name == "" || name == "plain" {
		return openPlain(fsys, files)
	}
	return nil, fmt.Errorf("layout %q is not known: take one of %s", name, strings.Join(Names(), ", "))
}

// sqlFiles returns the paths of the SQL files of a tree, and notes on what is
// no regular file. Hidden directories are passed over.
func sqlFiles(fsys fs.FS) (names []string, notes []Note, err error) {
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if p != "." && strings.HasPrefix(path.Base(p), ".") {
				return fs.SkipDir
			}
		case d.Type()&fs.ModeSymlink != 0 && linksDirectory(fsys, p):
			notes = append(notes, Note{p, "a link to a directory; it is not followed, so what is in there is left out"})
		case path.Ext(p) != ".sql":
		case !d.Type().IsRegular():
			notes = append(notes, Note{p, "not a regular file; it is left out"})
		default:
			names = append(names, p)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read the directory: %w", err)
	}
	return names, notes, nil
}

// linksDirectory reports whether a link leads to a directory, or back to itself.
func linksDirectory(fsys fs.FS, p string) bool {
	info, err := fs.Stat(fsys, p)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist) && path.Ext(p) != ".sql"
	}
	return info.IsDir()
}

// openPlain takes all files, in the order of their names with numbers compared
// as numbers.
func openPlain(fsys fs.FS, names []string) (*Tree, error) {
	t := &Tree{Layout: "plain", Histories: []History{{}}}
	h := &t.Histories[0]
	names = append([]string(nil), names...)
	sort.Slice(names, func(i, j int) bool { return natural(names[i], names[j]) })
	for _, n := range names {
		text, err := readSQL(fsys, n)
		if err != nil {
			return nil, err
		}
		h.Sources = append(h.Sources, lint.Source{Name: n, Text: text, Unit: n})
	}
	return t, nil
}

func readSQL(fsys fs.FS, name string) ([]byte, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if text == nil {
		text = []byte{}
	}
	return text, nil
}

// natural orders names so that runs of digits count as numbers: 2_x before
// 10_x.
func natural(a, b string) bool {
	for a != "" && b != "" {
		if isDigit(a[0]) && isDigit(b[0]) {
			na, ra := number(a)
			nb, rb := number(b)
			if len(na) != len(nb) {
				return len(na) < len(nb)
			}
			if na != nb {
				return na < nb
			}
			a, b = ra, rb
			continue
		}
		if a[0] != b[0] {
			return a[0] < b[0]
		}
		a, b = a[1:], b[1:]
	}
	return len(a) < len(b)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number cuts the number off the front of s, without leading zeros.
func number(s string) (digits, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return strings.TrimLeft(s[:i], "0"), s[i:]
}
