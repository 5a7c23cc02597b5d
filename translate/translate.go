// Package translate turns PostgreSQL DDL into CockroachDB DDL: it lints a
// history, applies the fixes to the text, and lints the result again until
// nothing is left to fix.
package translate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sort"

	"github.com/pg2crdb/pg2crdb/internal/spool"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
)

// Options steer a translation.
type Options struct {
	lint.Options
	// Apply tells which fixes are applied; nil means all. Later rounds look at
	// text that has changed already: origin maps an offset of that text to the
	// one in the original source.
	Apply func(f *lint.Finding, origin func(source int, offset int64) int64) bool
	// Spool is for large histories: it keeps translations of some megabytes and
	// more in temporary files rather than in memory, until Result.Close, and
	// leaves out of Result.Final the catalog and what is only worth knowing.
	Spool bool
}

// Text is one translated source.
type Text struct {
	// Name is the source's name, Unit what the migration tool applies together
	// with others.
	Name, Unit string
	// Content is the translated text. It shares memory with the source when
	// nothing changed.
	Content []byte
	// Changed tells whether it differs from the source.
	Changed bool

	rounds [][]piece
	source *lint.Source
	lines  lines
	spool  *spool.Text // that holds Content; nil if it is in memory
}

// Position returns the place of a byte offset of the source.
func (t *Text) Position(offset int64) lint.Position { return t.lines.at(offset) }

// WriteTo writes the translated text.
func (t *Text) WriteTo(w io.Writer) (int64, error) {
	if t.spool != nil {
		return t.spool.WriteTo(w)
	}
	n, err := w.Write(t.Content)
	return int64(n), err
}

// apply replaces the text by the one with the edits made.
func (t *Text) apply(current *lint.Source, edits []rules.Edit, opts Options, pile *spool.Pile) error {
	if !opts.Spool || len(current.Text) < spool.Large {
		out, pieces := apply(current.Text, edits)
		if current.Forget != nil {
			current.Forget(0, int64(len(current.Text)))
			current.Forget = nil // of the text that was
		}
		if pile != nil {
			var err error
			if out, err = pile.Put(out); err != nil {
				return err
			}
			current.Forget = pile.Forget(out)
		}
		t.Content, t.Changed = out, true
		t.rounds = append(t.rounds, pieces)
		if current.Forget == nil {
			opts.Cache.Changed(current.Text, out)
		}
		current.Text = out
		return nil
	}
	w, err := spool.Create()
	if err != nil {
		return err
	}
	var pieces []piece
	err = spool.Guard(func() error {
		pieces = applyTo(w, current.Text, edits, current.Forget)
		return nil
	})
	if err != nil {
		w.Discard()
		return err
	}
	out, err := w.Text()
	if err != nil {
		return err
	}
	if err := t.close(); err != nil {
		out.Close()
		return err
	}
	t.Content, t.Changed, t.spool = out.Bytes(), true, out
	t.rounds = append(t.rounds, pieces)
	current.Text, current.Forget = out.Bytes(), out.Forget
	return nil
}

func (t *Text) close() error {
	if t.spool == nil {
		return nil
	}
	err := t.spool.Close()
	t.spool, t.Content = nil, nil
	return err
}

// Down reports whether a byte offset of the translated text belongs to the way
// back of a migration.
func (t *Text) Down(offset int64) bool {
	return t.source.Down != nil && t.source.Down(t.Origin(offset))
}

// Origin maps a byte offset of the translated text to the offset in the source
// that it comes from.
func (t *Text) Origin(offset int64) int64 {
	for i := len(t.rounds) - 1; i >= 0; i-- {
		offset = origin(t.rounds[i], offset)
	}
	return offset
}

// Result is a translated history.
type Result struct {
	// Report is about the original sources: what was found there, and how each
	// finding was fixed. Findings that only the translated text shows are part
	// of it, at the place in the source that they come from.
	Report *lint.Report
	// Texts are the translated sources, in the order of the history.
	Texts []Text
	// Final is what lint says of the translated texts.
	Final *lint.Result

	pile *spool.Pile // of small texts; nil if they are in memory
}

// Close removes the temporary files that hold translations; see Options.Spool.
// Nothing is to be done without.
func (r *Result) Close() error {
	var errs []error
	for i := range r.Texts {
		errs = append(errs, r.Texts[i].close())
	}
	if r.pile != nil {
		errs = append(errs, r.pile.Close())
		r.pile = nil
	}
	return errors.Join(errs...)
}

// maxRounds bounds how often fixes are applied. A fix may uncover text that
// another rule speaks of; three rounds have sufficed for everything seen.
const maxRounds = 8

