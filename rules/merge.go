package rules

import "github.com/pg2crdb/pg2crdb/internal/pgsql"

var merge = &Rule{
	Name:       "merge",
	Title:      "MERGE does not exist",
	Condition:  "`MERGE INTO ...`.",
	Effect:     "A syntax error (SQLSTATE 42601).",
	Workaround: "Write it as `INSERT ... ON CONFLICT DO UPDATE`, or as `UPDATE ... FROM`, `DELETE ... USING` and `INSERT` one after the other.",
	Versions:   "*",
	Sources:    []string{"CockroachDB docs, sql-grammar.md", "measured on v26.1"},
	Examples: []Example{
		{
			Name:   "a merge",
			Setup:  "CREATE TABLE t (id INT8 PRIMARY KEY);\nCREATE TABLE u (id INT8 PRIMARY KEY);\n",
			Input:  "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE;\n",
			Want:   []string{"1:1 error manual"},
			Error:  "at or near \"merge\": syntax error",
			Manual: true,
		},
	},
	Nodes: []pgsql.Kind{pgsql.KindMergeStmt},
	Check: func(p *Pass, node pgsql.Node) {
		f := manual("CockroachDB has no MERGE", "Write INSERT ... ON CONFLICT DO UPDATE, or UPDATE ... FROM, DELETE ... USING and INSERT")
		if at := p.Stmt.find(0, "merge"); at >= 0 {
			f.at(p.Stmt, at, len(p.Stmt.Tokens)-1)
		}
		p.Report(f)
	},
}
