package rules

import (
	"slices"

	"github.com/pg2crdb/pg2crdb/internal/catalog"
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var checkNoInherit = &Rule{
	Name:       "check-no-inherit",
	Title:      "NO INHERIT on a CHECK constraint",
	Condition:  "`CHECK (...) NO INHERIT`.",
	Effect:     "CockroachDB has no inheritance; the words are a syntax error (SQLSTATE 42601).",
	Workaround: "They go. Where no table inherits, they say nothing.",
	Versions:   "*",
	Sources:    []string{"CockroachDB's parsers of v22.2 to v26.1"},
	Examples: []Example{
		{
			Name:   "a column's check and a table's",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY CHECK (id > 0) NO INHERIT, n INT8, CONSTRAINT c CHECK (n > 0) NO INHERIT);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY CHECK (id > 0), n INT8, CONSTRAINT c CHECK (n > 0));\n",
			Want:   []string{"1:52 error exact", "1:99 error exact"},
			Error:  "syntax error",
		},
		{Name: "a plain check", Input: "CREATE TABLE t (id INT8 PRIMARY KEY CHECK (id > 0));\n"},
	},
	Trees: []pgsql.Kind{pgsql.KindCreateStmt, pgsql.KindAlterTableStmt},
	Words: []string{"inherit"},
	Statement: func(p *Pass) {
		var done []int
		eachConstraint(p, func(k *pgsql.Constraint, _ *catalog.Table, _ *pgsql.ColumnDef, first, last int) {
			if k.Contype != pgsql.ConstrCheck || !k.IsNoInherit {
				return
			}
			i := first
			if k.Location > 0 {
				i = max(first, p.Stmt.TokenAt(int(k.Location)))
			}
			if i = p.Stmt.wordsWithin(i, last, "no", "inherit"); i < 0 || slices.Contains(done, i) {
				return
			}
			done = append(done, i)
			f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB has no inheritance: NO INHERIT goes", Edits: []Edit{p.Delete(i, i+1)}}
			f.at(p.Stmt, i, i+1)
			p.Report(f)
		})
	},
}