// History translates sources in the order in which they are applied. Their
// Text must be set. It is an error if a source cannot be read.
func History(ctx context.Context, sources []lint.Source, opts Options) (*Result, error) {
	if opts.Cache == nil {
		opts.Cache = &lint.Cache{}
	}
	endless := unsettled{}
	for {
		res, more, err := history(ctx, sources, opts, endless)
		if err != nil || len(more) == 0 {
			return res, err
		}
		for p := range more {
			if endless[p] {
				return nil, fmt.Errorf("the fix of rule %s at byte %d of %s does not come to an end; this is a bug of pg2crdb, please report it with the statement", p.rule, p.offset, sources[p.source].Name)
			}
			endless[p] = true
		}
	}
}

// unsettled are fixes that call for another one each time they are made, which
// is a fault of their rule. They are left to a person.
type unsettled map[fixPlace]bool

// fixPlace is a fix, by its rule and by its place in the original source.
type fixPlace struct {
	rule   string
	source int
	offset int64
}

func placeOf(f *lint.Finding, origin func(source int, offset int64) int64) fixPlace {
	return fixPlace{f.Rule, f.Source, origin(f.Source, f.Start.Offset)}
}

// leave takes the fixes out of a report.
func (u unsettled) leave(r *lint.Report, origin func(source int, offset int64) int64) {
	if len(u) == 0 {
		return
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Fixed() && u[placeOf(f, origin)] {
			f.Edits, f.After, f.Fidelity = nil, "", rules.Manual
			f.Message += " (left as it is: made here, this change asks for itself again)"
			f.Todo = "Make the change by hand, and report the statement to pg2crdb, whose fault this is"
		}
	}
	r.Sort()
}

// history is History without the fixes in endless. If there are more of those,
// there is no result.
func history(ctx context.Context, sources []lint.Source, opts Options, endless unsettled) (_ *Result, more unsettled, err error) {
	res := &Result{Texts: make([]Text, len(sources))}
	if size := 0; opts.Spool {
		for _, s := range sources {
			size += len(s.Text)
		}
		if size >= spool.Large {
			res.pile = &spool.Pile{}
		}
	}
	current := append([]lint.Source(nil), sources...)
	for i, s := range sources {
		res.Texts[i] = Text{Name: s.Name, Unit: s.Unit, Content: s.Text, source: &sources[i], lines: lines{text: s.Text, forget: s.Forget}}
	}
	defer func() {
		if err != nil || more != nil {
			res.Close()
		}
	}()
	var original *lint.Result
	opts.NoCatalog = opts.NoCatalog || opts.Spool
	back := func() {}
	for round := 0; ; round++ {
		if opts.Spool && round == 1 {
			ignored := opts.Ignore
			opts.Ignore = func(f *lint.Finding) bool { return onlyTold(f) || ignored != nil && ignored(f) }
		}
		found, err := lint.Run(ctx, current, opts.Options)
		if err != nil {
			return nil, nil, err
		}
		endless.leave(found.Report, res.origin)
		edits := res.editsBySource(found.Report, opts)
		if edits != nil {
			found.Release() // the catalog of a large history is large
		}
		if round == 0 {
			res.Report, original = found.Report, found
		} else {
			back()
			res.merge(found.Report, original)
			for i := range res.Texts {
				res.Texts[i].lines.rest()
			}
		}
		if edits == nil {
			res.Final = found
			return res, nil, nil
		}
		if round == maxRounds {
			more = unsettled{}
			for i := range found.Report.Findings {
				if f := &found.Report.Findings[i]; f.Fixed() {
					more[placeOf(f, res.origin)] = true
				}
			}
			return nil, more, nil
		}
		back = res.Report.SetAside()
		for i, es := range edits {
			if len(es) == 0 {
				continue
			}
			t := &res.Texts[i]
			if err := t.apply(&current[i], es, opts, res.pile); err != nil {
				return nil, nil, fmt.Errorf("translate %s: %w", t.Name, err)
			}
			if down := sources[i].Down; down != nil {
				current[i].Down = func(off int64) bool { return down(t.Origin(off)) }
			}
		}
	}
}

// editsBySource returns the edits of all fixes that are applied, or nil if
// there is none.
func (r *Result) editsBySource(found *lint.Report, opts Options) [][]rules.Edit {
	var list [][]placedEdit
	for i := range found.Findings {
		f := &found.Findings[i]
		if !f.Fixed() || opts.Apply != nil && !opts.Apply(f, r.origin) {
			continue
		}
		if list == nil {
			list = make([][]placedEdit, len(r.Texts))
		}
		for _, e := range f.Edits {
			p := placedEdit{e, f.Start.Offset, f.End.Offset}
			if e.Source != f.Source { // its own place is all that it has there
				p.from, p.to = e.Start, e.End
			}
			list[e.Source] = append(list[e.Source], p)
		}
	}
	if list == nil {
		return nil
	}
	out := make([][]rules.Edit, len(list))
	for i := range list {
		out[i] = ordered(list[i])
	}
	return out
}

