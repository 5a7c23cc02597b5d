package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pg2crdb/pg2crdb/internal/since"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/lint/baseline"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// view is the part of the findings that a run of lint is about.
type view struct {
	parts []func(source int, offset int64) bool
	known *baseline.Baseline
	file  string // of the baseline
	gone  int    // entries of the baseline that match nothing
}

// view reads --since, --after and --baseline.
func (f *lintFlags) view(ctx context.Context, in *input, tree *layout.Tree, e env) (*view, error) {
	v := &view{}
	if f.after != "" {
		later, any, err := tree.Later(f.after)
		if err != nil {
			return nil, fmt.Errorf("--after: %w", err)
		}
		if !any {
			fmt.Fprintf(e.stderr, "note: no migration is later than %s, so there is nothing to report on\n", f.after)
		}
		v.parts = append(v.parts, func(source int, _ int64) bool { return later(in.sources[source].Name) })
	}
	if f.since != "" {
		changes, err := in.since(ctx, f.since)
		if err != nil {
			return nil, fmt.Errorf("--since: %w", err)
		}
		v.parts = append(v.parts, changes.Has)
	}
	if f.baseline != "" && !f.writeBaseline {
		text, err := os.ReadFile(f.baseline)
		if err != nil {
			todo := "name the file that --write-baseline wrote"
			if errors.Is(err, fs.ErrNotExist) {
				todo = "--write-baseline writes it"
			}
			return nil, fmt.Errorf("--baseline: read %s: %w; %s", f.baseline, reason(err), todo)
		}
		if v.known, err = baseline.Read(bytes.NewReader(text)); err != nil {
			return nil, fmt.Errorf("--baseline: %s: %w", f.baseline, err)
		}
		v.file = f.baseline
	}
	return v, nil
}

// since asks git what is new in the input.
func (in *input) since(ctx context.Context, ref string) (*since.Changes, error) {
	dir := in.dir
	if in.fsys == nil {
		dir = filepath.Dir(in.file())
	}
	if dir == "" || in.arg == "-" {
		return nil, fmt.Errorf("%s is in no git repository: name a directory or a file within one", in.arg)
	}
	files := make([]since.File, len(in.sources))
	for i, s := range in.sources {
		name := s.Name
		if in.fsys == nil {
			name = filepath.Base(in.file())
		}
		files[i] = since.File{Name: name, Text: s.Text}
	}
	changes, err := since.Statements(ctx, dir, ref, files)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return changes, err
}

// has reports whether a place of the sources is part of the view.
func (v *view) has(source int, offset int64) bool {
	for _, in := range v.parts {
		if !in(source, offset) {
			return false
		}
	}
	return true
}

// narrow takes out of a report of the sources what the view does not show.
func (v *view) narrow(r *lint.Report, text func(int) ([]byte, error)) error {
	if v.known != nil { // first: fingerprints count findings that are alike
		var err error
		if _, v.gone, err = v.known.Filter(r, text); err != nil {
			return err
		}
	}
	if len(v.parts) == 0 {
		return nil
	}
	return r.Restrict(v.has, text)
}

// stale tells of entries of the baseline that are not needed any more.
func (v *view) stale(e env) {
	if v.gone > 0 {
		fmt.Fprintf(e.stderr, "note: %s: %d of its findings are gone; --write-baseline writes it anew\n", v.file, v.gone)
	}
}

func (f *lintFlags) saveBaseline(r *lint.Report, in *input, e env) error {
	b, err := baseline.Of(r, in.source)
	if err != nil {
		return err
	}
	if info, err := os.Stat(f.baseline); err == nil && info.IsDir() {
		return errors.New("--baseline: " + f.baseline + " is a directory: name a file")
	}
	if err := writeFile(f.baseline, func(w *os.File) error { return b.Write(w) }); err != nil {
		return err
	}
	fmt.Fprintf(e.stderr, "%s: %d findings written; --baseline %s does not report them any more\n", f.baseline, len(b.Findings), f.baseline)
	return nil
}
