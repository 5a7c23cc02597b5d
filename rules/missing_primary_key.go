package rules

import (
	"fmt"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var missingPrimaryKey = &Rule{
	Name:      "missing-primary-key",
	Title:     "A table without a primary key",
	Advice:    true,
	Condition: "A table that has no primary key when the history is at its end.",
	Effect: "CockroachDB keeps each table in the order of its primary key. Without one it adds a hidden column `rowid`, a number made of the time and the node, and takes that: no query finds rows by it, " +
		"its values rise with the inserts, and each index holds it as well. A primary key that is set later rewrites the table.",
	Workaround: "Name the columns by which rows are found and that are unique; a unique constraint over columns that are NOT NULL is one to take. Where there are none, add `id UUID PRIMARY KEY DEFAULT gen_random_uuid()`.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, primary-key.md", "CockroachDB docs, schema-design-table.md (primary key best practices)"},
	Examples: []Example{
		{
			Name:  "no key at all",
			Input: "CREATE TABLE t (a TEXT, b TEXT);\n",
			Want:  []string{"1:14 warning"},
		},
		{
			Name:  "a unique constraint that could be it",
			Input: "CREATE TABLE public.t (a TEXT NOT NULL UNIQUE, b TEXT);\n",
			Want:  []string{"1:21 warning"},
		},
		{
			Name:  "a table made of a query",
			Setup: "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Input: "CREATE TABLE u AS SELECT a FROM t;\n",
			Want:  []string{"1:14 warning"},
		},
		{
			Name:  "a copy with the keys",
			Setup: "CREATE TABLE t (a TEXT PRIMARY KEY);\n",
			Input: "CREATE TABLE u (LIKE t INCLUDING ALL);\n",
		},
	},
	Trees:     rememberedTrees,
	Statement: remember,
	Finish: func(p *Pass) {
		for _, t := range lastingTables(p) {
			st := statementOf(p, t.Def)
			if t.PrimaryKey() != nil || st == nil || likesKeys(p, st) {
				continue
			}
			todo := "Name the columns that find a row, or add id UUID PRIMARY KEY DEFAULT gen_random_uuid()"
			if k := candidateKey(t); k != nil {
				todo = fmt.Sprintf("Make the unique constraint on %s the primary key", columnList(k.Columns))
			}
			adviseName(p, t.Def, fmt.Sprintf("table %s has no primary key: CockroachDB adds a hidden column rowid, whose values rise with the inserts and find no row", t.Name), todo)
		}
	},
}

// candidateKey returns a unique constraint that could be the primary key.
func candidateKey(t *catalog.Table) *catalog.Constraint {
next:
	for _, k := range t.Constraints() {
		if k.Kind != catalog.Unique || len(k.Columns) == 0 {
			continue
		}
		for _, name := range k.Columns {
			if c := t.Column(name); c == nil || !c.NotNull {
				continue next
			}
		}
		return k
	}
	return nil
}

// likesKeys reports whether a CREATE TABLE takes the indexes of a table that
// has a primary key, or that is not known.
func likesKeys(p *Pass, st *Statement) bool {
	const withIndexes = 1 << 6
	create, ok := st.Tree.(*pgsql.CreateStmt)
	if !ok {
		return false
	}
	for _, e := range create.TableElts {
		like, ok := e.(*pgsql.TableLikeClause)
		if !ok || like.Options&withIndexes == 0 {
			continue
		}
		if of := p.Catalog.Table(like.Relation); of == nil || of.PrimaryKey() != nil {
			return true
		}
	}
	return false
}
