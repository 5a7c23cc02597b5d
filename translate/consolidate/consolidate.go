// Package consolidate folds a history of CockroachDB DDL into the one schema
// that it ends in: each table with all its columns, constraints and indexes in
// a single CREATE TABLE. A fresh database takes that in one step for each
// table, where every ALTER TABLE and CREATE INDEX of the history would be a
// schema change of its own.
package consolidate

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
	"github.com/pg2crdb/pg2crdb/rules"
	"github.com/pg2crdb/pg2crdb/translate"
	"github.com/pg2crdb/pg2crdb/translate/layout"
)

// Options steer a consolidation.
type Options struct {
	// To is the version of the layout to end at; empty for the newest.
	To string
	// From leaves out what a database at that version has already: the schema is
	// then one for an upgrade from there. What it does to the tables of before
	// is carried over as it stands.
	From string
	// VersionTables adds the tables in which temporal-sql-tool keeps the version,
	// with the version in them, so that a database which another tool sets up
	// can be upgraded by temporal-sql-tool.
	VersionTables bool
}

// Schema is a consolidated schema of one database.
type Schema struct {
	// Name is that of the history: the store of a Temporal tree, otherwise empty.
	Name string
	// Text is the DDL.
	Text []byte
	// Findings are about statements that the final tables do not express: those
	// that were carried over behind the tables, and those that were left out. The
	// latter are manual if somebody has to see to them. They are places in the
	// original sources.
	Findings []lint.Finding
}

// The names that findings of a consolidation have for their rule.
const (
	// Carried: a statement is in the schema as it stands.
	Carried = "consolidate-carried"
	// LeftOut: a statement is not in the schema.
	LeftOut = "consolidate-left-out"
)

// Tree consolidates the histories of a translated tree, each for a database of
// its own. Of a Temporal tree, these are the versioned stores. It is an error if
// the translation is not one that can be applied: a statement that does not
// parse, a tree whose tool could not read the result.
func Tree(tree *layout.Tree, out *translate.Output, opts Options) ([]Schema, error) {
	cut, err := newRange(tree, opts)
	if err != nil {
		return nil, err
	}
	var all []Schema
	source := 0
	for i, h := range out.Histories {
		first := source
		source += len(h.Texts)
		if tree.Layout == "temporal" && !versioned(h) {
			continue
		}
		s, err := history(h, cut)
		if err != nil {
			return nil, err
		}
		s.Name = tree.Histories[i].Name
		for k := range s.Findings {
			s.Findings[k].Source += first
		}
		if tree.Layout == "temporal" {
			if err := temporalStore(s, out, h, cut, opts); err != nil {
				return nil, err
			}
		}
		all = append(all, *s)
	}
	return all, nil
}

// versioned reports whether a history of a Temporal tree is a store's versions
// and not a file that holds a schema as a whole.
func versioned(h *translate.Result) bool {
	return len(h.Texts) > 0 && h.Texts[0].Unit != h.Texts[0].Name
}

// scope says which files are taken.
type scope struct {
	// after tells files that are later than To, known those that a database at
	// From has.
	after, known func(file string) bool
}

func newRange(tree *layout.Tree, opts Options) (scope, error) {
	none := func(string) bool { return false }
	cut := scope{none, none}
	if opts.VersionTables && tree.Layout != "temporal" {
		return cut, fmt.Errorf("the version tables are temporal-sql-tool's, and the layout is %s", tree.Layout)
	}
	if opts.To != "" {
		later, _, err := tree.Later(opts.To)
		if err != nil {
			return cut, fmt.Errorf("to: %w", err)
		}
		if !tree.Has(opts.To) {
			return cut, fmt.Errorf("to: there is no version %s", opts.To)
		}
		cut.after = later
	}
	if opts.From != "" {
		later, _, err := tree.Later(opts.From)
		if err != nil {
			return cut, fmt.Errorf("from: %w", err)
		}
		if !tree.Has(opts.From) {
			return cut, fmt.Errorf("from: there is no version %s", opts.From)
		}
		cut.known = func(file string) bool { return !later(file) }
	}
	return cut, nil
}

// history folds one translated history.
func history(h *translate.Result, cut scope) (*Schema, error) {
	b := newBuilder()
	for i := range h.Texts {
		t := &h.Texts[i]
		if cut.after(t.Name) {
			continue
		}
		stmts, err := pgsql.Split(t.Content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		for k, st := range stmts {
			if t.Down(st.Start()) {
				continue
			}
			it := &item{st: st, source: i, known: cut.known(t.Name)}
			if k+1 < len(stmts) && stmts[k+1].Form == pgsql.CopyData {
				it.rows = t.Content[stmts[k+1].Start():stmts[k+1].End()]
			}
			if err := b.see(it); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", t.Name, st.Pos.Line, err)
			}
		}
	}
	s := &Schema{Text: b.build()}
	for _, n := range b.notes {
		t := &h.Texts[n.item.source]
		f := lint.Finding{
			Rule: Carried, Severity: rules.Info, Source: n.item.source, File: t.Name, Message: n.text, Before: n.item.st.Text,
			Start: t.Position(t.Origin(n.item.st.Start())), End: t.Position(t.Origin(n.item.st.End())),
		}
		if n.leftOut {
			f.Rule = LeftOut
		}
		if n.manual {
			f.Severity, f.Fidelity = rules.Warning, rules.Manual
			f.Todo = "Write what the final tables need of it by hand, behind the consolidated schema"
		}
		s.Findings = append(s.Findings, f)
	}
	return s, nil
}
