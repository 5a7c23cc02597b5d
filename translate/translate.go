// Package translate turns PostgreSQL DDL into CockroachDB DDL: it lints a
// history, applies the fixes to the text, and lints the result again until
// nothing is left to fix.
package translate

import (
	"context"
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
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
}

// Position returns the place of a byte offset of the source.
func (t *Text) Position(offset int64) lint.Position { return position(t.source.Text, offset) }

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
}

// maxRounds bounds how often fixes are applied. A fix may uncover text that
// another rule speaks of; three rounds have sufficed for everything seen.
const maxRounds = 8

// History translates sources in the order in which they are applied. Their
// Text must be set. It is an error if a source cannot be read or if the rules
// do not come to an end, which is a fault of a rule.
func History(ctx context.Context, sources []lint.Source, opts Options) (*Result, error) {
	if opts.Cache == nil {
		opts.Cache = &lint.Cache{}
	}
	res := &Result{Texts: make([]Text, len(sources))}
	current := append([]lint.Source(nil), sources...)
	for i, s := range sources {
		res.Texts[i] = Text{Name: s.Name, Unit: s.Unit, Content: s.Text, source: &sources[i]}
	}
	var original *lint.Result
	for round := 0; ; round++ {
		found, err := lint.Run(ctx, current, opts.Options)
		if err != nil {
			return nil, err
		}
		if round == 0 {
			res.Report, original = found.Report, found
		} else {
			res.merge(found.Report, original, sources)
		}
		edits := res.editsBySource(found.Report, opts)
		if edits == nil {
			res.Final = found
			return res, nil
		}
		if round == maxRounds {
			f := firstFixed(found.Report)
			return nil, fmt.Errorf("the fix of rule %s at %s:%d does not settle after %d rounds; this is a bug of pg2crdb, please report it with the statement", f.Rule, f.File, f.Start.Line, maxRounds)
		}
		for i, es := range edits {
			if len(es) == 0 {
				continue
			}
			out, pieces := apply(current[i].Text, es)
			t := &res.Texts[i]
			t.Content, t.Changed = out, true
			t.rounds = append(t.rounds, pieces)
			current[i].Text = out
			if down := sources[i].Down; down != nil {
				current[i].Down = func(off int64) bool { return down(t.Origin(off)) }
			}
		}
	}
}

// editsBySource returns the edits of all fixes that are applied, or nil if
// there is none.
func (r *Result) editsBySource(found *lint.Report, opts Options) [][]rules.Edit {
	var out [][]rules.Edit
	for i := range found.Findings {
		f := &found.Findings[i]
		if !f.Fixed() || opts.Apply != nil && !opts.Apply(f, r.origin) {
			continue
		}
		if out == nil {
			out = make([][]rules.Edit, len(r.Texts))
		}
		for _, e := range f.Edits {
			out[e.Source] = append(out[e.Source], e)
		}
	}
	return out
}

func firstFixed(r *lint.Report) *lint.Finding {
	for i := range r.Findings {
		if r.Findings[i].Fixed() {
			return &r.Findings[i]
		}
	}
	return &lint.Finding{}
}

// merge adds to the report what a later round found and the first one did not,
// at the place in the source that it comes from. What has a fix by now takes the
// place of what had none.
func (r *Result) merge(later *lint.Report, original *lint.Result, sources []lint.Source) {
	type key struct {
		rule   string
		source int
	}
	known := map[key][]int{}
	for i, f := range r.Report.Findings {
		k := key{f.Rule, f.Source}
		known[k] = append(known[k], i)
	}
	added := false
	mended := map[int]bool{} // by a finding of the later round
next:
	for _, f := range later.Findings {
		t := &r.Texts[f.Source]
		start, end := t.Origin(f.Start.Offset), t.Origin(f.End.Offset)
		for _, i := range known[key{f.Rule, f.Source}] {
			old := &r.Report.Findings[i]
			if start > old.End.Offset || end < old.Start.Offset {
				continue
			}
			if old.Fixed() || !f.Fixed() {
				continue next
			}
			mended[i] = true
		}
		if len(f.Edits) == 0 && f.Severity == rules.Info || f.Rule == lint.SuppressionRule {
			// What the translation itself brought in and is harmless, such as a
			// suppression that silences nothing any more.
			continue
		}
		f.Statement = original.StatementAt(f.Source, start)
		f.Start = position(sources[f.Source].Text, start)
		f.End = position(sources[f.Source].Text, end)
		if !f.Fixed() {
			f.Message = "after translation: " + f.Message
		}
		// The edits are about an intermediate text: Before and After keep them.
		f.Later, f.Edits = f.Fixed(), nil
		r.Report.Findings = append(r.Report.Findings, f)
		added = true
	}
	if !added {
		return
	}
	r.Report.Filter(func(i int, _ *lint.Finding) bool { return !mended[i] })
	r.Report.Sort()
}

func position(text []byte, offset int64) lint.Position {
	return pgsql.Position{Line: 1, Column: 1}.Advance(string(text[:min(offset, int64(len(text)))]))
}

func (r *Result) origin(source int, offset int64) int64 { return r.Texts[source].Origin(offset) }
