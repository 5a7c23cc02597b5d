// Package layout knows how tools lay their migrations out in a directory: which
// files there are, in which order they are applied, and what the tool can read.
package layout

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/spool"
	"github.com/pg2crdb/pg2crdb/internal/temporal"
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

	finishHistory []func(out map[string][]byte, cache *lint.Cache) Finished // of each history; nil for nothing to do
	finish        func(out map[string][]byte) []Note
	// steps are the versions by file; nil if the layout has none.
	steps map[string]step
	// masks are the placeholders of the files that have some.
	masks map[string]mask
}

// TextOnly reports whether a translation of the tree changes the text of its
// SQL files and nothing else.
func (t *Tree) TextOnly() bool { return t.finish == nil && t.finishHistory == nil }

// History is a sequence of sources. Their names are paths within the tree.
// Where a tool fills in placeholders, the texts hold names of the same length
// in their place: Restore puts the placeholders back.
type History struct {
	Name    string
	Sources []lint.Source
}

// Note tells of a path that is not translated, and why.
type Note struct{ Path, Reason string }

// Finished is what there is to say of a history whose files are complete.
type Finished struct {
	notes    []Note
	problems []temporal.Problem // that keep the tool from reading them
}

// FinishHistory completes the translated files of one history, the i-th, by path,
// with what the layout needs beside them, such as manifests, and reads them as the
// tool would. It may be called for several histories at the same time. The cache
// is that of the translation; it may be nil.
func (t *Tree) FinishHistory(i int, out map[string][]byte, cache *lint.Cache) Finished {
	if i >= len(t.finishHistory) || t.finishHistory[i] == nil {
		return Finished{}
	}
	return t.finishHistory[i](out, cache)
}

// Finish completes the translated files of the tree, by path, whose histories are
// finished each. It is an error if the tool could not read one.
func (t *Tree) Finish(out map[string][]byte, histories []Finished) ([]Note, error) {
	var notes []Note
	var problems []temporal.Problem
	for _, h := range histories {
		notes = append(notes, h.notes...)
		problems = append(problems, h.problems...)
	}
	if t.finish != nil {
		notes = append(notes, t.finish(out)...)
	}
	return notes, unreadable(problems)
}

// Names returns the names of the layouts that Open knows.
func Names() []string {
	names := []string{"temporal"}
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// Open reads a directory as the named layout; an empty name finds out which it
// is.
func Open(fsys fs.FS, name string) (*Tree, error) {
	if name == "temporal" || name == "" && detectTemporal(fsys) {
		return openTemporal(fsys)
	}
	d, err := list(fsys)
	if err != nil {
		return nil, err
	}
	if len(d.sql) == 0 {
		return nil, errors.New("the directory holds no .sql file: name the one that holds the migrations")
	}
	for _, f := range formats() {
		if name == f.name || name == "" && f.detect(d) {
			t, err := f.open(d)
			if err != nil {
				return nil, err
			}
			if t.Layout != "atlas" {
				for _, n := range d.named(atlasSum) {
					d.notes = append(d.notes, Note{n, "it holds the checksums of the originals; it is left out: run atlas migrate hash on the translation"})
				}
			}
			t.Notes = append(d.notes, t.Notes...)
			return t, nil
		}
	}
	return nil, fmt.Errorf("layout %q is not known: take one of %s", name, strings.Join(Names(), ", "))
}

// OpenPiled is Open for a directory that may be large: the texts of a large one are
// kept in the pile, and can be forgotten.
func OpenPiled(pile *spool.Pile, fsys fs.FS, name string) (*Tree, error) {
	t, err := Open(pile.FS(fsys), name)
	if err != nil {
		return nil, err
	}
	for _, h := range t.Histories {
		for i := range h.Sources {
			s := &h.Sources[i]
			s.Forget = pile.Forget(s.Text)
			pile.Rest(s.Text)
		}
	}
	return t, nil
}

// markedWithin is how far into a file the first mark of a tool is looked for.
const markedWithin = 1 << 20

// OpenText reads one file as a tree of its own. The name of the layout may be
// empty: the marks that a tool has in its files and in their names tell.
func OpenText(name string, text []byte, layout string) *Tree {
	base := path.Base(name)
	head := string(text[:min(len(text), markedWithin)])
	for _, t := range tools() {
		m, ok := t.migration(base)
		switch {
		case layout == t.name:
		case layout != "":
			continue
		case t.marked != nil:
			if !t.marked(head) {
				continue
			}
		case !ok:
			continue
		}
		tree := &Tree{Layout: t.name, Histories: []History{{Sources: []lint.Source{t.source(name, text, m.down)}}}}
		if ok {
			tree.steps = map[string]step{name: {m.version, m.last}}
		}
		tree.mask(t.placeholders)
		return tree
	}
	if layout == "" {
		layout = "plain"
	}
	return &Tree{Layout: layout, Histories: []History{{Sources: []lint.Source{{Name: name, Text: text, Unit: name}}}}}
}

// list returns the files of a directory. Hidden directories are passed over.
func list(fsys fs.FS) (*dir, error) {
	d := &dir{fsys: fsys, texts: map[string][]byte{}}
	err := fs.WalkDir(fsys, ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			if p != "." && strings.HasPrefix(path.Base(p), ".") {
				return fs.SkipDir
			}
		case e.Type()&fs.ModeSymlink != 0:
			d.link(p)
		case path.Ext(p) != ".sql":
			d.other = append(d.other, p)
		case !e.Type().IsRegular():
			d.notes = append(d.notes, Note{p, "not a regular file; it is left out"})
		default:
			d.sql = append(d.sql, p)
		}
		return nil
	})
	if err != nil {
		return nil, fileError(".", err)
	}
	return d, nil
}

// link decides on a symbolic link. Those to files are followed, as the migration
// tools do; those to directories might lead round in circles.
func (d *dir) link(p string) {
	info, err := fs.Stat(d.fsys, p)
	switch {
	case err == nil && info.IsDir():
		d.notes = append(d.notes, Note{p, "a link to a directory; it is not followed, so what is in there is left out"})
	case err == nil && info.Mode().IsRegular() && path.Ext(p) == ".sql":
		d.sql = append(d.sql, p)
	case err == nil && info.Mode().IsRegular():
		d.other = append(d.other, p)
	case err == nil && path.Ext(p) == ".sql":
		d.notes = append(d.notes, Note{p, "a link to what is not a regular file; it is left out"})
	case err != nil && (path.Ext(p) == ".sql" || !errors.Is(err, fs.ErrNotExist)):
		d.notes = append(d.notes, Note{p, fmt.Sprintf("a link that leads nowhere (%v); it is left out", fileReason(err))})
	}
}

// fileError is the error for a file that cannot be read. The name is used where
// the error has none.
func fileError(name string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) && pe.Path != "" {
		name = pe.Path
	}
	if name == "." {
		name = "the directory"
	}
	return fmt.Errorf("read %s: %w", name, fileReason(err))
}

// fileReason is why a file cannot be read, without its name.
func fileReason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
