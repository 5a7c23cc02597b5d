package translate

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/atonce"
	"github.com/pg2crdb/pg2crdb/internal/spool"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// Output is a translated directory.
type Output struct {
	// Layout is the name of the layout that was found.
	Layout string
	// Report is about the sources of all histories. If there is one history, it
	// is that one's own.
	Report *lint.Report
	// Files are the translated files and those that belong to them, by path.
	Files map[string][]byte
	// Notes tell of what was left out.
	Notes []layout.Note
	// Histories are the translations, one for each database.
	Histories []*Result
}

// FS translates a directory of migrations. Nothing is written: the files are in
// the result. It is an error if the directory cannot be read as its layout, or
// if the tool of that layout could not read the translation.
func FS(ctx context.Context, fsys fs.FS, opts Options) (*Output, error) {
	tree, err := layout.Open(fsys, opts.Layout)
	if err != nil {
		return nil, err
	}
	return Tree(ctx, fsys, tree, opts)
}

// Tree is FS for a directory that is open already.
func Tree(ctx context.Context, fsys fs.FS, tree *layout.Tree, opts Options) (*Output, error) {
	opts.Layout = tree.Layout
	out := &Output{
		Layout: tree.Layout, Notes: tree.Notes,
		Files: map[string][]byte{},
	}
	if opts.Cache == nil { // a schema.sql says again what the migrations say
		opts.Cache = &lint.Cache{}
	}
	results, err := histories(ctx, tree, opts)
	if err != nil {
		return nil, err
	}
	finished := make([]layout.Finished, len(results))
	for i, res := range results {
		maps.Copy(out.Files, res.files)
		out.Histories = append(out.Histories, res.Result)
		finished[i] = res.finished
	}
	out.Report = joined(opts.Target, results, func(r translated) *lint.Report { return r.Report })
	tree.RestoreReport(out.Report)
	for _, name := range tree.Copied {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		out.Files[name] = text
	}
	notes, err := tree.Finish(out.Files, finished)
	out.Notes = append(out.Notes, notes...)
	return out, err
}

// translated is a translated history of a tree.
type translated struct {
	*Result
	files    map[string][]byte
	finished layout.Finished
}

// histories translates the histories of a tree.
func histories(ctx context.Context, tree *layout.Tree, opts Options) ([]translated, error) {
	opts.Workers = workersEach(opts.Workers, len(tree.Histories))
	return each(tree.Histories, func(i int) (t translated, err error) {
		if t.Result, err = History(ctx, tree.Histories[i].Sources, opts); err != nil {
			return translated{}, err
		}
		t.files = make(map[string][]byte, len(t.Texts))
		for _, text := range t.Texts {
			t.files[text.Name] = tree.Restore(text.Name, text.Content)
		}
		t.finished = tree.FinishHistory(i, t.files, opts.Cache)
		return t, nil
	})
}

// workersEach returns how many statements each of n histories parses at once, so
// that together they are as many as there are processors.
func workersEach(workers, n int) int {
	if workers != 0 || n == 0 {
		return workers
	}
	return (runtime.GOMAXPROCS(0) + n - 1) / n
}

// each calls f for all histories, as many at the same time as there are
// processors, the longest first: each is applied to a database of its own, so
// that none knows of another.
func each[T any](list []layout.History, f func(i int) (T, error)) ([]T, error) {
	results := make([]T, len(list))
	errs := make([]error, len(list))
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(work(list[b]), work(list[a])) })
	atonce.Do(len(order), func(k int) {
		i := order[k]
		results[i], errs[i] = f(i)
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}

// work estimates how long a history takes, from its bytes and its statements.
func work(h layout.History) int {
	const statement = 100 // as many bytes take as long as a statement of none
	n := 0
	for _, s := range h.Sources {
		n += len(s.Text)
		if len(s.Text) < spool.Large { // which may not be in memory
			n += statement * bytes.Count(s.Text, []byte(";"))
		}
	}
	return n
}

// Close removes the temporary files that hold translations; see Options.Spool.
func (o *Output) Close() error {
	var errs []error
	for _, h := range o.Histories {
		errs = append(errs, h.Close())
	}
	return errors.Join(errs...)
}

// Rest says that a text of the output is not needed for now. It can be used again
// at any time.
func (o *Output) Rest(text []byte) {
	for _, h := range o.Histories {
		if h.pile != nil {
			h.pile.Rest(text)
		}
	}
}

// WriteFile writes the file of that path.
func (o *Output) WriteFile(w io.Writer, name string) error {
	for _, h := range o.Histories {
		for i := range h.Texts {
			if t := &h.Texts[i]; t.Name == name && t.spool != nil {
				_, err := t.WriteTo(w)
				return err
			}
		}
	}
	_, err := w.Write(o.Files[name])
	return err
}

// Lint lints a directory of migrations without translating it.
func Lint(ctx context.Context, fsys fs.FS, opts Options) (*lint.Report, []layout.Note, error) {
	tree, err := layout.Open(fsys, opts.Layout)
	if err != nil {
		return nil, nil, err
	}
	report, err := LintTree(ctx, tree, opts)
	return report, tree.Notes, err
}

// LintTree is Lint for a directory that is open already.
func LintTree(ctx context.Context, tree *layout.Tree, opts Options) (*lint.Report, error) {
	opts.Layout = tree.Layout
	if opts.Cache == nil && len(tree.Histories) > 1 {
		opts.Cache = &lint.Cache{}
	}
	opts.Workers = workersEach(opts.Workers, len(tree.Histories))
	opts.NoCatalog = true
	reports, err := each(tree.Histories, func(i int) (*lint.Report, error) {
		res, err := lint.Run(ctx, tree.Histories[i].Sources, opts.Options)
		if err != nil {
			return nil, err
		}
		return res.Report, nil // without the catalog, which may be large
	})
	if err != nil {
		return nil, err
	}
	report := joined(opts.Target, reports, func(r *lint.Report) *lint.Report { return r })
	tree.RestoreReport(report)
	return report, nil
}

// joined returns the reports of histories as one. Large histories come alone:
// the report of one is not copied.
func joined[T any](target rules.Target, results []T, of func(T) *lint.Report) *lint.Report {
	if len(results) == 1 {
		return of(results[0])
	}
	report := &lint.Report{Target: target}
	for _, r := range results {
		report.Append(of(r))
	}
	return report
}

// Bytes translates one text.
func Bytes(ctx context.Context, name string, text []byte, opts Options) (*Result, error) {
	return History(ctx, []lint.Source{{Name: name, Text: text, Unit: name}}, opts)
}