// spans are the places of findings in a source, in the order of their starts.
type spans []span

type span struct {
	start, end int64
	furthest   int64 // end of this one and those before
	finding    int   // index in the report
}

func (s spans) add(start, end int64, finding int) spans {
	furthest := end
	if n := len(s); n > 0 {
		furthest = max(end, s[n-1].furthest)
	}
	return append(s, span{start, end, furthest, finding})
}

// touch returns the finding of one that has a place in common with [start, end],
// or an edge; -1 if there is none.
func (s spans) touch(start, end int64) int {
	i := sort.Search(len(s), func(i int) bool { return s[i].start > end })
	for i--; i >= 0 && s[i].furthest >= start; i-- {
		if s[i].end >= start {
			return s[i].finding
		}
	}
	return -1
}

// onlyTold reports whether a finding is worth knowing and no more.
func onlyTold(f *lint.Finding) bool { return len(f.Edits) == 0 && f.Severity == rules.Info }

// place is where findings of one rule stand.
type place struct {
	rule   string
	source int
}

// merge adds to the report what a later round found and the first one did not,
// at the place in the source that it comes from. What has a fix by now takes the
// place of what had none.
func (r *Result) merge(later *lint.Report, original *lint.Result) {
	type found struct {
		f          *lint.Finding
		start, end int64 // in the source
	}
	var list []found
	for i := range later.Findings {
		f := &later.Findings[i]
		if onlyTold(f) || f.Rule == lint.SuppressionRule {
			// What the translation itself brought in and is harmless, such as a
			// suppression that silences nothing any more.
			continue
		}
		t := &r.Texts[f.Source]
		list = append(list, found{f, t.Origin(f.Start.Offset), t.Origin(f.End.Offset)})
	}

	fixed := r.places((*lint.Finding).Fixed)
	mended := map[place]spans{}
	for _, n := range list {
		k := place{n.f.Rule, n.f.Source}
		if !n.f.Fixed() {
			continue
		}
		if i := fixed[k].touch(n.start, n.end); i >= 0 {
			old := &r.Report.Findings[i] // goes on with its fix
			old.Elsewhere = append(old.Elsewhere, r.elsewhere(n.f.Edits)...)
			continue
		}
		mended[k] = mended[k].add(n.start, n.end, 0)
	}
	if len(mended) > 0 {
		r.Report.Filter(func(_ int, f *lint.Finding) bool {
			return f.Fixed() || mended[place{f.Rule, f.Source}].touch(f.Start.Offset, f.End.Offset) < 0
		})
	}
	known := r.places(func(*lint.Finding) bool { return true })

	added := false
	for _, n := range list {
		if known[place{n.f.Rule, n.f.Source}].touch(n.start, n.end) >= 0 {
			continue
		}
		f, t := *n.f, &r.Texts[n.f.Source]
		f.Statement, f.StatementStart = original.StatementAt(f.Source, n.start), original.StatementStart(f.Source, n.start)
		f.Start, f.End = t.Position(n.start), t.Position(n.end)
		if f.Later = f.Fixed(); f.Later {
			f.Elsewhere = r.elsewhere(f.Edits)
		} else {
			f.Message = "after translation: " + f.Message
		}
		// The edits are about an intermediate text: Before and After keep them.
		f.Edits = nil
		r.Report.Findings = append(r.Report.Findings, f)
		added = true
	}
	if added {
		r.Report.Sort()
	}
}

// places returns where the findings of the report stand that are of a kind.
func (r *Result) places(of func(*lint.Finding) bool) map[place]spans {
	out := map[place]spans{}
	for i := range r.Report.Findings { // sorted by place
		if f := &r.Report.Findings[i]; of(f) {
			k := place{f.Rule, f.Source}
			out[k] = out[k].add(f.Start.Offset, f.End.Offset, i)
		}
	}
	return out
}

// elsewhere maps edits of an intermediate text to the places of the sources that
// they come from.
func (r *Result) elsewhere(edits []rules.Edit) []lint.Span {
	out := make([]lint.Span, 0, len(edits))
	for _, e := range edits {
		t := &r.Texts[e.Source]
		s := lint.Span{Source: e.Source, Start: t.Origin(e.Start)}
		if s.End = s.Start; e.End > e.Start {
			s.End = max(s.Start, t.Origin(e.End-1)+1)
		}
		out = append(out, s)
	}
	return out
}

func (r *Result) origin(source int, offset int64) int64 { return r.Texts[source].Origin(offset) }
