// Package consolidate folds a history of CockroachDB DDL into the one schema
// that it ends in: each table with all its columns, constraints and indexes in
// a single CREATE TABLE. A fresh database takes that in one step for each
// table, where every ALTER TABLE and CREATE INDEX of the history would be a
// schema change of its own.
package consolidate

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
	"github.com/pg2crdb/pg2crdb/lint"
)

// Schema is a consolidated schema.
type Schema struct {
	// Text is the DDL.
	Text []byte
	// Notes say what the reader should know: statements that were carried over
	// because the final tables do not express them.
	Notes []Note
}

// Note is about a statement of the history.
type Note struct {
	File    string
	Line    int
	Message string
}

// Build folds a history. The sources must be a translation: statements that do
// not parse, or that CockroachDB would refuse, are an error here.
func Build(history []lint.Source) (*Schema, error) {
	b := &builder{catalog: catalog.New(), tables: map[catalog.Place]*table{}}
	for i, src := range history {
		stmts, err := pgsql.Split(src.Text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", src.Name, err)
		}
		for _, st := range stmts {
			if src.Down != nil && src.Down(st.Start()) {
				continue
			}
			if err := b.see(st, i, src.Name); err != nil {
				return nil, err
			}
		}
	}
	return b.build(), nil
}

// builder follows the history and sorts its statements into those that the
// final tables express and those that are carried over.
type builder struct {
	catalog *catalog.Catalog
	// prelude is what has to stand in front of the tables.
	prelude []*kept
	// tables are those whose CREATE TABLE can be edited, by where it stands.
	tables map[catalog.Place]*table
	order  []*table
	// rest is carried over behind the tables, in its order.
	rest  []*kept
	notes []Note
}

// kept is a statement that is carried over.
type kept struct {
	text, comments string
	// object is what the statement makes, so that a later DROP takes both out.
	object string
	gone   bool
}

// table is a table with the statement that made it.
type table struct {
	def      *catalog.Table
	st       *pgsql.Statement
	source   int
	place    catalog.Place
	comments string
	// altered are columns whose definition is not the text of their statement
	// any more.
	altered map[*catalog.Column]bool
	// extra is the text of what later statements added.
	extra []element
	gone  bool
}

// element is a column, a constraint or an index that a later statement added
// to a table.
type element struct {
	text, comments string
	column         *catalog.Column
	constraint     *catalog.Constraint
	index          *catalog.Index
}

func (b *builder) see(st *pgsql.Statement, source int, name string) error {
	if st.Form != pgsql.SQL || st.Text == "" {
		if st.Form == pgsql.Meta || st.Form == pgsql.CopyData {
			b.notes = append(b.notes, Note{name, st.Pos.Line, "what belongs to psql is left out"})
		}
		return nil
	}
	st.Parse()
	if st.Err != nil {
		return fmt.Errorf("%s:%d: %s: only a translation without open findings can be consolidated", name, st.At(st.Err.Offset).Line, st.Err.Message)
	}
	before := b.snapshot(st)
	b.catalog.Apply(st, source)
	if b.absorb(st, source, before) {
		return nil
	}
	b.carry(st, name)
	return nil
}

// carry keeps a statement as it is.
func (b *builder) carry(st *pgsql.Statement, name string) {
	k := &kept{text: st.Text, comments: leadComments(st)}
	switch n := st.Tree.(type) {
	case *pgsql.CreateSchemaStmt, *pgsql.CreateExtensionStmt, *pgsql.CreateEnumStmt, *pgsql.AlterEnumStmt, *pgsql.CompositeTypeStmt, *pgsql.CreateSeqStmt:
		k.object = objectOf(n)
		b.prelude = append(b.prelude, k)
		return
	case *pgsql.DropStmt:
		if b.dropKept(n) {
			return
		}
	case *pgsql.TransactionStmt:
		return // the schema is one step
	}
	k.object = objectOf(st.Tree)
	b.rest = append(b.rest, k)
	b.notes = append(b.notes, Note{name, st.Pos.Line, fmt.Sprintf("%s is carried over as it stands", firstWords(st))})
}

