package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// place recognises a finding between the rounds of a translation.
type place struct {
	rule   string
	source int
	offset int64
}

// fixer applies fixes to the files of an input.
type fixer struct {
	all  bool // not only the exact ones
	view *view
	in   *input
	// found are the findings of the original, with whether the view shows them.
	found map[place]bool
	done  []string
}

// fixAll applies the fixes that the view shows and writes the files that they
// change. It returns the report of what is left.
func (f *lintFlags) fixAll(ctx context.Context, in *input, tree *layout.Tree, v *view, r *lint.Report, opts translate.Options, e env) (*lint.Report, error) {
	switch {
	case in.dir == "" && in.file() == "":
		return nil, fmt.Errorf("--fix changes files in place and %s is none: use pg2crdb translate", in.arg)
	case !tree.TextOnly():
		return nil, fmt.Errorf("--fix changes only the text of SQL files, and the layout %s needs its manifests changed as well: use pg2crdb translate %s -o DIRECTORY", tree.Layout, in.arg)
	}
	fx := &fixer{all: f.fix == "all", view: v, in: in, found: map[place]bool{}}
	for i := range r.Findings {
		fx.found[placeOf(&r.Findings[i], 0)] = false
	}
	if err := v.narrow(r, in.source); err != nil {
		return nil, err
	}
	for i := range r.Findings {
		fx.found[placeOf(&r.Findings[i], 0)] = true
	}
	if err := fx.conflicts(r); err != nil {
		return nil, err
	}
	left, changed, err := fx.apply(ctx, tree, opts)
	if err != nil {
		return nil, err
	}
	if err := replaceFiles(ctx, changed); err != nil {
		return nil, err
	}
	for _, line := range fx.done {
		fmt.Fprintln(e.stderr, line)
	}
	if len(fx.done) == 0 {
		fmt.Fprintln(e.stderr, "nothing to fix; --fix=all also applies fixes that are not exact")
	} else {
		fmt.Fprintf(e.stderr, "%s in %s\n", count(len(fx.done), "fix", "fixes"), count(len(changed), "file", "files"))
	}
	return left, nil
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func placeOf(f *lint.Finding, base int) place {
	return place{f.Rule, base + f.Source, f.Start.Offset}
}

// wanted reports whether the mode takes the fix of a finding.
func (x *fixer) wanted(f *lint.Finding) bool {
	return len(f.Edits) > 0 && (x.all || f.Fidelity == rules.Exact)
}

// conflicts refuses to go on where fixes that would be applied overlap others.
func (x *fixer) conflicts(r *lint.Report) error {
	var lines []string
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Conflict != "" && x.wanted(f) {
			lines = append(lines, fmt.Sprintf("  %s:%d:%d: the fix of %s overlaps that of %s", path.Join(x.in.prefix, f.File), f.Start.Line, f.Start.Column, f.Rule, f.Conflict))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return fmt.Errorf("fixes are in each other's way, so no file was changed:\n%s\nchange these statements by hand, or suppress one of the two findings (-- pg2crdb:ignore rule)", strings.Join(lines, "\n"))
}

// apply translates in memory, with the fixes that are wanted only.
func (x *fixer) apply(ctx context.Context, tree *layout.Tree, opts translate.Options) (*lint.Report, []change, error) {
	opts.Layout = tree.Layout
	left := &lint.Report{Target: opts.Target}
	var changed []change
	var texts []*translate.Text
	base := 0
	for _, h := range tree.Histories {
		from := base
		opts.Apply = func(f *lint.Finding, origin func(int, int64) int64) bool { return x.take(f, from, origin) }
		res, err := translate.History(ctx, h.Sources, opts)
		if err != nil {
			return nil, nil, err
		}
		for i := range res.Texts {
			t := &res.Texts[i]
			texts = append(texts, t)
			if !bytes.Equal(t.Content, h.Sources[i].Text) {
				changed = append(changed, change{x.in.path(t.Name), tree.Restore(t.Name, h.Sources[i].Text), tree.Restore(t.Name, t.Content)})
			}
		}
		left.Append(res.Final.Report)
		base += len(h.Sources)
	}
	// What is left is about the new texts; the view is about the old ones.
	for i, t := range texts {
		x.in.sources[i].Text = tree.Restore(t.Name, t.Content)
	}
	tree.RestoreReport(left)
	origin := func(source int, offset int64) int64 { return texts[source].Origin(offset) }
	left.Filter(func(_ int, f *lint.Finding) bool {
		shown, was := x.found[place{f.Rule, f.Source, origin(f.Source, f.Start.Offset)}]
		return shown || !was
	})
	if len(x.view.parts) > 0 {
		in := func(source int, offset int64) bool { return x.view.has(source, origin(source, offset)) }
		if err := left.Restrict(in, x.in.source); err != nil {
			return nil, nil, err
		}
	}
	return left, changed, nil
}

// take decides on one fix. The finding may be one of a later round.
func (x *fixer) take(f *lint.Finding, base int, origin func(int, int64) int64) bool {
	if !x.wanted(f) {
		return false
	}
	at := origin(f.Source, f.Start.Offset)
	if shown, was := x.found[place{f.Rule, base + f.Source, at}]; was && !shown || !was && !x.view.has(base+f.Source, at) {
		return false
	}
	for _, e := range f.Edits { // not outside the view either
		at := origin(e.Source, e.Start)
		if !x.view.has(base+e.Source, at) && !(e.Start == e.End && x.view.has(base+e.Source, at-1)) {
			return false
		}
	}
	p := lint.Position{Line: 1, Column: 1}.Advance(string(x.in.sources[base+f.Source].Text[:at]))
	x.done = append(x.done, fmt.Sprintf("fixed %s:%d:%d %s [%s] %s", path.Join(x.in.prefix, f.File), p.Line, p.Column, f.Rule, f.Fidelity, f.Message))
	return true
}

// change is a file that is to be replaced.
type change struct {
	name     string
	old, new []byte
}

// replaceFiles writes all files beside their places first and then renames
// them, so that trouble or an interruption on the way leaves all of them as
// they are. A file that has changed since it was read is not replaced.
func replaceFiles(ctx context.Context, list []change) (err error) {
	var staged []string
	defer func() {
		for _, tmp := range staged {
			if tmp != "" {
				os.Remove(tmp)
			}
		}
	}()
	for i := range list {
		c := &list[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.name, err = filepath.EvalSymlinks(c.name); err != nil {
			return fmt.Errorf("write %s: %w", c.name, reason(err))
		}
		now, err := os.ReadFile(c.name)
		if err != nil {
			return fmt.Errorf("write %s: %w", c.name, reason(err))
		}
		if !bytes.Equal(now, c.old) {
			return fmt.Errorf("%s has changed while it was looked at, so no file was changed: run again", c.name)
		}
		tmp, err := stage(c)
		if tmp != "" {
			staged = append(staged, tmp)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", c.name, reason(err))
		}
	}
	for i, c := range list {
		if err := os.Rename(staged[i], c.name); err != nil {
			done := make([]string, i)
			for k := range done {
				done[k] = list[k].name
			}
			return errors.Join(fmt.Errorf("write %s: %w", c.name, reason(err)), partly(done))
		}
		staged[i] = ""
	}
	return nil
}

func partly(done []string) error {
	if len(done) == 0 {
		return nil
	}
	return fmt.Errorf("changed already: %s", strings.Join(done, ", "))
}

// stage writes the new text beside the file, with the file's permissions.
func stage(c *change) (tmp string, err error) {
	info, err := os.Stat(c.name)
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(c.name), "."+filepath.Base(c.name)+".tmp-*")
	if err != nil {
		return "", err
	}
	if _, err = f.Write(c.new); err == nil {
		err = f.Chmod(info.Mode().Perm())
	}
	return f.Name(), errors.Join(err, f.Close())
}
