package layout

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/internal/temporal"
	"github.com/pg2crdb/pg2crdb/lint"
)

func detectTemporal(fsys fs.FS) bool { return temporal.Detect(fsys) }

// openTemporal reads a Temporal schema tree: each store's versions are one
// history, and so is each of the files that hold a schema as a whole.
func openTemporal(fsys fs.FS) (*Tree, error) {
	tree, err := temporal.ReadTree(fsys)
	if err != nil {
		return nil, err
	}
	fsys = tree.FS
	t := &Tree{Layout: "temporal", Copied: tree.Extra, steps: map[string]step{}}
	for _, s := range tree.Skipped {
		t.Notes = append(t.Notes, Note{s.Path, s.Reason})
	}
	for _, s := range tree.Stores {
		h := History{Name: s.Name}
		for _, v := range s.Versions {
			number, err := parseVersion(v.Name)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", v.Dir, err)
			}
			t.steps[v.Dir+"/manifest.json"] = step{version: number} // there may be no file
			for _, f := range v.Files {
				t.steps[f] = step{version: number}
				text, err := readSQL(fsys, f)
				if err != nil {
					return nil, err
				}
				h.Sources = append(h.Sources, lint.Source{Name: f, Text: text, Unit: v.Dir})
			}
			for _, f := range v.Unnamed {
				t.Notes = append(t.Notes, Note{f, "no manifest names it, so temporal-sql-tool never reads it; it is left out"})
			}
		}
		t.Histories = append(t.Histories, h)
		t.finishHistory = append(t.finishHistory, func(out map[string][]byte, cache *lint.Cache) Finished {
			return finishStore(tree, s, out, cache.Split)
		})
		for _, f := range []string{s.Schema, s.Database} {
			if f == "" {
				continue
			}
			text, err := readSQL(fsys, f)
			if err != nil {
				return nil, err
			}
			t.Histories = append(t.Histories, History{Name: f, Sources: []lint.Source{{Name: f, Text: text, Unit: f}}})
			var finish func(map[string][]byte, *lint.Cache) Finished
			if f == s.Schema {
				finish = func(out map[string][]byte, cache *lint.Cache) Finished {
					return Finished{problems: temporal.CheckSchema(temporal.Files(out), f, cache.Split)}
				}
			}
			t.finishHistory = append(t.finishHistory, finish)
		}
	}
	return t, nil
}

func readSQL(fsys fs.FS, name string) ([]byte, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fileError(name, err)
	}
	if text == nil {
		text = []byte{}
	}
	return text, nil
}

// finishStore adds the manifests of a store and proves that the tool of every era
// can read what is to be written.
func finishStore(tree *temporal.Tree, s temporal.Store, out map[string][]byte, split temporal.Split) Finished {
	var notes []Note
	for _, v := range s.Versions {
		manifest := v.Manifest.Bytes()
		if !anyStatement(out, v.Files, split) {
			if len(v.Files) > 0 {
				manifest = v.Manifest.WithoutFiles()
				notes = append(notes, Note{v.Dir, "nothing of this version is left to do on CockroachDB: its manifest names no file and says AllowNoCqlFiles, which temporal-sql-tool understands since v1.24.0"})
			}
			for _, f := range v.Files {
				delete(out, f)
			}
		}
		out[v.Dir+"/manifest.json"] = manifest
	}
	return Finished{notes, temporal.Check(tree.Output(out), s.Dir, split)}
}

func anyStatement(out map[string][]byte, files []string, split temporal.Split) bool {
	for _, f := range files {
		sts, err := split(out[f])
		if err != nil || slices.ContainsFunc(sts, func(st *pgsql.Statement) bool { return st.Form == pgsql.SQL && st.Text != "" }) {
			return true
		}
	}
	return false
}

// Unreadable is the error for a translated tree that temporal-sql-tool could
// not read. Its problems name paths of the output.
type Unreadable struct{ Problems []temporal.Problem }

func (e *Unreadable) Error() string {
	lines := make([]string, 0, len(e.Problems)+1)
	lines = append(lines, "temporal-sql-tool could not read the translated tree, so it is not written:")
	for _, p := range e.Problems {
		lines = append(lines, "  "+p.Error())
	}
	return strings.Join(lines, "\n")
}

// unreadable returns the error for problems that are more than warnings.
func unreadable(problems []temporal.Problem) error {
	var bad []temporal.Problem
	for _, p := range problems {
		if !p.Warning {
			bad = append(bad, p)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	sort.SliceStable(bad, func(i, j int) bool { return bad[i].File < bad[j].File })
	return &Unreadable{bad}
}

// IsRelease reports whether an argument names a release of Temporal rather than
// a path.
func IsRelease(arg string) bool { return strings.HasPrefix(arg, "temporal@") }

// Release returns the schema folder of a Temporal release: "temporal@v1.30.4",
// or "temporal@v1.30.4/visibility" for one store. It is read out of the Go
// module go.temporal.io/server, which the go command downloads and verifies.
func Release(ctx context.Context, arg string) (fs.FS, error) {
	version, store, err := temporal.ParseSpec(arg)
	if err != nil {
		return nil, err
	}
	fsys, err := temporal.Fetch(ctx, version)
	if err != nil || store == "" {
		return fsys, err
	}
	sub, err := fs.Sub(fsys, store)
	if err != nil {
		return nil, fmt.Errorf("store %s of %s: %w", store, version, err)
	}
	return sub, nil
}