// firstWords names a statement by its first two words.
func firstWords(st *pgsql.Statement) string {
	words := []string{strings.ToUpper(st.Str(0))}
	if w := st.Word(1); w != "" {
		words = append(words, strings.ToUpper(w))
	}
	return strings.Join(words, " ")
}

// objectOf names what a statement makes, as kind and name; "" for others.
func objectOf(n pgsql.Node) string {
	switch n := n.(type) {
	case *pgsql.ViewStmt:
		return object("view", catalog.Name{Schema: n.View.Schemaname, Name: n.View.Relname})
	case *pgsql.CreateTableAsStmt:
		if n.Into != nil && n.Into.Rel != nil {
			return object("view", catalog.Name{Schema: n.Into.Rel.Schemaname, Name: n.Into.Rel.Relname})
		}
	case *pgsql.CreateSeqStmt:
		return object("sequence", catalog.Name{Schema: n.Sequence.Schemaname, Name: n.Sequence.Relname})
	case *pgsql.CreateEnumStmt:
		return object("type", catalog.ListName(n.TypeName))
	case *pgsql.CreateFunctionStmt:
		return object("function", catalog.ListName(n.Funcname))
	}
	return ""
}

func object(kind string, n catalog.Name) string {
	if n.Schema == "" {
		n.Schema = "public"
	}
	return kind + " " + n.Schema + "." + n.Name
}

// dropKept takes out what a DROP removes, if all of it is known, and reports
// whether the DROP itself is done with that.
func (b *builder) dropKept(n *pgsql.DropStmt) bool {
	kind := map[pgsql.ObjectType]string{
		pgsql.ObjectView: "view", pgsql.ObjectMatview: "view", pgsql.ObjectSequence: "sequence",
		pgsql.ObjectTypeObjectType: "type", pgsql.ObjectFunction: "function", pgsql.ObjectProcedure: "function",
	}[n.RemoveType]
	if kind == "" {
		return false
	}
	var found []*kept
	for _, o := range n.Objects {
		var name catalog.Name
		switch o := o.(type) {
		case *pgsql.List:
			name = catalog.ListName(o.Items)
		case *pgsql.TypeName:
			name = catalog.ListName(o.Names)
		case *pgsql.ObjectWithArgs:
			name = catalog.ListName(o.Objname)
		}
		before := len(found)
		for _, list := range [][]*kept{b.prelude, b.rest} {
			for _, k := range list {
				if k.object == object(kind, name) {
					found = append(found, k)
				}
			}
		}
		if len(found) == before && !n.MissingOk {
			return false
		}
	}
	for _, k := range found {
		k.gone = true
	}
	return true
}

// build writes the schema.
func (b *builder) build() *Schema {
	var out bytes.Buffer
	write := func(comments, text string) {
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(comments)
		out.WriteString(text)
		out.WriteString(";\n")
	}
	for _, k := range b.prelude {
		if !k.gone {
			write(k.comments, k.text)
		}
	}
	done := map[catalog.Name]bool{}
	var later []string
	for _, t := range b.order {
		if t.gone {
			continue
		}
		text, after := t.text(done)
		write(t.comments, text)
		later = append(later, after...)
		done[t.def.Name] = true
	}
	for _, text := range later {
		write("", text)
	}
	for _, k := range b.rest {
		if !k.gone {
			write(k.comments, k.text)
		}
	}
	return &Schema{Text: out.Bytes(), Notes: b.notes}
}

// leadComments returns the comments right in front of a statement: those that
// no empty line parts from it.
func leadComments(st *pgsql.Statement) string {
	lead := st.Lead
	if i := strings.LastIndex(lead, "\n\n"); i >= 0 {
		lead = lead[i+2:]
	}
	var b strings.Builder
	for _, line := range strings.Split(lead, "\n") {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "--") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
