package rules

import (
	"github.com/pg2crdb/pg2crdb/internal/pgsql"
)

var columnStorage = &Rule{
	Name:       "column-storage",
	Title:      "STORAGE and COMPRESSION of a column",
	Condition:  "`STORAGE ...` or `COMPRESSION ...` in a column's definition.",
	Effect:     "CockroachDB has no TOAST; the clauses are a syntax error (SQLSTATE 42601).",
	Workaround: "They go.",
	Versions:   "*",
	Sources:    []string{"CockroachDB's parsers of v22.2 to v26.1"},
	Examples: []Example{
		{
			Name:   "both",
			Input:  "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT STORAGE EXTERNAL NOT NULL, b TEXT COMPRESSION pglz);\n",
			Output: "CREATE TABLE t (id INT8 PRIMARY KEY, a TEXT NOT NULL, b TEXT);\n",
			Want:   []string{"1:45 error exact", "1:79 error exact"},
			Error:  "syntax error",
		},
		{Name: "columns of those names", Input: "CREATE TABLE t (id INT8 PRIMARY KEY, storage TEXT, compression TEXT);\n"},
	},
	Nodes: []pgsql.Kind{pgsql.KindColumnDef},
	Check: func(p *Pass, node pgsql.Node) {
		d := node.(*pgsql.ColumnDef)
		if d.StorageName == "" && d.Compression == "" {
			return
		}
		_, last, ok := p.Stmt.typeSpan(d.TypeName)
		if !ok {
			return
		}
		// Both stand directly behind the type.
		for i := last + 1; p.Stmt.Is(i, "storage") || p.Stmt.Is(i, "compression"); i += 2 {
			f := Finding{Severity: Error, Fidelity: Exact, Message: "CockroachDB stores no value apart from its row: the clause goes", Edits: []Edit{p.Delete(i, i+1)}}
			f.at(p.Stmt, i, i+1)
			p.Report(f)
		}
	},
}
